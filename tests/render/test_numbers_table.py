"""The tables of numbers, and the list of every cell."""

import pytest
from msgspec.structs import replace
from sample import TOP1, cell, means, realistic, stood

from audit.render.cell_list import cell_lines
from audit.render.latex_table import PAGE, layout, width
from audit.render.numbers_table import Table, numbers_tables
from audit.report import CellReport, Report
from audit.summary import summarise_cells
from tests.studies import case, changed, table

PAIR = ("digits", "resnet8")


def table_of(*cells: CellReport, report: Report | None = None) -> Table:
    """The table of some cells of the realistic study."""
    metric = (report or realistic()).metric
    cells = stood(cells, higher_is_better=metric.higher_is_better)
    return numbers_tables(replace(report or realistic(), cells=cells), metric)[0]


def test_rows_and_columns():
    """Methods by ratio, the proposed one first, the dense control apart."""
    (table,) = numbers_tables(realistic(), TOP1)
    assert tuple(column.label for column in table.columns) == ("2×", "4×", "8×", "16×", "32×", "48×")
    assert table.rows[0].header.method.name == "global_gradient"
    assert (len(table.rows), len(table.dense), table.n) == (7, 1, 3)


def test_mean_and_deviation():
    """Figures worked out by hand: 0.90, 0.92, 0.97 have mean 93.00 and sample deviation 3.6 in percent."""
    entry = table_of(cell("global_random", 2, [0.90, 0.92, 0.97], [2, 2, 2], pair=PAIR)).rows[0].entries[0]
    assert entry is not None
    assert (entry.mean, entry.deviation, entry.n, entry.seeds) == ("93.0", "3.6", 3, "90.00 92.00 97.00")


def test_best_of_a_column():
    """The best mean is marked, in the better direction; a method alone is not the best of anything."""
    cells = [
        cell(name, 2, [value] * 3, [2] * 3, pair=PAIR)
        for name, value in (("global_random", 0.8), ("global_magnitude", 0.9))
    ]

    def best(table: Table) -> list[str]:
        return [row.header.method.name for row in table.rows if row.entries[0] is not None and row.entries[0].best]

    assert best(table_of(*cells)) == ["global_magnitude"]
    worse = replace(realistic(), metric=replace(TOP1, higher_is_better=False))
    assert best(table_of(*cells, report=worse)) == ["global_random"]
    assert best(table_of(cells[0])) == []


def test_of_several_settings_the_middle_one_is_told_as_such():
    """No setting of a sweep passes for the method's result: a note says how many there are and how far they reach."""
    sweep = [cell("global_random", 2, [value], [2], pair=PAIR) for value in (0.9, 0.7, 0.92)]
    found = table_of(*sweep, cell("global_magnitude", 2, [0.8], [2], pair=PAIR))
    entries = {row.header.method.name: row.entries[0] for row in found.rows}
    assert (entries["global_random"].mean, entries["global_random"].best) == ("90.00", False)
    assert [note.text for note in found.notes] == [
        "the middle one of 3 points of the method, whose means run from 70.00 to 92.00"
    ]
    assert entries["global_magnitude"].marks == ""


def test_notes_share_letters():
    """What is unusual about a cell stands in a note, once; cells say it with a letter."""
    table = table_of(
        cell("global_random", 2, [0.9, 0.8, 0.85], [2] * 3, pair=PAIR),
        cell("global_random", 4, [0.1, 0.8, 0.85], [2] * 3, pair=PAIR),
        cell("global_magnitude", 2, [0.9, 0.8], [2] * 2, pair=PAIR),
        cell("global_magnitude", 4, [0.9, 0.8], [2] * 2, pair=PAIR),
        cell("random_matched", 2, [0.9, 0.8, 0.85], [2] * 3, pair=PAIR),
    )
    assert {note.text for note in table.notes} == {"n = 2", "1 of 3 runs at chance level"}
    assert len({entry.marks for row in table.rows for entry in row.entries if entry}) == 3


def test_ratios_that_lie_close_share_a_column():
    """Without targets, achieved ratios are put together where they lie within a column's gap."""
    cells = [
        replace(cell(name, 2, [0.9] * 3, [2] * 3, pair=PAIR), compression_target=None, compression_ratio=ratio)
        for name, ratio in (("global_random", 3.99), ("global_magnitude", 4.02), ("random_matched", 5.0))
    ]
    assert tuple(column.label for column in table_of(*cells).columns) == ("4×", "5×")


def test_every_cell_has_its_line():
    """The list has all cells, each with its interval or a dash, and each seed's value."""
    lines = cell_lines(realistic(), realistic().pairs[0])
    assert len(lines) == len(realistic().cells)
    assert all(len(line.values.split()) == 3 for line in lines)


def test_raw_values_can_be_recomputed():
    """However wide a cell scatters, its seeds have two decimals of a percent, four of a fraction."""
    raw = cell("global_random", 2, [0.4212, 0.1429, 0.5176], [2] * 3, pair=PAIR)
    (line,) = cell_lines(replace(realistic(), cells=(raw,)), realistic().pairs[0])
    assert (line.mean, line.values) == ("36", "42.12 14.29 51.76")
    fraction = replace(realistic(), cells=(raw,), metric=replace(TOP1, percent=False))
    assert cell_lines(fraction, realistic().pairs[0])[0].values == "0.4212 0.1429 0.5176"


@pytest.mark.parametrize(
    ("kind", "words", "short"),
    [
        ("std", "sample standard deviation, as", "std"),
        ("sem", "standard error of the mean (SEM), as", "SEM"),
        ("ci95", "half-width of a 95\N{NO-BREAK SPACE}% interval, as", "95\N{NO-BREAK SPACE}% interval"),
        ("test-set error", "test-set error (not a deviation over seeds), as", "test-set error"),
        ("", "deviation of unknown kind, as", "unknown kind"),
    ],
)
def test_stated_deviations_have_their_kind(kind: str, words: str, short: str):
    """The table says what its source says; what a mean does not tell is a dash."""
    (table,) = numbers_tables(means(kind), TOP1)
    assert (table.n, table.counted, table.deviation, table.notes) == (
        3,
        "networks",
        f"{words} stated by the source",
        (),
    )
    line = cell_lines(means(kind), means(kind).pairs[0])[0]
    assert (line.deviation, line.failed, line.collapsed, line.seeds) == (f"0.50 ({short})", "–", "–", "–")
    assert line.values == "mean 93.000"


@pytest.mark.parametrize(("kind", "found"), [("SEM", "sem"), (None, "")])
def test_the_kind_comes_from_the_column(kind: str | None, found: str):
    """`deviation_kind` in any case; nothing where it is missing."""
    judged = case(changed(table(seeds=(1,)), n=3.0, top1_deviation=0.01, deviation_kind=kind))
    assert {cell.metrics["top1"].stated_kind for cell in summarise_cells(judged)} == {found}


def test_runs_of_two_kinds_have_none():
    """Runs of a cell whose deviations are called differently have no kind in common."""
    rows = changed(table(), top1_deviation=0.01, deviation_kind=lambda row: "std" if row["seed"] == "1" else "sem")
    assert {cell.metrics["top1"].stated_kind for cell in summarise_cells(case(rows))} == {""}


def test_kinds_that_differ_are_noted():
    """An entry whose deviation is another than the usual one carries a note."""
    sem, std = means("sem").cells[:5], means("std").cells[5:7]
    (note,) = table_of(*sem, *std).notes
    assert note.text == "± is the sample standard deviation, as stated by the source"


def test_latex_panels_fit_the_page():
    """However many columns there are, no panel is wider than a line of LaTeX's plain article."""
    many = [cell("global_random", 2**power, [0.9, 0.8, 0.85], [2] * 3, pair=PAIR) for power in range(1, 21)]
    laid = layout(table_of(*many))
    assert sum(len(panel.columns) for panel in laid.panels) == 20
    assert len(laid.panels) > 1
    assert all(laid.label_width + sum(map(width, panel.columns)) <= PAGE for panel in laid.panels)


def test_dense_controls_say_what_they_start_from_where_there_are_several():
    """Each by the weights that its networks start from; one alone needs no word."""
    dense = cell("dense", 1, [0.9, 0.92, 0.97], [1, 2, 3], pair=PAIR)
    pruned = cell("global_random", 2, [0.9, 0.92, 0.97], [2] * 3, pair=PAIR)
    several = table_of(pruned, *(replace(dense, starts_from=start) for start in ("init", "trained"))).dense
    assert [entry.starts_from for entry in several] == ["init", "trained"]
    assert table_of(pruned, replace(dense, starts_from="trained")).dense[0].starts_from == ""


def test_cells_of_dense_controls_tell_their_start():
    """It comes from the results; other cells, whose method says it, do not repeat it."""
    rows = changed(table(), lambda row: row["method"] == "dense", starts_from="trained")
    told = {each.method: each.starts_from for each in summarise_cells(case(rows))}
    assert told.pop("dense") == "trained"
    assert set(told.values()) == {""}
