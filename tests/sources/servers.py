"""Real servers for the tests: PostgreSQL, and MLflow's own tracking server on top of it. Both on loopback alone."""

import base64
import http.server
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.programs import missing

USER, PASSWORD = "auditor", "s3cret-Pa$$"
URL_PASSWORD = "s3cret-Pa%24%24"
_BINARIES = Path("/usr/lib/postgresql")  # where Debian keeps them, by version
_READY_SECONDS = 180.0


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as attempt:
        attempt.bind(("127.0.0.1", 0))
        return int(attempt.getsockname()[1])


def _postgresql_binaries() -> Path:
    found = shutil.which("initdb")
    versions = sorted(_BINARIES.glob("*/bin/initdb"), key=lambda each: int(each.parts[-3]))
    if not found and not versions:
        missing("PostgreSQL is not installed")
    return Path(found or versions[-1]).parent


@contextmanager
def postgresql() -> Iterator[int]:
    """A database server with the user USER, who owns the databases `mlflow` and `foreign`; yields its port."""
    binaries, port = _postgresql_binaries(), free_port()
    as_root = os.geteuid() == 0
    if as_root and not shutil.which("runuser"):
        missing("PostgreSQL does not run as root, and runuser is not installed")
    owner = ["runuser", "-u", "postgres", "--"] if as_root else []  # it refuses to run as root
    directory = Path(tempfile.mkdtemp(prefix="prune-audit-postgresql-"))
    data, password = directory / "data", directory / "password"
    password.write_text(PASSWORD)
    if as_root:
        for each in (directory, password):
            shutil.chown(each, "postgres")
    settings = ["-p", str(port), "-k", str(directory), "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"]

    def run(program: str, *arguments: str) -> None:
        done = subprocess.run(
            [*owner, str(binaries / program), *arguments], cwd=directory, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr

    server = None
    try:
        initial = ["-D", str(data), "-U", USER, f"--pwfile={password}", "-A", "scram-sha-256", "-E", "UTF8", "-N"]
        run("initdb", *initial, "--locale=C")
        server = subprocess.Popen(
            [*owner, str(binaries / "postgres"), "-D", str(data), *settings],
            cwd=directory, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        _make_databases(server, port)
        yield port
    finally:
        if server is not None:
            _end(server, signal.SIGINT)  # a fast shutdown
        shutil.rmtree(directory)


def _make_databases(server: subprocess.Popen, port: int) -> None:
    import psycopg

    deadline = time.monotonic() + _READY_SECONDS
    while True:
        try:
            settings = f"host=127.0.0.1 port={port} user={USER} password={PASSWORD} dbname=postgres"
            with psycopg.connect(settings, autocommit=True) as connection:
                for name in ("mlflow", "foreign"):
                    connection.execute(f'create database "{name}"')
                return
        except psycopg.OperationalError:
            assert server.poll() is None and time.monotonic() < deadline, "PostgreSQL did not start"
            time.sleep(0.2)


def database(port: int, name: str = "mlflow", password: str = URL_PASSWORD) -> str:
    """The address of a database, with its password."""
    return f"postgresql://{USER}:{password}@127.0.0.1:{port}/{name}"


@contextmanager
def tracking_server(backend: str, artifacts: Path) -> Iterator[str]:
    """MLflow's own server on a database, in a process group of its own; yields its address."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    command += ["--backend-store-uri", backend, "--default-artifact-root", artifacts.as_uri(), "--no-serve-artifacts"]
    settings = {
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",  # its job workers would outlive it
        "MLFLOW_DISABLE_TELEMETRY": "true",
    }
    with tempfile.TemporaryFile() as output:
        server = subprocess.Popen(
            command, stdout=output, stderr=subprocess.STDOUT, env=os.environ | settings, start_new_session=True
        )
        try:
            deadline = time.monotonic() + _READY_SECONDS
            while not _answers(f"{address}/health"):
                output.seek(0)
                assert server.poll() is None and time.monotonic() < deadline, output.read().decode()[-3000:]
                time.sleep(0.2)
            yield address
        finally:
            _end(server, signal.SIGTERM)


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=1):
            return True
    except (urllib.error.URLError, OSError):
        return False


def _end(server: subprocess.Popen, sign: signal.Signals) -> None:
    """End a whole process group."""
    for each in (sign, signal.SIGKILL):
        try:
            os.killpg(server.pid, each)
            server.wait(20)
        except ProcessLookupError:
            break
        except subprocess.TimeoutExpired:
            continue
    server.wait()


@contextmanager
def guarded(address: str) -> Iterator[str]:
    """A server that asks for USER and PASSWORD, and passes what it is asked on to another one; yields its address."""
    expected = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()

    class Guard(http.server.BaseHTTPRequestHandler):
        """Asks for a password."""

        def _pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if self.headers.get("Authorization") != expected:
                self._answer(401, b"You are not authenticated.")
                return
            request = urllib.request.Request(address + self.path, body or None, method=self.command)
            request.add_header("Content-Type", self.headers.get("Content-Type", "application/json"))
            with urllib.request.urlopen(request) as answer:
                self._answer(200, answer.read())

        def _answer(self, code: int, content: bytes) -> None:
            self.send_response(code)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = _pass_on  # noqa: N815 - the names that the library calls

        def log_message(self, *arguments: object) -> None:
            """Say nothing."""

    with _serving(http.server.ThreadingHTTPServer(("127.0.0.1", 0), Guard)) as port:
        yield f"127.0.0.1:{port}"


@contextmanager
def some_other_page() -> Iterator[str]:
    """A web server that is none of MLflow's; yields its address."""

    class Page(http.server.BaseHTTPRequestHandler):
        """Answers everything with one page."""

        def do_GET(self) -> None:
            """A page."""
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"<!doctype html><title>A wiki</title>")

        do_POST = do_GET  # noqa: N815

        def log_message(self, *arguments: object) -> None:
            """Say nothing."""

    with _serving(http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)) as port:
        yield f"http://127.0.0.1:{port}"


@contextmanager
def silent_port() -> Iterator[int]:
    """A port that takes connections and never answers."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield listening.getsockname()[1]


@contextmanager
def _serving(server: http.server.ThreadingHTTPServer) -> Iterator[int]:
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
