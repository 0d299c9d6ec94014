"""What several commands share: which results are read, and how."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

_READING = (
    click.argument("locations", metavar="LOCATION...", nargs=-1, required=True),
    click.option(
        "--config", type=click.Path(path_type=Path), help="Study file, where it is not audit.toml in LOCATION."
    ),
    click.option("--source", metavar="NAME", help="Format of LOCATION, where it is not to be recognised."),
    click.option(
        "--experiment",
        "experiments",
        multiple=True,
        metavar="NAME",
        help="Experiment of MLflow to read, where not all are; repeatable.",
    ),
    click.option(
        "--trust",
        is_flag=True,
        help="Import the rules of its own that the study file names, which are code.",
    ),
)


def reading(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the locations, and the options that say how they are read."""
    for option in reversed(_READING):
        command = option(command)
    return command
