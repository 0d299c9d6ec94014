"""`audit context`: the published techniques that a study does not compare with."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from msgspec.structs import replace

from audit.cli import put
from audit.cli.options import Reading, reading

if TYPE_CHECKING:
    from audit.papers import Context, Missing, Result


@click.command("context")
@reading
@click.option(
    "--corpus",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Collection of papers, where it is not the one of `[study] corpus`.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How it is printed.",
)
def command(
    given: Reading,
    corpus: Path | None,
    form: str,
) -> None:
    """List the published techniques that report results on a study's pairs and are not compared with, with figures.

    LOCATION is anything that `audit check` reads. The techniques come from `[study] corpus`, or from --corpus: those
    with figures at the study's ratios first, in the order of how many papers compare with them.
    """
    from audit.case import Case
    from audit.context import contexts
    from audit.corpus.reading import read as read_corpus
    from audit.pipeline import corpus_of
    from audit.render import context_text

    study, results = given.read()
    held = read_corpus(corpus) if corpus is not None else corpus_of(study)
    if held is None:
        raise click.UsageError("no corpus to look in; name one with --corpus, or with `[study] corpus`")
    told = contexts(replace(Case(results, study), corpus=held))
    put(context_text.render(told) if form == "text" else _json([_document(context) for context in told]))


def _json(document: list[dict[str, Any]]) -> str:
    return json.dumps(document, indent=2) + "\n"


def _document(context: "Context") -> dict[str, Any]:
    return {
        "dataset": context.dataset,
        "architecture": context.architecture,
        "ratios": {size: list(ends) for size, ends in context.ratios.items()},
        "compared": [paper.key for paper in context.compared],
        "missing": [_missing(each) for each in context.missing],
    }


def _missing(missing: "Missing") -> dict[str, Any]:
    paper = missing.paper
    return {
        "paper": paper.key,
        "date": paper.date,
        "title": paper.title,
        "compared_by": missing.compared_by,
        "outside_definition": bool(paper.outside),
        "at_ratios": [_result(each) for each in missing.at_ratios],
        "elsewhere": [_result(each) for each in missing.elsewhere],
    }


def _result(result: "Result") -> dict[str, Any]:
    return {
        "result": result.name,
        "method": result.method,
        "doubts": [{"quantity": each.quantity, "reason": each.reason} for each in result.doubts],
        "values": [
            {"quantity": each.quantity, "value": each.value, "written": each.written, "rule": each.rule}
            for each in result.values
        ],
    }
