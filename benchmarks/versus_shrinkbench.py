"""What a network costs here and in ShrinkBench: the same grid, images, architecture, epochs and machine.

    python benchmarks/versus_shrinkbench.py --shrinkbench PATH [--data DIRECTORY] [--train 3000] [--epochs 2]

PATH is a checkout of JJGO/shrinkbench; its own requirements (pandas and tqdm, beside torch and torchvision) have to be
importable. Nothing of it is changed. It runs by its own `scripts/prune.py`, a process for each network, and by the loop
of its tutorial, which is one process. Both sides train its MnistNet from untrained weights with SGD (its Adam hands a
`momentum` to torch, which refuses it), on the first images of the files of MNIST's format in DIRECTORY (unless named,
those of Debian's dataset-fashion-mnist), evaluate the test images before and after each epoch, and write what they
record. Here that is `protocol = "shrinkbench"`. What counts is wall time from start to end, divided by the networks
that were trained: ratio 1, which it does not fine-tune and we do, is a network of ours alone. Each may use the whole
machine: it by torch's threads and two loading processes, unless `--loaders` says otherwise, we by workers of one
thread. By turns; the median of the ratios, with its extremes. Target: at most 0.5.
"""

import argparse
import gzip
import json
import os
import subprocess
import sys
import tempfile
import time
from itertools import product
from pathlib import Path

import numpy as np
from measure import machine, ratios, spread
from numpy.typing import NDArray

METHODS = {"GlobalMagWeight": "global_magnitude", "LayerMagWeight": "layerwise_magnitude"}
METHODS["RandomPruning"] = "layerwise_random"
RATIOS, BATCH = (2, 8), 64
RATE, MOMENTUM = 0.01, 0.9
Grid = list[tuple[str, int, int]]  # strategy, ratio, seed
FILES = {"train": ("train-images-idx3-ubyte", "train-labels-idx1-ubyte")}
FILES["test"] = ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")
DEBIAN = Path("/usr/share/datasets/fashion-mnist")

_STUDY = """
[run]
datasets = ["mnist"]
architectures = ["mnistnet"]
methods = {methods}
ratios = {ratios}
seeds = {seeds}
protocol = "shrinkbench"
pretrain = {{ epochs = 1, batch_size = {batch}, optimizer = "sgd", learning_rate = {rate} }}
[run.finetune]
epochs = {epochs}
batch_size = {batch}
optimizer = "sgd"
learning_rate = {rate}
momentum = {momentum}
nesterov = true
[dataset.mnist]
root = "MNIST/MNIST/raw"
[architecture.mnistnet]
factory = "theirs:make"
classifier = "fc2"
weights = "untrained.pt"
"""
_THEIRS = '''
"""The architecture of the other side."""

from shrinkbench.models import MnistNet


def make(classes):
    """Its network for ten classes."""
    return MnistNet()
'''


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shrinkbench", type=Path, required=True, help="a checkout of JJGO/shrinkbench")
    parser.add_argument("--data", type=Path, default=DEBIAN, help="the four files of MNIST's format")
    parser.add_argument("--train", type=int, default=3000, help="images to train on")
    parser.add_argument("--test", type=int, default=600, help="images to evaluate")
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--seeds", type=int, nargs="+", default=[42, 43])
    parser.add_argument("--loaders", type=int, default=2, help="its loading processes")
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    checkout = options.shrinkbench.resolve()
    if not (checkout / "experiment" / "prune.py").is_file():
        raise SystemExit(f"{checkout}: has no experiment/prune.py; expected a checkout of JJGO/shrinkbench")
    with tempfile.TemporaryDirectory() as directory:
        place = Path(directory)
        prepare(place, checkout, options)
        grid = list(product(METHODS, RATIOS, options.seeds))
        pruned, ours = len(grid), len(grid) + len(options.seeds)
        print(machine("torch", "torchvision", "numpy", "pandas", "mlflow"))
        print(f"ShrinkBench at {commit(checkout)}, {options.loaders} loading processes")
        print(
            f"MnistNet, {options.train:,} + {options.test:,} images, {options.epochs} epochs in batches of {BATCH}; "
            f"{pruned} networks there, {ours} here"
        )
        seconds: dict[str, list[float]] = {"here": [], "script": [], "loop": []}
        for number in range(options.repeats):
            seconds["here"].append(here(place, number) / ours)
            seconds["script"].append(by_script(place, checkout, grid, options) / pruned)
            seconds["loop"].append(by_loop(place, grid, options) / pruned)
            print(*(f"{name} {times[-1]:.2f} s" for name, times in seconds.items()), sep=", ", file=sys.stderr)
    for name, told in (("script", "its script, a process a network"), ("loop", "the loop of its tutorial")):
        print(
            f"wall time per network, here against {told}: {spread(seconds['here'])} against {spread(seconds[name])}, "
            f"ratio {ratios(seconds['here'], seconds[name])}; target 0.5"
        )


def prepare(place: Path, checkout: Path, options: argparse.Namespace) -> None:
    """Write the images, the study, the module that names the architecture, and its untrained weights."""
    raw = place / "MNIST" / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for part, count in (("train", options.train), ("test", options.test)):
        for name in FILES[part]:
            (raw / name).write_bytes(first(_unpacked(options.data, name), count))
    (place / "shrinkbench").symlink_to(checkout)  # its modules import each other by that name
    study = _STUDY.format(
        methods=json.dumps(list(METHODS.values())),
        ratios=list(RATIOS),
        seeds=options.seeds,
        batch=BATCH,
        rate=RATE,
        momentum=MOMENTUM,
        epochs=options.epochs,
    )
    (place / "study.toml").write_text(study)
    (place / "theirs.py").write_text(_THEIRS)
    code = "import torch, theirs; torch.save(theirs.make(10).state_dict(), 'untrained.pt')"
    _run([sys.executable, "-c", code], place)


def first(raw: bytes, count: int) -> bytes:
    """The first so many entries of an idx file of bytes."""
    dimensions = raw[3]
    shape = [int.from_bytes(raw[4 + 4 * each : 8 + 4 * each]) for each in range(dimensions)]
    held: NDArray[np.uint8] = np.frombuffer(raw, np.uint8, offset=4 + 4 * dimensions).reshape(shape)[:count]
    return raw[:4] + b"".join(size.to_bytes(4) for size in held.shape) + held.tobytes()


def here(place: Path, number: int) -> float:
    """Seconds of `audit run` on the whole grid."""
    command = [sys.executable, "-m", "audit", "run", "study.toml", "--results", f"results-{number}"]
    return _timed([command], place, threads="1")


def by_script(place: Path, checkout: Path, grid: Grid, options: argparse.Namespace) -> float:
    """Seconds of its own script, called for each network of the grid."""
    script = str(checkout / "scripts" / "prune.py")
    how = ["--no-pretrained", "-D", json.dumps(loading(options.loaders)), "-T", json.dumps(training(options.epochs))]
    commands = [
        [sys.executable, script, "-s", strategy, "-c", str(ratio), "-S", str(seed), "-d", "MNIST", "-m", "MnistNet"]
        for strategy, ratio, seed in grid
    ]
    return _timed([[*command, *how] for command in commands], place)


def by_loop(place: Path, grid: Grid, options: argparse.Namespace) -> float:
    """Seconds of the loop of its tutorial over the grid, in one process."""
    code = f"""
from shrinkbench.experiment import PruningExperiment
for strategy, ratio, seed in {grid}:
    PruningExperiment("MNIST", "MnistNet", strategy, ratio, seed=seed, pretrained=False,
        dl_kwargs={loading(options.loaders)}, train_kwargs={training(options.epochs)}).run()
"""
    return _timed([[sys.executable, "-c", code]], place)


def loading(loaders: int) -> dict[str, int]:
    """How its images are loaded."""
    return {"batch_size": BATCH, "num_workers": loaders}


def training(epochs: int) -> dict[str, object]:
    """How its networks are trained."""
    return {"optim": "SGD", "epochs": epochs, "lr": RATE, "momentum": MOMENTUM, "nesterov": True}


def commit(checkout: Path) -> str:
    """The commit of the checkout, or `no commit`."""
    done = subprocess.run(["git", "-C", str(checkout), "rev-parse", "--short", "HEAD"], capture_output=True, text=True)
    return done.stdout.strip() or "no commit"


def _unpacked(data: Path, name: str) -> bytes:
    packed = data / f"{name}.gz"
    if packed.is_file():
        return gzip.decompress(packed.read_bytes())
    if (data / name).is_file():
        return (data / name).read_bytes()
    raise SystemExit(f"{data}: has neither {name}.gz nor {name}; name a directory that has with --data")


def _timed(commands: list[list[str]], place: Path, threads: str | None = None) -> float:
    start = time.perf_counter()
    for command in commands:
        _run(command, place, threads)
    return time.perf_counter() - start


def _run(command: list[str], place: Path, threads: str | None = None) -> None:
    environment = {**os.environ, "DATAPATH": str(place), "CUDA_VISIBLE_DEVICES": ""}
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, (str(place), os.environ.get("PYTHONPATH"))))
    environment.pop("OMP_NUM_THREADS", None)
    if threads:
        environment["OMP_NUM_THREADS"] = threads
    done = subprocess.run(command, cwd=place, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)[:200]} ended with {done.returncode}:\n{done.stderr[-2000:]}")


if __name__ == "__main__":
    main()
