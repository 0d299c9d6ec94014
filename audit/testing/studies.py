"""Small studies as columns: a sound one, and the modifications that tests make to it.

A table is a dict of equally long lists by schema name, None where a value is missing.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from audit.case import Case
from audit.engine import judge
from audit.results import NO_LAYERS, Coded, Curves, Layers, Origin, Results
from audit.rule import Finding, Verdict
from audit.schema import BY_NAME, CURVES, Kind
from audit.study import Study

Table = dict[str, list[Any]]
Row = dict[str, Any]

RATIOS = (2, 4, 8, 16, 32)
SEEDS = (1, 2, 3)
LAYERS = ("conv1", "conv2", "fc")
WEIGHTS = (1000, 4000, 5000)

MINE: Mapping[str, str] = {"score": "mine", "allocation": "global"}
METHODS: Mapping[str, Mapping[str, str]] = {
    "mine": MINE,
    "random_all": {"score": "random", "allocation": "global"},
    "magnitude_all": {"score": "magnitude", "allocation": "global"},
    "random_alike": {"score": "random", "allocation": "matched", "matched_to": "mine"},
    "magnitude_alike": {"score": "magnitude", "allocation": "matched", "matched_to": "mine"},
}
STUDY = '[method.mine]\nproposed = true\nscore = "mine"\n'


def table(
    methods: Mapping[str, Mapping[str, str]] = METHODS,
    ratios: Sequence[float] = RATIOS,
    seeds: Sequence[int] = SEEDS,
    dataset: str = "cifar10",
    architecture: str = "resnet20",
) -> Table:
    """A sound study of one pair: every baseline at every ratio and seed, with a dense control per seed."""
    rows = [_row("dense", {}, 1, seed, dataset, architecture) for seed in seeds]
    rows += [
        _row(method, made_of, ratio, seed, dataset, architecture)
        for method, made_of in methods.items()
        for ratio in ratios
        for seed in seeds
    ]
    return from_rows(rows)


def _row(method: str, made_of: Mapping[str, str], ratio: float, seed: int, dataset: str, architecture: str) -> Row:
    pruned = {**made_of, "schedule": "one_shot", "granularity": "weight"} if method != "dense" else {}
    return {
        "dataset": dataset,
        "architecture": architecture,
        "method": method,
        **pruned,
        "starts_from": "trained",
        "seed": str(seed),
        "compression_target": float(ratio),
        "compression_ratio": ratio * 1.001 if ratio > 1 else 1.0,
        "theoretical_speedup": float(ratio) ** 0.8,
        "top1": 0.9 - 0.01 * (ratio - 1) + 0.001 * (seed % 7),
        "n_test": 10000.0,
        "steps_final_weights": 600.0,
        "initial_weights": f"{architecture}-{dataset}-{seed}",
        "mask": f"{method}-{ratio}-{seed}",
        "predictions": f"{method}-{ratio}-{seed}-p",
        "python": "3.11.7",
        "torch": "2.4.0",
        "device": "AMD EPYC",
        "status": "finished",
    }


def from_rows(rows: Sequence[Row]) -> Table:
    """Rows as columns."""
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: [row.get(name) for row in rows] for name in names}


def to_rows(columns: Table) -> list[Row]:
    """Columns as rows."""
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def changed(columns: Table, where: Callable[[Row], bool] = lambda row: True, **values: Any) -> Table:
    """The table with values set in some rows; a function is called with the row."""
    rows = to_rows(columns)
    for row in rows:
        if where(row):
            row.update({key: value(row) if callable(value) else value for key, value in values.items()})
    return from_rows(rows)


def without(columns: Table, where: Callable[[Row], bool] | None = None, *names: str) -> Table:
    """The table without some rows, or without some columns."""
    rows = [row for row in to_rows(columns) if where is None or not where(row)]
    kept = from_rows(rows) if rows else {name: [] for name in columns}
    return {name: values for name, values in kept.items() if name not in names}


def joined(*tables: Table) -> Table:
    """The rows of several tables."""
    return from_rows([row for each in tables for row in to_rows(each)])


def results(columns: Table, layers: Callable[[Row], Sequence[int]] | None = None) -> Results:
    """A results table; `layers` gives the weights that a row's network keeps in each layer of `LAYERS`."""
    length = len(next(iter(columns.values()), []))
    values = {name: _column(name, each) for name, each in columns.items()}
    rows = np.arange(length) + 2
    kept = [layers(row) for row in to_rows(columns)] if layers else []

    def load() -> Layers:
        if not kept:
            return NO_LAYERS
        counted = [row for row, each in enumerate(kept) if each]
        return Layers(
            np.repeat(np.array(counted, np.int64), len(LAYERS)),
            Coded.of(list(LAYERS) * len(counted)),
            np.array(WEIGHTS * len(counted), float),
            np.array([count for row in counted for count in kept[row]], float),
            np.array(WEIGHTS * len(counted), float),
        )

    return Results(values, Origin(Coded(np.zeros(length, np.int64), ("study.csv",)), rows), load_layers=load)


def _column(name: str, values: list[Any]) -> Coded | np.ndarray:
    kind = BY_NAME[name].kind if name in BY_NAME else Kind.NUMBER
    if kind in (Kind.TEXT, Kind.IDENTIFIER):
        return Coded.of([None if value is None else str(value) for value in values])
    return np.array([np.nan if value is None else value for value in values], float)


def case(columns: Table, study: str = STUDY, layers: Callable[[Row], Sequence[int]] | None = None) -> Case:
    """The case of a table and the text of a study file."""
    return Case(results(columns, layers), Study.parse(study))


def printed(judged: Case, **decimals: int) -> Case:
    """The case as if it were read from a text that states columns to some decimals of a fraction."""
    columns, written = dict(judged.results.columns), dict(judged.results.written)
    for name, places in decimals.items():
        texts = [None if np.isnan(value) else f"{value:.{places}f}" for value in judged.results.number(name)]
        written[name] = np.array(texts, object)
        columns[name] = np.array([np.nan if text is None else float(text) for text in texts])
    return Case(replace(judged.results, columns=columns, written=written), judged.study)


def with_curves(judged: Case, curves: Callable[[Row], Mapping[str, Sequence[float]]]) -> Case:
    """The case with the curves of each row, by name, from epoch 0 on."""
    table = {name: column.texts() if isinstance(column, Coded) else column.tolist()
             for name, column in judged.results.columns.items()}  # fmt: skip
    entries = [
        (row, CURVES.index(name), epoch, value)
        for row, each in enumerate(to_rows(table))
        for name, values in sorted(curves(each).items(), key=lambda item: CURVES.index(item[0]))
        for epoch, value in enumerate(values)
    ]
    rows, codes, epochs = (np.array([entry[part] for entry in entries], np.int64) for part in range(3))
    held = Curves(rows, Coded(codes, CURVES), epochs, np.array([entry[3] for entry in entries], float))
    return Case(replace(judged.results, load_curves=lambda: held), judged.study)


def findings(judged: Case, code: str) -> tuple[Finding, ...]:
    """What one rule says of a case."""
    return judge(judged, select=frozenset({code}))


def verdicts(judged: Case, code: str) -> set[Verdict]:
    """The verdicts of one rule on a case."""
    return {finding.verdict for finding in findings(judged, code)}


def only(judged: Case, code: str, **scope: str) -> Finding:
    """The one finding of a rule whose scope holds these."""
    (finding,) = (
        each for each in findings(judged, code) if all(each.scope.get(key) == value for key, value in scope.items())
    )
    return finding


class Cases(Struct, frozen=True):
    """The three cases of a rule: it passes (or is declared), it fails, and its evidence is absent.

    `on_fault` is what a rule that never fails says of the faulty case.
    """

    sound: Callable[[], Case]
    faulty: Callable[[], Case]
    silent: Callable[[], Case]
    on_silence: Verdict
    on_fault: Verdict = Verdict.FAIL
