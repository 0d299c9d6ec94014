"""What templates are given is what docs/templates.md says."""

import runpy
from pathlib import Path
from typing import Any

import pytest

from audit.render import html_page, html_table, latex, latex_numbers, templates
from audit.render.numbers_table import numbers_tables
from tests.render.whole_outputs import report


def test_the_context_is_documented(monkeypatch: pytest.MonkeyPatch):
    """Every template that is filled in has a page entry with just the names that it is given."""
    given: dict[str, set[str]] = {}
    real = templates.fill

    def spy(made: Any, template: str, own: Path | None, **context: object) -> str:
        kind = "latex" if "spelled" in context else "html"
        given[f"{kind}/{template}"] = set(context) - {"spelled"}
        return real(made, template, own, **context)

    monkeypatch.setattr(templates, "fill", spy)
    made = report("sound")
    latex.render(made)
    latex_numbers.render(made, [made.metric])
    html_page.render(made)
    html_page.checklist(made)
    html_table.render(made, numbers_tables(made, made.metric))
    told = runpy.run_path(str(Path(__file__).parents[1] / "docs" / "generate.py"))["TEMPLATES"]
    documented = {name: set(context) for name, context in told.items() if name != "latex/claims.tex"}
    assert given == documented


def test_every_template_can_be_replaced():
    """The files that may stand in a directory of own templates are those of `templates/`."""
    here = Path(__file__).parents[1] / "templates"
    for kind in (templates.LATEX, templates.HTML):
        assert set(templates.names(kind)) == {path.name for path in (here / kind).iterdir()}


def test_templates_do_no_arithmetic():
    """None adds, subtracts, multiplies or divides: what is printed was worked out before."""
    here = Path(__file__).parents[1] / "templates"
    for path in sorted(here.rglob("*.*")):
        opening = "<<" if path.parent.name == "latex" else "{{"
        closing = ">>" if opening == "<<" else "}}"
        for piece in path.read_text(encoding="utf-8").split(opening)[1:]:
            inside = piece.partition(closing)[0]
            bare = "".join(part for number, part in enumerate(inside.split('"')) if number % 2 == 0)
            assert not set(bare.replace("|length + 1", "")) & set("+*/"), (path.name, inside)
