"""Writes the reference pages of this directory from the code: `make docs`.

Each page has a beginning written by hand, which is kept, and below the marker what is said in the code.
"""

import datetime
import inspect
import re
import types
from collections.abc import Callable, Iterator
from importlib import import_module
from math import isinf
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import click
import msgspec

from audit import report
from audit.checklist import CHECKLIST
from audit.cli import COMMANDS, group
from audit.corpus import normalise
from audit.corpus.columns import TABLES
from audit.registry import rules
from audit.render import (
    cell_list,
    claim_list,
    evidence,
    filled_checklist,
    heat_map,
    html_page,
    latex,
    latex_numbers,
    latex_plot,
    latex_table,
    matrix_table,
    numbers_table,
    svg_plot,
)
from audit.render.arrangement import Header
from audit.schema import COLUMNS, CURVES, LAYER_COUNTS, LAYER_NAME, Column, Group
from audit.sources import units
from audit.sources.locate import SOURCES
from audit.study import Section
from audit.study.about import About
from audit.study.architecture import Architecture
from audit.study.claim import Claim
from audit.study.comparison import Comparison, Figure
from audit.study.dataset import Dataset
from audit.study.gate import Gate
from audit.study.method import Method
from audit.study.metric import Metric
from audit.study.source import Source
from audit.study.waiver import Waiver

HERE = Path(__file__).parent
MARKER = "<!-- What follows is written from the code by `make docs`. -->"

SECTIONS: tuple[tuple[str, type[Section]], ...] = (
    ("[study]", About),
    ("[method.NAME]", Method),
    ("[dataset.NAME]", Dataset),
    ("[architecture.NAME]", Architecture),
    ("[metric.NAME]", Metric),
    ("[[source]]", Source),
    ("[[comparison]]", Comparison),
    ("figures of [[comparison]]", Figure),
    ("[[claim]]", Claim),
    ("[[waiver]]", Waiver),
    ("[gate]", Gate),
)
HEADINGS = re.compile(r"^(What it checks|Why it matters|Example|What it cannot see|Source)(?:\n|: )", re.MULTILINE)
TYPE_NAMES: dict[Any, str] = {
    str: "text",
    int: "whole number",
    float: "number",
    bool: "true or false",
    datetime.date: "date",
}
BOUNDS = {"ge": "≥ {}", "gt": "> {}", "le": "≤ {}", "lt": "< {}", "min_length": "{} or more"}


TEMPLATES: dict[str, dict[str, str]] = {  # what the renderers give each
    "latex/report.tex": {"report": "`Report`", "pairs": "list of `Fragments`"},
    "latex/preamble.tex": {"version": "text", "colours": "tuple of `Colour`"},
    "latex/table.tex": {"table": "`Table`", "layout": "`Layout`", "stem": "text", "at_chance": "text"},
    "latex/figure.tex": {
        "diagrams": "list of `Axes`", "legend": "tuple of `Trace`", "reading": "text", "remarks": "tuple of text",
        "metric": "`MetricReport`", "stem": "text", "title": "text",
    },
    "latex/checklist.tex": {"checklist": "`FilledChecklist`", "most": "sightings of a statement that are printed"},
    "latex/claims.tex": {"claims": "tuple of `ClaimLine`"},
    "latex/numbers.tex": {"version": "text", "sections": "tuple of `Section`"},
    "html/page.html": {
        "report": "`Report`", "compact": "whether the page of a large study says less", "standing": "`Verdict`",
        "checklist": "`FilledChecklist`", "claims": "tuple of `ClaimLine`", "pairs": "tuple of `PairView`",
        "method_fields": "tuple of text", "colours": "tuple of `Colour`", "at_chance": "text",
        "heat_scale": "tuple of `Step`", "recorded": "tuple of `Recorded`",
    },
    "html/checklist_page.html": {
        "report": "`Report`", "standing": "`Verdict`", "checklist": "`FilledChecklist`", "colours": "tuple of `Colour`",
    },
    "html/table.html": {
        "report": "`Report`", "label": "text", "tables": "tuple of `Table`", "compact": "false",
        "colours": "tuple of `Colour`", "at_chance": "text",
    },
}  # fmt: skip
TEMPLATE_TYPES: tuple[type, ...] = (
    report.Report, report.MetricReport, report.PairReport, report.MethodReport, report.CellReport, report.Statistic,
    report.Standing, filled_checklist.FilledChecklist, filled_checklist.SectionAnswer, filled_checklist.ItemAnswer,
    filled_checklist.FamilyAnswer, filled_checklist.RuleAnswer, filled_checklist.Statement, filled_checklist.Sighting,
    filled_checklist.Tally, evidence.Source, claim_list.ClaimLine, claim_list.TestLine, numbers_table.Table,
    numbers_table.Group, numbers_table.Row, numbers_table.Entry, numbers_table.Note, Header, latex.Fragments,
    latex_table.Layout, latex_table.Panel, latex_table.Section, latex_table.Line, latex_table.Column, latex_plot.Axes,
    latex_plot.Trace, latex_plot.Reach, latex_numbers.Section, latex_numbers.Macro, html_page.PairView,
    html_page.DrawnFigure, html_page.KeyEntry, html_page.Recorded, svg_plot.Plot, svg_plot.Trace, svg_plot.Mark,
    svg_plot.Tick, svg_plot.Level, cell_list.CellLine, matrix_table.Matrix, matrix_table.MatrixRow,
    matrix_table.Difference, heat_map.HeatMap, heat_map.Line, heat_map.Shade, heat_map.Step,
)  # fmt: skip


def columns() -> str:
    """Every column of a results table."""
    lines = []
    for part in Group:
        held = [column for column in COLUMNS if column.group is part]
        lines += [f"## {part.value.capitalize()}", ""]
        lines += table(("column", "held as", "unit and range", "meaning"), map(_column, held))
    lines += ["## Per layer", "", _several((LAYER_NAME, *LAYER_COUNTS)), ""]
    lines += ["## Per epoch", "", _several(CURVES), ""]
    return "\n".join(lines)


def _column(column: Column) -> tuple[str, ...]:
    return f"`{column.name}`", column.kind.value, ", ".join(filter(None, (column.unit, _range(column)))), column.meaning


def _range(column: Column) -> str:
    if isinf(column.low) and isinf(column.high):
        return ""
    return f"≥ {column.low:g}" if isinf(column.high) else f"{column.low:g} to {column.high:g}"


def _several(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def rule_pages() -> str:
    """Appendix B item by item, then every rule with its documentation."""
    known = {loaded.rule.code: loaded for loaded in rules()}

    def named(code: str, name: str) -> str:
        return f"[{code}](#{code.lower()}) {name}"

    lines = ["## Appendix B, item by item", ""]
    for section in dict.fromkeys(item.section for item in CHECKLIST):
        lines += [f"**{section}**", ""]
        held = [item for item in CHECKLIST if item.section == section]
        lines += table(
            ("item", "rules"), ((item.text, "; ".join(named(*rule) for rule in item.rules)) for item in held)
        )
    listed = {code for item in CHECKLIST for code, _ in item.rules}
    beyond = [loaded for loaded in known.values() if loaded.rule.code not in listed]
    lines += ["**Beyond appendix B**: " + "; ".join(named(each.rule.code, each.rule.name) for each in beyond), ""]
    for code, loaded in known.items():
        rule = loaded.rule
        facts = [("severity", str(rule.severity)), ("judged per", rule.scope.value)]
        facts += [("where its evidence is missing", rule.absent.value.replace("_", " "))]
        facts += [(f"`[rules.{rule.name}] {key}`", f"{value}, unless set") for key, value in rule.parameters.items()]
        lines += [f"## {code}", "", f"`{rule.name}`", "", HEADINGS.sub(r"**\1.** ", loaded.documentation), ""]
        lines += [*(f"- {name}: {value}" for name, value in facts), ""]
    return "\n".join(lines)


def study_file() -> str:
    """Every table of `audit.toml` and its keys."""
    from runners.recipe import Recipe  # of the runners, what needs no training framework
    from runners.spec import Schedules, Spec

    lines = []
    for title, kind in (
        *SECTIONS,
        ("[run]", Spec),
        ("[run.schedules]", Schedules),
        ("[run.pretrain] and [run.finetune]", Recipe),
    ):
        hints = get_type_hints(kind, include_extras=True)
        rows = (
            (f"`{field.name}`", type_text(hints[field.name]), _default(field)) for field in msgspec.structs.fields(kind)
        )
        more = _doc(inspect.getmodule(kind)).partition("\n\n")[2] if title != "figures of [[comparison]]" else ""
        lines += [f"## `{title}`", "", *([more, ""] if more else []), _doc(kind), ""]
        lines += table(("key", "value", "if left out"), rows)
        if kind is Source:
            lines += [_doc(units).replace("Units: what", "`units` say what", 1), ""]
    lines += ["## `[rules.NAME]`", "", "The parameters of a rule, named by its name; see [the rules](rules.md).", ""]
    return "\n".join(lines)


def _default(field: msgspec.structs.FieldInfo) -> str:
    if field.required:
        return "**required**"
    value = field.default
    if value is msgspec.NODEFAULT or value in (None, "", ()):
        return ""
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def type_text(hint: Any) -> str:
    """A type as a person would say it; raises KeyError for one that no study file has."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        limits = [_limit(each) for each in arguments[1:]]
        return ", ".join([type_text(arguments[0]), *filter(None, limits)])
    if origin is Literal:
        return " or ".join(f"`{value}`" for value in arguments)
    if origin in (Union, types.UnionType):
        return " or ".join(type_text(each) for each in arguments if each is not type(None))
    if origin is list:
        return f"list of {type_text(arguments[0])}"
    if origin is tuple:
        return (
            f"list of {type_text(arguments[0])}"
            if arguments[1:] == (...,)
            else f"[{', '.join(map(type_text, arguments))}]"
        )
    if origin is dict:
        return f"table of {type_text(arguments[1])}"
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return f"table of {', '.join(f'`{field.name}`' for field in msgspec.structs.fields(hint))}"
    return TYPE_NAMES[hint]


def _limit(meta: msgspec.Meta) -> str:
    return ", ".join(text.format(getattr(meta, key)) for key, text in BOUNDS.items() if getattr(meta, key) is not None)


def sources() -> str:
    """The formats that can be read."""
    return "\n".join(f"## `{source.NAME}`\n\n{_doc(source)}\n" for source in SOURCES)


def methods() -> str:
    """The methods that come with the project: scores, allocations, schedules, and the names that combine them."""
    from runners import latency, scratch_network
    from runners.filters import dependencies, removal
    from runners.pruning import scores
    from runners.pruning.allocation import ALLOCATIONS
    from runners.pruning.named import NAMED
    from runners.pruning.schedule import SCHEDULES, STARTS

    named = (
        (
            f"`{name}`",
            f"`{each.method.score}`",
            f"`{each.method.granularity}`",
            f"`{each.method.allocation}`",
            f"`{each.method.schedule}`",
            each.citation,
        )
        for name, each in NAMED.items()
    )
    lines = ["## By name", "", *table(("method", "score", "granularity", "allocation", "schedule", "source"), named)]
    lines += ["## Filters", ""]
    for module in (removal, dependencies, scratch_network, latency):
        lines += [_doc(module), ""]
    for title, entries in (
        ("Scores", {name: import_module(f"{scores.__name__}.{name}") for name in scores.known()}),
        ("Allocations", ALLOCATIONS),
        ("Schedules", SCHEDULES),
    ):
        lines += [f"## {title}", ""]
        for name, entry in entries.items():
            start = [f"Starts from `{STARTS[name]}` weights.", ""] if title == "Schedules" else []
            lines += [f"### `{name}`", "", _doc(entry), "", *start]
    return "\n".join(lines)


def corpus() -> str:
    """The tables of a collection, column by column, and the rules of conversion."""
    lines = []
    for name, columns_ in TABLES.items():
        lines += [f"## `{name}`", ""]
        lines += table(
            ("column", "holds", "meaning"),
            ((_needed(each.name, each.required), each.held.value, each.meaning) for each in columns_),
        )
    return "\n".join([*lines, "## Conversions", "", _doc(normalise)])


def _needed(name: str, required: bool) -> str:
    return f"`{name}`, needed" if required else f"`{name}`"


def commands() -> str:
    """What each command does, its arguments and its options."""
    lines = []
    for name, command in _commands():
        arguments = [
            each.metavar or str(each.name).upper() for each in command.params if isinstance(each, click.Argument)
        ]
        options = [each for each in command.params if isinstance(each, click.Option)]
        called = "COMMAND" if isinstance(command, click.Group) else ""
        lines += [f"## `audit {name}`", "", f"`{' '.join(['audit', name, *arguments, called]).rstrip()}`", ""]
        lines += [inspect.cleandoc(command.help or ""), ""]
        lines += table(("option", "meaning"), ((_option(each), _meaning(each)) for each in options)) if options else []
    return "\n".join(lines)


def _commands() -> Iterator[tuple[str, click.Command]]:
    """Every command by name, each group followed by the commands in it."""
    for name in sorted(COMMANDS):
        command = group.get_command(click.Context(group), name)
        assert command is not None
        yield name, command
        if isinstance(command, click.Group):
            yield from ((f"{name} {each}", command.commands[each]) for each in sorted(command.commands))


def templates() -> str:
    """What each template is given, and the types of it."""
    lines = []
    for file, context in TEMPLATES.items():
        lines += [f"## `{file}`", "", *table(("name", "type"), ((f"`{name}`", kind) for name, kind in context.items()))]
    lines += ["## Types", ""]
    for kind in TEMPLATE_TYPES:
        lines += [f"### `{kind.__name__}`", "", _doc(kind), ""]
        rows = [(f"`{name}`", _annotation(type_)) for name, type_ in kind.__annotations__.items()]
        rows += [(f"`{name}`", _property(value)) for name, value in vars(kind).items() if isinstance(value, property)]
        lines += table(("field", "type"), rows)
    return "\n".join(lines)


def _annotation(kind: Any) -> str:
    text = kind if isinstance(kind, str) else getattr(kind, "__name__", "") if isinstance(kind, type) else str(kind)
    return f"`{re.sub(r'[a-z_]+[.](?=[A-Za-z])', '', text)}`"


def _property(value: property) -> str:
    return f"{_annotation(inspect.signature(value.fget).return_annotation)}: {_doc(value)}" if value.fget else ""


def _option(option: click.Option) -> str:
    choices = option.type.choices if isinstance(option.type, click.Choice) else None
    value = option.metavar or ("|".join(map(str, choices)) if choices else str(option.name).upper())
    return f"`{', '.join(option.opts)}{'' if option.is_flag else f' {value}'}`"


def _meaning(option: click.Option) -> str:
    return (option.help or "") + (f" Default: `{option.default}`." if option.show_default else "")


def table(head: tuple[str, ...], rows: "Iterator[tuple[str, ...]] | list[tuple[str, str]]") -> list[str]:
    """A Markdown table and the empty line after it."""
    lines = [head, tuple("---" for _ in head), *rows]
    return ["| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines] + [""]


def _doc(thing: object) -> str:
    return inspect.getdoc(thing) or ""


PAGES: dict[str, Callable[[], str]] = {
    "columns.md": columns,
    "commands.md": commands,
    "corpus.md": corpus,
    "methods.md": methods,
    "rules.md": rule_pages,
    "sources.md": sources,
    "study-file.md": study_file,
    "templates.md": templates,
}


def page(name: str) -> str:
    """The whole text that a page should have: its beginning as it stands, and what the code says."""
    beginning, _, _ = (HERE / name).read_text(encoding="utf-8").partition(MARKER)
    return f"{beginning}{MARKER}\n\n{PAGES[name]().rstrip()}\n"


if __name__ == "__main__":
    for each in PAGES:
        (HERE / each).write_text(page(each), encoding="utf-8")
