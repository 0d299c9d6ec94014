"""The glossary: every column of a results table, with its unit, range and meaning.

One row of a results table is one evaluated network. Runners write these names, sources map foreign names onto them,
rules and renderers read them; nothing else in the project may invent a column name.

Accuracy and fractions lie in [0, 1]; ratios are "original ÷ new", as in Blalock et al. 2020, section 2.
"""

from enum import Enum
from math import inf

from msgspec import Struct

SCHEMA_VERSION = 1


class Kind(Enum):
    """How the values of a column are held."""

    TEXT = "text"
    IDENTIFIER = "identifier"  # compared, never calculated with: a seed keeps all its digits
    INTEGER = "integer"
    NUMBER = "number"
    FLAG = "flag"


class Group(Enum):
    """What a column speaks of, in the order in which columns are listed."""

    IDENTITY = "identity"
    SIZE = "size"
    COST = "cost"
    QUALITY = "quality"
    BUDGET = "budget"
    PROVENANCE = "provenance"


class Column(Struct, frozen=True):
    """One column: its name, how it is held, the unit of its values, the closed range they lie in, and its meaning."""

    name: str
    group: Group
    kind: Kind
    meaning: str
    unit: str = ""
    low: float = -inf
    high: float = inf


def _columns(group: Group, *rows: tuple) -> tuple[Column, ...]:
    return tuple(Column(row[0], group, *row[1:]) for row in rows)


_T, _I, _N, _F = Kind.TEXT, Kind.INTEGER, Kind.NUMBER, Kind.FLAG
_COUNT = ("", 0)
_FRACTION = ("fraction", 0, 1)
_RATIO = ("original ÷ new", 0)

COLUMNS: tuple[Column, ...] = (
    *_columns(
        Group.IDENTITY,
        ("study", _T, "name of the study the network belongs to"),
        ("run_id", _T, "identifier of the run, unique within its source"),
        ("dataset", _T, "name of the data set"),
        ("architecture", _T, "name of the architecture"),
        ("method", _T, "name of the pruning method; `dense` for the unpruned control"),
        ("score", _T, "what ranks the weights, e.g. `magnitude`, `random`, `gradient`"),
        ("allocation", _T, "how the kept weights are shared among layers, e.g. `global`, `uniform`, `matched`"),
        ("matched_to", _T, "the method whose layerwise counts are copied, where allocation is `matched`"),
        ("schedule", _T, "when pruning happens, e.g. `one_shot`, `iterative`, `gradual`"),
        ("schedule_settings", _T, "numbers of the schedule, e.g. `fraction 0.2`"),
        ("granularity", _T, "what is removed: `weight`, `filter` or `n_m`"),
        ("pattern", _T, "how many weights are kept of how many, where granularity is `n_m`: `2:4`"),
        ("starts_from", _T, "weights the method starts from: `init`, `rewind` or `trained`"),
        ("seed", Kind.IDENTIFIER, "seed that governs the run; a row without one never counts as a seed"),
        ("n", _I, "networks that the row stands for; 1 unless it is a mean", "", 1),
    ),
    *_columns(
        Group.SIZE,
        ("compression_target", _N, "compression ratio asked for", *_RATIO),
        ("compression_ratio", _N, "all parameters ÷ remaining parameters, as achieved", *_RATIO),
        ("parameters", _I, "parameters of the dense network", *_COUNT),
        ("parameters_nonzero", _I, "parameters left after pruning", *_COUNT),
        ("parameters_prunable", _I, "parameters that pruning may remove", *_COUNT),
        ("parameters_effective", _I, "remaining parameters on some path from input to output", *_COUNT),
    ),
    *_columns(
        Group.COST,
        (
            "macs",
            _I,
            "dense multiply–accumulates of convolutions, linear layers and attention per example (1 MAC = 2 FLOPs)",
            "MAC",
            0,
        ),
        (
            "macs_nonzero",
            _N,
            "multiply–accumulates left: Σ layer MACs × layer density, or those of the network without its filters",
            "MAC",
            0,
        ),
        ("speedup_target", _N, "theoretical speedup asked for, in place of a compression ratio", *_RATIO),
        ("theoretical_speedup", _N, "dense MACs ÷ remaining MACs", *_RATIO),
        ("latency_dense", _N, "time of one forward pass of the dense network", "s", 0),
        ("latency_pruned", _N, "time of one forward pass of the pruned network", "s", 0),
        ("latency_repeats", _I, "timings behind each latency", *_COUNT),
    ),
    *_columns(
        Group.QUALITY,
        ("top1", _N, "Top-1 accuracy on the reported split", *_FRACTION),
        ("top1_change", _N, "Top-1 minus dense Top-1, as stated by the source", "fraction", -1, 1),
        ("top1_deviation", _N, "deviation of Top-1 over the n networks of a mean", "fraction", 0, 1),
        ("deviation_kind", _T, "what a deviation is: `std`, `sem`, `ci95` or `test-set error`"),
        ("top5", _N, "Top-5 accuracy on the reported split", *_FRACTION),
        ("loss", _N, "mean loss per example on the reported split"),
        ("n_test", _I, "examples in the reported split", *_COUNT),
        ("n_correct", _I, "examples of the reported split classified correctly", *_COUNT),
        ("eval_batch_size", _I, "batch size of the evaluation", *_COUNT),
        ("split", _T, "the split that is reported on: `test`, `validation` or `train`"),
        ("selected_on", _T, "the split on which the reported epoch was chosen; `none` where it is the last"),
        ("dense_top1", _N, "Top-1 of the dense network that this one was pruned from", *_FRACTION),
        ("before_finetuning_top1", _N, "Top-1 after pruning and before fine-tuning", *_FRACTION),
        ("recalibrated_top1", _N, "Top-1 after re-estimating batch-norm statistics only", *_FRACTION),
    ),
    *_columns(
        Group.BUDGET,
        ("steps_pretraining", _I, "optimiser steps before pruning", *_COUNT),
        ("steps_final_weights", _I, "optimiser steps from initial to final weights, discarded ones excluded", *_COUNT),
        ("steps_total", _I, "all optimiser steps that were spent, discarded ones included", *_COUNT),
        ("score_examples", _I, "examples that the score was computed on", *_COUNT),
        ("setting", _T, "hyperparameter setting, where rows of a method differ in it: such rows repeat nothing"),
        ("settings_tried", _I, "hyperparameter settings tried for the method", *_COUNT),
        ("epochs", _I, "fine-tuning epochs asked for", *_COUNT),
        ("epochs_completed", _I, "fine-tuning epochs run", *_COUNT),
        ("batch_size", _I, "training batch size", *_COUNT),
        ("optimizer", _T, "optimiser of the fine-tuning, e.g. `adam`"),
        ("learning_rate", _N, "initial learning rate of the fine-tuning", "", 0),
        ("learning_rate_schedule", _T, "learning rate schedule of the fine-tuning, e.g. `fixed`"),
        ("weight_decay", _N, "weight decay of the fine-tuning", "", 0),
        ("augmentation", _T, "training-time data augmentation; `none` where there is none"),
        ("calibration_data", _T, "name of the calibration data of a language model"),
        ("calibration_examples", _I, "calibration examples", *_COUNT),
        ("sequence_length", _I, "tokens per calibration or evaluation example", *_COUNT),
        ("tokenizer", _T, "tokenizer of a language model"),
    ),
    *_columns(
        Group.PROVENANCE,
        ("initial_weights", _T, "digest of the weights that the method started from"),
        ("mask", _T, "digest of the mask"),
        ("predictions", _T, "digest of the predictions on the reported split"),
        ("dataset_digest", _T, "digest of the data set with its splits"),
        ("classes", _I, "classes of the data set", "", 1),
        ("n_train", _I, "examples that are trained on", *_COUNT),
        ("n_validation", _I, "examples held out for validation", *_COUNT),
        ("resolution", _T, "size of one example, e.g. `8 × 8, 1 channel`"),
        ("commit", _T, "commit of the code that ran"),
        ("dirty", _F, "whether the code had uncommitted changes"),
        ("python", _T, "version of Python"),
        ("torch", _T, "version of PyTorch"),
        ("device", _T, "hardware that the run used"),
        ("driver", _T, "driver version of a GPU"),
        ("deterministic", _F, "whether deterministic algorithms were demanded"),
        ("threads", _I, "threads of the numerical library", *_COUNT),
        ("started", _T, "when the run started, ISO 8601 in UTC"),
        ("duration", _N, "wall time of the run", "s", 0),
        ("status", _T, "`finished`, `failed`, `killed` or `running`"),
    ),
)

BY_NAME: dict[str, Column] = {column.name: column for column in COLUMNS}

# Per-layer child table: one row per prunable layer of a network, in forward order.
LAYER_NAME = "layer_name"
LAYER_COUNTS = ("layer_parameters", "layer_nonzero", "layer_macs")

# Per-epoch child table: one row per epoch of fine-tuning; epoch 0 is before the first step.
CURVES = ("train_loss", "train_top1", "validation_loss", "validation_top1", "test_loss", "test_top1")

# What describes a method: each comes from the row, else from [method.NAME], else from the alias table.
METHOD_FIELDS = ("score", "allocation", "matched_to", "schedule", "granularity", "starts_from")

# What a cell is summarised by, in the order of a table.
DROP = "drop"  # measured, not read: how much worse than its dense network, in the unit of the study's metric
AREA = "area"  # measured, not read: the mean height of a method's curve over log2 of the compression ratio

CELL_METRICS = (
    "compression_ratio",
    "theoretical_speedup",
    "parameters_nonzero",
    "macs_nonzero",
    "top1",
    "top5",
    "loss",
    "top1_change",
    "before_finetuning_top1",
    "recalibrated_top1",
    "dense_top1",
    "latency_pruned",
)

TARGETS = ("compression_target", "speedup_target")  # one of which says how small a network was asked to be
DENSE = "dense"  # the method name of an unpruned control
