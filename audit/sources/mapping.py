"""From a foreign table to Results: a source's columns, units and constants, wide tables, cells with a deviation."""

import difflib
import re
from collections.abc import Mapping

import numpy as np
from msgspec import Struct, field
from msgspec.structs import replace

from audit.results import Coded, Origin, Results, Values
from audit.schema import Column, Group, Kind
from audit.sources.copies import IDENTIFIERS, counted_once
from audit.sources.errors import SourceError, quote
from audit.sources.foreign import Foreign
from audit.sources.guesses import guess
from audit.sources.units import unit_of_deviation, units_of
from audit.sources.values import Where, convert, known_columns, numbers
from audit.sources.wide import levels
from audit.study import Study
from audit.study.source import Source, Wide

SETTING = "setting"
# The words that a status may be, in any case, and what each is in the schema; the last is MLflow's alone.
STATUS = {word: word for word in ("finished", "failed", "killed", "running")} | {"scheduled": "running"}
_DEVIATION = re.compile(r"(.*?)\s*(?:±|\+/-|\+-|\\pm)\s*(.*)", re.DOTALL)
_SHOWN = 12


class Mapped(Struct, frozen=True):
    """Foreign values (rows,) under the schema's names, the headings that they had, and their units.

    `wide` holds, by heading, the columns of a wide table that are still to be spread over rows.
    """

    columns: Mapping[str, np.ndarray]
    titles: Mapping[str, str]
    units: Mapping[str, str]
    records: np.ndarray
    wide: Mapping[str, np.ndarray] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def check_sources(study: Study) -> None:
    """Check what `[[source]]` says by the schema's names; raises StudyError with the line and a suggestion."""
    known = known_columns(study)
    for index, source in enumerate(study.sources):
        for key, table in (("columns", source.columns), ("units", source.units), ("constants", source.constants)):
            for name in table:
                _known(study, ("source", index, key, name), name, known)
        for name, unit in source.units.items():
            units = units_of(known[name])
            if unit not in units:
                expected = f"it may be {', '.join(units)}" if units else "it has no unit"
                raise study.error(
                    ("source", index, "units", name), f"`{name}` cannot be in {unit!r}; {expected}{_close(unit, units)}"
                )
        for name, value in source.constants.items():
            kind = known[name].kind
            if kind in (Kind.NUMBER, Kind.INTEGER) and (isinstance(value, bool) or not isinstance(value, int | float)):
                raise study.error(("source", index, "constants", name), f"`{name}` must be a number, found {value!r}")
            if name == "status" and str(value).casefold() not in STATUS:
                raise study.error(("source", index, "constants", name), f"`status` must be one of {', '.join(STATUS)}")
        if source.wide:
            for key in ("headings", "cells"):
                _known(study, ("source", index, "wide", key), getattr(source.wide, key), known)


def _known(study: Study, where: tuple[str | int, ...], name: str, known: Mapping[str, Column]) -> None:
    if name not in known:
        raise study.error(where, f"no column `{name}` in the schema{_close(name, known)}")


def _close(word: str, known: Mapping[str, object]) -> str:
    close = difflib.get_close_matches(word, known, 1, 0.85)  # `percent` is not nearly `kept_percent`
    return f"; did you mean `{close[0]}`?" if close else ""


def to_results(table: Foreign, source: Source | None, study: Study) -> Results:
    """A foreign table as Results, by what the source declares, else by the schema's names and certain guesses."""
    known, source = known_columns(study), source or Source(path="")
    mapped = _with_deviations(_widened(_renamed(table, source, known), table, source.wide, known), table, known)
    where = Where(table.name, table.unit, mapped.records, mapped.titles)
    columns: dict[str, Values] = {}
    written: dict[str, np.ndarray] = {}
    for name, texts in mapped.columns.items():
        column, unit = known[name], mapped.units.get(name, "")
        if column.kind is Kind.NUMBER and column.group in (Group.SIZE, Group.COST, Group.QUALITY):
            columns[name], places = numbers(column, texts, where, unit)
            if places is not None and table.printed:
                written[name] = places
        else:
            columns[name] = convert(column, texts, where, unit)
    if "status" in columns:
        columns["status"] = _status(columns["status"], where)
    rows = len(mapped.records)
    for name, value in source.constants.items():
        columns[name] = _constant(known[name], value, rows)
    file = Coded(np.zeros(rows, np.int64), (table.name,))
    origin = Origin(file, mapped.records) if table.unit == "row" else Origin(file, run_id=Coded.of(mapped.records))
    return Results(columns, origin, notes=mapped.notes, written=written)


def _status(values: Values, where: Where) -> Values:
    """The schema's words; raises SourceError for others, which would count as finished."""
    assert isinstance(values, Coded)
    for code, word in enumerate(values.categories):
        if word.casefold() not in STATUS:
            row = int(np.flatnonzero(values.codes == code)[0])
            raise SourceError(
                f"{where(row, 'status')}: found {quote(word)}, expected one of {', '.join(STATUS)}; what is left empty "
                "is finished"
            )
    return values.renamed(lambda word: STATUS[word.casefold()])


def with_constants(results: Results, source: Source | None, study: Study) -> Results:
    """Results that another reader made, with the constants that a source declares."""
    if source is None:
        return results
    known = known_columns(study)
    constants = {name: _constant(known[name], value, len(results)) for name, value in source.constants.items()}
    return replace(results, columns={**results.columns, **constants})


def _constant(column: Column, value: str | float, rows: int) -> Values:
    if column.kind in (Kind.NUMBER, Kind.INTEGER, Kind.FLAG):
        return np.full(rows, float(value))
    return Coded(np.zeros(rows, np.int64), (str(value),))


def _renamed(table: Foreign, source: Source, known: Mapping[str, Column]) -> Mapped:
    """The columns under the schema's names: as declared, else where the heading is the schema's, else as guessed."""
    for name, heading in source.columns.items():
        _expect(table, heading, f"`[[source]] columns` names it for `{name}`")
    for heading in source.settings:
        _expect(table, heading, "`[[source]] settings` names it")
    titles = dict(source.columns)
    claimed = {*titles.values(), *(source.wide.columns if source.wide else ())}
    for heading in table.headings:
        if heading in known and heading not in titles and heading not in claimed and heading not in source.constants:
            titles[heading] = heading
    units = dict(source.units)
    taken = {*titles, *source.constants, *({source.wide.headings, source.wide.cells} if source.wide else ())}
    free = {heading: values for heading, values in table.columns.items() if heading not in titles.values()}
    notes = []
    for each in guess({heading: values for heading, values in free.items() if heading not in claimed}, taken):
        titles[each.column] = each.heading
        if each.unit:
            units.setdefault(each.column, each.unit)
        as_unit = f", in the unit `{each.unit}`" if each.unit else ""
        notes.append(f"{table.name}: column {each.heading!r} is taken as `{each.column}`{as_unit}")
    table = counted_once(table, [titles[name] for name in IDENTIFIERS if name in titles])
    columns = {name: table.columns[heading] for name, heading in titles.items()}
    if source.settings:
        columns[SETTING] = _settings(table, source.settings)
    used = {*titles.values(), *source.settings, *source.where} - {*(source.wide.columns if source.wide else ())}
    unread = {heading: values for heading, values in table.columns.items() if heading not in used}
    if unread and not source.wide:
        shown = ", ".join(list(unread)[:_SHOWN]) + (", …" if len(unread) > _SHOWN else "")
        notes.append(f"{table.name}: columns that the schema does not have are not read: {shown}")
    return Mapped(columns, titles, units, table.records, unread if source.wide else {}, (*table.notes, *notes))


def _expect(table: Foreign, heading: str, why: str) -> None:
    if heading not in table.columns:
        close = difflib.get_close_matches(heading, table.headings, 1)
        hint = f"did you mean {close[0]!r}?" if close else f"it has: {', '.join(map(repr, table.headings[:_SHOWN]))}"
        raise SourceError(f"{table.name}: no column {heading!r}; {why}; {hint}")


def _settings(table: Foreign, headings: list[str]) -> np.ndarray:
    """(rows,) one text for each hyperparameter setting: `begin=40000 end=100000`."""
    each = [[f"{heading}={'' if value is None else value}" for value in table.columns[heading]] for heading in headings]
    return np.array([" ".join(parts) for parts in zip(*each, strict=True)], object)


def _widened(mapped: Mapped, table: Foreign, wide: Wide | None, known: Mapping[str, Column]) -> Mapped:
    """A wide table as a long one: a row for each cell that holds something, in the order of rows, then columns."""
    if wide is None:
        return mapped
    for heading in wide.columns:
        _expect(table, heading, "`[[source]] wide` names it")
    values_of = levels(table.name, wide, list(mapped.wide), known[wide.headings], mapped.units.get(wide.headings, ""))
    cells = np.stack([_texts(mapped.wide[heading]) for heading in values_of], axis=1)
    row, place = np.nonzero([[bool((text or "").strip(" -–—")) for text in line] for line in cells])
    columns = {name: values[row] for name, values in mapped.columns.items()}
    columns[wide.headings] = np.array(list(values_of.values()), object)[place]
    columns[wide.cells] = cells[row, place]
    titles = {**mapped.titles, wide.headings: "heading", wide.cells: "/".join([*values_of][:3])}
    return replace(mapped, columns=columns, titles=titles, records=mapped.records[row], wide={})


def _texts(values: np.ndarray) -> np.ndarray:
    if values.dtype == object:
        return values
    return np.array([None if np.isnan(value) else repr(value) for value in values.tolist()], object)


def _with_deviations(mapped: Mapped, table: Foreign, known: Mapping[str, Column]) -> Mapped:
    """Cells such as `93.1 ± 0.2` as a mean and its deviation."""
    columns = dict(mapped.columns)
    units = dict(mapped.units)
    titles = dict(mapped.titles)
    for name, values in mapped.columns.items():
        if known[name].kind is not Kind.NUMBER or values.dtype != object:
            continue
        parts = {text: _DEVIATION.fullmatch(text) for text in {text for text in values if text}}
        if not any(parts.values()):
            continue
        other = f"{name}_deviation"
        if other not in known or other in columns:
            row = next(row for row, text in enumerate(values) if text and parts[text])
            place = f"{table.name}, {table.unit} {mapped.records[row]}, column `{titles.get(name, name)}`"
            raise SourceError(f"{place}: found {quote(values[row])}; a deviation is read for top1 and declared metrics")
        mean = {text: _in_percent(m[1], m[2]) if (m := parts.get(text)) else text for text in {*values}}
        columns[name] = np.array([mean[text] for text in values], object)
        off = {text: m[2] if other in units else _in_percent(m[2], m[1]) for text, m in parts.items() if m}
        columns[other] = np.array([off.get(text) for text in values], object)
        titles[other] = titles.get(name, name)
        if name in units:
            units.setdefault(other, unit_of_deviation(units[name]))
    return replace(mapped, columns=columns, titles=titles, units=units)


def _in_percent(number: str, beside: str) -> str:
    """A number with the % that may stand at either of a mean and its deviation, and is meant of both."""
    return f"{number}%" if beside.rstrip().endswith("%") and not number.rstrip().endswith("%") else number
