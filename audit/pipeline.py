"""The whole audit in one call: locations → results → report."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from os import PathLike
from pathlib import Path

from audit import __version__
from audit.engine import audit_results
from audit.registry import resolve, validate
from audit.report import Input, Report
from audit.sources.locate import read, settle


def check(
    locations: str | PathLike[str] | Sequence[str | PathLike[str]],
    *,
    config: str | PathLike[str] | None = None,
    source: str | None = None,
    experiments: Collection[str] = (),
    select: Collection[str] | None = None,
    ignore: Collection[str] = (),
) -> Report:
    """Audit results: one location or several that make one study.

    `config` is the study file, where it is not `audit.toml` beside the results; `source` names the format, where it is
    not to be recognised; `experiments` names those of MLflow that are read, where not all are; `select` and `ignore`
    name rules by code, name or family. Raises KeyError for an unknown rule, StudyError for a wrong study file, looked
    at before any location, and SourceError for input that cannot be audited.
    """
    chosen, ignored = None if select is None else resolve(select), resolve(ignore)
    given = [str(each) for each in ([locations] if isinstance(locations, str | PathLike) else locations)]
    study, places = settle(given, Path(config) if config is not None else None, source, validate, list(experiments))
    results, counts = read(places, study)
    inputs = tuple(Input(place.given, place.format, count) for place, count in zip(places, counts, strict=True))
    report = audit_results(results, study, inputs, version=__version__, select=chosen, ignore=ignored)
    return replace(report, notes=(*(note for place in places for note in place.notes), *report.notes))
