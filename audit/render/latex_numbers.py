r"""Every figure of a study as a LaTeX macro, printed as the tables print it, so that text and tables cannot disagree.

`\pa` PAIR METHOD `At` RATIO MEASURE is a mean, with `Deviation`, `Low`, `High` (of the 95 % t-interval) and `N` after
it; `AtSpeedup` where a speedup was asked for, and neither where the measure is an area. `\pa` PAIR `Dense` MEASURE is
the dense control. Names are those of `macro_names`.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from audit.render import notation
from audit.render.latex_environment import fill
from audit.render.macro_names import letters, macro_words, ratio_word
from audit.render.naming import Names
from audit.render.numbers_table import Entry, Table, numbers_tables
from audit.report import MetricReport, PairReport, Report
from audit.wording import points

PREFIX = "pa"


class Macro(Struct, frozen=True):
    """A macro: its name without the backslash, what it prints, what it is, and a key that no other macro has."""

    name: str
    text: str
    about: str
    key: str


class Section(Struct, frozen=True):
    """Macros that belong together."""

    heading: str
    macros: tuple[Macro, ...]


def render(report: Report, measures: Sequence[MetricReport], own: Path | None = None) -> str:
    """The macros of a study for some measures; raises OwnTemplateError."""
    return fill("numbers.tex", own, version=report.version, sections=sections(report, measures))


def sections(report: Report, measures: Sequence[MetricReport]) -> tuple[Section, ...]:
    """The study's own counts and claims, then pair by pair its size and every measure of every method."""
    names = Names.of(report)
    pairs = macro_words(_key(pair.dataset, pair.architecture) for pair in report.pairs)
    words = _Words(
        macro_words(method.name for method in report.methods), macro_words(measure.name for measure in measures)
    )
    tables = [table for measure in measures for table in numbers_tables(report, measure)]
    out = [Section("The study", tuple(_study(report)))]
    for pair in report.pairs:
        stem = pairs[_key(pair.dataset, pair.architecture)]
        macros = list(_size(pair, stem))
        for table in tables:
            macros += _of_table(table, pair, stem, words, names)
        out.append(Section(names.pair(pair.dataset, pair.architecture), tuple(macros)))
    return _apart(out)


class _Words(Struct, frozen=True):
    """What methods and measures are called in macros."""

    methods: Mapping[str, str]
    measures: Mapping[str, str]


def _apart(sections: Sequence[Section]) -> tuple[Section, ...]:
    """The same macros, those that would share a name told apart by letters made from their keys."""
    taken = Counter(macro.name for section in sections for macro in section.macros)

    def own(macro: Macro) -> Macro:
        return macro if taken[macro.name] == 1 else replace(macro, name=macro.name + letters(macro.key))

    return tuple(replace(section, macros=tuple(map(own, section.macros))) for section in sections)


def _key(*parts: object) -> str:
    return "\0".join(map(str, parts))


def _study(report: Report) -> Iterator[Macro]:
    networks = sum(each.networks for each in report.inputs)
    yield _macro("Networks", networks, "networks that were read", "study")
    for verdict, number in report.summary.items():
        word = "".join(part.capitalize() for part in verdict.value.split("_"))
        yield _macro(f"Findings{word}", number, f"findings: {verdict.value.replace('_', ' ')}", "study")
    words = macro_words(answer.claim for answer in report.claims)
    for answer in report.claims:
        stem, key = f"Claim{words[answer.claim]}", _key("claim", answer.claim)
        yield _macro(f"{stem}Answer", answer.outcome.value, answer.claim, key)
        if answer.effect is not None and answer.interval is not None:
            low, high = answer.interval
            for ending, value in (("Effect", answer.effect), ("Low", low), ("High", high)):
                shown = points(value, percent=answer.percent, sign=False).removesuffix(" points").replace("−", "-")
                yield _macro(f"{stem}{ending}", shown, f"{answer.claim}, {ending.lower()}", key)
        if answer.p_adjusted is not None:
            yield _macro(f"{stem}P", f"{answer.p_adjusted:.2g}", f"{answer.claim}, p after Holm's correction", key)


def _size(pair: PairReport, stem: str) -> Iterator[Macro]:
    key = _key("size", pair.dataset, pair.architecture)
    for ending, value, about in (
        ("Parameters", pair.parameters, "parameters of the dense network"),
        ("Macs", pair.macs, "MACs of the dense network"),
        ("Seeds", pair.seeds or None, "seeds"),
    ):
        if value is not None:
            yield _macro(f"{stem}{ending}", value, about, key)


def _of_table(table: Table, pair: PairReport, stem: str, words: _Words, names: Names) -> Iterator[Macro]:
    measure = words.measures[table.measure.name]
    for entry in (entry for row in table.rows for entry in row.entries if entry is not None):
        cell = entry.cell
        if (cell.dataset, cell.architecture) != (pair.dataset, pair.architecture):
            continue
        faster = cell.speedup_target
        size = cell.compression_target or faster or cell.compression_ratio
        at = f" at {notation.speedup(size) if faster else notation.ratio(size)}" if size else ""
        place = f"At{'Speedup' if faster else ''}{ratio_word(size)}" if size else ""
        about = f"{table.label}: {names.methods.get(cell.method, cell.method)}{at}"
        key = _key(pair.dataset, pair.architecture, cell.method, at if faster else size, table.measure.name)
        yield from _entry(f"{stem}{words.methods[cell.method]}{place}{measure}", entry, about, key)
    if table.pair is pair:
        starts = macro_words(entry.starts_from for entry in table.dense)
        for entry in table.dense:
            start = starts[entry.starts_from] if entry.starts_from else ""
            key = _key("dense", pair.dataset, pair.architecture, entry.starts_from, table.measure.name)
            yield from _entry(f"{stem}Dense{start}{measure}", entry, f"{table.label}: dense control", key)


def _entry(stem: str, entry: Entry, about: str, key: str) -> Iterator[Macro]:
    yield _macro(stem, entry.mean, about, key)
    if entry.deviation:
        yield _macro(f"{stem}Deviation", entry.deviation, f"{about}, deviation", key)
    if entry.interval:
        yield _macro(f"{stem}Low", entry.interval[0], f"{about}, lower end of the 95 % t-interval", key)
        yield _macro(f"{stem}High", entry.interval[1], f"{about}, upper end of it", key)
    yield _macro(f"{stem}N", entry.n, f"{about}, n", key)


def _macro(name: str, value: str | int, about: str, key: str) -> Macro:
    return Macro(f"{PREFIX}{name}", str(value), about, f"{key} {name}")
