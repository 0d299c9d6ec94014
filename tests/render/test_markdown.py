"""Markdown: the answer and what is open; nothing of a name becomes markup."""

import re

import pytest
from markdown_it import MarkdownIt
from msgspec.structs import replace

from audit.render import markdown
from audit.report import Bar, Report
from audit.rule import Severity, Verdict

HTML = re.compile(r"<[^>]*>")
OWN = ("br", "details", "summary", "sub")


def page(text: str) -> str:
    """The HTML that Markdown with tables gives."""
    html: str = MarkdownIt("commonmark").enable(["table"]).render(text)
    return html


def test_the_answer_and_what_is_open(realistic: Report):
    """The answer first, a table of fails, folds for the rest, and no pass."""
    text = markdown.render(realistic)
    html = page(text)
    assert html.index(realistic.answer.split(":")[0]) < html.index("<table>")
    for finding in realistic.findings:
        open_ = finding.verdict in (Verdict.FAIL, Verdict.UNDECIDABLE, Verdict.WAIVED)
        assert (f"<td>{finding.code} " in html) is open_ or not open_
    assert html.count("<details>") == html.count("</details>")


def test_the_gate_says_what_it_does(realistic: Report):
    """A report that is held against the gate begins with its decision."""
    closed = markdown.render(replace(realistic, bar=Bar(gate=True)))
    assert "**The gate is closed" in closed
    assert "**The gate is open.**" in markdown.render(replace(realistic, bar=Bar(None, gate=True)))
    assert "The gate" not in markdown.render(realistic)


def test_waivers_are_printed(realistic: Report):
    """A waived finding is there, with its reason."""
    waived = replace(realistic.findings[0], verdict=Verdict.WAIVED, waiver="agreed (until 2030-01-01; was: fail)")
    html = page(markdown.render(replace(realistic, findings=(waived,))))
    assert "1 waived" in html
    assert "agreed (until 2030-01-01; was: fail)" in html


NAMES = (
    "<script>alert(1)</script>",
    "![x](http://evil.example/p.png)",
    "[click](javascript:alert(1))",
    "<http://evil.example>",
    "a | b || c",
    "`<img src=x onerror=y>`",
    "``` <b>",
    "**bold** __bold__ _x_ ~~gone~~ $x$",
    "line\nbreak\n\n# heading\n- list",
    "a \\ b \\| c \\`<i>`",
    "&lt;b&gt; &#60;b&#62;",
    "</details></td></table><h1>",
    "- [ ] task",
)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("where", ["message", "observed", "remedy", "method", "title", "waiver"])
def test_no_markup(realistic: Report, name: str, where: str):
    """No name makes a link, an image, a tag, emphasis, a cell or a line of its own."""
    one = replace(realistic.findings[0], verdict=Verdict.FAIL, severity=Severity.ERROR)
    if where == "method":
        one = replace(one, scope={"method": name})
    elif where == "waiver":
        one = replace(one, verdict=Verdict.WAIVED, waiver=name)
    elif where != "title":
        one = replace(one, **{where: name})  # type: ignore[arg-type]
    report = replace(realistic, findings=(one,), title=name if where == "title" else "")
    text = markdown.render(report)
    html = page(text)
    tags = {each.split()[0].strip("</>") for each in HTML.findall(html)}
    allowed = {"h3", "p", "strong", "table", "thead", "tbody", "tr", "th", "td", "code", *OWN}
    assert tags <= allowed, tags - allowed
    assert html.count("<tr>") == 2
    assert html.count("<td>") == 5
    assert html.count("<strong>") == 1


@pytest.mark.parametrize("text", ["@octocat", "ping @octocat/team now", "fixes #12", "see www.evil.example"])
def test_nobody_is_called(realistic: Report, text: str):
    """A name with @, # or an address calls nobody and links nothing on GitHub."""
    one = replace(realistic.findings[0], verdict=Verdict.FAIL, message=text)
    written = markdown.render(replace(realistic, findings=(one,)))
    assert not re.search(r"@\w|#\d|(?<!\\)www\.(?!\\)|http:/", written.partition("|---|")[2])


def test_long_reports_are_cut(realistic: Report):
    """A comment that GitHub would refuse is cut at a line, and says what is left out."""
    many = tuple(
        replace(realistic.findings[0], code=f"A{number:05}", name=f"fault-{number}", verdict=Verdict.UNDECIDABLE)
        for number in range(2000)
    )
    text = markdown.render(replace(realistic, findings=many))
    assert len(text) <= markdown.LONGEST
    assert "more lines: see the whole report." in text
    assert text.count("<details>") == text.count("</details>")
