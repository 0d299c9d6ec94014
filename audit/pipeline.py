"""The whole audit in one call: locations → results → report."""

from collections.abc import Sequence
from dataclasses import replace
from os import PathLike
from pathlib import Path

from audit import __version__
from audit.engine import audit_results
from audit.registry import validate
from audit.report import Input, Report
from audit.sources.locate import find_study, locate, read


def check(
    locations: str | PathLike[str] | Sequence[str | PathLike[str]],
    *,
    config: str | PathLike[str] | None = None,
    source: str | None = None,
    select: frozenset[str] | None = None,
    ignore: frozenset[str] = frozenset(),
) -> Report:
    """Audit results: one location or several that make one study.

    `config` is the study file, where it is not `audit.toml` beside the results; `source` names the format, where it is
    not to be recognised; `select` and `ignore` are rule codes (see `audit.registry.resolve`). Raises StudyError for a
    wrong study file, looked at before any location, and SourceError for input that cannot be audited.
    """
    given = [str(each) for each in ([locations] if isinstance(locations, str | PathLike) else locations)]
    study = find_study(given, Path(config) if config is not None else None)
    validate(study)
    places = [locate(each, source) for each in given]
    if config is None and study.path is None:
        study = find_study([str(place.path) for place in places], None)  # a child directory brings its own
        validate(study)
    results, counts = read(places, study)
    inputs = tuple(Input(place.given, place.source.NAME, count) for place, count in zip(places, counts, strict=True))
    report = audit_results(results, study, inputs, version=__version__, select=select, ignore=ignore)
    return replace(report, notes=(*(place.note for place in places if place.note), *report.notes))
