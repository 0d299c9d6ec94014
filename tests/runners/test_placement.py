"""Where networks are trained: the same on every device, each worker with a GPU of its own, a line where there is none.

A GPU is needed for the last test alone: one that is none (`tests.runners.elsewhere`) shows that no tensor stays behind.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest
import torch
from click.testing import CliRunner

from audit.cli import group
from audit.study import Study
from runners import placement
from runners.conduct import conduct
from runners.devices import CPU, CUDA
from runners.errors import RunError
from runners.executors.processes import ProcessExecutor
from runners.provenance import environment
from tests.runners.elsewhere import records

ROOT = Path(__file__).parents[2]
FEW = '''
"""A few images."""

import torch

from runners.datasets import Dataset, Normalisation, Split


def few(root):
    """80 images of 8 × 8 pixels in 10 classes."""
    pixels = torch.randint(0, 256, (80, 1, 8, 8), generator=torch.Generator().manual_seed(0), dtype=torch.uint8)
    split = Split(pixels, torch.arange(80) % 10, Normalisation((0.5,), (0.3,)))
    return Dataset(*(split.subset(torch.arange(a, b)) for a, b in ((0, 48), (48, 64), (64, 80))), classes=10)
'''
MANY_METHODS = """
[run]
datasets = ["few"]
architectures = ["resnet8"]
methods = [
  "lamp", "global_random", "grasp", "optimal_brain_damage", "wanda", "global_magnitude_gradual", "regrow",
  "global_magnitude_weight_rewinding", "layerwise_filter_taylor", "scratch_matched_layerwise_filter_taylor",
]
ratios = [4]
seeds = [1]
schedules = { rewind = 2, fraction = 0.5, interval = 1 }

[run.pretrain]
steps = 3
batch_size = 16
optimizer = "sgd"
learning_rate = 0.1
momentum = 0.9
augmentation = "crop_flip"

[run.finetune]
steps = 3
batch_size = 16
optimizer = "adam"
learning_rate = 0.001
patience = 2

[dataset.few]
factory = "few:few"

[method.regrow]
prune = "regrow:prune"
starts_from = "init"
allocation = "erk"
"""


@pytest.fixture
def study(tmp_path):
    """Methods of all kinds on a few images, two optimisation steps or three each."""
    path = tmp_path / "study.toml"
    path.write_text(MANY_METHODS)
    (tmp_path / "few.py").write_text(FEW)
    (tmp_path / "regrow.py").write_bytes((ROOT / "examples" / "own_method" / "regrow.py").read_bytes())
    return path


def test_the_same_bits_wherever_it_is_trained(study, tmp_path):
    """No tensor meets one of another device, and masks, predictions, curves and counts are those of the processor."""
    here = json.loads(msgspec.json.encode(records(study, tmp_path / "here", CPU), enc_hook=str))
    command = [sys.executable, "-m", "tests.runners.elsewhere", study, tmp_path / "elsewhere"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    assert json.loads(done.stdout) == here
    assert len({network["run"] for network in here}) == 11


@pytest.mark.parametrize(
    ("device", "visible", "expected"),
    [
        ("cpu", None, ()),
        ("cuda", None, ("0", "1", "2")),
        ("cuda:2", None, ("2",)),
        ("cuda", "4, 5,7", ("4", "5", "7")),
        ("cuda:1", "4,5,GPU-8e2f", ("5",)),
        ("cuda:2", "4,5,GPU-8e2f", ("GPU-8e2f",)),
    ],
)
def test_gpus_are_counted_among_those_that_are_seen(device, visible, expected, monkeypatch):
    """As torch counts them: from 0, in the order of CUDA_VISIBLE_DEVICES."""
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 3)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    if visible is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    assert placement.gpus(device) == expected


@pytest.mark.parametrize(
    ("device", "count", "words"),
    [
        ("cuda", 0, "finds no GPU here for `cuda`; leave --device out for the CPU"),
        ("cuda:1", 1, "there is no `cuda:1`: torch finds 1 GPU, numbered from 0"),
    ],
)
def test_a_device_that_is_not_there_is_one_line_and_nothing_is_written(
    device, count, words, tiny_study, tmp_path, monkeypatch
):
    """Before the results directory is made."""
    monkeypatch.setattr(torch.cuda, "device_count", lambda: count)
    study = tiny_study().path
    done = CliRunner().invoke(group, ["run", str(study), "--results", str(tmp_path / "r"), "--device", device])
    assert isinstance(done.exception, RunError)
    assert words in str(done.exception)
    assert not (tmp_path / "r").exists()


@pytest.mark.parametrize("device", ["gpu", "CUDA", "", "cuda:-1", f"cuda:{'9' * 5000}"])
def test_a_word_that_is_no_device_is_wrong_usage(device, tiny_study, tmp_path):
    """Exit code 2, and the words that there are; from Python too."""
    done = CliRunner().invoke(group, ["run", str(tiny_study().path), "--results", str(tmp_path), "--device", device])
    assert done.exit_code == 2
    assert "use cpu, cuda (all GPUs, one for each worker) or cuda:N" in done.output
    with pytest.raises(RunError, match="there is no device"):
        placement.gpus(device)


def seen(task, together):
    """The GPUs that this process sees, once two processes are here."""
    (together / str(os.getpid())).touch()
    while len(list(together.iterdir())) < 2:
        time.sleep(0.01)
    return os.environ.get("CUDA_VISIBLE_DEVICES"), os.getpid()


def test_each_worker_sees_one_gpu(tmp_path):
    """All are used, in turn, and a worker keeps its own."""
    with ProcessExecutor(2, ("3", "5")) as executor:
        found = {outcome.result for outcome in executor.outcomes(seen, range(8), tmp_path, lambda task: None)}
    assert {gpu for gpu, _ in found} == {"3", "5"}
    assert len(found) == 2


def test_what_it_was_trained_on_is_recorded(monkeypatch):
    """A GPU's name with its driver, in the schema's names."""
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda device: "NVIDIA H100 80GB HBM3")
    monkeypatch.setattr(placement, "_driver", lambda: "550.54.15")
    told = environment(CUDA)
    assert (told["device"], told["driver"]) == ("NVIDIA H100 80GB HBM3", "550.54.15")
    assert "driver" not in environment(CPU)


@pytest.mark.parametrize(("line", "deterministic"), [("", True), ("\ndeterministic = false", False)])
def test_a_study_may_do_without_deterministic_algorithms(line, deterministic, tiny_study, tmp_path):
    """And says so of each network."""
    path = tiny_study(edit={"seeds = [1, 2]": f"seeds = [1]{line}"}).path
    (found,) = {network["columns"]["deterministic"] for network in records(path, tmp_path, CPU)}
    assert found is deterministic


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU")
def test_a_gpu_gives_the_same_bits_twice(study, tmp_path, silent):
    """All methods of the study above, in a worker of its own for each GPU."""
    for results in (tmp_path / "one", tmp_path / "other"):
        assert not conduct(Study.read(study), results, silent, device="cuda").failures
    masks, again = ({each.name for each in (tmp_path / part / "masks").iterdir()} for part in ("one", "other"))
    assert masks == again
