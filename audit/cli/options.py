"""What several commands share: which results are read, and how."""

from collections.abc import Callable
from functools import partial, wraps
from pathlib import Path
from typing import Any

import click
from msgspec import Struct
from msgspec.structs import fields

from audit.cli.complaint import complain
from audit.cli.patience import patience
from audit.pipeline import check
from audit.registry import validate
from audit.report import Report
from audit.results import Results
from audit.sources.locate import read, settle
from audit.study import Study

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


class Reading(Struct, frozen=True):
    """Which results a command reads, and how: what the options say."""

    locations: tuple[str, ...]
    config: Path | None
    source: str | None
    experiments: tuple[str, ...]
    trust: bool

    @property
    def inputs(self) -> tuple[str | Path | None, ...]:
        """What no output may stand in the place of."""
        return (*self.locations, self.config)

    def check(self, **judged: Any) -> Report:
        """The audit of them; `judged` and what it raises are those of `pipeline.check`."""
        with patience(self.locations):
            return check(
                self.locations,
                config=self.config,
                source=self.source,
                experiments=self.experiments,
                trust=self.trust,
                **judged,
            )

    def read(self) -> tuple[Study, Results]:
        """The study and the results, not judged; what is noted of them goes to stderr.

        Raises StudyError and SourceError as `pipeline.check` does.
        """
        with patience(self.locations):
            approve = partial(validate, trust=self.trust)
            study, places = settle(self.locations, self.config, self.source, approve, self.experiments)
            results, _ = read(places, study)
        for note in (*(note for place in places for note in place.notes), *results.notes):
            complain(note)
        return study, results


def reading(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the locations and the options that say how they are read, together as its argument `given`."""

    @wraps(command)
    def called(**options: Any) -> Any:
        return command(given=Reading(**{each.name: options.pop(each.name) for each in fields(Reading)}), **options)

    for option in reversed(_READING):
        called = option(called)
    return called
