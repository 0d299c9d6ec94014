"""What a person finds who opens MLflow's page on a study, in a browser that may ask that page alone."""

import re
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from audit.cli.ui import address_within
from runners.views import VIEW_TAG

TITLE = "A small study"
COMPARED = 4
CELL = ".ag-cell[col-id='{}']"
SECONDS = 60  # until an element is there


@dataclass(frozen=True)
class Page:
    """A tab of the browser, the address that the command printed, and the store."""

    tab: Any
    address: str
    store: Path

    def column(self, name: str) -> list[str]:
        """What the list of runs shows of a column, from the top."""
        cells = self.tab.locator(CELL.format(name))
        cells.first.wait_for()
        return cells.all_inner_texts()

    def open_list(self) -> None:
        """The list at the address that the command printed."""
        self.tab.goto("about:blank")
        self.tab.goto(self.address)
        self.tab.locator(CELL.format("metrics.`top1`")).first.wait_for()

    def charts(self) -> list[list[dict[str, Any]]]:
        """What the charts of the page are drawn from."""
        return self.tab.evaluate("[...document.querySelectorAll('.js-plotly-plot')].map(each => each.data)")


@pytest.fixture(scope="module")
def results(small_study: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the study, whose artifacts are its own, with its report."""
    copy = Path(shutil.copytree(small_study, tmp_path_factory.mktemp("page") / "results"))
    with sqlite3.connect(copy / "mlflow.db") as database:
        for table, column in (("experiments", "artifact_location"), ("runs", "artifact_uri")):
            places = (small_study.as_uri(), copy.as_uri())
            database.execute(f"update {table} set {column} = replace({column}, ?, ?)", places)
    command = [sys.executable, "-m", "audit", "report", "--log", str(copy)]
    subprocess.run(command, check=True, capture_output=True)
    return copy


@pytest.fixture(scope="module")
def page(results: Path, browser: Any) -> Iterator[Page]:
    """The page that `audit ui` serves, without MLflow's assistant in front of it; it may ask for nothing elsewhere."""
    command = [sys.executable, "-m", "audit", "ui", str(results)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    context = browser.new_context(viewport={"width": 1600, "height": 950})
    try:
        address = next(word for word in server.stdout.readline().split() if word.startswith("http://"))
        own, elsewhere = address.partition("#")[0], []

        def answer(route: Any) -> None:
            if route.request.url.startswith(own):
                route.continue_()
            else:
                elsewhere.append(route.request.url)
                route.abort()

        context.route("**/*", answer)
        context.add_init_script("localStorage.setItem('mlflow.assistant.fab.autoOpenedOnFirstLoad_v1', 'true')")
        tab = context.new_page()
        tab.set_default_timeout(SECONDS * 1000)
        yield Page(tab, address, results / "mlflow.db")
        assert elsewhere == []
    finally:
        context.close()
        server.send_signal(signal.SIGTERM)
        server.communicate(timeout=SECONDS)


def test_the_list_shows_the_networks_best_first(page: Page, pictures: Path):
    """Names, accuracy, size, and what each was asked to be, at the address that the command prints."""
    page.open_list()
    shown = [float(value) for value in page.column("metrics.`top1`")]
    with sqlite3.connect(page.store) as database:
        query = "select value from latest_metrics where key = 'top1' order by value desc"
        best = [value for (value,) in database.execute(query)]
    assert len(shown) > 10
    assert shown == best[: len(shown)]
    names = [name.splitlines()[-1] for name in page.column("attributes.`Run Name`")]
    assert all(re.fullmatch(r"\d+x seed [123] \w+ · resnet8 · digits", name) for name in names)
    assert page.column("metrics.`compression_ratio`")[0] == re.match(r"\d+", names[0])[0]
    assert page.tab.get_by_text("57 matching runs").is_visible()
    page.tab.screenshot(path=pictures / "mlflow_runs.png")


def test_the_networks_are_grouped_under_their_study(page: Page, pictures: Path):
    """A saved view has one run, which is unfolded to its networks; another one has their means over the seeds."""
    page.open_list()
    page.tab.get_by_role("button", name="Networks, best first").click()
    page.tab.get_by_text("Networks under their study").click()
    study = page.tab.locator(CELL.format("attributes.`Run Name`")).filter(has_text=TITLE)
    study.wait_for()
    assert len(page.column("attributes.`Run Name`")) == 1
    study.get_by_role("button").first.click()
    page.tab.locator(CELL.format("attributes.`Run Name`")).filter(has_text="seed 3").first.wait_for()
    page.tab.screenshot(path=pictures / "mlflow_study_unfolded.png")
    page.tab.get_by_role("button", name="Networks under their study").click()
    page.tab.get_by_text("Means over the seeds").click()
    group = page.tab.locator(CELL.format("attributes.`Run Name`")).filter(has_text="Group:").first
    group.wait_for()
    assert group.inner_text().split()[-1] == "3"
    page.tab.screenshot(path=pictures / "mlflow_means.png")


def test_the_study_is_described_and_shows_its_report(page: Page, pictures: Path):
    """From the list to the study's run: its text, data set and tags; then the report and the figures, opened there."""
    page.open_list()
    with page.tab.context.expect_page() as opened:
        page.tab.get_by_role("link", name="The study").click()
    tab = opened.value
    tab.get_by_text("Each child of this run is one network").wait_for()
    tab.get_by_role("link", name=re.compile("48x seed 3")).first.wait_for()
    assert tab.get_by_text("digits (d1259df3)").is_visible()
    assert tab.get_by_text("prune_audit.version").is_visible()
    tab.screenshot(path=pictures / "mlflow_study.png")
    with page.tab.context.expect_page() as opened:
        tab.get_by_role("link", name="report/report.html").click()
    tab.close()
    tab = opened.value
    report = tab.frame_locator("iframe")
    report.get_by_role("heading", name=TITLE).wait_for()
    assert report.get_by_text(re.compile("^Would not stand as it is")).is_visible()
    finding = report.locator("details").first
    finding.locator("summary").first.click()
    assert finding.evaluate("each => each.open")
    assert report.locator("svg").count() > 1
    tab.screenshot(path=pictures / "mlflow_report.png")
    for form in ("svg", "png"):
        tab.get_by_text(f"figure_digits_resnet8.{form}").click()
        figure = tab.get_by_role("img", name=f"report/figure_digits_resnet8.{form}")
        figure.wait_for()
        assert figure.evaluate("each => each.decode().then(() => each.naturalWidth)") > 400
        tab.screenshot(path=pictures / f"mlflow_figure_{form}.png")
    tab.close()


def test_runs_are_compared_along_numbers(page: Page, pictures: Path):
    """Parallel coordinates of what the chosen runs differ in and of their accuracy; every axis is one of numbers."""
    page.open_list()
    rows = page.tab.locator(".ag-row").filter(has_text="global_magnitude")
    for row in range(COMPARED):
        rows.nth(row).locator(".ag-selection-checkbox input").check()
    page.tab.get_by_role("button", name="Compare").click()
    page.tab.get_by_text(f"Comparing {COMPARED} Runs").wait_for()
    titles = page.tab.locator(".parcoords .axis-title")
    titles.nth(2).wait_for()
    assert titles.all_text_contents() == ["compression_target", "seed", "top1"]
    ((drawn,),) = page.charts()
    axes = {each["label"]: each for each in drawn["dimensions"]}
    assert all(len(each["values"]) == COMPARED and not each.get("ticktext") for each in axes.values())
    assert set(axes["seed"]["values"]) <= {1, 2, 3}
    assert set(axes["compression_target"]["values"]) <= {2, 8, 48}
    page.tab.screenshot(path=pictures / "mlflow_compare.png")


def test_a_network_has_its_epochs(page: Page, pictures: Path):
    """A chart of the validation accuracy, with a point before fine-tuning and one after each epoch."""
    page.open_list()
    page.tab.get_by_role("link", name=re.compile("^8x seed . global_magnitude")).first.click()
    page.tab.get_by_role("tab", name="Model metrics").click()
    page.tab.get_by_placeholder("Search metric charts").fill("validation_top1")
    page.tab.wait_for_function("document.querySelectorAll('.js-plotly-plot').length == 1")
    page.tab.locator(".js-plotly-plot path.point").nth(1).wait_for()
    (lines,) = page.charts()
    assert lines[0]["x"] == [0, 1]
    assert all(0 <= value <= 1 for value in lines[0]["y"])
    page.tab.screenshot(path=pictures / "mlflow_epochs.png")


def test_charts_of_all_networks(page: Page, pictures: Path):
    """The saved view draws accuracy against size, and the epochs, before anything is chosen."""
    page.tab.goto("about:blank")
    page.tab.goto(f"{page.address}&compareRunsMode=CHART")
    for title in ("compression_ratio vs. top1", "validation_top1"):
        page.tab.get_by_text(title, exact=True).first.wait_for()
    page.tab.locator(".js-plotly-plot path.point").nth(COMPARED).wait_for()
    page.tab.screenshot(path=pictures / "mlflow_charts.png")


def test_a_store_without_saved_views_is_sorted_by_the_address(small_study: Path, tmp_path: Path):
    """As stores were written before."""
    store = Path(shutil.copy(small_study / "mlflow.db", tmp_path))
    assert address_within(store).endswith("&viewStateShareKey=networks")
    with sqlite3.connect(store) as database:
        database.execute("delete from experiment_tags where key like ?", (f"{VIEW_TAG}%",))
    assert address_within(store).endswith("'network'&orderByKey=metrics.%60top1%60&orderByAsc=false")
