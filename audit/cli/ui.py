"""`audit ui`: MLflow's own page on a results directory, served until it is stopped."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import IO

import click

from audit.cli.termination import terminable

DEFAULT_PORT = 5000
_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of <sys/prctl.h>
READY_SECONDS, STOP_SECONDS, POLL_SECONDS = 180.0, 10.0, 0.2
# The networks, best first, in a store that has no saved view of them; without the type the page starts in its mode for
# language-model applications.
_SORTED = (
    "#/experiments/{}/runs?workflowType=machine_learning&searchFilter=tags.prune_audit.kind%20%3D%20'network'"
    "&orderByKey=metrics.%60top1%60&orderByAsc=false"
)


@click.command("ui")
@click.argument("location", type=click.Path(path_type=Path))
@click.option("--port", type=click.IntRange(1, 65535), help=f"Default: {DEFAULT_PORT}, or a free one if that is taken.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The interface to listen on.")
@click.option("--open", "browse", is_flag=True, help="Open the page in a browser.")
def command(location: Path, port: int | None, host: str, browse: bool) -> None:
    """Open MLflow's page on LOCATION, a results directory or its mlflow.db; Ctrl-C ends it."""
    if not host:
        raise click.UsageError("--host needs a name or an address")
    from runners.errors import RunError
    from runners.store import STORE

    if find_spec("mlflow") is None:
        raise ModuleNotFoundError("no MLflow", name="mlflow")
    store = location / STORE if location.is_dir() else location
    if not store.is_file():
        raise RunError(f"{location}: no such results directory or store; expected a directory with {STORE}")
    shown = address_within(store)
    chosen = _free_port(host, port)
    with tempfile.TemporaryFile() as output, terminable(), _serving(store, host, chosen, output) as server:
        try:
            _wait_until_ready(server, host, chosen, output)
            address = f"http://{host}:{chosen}/{shown}"
            click.echo(f"MLflow's page on {location}: {address} (Ctrl-C ends it)")
            if browse:
                webbrowser.open(address)
            if code := server.wait():
                raise RunError(f"MLflow's server ended with code {code}: {_last_line(output)}")
        except KeyboardInterrupt:
            click.echo("audit: the page is closed", err=True)


def address_within(store: Path) -> str:
    """The place on the page of the networks of a store's last study, best first; of all experiments without one."""
    from runners.store import experiment_of_study, has_experiment_tag
    from runners.views import NETWORKS_VIEW, VIEW_TAG, networks_view

    experiment = experiment_of_study(store)
    if experiment is None:
        return "#/experiments"
    saved = has_experiment_tag(store, experiment, VIEW_TAG + NETWORKS_VIEW)
    return networks_view(experiment) if saved else _SORTED.format(experiment)


def _free_port(host: str, wanted: int | None) -> int:
    """The port that was asked for if it is free; without a wish the default one, or any that is free."""
    from runners.errors import RunError

    for port in (wanted,) if wanted else (DEFAULT_PORT, 0):
        with socket.socket() as attempt:
            attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                attempt.bind((host, port))
            except OSError as error:
                reason = error.strerror
            else:
                return int(attempt.getsockname()[1])
    raise RunError(f"{host}:{wanted or DEFAULT_PORT} cannot be listened on: {reason}")


@contextmanager
def _serving(store: Path, host: str, port: int, output: IO[bytes]) -> Iterator[subprocess.Popen]:
    """MLflow's server in a process group of its own, which ends as a whole when the block does."""
    command = [sys.executable, "-m", "mlflow", "server", "--host", host, "--port", str(port), "--workers", "1"]
    command += ["--backend-store-uri", f"sqlite:///{store.resolve()}", "--no-serve-artifacts"]
    command += ["--default-artifact-root", (store.resolve().parent / "artifacts").as_uri()]
    settings = {
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",  # its job workers would outlive it
        "MLFLOW_DISABLE_TELEMETRY": "true",
    }
    server = subprocess.Popen(
        command,
        stdout=output,
        stderr=subprocess.STDOUT,
        env=os.environ | settings,
        start_new_session=True,
        preexec_fn=_end_with_parent if sys.platform == "linux" else None,
    )
    try:
        yield server
    finally:
        _end(server)


def _end_with_parent() -> None:
    """Ask Linux to end this process when its parent is gone, however that came."""
    import ctypes

    ctypes.CDLL(None).prctl(_PARENT_DEATH_SIGNAL, signal.SIGTERM)


def _end(server: subprocess.Popen) -> None:
    for sign in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(server.pid, sign)
        except ProcessLookupError:
            break
        try:
            server.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            continue
    server.wait()


def _wait_until_ready(server: subprocess.Popen, host: str, port: int, output: IO[bytes]) -> None:
    from runners.errors import RunError

    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise RunError(f"MLflow's server did not start: {_last_line(output)}")
        try:
            with urllib.request.urlopen(f"http://{host}:{port}/health", timeout=1):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(POLL_SECONDS)
    raise RunError(f"MLflow's server was not ready after {READY_SECONDS:g} s: {_last_line(output)}")


def _last_line(output: IO[bytes]) -> str:
    output.seek(0)
    lines = output.read().decode(errors="replace").strip().splitlines()
    return lines[-1].strip() if lines else "it said nothing"
