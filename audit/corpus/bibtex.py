"""Papers from BibTeX, each entry checked before any is taken; needs `bibtexparser` (the extra `corpus`)."""

import logging
import re
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from audit.corpus.dates import Day, read_date
from audit.corpus.rows import LONGEST, MISSING, folded
from audit.papers import Corpus, Paper, plain
from audit.references import KNOWN
from audit.sources.errors import SourceError, quote
from audit.techniques import TECHNIQUES, Technique, technique

LARGEST = 16 << 20  # bytes of a file
_PREPRINT = re.compile(  # CoRR is what DBLP calls arXiv; OpenReview says of a rejected paper where it was submitted to
    r"rxiv|^corr\b|openreview|preprint|workshop|submitted to|under review", re.IGNORECASE
)
_REVIEWED = frozenset({"article", "inproceedings", "incollection", "conference"})
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = re.compile(rf"\b({'|'.join(_MONTHS)})", re.IGNORECASE)
_KEY = re.compile(r"[^\s;]+")
_NEEDED = ("title", "author")
_READ = frozenset(
    {*_NEEDED, "year", "date", "month", "booktitle", "journal", "eprinttype", "archiveprefix", "crossref"}
)
_BARE = re.compile(r"(?<!\\)[&%]")  # which LaTeX would take for markup, and people write for themselves
_JOINED = re.compile(r'"\s*#|#\s*"')
_NUMBERS = frozenset(map(str, range(1, 13)))


def read(path: Path, corpus: Corpus, techniques: Sequence[str] = (), *, outside: bool = False) -> tuple[Paper, ...]:
    """The papers of a BibTeX file, for a collection that has none of them yet.

    `techniques` are the names of what they introduce; by default those of the table of landmark techniques, else the
    key. `outside` says that these fall outside the definition of pruning. Raises SourceError, with the line, for a
    file or an entry that is wrong, and ModuleNotFoundError where the parser is not installed.
    """
    entries = _entries(path)
    titles = {plain(paper.title): paper for paper in corpus.papers if paper.title}
    keys = {folded(paper.key): paper for paper in corpus.papers}
    papers: list[Paper] = []
    for entry in entries:
        paper = _paper(path, entry, tuple(techniques), outside)
        same = keys.setdefault(folded(paper.key), paper)
        if same.key == paper.key and same is not paper:
            raise _wrong(path, entry, f"the key `{paper.key}` is a paper's already, in {same.place}")
        if same is not paper:
            raise _wrong(path, entry, f"the key `{paper.key}` is `{same.key}`, in {same.place}, but for case or form")
        if titled := titles.get(plain(paper.title)):
            raise _wrong(path, entry, f"has the title of `{titled.key}`, which is there already: {quote(paper.title)}")
        titles[plain(paper.title)] = paper
        papers.append(paper)
    return tuple(papers)


def _entries(path: Path) -> list[Any]:
    import bibtexparser
    from bibtexparser.middlewares import LatexDecodingMiddleware

    try:
        if path.stat().st_size > LARGEST:
            raise SourceError(f"{path}: has over {LARGEST >> 20} MiB; is it BibTeX?")
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise SourceError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SourceError(f"{path}: is not UTF-8 text (byte {error.start})") from error
    logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)  # what it cannot parse is told below
    library = bibtexparser.parse_string(text)
    _refuse_failed(path, library)
    for entry in library.entries:
        _keep_what_is_read(path, entry)
    library = LatexDecodingMiddleware().transform(library)
    _refuse_failed(path, library)
    entries = [entry for entry in library.entries if entry.entry_type.lower() != "proceedings"]  # DBLP adds the volume
    if not entries:
        raise SourceError(f"{path}: holds no BibTeX entry; expected one such as `@inproceedings{{key, title = …}}`")
    return entries


def _refuse_failed(path: Path, library: Any) -> None:
    for block in library.failed_blocks:
        first = next(iter(block.raw.splitlines()), "") if block.raw else ""
        raise _wrong(path, block, f"is not BibTeX that can be read ({_why(block)}): {quote(first)}")


def _keep_what_is_read(path: Path, entry: Any) -> None:
    """Drop the fields of an entry that nothing is read of; raises SourceError for what a table could not hold."""
    raw = entry.raw or ""
    if not _KEY.fullmatch(entry.key) or not entry.key.isprintable() or entry.key in MISSING:
        raise _wrong(path, entry, f"found the key {quote(entry.key)}, expected a name without spaces and `;`")
    if "\0" in raw or len(raw) > LONGEST:
        what = "holds a NUL byte" if "\0" in raw else f"has over {LONGEST:,} characters; shorten it"
        raise _wrong(path, entry, f"entry `{entry.key}` {what}")
    names = [field.key.lower() for field in entry.fields]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise _wrong(path, entry, f"entry `{entry.key}` has two fields `{twice}`; remove one of them")
    entry.fields = [field for field in entry.fields if field.key.lower() in _READ]
    for field in entry.fields:
        text = str(field.value)
        if field.key.lower() != "month" and _JOINED.search(text):
            raise _wrong(
                path, entry, f"entry `{entry.key}` joins strings with #: {quote(text)}; write `{field.key}` out"
            )
        field.value = _BARE.sub(r"\\\g<0>", text)


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


def _date(path: Path, entry: Any, fields: dict[str, str]) -> Day:
    written = fields.get("year") or fields.get("date")
    if not written:
        where = f"; `{fields['crossref']}`, which it refers to, is not looked into" if "crossref" in fields else ""
        raise _wrong(path, entry, f"entry `{entry.key}` has no year; expected four digits{where}")
    month = _month(fields.get("month", ""))
    if month and month.lstrip("0") not in _NUMBERS:
        raise _wrong(path, entry, f"entry `{entry.key}` has a month of {quote(month)}; expected 1 to 12")
    found = read_date(written, month)
    if found is None and "-" in written:
        raise _wrong(path, entry, f"entry `{entry.key}` has a date that is none: {quote(written)}")
    if found is None:
        raise _wrong(path, entry, f"entry `{entry.key}` has a year of {quote(written)}; expected four digits")
    return found


def _month(text: str) -> str:
    """The number of the month in a field that may hold days, too: `13--18 Jul`; "" where it names none."""
    if text.isdigit():
        return text
    named = _MONTH.search(text)
    return str(_MONTHS.index(named[1].lower()) + 1) if named else ""


def _landmark(key: str, title: str) -> Technique | None:
    """The landmark technique that an entry is the publication of, by its key, its title or what that begins with."""
    cited = [each.key for each in KNOWN if plain(each.fields["title"]) == plain(title)]
    by_key: Collection[Technique] = [each for each in TECHNIQUES if each.key in (key.lower(), *cited)]
    return next(iter(by_key), None) or technique(title) or technique(title.partition(":")[0])
