"""open_lth's result trees: `lottery_HASH/replicate_R/level_L/main`, one network a level.

- A replicate is a repetition with whatever randomness the machine gave: it is not a seed, and no seed is recorded.
- The ratio is that of open_lth's own report: weights that its masks cover ÷ those left. Biases and batch-norm
  parameters are in neither; the number of all parameters is not recorded.
- Level 0 is the dense network. Its `hparams.log` describes all levels; the method is iterative magnitude pruning that
  goes back to the first weights, or to early ones where `rewinding_steps` says so.
- `top1` is the last test accuracy; open_lth chooses no epoch. FLOPs are not counted.
- `steps_total` adds up the levels that led to a network, each as long as its own training; it is missing where one of
  them is not there, or was not trained to its end.
- `setting` has the hyperparameters: experiments that differ in them are no repeats of each other.
"""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from msgspec import Struct

from audit.results import Coded, Curves, Origin, Results, Values
from audit.schema import BY_NAME, CURVES, DENSE, Kind
from audit.sources.errors import SourceError
from audit.sources.limits import content
from audit.sources.mapping import with_constants
from audit.sources.validate import validate
from audit.study import Study
from audit.study.source import Source

NAME = "open_lth"
OWN_TABLES: tuple[str, ...] = ()
HPARAMS, LOGGER, REPORT = "hparams.log", "logger", "sparsity_report.json"
_NAMES = ("dataset_name", "model_name")
_SHOWN = 5
_LEVELS = "lottery_*/replicate_*/level_*/main"
_LINE = re.compile(r"\s*\* (\w+) => (.*)")
_CURVES = {
    "train_loss": "train_loss",
    "train_accuracy": "train_top1",
    "test_loss": "test_loss",
    "test_accuracy": "test_top1",
}
# open_lth's pruning strategies: score and allocation
_STRATEGIES = {"sparse_global": ("magnitude", "global")}


class _Level(Struct, frozen=True):
    """One network: where it is, and its place in the tree."""

    folder: Path
    experiment: str
    replicate: str
    level: int

    @property
    def place(self) -> tuple[str, str, int]:
        """Its place in the tree."""
        return self.experiment, self.replicate, self.level

    @property
    def name(self) -> str:
        """The name of the network in its tree."""
        return f"{self.experiment}/{self.replicate}/level_{self.level}"


def recognise(path: Path) -> bool:
    """Whether a directory holds lottery experiments, or is one."""
    return path.is_dir() and bool(_levels(path))


def read(path: Path, study: Study, source: Source | None = None) -> Results:
    """Read all levels of all replicates; raises SourceError for what is damaged."""
    levels = _levels(path)
    if not levels:
        raise SourceError(f"{path}: holds no lottery experiment of open_lth; expected {_LEVELS}")
    hparams = [_hparams(each) for each in levels]
    logs = [_log(each.folder / LOGGER) for each in levels]
    steps = {
        each.place: _steps(log) if _finished(settings, log) else None
        for each, settings, log in zip(levels, hparams, logs, strict=True)
    }
    rows = [
        _network(level, settings, log, _before(level, steps))
        for level, settings, log in zip(levels, hparams, logs, strict=True)
    ]
    columns: dict[str, Values] = {}
    for name in dict.fromkeys(name for row in rows for name in row):
        values = [row.get(name) for row in rows]
        if BY_NAME[name].kind in (Kind.NUMBER, Kind.INTEGER):
            columns[name] = np.array([np.nan if value is None else value for value in values], float)
        else:
            columns[name] = Coded.of([None if value is None else str(value) for value in values])
    results = Results(
        columns=columns,
        origin=Origin(
            Coded(np.zeros(len(levels), np.int64), (str(path),)), run_id=Coded.of([each.name for each in levels])
        ),
        load_curves=lambda: _curves(levels),
        notes=(
            f"{path}: a replicate of open_lth is no seed: its networks are repeats whose seeds are not recorded",
            f"{path}: ratios count the weights that masks cover; biases and batch-norm parameters are in neither part",
            *(f"{path}: {differences}" for differences in _differences(levels, hparams)),
        ),
    )
    return validate(with_constants(results, source, study), study, str(path))


def _levels(path: Path) -> list[_Level]:
    parents = {each.parent.parent.parent for each in path.glob(_LEVELS)} or (
        {path} if path.name.startswith("lottery_") else set()
    )
    found = [
        _Level(folder, experiment.name, folder.parent.parent.name, int(number))
        for experiment in parents
        for folder in experiment.glob("replicate_*/level_*/main")
        if (number := folder.parent.name.removeprefix("level_")).isdigit() and (folder / REPORT).is_file()
    ]
    return sorted(found, key=lambda each: (each.experiment, _number_in(each.replicate), each.level))


def _number_in(name: str) -> tuple[int, str]:
    digits = re.search(r"\d+", name)
    return (int(digits[0]) if digits else -1, name)


_Log = Mapping[str, Mapping[int, float]]
"""Metrics by name and iteration."""


def _before(level: _Level, steps: Mapping[tuple[str, str, int], int | None]) -> int | None:
    """The steps of all levels that led to a network; None where one is not there, or was not trained to its end."""
    total = 0
    for number in range(level.level):
        own = steps.get((level.experiment, level.replicate, number))
        if own is None:
            return None
        total += own
    return total


def _setting(level: _Level, hparams: Mapping[str, str]) -> str:
    """The hyperparameters of a network, those of pruning aside where it is dense."""
    aside = ("pruning_", "rewinding_") if level.level == 0 else ("pruning_strategy",)
    told = {key: text for key, text in sorted(hparams.items()) if key not in _NAMES and not key.startswith(aside)}
    return " ".join(f"{key}={text}" for key, text in told.items())


def _differences(levels: list[_Level], hparams: list[Mapping[str, str]]) -> Iterator[str]:
    """A line on experiments with the same network and data that differ in hyperparameters."""
    alike: dict[tuple[str | None, ...], dict[str, Mapping[str, str]]] = {}
    for level, settings in zip(levels, hparams, strict=True):
        alike.setdefault(tuple(map(settings.get, _NAMES)), {})[level.experiment] = settings
    for group in alike.values():
        keys = sorted({key for settings in group.values() for key in settings})
        differing = [key for key in keys if len({settings.get(key) for settings in group.values()}) > 1]
        if differing:
            names = ", ".join(sorted(group)[:_SHOWN]) + (", …" if len(group) > _SHOWN else "")
            yield f"experiments that differ in {', '.join(differing)} are no repeats of each other: {names}"


def _network(level: _Level, hparams: Mapping[str, str], log: _Log, before: int | None) -> dict[str, Any]:
    report = _report(level.folder / REPORT)
    accuracy = log.get("test_accuracy", {})
    last = max(accuracy, default=None)
    steps = _steps(log)
    strategy = hparams.get("pruning_strategy", "")
    score, allocation = _STRATEGIES.get(strategy, (None, None))
    examples = log.get("test_examples", {}).get(last) if last is not None else None
    return {
        "run_id": level.name,
        "dataset": hparams.get("dataset_name"),
        "architecture": hparams.get("model_name"),
        "method": DENSE if level.level == 0 else f"open_lth {strategy}".strip(),
        "score": score if level.level else None,
        "allocation": allocation if level.level else None,
        "schedule": "iterative" if level.level else None,
        "granularity": "weight" if level.level else None,
        "starts_from": "rewind" if hparams.get("rewinding_steps") else "init",
        "compression_ratio": report["total"] / report["unpruned"] if report["unpruned"] else np.inf,
        "parameters_prunable": report["total"],
        "top1": accuracy.get(last) if last is not None else None,
        "loss": log.get("test_loss", {}).get(last) if last is not None else None,
        "n_test": examples,
        "n_correct": round(accuracy[last] * examples) if last is not None and examples else None,
        "split": "test",
        "selected_on": "none",
        "before_finetuning_top1": accuracy.get(min(accuracy)) if accuracy else None,
        "steps_final_weights": steps,
        "steps_total": steps + before if steps is not None and before is not None else None,
        "setting": _setting(level, hparams),
        "batch_size": _float(hparams.get("batch_size")),
        "optimizer": hparams.get("optimizer_name"),
        "learning_rate": _float(hparams.get("lr")),
        "learning_rate_schedule": "steps" if hparams.get("milestone_steps") else "fixed",
        "weight_decay": _float(hparams.get("weight_decay")) or 0.0,
        "augmentation": "none" if hparams.get("do_not_augment") == "True" else None,
        "epochs": _epochs(hparams),
        "status": "finished" if _finished(hparams, log) else "killed",
    }


def _hparams(level: _Level) -> Mapping[str, str]:
    """The settings of an experiment, which level 0 of a replicate records."""
    file = level.folder.parent.parent / "level_0" / "main" / HPARAMS
    if not file.is_file():
        raise SourceError(f"{file}: no such file; expected the settings of {level.experiment}, as open_lth writes them")
    lines = (_LINE.fullmatch(line) for line in _text(file).splitlines())
    return {match[1]: match[2].strip() for match in lines if match}


def _text(file: Path) -> str:
    try:
        return content(file).decode("utf-8")
    except UnicodeDecodeError:
        raise SourceError(f"{file}: is not UTF-8 text; it is damaged") from None


def _report(file: Path) -> Mapping[str, float]:
    try:
        report = json.loads(_text(file))
        return {key: float(report[key]) for key in ("total", "unpruned")}
    except (ValueError, KeyError, TypeError):
        raise SourceError(f"{file}: expected JSON with the numbers `total` and `unpruned`") from None


def _log(file: Path) -> dict[str, dict[int, float]]:
    """Metrics by name and iteration; none where a level was not trained yet."""
    log: dict[str, dict[int, float]] = {}
    if not file.is_file():
        return log
    for number, line in enumerate(_text(file).splitlines(), start=1):
        try:
            name, iteration, value = line.split(",")
            log.setdefault(name, {})[int(iteration)] = float(value)
        except ValueError:
            raise SourceError(
                f"{file}, line {number}: found {line[:40]!r}, expected a name, an iteration and a value"
            ) from None
    return log


def _steps(log: _Log) -> int | None:
    """Iterations of one level's training, from its first evaluation to its last."""
    iterations = log.get("test_accuracy")
    return max(iterations) - min(iterations) if iterations else None


def _finished(hparams: Mapping[str, str], log: _Log) -> bool:
    """Whether a level came to the end of its training, as far as its log tells."""
    last = max(log.get("test_accuracy", {}), default=None)
    if last is None or (_epochs(hparams) and not _steps(log)):
        return False
    return last >= _expected(hparams, log)


def _epochs(hparams: Mapping[str, str]) -> float | None:
    match = re.fullmatch(r"(\d+)ep", hparams.get("training_steps", ""))
    return float(match[1]) if match else None


def _expected(hparams: Mapping[str, str], log: _Log) -> int:
    """The iteration at which a training ends, 0 where that cannot be told."""
    match = re.fullmatch(r"(\d+)it", hparams.get("training_steps", ""))
    if match:
        return int(match[1])
    per_epoch = _per_epoch(log)
    return int((_epochs(hparams) or 0) * per_epoch) if per_epoch else 0


def _per_epoch(log: _Log) -> int | None:
    """Iterations of an epoch: open_lth evaluates after each, which equal distances show."""
    iterations = sorted(log.get("test_accuracy", {}))
    distances = set(np.diff(iterations).tolist())
    return distances.pop() if len(distances) == 1 else None


def _float(text: str | None) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return None


def _curves(levels: list[_Level]) -> Curves:
    """Evaluations by epoch, where open_lth evaluated after each."""
    entries = []
    for row, level in enumerate(levels):
        log = _log(level.folder / LOGGER)
        per_epoch = _per_epoch(log)
        if per_epoch is None or _epochs(_hparams(level)) is None:
            continue
        for key, name in _CURVES.items():
            for iteration, value in log.get(key, {}).items():
                entries.append((row, CURVES.index(name), iteration // per_epoch, value))
    entries.sort()
    rows, codes, epochs = (np.array([entry[part] for entry in entries], np.int64) for part in range(3))
    return Curves(rows, Coded(codes, CURVES), epochs, np.array([entry[3] for entry in entries], float))
