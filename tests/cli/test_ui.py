"""`audit ui`: MLflow's page on a results directory, and nothing left when it ends."""

import signal
import socket
import subprocess
import sys
import time
import urllib.request

import pytest


def start(*arguments: str) -> subprocess.Popen:
    """The real command in a session of its own."""
    command = [sys.executable, "-m", "audit", "ui", *arguments]
    return subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # which a shell's background ignores
    )


def serving(port: str) -> list[str]:
    """Command lines of living processes that serve a port, MLflow's own and what it started."""
    listing = subprocess.run(["ps", "-ww", "-eo", "stat=,args="], capture_output=True, text=True).stdout.splitlines()
    return [line for line in listing if f"--port {port} " in line and not line.startswith("Z")]


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_the_page_is_served_until_it_is_ended(small_study, sign):
    """The address is printed once it answers, on a free port if the default is taken; no process is left behind."""
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            taken.bind(("127.0.0.1", 5000))
            taken.listen()
        except OSError:
            pass  # somebody else has taken it
        page = start(str(small_study))
        try:
            address = next(word for word in page.stdout.readline().split() if word.startswith("http://"))
            with urllib.request.urlopen(address.partition("#")[0]) as answer:
                shown = answer.read(100).lower()
            port = address.split(":")[2].partition("/")[0]
            served_by = serving(port)
        finally:
            page.send_signal(sign)
        _, errors = page.communicate(timeout=60)
    assert b"<!doctype html" in shown
    assert port != "5000"
    assert address.endswith("/#/experiments/1/runs?workflowType=machine_learning&viewStateShareKey=networks")
    assert len(served_by) >= 2
    if sign is not signal.SIGKILL:
        assert (page.returncode, errors) == (0, "audit: the page is closed\n")
    for _ in range(50):  # where it was killed, Linux ends its server
        if not serving(port):
            break
        time.sleep(0.2)
    assert serving(port) == []


def test_a_wrong_location_is_one_line(tmp_path):
    """Exit code 3, and what was expected."""
    page = start(str(tmp_path / "none"))
    told, errors = page.communicate(timeout=60)
    assert (page.returncode, told) == (3, "")
    assert errors == (
        f"audit: {tmp_path / 'none'}: no such results directory or store; expected a directory with mlflow.db\n"
    )


def test_a_file_that_is_no_store_is_refused_and_left(tmp_path):
    """MLflow would make its tables in any database."""
    (tmp_path / "mlflow.db").write_bytes(b"mine")
    page = start(str(tmp_path))
    _, errors = page.communicate(timeout=60)
    assert page.returncode == 3
    assert "not a store that MLflow wrote" in errors
    assert (tmp_path / "mlflow.db").read_bytes() == b"mine"


def test_a_port_that_is_taken_is_named(small_study):
    """A port that was asked for is not exchanged for another."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        page = start(str(small_study), "--port", str(taken.getsockname()[1]))
        _, errors = page.communicate(timeout=60)
    assert page.returncode == 3
    assert "cannot be listened on: Address already in use" in errors
