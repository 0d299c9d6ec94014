"""What the harness costs: `train` of the runners against a bare PyTorch loop, and two workers against one.

    python benchmarks/training.py [--pairs 15] [--epochs 2]

Both loops train ResNet-8 on the handwritten digits with the same data in memory, the same optimiser, learning rates,
masks and number of steps, by turns in one process of one thread; the harness draws its batches, validates nothing less
than the bare loop does, and keeps its curves. Of each pair the ratio of processor times counts: the median of all, with
its order-statistic interval. Target: at most 1.05. Then one study of twelve networks is run by one worker and by two;
the target is 1.7 times as fast on two cores.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import torch
from measure import machine
from scipy.stats import binom
from torch import nn
from torch.nn import functional

from runners.architectures.cifar_resnet import CifarResNet
from runners.datasets import Dataset, digits
from runners.placement import numerics
from runners.pruning.mask import Mask
from runners.recipe import Recipe
from runners.training import train

_STUDY = """
[run]
datasets = ["digits"]
architectures = ["resnet8"]
methods = ["global_magnitude"]
ratios = [1, 2, 4, 8, 16, 32]
seeds = [1, 2]
save = "none"
pretrain = { epochs = 1, batch_size = 64, optimizer = "sgd", learning_rate = 0.1 }
finetune = { epochs = 12, batch_size = 64, optimizer = "sgd", learning_rate = 0.01 }
"""


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=15)
    parser.add_argument("--epochs", type=int, default=2)
    options = parser.parse_args()
    print(machine("torch", "mlflow"))
    numerics()
    harness(options.pairs, options.epochs)
    workers()


def harness(pairs: int, epochs: int) -> None:
    """Processor time of the harness ÷ that of a bare loop, pair by pair."""
    dataset = digits.load(None, None)
    recipe = Recipe(batch_size=64, optimizer="sgd", learning_rate=0.1, momentum=0.9, epochs=epochs)
    mask = {
        name: torch.rand_like(weight) < 0.5 for name, weight in _network(dataset).named_parameters() if weight.dim() > 1
    }
    found = []
    for number in range(pairs + 1):
        first, second = (_harness, _bare) if number % 2 else (_bare, _harness)
        times = {loop: _processor(loop, dataset, recipe, mask) for loop in (first, second)}
        if number:  # the first pair warms up
            found.append(times[_harness] / times[_bare])
    low, high = interval(found)
    print(
        f"harness ÷ bare loop, processor time, {epochs} epochs of ResNet-8 on digits: median "
        f"{statistics.median(found):.3f}, 95 % interval {low:.3f} to {high:.3f}, n = {pairs}; target 1.05"
    )


def workers() -> None:
    """Wall time of a study with one worker ÷ that with two; pretraining, start and writing included."""
    seconds = {}
    for count in (1, 2, 2, 1):
        with tempfile.TemporaryDirectory() as directory:
            study = Path(directory) / "study.toml"
            study.write_text(_STUDY)
            command = [sys.executable, "-m", "audit", "run", study, "--results", Path(directory) / "results"]
            start = time.perf_counter()
            subprocess.run([*command, "--workers", str(count)], check=True, stderr=subprocess.DEVNULL)
            seconds.setdefault(count, []).append(time.perf_counter() - start)
    one, two = (min(seconds[count]) for count in (1, 2))
    print(f"12 networks: {one:.1f} s with one worker, {two:.1f} s with two: {one / two:.2f} times as fast; target 1.7")


def interval(values: list[float], level: float = 0.95) -> tuple[float, float]:
    """The order statistics between which the median lies with at least this probability."""
    ordered, n = sorted(values), len(values)
    rank = max(0, int(binom.ppf((1 - level) / 2, n, 0.5)) - 1)
    return ordered[rank], ordered[n - 1 - rank]


def _processor(loop, dataset: Dataset, recipe: Recipe, mask: Mask) -> float:
    model = _network(dataset)
    start = time.process_time()
    loop(model, dataset, recipe, mask)
    return time.process_time() - start


def _network(dataset: Dataset) -> nn.Module:
    torch.manual_seed(0)
    return CifarResNet(8, dataset.input_shape, dataset.classes)


def _harness(model: nn.Module, dataset: Dataset, recipe: Recipe, mask: Mask) -> None:
    train(model, dataset, recipe, 1, "finetune", mask)


def _bare(model: nn.Module, dataset: Dataset, recipe: Recipe, mask: Mask) -> None:
    """The same steps and evaluations with nothing around them, as one would write them down."""
    optimizer = torch.optim.SGD(model.parameters(), recipe.learning_rate, momentum=recipe.momentum)
    weights = dict(model.named_parameters())
    images, labels = dataset.train.inputs, dataset.train.labels
    _evaluate(model, dataset)
    for _ in range(recipe.epochs or 0):
        model.train()
        order = torch.randperm(len(labels))
        for start in range(0, len(labels) - recipe.batch_size + 1, recipe.batch_size):
            chosen = order[start : start + recipe.batch_size]
            loss = functional.cross_entropy(model(images[chosen]), labels[chosen])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            with torch.no_grad():
                for name, kept in mask.items():
                    weights[name].mul_(kept)
        _evaluate(model, dataset)


@torch.no_grad()
def _evaluate(model: nn.Module, dataset: Dataset) -> float:
    model.eval()
    return float((model(dataset.validation.inputs).argmax(dim=1) == dataset.validation.labels).float().mean())


if __name__ == "__main__":
    main()
