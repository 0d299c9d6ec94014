"""Sources that hold the same networks in other words."""

from pathlib import Path

import numpy as np
import pytest

from audit.results import Coded, Origin, Results, join
from audit.sources.locate import locate, read
from audit.sources.overlap import overlaps
from audit.study import Study

MESSAGE = (
    "{} and {} hold {} that agree in dataset, architecture, method, seed, ratio and top1, and count twice: name only "
    "one of them, or give each run its `run_id` where they are different runs"
)


def table(name: str, top1: list[float], written: str = "", seeds: str = "123", ratio: float = 2.0, **texts: str):
    """Networks of one source that differ in their seed; `written` is how their Top-1 is printed."""
    rows = len(top1)
    printed = [f"{value:{written}}" for value in top1]
    same = {"dataset": "d", "architecture": "a", "method": "m", **texts}
    columns = {key: Coded.of([value] * rows) for key, value in same.items()}
    numbers = {"top1": np.array(printed, float), "compression_ratio": np.full(rows, ratio)}
    return Results(
        {**columns, "seed": Coded.of(list(seeds[:rows])), **numbers},
        Origin(Coded(np.zeros(rows, np.int64), (name,))),
        written={"top1": np.array(printed, object)} if written else {},
    )


VALUES = [0.93118, 0.92871, 0.93342]
FULL = table("mlflow.db", VALUES)


@pytest.mark.parametrize(
    ("other", "shared"),
    [
        (table("t.csv", VALUES, ".4f"), "3 networks"),
        (table("t.csv", VALUES, ".2f", ratio=2.02), "3 networks"),
        (table("t.csv", [float(np.float32(value)) for value in VALUES]), "3 networks"),
        (table("t.csv", [0.93118], ".5f"), "1 network"),
        (table("t.csv", [0.93118, 0.5], ".5f", seeds="14"), "1 network"),
        (table("t.csv", VALUES[::-1], ".4f"), ""),
        (table("t.csv", [0.93118, 0.92971, 0.93342], ".5f"), ""),
        (table("t.csv", VALUES, ".4f", ratio=2.2), ""),
        (table("t.csv", VALUES, ".4f", method="n"), ""),
        (table("t.csv", VALUES, ".4f", seeds="456"), ""),
    ],
)
def test_what_agrees_in_all_shared_networks_is_told(other: Results, shared: str) -> None:
    """To the precision of the coarser source, and only where every shared network agrees."""
    expected = [MESSAGE.format("mlflow.db", "t.csv", shared)] if shared else []
    assert list(overlaps(join([FULL, other]), "top1")) == expected
    assert list(overlaps(join([other, FULL]), "top1")) == expected


def test_runs_that_are_told_apart_are_not_told() -> None:
    """Other run ids or settings say that runs are different; equal networks of one source are its own affair."""
    for name in ("run_id", "setting"):
        one, other = (table(file, VALUES, **{name: file}) for file in ("a", "b"))
        assert not list(overlaps(join([one, other]), "top1"))
        assert list(overlaps(join([FULL, other]), "top1"))
    twice = join([table("a", VALUES), table("a", VALUES)])
    assert not list(overlaps(twice, "top1"))
    assert len(list(overlaps(join([twice, FULL]), "top1"))) == 1
    assert not list(overlaps(join([FULL, table("b", [np.nan, np.nan])]), "top1"))


def test_two_tables_of_a_directory(tmp_path: Path) -> None:
    """A narrower table beside a wide one is told on reading, and nothing is dropped."""
    wide, narrow = tmp_path / "a.csv", tmp_path / "b.csv"
    header = "dataset,architecture,method,seed,compression_ratio,top1"
    wide.write_text(f"{header},top5\n" + "".join(f"d,a,m,{seed},2,0.93{seed}4,0.99\n" for seed in (1, 2)))
    narrow.write_text(f"{header}\n" + "".join(f"d,a,m,{seed},2,0.93{seed}\n" for seed in (1, 2)))
    results, counts = read([locate(str(tmp_path))], Study())
    assert (len(results), counts) == (4, [4])
    assert results.notes == (MESSAGE.format(wide, narrow, "2 networks"),)
