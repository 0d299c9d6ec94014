"""The committed results on Fashion-MNIST are of the study as it stands, and the page says what they say."""

import csv
import re
from pathlib import Path

from audit.study import Study

HERE = Path(__file__).parents[2] / "examples" / "fashion_mnist"


def cells() -> dict[tuple[str, int], dict[str, str]]:
    """The rows of the table by method and ratio."""
    with (HERE / "table.csv").open(newline="") as file:
        return {(row["method"], round(float(row["compression_ratio"]))): row for row in csv.DictReader(file)}


def test_the_table_is_of_the_study():
    """Every method at every ratio with every seed, and nothing failed."""
    grid = Study.read(HERE / "study.toml").run
    assert {key for key in cells() if key[1] > 1} == {
        (method, ratio) for method in grid["methods"] for ratio in grid["ratios"]
    }
    assert all(int(row["n"]) == len(grid["seeds"]) and row["failed_runs"] == "0" for row in cells().values())


def test_the_page_says_what_the_table_says():
    """Each mean to the digits that the page gives."""
    lines = re.findall(r"^\| (\w+) \| (.+) \|$", (HERE / "results.md").read_text(encoding="utf-8"), re.MULTILINE)
    methods = {method for method, _ in cells()}
    told = {method: re.sub(r"\*", "", rest).split(" | ")[:4] for method, rest in lines if method in methods}
    assert set(told) == methods
    for method, means in told.items():
        for ratio, mean in zip((4, 8, 16, 32), means, strict=True):
            number = mean.split(" ")[0]
            digits = len(number.partition(".")[2])
            assert number == f"{100 * float(cells()[method, ratio]['mean']):.{digits}f}"
