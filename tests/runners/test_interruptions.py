"""Whatever ends a study, and however often, the next call goes on, and the table is that of one that nothing ended."""

import csv
import multiprocessing
import os
import random
import resource
import signal
import sqlite3
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from click.testing import CliRunner

from audit.cli import group
from audit.study import Study
from runners.conduct import Summary, conduct
from runners.errors import RunError
from runners.store import recorded
from runners.tracking import Tracking
from tests.sources.mlflow_stores import kill_writer

SEED = 20260101
WAYS = ["kill"] * 4 + ["worker"] * 3 + ["interrupt"] * 3
OF_THE_MOMENT = {"run_id", "started", "duration"}  # what no two calls share
LONGER = {"epochs = 2, batch_size": "epochs = 25, batch_size"}


class Reporting:
    """A progress that sends a word on everything that happens."""

    def __init__(self, line: Connection) -> None:
        self.line = line

    def phase(self, name: str, total: int) -> None:
        """Send it."""
        self.line.send(("phase", name))

    def started(self, label: str) -> None:
        """Send it."""
        self.line.send(("started", label))

    def ended(self, label: str, failure: str | None) -> None:
        """Send it."""
        self.line.send(("ended", failure))


def call(study: Path, results: Path, workers: int, largest: int | None, line: Connection) -> None:
    """One call, in a session of its own; with `largest`, no file can grow beyond so many bytes, as on a full disk."""
    os.setsid()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if largest is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))
    try:
        line.send(conduct(Study.read(study), results, Reporting(line), workers))
    except RunError as error:
        line.send(error)
    except KeyboardInterrupt:
        line.send("interrupted")


class Call:
    """A call in a process of its own, which has all it needs imported already."""

    context = multiprocessing.get_context("forkserver")

    def __init__(self, study: Path, results: Path, workers: int, largest: int | None = None) -> None:
        self.context.set_forkserver_preload(["runners.conduct", "mlflow", "sklearn.datasets"])
        self.line, other = self.context.Pipe()
        self.process = self.context.Process(target=call, args=(study, results, workers, largest, other))
        self.process.start()
        other.close()

    def heard(self) -> Iterator[object]:
        """What it sends until its end."""
        try:
            while True:
                yield self.line.recv()
        except EOFError:
            return

    def end(self) -> object:
        """The last that it sends; waits for its end."""
        *_, last = [None, *self.heard()]
        self.process.join()
        return last

    def workers(self) -> list[int]:
        """Its worker processes: those that its fork server made."""
        parents = dict(_processes())
        servers = {each for each, parent in parents.items() if parent == self.process.pid}
        return [each for each, parent in parents.items() if parent in servers]


def _processes() -> Iterator[tuple[int, int]]:
    """Every process and its parent."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                yield int(entry.name), int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue


def interrupt(running: Call, how: str, dice: random.Random) -> None:
    """End a call at a random moment: hard with all its processes, after one of its workers, or by Ctrl-C."""
    awaited = dice.randrange(1 if how == "worker" else 0, 5)
    for _ in range(awaited):
        try:
            running.line.recv()
        except EOFError:
            break
    time.sleep(dice.uniform(0, 0.3 if awaited else 2))
    if how == "worker" and (workers := running.workers()):
        os.kill(dice.choice(workers), signal.SIGKILL)
        time.sleep(dice.uniform(0, 0.3))
    try:
        if how == "interrupt":
            os.kill(running.process.pid, signal.SIGINT)
        else:
            os.killpg(running.process.pid, signal.SIGKILL)
    except ProcessLookupError:  # it has no session of its own yet, or has ended
        running.process.kill()
    told = running.end()
    assert not isinstance(told, RunError), told


def table(results: Path, file: Path) -> list[tuple]:
    """What `audit export` writes, the networks in the order of their identity, without what is of the moment."""
    done = CliRunner().invoke(group, ["export", str(results), "-o", str(file)])
    assert done.exit_code == 0, done.output
    with file.open() as lines:
        rows = list(csv.DictReader(lines))
    names = {row["run_id"]: (row["method"], row["seed"], row["compression_target"]) for row in rows}
    found = [tuple((key, value) for key, value in row.items() if key not in OF_THE_MOMENT) for row in rows]
    for child in ("layers", "curves"):
        with file.with_suffix(f".{child}.csv").open() as lines:
            found += [(child, names[row.pop("run_id")], *row.values()) for row in csv.DictReader(lines)]
    return sorted(found, key=str)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="workers are found in /proc")
def test_a_study_interrupted_ten_times_ends_as_if_it_had_not_been(tiny_study, tmp_path):
    """Killed with its workers, robbed of one, or stopped, ten times in a row: the same six networks, each once."""
    study, dice = tiny_study(edit=LONGER).path, random.Random(SEED)
    assert study is not None
    summary = Call(study, tmp_path / "whole", 1).end()
    assert isinstance(summary, Summary)
    assert summary.trained == 6
    results = tmp_path / "interrupted"
    for how in dice.sample(WAYS, len(WAYS)):
        interrupt(Call(study, results, 2 if how == "worker" else dice.choice([1, 1, 2])), how, dice)
    summary = Call(study, results, 1).end()
    assert isinstance(summary, Summary)
    assert (summary.networks, summary.failures) == (6, ())
    assert table(results, tmp_path / "a.csv") == table(tmp_path / "whole", tmp_path / "b.csv")
    assert not list(results.rglob("*unfinished*"))
    with sqlite3.connect(results / "mlflow.db") as database:
        statuses = database.execute("select distinct status from runs where lifecycle_stage = 'active'").fetchall()
    assert statuses == [("FINISHED",)]


def test_a_full_disk_is_one_line_and_the_next_call_goes_on(tiny_study, tmp_path):
    """Where there is no room for the store, and where there is none for the networks of a second seed."""
    path = tiny_study(edit={"seeds = [1, 2]": "seeds = [1]"}).path
    assert path is not None
    told = Call(path, tmp_path, 1, largest=100_000).end()
    assert isinstance(told, RunError)
    assert f"{tmp_path / 'mlflow.db'}: cannot be written: " in str(told)
    assert "\n" not in str(told)
    assert Call(path, tmp_path, 1).end() == Summary(3, 0, 3)
    path = tiny_study().path
    told = Call(path, tmp_path, 2, largest=(tmp_path / "mlflow.db").stat().st_size).end()
    assert isinstance(told, RunError)
    assert "\n" not in str(told)
    assert len(recorded(tmp_path / "mlflow.db").finished) < 6
    summary = Call(path, tmp_path, 1).end()
    assert isinstance(summary, Summary)
    assert (summary.networks, summary.recorded + summary.trained, summary.failures) == (6, 6, ())


def test_an_attempt_leaves_although_its_successor_was_the_last_written(tiny_study, silent, tmp_path, monkeypatch):
    """Killed after a network is finished and before the earlier attempt at it was taken out of the study."""
    broken = tiny_study(score="raises", edit={'"global_gradient"': '"mine"', "seeds = [1, 2]": "seeds = [1]"})
    assert len(conduct(broken, tmp_path, silent, workers=1).failures) == 1
    mended = tiny_study(edit={'"global_gradient"': '"mine"', "seeds = [1, 2]": "seeds = [1]"})

    def killed(self, earlier, successor):
        if earlier:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Tracking, "_supersede", killed)
        conduct(mended, tmp_path, silent, workers=1)
    for _ in range(2):
        summary = conduct(mended, tmp_path, silent, workers=1)
        assert (summary.networks, summary.trained, summary.failures) == (3, 0, ())
    networks = recorded(tmp_path / "mlflow.db").networks
    assert [network.finished for network in networks] == [True, True, True]


def test_a_transaction_that_was_cut_off_is_taken_back(tiny_study, silent, tmp_path):
    """Killed while SQLite wrote: the next call finds all the networks that were recorded before."""
    study = tiny_study(edit={"seeds = [1, 2]": "seeds = [1]"})
    conduct(study, tmp_path, silent, workers=1)
    kill_writer(tmp_path / "mlflow.db")
    assert conduct(study, tmp_path, silent, workers=1) == Summary(3, 3, 0)


def test_the_journal_of_another_database_is_not_played(tiny_study, silent, tmp_path):
    """One line, and the store is what it was: SQLite would overwrite it with the other's pages."""
    study = tiny_study(edit={"seeds = [1, 2]": "seeds = [1]"})
    conduct(study, tmp_path / "results", silent, workers=1)
    store, other = tmp_path / "results" / "mlflow.db", tmp_path / "other.db"
    with sqlite3.connect(other) as database:
        database.execute("create table latest_metrics (value)")
        database.execute("insert into latest_metrics values (1)")
    database.close()
    kill_writer(other)
    before = store.read_bytes()
    store.with_name("mlflow.db-journal").write_bytes(other.with_name("other.db-journal").read_bytes())
    with pytest.raises(RunError, match="it is left as it is"):
        conduct(study, tmp_path / "results", silent, workers=1)
    assert store.read_bytes() == before


def test_what_was_half_written_is_removed_and_nothing_else(tiny_study, silent, tmp_path):
    """Files of a killed process, under the names that it gave them; a person's own files stay."""
    left = [tmp_path / "pretrained" / "a.step-3.4711.unfinished", tmp_path / "audit.4711.unfinished"]
    own = [tmp_path / "thesis.unfinished", tmp_path / "data" / "a.1.unfinished"]
    for path in (*left, *own):
        path.parent.mkdir(exist_ok=True)
        path.touch()
    conduct(tiny_study(edit={"seeds = [1, 2]": "seeds = [1]"}), tmp_path, silent, workers=1)
    assert [path.exists() for path in (*left, *own)] == [False, False, True, True]
