"""Results cover at least three pairs of data set and architecture, toys not counted.

What it checks
At least `minimum` (3) distinct pairs (data set × architecture) have a pruned network with a number. Pairs on MNIST or
on scikit-learn's digits, and pairs with LeNet, AlexNet or CaffeNet, are not counted. Judged for the study as a whole.

Why it matters
The order of pruning methods changes with the architecture and the data set; one pair shows one case. MNIST and the
early networks are so easy, or so over-parametrised, that nearly every method looks good on them.

Example
LeNet-300-100 on MNIST, ResNet-56 on CIFAR-10 and VGG-16 on CIFAR-10 are two pairs that count: a warning.

What it cannot see
Whether pairs differ in more than their names, or are large enough for the claim; Blalock et al. ask for a large data
set such as ImageNet among them.

Source: Blalock et al. 2020, section 6.
"""

import re

import numpy as np

from audit.case import Case
from audit.known_datasets import known_dataset
from audit.rule import FAIL, PASS, Judgement, Rule, Scope, Severity
from audit.subjects import each_pair, whole_study

RULE = Rule("CMP001", "too-few-pairs", Severity.WARNING, Scope.STUDY, absent=FAIL, parameters={"minimum": 3})

_TOY = re.compile(r"(?<![a-z])(?:lenet|alexnet|caffenet)", re.IGNORECASE)
SHOWN = 5


def check(case: Case, *, minimum: int) -> Judgement:
    """Count the pairs with a pruned network that has a number."""
    cells = case.results.cells
    pairs = each_pair(case.results, ~cells.dense & (cells.count(case.measured) > 0))
    named = [(str(label["dataset"]), str(label["architecture"])) for label in map(pairs.label, range(len(pairs)))]
    serious = [number for number, (dataset, architecture) in enumerate(named) if not _is_toy(dataset, architecture)]
    toys = [name for number, name in enumerate(named) if number not in serious]
    counted = f"{len(serious)} pair{'' if len(serious) == 1 else 's'}"
    seen = counted + (f": {_listed([named[number] for number in serious])}" if serious else "")
    seen += f"; not counted: {_listed(toys)}" if toys else ""
    enough = len(serious) >= minimum
    return Judgement(
        whole_study(case.results),
        [PASS if enough else FAIL],
        seen,
        f"at least {minimum} pairs of data set and architecture, other than MNIST, digits, LeNet, AlexNet and CaffeNet",
        "results cover several pairs" if enough else "too few pairs of data set and architecture",
        "" if enough else "run the methods on further pairs",
        rows=[np.sort(np.concatenate([pairs.rows(number) for number in serious]))] if enough else None,
    )


def _is_toy(dataset: str, architecture: str) -> bool:
    known = known_dataset(dataset)
    return (known is not None and known.toy) or _TOY.search(architecture) is not None


def _listed(pairs: list[tuple[str, str]]) -> str:
    shown = [f"{architecture} on {dataset}" for dataset, architecture in pairs[:SHOWN]]
    return ", ".join(shown) + (f" and {len(pairs) - SHOWN} more" if len(pairs) > SHOWN else "")
