"""Damaged and hostile inputs: small sound ones of every format, ways to spoil them, and what must hold of every answer.

`tests/hostile/test_fuzz.py` tries some, `benchmarks/fuzz.py` as many as there is time for.
"""

import io
import json
import random
import sqlite3
import warnings
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

from audit.cli import _run
from tests import studies
from tests.sources.mlflow_stores import add_run, make, network
from tests.sources.test_lm_eval import STUDY as HARNESS
from tests.sources.test_lm_eval import results_file
from tests.sources.test_open_lth import tree
from tests.sources.test_shrinkbench import experiment
from tests.sources.test_wandb import EXPORT
from tests.studies import changed, table, whole

CLAIM = '[[claim]]\nkind = "non-inferiority"\nmethod = "mine"\nagainst = "random_all"\nmargin = 0.01\nprimary = true\n'
SMALL = whole(table(ratios=(2, 8), seeds=(1, 2)))
FORMATS = ("terminal", "json", "sarif", "junit", "github", "markdown")
# pieces that parsers and renderers trip over
PIECES = (
    b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\r", b"\n", b"\n\n", b'"', b"'", b",", b";", b"\t", b"\\", b"{",
    b"[", b"}", b"]", b"nan", b"inf", b"-inf", b"1e308", b"1e999", b"-1", b"0", b"93.1", b"1/0", b"9" * 400,
    b"1e-400", b"../../x", b"<script>", b"\\input{x}", b"$(id)", b"=1+1", b"\x1b[31m", b"\xc3\xa9",
    b"\xe2\x80\xae", b"\xed\xa0\x80", b"true", b"null", b"None", b"__import__('os')", b"[" * 500, b"(" * 500,
    b"{}", b"dense", b"finished", b"a" * 5000,
)  # fmt: skip


@dataclass(frozen=True)
class Seed:
    """A sound input: the location that is audited, and the files of it that are spoiled."""

    location: Path
    files: tuple[Path, ...]
    options: tuple[str, ...] = ()


def seeds(directory: Path) -> dict[str, Seed]:
    """Write a sound input of every format, each below a directory of its own."""
    made: dict[str, Seed] = {}

    def keep(name: str, location: Path, *files: Path, options: tuple[str, ...] = ()) -> None:
        made[name] = Seed(location, files, options)

    csv = _study(directory / "csv")
    keep("csv", csv, csv / "study.csv")
    keep("audit.toml", csv, csv / "audit.toml")
    for suffix in ("jsonl", "parquet"):
        other = _study(directory / suffix)
        exported = other / f"table.{suffix}"
        ask(["export", str(other / "study.csv"), "-o", str(exported)])
        (other / "study.csv").unlink()
        keep(suffix, other, exported)
    wandb = directory / "wandb" / "export.csv"
    wandb.parent.mkdir()
    wandb.write_text(EXPORT)
    keep("wandb", wandb, wandb)
    folder = experiment(directory / "shrinkbench")
    keep("shrinkbench", folder.parent, *sorted(each for each in folder.iterdir()))
    lottery = tree(directory / "open_lth", replicates=1, levels=2)
    keep("open_lth", lottery, *sorted(each for each in lottery.rglob("*") if each.is_file()))
    harness = results_file(directory / "lm_eval")
    (harness.parents[1] / "audit.toml").write_text(HARNESS.format(metric="top1", direction="higher"))
    keep("lm-eval", harness.parents[1], harness)
    store = make(_made(directory / "mlflow") / "mlflow.db")
    for seed in (1, 2, 3):
        add_run(store, network(seed), {"top1": 0.9 + seed / 100, "compression_ratio": 2.0})
    with sqlite3.connect(store) as database:
        database.execute("vacuum")
    database.close()
    keep("mlflow", store, store)
    files = _file_store(directory / "mlruns")
    keep("mlruns", files, *sorted(each for each in files.rglob("*") if each.is_file()))
    return made


def _made(directory: Path) -> Path:
    directory.mkdir(parents=True)
    return directory


def _study(directory: Path) -> Path:
    directory.mkdir(parents=True)
    studies.write_csv(changed(SMALL, loss=lambda row: 0.1 * int(row["seed"])), directory / "study.csv")
    (directory / "audit.toml").write_text(studies.WHOLE.replace("claims = []", "") + CLAIM)
    return directory


def _file_store(directory: Path) -> Path:
    """A file store of MLflow's, with one experiment of two runs."""
    experiment_folder = directory / "1"
    for seed in ("1", "2"):
        run = experiment_folder / (seed * 32)
        texts = {
            "meta.yaml": f"run_id: {seed * 32}\nrun_name: r\nstatus: 3\nstart_time: 1700000000000\n"
            "end_time: 1700000060000\nlifecycle_stage: active\nexperiment_id: '1'\n",
            **{f"params/{key}": value for key, value in network(int(seed)).items()},
            "metrics/top1": "1700000000000 0.9 0\n1700000000001 0.91 1\n",
            "metrics/compression_ratio": "1700000000000 2.0 0\n",
            "tags/mlflow.user": "eve",
        }
        for name, text in texts.items():
            (run / name).parent.mkdir(parents=True, exist_ok=True)
            (run / name).write_text(text)
    meta = "artifact_location: file:///x\nexperiment_id: '1'\nlifecycle_stage: active\nname: study\n"
    (experiment_folder / "meta.yaml").write_text(meta)
    return directory


def spoiled(content: bytes, dice: random.Random) -> bytes:
    """The content after one to four accidents: bytes lost, changed, doubled or put in, or the end cut off."""
    for _ in range(dice.choice((1, 1, 2, 4))):
        content = _accident(content, dice)
    return content


def _accident(content: bytes, dice: random.Random) -> bytes:
    if not content:
        return dice.choice(PIECES)
    start = dice.randrange(len(content))
    length = min(dice.choice((1, 2, 8, 64, len(content) // 3 + 1)), len(content) - start)
    before, piece, after = content[:start], content[start : start + length], content[start + length :]
    kind = dice.randrange(8)
    if kind == 0:
        return before
    if kind == 1:
        return before + after
    if kind == 2:
        return before + dice.choice(PIECES) + piece + after
    if kind == 3:
        return before + dice.choice(PIECES) + after
    if kind == 4:
        return before + piece + piece + after
    if kind == 5:
        return before + bytes(each ^ 1 << dice.randrange(8) for each in piece) + after
    if kind == 6:
        return before + dice.randbytes(length) + after
    return _other_number(content, dice)


def _other_number(content: bytes, dice: random.Random) -> bytes:
    """A number of the text replaced by another piece."""
    places = [place for place, each in enumerate(content) if 48 <= each <= 57]
    if not places:
        return content
    place = dice.choice(places)
    return content[:place] + dice.choice(PIECES) + content[place + 1 :]


@dataclass(frozen=True)
class Answer:
    """Exit code, stdout and stderr of one call."""

    code: int
    out: str
    err: str


def ask(arguments: list[str]) -> Answer:
    """Call the command line in this process; a warning of numpy's is a defect."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err), warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        code = _run(arguments)
    return Answer(code, out.getvalue(), err.getvalue())


def complaint(answer: Answer, form: str) -> str:
    """What is wrong with an answer, whatever was audited; "" where nothing is."""
    if answer.code not in (0, 1, 2, 3):
        return f"exit code {answer.code}: {answer.err.strip()}"
    if not all(line.startswith("audit: ") for line in answer.err.splitlines()):
        return f"stderr holds {answer.err!r}"
    if any(not (letter.isprintable() or letter == "\n") for letter in answer.err):
        return f"stderr holds control characters: {answer.err!r}"
    if answer.code in (2, 3):
        return f"stdout holds {answer.out[:200]!r}" if answer.out else "" if answer.err else "no line says why"
    if form in ("json", "sarif"):
        try:
            json.loads(answer.out, parse_constant=_no_constant)
        except ValueError as error:
            return f"no JSON: {error}"
    return "" if answer.out or form == "github" else "nothing is printed"


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON")


def attempt(seed: Seed, dice: random.Random) -> str:
    """Spoil one file of an input, audit it, and put the file back; returns what is wrong with the answer."""
    file, form = dice.choice(seed.files), dice.choice(FORMATS)
    before = file.read_bytes()
    content = spoiled(before, dice)
    file.write_bytes(content)
    names = _names(seed.location)
    try:
        answer = ask(["check", str(seed.location), "--format", form, *seed.options])
        if wrong := complaint(answer, form):
            return f"{file.name} {form}: {wrong}"
        if file.read_bytes() != content:
            return f"{file.name}: was changed"
        if _names(seed.location) != names:
            return f"{seed.location.name}: files were made or lost: {_names(seed.location) ^ names}"
        return ""
    finally:
        file.write_bytes(before)


def _names(location: Path) -> set[str]:
    directory = location if location.is_dir() else location.parent
    return {str(each) for each in directory.rglob("*")}


def limited(megabytes: int) -> Callable[[], None]:
    """For `preexec_fn`: what a process may take of memory and processor time."""
    import resource

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20,) * 2)
        resource.setrlimit(resource.RLIMIT_CPU, (120, 120))

    return limit
