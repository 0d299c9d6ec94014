"""The results that are kept with the examples are of the studies as they stand, and the pages say what they say."""

import csv
import re
from pathlib import Path

import pytest

from audit.study import Study

EXAMPLES = Path(__file__).parents[2] / "examples"
AREA = 0  # stands for the ratio of what is taken over all ratios
KEPT = {"fashion_mnist": ("table.csv",), "digits": ("table.csv", "area.csv")}
Cells = dict[tuple[str, int], dict[str, str]]


def cells(example: str) -> Cells:
    """The rows of the tables by method and ratio, dense controls left out."""
    found: Cells = {}
    for name in KEPT[example]:
        with (EXAMPLES / example / name).open(newline="") as file:
            for row in csv.DictReader(file):
                ratio = round(float(row["compression_ratio"])) if row["compression_ratio"] else AREA
                if ratio != 1:
                    found[row["method"], ratio] = row
    return found


@pytest.mark.parametrize("example", KEPT)
def test_the_table_is_of_the_study(example):
    """Every method at every ratio with every seed, and nothing failed."""
    grid, held = Study.read(EXAMPLES / example / "study.toml").run, cells(example)
    assert {key for key in held if key[1] != AREA} == {
        (method, ratio) for method in grid["methods"] for ratio in grid["ratios"]
    }
    assert all(int(row["n"]) == len(grid["seeds"]) and row["failed_runs"] == "0" for row in held.values())


@pytest.mark.parametrize("example", KEPT)
def test_the_page_says_what_the_tables_say(example):
    """Each mean and deviation to the digits that the page gives, which is best, and what is not told from it."""
    held = cells(example)
    page = (EXAMPLES / example / "results.md").read_text(encoding="utf-8")
    methods = {method for method, _ in held}
    lines = {method: rest.split(" | ") for method, rest in re.findall(r"^\| (\w+) \| (.+) \|$", page, re.MULTILINE)}
    told = {method: lines[method] for method in lines if method in methods}
    assert set(told) == methods
    ratios = sorted({ratio for _, ratio in held if ratio != AREA})
    columns = [*ratios, AREA] if "area.csv" in KEPT[example] else ratios
    for method, parts in told.items():
        for ratio, part in zip(columns, parts[: len(columns)], strict=True):
            row = held[method, ratio]
            mean, deviation = part.replace("*", "").rstrip("†").split(" ± ")
            for text, number in ((mean, row["mean"]), (deviation, row["deviation"])):
                assert text == f"{100 * float(number):.{len(text.partition('.')[2])}f}", (method, ratio)
            assert ("**" in part) is (row["best"] == "true"), (method, ratio)
        if columns[-1] == AREA:
            low, high = (f"{100 * float(held[method, AREA][end]):.1f}" for end in ("ci95_low", "ci95_high"))
            assert parts[-1] == f"{low} to {high}"
            for ratio, part in zip(columns, parts, strict=False):
                row = held[method, ratio]
                assert part.endswith("†") is (row["told_from_best"] == "false" and row["best"] != "true")
