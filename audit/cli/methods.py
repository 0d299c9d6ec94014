"""`audit methods`: list the pruning methods that can be run, or explain some."""

import inspect
import json
from typing import TYPE_CHECKING

import click

from audit.cli import put
from audit.study.convert import suggest

if TYPE_CHECKING:
    from runners.pruning.named import Named

FIELDS = ("score", "allocation", "schedule", "granularity", "starts_from")


@click.command("methods")
@click.argument("names", metavar="[NAME]...", nargs=-1)
@click.option("--format", "style", type=click.Choice(["terminal", "json"]), default="terminal", show_default=True)
def command(names: tuple[str, ...], style: str) -> None:
    """List the methods that come with the project, or explain those named.

    A study may name these, and what is made of them: METHOD_SCHEDULE (layerwise_magnitude_iterative), SCORE_N_M
    (random_2_4), SCORE_matched_METHOD (random_matched_global_gradient) and, of methods that remove filters, their small
    dense control scratch_matched_METHOD.
    """
    from runners.pruning.named import NAMED

    for name in names:
        if name not in NAMED:
            raise click.UsageError(f"no method `{name}`{suggest(name, list(NAMED))}")
    chosen = {name: NAMED[name] for name in names or NAMED}
    if style == "json":
        put(json.dumps([_entry(name, named) for name, named in chosen.items()], indent=2, ensure_ascii=False) + "\n")
    elif names:
        put("\n\n".join(_explained(name, named) for name, named in chosen.items()) + "\n")
    else:
        width, wide = max(map(len, chosen)), max(len(named.method.granularity) for named in chosen.values())
        rows = ((f"{name:{width}}  {named.method.granularity:{wide}}", named) for name, named in chosen.items())
        put("".join(f"{row}  {named.citation}\n" for row, named in rows))


def _entry(name: str, named: "Named") -> dict[str, object]:
    composition = {field: getattr(named.method, field) for field in FIELDS}
    return {"name": name, **composition, "year": named.year, "citation": named.citation}


def _explained(name: str, named: "Named") -> str:
    from importlib import import_module

    from runners.filters import removal
    from runners.pruning import pattern, scores
    from runners.pruning.allocation import ALLOCATIONS
    from runners.pruning.schedule import SCHEDULES

    method = named.method
    parts = {
        f"score {method.score}": import_module(f"{scores.__name__}.{method.score}"),
        **({f"granularity {method.pattern}": pattern} if method.pattern else {}),
        **({"granularity filter": removal} if method.granularity == "filter" else {}),
        **({} if method.pattern else {f"allocation {method.allocation}": ALLOCATIONS[method.allocation]}),
        f"schedule {method.schedule}, from {method.starts_from} weights": SCHEDULES[method.schedule],
    }
    lines = [f"{name}: {named.citation}"]
    lines += [f"{title}\n{_indented(inspect.getdoc(part) or '')}" for title, part in parts.items()]
    return "\n\n".join(lines)


def _indented(text: str) -> str:
    return "\n".join(f"  {line}".rstrip() for line in text.splitlines())
