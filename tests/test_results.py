"""Results and their cells: against a slow reference that looks at one row at a time."""

import math
import pickle
from itertools import pairwise
from statistics import mean, median, stdev

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.results import CELL_GAP, Coded, Layers, Origin, Results, join, numbered, seed_value
from tests import studies
from tests.studies import Row, changed, from_rows, results, table

SIZES = st.one_of(
    st.none(), st.sampled_from([1.0, 1.002, 2.0, 2.05, 2.3, 4.0, 8.0, 0.5, 0.0, -1.0, math.inf, math.nan])
)
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "dataset": st.sampled_from("ab"),
            "architecture": st.just("r"),
            "method": st.sampled_from(["dense", "m", "k"]),
            "starts_from": st.sampled_from([None, "init", "trained"]),
            "seed": st.sampled_from([None, "1", "2", "10", "x"]),
            "compression_target": st.one_of(st.none(), st.sampled_from([1.0, 2.0, 4.0])),
            "speedup_target": st.one_of(st.none(), st.none(), st.sampled_from([1.0, 2.0, 4.0])),
            "compression_ratio": SIZES,
            "theoretical_speedup": SIZES,
            "n": st.sampled_from([None, 1.0, 3.0]),
            "top1": st.one_of(st.none(), st.floats(0, 1), st.just(math.inf)),
        }
    ),
    min_size=1,
    max_size=25,
)


def usable(value: float | None) -> bool:
    """Whether a size can be placed on a log scale."""
    return value is not None and math.isfinite(value) and value > 0


def is_dense(row: Row) -> bool:
    """A size of 1×, or the name where the size says no other."""
    names = ("compression_target", "speedup_target", "compression_ratio", "theoretical_speedup")
    sizes = [row[name] for name in names]
    size = next((each for each in sizes if each is not None and not math.isnan(each)), None)
    away = abs(math.log2(size)) if usable(size) else None
    return (away is not None and away <= 0.005) or (
        row["method"] == "dense" and not (away is not None and away > CELL_GAP)
    )


def slow_cells(rows: list[Row]) -> set[frozenset[int]]:
    """The cells of a table as sets of row numbers, found one group at a time."""
    groups: dict[tuple, list[int]] = {}
    for number, row in enumerate(rows):
        groups.setdefault((row["dataset"], row["architecture"], row["method"]), []).append(number)
    out: set[frozenset[int]] = set()
    for members in groups.values():
        pruned = [number for number in members if not is_dense(rows[number])]
        told = [(rows[number]["compression_target"], rows[number]["speedup_target"]) for number in pruned]
        by_target = all(usable(target) or usable(faster) for target, faster in told)
        placed: dict[tuple, list[tuple[float, int]]] = {}
        for number in members:
            row = rows[number]
            alone = number if (row["n"] or 1) > 1 else None
            ratio, target, speedup = row["compression_ratio"], row["compression_target"], row["theoretical_speedup"]
            if is_dense(row):
                key, level = ("dense", row["starts_from"]), 0.0
            elif target is None and row["speedup_target"] is not None:
                key, level = ("asked to be faster",), math.log2(row["speedup_target"])
            elif by_target:
                key, level = ("sized",), math.log2(target)
            elif usable(ratio) or usable(target):
                key, level = ("sized",), math.log2(ratio if usable(ratio) else target)
            elif usable(speedup):
                key, level = ("speedup",), math.log2(speedup)
            else:
                key, level = ("unknown",), 0.0
            placed.setdefault((*key, alone), []).append((level, number))
        for found in placed.values():
            found.sort()
            cell = [found[0][1]]
            for (before, _), (level, number) in pairwise(found):
                if level - before > CELL_GAP:
                    out.add(frozenset(cell))
                    cell = []
                cell.append(number)
            out.add(frozenset(cell))
    return out


@given(ROWS)
@settings(max_examples=300, deadline=None)
def test_cells_are_those_of_the_reference(rows: list[Row]):
    """Grouping by target, else by gaps of achieved ratios, agrees with the slow reference; every row is in one cell."""
    table = results(from_rows(rows))
    cells = table.cells
    found = {frozenset(cells.rows(cell).tolist()) for cell in range(len(cells))}
    assert found == slow_cells(rows)
    assert sorted(cells.order.tolist()) == list(range(len(rows)))
    assert all(cells.of_row[row] == cell for cell in range(len(cells)) for row in cells.rows(cell))
    assert [bool(each) for each in table.dense] == [is_dense(row) for row in rows]


@given(ROWS)
@settings(max_examples=150, deadline=None)
def test_statistics_of_cells_are_those_of_the_standard_library(rows: list[Row]):
    """Count, mean, deviation, median and extremes of the finite values of each cell."""
    table = results(from_rows(rows))
    cells, values = table.cells, table.number("top1")
    for cell in range(len(cells)):
        finite = [value for value in values[cells.rows(cell)].tolist() if math.isfinite(value)]
        expected = (
            len(finite),
            mean(finite) if finite else math.nan,
            stdev(finite) if len(finite) > 1 else math.nan,
            median(finite) if finite else math.nan,
            min(finite, default=math.nan),
            max(finite, default=math.nan),
        )
        got = (
            cells.count(np.isfinite(values))[cell],
            cells.mean(values)[cell],
            cells.deviation(values)[cell],
            cells.median(values)[cell],
            cells.extreme(values, largest=False)[cell],
            cells.extreme(values, largest=True)[cell],
        )
        assert got == pytest.approx(expected, rel=1e-9, abs=1e-12, nan_ok=True)


@given(ROWS)
@settings(max_examples=100, deadline=None)
def test_distinct_counts_codes(rows: list[Row]):
    """Distinct seeds of each cell, missing ones left out."""
    table = results(from_rows(rows))
    cells = table.cells
    expected = [len({rows[row]["seed"] for row in cells.rows(cell)} - {None}) for cell in range(len(cells))]
    assert cells.distinct(table.text("seed").codes).tolist() == expected
    some = np.arange(len(rows)) % 2 == 0
    expected = [
        len({rows[row]["seed"] for row in cells.rows(cell) if row % 2 == 0} - {None}) for cell in range(len(cells))
    ]
    assert cells.distinct(table.text("seed").codes, some).tolist() == expected


@given(ROWS, st.lists(st.integers(0, 24), max_size=5))
@settings(max_examples=50, deadline=None)
def test_rows_of_several_cells(rows: list[Row], chosen: list[int]):
    """The rows of several cells come in the order of the table."""
    cells = results(from_rows(rows)).cells
    chosen = sorted({each % len(cells) for each in chosen})
    expected = sorted(row for cell in chosen for row in cells.rows(cell).tolist())
    assert cells.rows_of(np.array(chosen, np.int64)).tolist() == expected


def test_equal_values_have_no_deviation():
    """Three times 0.1 has mean 0.1 and deviation 0, exactly."""
    cells = results(changed(table(), top1=0.1)).cells
    values = cells.results.number("top1")
    assert set(cells.mean(values)) == {0.1}
    assert set(cells.deviation(values)) == {0.0}


def test_ratio_is_achieved_and_never_a_speedup():
    """A cell's ratio is the mean achieved one; where none is recorded it is unknown, whatever the speedup is."""
    cells = results(studies.without(table(), None, "compression_ratio")).cells
    assert np.isnan(cells.ratio[~cells.dense]).all()
    assert cells.point(int(np.argmin(cells.dense))).startswith("target ")
    bare = results(studies.without(table(), None, "compression_ratio", "compression_target")).cells
    assert np.isnan(bare.ratio[~bare.dense]).all()
    assert bare.point(int(np.argmin(bare.dense))).startswith("speedup ")
    nothing = studies.without(table(), None, "compression_ratio", "compression_target", "theoretical_speedup")
    unsized = results(nothing).cells
    assert unsized.point(int(np.argmin(unsized.dense))) == "unknown size"
    emptied = results(changed(nothing, lambda row: row["method"] != "dense", compression_ratio=np.inf)).cells
    assert emptied.point(int(np.argmin(emptied.dense))) == "∞×"


def test_networks_that_were_asked_for_a_speedup_are_called_by_it():
    """Whatever ratio they achieve, which is kept; a ratio of the same number is another cell."""
    rows = studies.to_rows(table(methods={"m": {}}, ratios=(2,)))
    asked = {"compression_target": None, "speedup_target": 2.0, "compression_ratio": 3.0}
    faster = [row | asked for row in rows if row["method"] == "m"]
    cells = results(from_rows(rows + faster)).cells
    assert len(cells) == 3
    (cell,) = np.flatnonzero(~np.isnan(cells.speedup_target))
    assert (cells.ratio[cell], cells.speedup_target[cell]) == (3.0, 2.0)
    assert cells.point(cell) == "speedup 1.74×"
    assert cells.by_speedup.tolist() == [each == cell for each in range(3)]


def test_networks_of_a_cell_are_ordered_by_seed():
    """2 stands before 10, numbers before other texts, unseeded rows last."""
    seeds = ["x", "10", None, "2", "-1", "99999999999999999999"]
    rows = [studies.to_rows(table(methods={"m": {}}, ratios=(2,), seeds=(1,)))[1] | {"seed": seed} for seed in seeds]
    found = results(from_rows(rows))
    assert [seeds[row] for row in found.cells.rows(0)] == ["-1", "2", "10", "99999999999999999999", "x", None]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3", 3),
        ("-3", -3),
        (str(2**64), 2**64),
        ("x", "x"),
        ("--5", "--5"),
        ("²", "²"),
        ("9" * 5000, "9" * 5000),
        (None, None),
    ],
)
def test_seeds_as_values(text: str | None, value: int | str | None):
    """A seed is a number where it is one, of whatever length a person would write."""
    assert seed_value(text) == value


def test_empty_table():
    """A table without rows has no cells, and nothing breaks."""
    empty = results({name: [] for name in table()})
    assert len(empty.cells) == 0
    assert len(empty.cells.mean(empty.number("top1"))) == 0
    assert len(empty.cells.median(empty.number("top1"))) == 0


def test_status_words():
    """A run is evaluated unless its status says that it did not come to its end."""
    words = ["finished", "failed", "KILLED", "Running", None, "done"]
    rows = [studies.to_rows(table())[0] | {"status": word} for word in words]
    assert results(from_rows(rows)).evaluated.tolist() == [True, False, False, False, True, True]


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("0.93", 0.01),
        ("0.930", 0.001),
        (".5", 0.1),
        ("1", 1.0),
        ("9.3e-1", 0.01),
        ("1e2", 100.0),
        ("93.", 1.0),
        (" 0.1 ", 0.1),
        ("-0.25", 0.01),
        ("nan", 0.0),
        ("inf", 0.0),
        ("", 0.0),
        (None, 0.0),
        ("word", 0.0),
    ],
)
def test_printed_unit(text: str | None, unit: float):
    """The last printed place of a number, whatever it is written like; 0 where it is no number."""
    plain = results(table())
    written = {"top1": np.array([text] * len(plain), object)}
    assert Results(plain.columns, plain.origin, written=written).printed_unit("top1", 0) == pytest.approx(unit)
    assert plain.printed_unit("top1", 0) == 0


def test_last_places_of_a_column():
    """A number is known to its printed place, or to its own last decimal where it was not printed or only padded."""
    texts = np.array(["0.93", None, "0.9310", "93", "0.93000", "0.930000000001"], object)
    origin = Origin(Coded(np.zeros(6, np.int64), ("a.csv",)))
    numbers = np.array([0.93, np.nan, 0.931, 93, 0.93, 0.930000000001])
    printed = Results({"top1": numbers}, origin, written={"top1": texts})
    assert printed.last_places("top1").tolist() == pytest.approx([0.01, 0, 0.0001, 1, 0.01, 1e-12])
    assert printed.select(np.array([2, 0])).last_places("top1").tolist() == pytest.approx([0.0001, 0.01])
    binary = Results({"top1": np.array([0.93, np.inf, float(np.float32(0.9312)), 2, 0.1234567, 1 / 3])}, origin)
    assert binary.last_places("top1").tolist() == pytest.approx([0.01, 0, 0.0001, 1, 0, 0])
    assert binary.last_places("loss").tolist() == [0] * 6


@given(st.lists(st.tuples(st.integers(-1, 3), st.integers(-1, 3)), max_size=30))
def test_numbered(keys: list[tuple[int, int]]):
    """Combinations are numbered in the order of their values."""
    one, two = (np.array([key[index] for key in keys], np.int64) for index in (0, 1))
    order = sorted(set(keys))
    assert numbered(one, two).tolist() == [order.index(key) for key in keys]


@given(st.lists(st.one_of(st.none(), st.text(max_size=3)), max_size=20))
def test_coded_texts(texts: list[str | None]):
    """Texts come back as they went in; an empty one is missing."""
    coded = Coded.of(texts)
    assert coded.texts() == [text or None for text in texts]
    assert [coded.text(row) for row in range(len(texts))] == coded.texts()
    assert all(coded.equals(text).tolist() == [each == text for each in texts] for text in texts if text)
    assert not coded.equals("not there at all").any()


def test_join_and_select_undo_each_other():
    """Two tables joined hold the rows of both, child tables and origins included, and can be taken apart again."""

    def kept(row: Row) -> list[int]:
        return [int(row["compression_target"]), 2, 3]

    one, two = results(table(), kept), results(studies.without(table(dataset="svhn"), None, "top1"), kept)
    both = join([one, two])
    assert len(both) == len(one) + len(two)
    assert both.text("dataset").texts() == one.text("dataset").texts() + two.text("dataset").texts()
    assert np.isnan(both.number("top1")[len(one) :]).all()
    again = both.select(np.arange(len(both)) >= len(one))
    assert again.text("method").texts() == two.text("method").texts()
    assert again.layers.nonzero.tolist() == two.layers.nonzero.tolist()
    assert again.layers.row.tolist() == two.layers.row.tolist()
    assert again.origin.row is not None
    assert two.origin.row is not None
    assert again.origin.row.tolist() == two.origin.row.tolist()
    assert join([one]) is one
    assert isinstance(both.layers, Layers)


def test_results_are_not_changed_by_looking():
    """Everything that is worked out leaves the columns as they were."""
    looked = results(table())
    before = pickle.dumps(dict(looked.columns))
    _ = looked.cells.ratio, looked.dense, looked.evaluated, looked.speedup
    assert pickle.dumps(dict(looked.columns)) == before


def test_a_sweep_of_ratios_is_not_one_ratio():
    """Achieved ratios 3 % apart chain by small gaps; they are split before they pose as repeats of one ratio."""
    ratios = [2 * 1.03**step for step in range(60)]
    table = studies.without(studies.table(ratios=ratios, methods={"mine": studies.MINE}), None, "compression_target")
    cells = studies.results(table).cells
    pruned = np.flatnonzero(~cells.dense)
    spans = [np.ptp(np.log2(cells.results.ratio[cells.rows(cell)])) for cell in pruned]
    assert len(pruned) > 20
    assert max(spans) <= 2 * CELL_GAP
