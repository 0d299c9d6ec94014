"""What the script of a page adds to it, in a browser; and that the page is whole without it."""

import base64
import hashlib
import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sample import HOSTILE

from audit.engine import audit_results
from audit.render import html_page, html_table
from audit.render.arrangement import Arrangement
from audit.render.numbers_table import numbers_tables
from audit.report import Report
from audit.rule import Verdict
from tests.studies import MINE, case, changed, joined, table

Open = Callable[..., Any]
SCRIPT = re.compile(r'<script type="module">(.*?)</script>', re.DOTALL)
POLICY = re.compile(r"script-src '([^']+)'")
PAGE_JS = (Path(__file__).parents[2] / "templates" / "html" / "page.js").read_text(encoding="utf-8")
WAYS_OUT = ("fetch(", "XMLHttp", "import", "Storage", "cookie", "history", "location", "eval", "innerHTML", "open(")
ORDER = "rows => rows.map(row => row.cells[0].textContent)"


def digest(text: str) -> str:
    """The source expression of a policy for a script."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


@pytest.fixture
def opened(browser: Any, tmp_path: Path) -> Iterator[Open]:
    """Opens a page from disk; nothing may be said on its console, nothing asked of a network, nothing be too wide."""
    told: list[str] = []
    contexts: list[Any] = []
    asked: list[str] = []

    def open_(source: str, **options: Any) -> Any:
        file = tmp_path / f"page{len(contexts)}.html"
        file.write_text(source, encoding="utf-8")
        contexts.append(browser.new_context(**options))
        tab = contexts[-1].new_page()
        tab.on("console", lambda message: told.append(message.text))
        tab.on("pageerror", lambda error: told.append(str(error)))
        tab.on("request", lambda made: asked.append(made.url))
        tab.goto(file.as_uri())
        return tab

    yield open_
    for context in contexts:
        for tab in context.pages:
            wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            assert tab.evaluate(wide) <= 0
        context.close()
    assert told == []
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []


def several() -> Report:
    """A study of two pairs, six methods and three ratios."""
    generator = random.Random(2)
    names = {"mine": MINE, **{f"method_{number}": MINE for number in range(5)}}
    pairs = (("cifar10", "resnet20"), ("mnist", "lenet"))
    columns = changed(
        joined(*(table(names, (2, 4, 16), range(1, 4), *pair) for pair in pairs)),
        top1=lambda row: min(0.99, max(0.1, row["top1"] + generator.gauss(0, 0.05))),
    )
    judged = case(columns)
    return audit_results(judged.results, judged.study, (), version="0")


def test_the_policy_lets_one_script_run(realistic: Report, hostile: Report):
    """Every page has one script, the policy names its digest, and nothing else is let run."""
    for report in (realistic, hostile):
        tables = numbers_tables(report, report.metric)
        for page in (html_page.render(report), html_page.checklist(report), html_table.render(report, tables)):
            assert page.count("<script") == page.count("</script") == 1
            (script,) = SCRIPT.findall(page)
            assert POLICY.findall(page) == [digest(script)]
            assert "unsafe-inline" not in page.partition("script-src")[2].partition(";")[0].partition('"')[0]
            assert script.strip() == PAGE_JS.strip()


def test_the_script_asks_for_nothing_and_keeps_nothing():
    """None of the ways to a network, to a store or to a history stands in it."""
    for word in WAYS_OUT:
        assert word not in PAGE_JS


def test_a_script_of_ones_own_has_its_own_digest(realistic: Report, tmp_path: Path, opened: Open):
    """It runs in place of ours; one that is added to the page from elsewhere does not."""
    own = tmp_path / "own" / "html"
    own.mkdir(parents=True)
    (own / "page.js").write_text('document.title = "mine < ours";\r\n', encoding="utf-8", newline="")
    page = html_page.render(realistic, tmp_path / "own")
    assert SCRIPT.findall(page) == ['document.title = "mine < ours";']
    assert opened(page).title() == "mine < ours"


def test_the_policy_stops_every_other_script(realistic: Report, browser: Any, tmp_path: Path):
    """Markup that got in after all would not run."""
    file = tmp_path / "report.html"
    added = "<script>document.title = 'in'</script><img src=x onerror=\"document.title = 'in'\">"
    file.write_text(html_page.render(realistic).replace("</main>", f"{added}</main>"), encoding="utf-8")
    tab = browser.new_page()
    refused: list[str] = []
    tab.on("console", lambda message: refused.append(message.text))
    tab.goto(file.as_uri())
    tab.locator(".filter").wait_for()
    assert tab.title() != "in"
    assert any("Content Security Policy" in text for text in refused)
    tab.close()


@pytest.mark.parametrize("which", ["realistic", "hostile"])
def test_whole_without_scripts(which: str, opened: Open, request: pytest.FixtureRequest):
    """With scripting off there is no control, and no word of the page is missing but those of the controls."""
    source = html_page.render(request.getfixturevalue(which))
    without, with_ = opened(source, java_script_enabled=False), opened(source)
    for control in ("button", "input", ".filter", ".values", "[aria-pressed]", "[hidden]", ".plot[tabindex]"):
        assert without.locator(control).count() == 0
        assert control in ("[hidden]",) or with_.locator(control).count() > 0
    words = "document.querySelector('main').textContent.split(/\\s+/)"
    plain, scripted = set(without.evaluate(words)), set(with_.evaluate(words))
    assert plain <= scripted
    assert len(plain) > 300
    assert without.locator("details:not([open]) > summary").first.is_visible()
    without.locator("details:not([open]) > summary").first.click()
    assert without.locator("details").first.evaluate("each => each.open")


@pytest.mark.parametrize("sandbox", ["allow-scripts", ""])
def test_in_the_frame_of_an_artifact_view(sandbox: str, realistic: Report, browser: Any):
    """In MLflow's sandboxed frame all works without an error; where a frame lets no script run, the page is there."""
    pages = {
        "http://tracking.test/": f'<iframe sandbox="{sandbox}" src="/report.html" style="width:50rem;height:40rem">',
        "http://tracking.test/report.html": html_page.render(realistic),
    }
    tab = browser.new_page()
    told: list[str] = []
    tab.on("console", lambda message: told.append(message.text))
    tab.on("pageerror", lambda error: told.append(str(error)))
    tab.route("**/*", lambda route: route.fulfill(body=pages.get(route.request.url, ""), content_type="text/html"))
    tab.goto("http://tracking.test/")
    frame = tab.frame_locator("iframe")
    frame.locator("#checklist-heading").wait_for()
    if sandbox:
        frame.locator("[data-chosen=pass]").click()
        frame.locator(".glance a").first.click()
        frame.get_by_role("searchbox").fill("seeds")
        frame.locator("thead .sort").first.click()
        frame.locator(".legend button").last.click()
        tab.keyboard.press("Tab")
        assert frame.locator(".values").is_visible()
        assert "with “seeds”." in frame.locator(".filter [role=status]").inner_text()
        assert told == []
    else:
        assert frame.locator("button").count() == 0
        assert frame.locator(".finding.fail").first.is_visible()
        assert [message for message in told if "'allow-scripts' permission is not set" not in message] == []
    tab.close()


def test_sorting_by_numbers(opened: Open):
    """Up, down, and the order of the file again; aria-sort says which, on one header alone; focus stays."""
    tab = opened(html_page.render(several()))
    first = tab.locator("table.numbers").first
    rows, headers = first.locator("tbody tr"), first.locator("thead th")
    before = rows.evaluate_all(ORDER)
    numbers = "rows => rows.map(row => parseFloat(row.cells[2].textContent))"
    values = rows.evaluate_all(numbers)
    assert values not in (sorted(values), sorted(values, reverse=True))
    headers.nth(1).locator("button").click()
    headers.nth(2).locator("button").click()
    assert rows.evaluate_all(numbers) == sorted(values)
    assert headers.evaluate_all("each => each.map(th => th.getAttribute('aria-sort'))") == [
        None, None, "ascending", None,
    ]  # fmt: skip
    assert tab.locator(".unseen").inner_text() == "Sorted by 4×, ascending."
    tab.keyboard.press("Enter")
    assert rows.evaluate_all(numbers) == sorted(values, reverse=True)
    assert headers.nth(2).get_attribute("aria-sort") == "descending"
    tab.keyboard.press("Space")
    assert rows.evaluate_all(ORDER) == before
    assert first.locator("[aria-sort]").count() == 0


def test_what_cannot_be_told_comes_last(opened: Open):
    """Dashes come last both ways; ± and × and the sign of a number are read; names are sorted as people count."""
    body = "".join(
        f'<tr><th scope="row">{name}</th><td>{cell}</td></tr>'
        for name, cell in (
            ("m10", "<b>9.5</b><small> ±&#8239;11</small><sup>a</sup>"),
            ("m9", "–"),
            ("m1", "1,234.5×"),
            ("m2", "−3.25 points"),
            ("m3", "10.1 to 99"),
            ("m4", "mean"),
            ("m5", '<span data-value="2">two</span>'),
            ("m6", "1e-3"),
        )
    ).replace('<td><span data-value="2">two</span>', '<td data-value="2">two')
    grid = (
        '<table><thead><tr><th scope="col" data-sort="text">Name</th><th scope="col" data-sort="number">V</th></tr>'
        f"</thead><tbody>{body}</tbody></table>"
    )
    source = html_table.render(report := several(), numbers_tables(report, report.metric))
    tab = opened(re.sub(r'<table class="numbers".*?</table>', lambda _: grid, source, count=1, flags=re.DOTALL))
    rows, buttons = tab.locator("table").first.locator("tbody tr"), tab.locator("table").first.locator(".sort")
    buttons.nth(1).click()
    assert rows.evaluate_all(ORDER) == ["m2", "m6", "m5", "m10", "m3", "m1", "m9", "m4"]
    buttons.nth(1).click()
    assert rows.evaluate_all(ORDER) == ["m1", "m3", "m10", "m5", "m6", "m2", "m9", "m4"]
    buttons.nth(0).click()
    assert rows.evaluate_all(ORDER) == ["m1", "m2", "m3", "m4", "m5", "m6", "m9", "m10"]


def test_rows_stay_in_their_group(opened: Open):
    """In a table of several pairs each group keeps its heading first and its rows."""
    report = several()
    tables = numbers_tables(report, report.metric, Arrangement(together=True))
    tab = opened(html_table.render(report, tables))
    read = """() => [...document.querySelectorAll("tbody")].map(each => [...each.rows].map(row => row.innerText))"""
    before = tab.evaluate(read)
    assert len(before) == 2
    tab.locator(".sort").nth(3).click()
    after = tab.evaluate(read)
    assert before != after
    assert [group[0] for group in before] == [group[0] for group in after]
    assert [sorted(group) for group in before] == [sorted(group) for group in after]


def test_folded_tables_are_sortable_once_unfolded(opened: Open):
    """Their buttons are made when they are needed."""
    tab = opened(html_page.render(several()))
    seeds = tab.locator("details:has(table.seeds)").first
    assert seeds.locator(".sort").count() == 0
    seeds.locator("summary").click()
    seeds.get_by_role("button", name="Mean").click()
    means = seeds.locator("tbody tr").evaluate_all("rows => rows.map(row => +row.cells[4].textContent)")
    assert means == sorted(means)
    assert len(set(means)) > 5


def test_filtering_by_verdict(realistic: Report, opened: Open):
    """What failed is shown alone, unfolded, and counted; all is as it was afterwards."""
    tab = opened(html_page.render(realistic))
    items = tab.locator(".items > li:has([data-verdict])")
    unfolded = "() => [...document.querySelectorAll('details')].map(each => each.open)"
    before, total = tab.evaluate(unfolded), items.count()
    assert tab.locator(".filter [role=status]").inner_text() == f"{total} of {total} items shown."
    failed = {finding.code for finding in realistic.findings if finding.verdict is Verdict.FAIL}
    shown = [item for item in realistic.checklist if failed & {rule.code for rule in item.rules}]
    beyond = failed - {rule.code for item in realistic.checklist for rule in item.rules}
    expected = len(shown) + len(beyond)
    chip = tab.locator("[data-chosen=fail]")
    assert chip.inner_text().split() == ["fail", str(expected)]
    chip.click()
    assert chip.get_attribute("aria-pressed") == "true"
    assert sum(items.nth(place).is_visible() for place in range(total)) == expected
    assert tab.locator(".filter [role=status]").inner_text() == f"{expected} of {total} items shown, with fail."
    visible = tab.locator("[data-verdict]:visible").evaluate_all("all => all.map(each => each.dataset.verdict)")
    assert visible and set(visible) - {"fail"} == set()
    tab.locator("[data-chosen=waived]").click()
    visible = tab.locator("[data-verdict]:visible").evaluate_all("all => all.map(each => each.dataset.verdict)")
    assert set(visible) == {"fail", "waived"}
    tab.emulate_media(media="print")
    assert sum(items.nth(place).is_visible() for place in range(total)) == expected + 1
    assert tab.locator(".filter [role=status]").is_visible()
    assert not chip.is_visible()
    tab.emulate_media(media="screen")
    tab.get_by_role("button", name="Show all").click()
    assert all(items.nth(place).is_visible() for place in range(total))
    assert tab.evaluate(unfolded) == before
    assert tab.evaluate("document.activeElement.id") == "search"
    assert tab.locator("[hidden]").evaluate_all("all => all.map(each => each.className)") == ["restore", "values"]


def test_on_paper_nothing_is_said_of_a_filter_that_is_not_set(realistic: Report, opened: Open):
    """The printed page is what it is without a script."""
    tab = opened(html_page.render(realistic))
    tab.emulate_media(media="print")
    assert not tab.locator(".filter").is_visible()


def test_searching(hostile: Report, opened: Open):
    """Codes, names, methods and words are found, in any case and order; a hostile name is found as it is written."""
    tab = opened(html_page.render(hostile))
    found, field = tab.locator(".items > li:visible"), tab.get_by_role("searchbox")
    total = found.count()
    field.fill(HOSTILE)
    assert 0 < found.count() < total
    assert all(" ".join(HOSTILE.split()) in " ".join(text.split()) for text in found.all_inner_texts())
    code = hostile.findings[0].code
    field.fill(code.lower())
    assert found.count() == 1
    assert found.locator("> details").evaluate("each => each.open")
    field.fill(" ".join(reversed(hostile.findings[0].message.upper().split())))
    assert code in found.first.inner_text()
    field.fill("no such word <b>")
    assert tab.locator(".filter [role=status]").inner_text().startswith("0 of ")
    assert not tab.locator("#checklist .section").first.is_visible()
    tab.locator(".glance a").first.click()
    assert found.count() == total
    assert field.input_value() == ""


def test_methods_stand_out(opened: Open):
    """One pressed in the key dims the others in the drawings of that pair, says so, and again restores."""
    tab = opened(html_page.render(several()))
    key = tab.locator(".legend").first
    dimmed = "() => [...document.querySelectorAll('.pair')].map(each => each.querySelectorAll('.dim').length)"
    drawings = tab.locator(".pair").first.locator(".plot").count()
    key.locator("button").nth(1).click()
    assert tab.evaluate(dimmed) == [5 * drawings, 0]
    assert "but method_0 are dimmed" in tab.locator(".unseen").inner_text()
    key.locator("button").nth(2).click()
    assert tab.evaluate(dimmed) == [4 * drawings, 0]
    for place in (1, 2):
        key.locator("button").nth(place).click()
    assert tab.evaluate(dimmed) == [0, 0]
    assert tab.locator(".unseen").inner_text() == "No curve is dimmed."


def test_marks_by_keyboard(realistic: Report, opened: Open):
    """One stop for a drawing; arrow keys lead through every mark, whose words are shown and said; Escape closes."""
    tab = opened(html_page.render(realistic))
    plot, box = tab.locator(".plot").first, tab.locator(".values")
    words = plot.locator("use > title").all_text_contents()
    tab.locator(".legend button").last.focus()
    tab.keyboard.press("Tab")
    assert plot.evaluate("each => each === document.activeElement")
    read = [box.inner_text()]
    for _ in words[1:]:
        tab.keyboard.press("ArrowRight")
        assert tab.locator(".unseen").inner_text() == box.inner_text()
        read.append(box.inner_text())
    assert read == words
    tab.keyboard.press("ArrowRight")
    assert box.inner_text() == words[-1]
    tab.keyboard.press("ArrowUp")
    label, ratio = words[-1].partition(": ")[0].rsplit(", ", 1)
    other, same = box.inner_text().partition(": ")[0].rsplit(", ", 1)
    assert (ratio, label) == (same, label) and other != label
    tab.keyboard.press("Home")
    assert box.inner_text() == words[0]
    tab.keyboard.press("Escape")
    assert not box.is_visible()
    assert plot.locator("use > title").count() == len(words)
    tab.keyboard.press("ArrowRight")
    assert box.is_visible()
    tab.keyboard.press("Tab")
    assert tab.locator(".plot").nth(1).evaluate("each => each === document.activeElement")
    assert tab.locator(".plot").nth(1).locator(".shown").count() == 1


@pytest.mark.parametrize("width", [320, 1280])
def test_marks_by_pointer(width: int, realistic: Report, opened: Open):
    """The words stand beside the nearest mark at once, inside the screen, and go with the pointer or with Escape."""
    tab = opened(html_page.render(realistic), viewport={"width": width, "height": 900})
    plot, box = tab.locator(".plot").first, tab.locator(".values")
    plot.scroll_into_view_if_needed()
    mark = plot.locator("use").last
    words, place = mark.locator("title").text_content(), mark.bounding_box()
    x, y = place["x"] + place["width"] / 2, place["y"] + place["height"] / 2
    tab.mouse.move(x, y)
    assert box.inner_text() == words
    assert mark.locator("title").count() == 0  # the browser shows it no second time
    frame = box.bounding_box()
    assert frame["x"] >= 0 and frame["x"] + frame["width"] <= width
    assert frame["y"] + frame["height"] <= place["y"] or frame["y"] >= place["y"] + place["height"]
    tab.keyboard.press("Escape")
    assert not box.is_visible()
    tab.mouse.move(x + 1, y)
    assert not box.is_visible()
    tab.mouse.move(5, 5)
    tab.mouse.move(x, y)
    assert box.is_visible()
    tab.mouse.move(5, 5)
    assert not box.is_visible()
    assert mark.locator("title").text_content() == words


def test_marks_by_touch(realistic: Report, opened: Open):
    """A tap beside a mark shows its words, a tap elsewhere takes them away."""
    tab = opened(html_page.render(realistic), viewport={"width": 320, "height": 700}, has_touch=True, is_mobile=True)
    mark = tab.locator(".plot").first.locator("use:has(title)").first
    mark.scroll_into_view_if_needed()
    place = mark.bounding_box()
    tab.touchscreen.tap(place["x"] - 6, place["y"] + 2)
    assert tab.locator(".values").inner_text().startswith("Dense control, 1×")
    tab.locator("figcaption").first.tap()
    assert not tab.locator(".values").is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_accessible_in_use(scheme: str, realistic: Report, browser: Any, tmp_path: Path):
    """axe-core finds nothing serious with a filter set, a column sorted, a method chosen and words shown."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    file = tmp_path / "report.html"
    file.write_text(html_page.render(realistic), encoding="utf-8")
    context = browser.new_context(bypass_csp=True, color_scheme=scheme)
    tab = context.new_page()
    tab.goto(file.as_uri())
    tab.locator("[data-chosen=fail]").click()
    tab.locator("table.numbers .sort").nth(1).click()
    tab.locator(".legend button").nth(1).click()
    tab.locator(".legend button").last.focus()
    tab.keyboard.press("Tab")
    assert tab.locator(".values").is_visible()
    found = axe.Axe().run(tab).response["violations"]
    serious = [(each["id"], each["nodes"][0]["html"]) for each in found if each["impact"] in ("serious", "critical")]
    assert serious == []
    context.close()


def test_smooth_on_a_large_page(large: Report, opened: Open):
    """About ten thousand runs: few elements are added on load, and a search takes little time of the script."""
    source = html_page.render(large)
    count = "document.querySelectorAll('*').length"
    tab = opened(source)
    added = tab.evaluate(count) - opened(source, java_script_enabled=False).evaluate(count)
    assert 0 < added < 1000
    search = """words => {
        const field = document.getElementById("search"), started = performance.now();
        field.value = words;
        field.dispatchEvent(new Event("input", { bubbles: true }));
        return performance.now() - started }"""
    assert min(tab.evaluate(search, words) for words in ("seeds", "mag", "", "random", "48")) < 50  # ms


def test_other_pages_use_what_they_have(realistic: Report, opened: Open):
    """The checklist's page filters, a table's page sorts, and neither has what belongs to the other."""
    checklist = opened(html_page.checklist(realistic))
    assert checklist.locator(".filter").count() == 1
    assert checklist.locator(".sort, .method").count() == 0
    tables = opened(html_table.render(realistic, numbers_tables(realistic, realistic.metric)))
    assert tables.locator(".filter, .method").count() == 0
    assert tables.locator(".sort").count() == 7
