"""ShrinkBench's result folders, as its own code writes them: one folder a network.

- `params.json` holds Python literals as strings; they are parsed as literals and never evaluated.
- `top1` is what ShrinkBench reports: the largest `val_acc1` over all logged epochs, the one before fine-tuning (−1)
  included. What it calls validation is the test split, so `split` and `selected_on` are both `test`.
- Accuracy is the mean over batches of correct ÷ nominal batch size, also in a smaller last batch; the batch size is
  recorded as `eval_batch_size`. A loss was divided by the batch size once more, and is multiplied by it here.
- Its FLOPs are multiply-adds: MACs. Sizes count every parameter; `masks_summary.csv` has the masked tensors.
- The seed is set when an experiment starts to run, after the network was built and its mask drawn: it governs
  fine-tuning alone. At ratio 1 nothing is fine-tuned.

A training experiment has no mask: it is read as a dense network. Folders that lack `params.json`, or both `logs.csv`
and `metrics.json`, are named and not read, as are experiments that lie deeper than directly in a directory.
"""

import ast
import csv
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from audit.results import Coded, Curves, Layers, Origin, Results, Values
from audit.schema import BY_NAME, CURVES, DENSE, Kind
from audit.sources.errors import SourceError
from audit.sources.limits import content
from audit.sources.mapping import with_constants
from audit.sources.validate import validate
from audit.sources.values import Where, convert
from audit.study import Study
from audit.study.source import Source

NAME = "shrinkbench"
PARAMS, METRICS, LOGS, MASKS = "params.json", "metrics.json", "logs.csv", "masks_summary.csv"
OWN_TABLES = (LOGS, MASKS)
_BATCH_SIZE = 128  # ShrinkBench's default
_SHOWN = 5
_MOST_EPOCHS = 1e9
_CURVES = {
    "train_loss": "train_loss",
    "train_acc1": "train_top1",
    "val_loss": "test_loss",
    "val_acc1": "test_top1",
}
_SIZES = {
    "parameters": "size",
    "parameters_nonzero": "size_nz",
    "compression_ratio": "compression_ratio",
    "macs": "flops",
    "macs_nonzero": "flops_nz",
    "theoretical_speedup": "theoretical_speedup",
}
_SEED_NOTE = (
    "ShrinkBench sets the seed after the network is built and its mask drawn: `seed` governs the fine-tuning alone"
)


def recognise(path: Path) -> bool:
    """Whether a directory is the folder of an experiment, or holds such folders."""
    return path.is_dir() and any(
        _is_experiment(each) or (_moment(each.name) is not None and _lacking(each) is not None)
        for each in (path, *path.iterdir())
    )


def read(path: Path, study: Study, source: Source | None = None) -> Results:
    """Read the folder of an experiment, or all that a directory holds; raises SourceError for what is damaged."""
    found = [path] if _is_experiment(path) else sorted(each for each in path.iterdir() if _is_experiment(each))
    left = () if _is_experiment(path) else tuple(_left(path))
    if not found:
        expected = f"{path}: holds no experiment of ShrinkBench; expected folders with {PARAMS} and {LOGS}"
        raise SourceError("; ".join([expected, *left]))
    rows = [_network(each) for each in found]
    where = Where(str(path), "run", [each.name for each in found])
    columns: dict[str, Values] = {}
    for name in dict.fromkeys(name for row in rows for name in row):
        values = [row.get(name) for row in rows]
        column = BY_NAME[name]
        if column.kind in (Kind.NUMBER, Kind.INTEGER):
            columns[name] = np.array([np.nan if value is None else value for value in values], float)
        else:
            columns[name] = convert(column, [None if value is None else str(value) for value in values], where)
    names = Coded.of([each.name for each in found])
    results = Results(
        columns=columns,
        origin=Origin(Coded(np.zeros(len(found), np.int64), (str(path),)), run_id=names),
        load_layers=lambda: _layers(found),
        load_curves=lambda: _curves(found),
        notes=(f"{path}: {_SEED_NOTE}", *(f"{path}: {each}" for each in left)),
    )
    return validate(with_constants(results, source, study), study, str(path))


def _is_experiment(folder: Path) -> bool:
    return (
        not folder.name.startswith(".")
        and (folder / PARAMS).is_file()
        and ((folder / LOGS).is_file() or (folder / METRICS).is_file())
    )


def _lacking(folder: Path) -> str | None:
    """The file without which the folder of an experiment cannot be read; None where it has all, or is none."""
    if folder.name.startswith(".") or _is_experiment(folder):
        return None
    if (folder / PARAMS).is_file():
        return LOGS
    return PARAMS if (folder / LOGS).is_file() or (folder / METRICS).is_file() else None


def _left(path: Path) -> Iterator[str]:
    """What looks like experiments in a directory, and is not read."""
    looked_at = [*([path] if _moment(path.name) else []), *sorted(path.iterdir())]
    lacking = [f"{each.name} (no {file})" for each in looked_at if (file := _lacking(each))]
    if lacking:
        folders = "1 folder is" if len(lacking) == 1 else f"{len(lacking)} folders are"
        yield f"{folders} not read, where a file of ShrinkBench is missing: {_listed(lacking)}"
    above = Counter(
        each.parent.parent.name
        for each in path.glob(f"[!.]*/[!.]*/{PARAMS}")
        if _is_experiment(each.parent) and not _is_experiment(each.parent.parent)
    )
    if above:
        deeper = [f"{name} ({count})" for name, count in sorted(above.items())]
        yield f"experiments that lie deeper are not read unless their directory is named: {_listed(deeper)}"


def _listed(names: list[str]) -> str:
    return ", ".join(names[:_SHOWN]) + (", …" if len(names) > _SHOWN else "")


def _network(folder: Path) -> dict[str, Any]:
    params = _params(folder / PARAMS)
    training, loading = _table(params, "train_kwargs"), _table(params, "dl_kwargs")
    batch = _stated(folder, loading, "batch_size") or _BATCH_SIZE
    epochs, logs = _stated(folder, training, "epochs"), _logs(folder / LOGS)
    pruned = "strategy" in params
    target = _stated(folder, params, "compression") if pruned else 1
    row: dict[str, Any] = {
        "run_id": folder.name,
        "dataset": params.get("dataset"),
        "architecture": params.get("model"),
        "method": params.get("strategy") if pruned else DENSE,
        "seed": params.get("seed"),
        "compression_target": target,
        "starts_from": "trained" if params.get("pretrained") or params.get("resume") else "init",
        "schedule": "one_shot" if pruned else None,
        "split": "test",
        "selected_on": "test",
        "eval_batch_size": batch,
        "batch_size": batch,
        "optimizer": str(training["optim"]).lower() if "optim" in training else None,
        "learning_rate": _stated(folder, training, "lr"),
        "learning_rate_schedule": "fixed",
        "weight_decay": _stated(folder, training, "weight_decay") or 0,
        "started": _moment(folder.name),
    }
    row |= _sizes(folder / METRICS) if pruned else {"compression_ratio": 1}
    row |= _prunable(folder / MASKS)
    row |= _quality(logs, batch)
    tuned = target is None or target > 1 or not pruned
    row["epochs"] = epochs if tuned else 0
    row["epochs_completed"] = int((logs["epoch"] >= 0).sum())
    unfinished = epochs is not None and tuned and row["epochs_completed"] < epochs
    row["status"] = "killed" if unfinished else "finished"
    return row


def _stated(folder: Path, table: Mapping[str, Any], key: str) -> float | None:
    """A number among the parameters."""
    value = table.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float | None):
        raise SourceError(f"{folder / PARAMS}: found {value!r} for `{key}`, expected a number")
    return value


def _params(file: Path) -> Mapping[str, Any]:
    """The parameters of an experiment: literals, parsed and never evaluated."""
    document = _json(file)
    text = document.get("params")
    try:
        params = ast.literal_eval(text) if isinstance(text, str) and len(text) < 1 << 20 else text
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        raise SourceError(
            f"{file}: `params` is not made of Python literals ({str(text)[:40]!r}…); expected what ShrinkBench writes "
            "when the model is given by its name"
        ) from None
    if not isinstance(params, dict):
        raise SourceError(f"{file}: has no table `params`; expected what ShrinkBench writes")
    return params


def _table(params: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = params.get(key)
    return value if isinstance(value, dict) else {}


def _json(file: Path) -> Mapping[str, Any]:
    try:
        document = json.loads(content(file))
    except (ValueError, RecursionError) as error:
        raise SourceError(f"{file}: is not JSON ({error}); is the experiment still being written?") from None
    if not isinstance(document, dict):
        raise SourceError(f"{file}: found {type(document).__name__}, expected a JSON object")
    return document


def _sizes(file: Path) -> dict[str, float]:
    if not file.is_file():
        return {}
    document = _json(file)
    sizes = {name: document[key] for name, key in _SIZES.items() if isinstance(document.get(key), int | float)}
    if "val_acc1" in document:
        sizes["before_finetuning_top1"] = document["val_acc1"]
    return sizes


def _table_of(file: Path) -> list[dict[str, str]]:
    if not file.is_file():
        return []
    try:
        with file.open(encoding="utf-8", newline="") as lines:
            return list(csv.DictReader(lines, strict=True))
    except OSError as error:
        raise SourceError(f"{file}: cannot be read: {error.strerror}") from error
    except (csv.Error, UnicodeError) as error:
        raise SourceError(f"{file}: cannot be read as comma-separated values: {error}") from None


def _number(file: Path, place: int, row: Mapping[str, str | None], heading: str) -> float:
    text = row.get(heading)
    try:
        return float(text) if text else np.nan
    except ValueError:
        raise SourceError(f"{file}, row {place}, column `{heading}`: found {text!r}, expected a number") from None


def _logs(file: Path) -> dict[str, np.ndarray]:
    """The logged epochs by column; a last line that is still being written is left out."""
    rows = _table_of(file)
    if rows and any(value is None for value in rows[-1].values()):
        rows.pop()
    headings = ("epoch", *_CURVES, "val_acc5")
    logs = {
        heading: np.array([_number(file, place, row, heading) for place, row in enumerate(rows, start=2)], float)
        for heading in headings
    }
    for place, epoch in enumerate(logs["epoch"], start=2):
        if not (abs(epoch) <= _MOST_EPOCHS and epoch == int(epoch)):
            raise SourceError(f"{file}, row {place}, column `epoch`: found {epoch:g}, expected a whole number")
    return logs


def _quality(logs: Mapping[str, np.ndarray], batch: float) -> dict[str, float]:
    """What ShrinkBench reports: the best epoch by Top-1, and what the others are at that epoch."""
    accuracy = logs["val_acc1"]
    if not np.isfinite(accuracy).any():
        return {}
    best = int(np.nanargmax(accuracy))
    return {
        "top1": float(accuracy[best]),
        "top5": float(logs["val_acc5"][best]),
        "loss": float(logs["val_loss"][best] * batch),
    }


def _prunable(file: Path) -> dict[str, float]:
    masks = [row for row in _table_of(file) if row.get("prunable") == "True"]
    return {"parameters_prunable": sum(_number(file, 0, row, "size") for row in masks)} if masks else {}


def _layers(folders: list[Path]) -> Layers:
    """The prunable tensors of each network: their sizes, and what is left of them."""
    entries = []
    for row, folder in enumerate(folders):
        file = folder / MASKS
        for place, mask in enumerate(_table_of(file), start=2):
            if mask.get("prunable") == "True":
                size, ratio = _number(file, place, mask, "size"), _number(file, place, mask, "comp")
                entries.append((row, f"{mask.get('module')}.{mask.get('param')}", size, round(size / ratio)))
    return Layers(
        np.array([entry[0] for entry in entries], np.int64),
        Coded.of([entry[1] for entry in entries]),
        np.array([entry[2] for entry in entries], float),
        np.array([entry[3] for entry in entries], float),
        np.full(len(entries), np.nan),
    )


def _curves(folders: list[Path]) -> Curves:
    """The logged epochs; ShrinkBench's −1, before the first step, is epoch 0."""
    parts = []
    for row, folder in enumerate(folders):
        logs = _logs(folder / LOGS)
        batch = _stated(folder, _table(_params(folder / PARAMS), "dl_kwargs"), "batch_size") or _BATCH_SIZE
        for heading, name in _CURVES.items():
            values = logs[heading] * (batch if heading.endswith("loss") else 1)
            known = np.flatnonzero(~np.isnan(values))
            code = np.full(len(known), CURVES.index(name))
            parts.append((np.full(len(known), row), code, logs["epoch"][known].astype(np.int64) + 1, values[known]))
    rows, codes, epochs, values = (np.concatenate(each) for each in zip(*parts, strict=True))
    order = np.lexsort((epochs, codes, rows))
    return Curves(rows[order], Coded(codes[order], CURVES), epochs[order], values[order])


def _moment(folder: str) -> str | None:
    """The start of an experiment from its folder's name, `20200131-235959-…`; local time, so that no zone is given."""
    day, _, rest = folder.partition("-")
    clock = rest.partition("-")[0]
    if len(day) != 8 or len(clock) != 6 or not (day + clock).isdigit():
        return None
    return f"{day[:4]}-{day[4:6]}-{day[6:]}T{clock[:2]}:{clock[2:4]}:{clock[4:]}"
