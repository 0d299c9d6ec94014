"""lm-evaluation-harness results: one network and task a row.

The harness knows the model, the task and its metrics, and nothing of pruning: method, ratio and seed are declared, one
`[[source]]` for each network or glob of networks:

```toml
[[source]]
path = "wanda-0.5/**/results_*.json"
constants = { method = "wanda", compression_ratio = 2, architecture = "llama-2-7b", seed = 0 }
```

`acc` is read as `top1` unless `columns` maps another metric onto it; other metrics by the name under which
`[metric.NAME]` declares them (`word_perplexity`), or as `columns` maps them. A metric behind a filter other than `none`
is called with it: `top1 = "exact_match,strict-match"`. A `*_stderr` is the error of the test set, not the variation
between seeds: it becomes the deviation, of the kind `test-set error`. The seeds that the harness records draw its
few-shot examples, so that none of them is the seed of a network. Subtasks are left out where their group has a metric
itself.
"""

import json
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from audit.results import Results, join
from audit.sources.chosen import chosen
from audit.sources.errors import SourceError
from audit.sources.foreign import Foreign
from audit.sources.limits import content
from audit.sources.mapping import to_results
from audit.sources.validate import validate
from audit.sources.values import known_columns
from audit.study import Study
from audit.study.source import Source

NAME = "lm-eval"
OWN_TABLES: tuple[str, ...] = ("samples_*.jsonl",)  # each answer of a network
_PATTERN = "results*.json"
_ACCURACY = "acc"
_ERROR = "_stderr"
_NO_METRICS = ("alias", "sample_len", "name", "sample_count")
_KIND = "test-set error"


def recognise(path: Path) -> bool:
    """Whether a file is a results file of the harness, or a directory holds some, at most one directory down."""
    return _is_results(path) if path.is_file() else any(_is_results(each) for each in _candidates(path))


def read(path: Path, study: Study, source: Source | None = None) -> Results:
    """Read one results file, or all of a directory."""
    found = [path] if path.is_file() else files(path)
    if not found:
        raise SourceError(f"{path}: holds no {_PATTERN} of lm-evaluation-harness")
    return join([_read(each, study, source) for each in found])


def files(directory: Path) -> list[Path]:
    """The results files of a directory, at most one directory down."""
    return [each for each in _candidates(directory) if _is_results(each)]


def _candidates(directory: Path) -> list[Path]:
    return sorted([*directory.glob(_PATTERN), *directory.glob(f"[!.]*/{_PATTERN}")])


def _is_results(path: Path) -> bool:
    if path.suffix.lower() != ".json":
        return False
    try:
        document = _document(path)
    except SourceError:
        return False
    return isinstance(document.get("results"), dict) and ("config" in document or "versions" in document)


def _document(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(content(path), parse_float=str, parse_int=str, parse_constant=str)
    except (ValueError, RecursionError) as error:
        raise SourceError(f"{path}: is not JSON: {error}; expected results of lm-evaluation-harness") from None
    if not isinstance(document, dict) or not isinstance(document.get("results"), dict):
        raise SourceError(f"{path}: has no table `results`; expected results of lm-evaluation-harness")
    return document


def _read(path: Path, study: Study, source: Source | None) -> Results:
    document = _document(path)
    rows = list(_rows(document, study, source))
    if not rows:
        raise SourceError(f"{path}: holds no task with a metric; expected results of lm-evaluation-harness")
    headings = dict.fromkeys(heading for row in rows for heading in row)
    columns = {heading: np.array([row.get(heading) for row in rows], object) for heading in headings}
    table = chosen(Foreign(str(path), columns, np.arange(1, len(rows) + 1)), source)
    return validate(
        to_results(table, source, study), study, str(path), list(headings), source.units if source else None
    )


def _rows(document: Mapping[str, Any], study: Study, source: Source | None) -> Iterator[dict[str, str | None]]:
    tasks = {task: values for task, metrics in document["results"].items() if (values := _measured(metrics))}
    below = _below(document.get("group_subtasks"), tasks)
    source = source or Source(path="")
    known, mapped = known_columns(study), {heading: name for name, heading in source.columns.items()}
    implied = "top1" not in {*source.columns, *source.constants} and _ACCURACY not in mapped
    shared = _shared(document)
    for task, values in tasks.items():
        if task in below:
            continue
        row = {"dataset": task, **shared, "n_test": _examples(document, task)}
        for name, (text, error) in values.items():
            heading = "top1" if implied and name == _ACCURACY else name
            row[heading] = text
            deviation = f"{mapped.get(name, heading)}_deviation"
            if error is not None and deviation in known:
                row |= {deviation: error, "deviation_kind": _KIND}
        yield row


def _measured(metrics: Any) -> dict[str, tuple[str, str | None]]:
    """The metrics of a task that are numbers, each with its standard error; `acc,none` is `acc`."""
    numbers: dict[str, str] = {}
    errors: dict[str, str] = {}
    for key, text in metrics.items() if isinstance(metrics, dict) else ():
        name, _, chosen = key.partition(",")
        if name in _NO_METRICS or not _is_number(text):
            continue
        held, bare = (errors, name.removesuffix(_ERROR)) if name.endswith(_ERROR) else (numbers, name)
        held[bare if chosen in ("", "none") else f"{bare},{chosen}"] = text
    return {name: (text, errors.get(name)) for name, text in numbers.items()}


def _below(subtasks: Any, tasks: Collection[str]) -> set[str]:
    """The tasks that are part of a group which has a metric itself, at any depth."""
    members = {
        group: [each for each in names if isinstance(each, str) and each != group]
        for group, names in (subtasks.items() if isinstance(subtasks, dict) else ())
        if isinstance(names, list)
    }
    below: set[str] = set()
    left = [each for group, names in members.items() if group in tasks for each in names]
    while left:
        task = left.pop()
        if task not in below:
            below.add(task)
            left += members.get(task, [])
    return below


def _is_number(text: Any) -> bool:
    try:
        float(text)
    except (TypeError, ValueError):
        return False
    return True


def _shared(document: Mapping[str, Any]) -> dict[str, str | None]:
    config = document.get("config")
    config = config if isinstance(config, dict) else {}
    name = document.get("model_name") or _pretrained(config.get("model_args")) or config.get("model")
    batch = str(config.get("batch_size") or "")
    return {
        "architecture": str(name) if name else None,
        "split": "test",
        "selected_on": "none",
        "eval_batch_size": batch if batch.isdigit() else None,
        "started": _moment(document.get("date")),
        "commit": None,
    }


def _pretrained(arguments: Any) -> str | None:
    if isinstance(arguments, dict):
        return arguments.get("pretrained")
    parts = dict(part.partition("=")[::2] for part in str(arguments or "").split(","))
    return parts.get("pretrained")


def _moment(seconds: Any) -> str | None:
    return datetime.fromtimestamp(float(seconds), UTC).isoformat(timespec="seconds") if _is_number(seconds) else None


def _examples(document: Mapping[str, Any], task: str) -> str | None:
    samples = document.get("n-samples")
    mine = samples.get(task) if isinstance(samples, dict) else None
    return str(mine["effective"]) if isinstance(mine, dict) and "effective" in mine else None
