"""The CSV export of a Weights & Biases runs table: config and summary as columns, after W&B's own.

W&B's own columns become the schema's, and its states the schema's; config and summary keys are read by the schema's
names or as `[[source]]` maps them, as in every table. `columns`, `settings` and `where` may name W&B's own columns too.
"""

from pathlib import Path

import numpy as np
from msgspec.structs import replace

from audit.results import Results
from audit.sources.chosen import chosen
from audit.sources.delimited import headings, read_delimited
from audit.sources.foreign import Foreign
from audit.sources.mapping import to_results
from audit.sources.validate import validate
from audit.study import Study
from audit.study.source import Source

NAME = "wandb"
_MARKS = {"Name", "State", "Runtime", "Created"}  # every export has them
_STATUS = {
    "finished": "finished",
    "crashed": "failed",
    "failed": "failed",
    "killed": "killed",
    "preempted": "killed",
    "preempting": "killed",
    "running": "running",
    "pending": "running",
}
_OWN = {"State": "status", "Created": "started", "Runtime": "duration", "ID": "run_id"}
_NOT_READ = frozenset({"Notes", "User", "Tags", "Sweep", "Description", "Group", "Job Type", "Hostname", "Updated"})


def recognise(path: Path) -> bool:
    """Whether a file is a CSV export with W&B's own columns."""
    return path.is_file() and path.suffix.lower() == ".csv" and set(headings(path)) >= _MARKS


def read(path: Path, study: Study, source: Source | None = None) -> Results:
    """Read an export."""
    table = chosen(read_delimited(path), source)
    results = to_results(_translated(table, source), source, study)
    return validate(results, study, table.name, table.headings, source.units if source else None)


def _translated(table: Foreign, source: Source | None) -> Foreign:
    """W&B's own columns under the schema's names; a config key of that name comes first, as does what a source says.

    Under their own headings they stay only where a source names them.
    """
    source = source or Source(path="")
    claimed = {*source.columns.values(), *source.settings}
    columns = {
        heading: values
        for heading, values in table.columns.items()
        if heading in claimed or heading not in {"Name", *_OWN, *_NOT_READ}
    }
    for heading, name in _OWN.items():
        if heading in table.columns and name not in {*table.columns, *source.columns}:
            columns[name] = table.columns[heading]
    names = table.columns.get("Name")
    if "run_id" not in {*columns, *source.columns} and names is not None and len(set(names)) == len(names):
        columns["run_id"] = names
    status = source.columns.get("status", "status")
    if status in columns:
        columns[status] = _status(columns[status])
    return replace(table, columns=columns)


def _status(values: np.ndarray) -> np.ndarray:
    return np.array([_STATUS.get((text or "").lower(), text) for text in values], object)
