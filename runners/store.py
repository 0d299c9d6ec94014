"""What the store of a results directory holds already, read without mlflow and without changing it."""

import sqlite3
from collections import defaultdict
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from runners.errors import RunError

STORE = "mlflow.db"
DIGEST_TAG = "prune_audit.digest"
KIND_TAG = "prune_audit.kind"
STUDY_KIND, NETWORK_KIND = "study", "network"

_NETWORKS = """
select tags.value, runs.run_uuid, runs.status from runs join tags on tags.run_uuid = runs.run_uuid
join experiments on experiments.experiment_id = runs.experiment_id
where tags.key = ? and runs.lifecycle_stage = 'active' and experiments.lifecycle_stage = 'active'
"""
_STUDIES = """
select runs.experiment_id from runs join tags on tags.run_uuid = runs.run_uuid
where tags.key = ? and tags.value = ? and runs.lifecycle_stage = 'active' order by runs.start_time desc
"""


@dataclass(frozen=True)
class Recorded:
    """Digests of the networks that are finished, and the MLflow runs of those that were begun and are not."""

    finished: frozenset[str]
    unfinished: dict[str, list[str]]


def recorded(store: Path) -> Recorded:
    """What a store holds; nothing where there is none yet.

    Raises RunError where the file is not a store written by MLflow, so that nothing of another program's is touched.
    """
    if not store.exists():
        return Recorded(frozenset(), {})
    finished: set[str] = set()
    unfinished: dict[str, list[str]] = defaultdict(list)
    for digest, run, status in _select(store, _NETWORKS, (DIGEST_TAG,)):
        if status == "FINISHED":
            finished.add(digest)
        else:
            unfinished[digest].append(run)
    return Recorded(frozenset(finished), dict(unfinished))


def experiment_of_study(store: Path) -> str | None:
    """The identifier of the experiment whose study was begun last; None where the store holds no study of ours.

    Raises RunError as `recorded` does.
    """
    studies = _select(store, _STUDIES, (KIND_TAG, STUDY_KIND))
    return str(studies[0][0]) if studies else None


def _select(store: Path, query: str, parameters: tuple[str, ...]) -> list[tuple]:
    try:
        with closing(sqlite3.connect(f"file:{quote(str(store.resolve()))}?mode=ro", uri=True)) as database:
            return database.execute(query, parameters).fetchall()
    except sqlite3.Error as error:
        raise RunError(
            f"{store}: is not a store that MLflow wrote, or is damaged or locked ({error}); it is left as it is"
        ) from error
