"""The report as one HTML page."""

import random
import re
import subprocess
import time
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from programs import needed
from sample import HOSTILE, means

from audit.engine import audit_results
from audit.render.filled_checklist import FilledChecklist
from audit.render.html_page import render
from audit.report import Report
from audit.rule import Severity, Verdict
from tests.render.whole_outputs import SNAPSHOTS
from tests.studies import MINE, WEIGHTS, case, changed, joined, table

VOID = {"meta", "link", "br", "hr", "img", "input", "wbr"}
DRAWN = {"path", "circle", "use"}  # may close themselves inside a drawing


class Page(HTMLParser):
    """Reads a page and keeps its text, its addresses, its ids and elements that were closed in the wrong order."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.text = ""
        self.addresses: list[str] = []
        self.ids: list[str] = []
        self.elements: list[str] = []
        self.wrong: list[str] = []
        self._open: list[str] = []
        self.feed(source)
        self.close()
        self.wrong += self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.elements.append(tag)
        self._keep(attrs)
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element that closes itself."""
        self.elements.append(tag)
        self._keep(attrs)
        if tag not in DRAWN:
            self.wrong.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Check that the innermost open element is closed."""
        if not self._open or self._open.pop() != tag:
            self.wrong.append(tag)

    def handle_data(self, data: str) -> None:
        """Keep the text."""
        self.text += data

    def _keep(self, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("href", "src", "xlink:href", "srcset", "action", "data"):
                self.addresses.append(value or "")
            if name == "id":
                self.ids.append(value or "")


@pytest.fixture(params=["realistic", "hostile"])
def page(request: pytest.FixtureRequest) -> Page:
    """A sound and a hostile page."""
    return Page(render(request.getfixturevalue(request.param)))


def test_well_formed(page: Page):
    """Elements are closed in order and ids are unique."""
    assert page.wrong == []
    assert len(page.ids) == len(set(page.ids))


def test_asks_for_nothing(page: Page):
    """Addresses lead to places on the page alone, and each is there; there is one script, which has no address."""
    targets = {address[1:] for address in page.addresses if address.startswith("#")}
    assert targets <= set(page.ids)
    assert {address for address in page.addresses if not address.startswith("#")} == {"data:,"}
    assert page.elements.count("script") == 1


def test_nothing_of_a_name_is_read_as_markup(hostile: Report):
    """Hostile names stand on the page as they are written."""
    source = render(hostile)
    assert source.count("<script") == source.count('<script type="module">') == 1
    assert "alert(" not in source.partition("<script")[2].partition("</script>")[0]
    assert HOSTILE in Page(source).text


def test_every_finding_appears(realistic: Report):
    """Code, words and remedy of each finding; unjudged rules are said so."""
    text = Page(render(realistic)).text
    for finding in realistic.findings:
        assert all(
            word.replace("`", "") in text for word in (finding.code, finding.message, finding.observed, finding.remedy)
        )
    assert text.count("not asked") == len(realistic.not_asked) + 1
    assert realistic.answer in text


def answer_of(page: str) -> str:
    """The answer and what it rests on, as markup, without the counts."""
    return page[page.index('<div class="answer') : page.index('<ul class="counts"')]


def test_the_answer_says_what_it_rests_on(realistic: Report):
    """Each error in words, with a link to where it is told; where none was found, what cannot be told."""
    page = render(realistic)
    box = answer_of(page)
    errors = [each for each in realistic.findings if each.severity is Severity.ERROR and each.verdict is Verdict.FAIL]
    assert errors
    assert {each.code for each in errors} == set(re.findall(r">([A-Z]+\d+)</a>", box))
    assert set(re.findall(r'href="#(.*?)"', box)) <= set(Page(page).ids)
    told = Page(box).text
    assert all(each.message.replace("`", "") in told for each in errors)
    open_ = replace(errors[0], verdict=Verdict.UNDECIDABLE, message="whether it holds cannot be told")
    others = tuple(each for each in realistic.findings if each.severity is not Severity.ERROR)
    assert "whether it holds cannot be told" in answer_of(render(replace(realistic, findings=(*others, open_))))
    assert "<a " not in answer_of(render(replace(realistic, findings=others)))


def test_of_many_errors_the_answer_names_some(realistic: Report):
    """Twelve in words, and how many more there are."""
    error = next(each for each in realistic.findings if each.severity is Severity.ERROR)
    many = tuple(replace(error, verdict=Verdict.FAIL, message=f"fault {number}") for number in range(15))
    box = answer_of(render(replace(realistic, findings=many)))
    assert ["fault 11" in box, "fault 12" in box, "and 3 more, below" in box] == [True, False, True]


def test_every_seed_appears(realistic: Report):
    """There is a dot or a cross for each network of both figures."""
    source = render(realistic)
    networks = sum(cell.n for cell in realistic.cells)
    assert source.count("h0") + source.count("l6 6m0-6l-6 6") >= 2 * networks


def test_without_cells(realistic: Report):
    """A report without numbers says so instead of drawing nothing."""
    text = Page(render(replace(realistic, cells=()))).text
    assert "No curve of Top-1 accuracy against compression ratio" in text
    assert "Nothing to draw" in Page(render(replace(realistic, cells=(), pairs=()))).text


def test_a_table_of_means_says_what_it_is():
    """The kind of its deviation, and nothing of seeds, runs or failures that nobody counted."""
    page = render(means("sem"))
    text = Page(page).text
    assert "Mean ± standard error of the mean (SEM), as stated by the source, n = 3 networks" in text
    assert "sample standard deviation," not in text
    assert "0 seeds" not in text
    assert "Each dot is a network" not in text
    assert "<td>–</td><td>–</td><td>–</td><td>mean 93.000</td>" in page  # at chance, failed, seeds


def test_chance_level_is_defined(realistic: Report):
    """Where crosses and notes speak of it, what it means stands beside them; names may be broken at underscores."""
    assert Page(render(realistic)).text.count("at most 5\N{NO-BREAK SPACE}% of the way from chance") == 3
    assert "score_<wbr>" not in render(realistic)
    assert "global_<wbr>gradient" in render(realistic)


def test_the_same_report_gives_the_same_bytes(realistic: Report):
    """Rendering has no memory and no clock."""
    assert render(realistic) == render(realistic)


def test_ten_thousand_runs(large: Report):
    """Rendered within five seconds into less than two megabytes."""
    started = time.perf_counter()
    source = render(large)
    assert time.perf_counter() - started < 5
    assert len(source.encode()) < 2_000_000


def test_ten_thousand_audited_runs():
    """With everything that an audit tells of them (layers, differences, origins), too; in time of the processor."""
    generator = random.Random(1)
    names = {"mine": MINE, **{f"method_{number}": MINE for number in range(9)}}
    columns = changed(
        joined(
            *(
                table(names, (2, 4, 8, 16, 32, 64, 128), range(1, 8), f"data{number}", f"net{number}")
                for number in range(20)
            )
        ),
        top1=lambda row: min(0.99, max(0.1, row["top1"] + generator.gauss(0, 0.01))),
    )
    judged = case(columns, layers=lambda row: [int(weights / row["compression_ratio"]) for weights in WEIGHTS])
    report = audit_results(judged.results, judged.study, (), version="0")
    assert len(judged.results) == 9940
    started = time.process_time()
    source = render(report)
    assert time.process_time() - started < 5
    assert len(source.encode()) < 2_000_000
    for part in ("less each other", "What each method leaves of each layer", "study.csv rows"):
        assert part in source


@pytest.mark.parametrize(("scheme", "width"), [("light", 320), ("dark", 768), ("light", 1280)])
@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize("which", ["realistic", "hostile"])
def test_in_a_browser(
    which: str,
    scripts: bool,
    scheme: str,
    width: int,
    browser: Any,
    tmp_path: Path,
    pictures: Path,
    request: pytest.FixtureRequest,
):
    """With its script and without: no message on the console, no request, nothing wider than the screen, a picture."""
    file = tmp_path / "report.html"
    file.write_text(render(request.getfixturevalue(which)), encoding="utf-8")
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, java_script_enabled=scripts
    )
    tab = context.new_page()
    told: list[str] = []
    asked: list[str] = []
    tab.on("console", lambda message: told.append(message.text))
    tab.on("pageerror", lambda error: told.append(str(error)))
    tab.on("request", lambda made: asked.append(made.url))
    tab.goto(file.as_uri())
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    picture = pictures / f"report_{which}_{scheme}_{width}{'' if scripts else '_without_script'}.png"
    assert len(tab.screenshot(full_page=True, path=picture)) > 10_000
    assert told == []
    assert [url for url in asked if not url.startswith("data:")] == [file.as_uri()]
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("which", ["realistic", "hostile"])
def test_accessible(which: str, scheme: str, browser: Any, tmp_path: Path, request: pytest.FixtureRequest):
    """axe-core finds nothing serious or critical, with everything unfolded."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    file = tmp_path / "report.html"
    file.write_text(render(request.getfixturevalue(which)), encoding="utf-8")
    context = browser.new_context(bypass_csp=True, color_scheme=scheme)
    tab = context.new_page()
    tab.goto(file.as_uri())
    tab.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    found = axe.Axe().run(tab).response["violations"]
    serious = [(each["id"], each["nodes"][0]["html"]) for each in found if each["impact"] in ("serious", "critical")]
    assert serious == []
    context.close()


@pytest.mark.parametrize("name", ["table.html", "checklist.html"])
@pytest.mark.parametrize("study", ["sound", "hostile"])
def test_other_pages_are_accessible(study: str, name: str, browser: Any):
    """Neither has the page of a table or of the checklist a serious fault, and neither is wider than a telephone."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    context = browser.new_context(bypass_csp=True, viewport={"width": 320, "height": 900})
    tab = context.new_page()
    tab.goto((SNAPSHOTS / study / name).as_uri())
    assert tab.evaluate("document.documentElement.scrollWidth") <= 320
    found = axe.Axe().run(tab).response["violations"]
    serious = [(each["id"], each["nodes"][0]["html"]) for each in found if each["impact"] in ("serious", "critical")]
    assert serious == []
    context.close()


def test_names_break_at_underscores_alone(browser: Any, tmp_path: Path, realistic: Report):
    """On a telephone a cell's word is never broken inside, and the table says that it scrolls."""
    methods = tuple(replace(method, label="") for method in realistic.methods)
    file = tmp_path / "report.html"
    file.write_text(render(replace(realistic, methods=methods)), encoding="utf-8")
    tab = browser.new_page(viewport={"width": 320, "height": 900})
    tab.goto(file.as_uri())
    pieces = """[...document.querySelectorAll('tbody th')].flatMap(cell => [...cell.childNodes]).filter(
        node => node.nodeType === 3 && node.textContent.trim()).filter(node => {
            const range = document.createRange(); range.selectNodeContents(node);
            return range.getClientRects().length > 1 && !/\\s/.test(node.textContent.trim()) }).length"""
    assert tab.evaluate(pieces) == 0
    assert tab.locator("#methods .hint").is_visible()
    tab.set_viewport_size({"width": 1280, "height": 900})
    assert not tab.locator("#methods .hint").is_visible()
    tab.close()


def test_by_keyboard(browser: Any, tmp_path: Path, realistic: Report):
    """Tab reaches the skip link first, and Enter opens an item."""
    file = tmp_path / "report.html"
    file.write_text(render(realistic), encoding="utf-8")
    tab = browser.new_page()
    tab.goto(file.as_uri())
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.className") == "skip"
    tab.locator("details:not([open]) > summary").first.focus()
    tab.keyboard.press("Enter")
    assert tab.evaluate("document.activeElement.parentElement.open")
    tab.close()


def test_on_paper(browser: Any, tmp_path: Path, realistic: Report):
    """The page prints, with what is folded away on screen."""
    file = tmp_path / "report.html"
    file.write_text(render(realistic), encoding="utf-8")
    tab = browser.new_page()
    tab.goto(file.as_uri())
    tab.emulate_media(media="print")
    assert tab.locator(".items details:not([open]) dl").first.is_visible()
    tab.pdf(format="A4", path=tmp_path / "report.pdf")
    tab.close()
    read = subprocess.run(
        [needed("pdftotext"), "report.pdf", "-"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    pages = [" ".join(page.split()) for page in read.stdout.split("\f")]
    items = [item for section in FilledChecklist.of(realistic).sections for item in section.items if item.tally.worst]
    assert len(items) > 5
    for item in items:
        told = f"{item.rules[0].code} {item.rules[0].name}"
        assert any(item.text.split(" (")[0] in page and told in page for page in pages), item.text
