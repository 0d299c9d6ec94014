"""The statistics of a collection: those that the survey published, from its own spreadsheets."""

import csv
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from audit.corpus import tables
from audit.corpus.reading import read
from audit.corpus.statistics import FIGURE_PAIRS, HALF, document, reporting_on
from audit.papers import Corpus
from tests.corpus.small_corpora import COMPARISONS, RESULTS, SHARED, write_tables


@pytest.fixture(scope="module")
def counted(published: Corpus) -> dict[str, Any]:
    """What is counted of the published collection."""
    return document(published)


# Blalock et al. 2020: sections 3.1 (papers), 4.1 (comparisons), 4.2 (data sets, architectures, pairs), appendix A
PUBLISHED = {
    "papers": 81,
    "outside_definition": 5,
    "datasets": 49,
    "architectures": 132,
    "pairs": 195,
    "comparisons": 173,
    "compare_to_none": 21,
    "compare_to_one": 22,
    "never_compared_to": 33,
    "results_with_deviation": 16,
    "papers_with_deviation": 1,
    "results_with_trials": 40,
}


@pytest.mark.parametrize("key", PUBLISHED)
def test_published_figures_come_out(counted: dict[str, Any], key: str) -> None:
    """Each figure of the survey is what its spreadsheets give."""
    assert counted[key] == PUBLISHED[key]


def test_the_table_of_common_pairs_is_that_of_the_survey(counted: dict[str, Any]) -> None:
    """The pairs that four or more papers use, with how many: table 1 of the survey."""
    assert {(each["dataset"], each["architecture"]): each["papers"] for each in counted["common_pairs"]} == {
        ("ImageNet", "VGG-16"): 22,
        ("ImageNet", "ResNet-50"): 15,
        ("MNIST", "LeNet-5-Caffe"): 14,
        ("CIFAR-10", "ResNet-56"): 14,
        ("MNIST", "LeNet-300-100"): 12,
        ("MNIST", "LeNet-5"): 11,
        ("ImageNet", "CaffeNet"): 10,
        ("CIFAR-10", "VGG-Torch-CIFAR10"): 8,
        ("ImageNet", "AlexNet"): 8,
        ("ImageNet", "ResNet-18"): 6,
        ("ImageNet", "ResNet-34"): 6,
        ("CIFAR-10", "ResNet-110"): 5,
        ("CIFAR-10", "PreResNet-164"): 4,
        ("CIFAR-10", "ResNet-32"): 4,
    }
    papers = [each["papers"] for each in counted["common_pairs"]]
    assert papers == sorted(papers, reverse=True)


def test_the_most_compared_to_agree_with_a_count_of_the_cells(counted: dict[str, Any]) -> None:
    """The most compared-to paper has 20, and every count is that of its name in the column `Compares To`."""
    with (SHARED / "Papers-Grid view.csv").open(encoding="utf-8-sig", newline="") as file:
        named = Counter(name.strip() for row in csv.DictReader(file) for name in row["Compares To"].split(","))
    del named[""]
    assert counted["most_compared_to"] == dict(named)
    assert next(iter(counted["most_compared_to"].items())) == ("pruning-filters", 20)
    assert max(counted["most_compared_to"].values()) == 20


def test_where_text_and_spreadsheets_differ(published: Corpus, counted: dict[str, Any]) -> None:
    """Three classics, not two; 38, 37 and 36 papers on the pairs of figure 3, by what is left out; two cycles."""
    assert counted["before_2010"] == 3
    assert counted["papers_on_figure_pairs"] == 38
    assert counted["papers_on_figure_pairs_half_right"] == 37
    left_out_too = set(reporting_on(published, FIGURE_PAIRS, HALF)) - {"lottery-ticket-followup"}
    assert len(left_out_too) == 36
    assert counted["cycles"] == [
        ["optimal-brain-surgeon", "learning-both", "babu-data-free-pruning"],
        ["rethinking-smaller-norm", "sss"],
    ]
    assert ["optimal-brain-surgeon", "learning-both"] in counted["comparisons_with_later"]
    assert counted["dangling"] == []


def test_histograms_hold_every_paper(counted: dict[str, Any]) -> None:
    """The papers of a histogram are all papers, and their weighted sum all comparisons."""
    for key in ("compares_to_histogram", "compared_to_histogram"):
        both = [sum(pair) for pair in zip(*counted[key].values(), strict=True)]
        assert sum(both) == counted["papers"]
        assert sum(number * papers for number, papers in enumerate(both)) == counted["comparisons"]
    assert sum(counted["compares_to_histogram"]["peer_reviewed"]) == counted["peer_reviewed"] == 57


def test_pairs_and_points_hold_every_paper(published: Corpus, counted: dict[str, Any]) -> None:
    """Papers by their pairs are all with comparable results; points by curves are all that have a size."""
    pairs = [sum(both) for both in zip(*counted["pairs_per_paper"].values(), strict=True)]
    assert sum(pairs) == len({result.paper for result in published.comparable})
    assert sum(n * papers for n, papers in enumerate(pairs)) == len({(r.paper, r.pair) for r in published.comparable})
    points = [sum(both) for both in zip(*counted["points_per_curve"].values(), strict=True)]
    assert sum(n * curves for n, curves in enumerate(points)) == counted["results_with_accuracy_and_size"]


def test_conflicts_are_shown_with_both_figures(counted: dict[str, Any]) -> None:
    """Two rows of one paper repeat the changes of a third: both readings of each are told."""
    assert {(each["result"], each["quantity"]) for each in counted["conflicts"]} == {
        ("365", "top1_change"),
        ("365", "top5_change"),
        ("525", "top1_change"),
        ("525", "top5_change"),
    }
    first = counted["conflicts"][0]["values"]
    assert [each["rule"] for each in first] == ["as written", "pruned − dense"]
    assert [each["value"] for each in first] == pytest.approx([-0.0106, 1 - 0.2360 - 0.7601])


def test_an_error_in_the_place_of_an_accuracy_is_doubted(counted: dict[str, Any]) -> None:
    """A dense Top-5 of 10.1 % on VGG-16 is the paper's error rate."""
    assert {each["result"] for each in counted["doubts"]} == {"281", "582", "583"}


@pytest.mark.parametrize(("column", "text"), [("compression_ratio", "0.2"), ("theoretical_speedup", "0.5x")])
def test_a_ratio_below_one_is_doubted(tmp_path: Path, column: str, text: str) -> None:
    """What some papers call a compression ratio is the share that is kept; it stands, with a remark."""
    rows = [RESULTS[0], {"result": "2", "paper": "new", column: text}, {"result": "3", "paper": "new", column: "1.0"}]
    (doubt,) = document(read(write_tables(tmp_path, results=rows)))["doubts"]
    assert (doubt["result"], doubt["quantity"]) == ("2", column)
    assert text in doubt["reason"]


def test_both_forms_give_the_same(published: Corpus, counted: dict[str, Any], tmp_path: Any) -> None:
    """What was imported is counted as what was published, in CSV and in Parquet."""
    for suffix in tables.FORMATS:
        tables.write(published, tmp_path / suffix[1:], suffix)
        again = document(read(tmp_path / suffix[1:]))
        assert json.dumps(again) == json.dumps(counted)


def test_a_paper_that_compares_with_a_stranger_compares_with_one(tmp_path: Any) -> None:
    """A name that is no paper of the collection is still compared with."""
    more = [*COMPARISONS, {"paper": "big", "compared_to": "lost"}]
    counted = document(read(write_tables(tmp_path, comparisons=more)))
    assert (counted["compare_to_none"], counted["compare_to_one"], counted["comparisons"]) == (1, 2, 4)
    assert counted["dangling"] == [["big", "lost"]]


def test_a_landmark_that_is_no_paper_here_keeps_its_kind_and_year(tmp_path: Path) -> None:
    """Magnitude pruning and Skeletonization are what they are without a paper of the collection."""
    more = [{"paper": "odd", "compared_to": "magnitude"}, {"paper": "big", "compared_to": "Skeletonization"}]
    counted = document(read(write_tables(tmp_path, comparisons=more)))
    assert (counted["compare_to_magnitude"], counted["compare_to_before_2010"]) == (1, 1)
    assert len(counted["dangling"]) == 2


def test_a_comparison_with_itself_counts_nowhere(tmp_path: Path) -> None:
    """It is told, and is none of the comparisons."""
    counted = document(read(write_tables(tmp_path, comparisons=[*COMPARISONS, {"paper": "big", "compared_to": "big"}])))
    assert (counted["comparisons"], counted["compare_to_none"]) == (3, 2)
    assert counted["comparisons_with_itself"] == ["big"]


def test_results_for_others_are_no_points_of_a_paper(tmp_path: Path) -> None:
    """A curve has the points of the paper's own technique."""
    theirs = {**RESULTS[1], "result": "3", "reported_for": "SNIP"}
    counted = document(read(write_tables(tmp_path, results=[*RESULTS, theirs])))
    assert (counted["results_with_accuracy_and_size"], counted["results_for_others"]) == (1, 1)
    assert sum(counted["points_per_curve"]["others"]) == 1


def test_names_that_are_alike_are_told(tmp_path: Path) -> None:
    """CIFAR10 and CIFAR-10 count as two data sets, as they are written, and are named."""
    counted = document(read(write_tables(tmp_path, results=[RESULTS[0], {**RESULTS[1], "dataset": "cifar10"}])))
    assert (counted["datasets"], counted["architectures"], counted["pairs"]) == (2, 1, 2)
    assert counted["names_alike"] == [["CIFAR-10", "cifar10"]]


def test_a_small_collection_is_counted_by_hand(tmp_path: Any) -> None:
    """Four papers, three comparisons, two results on one pair."""
    counted = document(read(write_tables(tmp_path)))
    assert {key: counted[key] for key in ("papers", "outside_definition", "pairs", "comparisons")} == {
        "papers": 4,
        "outside_definition": 1,
        "pairs": 1,
        "comparisons": 3,
    }
    assert (counted["compare_to_none"], counted["compare_to_one"], counted["never_compared_to"]) == (2, 1, 2)
    assert counted["most_compared_to"] == {"big": 2, "old": 1}
    assert (counted["compare_to_magnitude"], counted["compare_to_before_2010"]) == (2, 1)
    assert counted["years_to_compared"]["most"] == 28
    assert counted["results_with_accuracy_and_size"] == 1
