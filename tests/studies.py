"""Studies that the tests share: those of `audit.testing`, and what only our own tests need."""

import csv
from pathlib import Path

from audit.case import Case
from audit.rule import Finding
from audit.testing.studies import (
    LAYERS,
    METHODS,
    MINE,
    RATIOS,
    SEEDS,
    STUDY,
    WEIGHTS,
    Cases,
    Row,
    Table,
    case,
    changed,
    findings,
    from_rows,
    joined,
    only,
    printed,
    results,
    table,
    to_rows,
    verdicts,
    with_curves,
    without,
)

__all__ = [
    "LAYERS",
    "METHODS",
    "MINE",
    "RATIOS",
    "SEEDS",
    "STUDY",
    "WEIGHTS",
    "WHOLE",
    "Case",
    "Cases",
    "Finding",
    "Row",
    "Table",
    "case",
    "changed",
    "findings",
    "from_rows",
    "joined",
    "only",
    "printed",
    "results",
    "table",
    "to_rows",
    "verdicts",
    "whole",
    "with_curves",
    "without",
    "write_csv",
]

# All that a person has to declare of the table of one pair, beside what `whole` records.
WHOLE = """
claims = []
[study]
date = 2026-11-22
source_code = "https://github.com/someone/pruning"
release = "v1.0"
seed_governs = "initialisation, order of the examples, mask"
[method.mine]
proposed = true
score = "mine"
[dataset.cifar10]
n_train = 45000
n_validation = 5000
n_test = 10000
resolution = "32 x 32"
normalisation = "per channel"
[architecture.resnet20]
citation = "He et al. 2016"
differences = "trained for fewer epochs"
description = "three stages of three blocks"
pretraining = "30 epochs of SGD"
[[comparison]]
technique = "DepGraph"
source = "paper"
reference = "Fang et al. 2023"
differences = "none known"
figures = [{ dataset = "CIFAR-10", architecture = "ResNet-20", compression_ratio = 2.0, top1 = 0.9 }]
[[comparison]]
technique = "Optimal Brain Damage"
source = "reimplementation"
reference = "LeCun et al. 1989"
differences = "none known"
figures = [{ dataset = "CIFAR-10", architecture = "ResNet-20", compression_ratio = 2.0, top1 = 0.9 }]
"""


def whole(columns: Table) -> Table:
    """A table of one pair with all that runs can record: with `WHOLE` no rule finds a fault but too few pairs."""
    return changed(
        columns,
        split="test",
        selected_on="none",
        parameters=269722.0,
        parameters_prunable=267696.0,
        parameters_nonzero=lambda row: float(round(269722 / row["compression_ratio"])),
        macs=40551040.0,
        macs_nonzero=lambda row: 40551040 / row["theoretical_speedup"],
        steps_total=600.0,
        settings_tried=1.0,
        epochs=30.0,
        batch_size=64.0,
        optimizer="adam",
        learning_rate=3e-4,
        learning_rate_schedule="fixed",
        weight_decay=0.0,
        augmentation="crop_flip",
        dataset_digest="0123abcd" * 8,
        commit="0123abcd" * 5,
        dirty=0.0,
    )


def write_csv(columns: Table, path: Path) -> None:
    """The table as a CSV file with the schema's names."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))
