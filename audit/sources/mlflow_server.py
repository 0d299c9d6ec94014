"""MLflow's tracking server, read through mlflow's own library; needs the extra `server` or `run`.

The library waits minutes for a server that is not there. The first request is therefore made with a short limit and
never again; those that follow may take as long as a large answer does.
"""

import logging
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import numpy as np

from audit.results import Results
from audit.sources.address import Address
from audit.sources.errors import SourceError
from audit.sources.mlflow_experiments import choose
from audit.sources.mlflow_runs import Latest, Runs, Stepped, as_logged, loss_key, results_of, wanted_keys
from audit.study import Study
from audit.study.source import Source

_FIRST = {"MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0", "MLFLOW_HTTP_REQUEST_TIMEOUT": "5"}
_LATER = {"MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2", "MLFLOW_HTTP_REQUEST_TIMEOUT": "60"}  # unless they are set
_QUIET = {"MLFLOW_DISABLE_TELEMETRY": "true"}
_PAGE = 1000  # runs or experiments in one answer
_AT_ONCE = 8  # requests for the steps of metrics, one for each run and metric
_REFUSED = ("UNAUTHENTICATED", "PERMISSION_DENIED", "CUSTOMER_UNAUTHORIZED")


def read_server(address: Address, study: Study, source: Source | None = None) -> Results:
    """Read a server; raises SourceError where it cannot be reached, refuses, or is no tracking server of MLflow."""
    with _asking(address, _FIRST) as client:
        first = client.search_experiments(max_results=_PAGE)
    with _asking(address, _LATER | _set(_LATER)) as client:
        experiments = _all(lambda token: client.search_experiments(max_results=_PAGE, page_token=token), first)
        present = {each.name: each.experiment_id for each in experiments}
        chosen = choose(str(address), present, source)
        found = _runs(client, list(present.values()) if chosen is None else chosen)
    data = {run.info.run_id: run.data for run in found}
    runs = Runs(
        list(data),
        [run.info.status for run in found],
        [run.info.start_time for run in found],
        [run.info.end_time for run in found],
    )
    wanted = wanted_keys(study, source)

    def stepped(ids: list[str], keys: tuple[str, ...]) -> Stepped:
        asked = [
            (row, place) for row, run in enumerate(ids) for place, key in enumerate(keys) if key in data[run].metrics
        ]
        with _asking(address, _LATER | _set(_LATER)) as client, ThreadPoolExecutor(_AT_ONCE) as pool:
            histories = pool.map(lambda each: client.get_metric_history(ids[each[0]], keys[each[1]]), asked)
            entries = [
                (metric.timestamp, metric.value, row, place, metric.step)
                for (row, place), history in zip(asked, histories, strict=True)
                for metric in history
            ]
        entries.sort(key=lambda entry: (entry[0], 0.0 if entry[1] != entry[1] else entry[1]))
        row, place, step = (np.array([entry[part] for entry in entries], np.int64) for part in (2, 3, 4))
        return Stepped.latest(row, place, step, np.array([as_logged(entry[1]) for entry in entries], float))

    def tags(ids: list[str], prefix: str) -> Mapping[tuple[int, str], str]:
        return {
            (row, key): value
            for row, run in enumerate(ids)
            for key, value in sorted(data[run].tags.items())
            if key.startswith(prefix)
        }

    def keys() -> Sequence[str]:
        kinds = [[each.params for each in data.values()], [each.metrics for each in data.values()]]
        kinds.append([each.tags for each in data.values()])
        return [key for kind in kinds for key in sorted({key for held in kind for key in held})]

    texts, metrics = _texts(list(data.values()), wanted), _metrics(list(data.values()), wanted, loss_key(source))
    return results_of(str(address), runs, texts, metrics, stepped, tags, keys, study, source)


def _runs(client: Any, experiments: list[str]) -> list[Any]:
    """The active runs, each once, in the order in which they started."""
    if not experiments:
        return []
    found = _all(lambda token: client.search_runs(experiments, max_results=_PAGE, page_token=token))
    unique = {run.info.run_id: run for run in found}  # a run that begins meanwhile moves the pages
    return sorted(unique.values(), key=lambda run: (run.info.start_time or 0, run.info.run_id))


def _all(ask: Callable[[str | None], Any], first: Any = None) -> list[Any]:
    """All pages of an answer."""
    page = ask(None) if first is None else first
    found = list(page)
    while page.token:
        page = ask(page.token)
        found += page
    return found


def _texts(data: Sequence[Any], keys: Sequence[str]) -> dict[str, np.ndarray]:
    """Texts by key, each (runs,): parameters over tags."""
    found: dict[str, np.ndarray] = {}
    for key in keys:
        values = [each.params.get(key, each.tags.get(key)) for each in data]
        if any(value is not None for value in values):
            found[key] = np.array(values, object)
    return found


def _metrics(data: Sequence[Any], keys: Sequence[str], loss: str) -> Latest:
    """The latest metrics; see `loss_key`."""
    found: dict[str, np.ndarray] = {}
    undefined: dict[str, np.ndarray] = {}
    for key in keys:
        there = np.array([key in each.metrics for each in data], bool)
        if there.any():
            found[key] = np.array([as_logged(each.metrics.get(key, np.nan)) for each in data], float)
            undefined[key] = np.flatnonzero(there & np.isnan(found[key]))
            if key == loss:
                found[key][undefined[key]] = np.inf
    return Latest(found, undefined)


@contextmanager
def _asking(address: Address, limits: Mapping[str, str]) -> Iterator[Any]:
    """A client of the server; whatever goes wrong becomes one line, without what could hold a password."""
    user, password = address.credentials
    own = {"MLFLOW_TRACKING_USERNAME": user, "MLFLOW_TRACKING_PASSWORD": password}
    own = {name: value for name, value in own.items() if value}
    with _environment({**limits, **_QUIET, **own}):
        try:
            from mlflow import MlflowClient  # seconds to import: only where there is a server to read
            from mlflow.exceptions import MlflowException
        except ImportError:
            raise SourceError(
                f"{address}: needs mlflow, which is not installed: pip install 'prune-audit[server]'"
            ) from None
        for name in ("mlflow", "urllib3"):
            logging.getLogger(name).setLevel(logging.CRITICAL)
        try:
            yield MlflowClient(str(address))
        except MlflowException as error:
            raise SourceError(f"{address}: {_explain(error)}") from None
        except OSError as error:  # of requests, where mlflow lets one through
            raise SourceError(f"{address}: cannot be reached ({type(error).__name__})") from None


def _set(names: Iterable[str]) -> dict[str, str]:
    return {name: os.environ[name] for name in names if name in os.environ}


@contextmanager
def _environment(settings: Mapping[str, str]) -> Iterator[None]:
    """Environment variables that mlflow goes by, as they were afterwards."""
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _explain(error: Any) -> str:
    said = str(error)
    if error.error_code in _REFUSED or "error code 401" in said or "error code 403" in said:
        return (
            "the server refused the user or the password; set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, "
            "or MLFLOW_TRACKING_TOKEN"
        )
    if "timed out" in said or "Timeout" in said:
        return "did not answer in time; is it reachable from here?"
    if "failed with exception" in said:
        return "cannot be reached; is the server running there, and is the port right?"
    if error.error_code in ("INTERNAL_ERROR", "TEMPORARILY_UNAVAILABLE") and "Response body" not in said:
        return "the server failed to answer; its own log says why"
    return "answers, but not as a tracking server of MLflow does; is the address that of the server itself?"
