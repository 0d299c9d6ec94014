"""From MLflow's runs to Results, whatever kind of store they were kept in.

One run that has a `method` is one network; its parameters, tags and latest metrics are looked up under the schema's
names, a parameter before a tag and a metric before both, also one that was logged as NaN: it is missing. A parent of
other runs that has no size is no network. Per-layer counts are metrics stepped by layer, with the names in a tag;
per-epoch values are metrics stepped by epoch.
"""

import json
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from audit.results import NO_LAYERS, Coded, Curves, Layers, Results, Values
from audit.schema import CURVES, LAYER_COUNTS, LAYER_NAME
from audit.sources.chosen import chosen
from audit.sources.errors import SourceError
from audit.sources.foreign import Foreign
from audit.sources.mapping import to_results
from audit.sources.validate import sized, validate
from audit.sources.values import known_columns
from audit.study import Study
from audit.study.source import Source

LOSS = "loss"
_OWN = "prune_audit."  # begins the tags of a study that `audit run` wrote
LAYER_NAMES = f"{LAYER_NAME}s"  # the tag; what is longer than a tag may be goes on in layer_names.1, .2, …
_LARGEST_STORED = 1.7976931348623157e308  # a database stores infinities as the largest double
_SHOWN = 12
_OWN_WORD = ("run_id", "status")  # MLflow's own word on them counts
_PARENT = "mlflow.parentRunId"
_STATUS = {"FINISHED": "finished", "FAILED": "failed", "KILLED": "killed", "RUNNING": "running", "SCHEDULED": "running"}


class Runs(Struct, frozen=True):
    """The active runs of a store, in the order in which they started; times are in milliseconds since 1970."""

    ids: Sequence[str]
    status: Sequence[str | None]
    started: Sequence[int | None]
    ended: Sequence[int | None]

    def __len__(self) -> int:
        return len(self.ids)


class Stepped(Struct, frozen=True):
    """Metrics by step (entries,): the row of the run, the number of the key, the step, the value."""

    row: np.ndarray
    key: np.ndarray
    step: np.ndarray
    value: np.ndarray

    @classmethod
    def latest(cls, row: np.ndarray, key: np.ndarray, step: np.ndarray, value: np.ndarray) -> "Stepped":
        """Of what was logged twice at a step the last, where the entries are in the order of logging."""
        order = np.lexsort((np.arange(len(row)), step, key, row))
        places = np.stack([row, key, step])[:, order]
        last = np.ones(len(order), bool)
        last[:-1] = (np.diff(places, axis=1) != 0).any(axis=0)
        kept = order[last]
        return cls(row[kept], key[kept], step[kept], value[kept])


class Latest(Struct, frozen=True):
    """The latest metrics by key, each (runs,), NaN where there is none; `undefined` has the rows that logged a NaN."""

    values: Mapping[str, np.ndarray]
    undefined: Mapping[str, np.ndarray]


def wanted_keys(study: Study, source: Source | None) -> list[str]:
    """The keys of parameters, tags and metrics that are read: the schema's names, and what a source names."""
    keys = [*known_columns(study), *(source.where if source else ())]
    return list(dict.fromkeys([*(key for key in keys if key not in _OWN_WORD), *_named(source), _PARENT]))


def _named(source: Source | None) -> list[str]:
    return [*source.columns.values(), *source.settings] if source else []


def loss_key(source: Source | None) -> str:
    """The metric that is the loss. One that was logged as NaN is read as infinite: it is there, and it diverged."""
    return source.columns.get(LOSS, LOSS) if source else LOSS


def results_of(
    name: str,
    runs: Runs,
    texts: Mapping[str, np.ndarray],
    metrics: Latest,
    stepped: Callable[[list[str], tuple[str, ...]], Stepped],
    tags: Callable[[list[str], str], Mapping[tuple[int, str], str]],
    keys: Callable[[], Sequence[str]],
    study: Study,
    source: Source | None = None,
) -> Results:
    """Results from what a store holds.

    `texts` holds (runs,) values by key. The others read on: `stepped(ids, keys)` the steps of metrics and
    `tags(ids, prefix)` the tags with a prefix by (row, key), when a child table is asked for; `keys()` what the runs
    have, for an error.
    """
    held = {key: _metric_first(key, texts, metrics) for key in dict.fromkeys([*texts, *metrics.values])}
    parents = set(held.get(_PARENT, ()))
    held = {key: values for key, values in held.items() if key != _PARENT or key in _named(source)}
    table = Foreign(name, held, np.array(runs.ids, object), unit="run", printed=False)
    table, rows = _chosen(table.take(_networks(name, len(runs), held, source, keys)), runs, source)
    ids = table.records.tolist()
    results = to_results(table, source, study)
    results = replace(
        results,
        columns={**results.columns, **_recorded_by_mlflow(runs, rows, results.columns)},
        load_layers=lambda: _layers(name, ids, stepped(ids, LAYER_COUNTS), tags(ids, LAYER_NAMES)),
        load_curves=lambda: _curves(stepped(ids, CURVES)),
    )
    kept = _without_parents(name, results, [run in parents for run in ids])
    return validate(kept, study, name, units=source.units if source else None)


def _chosen(table: Foreign, runs: Runs, source: Source | None) -> tuple[Foreign, np.ndarray]:
    """The runs that `where` of a source keeps, and the row of each; MLflow's own word on each counts too."""
    row = {run: place for place, run in enumerate(runs.ids)}
    if source and source.where:
        status = np.array([_status(runs.status[row[run]]) for run in table.records], object)
        own = dict(zip(_OWN_WORD, (table.records, status), strict=True))
        kept = chosen(replace(table, columns={**table.columns, **own}), source)
        table = replace(kept, columns={key: values for key, values in kept.columns.items() if key in table.columns})
    return table, np.array([row[run] for run in table.records], np.int64)


def _without_parents(name: str, results: Results, parent: Sequence[bool]) -> Results:
    """The results without the runs that only hold other runs together."""
    left = np.flatnonzero(np.array(parent, bool) & ~sized(results))
    if len(left) in (0, len(results)):
        return results
    runs = (
        "1 run is the parent of others, has no size and is"
        if len(left) == 1
        else (f"{len(left)} runs are parents of others, have no size and are")
    )
    kept = results.select(np.setdiff1d(np.arange(len(results)), left))
    note = f"{name}: {runs} left out (the first is run {results.text('run_id').text(int(left[0]))})"
    return replace(kept, notes=(*kept.notes, note))


def _status(word: str | None) -> str:
    return _STATUS.get(word or "", "running")


def _metric_first(key: str, texts: Mapping[str, np.ndarray], metrics: Latest) -> np.ndarray:
    """One column of what was logged under a key as text and as a metric."""
    if key not in texts or key not in metrics.values:
        return texts[key] if key in texts else metrics.values[key]
    numbers = metrics.values[key]
    measured = ~np.isnan(numbers)
    both = texts[key].copy()
    both[metrics.undefined.get(key, [])] = None
    both[measured] = [repr(value) for value in numbers[measured].tolist()]
    return both


def _networks(
    name: str, runs: int, held: Mapping[str, np.ndarray], source: Source | None, keys: Callable[[], Sequence[str]]
) -> np.ndarray:
    """The rows of the runs that are networks: those with a method, or all where a source declares the method."""
    if source and "method" in source.constants and runs:
        return np.arange(runs)
    key = source.columns.get("method", "method") if source else "method"
    method = held.get(key)
    rows = np.array([], np.int64) if method is None else np.flatnonzero([bool(each) for each in method])
    if len(rows):
        return rows
    if not runs:
        raise SourceError(f"{name}: holds no pruning results: it has no runs; expected one run for each network")
    there = [each for each in keys() if not each.startswith("mlflow.")]
    if any(each.startswith(_OWN) for each in there) and key == "method":
        raise SourceError(f"{name}: holds no network yet: `audit run` has begun the study, and none is finished")
    shown = f"; they have: {', '.join(there[:_SHOWN])}{', …' if len(there) > _SHOWN else ''}" if there else ""
    raise SourceError(
        f"{name}: holds no pruning results: its {runs} runs have no parameter `{key}`; name what they call the method "
        f"with `[[source]] columns` in audit.toml{shown}"
    )


def as_logged(value: float) -> float:
    """A metric as it was logged: a database holds the largest double for an infinity."""
    return float(np.copysign(np.inf, value)) if abs(value) >= _LARGEST_STORED else value


def _recorded_by_mlflow(runs: Runs, rows: np.ndarray, table: Mapping[str, Values]) -> dict[str, Values]:
    """What MLflow itself records of a run: its id, status, start and duration."""
    own: dict[str, Values] = {"run_id": Coded.of([runs.ids[row] for row in rows])}
    own["status"] = Coded.of([_status(runs.status[row]) for row in rows])
    if "started" not in table:
        own["started"] = Coded.of(_moments([runs.started[row] for row in rows]))
    if "duration" not in table:
        spans = [(runs.started[row], runs.ended[row]) for row in rows]
        own["duration"] = np.array([(end - start) / 1000 if start and end else np.nan for start, end in spans])
    return own


def _moments(milliseconds: Sequence[int | None]) -> list[str | None]:
    """Times in ISO 8601, to the second."""
    texts = np.datetime_as_string(np.array([time or 0 for time in milliseconds], "datetime64[ms]"), "s")
    return [f"{text}+00:00" if time else None for text, time in zip(texts.tolist(), milliseconds, strict=True)]


def _layers(name: str, ids: list[str], stepped: Stepped, tags: Mapping[tuple[int, str], str]) -> Layers:
    if not len(stepped.row):
        return NO_LAYERS
    parts: dict[int, list[tuple[int, str]]] = {}
    for (row, key), text in tags.items():
        number = key.removeprefix(LAYER_NAMES).lstrip(".")
        parts.setdefault(row, []).append((int(number) if number.isdigit() else 0, text))
    known: dict[str, list[str]] = {}  # most runs share their layers
    names: dict[int, list[str]] = {}
    for row, pieces in parts.items():
        text = "".join(piece for _, piece in sorted(pieces))
        if text not in known:
            known[text] = _names(name, ids[row], text)
        names[row] = known[text]
    places = np.stack([stepped.row, stepped.step])
    entries, position = np.unique(places, axis=1, return_inverse=True)
    counts = np.full((len(LAYER_COUNTS), entries.shape[1]), np.nan)
    counts[stepped.key, position.reshape(-1)] = stepped.value
    labels = [_layer_name(names.get(row, []), layer) for row, layer in entries.T.tolist()]
    return Layers(entries[0], Coded.of(labels), *counts)


def _names(name: str, run: str, text: str) -> list[str]:
    try:
        names = json.loads(text)
    except ValueError:
        names = None
    if not isinstance(names, list) or not all(isinstance(each, str) for each in names):
        raise SourceError(
            f"{name}, run {run}, tag `{LAYER_NAMES}`: expected a JSON list of layer names, found {text[:40]!r}"
        )
    return names


def _layer_name(names: list[str], layer: int) -> str:
    return names[layer] if 0 <= layer < len(names) else f"layer {layer}"


def _curves(stepped: Stepped) -> Curves:
    return Curves(stepped.row, Coded(stepped.key, CURVES), stepped.step, stepped.value)
