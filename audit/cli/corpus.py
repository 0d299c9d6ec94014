"""`audit corpus`: collections of papers: read, kept in tables, counted, drawn and reported."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from audit import techniques
from audit.cli import put
from audit.cli.complaint import complain
from audit.cli.writing import refuse, write_all
from audit.corpus import spreadsheets, tables
from audit.corpus.reading import read
from audit.corpus.rows import MISSING
from audit.papers import Comparison, Corpus
from audit.sources.errors import SourceError
from audit.study import meant
from audit.wording import visible

_TOLD = 20  # comparisons with what is no paper, each on its own line
PICTURES = (".png", ".svg", ".pdf")
_directory = click.argument("directory", metavar="DIR", type=click.Path(path_type=Path))
_for_others = click.option(
    "--for-others", is_flag=True, help="Draw results, too, that papers report for techniques of others."
)


def _form(*choices: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    return click.option(
        "--format", "form", type=click.Choice(choices), default=choices[0], show_default=True, help="How it is printed."
    )


def _picture(context: click.Context, parameter: click.Parameter, value: Path | None) -> Path | None:
    if value is not None and value.suffix.lower() not in PICTURES:
        raise click.BadParameter(f"{value}: the name must end in {', '.join(PICTURES)}, which says the format")
    return value


@click.group("corpus")
def command() -> None:
    """Survey a collection of papers as appendix A of Blalock et al. (2020) does.

    DIR is a directory with the spreadsheets that they published, or with tables as `audit corpus import` writes them;
    docs/corpus.md has every column.
    """


@command.command("import")
@_directory
@click.option(
    "-o", "--output", required=True, type=click.Path(path_type=Path), metavar="DIR", help="Directory to write to."
)
@click.option("--parquet", is_flag=True, help="Write Parquet, not CSV.")
@click.option("--replace", is_flag=True, help="Replace the collection that is in the output directory.")
def import_(directory: Path, output: Path, parquet: bool, replace: bool) -> None:
    """Read a collection and write it as tables: papers, results, comparisons, and values with their conversions.

    With DIR itself as output, its tables are written anew: `values` follows a `results` that was changed, once it is
    removed.
    """
    corpus = _read(directory)
    if output.exists() and not output.is_dir():
        raise click.UsageError(f"{output}: is a file; expected a directory")
    if spreadsheets.recognise(output):
        raise click.UsageError(f"{output}: holds the published spreadsheets; choose another directory")
    there = tables.files_in(output)
    if there and not tables.recognise(output):  # of a study, say
        raise click.UsageError(f"{there[0]}: is of no collection: no papers are beside it; choose another directory")
    if there and output.resolve() != directory.resolve() and not replace:
        raise click.UsageError(f"{output}: holds a collection already; choose another directory, or say --replace")
    for path in tables.write(corpus, output, ".parquet" if parquet else ".csv"):
        click.echo(path)


@command.command("add")
@_directory
@click.argument("bibliography", metavar="FILE.bib", type=click.Path(path_type=Path))
@click.option("--compares-to", multiple=True, metavar="KEY", help="Paper that the new one compares with; repeatable.")
@click.option("--technique", multiple=True, metavar="NAME", help="Technique that it introduces; repeatable.")
@click.option("--outside", is_flag=True, help="Its techniques fall outside the definition of pruning.")
def add(
    directory: Path, bibliography: Path, compares_to: tuple[str, ...], technique: tuple[str, ...], outside: bool
) -> None:
    """Add the papers of a BibTeX file to the tables of a collection.

    Every entry needs a title, authors and a year, and a key and a title that no paper of the collection has; where one
    is wrong, none is added. Their results go into the table `results` by hand.
    """
    from audit.corpus import bibtex

    for name in technique:
        if name.strip() in MISSING or ";" in name or not name.isprintable():
            raise click.UsageError(f"--technique {name!r}: expected a name without `;`; say --technique once for each")
    corpus = _read(directory)
    if not tables.recognise(directory):
        raise click.UsageError(f"{directory}: holds the published spreadsheets; make tables with `audit corpus import`")
    papers = bibtex.read(bibliography, corpus, technique, outside=outside)
    if len(papers) > 1 and (compares_to or technique):
        raise click.UsageError(
            f"{bibliography}: has {len(papers)} entries; --compares-to and --technique are of one paper: add it alone"
        )
    known = corpus.by_key
    for key in compares_to:
        if key == papers[0].key:
            raise click.UsageError(f"--compares-to {key}: is the new paper itself")
        if key not in known:
            hint = meant(key, sorted(known)) or f" in {directory}"
            raise click.UsageError(f"--compares-to {key}: no such paper{hint}")
    more = [Comparison(papers[0].key, key) for key in dict.fromkeys(compares_to)]
    file = tables.file_of(directory, "papers")
    assert file is not None
    tables.write(corpus.with_papers(papers, more), directory, file.suffix)
    for paper in papers:
        put(visible(f"{paper.key}  {paper.date}  {paper.called}: {paper.title}") + "\n")


@command.command("statistics")
@_directory
@_form("text", "json")
def statistics(directory: Path, form: str) -> None:
    """Count what the survey counts: papers, pairs, comparisons, and what is to be taken with care."""
    from audit.corpus.compose import survey
    from audit.render import survey_text

    told = survey(_read(directory), curves=False)
    put(_json(told.statistics) if form == "json" else survey_text.statistics(told))


@command.command("graph")
@_directory
@_form("text", "json")
@click.option(
    "-o",
    "--output",
    callback=_picture,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Draw it, too, to a file that ends in .png, .svg or .pdf; needs the extra `corpus`.",
)
def graph(directory: Path, form: str, output: Path | None) -> None:
    """Print who compares with whom, and draw it."""
    from audit.corpus.compose import survey
    from audit.render import survey_text

    told = survey(_read(directory), curves=False)
    if output is not None:
        from audit.corpus.picture import draw

        _refuse(output, directory)
        draw(told, output)
        click.echo(f"audit: wrote {output}", err=True)
    if form == "text":
        put(survey_text.graph(told))
        return
    put(
        _json(
            [
                {
                    "paper": entry.paper.key,
                    "date": entry.paper.date,
                    "compares_to": (*entry.compares_to, *entry.elsewhere),
                    "compared_by": entry.compared_by,
                }
                for entry in told.papers
            ]
        )
    )


@command.command("report")
@_directory
@click.option(
    "-o",
    "--output",
    default=Path("corpus.html"),
    show_default=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Page to write.",
)
@_for_others
def report(directory: Path, output: Path, for_others: bool) -> None:
    """Write a page on a collection: comparisons, pairs, trade-off curves, papers, and what is to be taken with care.

    One file, which opens from disk and needs nothing else.
    """
    from audit.corpus.compose import survey
    from audit.render import survey_page

    _refuse(output, directory)
    page = survey_page.render(survey(_read(directory), for_others=for_others))
    for path in write_all(output.parent, {output.name: page}):
        click.echo(path)


def _read(directory: Path) -> Corpus:
    corpus = read(directory)
    for note in corpus.notes:
        complain(note)
    dangling = [each for each in corpus.comparisons if each.compared_to not in corpus.by_key]
    for each in dangling[:_TOLD]:
        complain(
            f"{each.place}: `{each.paper}` compares with `{each.compared_to}`, which is no paper of the collection; "
            f"counted, and left as it is{_perhaps(corpus, each.compared_to)}"
        )
    if (more := len(dangling) - _TOLD) > 0:
        complain(f"and {more:,} more comparisons with what is no paper; `audit corpus statistics` lists all")
    return corpus


def _perhaps(corpus: Corpus, name: str) -> str:
    """The paper that a name may mean, by a technique or by its spelling; "" where there is none."""
    landmark = techniques.technique(name)
    paper = corpus.named([name, *((landmark.name, *landmark.aliases) if landmark else ())])
    return f"; did you mean `{paper.key}`?" if paper else meant(name, tuple(corpus.by_key))


def _refuse(output: Path, directory: Path) -> None:
    if output.is_dir():
        raise click.UsageError(f"{output}: is a directory; name a file")
    if why := refuse(output, [directory]):
        raise click.UsageError(why)
    if not output.parent.is_dir() and output.suffix in PICTURES:
        raise SourceError(f"{output.parent}: is not there; make the directory, or choose another")


def _json(document: object) -> str:
    return json.dumps(document, indent=2) + "\n"
