"""What the store of a results directory holds already, read without mlflow and without changing it.

What a writer that was killed has left of a transaction is taken back in a copy, which shows whether the journal is the
store's; MLflow takes it back in the store when it writes.
"""

import shutil
import sqlite3
import tempfile
from collections import defaultdict
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from audit.schema import TARGETS
from runners.errors import RunError
from runners.record import IDENTITY, identity_of

STORE = "mlflow.db"
DIGEST_TAG = "prune_audit.digest"
KIND_TAG = "prune_audit.kind"
HOME_TAG = "prune_audit.study_directory"  # of the study file that a study was begun with
STUDY_KIND, NETWORK_KIND = "study", "network"

_NETWORKS = """
select tags.value, runs.run_uuid, runs.status from runs join tags on tags.run_uuid = runs.run_uuid
join experiments on experiments.experiment_id = runs.experiment_id
where tags.key = ? and runs.lifecycle_stage = 'active' and experiments.lifecycle_stage = 'active'
"""
_IDENTITIES = f"""
select params.run_uuid, params.key, params.value from params join tags on tags.run_uuid = params.run_uuid
where tags.key = ? and params.key in ({", ".join("?" * len(IDENTITY + TARGETS))})
"""
_STUDIES = """
select runs.experiment_id, runs.artifact_uri,
    (select value from tags as other where other.run_uuid = runs.run_uuid and other.key = ?)
from runs join tags on tags.run_uuid = runs.run_uuid
where tags.key = ? and tags.value = ? and runs.lifecycle_stage = 'active' order by runs.start_time desc
"""
_EXPERIMENT_TAG = "select 1 from experiment_tags where experiment_id = ? and key = ?"


@dataclass(frozen=True)
class Network:
    """One MLflow run of a network: its identifier there, the network's digest, and whether it is finished.

    `identity` is what tells it apart, as `record.identity_of` has it; None where not all of that is written.
    """

    run: str
    digest: str
    finished: bool
    identity: tuple[str, ...] | None


@dataclass(frozen=True)
class Recorded:
    """The networks that a store holds."""

    networks: tuple[Network, ...] = ()

    @property
    def finished(self) -> frozenset[str]:
        """Digests of the networks that are finished."""
        return frozenset(network.digest for network in self.networks if network.finished)

    def attempts(self, at: Network) -> tuple[Network, ...]:
        """Unfinished attempts at a network, with whatever code or settings they were made."""
        return tuple(
            each
            for each in self.networks
            if not each.finished
            and (each.digest == at.digest or (each.identity is not None and each.identity == at.identity))
        )


def recorded(store: Path) -> Recorded:
    """What a store holds; nothing where there is none yet.

    Raises RunError where the file is not a store written by MLflow, so that nothing of another program's is touched.
    """
    if not store.exists():
        return Recorded()
    params: dict[str, dict[str, str]] = defaultdict(dict)
    for run, key, value in _select(store, _IDENTITIES, (DIGEST_TAG, *IDENTITY, *TARGETS)):
        params[run][key] = value
    identities = {run: identity_of(held) for run, held in params.items()}
    return Recorded(
        tuple(
            Network(run, digest, status == "FINISHED", identities.get(run))
            for digest, run, status in _select(store, _NETWORKS, (DIGEST_TAG,))
        )
    )


def experiment_of_study(store: Path) -> str | None:
    """The identifier of the experiment whose study was begun last; None where the store holds no study of ours.

    Raises RunError as `recorded` does.
    """
    studies = _studies(store)
    return str(studies[0][0]) if studies else None


def has_experiment_tag(store: Path, experiment: str, key: str) -> bool:
    """Whether an experiment of a store has a tag. Raises RunError as `recorded` does."""
    return bool(_select(store, _EXPERIMENT_TAG, (experiment, key)))


def artifacts_of_study(store: Path) -> str | None:
    """The address of the artifacts of the study that was begun last; None where the store holds no study of ours.

    Raises RunError as `recorded` does.
    """
    studies = _studies(store)
    return str(studies[0][1]) if studies else None


def home_of_study(store: Path) -> Path | None:
    """The directory of the study file that the last study was begun with; None where that is not recorded.

    Raises RunError as `recorded` does.
    """
    studies = _studies(store) if store.exists() else []
    return Path(studies[0][2]) if studies and studies[0][2] else None


def _studies(store: Path) -> list[tuple]:
    return _select(store, _STUDIES, (HOME_TAG, KIND_TAG, STUDY_KIND))


def _select(store: Path, query: str, parameters: tuple[str, ...]) -> list[tuple]:
    store = store.resolve()
    try:
        try:
            return _asked(store, "ro", query, parameters)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorname != "SQLITE_READONLY_ROLLBACK":
                raise
        with tempfile.TemporaryDirectory() as directory:
            copy = Path(directory) / store.name
            for name in (store.name, f"{store.name}-journal"):
                shutil.copyfile(store.with_name(name), copy.with_name(name))
            return _asked(copy, "rw", query, parameters)
    except OSError as error:
        raise RunError(f"{store}: has a journal of a writer that was killed, and cannot be copied: {error}") from error
    except sqlite3.Error as error:
        raise RunError(
            f"{store}: is not a store that MLflow wrote, or is damaged or locked ({error}); it is left as it is"
        ) from error


def _asked(store: Path, mode: str, query: str, parameters: tuple[str, ...]) -> list[tuple]:
    with closing(sqlite3.connect(f"file:{quote(str(store))}?mode={mode}", uri=True)) as database:
        return database.execute(query, parameters).fetchall()
