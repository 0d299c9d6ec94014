"""`audit init`: begin a study file, with what the data say and a question for each thing that only a person knows."""

import sys
from pathlib import Path

import click

from audit.case import Case
from audit.cli import put
from audit.cli.complaint import complain
from audit.cli.options import Reading, reading
from audit.cli.writing import write_all
from audit.questions import CLAIMS, COMPARISONS, Part, all_questions, parse, parts, render, toml_value
from audit.sources.address import Address, place_of
from audit.sources.errors import SourceError
from audit.sources.headings import headings
from audit.sources.locate import STUDY_FILE
from audit.study import Study, toml_text

STDOUT = "-"
HEAD = """\
# What a person declares of {where}.
# A line that begins with `# ?` asks something: answer it in the line below, and take the `# ` away there. What stays
# unanswered is judged as missing. Every key: docs/study-file.md, or `audit rule CODE` for why it is asked.
"""


@click.command("init")
@reading
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    help=f"File to write; by default {STUDY_FILE} in the first LOCATION, or here if that is an address. `-`: stdout.",
)
@click.option("--no-questions", is_flag=True, help="Ask nothing on a terminal: leave every question in the file.")
def command(
    given: Reading,
    output: str | None,
    no_questions: bool,
) -> None:
    """Write a study file for results: filled with what the data say, with a question for what only a person knows.

    On a terminal the questions are asked; Enter leaves one in the file, Ctrl-D all that are left. An existing file is
    never changed: `-o -` prints what it lacks. For a table whose columns have other names than the schema's, the file
    begins with the `[[source]]` that maps them; once that is answered, `--config` goes on from it.
    """
    target = _target(given.locations[0], output)
    if target is not None and target.exists():
        raise click.UsageError(f"{target} is there already, and is left as it is; `-o -` prints what it lacks")
    written: tuple[Part, ...] = ()
    try:
        study, results = given.read()
        written = parts(Case(results, study))
    except SourceError as error:
        text = _mapping(given.locations, given.config, error)
    else:
        if sys.stdin.isatty() and sys.stderr.isatty() and not no_questions:
            written = _ask(written)
        text = _text(given.locations, study, written, target)
    Study.parse(text, target)  # what is written can be read
    if target is None:
        put(text)
    else:
        (path,) = write_all(target.parent, {target.name: text})
        left = sum(1 for _ in all_questions(written)) or text.count("# ?")
        complain(f"{left} questions are left in it; `audit check` says what each is needed for")
        click.echo(path)


def _target(first: str, output: str | None) -> Path | None:
    """The file that is written; None for stdout."""
    if output is not None:
        return None if output == STDOUT else Path(output)
    place = place_of(first)
    if isinstance(place, Address):
        return Path(STUDY_FILE)
    return (place if place.is_dir() else place.parent) / STUDY_FILE


def _text(locations: tuple[str, ...], study: Study, written: tuple[Part, ...], target: Path | None) -> str:
    """The whole file, what a study file declares already first; on stdout only what that lacks."""
    blocks = [] if study.text else [HEAD.format(where=", ".join(map(toml_text, locations)))]
    if study.text and target is not None:
        blocks.append(study.text if study.text.endswith("\n") else f"{study.text}\n")
    if study.claims is None:
        blocks.append(CLAIMS)
    blocks.append(render(written))
    if not study.comparisons:
        blocks.append(COMPARISONS)
    return "\n".join(block for block in blocks if block)


def _ask(written: tuple[Part, ...]) -> tuple[Part, ...]:
    """The tables with the answers of a person at a terminal."""
    out = list(written)
    questions = list(all_questions(written))
    complain(f"{len(questions)} questions; Enter leaves one in the file, Ctrl-D all that are left")
    try:
        for count, (number, entry) in enumerate(questions, start=1):
            part, example = out[number], toml_value(entry.example)
            asked = f"({count}/{len(questions)}) {part.header} {entry.key}: {entry.asks} [e.g. {example}]"
            while answer := click.prompt(asked, default="", show_default=False, err=True).strip():
                try:
                    out[number] = part.answered(entry.key, parse(part, entry.key, answer))
                    break
                except ValueError as error:
                    complain(f"{error}; e.g. {example}")
    except click.Abort:
        click.echo(err=True)
    return tuple(out)


def _mapping(locations: tuple[str, ...], config: Path | None, error: SourceError) -> str:
    """A `[[source]]` for each table whose columns must be named first; raises what was wrong where there is none."""
    found = {path: names for location in locations for path, names in headings(location)}
    if config is not None or not found:
        raise error
    complain(str(error))
    return "\n".join([HEAD.format(where=", ".join(map(toml_text, locations))), *map(_source, found, found.values())])


def _source(path: Path, names: list[str]) -> str:
    lines = ["[[source]]", f"path = {toml_text(path.name)}", f"# its columns: {', '.join(map(toml_text, names))}"]
    lines += ["# ? Which of its columns is which?", "[source.columns]"]
    for column, says in COLUMNS.items():
        same = next((name for name in names if name.casefold() == column), None)
        lines.append(
            f'# {column} = "…"{" " * (20 - len(column))}# {says}' if same is None else f"{column} = {toml_text(same)}"
        )
    lines += ["# ? In which units do they stand, where not in the schema's?", "[source.units]", *UNITS]
    lines += ["# ? What does the table not say, since it is the same for all of it?", "[source.constants]", *CONSTANTS]
    return "\n".join(lines) + "\n"


COLUMNS = {
    "dataset": "the data set",
    "architecture": "the network",
    "method": "the pruning method; `dense` for the unpruned control",
    "seed": "the seed of a run; leave it out where rows are means",
    "compression_ratio": "original ÷ remaining parameters; sparsity and the fraction kept are units of it",
    "theoretical_speedup": "original ÷ remaining multiply–accumulates",
    "top1": "accuracy; percent and errors are units of it",
}
UNITS = ('# compression_ratio = "sparsity"', '# top1 = "percent"')
CONSTANTS = ('# dataset = "cifar10"', '# architecture = "resnet56"', "# n = 3")
