"""Whatever stands in a file, an audit ends with a report or with one line, and changes nothing."""

import random
import subprocess
import sys
from pathlib import Path

import pytest

from tests.hostile import fuzzing

KINDS = (
    "csv", "audit.toml", "jsonl", "parquet", "wandb", "shrinkbench", "open_lth", "lm-eval", "mlflow", "mlruns",
)  # fmt: skip
TRIES = 40
FILES = Path(__file__).parent / "files"
HEADER = "dataset,architecture,method,seed,compression_ratio,top1\n"
ROW = "cifar10,resnet20,mine,1,2,0.9\n"
WIDE = "".join(f",c{number}" for number in range(100_000))


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, fuzzing.Seed]:
    """A sound input of every format."""
    return fuzzing.seeds(tmp_path_factory.mktemp("seeds"))


@pytest.mark.parametrize("kind", KINDS)
def test_sound_inputs_are_audited(seeds: dict[str, fuzzing.Seed], kind: str):
    """What is spoiled below is sound to begin with, in every format of a report."""
    assert set(seeds) == set(KINDS)
    for form in fuzzing.FORMATS:
        answer = fuzzing.ask(["check", str(seeds[kind].location), "--format", form])
        assert answer.code in (0, 1), answer.err
        assert not fuzzing.complaint(answer, form)


@pytest.mark.parametrize("kind", KINDS)
def test_spoiled_inputs(seeds: dict[str, fuzzing.Seed], kind: str):
    """A damaged file is read or refused: no traceback, no output beside a refusal, nothing changed on disk."""
    dice = random.Random(kind)
    wrong = [said for _ in range(TRIES) if (said := fuzzing.attempt(seeds[kind], dice))]
    assert not wrong


@pytest.mark.parametrize("file", sorted(FILES.iterdir()), ids=lambda file: file.name)
def test_files_that_were_once_trouble(file: Path):
    """Each file of the corpus is judged or refused in one line; its name says the exit codes that are right."""
    codes = {int(code) for code in file.name.split(".")[-2].split("-")[-1].split("or")}
    given = [str(FILES / "sound.1.csv"), "--config", str(file)] if file.suffix == ".toml" else [str(file)]
    answer = fuzzing.ask(["check", *given, "--format", "json"])
    assert answer.code in codes, answer.err
    assert not fuzzing.complaint(answer, "json")


@pytest.mark.parametrize(
    ("name", "content", "codes"),
    [
        ("line.csv", HEADER + "a" * (80 << 20) + "\n", {3}),
        ("header.csv", "a" * (80 << 20), {3}),
        ("quote.csv", HEADER + ROW + '"' + "a,\n" * (20 << 20), {3}),
        ("line.jsonl", '{"dataset": "' + "a" * (80 << 20) + '"}\n', {3}),
        ("deep.jsonl", "[" * (1 << 20), {3}),
        ("wide.csv", HEADER.strip() + WIDE + "\n" + ROW.strip() + ",1" * 100_000, {1}),
        ("audit.toml", '[study]\ntitle = "' + "a" * (20 << 20) + '"', {2}),
        ("deep.toml", "a" + ".a" * 100_000 + " = 1", {2}),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 20 else "",
)  # fmt: skip
def test_large_inputs_take_little_memory(tmp_path: Path, name: str, content: str, codes: set[int]):
    """Lines without an end, a hundred thousand columns and deep nests end in a line, within 1 GB."""
    (tmp_path / "sound.csv").write_text(HEADER + ROW)
    (tmp_path / name).write_text(content)
    given = ["sound.csv", "--config", name] if name.endswith(".toml") else [name]
    done = subprocess.run(
        [sys.executable, "-m", "audit", "check", *given],
        cwd=tmp_path,
        env={"PYTHONPATH": str(Path(__file__).parents[2]), "OPENBLAS_NUM_THREADS": "1"},
        preexec_fn=fuzzing.limited(1024),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode in codes, done.stderr[-500:]
    assert "Traceback" not in done.stderr
    assert max(map(len, done.stderr.splitlines()), default=0) < 2100
