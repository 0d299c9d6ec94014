"""Whatever text a name, a note or a reason holds, every format of a report stays what it is."""

import json
import re
from html.parser import HTMLParser
from xml.etree import ElementTree

import jsonschema
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from audit.anchors import anchors
from audit.engine import audit_results
from audit.render import github, html_page, json_document, junit, latex, markdown, sarif, terminal
from audit.report import Report
from audit.rule import Evidence, Verdict
from tests import schemas, studies
from tests.render.test_json_document import SCHEMA

UNSEEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
STEERS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40) | st.sampled_from(
    [
        "</script><script>alert(1)</script>",
        "]]>&#x0;<!--",
        "\\end{document}\\input{/etc/passwd}",
        "$x^{2}_3$ 50% #1 & ~",
        "%0A::error::x",
        "```\n# heading\n| a |",
        "\x1b]0;title\x07",
        "\u202eabc",
        "a" * 300,
    ]
)


class Balanced(HTMLParser):
    """Reads HTML and holds every end tag against its start tag."""

    VOID = ("meta", "link", "br", "wbr", "use", "path", "circle", "line", "rect", "polyline", "polygon", "stop")

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A tag begins."""
        self.tags.add(tag)
        assert not any(name.startswith("on") for name, _ in attrs)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """A tag ends."""
        if tag not in self.VOID:
            assert self.open.pop() == tag


def named(text: str) -> Report:
    """A report in which everything that a person or a file gives is this text."""
    name = text or "x"
    columns = studies.changed(studies.table(seeds=(1, 2)), lambda row: row["method"] == "mine", method=name)
    judged = studies.case(columns, "")
    report = audit_results(judged.results, judged.study, (), version=text, select=frozenset({"RES004", "BAS001"}))
    evidence = (Evidence(text, 3), Evidence(text, None, text))
    findings = tuple(
        replace(each, message=text, observed=text, remedy=text, expected=text, evidence=evidence, verdict=verdict,
                waiver=text if verdict is Verdict.WAIVED else "")
        for each, verdict in zip(report.findings, [*Verdict] * len(report.findings), strict=False)
    )  # fmt: skip
    return replace(report, title=text, notes=(text,), findings=findings)


@given(TEXTS)
@settings(max_examples=60)
def test_any_text(text: str):
    """JSON, SARIF and XML can be read back, HTML is balanced and has no script but its own, a line stays a line."""
    report = named(text)
    places = anchors(report)
    jsonschema.Draft202012Validator(SCHEMA).validate(json.loads(json_document.render(report)))
    schema = schemas.published("https://json.schemastore.org/sarif-2.1.0.json")
    jsonschema.Draft7Validator(schema).validate(json.loads(sarif.render(report, places)))
    ElementTree.fromstring(junit.render(report).partition("\n")[2])
    assert all(line.startswith("::") for line in github.render(report, places).split("\n")[:-1])
    assert "<script" not in markdown.render(report)
    shown = terminal.render(report)
    assert not UNSEEN.search(shown), "a control character reaches the terminal"
    for page in (html_page.render(report), html_page.notebook(report)):
        read = Balanced()
        read.feed(page)
        assert not read.open
        assert not STEERS.search(page), "a mark that turns a line round reaches the page"
        assert page.count("<script") == page.count('<script type="module">') <= 1  # its own
    assert all(name.endswith((".tex", ".bib")) for name in latex.render(report))
