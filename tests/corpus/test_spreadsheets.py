"""The published spreadsheets: read as they are; a broken one gets one clear line with its row."""

from pathlib import Path

import pytest

from audit.corpus import spreadsheets
from audit.corpus.reading import read
from audit.papers import Corpus
from audit.sources.errors import SourceError
from tests.corpus.small_corpora import (
    SHARED,
    spreadsheet_paper,
    spreadsheet_result,
    write_spreadsheets,
    write_table,
    write_tables,
)

PAPERS = [spreadsheet_paper("a"), spreadsheet_paper("b", "2017-6", **{"Compares To": "a, c"})]
RESULTS = [spreadsheet_result("1", "a", Top1="70.10%"), spreadsheet_result("2", "b", Err1="31.00%")]


def test_a_small_one(tmp_path: Path) -> None:
    """Papers, results and comparisons; a name that is no paper stays a comparison."""
    corpus = read(write_spreadsheets(tmp_path, PAPERS, RESULTS))
    assert [(paper.key, paper.date) for paper in corpus.papers] == [("a", "2018-01"), ("b", "2017-06")]
    assert [(each.paper, each.compared_to) for each in corpus.comparisons] == [("b", "a"), ("b", "c")]
    assert [result.get("top1") for result in corpus.results] == [0.701, 0.69]
    assert corpus.results[1].place.endswith("Results-Grid view.csv, row 3")


BROKEN = {
    "a missing column of papers": (
        [{k: v for k, v in row.items() if k != "Compares To"} for row in PAPERS],
        RESULTS,
        r"Papers-Grid view\.csv, row 1: has no column `Compares To`; found Name, Date",
    ),
    "missing columns of results": (
        PAPERS,
        [{k: v for k, v in row.items() if k not in ("Top1", "GFLOPS")} for row in RESULTS],
        r"Results-Grid view\.csv, row 1: has no column `Top1`, `GFLOPS`; found",
    ),
    "an unknown paper": (
        PAPERS,
        [*RESULTS, spreadsheet_result("3", "z")],
        r"Results-Grid view\.csv, row 4, column `Paper`: found 'z', which is no paper in Papers-Grid view\.csv",
    ),
    "a percentage over 100": (
        PAPERS,
        [*RESULTS, spreadsheet_result("3", "a", Top5="190.30%")],
        r"Results-Grid view\.csv, row 4, column `Top5`: found '190\.30%', expected from 0 % to 100 %",
    ),
    "a percentage without its sign": (
        PAPERS,
        [spreadsheet_result("1", "a", Top1="0.7010")],
        r"Results-Grid view\.csv, row 2, column `Top1`: found '0\.7010', expected a percentage with its %",
    ),
    "a change without its sign": (
        PAPERS,
        [spreadsheet_result("1", "a", dTop1="-0.400")],
        r"Results-Grid view\.csv, row 2, column `dTop1`: found '-0\.400', expected a change in percentage points",
    ),
    "two papers with one key": (
        [*PAPERS, spreadsheet_paper("a")],
        RESULTS,
        r"Papers-Grid view\.csv, row 4, column `Name`: the paper `a` is there already, in row 2",
    ),
    "two papers with keys of other case": (
        [*PAPERS, spreadsheet_paper("A")],
        RESULTS,
        r"Papers-Grid view\.csv, row 4, column `Name`: `A` is `a` of row 2 but for case or form",
    ),
    "two papers with keys of other encoding": (
        [*PAPERS, spreadsheet_paper("caf\u00e9"), spreadsheet_paper("cafe\u0301")],
        RESULTS,
        r"Papers-Grid view\.csv, row 5, column `Name`: `.*` is `.*` of row 4 but for case or form",
    ),
    "two results with one name": (
        PAPERS,
        [*RESULTS, RESULTS[0]],
        r"Results-Grid view\.csv, row 4, column `Name`: the result `1` is there already, in row 2",
    ),
    "a date that is none": (
        [*PAPERS, spreadsheet_paper("z", "June 2018")],
        RESULTS,
        r"Papers-Grid view\.csv, row 4, column `Date`: found 'June 2018', expected a date",
    ),
    "a month that is none": (
        [*PAPERS, spreadsheet_paper("z", "2018-0")],
        RESULTS,
        r"Papers-Grid view\.csv, row 4, column `Date`: found '2018-0', expected a date",
    ),
    "a day that is none": (
        [*PAPERS, spreadsheet_paper("z", "2018-2-30")],
        RESULTS,
        r"Papers-Grid view\.csv, row 4, column `Date`: found '2018-2-30', expected a date",
    ),
    "a paper without a name": (
        [*PAPERS, spreadsheet_paper("")],
        RESULTS,
        r"Papers-Grid view\.csv, row 4, column `Name`: is empty",
    ),
    "a flag that is none": (
        [spreadsheet_paper("a", **{"Non-pruning": "perhaps"}), PAPERS[1]],
        RESULTS,
        r"Papers-Grid view\.csv, row 2, column `Non-pruning`: found 'perhaps', expected `checked` or nothing",
    ),
    "trials that are none": (
        PAPERS,
        [spreadsheet_result("1", "a", NumTrials="some")],
        r"Results-Grid view\.csv, row 2, column `NumTrials`: found 'some', expected a whole number",
    ),
    "a word for a number": (
        PAPERS,
        [spreadsheet_result("1", "a", MParams="many")],
        r"Results-Grid view\.csv, row 2, column `MParams`: found 'many', expected a number",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_broken_ones_get_one_line(tmp_path: Path, case: str) -> None:
    """The file, the row, the column under its own heading, what was found and what was expected."""
    papers, results, line = BROKEN[case]
    write_spreadsheets(tmp_path, papers, results)
    with pytest.raises(SourceError, match=line) as refused:
        read(tmp_path)
    assert "\n" not in str(refused.value)


def test_lists_beside_hold_the_names(tmp_path: Path) -> None:
    """A model that is not in the list of models is named with its row."""
    write_spreadsheets(tmp_path, PAPERS, [*RESULTS, spreadsheet_result("3", "a", Model="VGG-61")])
    write_table(tmp_path / spreadsheets.MODELS, [{"Name": "VGG-16"}])
    with pytest.raises(SourceError, match=r"row 4, column `Model`: found 'VGG-61', which is not in Models-Grid"):
        read(tmp_path)


def test_half_of_them_is_not_enough(tmp_path: Path) -> None:
    """Papers without results are refused, and so is a directory with neither."""
    with pytest.raises(SourceError, match=r"holds no collection; expected papers\.csv"):
        read(tmp_path)
    write_table(tmp_path / spreadsheets.PAPERS, PAPERS)
    with pytest.raises(SourceError, match=r"and no Results-Grid view\.csv"):
        read(tmp_path)
    with pytest.raises(SourceError, match="nowhere: is not there"):
        read(tmp_path / "nowhere")


def test_traps_of_the_published_ones(published: Corpus) -> None:
    """`???` is nobody's name, figures of one paper are set aside, implementations of others are marked."""
    assert all("???" not in (result.dataset, result.architecture) for result in published.results)
    assert [paper.key for paper in published.papers if paper.set_aside] == ["lempitsky-fast-convnets"]
    assert {(each.paper, each.reported_for) for each in published.results if each.reported_for} == {
        ("rethinking-net-pruning", "Magnitude")
    }
    assert published.by_key["learning-compression"].authors == "Carreira-Perpinan, Miguel A and Idelbayev, Yerlan"
    assert all(paper.title and paper.authors and "{" not in paper.title for paper in published.papers)
    outside = {paper.key for paper in published.papers if paper.outside}
    assert len(outside) == 5 and "jaderberg-low-rank-conv" in outside


def test_the_place_of_a_result_is_its_record() -> None:
    """Quoted line breaks begin no new row: the last result is row 552."""
    if not SHARED.is_dir():
        pytest.skip(f"{SHARED} is not there: third-party data for tests and measurements")
    assert read(SHARED).results[-1].place.endswith("row 552")


def test_what_has_a_name_of_theirs_and_is_no_table(tmp_path: Path) -> None:
    """No directory, dead link or pipe stands for a file that is not there; a header alone holds no papers."""
    for name in (spreadsheets.PAPERS, spreadsheets.RESULTS, spreadsheets.MODELS):
        directory = write_spreadsheets(tmp_path / name[:6], PAPERS, RESULTS)
        (directory / name).unlink(missing_ok=True)
        (directory / name).symlink_to("nowhere")
        with pytest.raises(SourceError, match=rf"{name}: is a link to nothing; expected a table"):
            read(directory)
    write_spreadsheets(tmp_path / "none", PAPERS, RESULTS)
    write_table(tmp_path / "none" / spreadsheets.PAPERS, [], PAPERS[0])
    with pytest.raises(SourceError, match=r"Papers-Grid view\.csv: holds no papers"):
        read(tmp_path / "none")


def test_two_forms_in_one_directory(tmp_path: Path) -> None:
    """Neither is taken for the other."""
    write_tables(write_spreadsheets(tmp_path, PAPERS, RESULTS))
    with pytest.raises(SourceError, match=r"holds `Papers-Grid view\.csv` and a table `papers`; remove one"):
        read(tmp_path)
