"""Claims as lines: what they rest on, in the unit of what was tested."""

from audit.answer import Outcome
from audit.engine import audit_results
from audit.render import html_page, latex
from audit.render.claim_list import claim_lines
from audit.report import Report
from tests.contests import FAR, NEAR, contest
from tests.studies import case, changed

CLAIMS = """
[[claim]]
name = "better than theirs"
kind = "superiority"
method = "mine"
against = "theirs"
primary = true
[[claim]]
kind = "efficiency"
method = "mine"
margin = 0.02
[[claim]]
kind = "superiority"
method = "mine"
against = "nobody"
statement = "Ours is the best <b>of all</b>"
"""


def report() -> Report:
    """A study with three claims."""
    columns = contest({"mine": {8.0: FAR}, "theirs": {8.0: NEAR}})
    judged = case(changed(columns, theoretical_speedup=lambda row: row["compression_target"] ** 0.5), CLAIMS)
    return audit_results(judged.results, judged.study, (), version="0")


def test_lines():
    """A line has the effect with interval, p, n and test; an open one says what would settle it."""
    better, efficient, open_ = claim_lines(report())
    assert (better.claim, better.outcome) == ("better than theirs", Outcome.CONTRADICTED)
    assert better.rests_on.startswith("−9.92 points [−10.59 to −9.25], p")
    assert better.says == "superiority of `mine` against `theirs` in `top1` (primary)"
    assert (
        efficient.says
        == "efficiency of `mine` against `dense` in `theoretical_speedup`, margin 2.00 points (exploratory)"
    )
    assert "points" in efficient.rests_on  # quality decides, and is in its own unit
    assert [test.where.split()[0] for test in efficient.tests] == ["`theoretical_speedup`", "`top1`"]
    assert open_.says == "Ours is the best <b>of all</b>"
    assert open_.outcome is Outcome.UNDECIDABLE
    assert not open_.rests_on
    assert open_.settle


def test_pages_have_them():
    """The page and the LaTeX show each claim, escaped; without claims there is no such section."""
    found = report()
    page = html_page.render(found)
    assert page.count('<section id="claims"') == 1
    assert "better than theirs" in page
    assert "<b>of all</b>" not in page
    files = latex.render(found)
    assert "better than theirs" in files["claims.tex"]
    assert r"\input{claims}" in files["report.tex"]
    judged = case(contest({"mine": {8.0: FAR}}))
    bare = audit_results(judged.results, judged.study, (), version="0")
    assert 'id="claims"' not in html_page.render(bare)
    assert "claims.tex" not in latex.render(bare)
