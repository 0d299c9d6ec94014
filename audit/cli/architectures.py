"""`audit architectures`: what the architectures that can be named in a study count."""

import json
import math
from typing import TYPE_CHECKING, Any

import click

from audit.cli import put
from audit.study.convert import suggest

if TYPE_CHECKING:
    from runners.catalogue import Entry

FLOPS_PER_MAC = 2
_ROW = "{:20} {:>13} {:>16} {:>17} {:>13} {:>12}  {}\n"
_HEAD = ("architecture", "parameters", "MACs", "FLOPs", "prunable", "at most", "input, classes")


@click.command("architectures")
@click.argument("names", metavar="[NAME]...", nargs=-1)
@click.option(
    "--format",
    "form",
    type=click.Choice(["terminal", "json"]),
    default="terminal",
    show_default=True,
    help="A table, or a JSON array.",
)
def command(names: tuple[str, ...], form: str) -> None:
    """List the architectures, the project's own and torchvision's, or those named, with what they count.

    Parameters, multiply–accumulates (MACs) and FLOPs (2 × MACs) for one example, parameters that may be pruned, and the
    largest compression ratio that leaves the others. Each is counted at the input shape and number of classes that it
    is published for, without making weights; all of them take half a minute, and rows appear as they are counted.
    """
    from runners import architectures
    from runners.catalogue import entry

    for name in names:
        try:
            found = architectures.find(name)
        except ValueError as error:
            raise click.UsageError(str(error)) from None
        if found is None:
            raise click.UsageError(f"no architecture `{name}`{suggest(name, architectures.names())}")
    entries = (entry(name) for name in names or architectures.names())
    if form == "json":
        put(json.dumps([_document(each) for each in entries], indent=2, ensure_ascii=False) + "\n")
        return
    put(_ROW.format(*_HEAD))
    shown = []
    for each in entries:
        put(_row(each))
        shown.append(each)
    put("\nMACs are those of convolutions, linear layers and attention for one example; 1 MAC = 2 FLOPs.\n")
    if names:
        put("".join(f"{each.name}: {_told(each)}\n" for each in shown))


def _row(entry: "Entry") -> str:
    size, shape = entry.size, entry.architecture.input_shape
    counts = (size.parameters, size.macs, FLOPS_PER_MAC * size.macs, size.prunable)
    most = math.floor(size.largest_compression * 100) / 100  # rounded up it could not be reached
    where = f"{' × '.join(map(str, shape))}, {entry.architecture.classes}"
    return _ROW.format(entry.name, *(f"{count:,}" for count in counts), f"{most:,.2f}×", where)


def _told(entry: "Entry") -> str:
    weights = f"; trained weights {', '.join(entry.weights)}" if entry.weights else ""
    return f"{entry.architecture.description}{weights}"


def _document(entry: "Entry") -> dict[str, Any]:
    return {
        "name": entry.name,
        "parameters": entry.size.parameters,
        "macs": entry.size.macs,
        "flops": FLOPS_PER_MAC * entry.size.macs,
        "prunable": entry.size.prunable,
        "largest_compression": entry.size.largest_compression,
        "input_shape": entry.architecture.input_shape,
        "classes": entry.architecture.classes,
        "classifier": entry.architecture.classifier,
        "weights": entry.weights,
        "description": entry.architecture.description,
    }
