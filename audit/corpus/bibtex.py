"""Papers from BibTeX, each entry checked before any is taken; needs `bibtexparser` (the extra `corpus`)."""

import logging
import re
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from audit.papers import Corpus, Paper, plain
from audit.references import KNOWN
from audit.sources.errors import SourceError, quote
from audit.techniques import TECHNIQUES, Technique, technique

LARGEST = 16 << 20  # bytes of a file
_PREPRINT = re.compile(  # CoRR is what DBLP calls arXiv; OpenReview says of a rejected paper where it was submitted to
    r"rxiv|^corr\b|openreview|preprint|workshop|submitted to|under review", re.IGNORECASE
)
_REVIEWED = frozenset({"article", "inproceedings", "incollection", "conference"})
_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")  # BibLaTeX's own
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = re.compile(rf"\b({'|'.join(_MONTHS)})", re.IGNORECASE)
_NEEDED = ("title", "author")


def read(path: Path, corpus: Corpus, techniques: Sequence[str] = (), *, outside: bool = False) -> tuple[Paper, ...]:
    """The papers of a BibTeX file, for a collection that has none of them yet.

    `techniques` are the names of what they introduce; by default those of the table of landmark techniques, else the
    key. `outside` says that these fall outside the definition of pruning. Raises SourceError, with the line, for a
    file or an entry that is wrong, and ModuleNotFoundError where the parser is not installed.
    """
    entries = _entries(path)
    titles = {plain(paper.title): paper for paper in corpus.papers if paper.title}
    papers: list[Paper] = []
    for entry in entries:
        paper = _paper(path, entry, tuple(techniques), outside)
        if same := corpus.by_key.get(paper.key):
            raise _wrong(path, entry, f"the key `{paper.key}` is a paper's already, in {same.place}")
        if same := titles.get(plain(paper.title)):
            raise _wrong(path, entry, f"has the title of `{same.key}`, which is there already: {quote(paper.title)}")
        titles[plain(paper.title)] = paper
        papers.append(paper)
    return tuple(papers)


def _entries(path: Path) -> list[Any]:
    import bibtexparser
    from bibtexparser.middlewares import LatexDecodingMiddleware, MonthIntMiddleware

    try:
        if path.stat().st_size > LARGEST:
            raise SourceError(f"{path}: has over {LARGEST >> 20} MiB; is it BibTeX?")
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise SourceError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SourceError(f"{path}: is not UTF-8 text (byte {error.start})") from error
    logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)  # what it cannot parse is told below
    library = bibtexparser.parse_string(text, append_middleware=[MonthIntMiddleware(), LatexDecodingMiddleware()])
    for block in library.failed_blocks:
        first = next(iter(block.raw.splitlines()), "") if block.raw else ""
        raise _wrong(path, block, f"is not BibTeX that can be read ({_why(block)}): {quote(first)}")
    entries = [entry for entry in library.entries if entry.entry_type.lower() != "proceedings"]  # DBLP adds the volume
    if not entries:
        raise SourceError(f"{path}: holds no BibTeX entry; expected one such as `@inproceedings{{key, title = …}}`")
    return entries


def _why(block: Any) -> str:
    kind = type(block).__name__
    if kind == "DuplicateBlockKeyBlock":
        return f"two entries have the key {block.key}"
    if kind == "DuplicateFieldKeyBlock":
        return f"a field stands twice: {', '.join(sorted(block.duplicate_keys))}"
    return "is a brace or a quote left open?"


def _wrong(path: Path, block: Any, message: str) -> SourceError:
    return SourceError(f"{path}, line {(block.start_line or 0) + 1}: {message}")


def _paper(path: Path, entry: Any, techniques: tuple[str, ...], outside: bool) -> Paper:
    fields = {key.lower(): " ".join(str(field.value).split()) for key, field in entry.fields_dict.items()}
    missing = [name for name in _NEEDED if not fields.get(name)]
    if missing:
        raise _wrong(path, entry, f"entry `{entry.key}` has no {' and no '.join(missing)}")
    year, month, day = _date(path, entry, fields)
    venue = fields.get("booktitle") or fields.get("journal") or fields.get("eprinttype") or fields.get("archiveprefix")
    title = fields["title"].replace("{", "").replace("}", "")
    landmark = _landmark(entry.key, title)
    names = techniques or ((landmark.name,) if landmark else (entry.key,))
    known = landmark or next(filter(None, map(technique, names)), None)
    return Paper(
        key=entry.key,
        year=year,
        month=month,
        day=day,
        title=title,
        authors=fields["author"],
        venue=venue or "",
        peer_reviewed=entry.entry_type.lower() in _REVIEWED and bool(venue) and not _PREPRINT.search(venue or ""),
        techniques=names,
        outside=names if outside else (),
        kind=known.kind if known else "",
        bibtex=(entry.raw or "").strip(),
        place=f"{path}, line {(entry.start_line or 0) + 1}",
    )


def _date(path: Path, entry: Any, fields: dict[str, str]) -> tuple[int, int | None, int | None]:
    written = fields.get("year") or fields.get("date")
    found = _DATE.fullmatch(written or "")
    if not found or not 1900 <= int(found[1]) <= 2200:
        said = f"a year of {quote(written)}" if written else "no year"
        raise _wrong(path, entry, f"entry `{entry.key}` has {said}; expected four digits")
    year, month, day = (int(part) if part else None for part in found.groups())
    month = _month(fields.get("month", "")) or month
    assert year is not None
    if not 1 <= (month or 1) <= 12 or not 1 <= (day or 1) <= 31:
        raise _wrong(path, entry, f"entry `{entry.key}` has a date that is none: {quote(written)}")
    return year, month, day


def _month(text: str) -> int | None:
    """The month of a field that may hold days, too: `13--18 Jul`; None where it names none."""
    if text.isdigit():
        return int(text)
    named = _MONTH.search(text)
    return _MONTHS.index(named[1].lower()) + 1 if named else None


def _landmark(key: str, title: str) -> Technique | None:
    """The landmark technique that an entry is the publication of, by its key, its title or what that begins with."""
    cited = [each.key for each in KNOWN if plain(each.fields["title"]) == plain(title)]
    by_key: Collection[Technique] = [each for each in TECHNIQUES if each.key in (key.lower(), *cited)]
    return next(iter(by_key), None) or technique(title) or technique(title.partition(":")[0])
