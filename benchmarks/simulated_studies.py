"""Studies that were never run: clean ones, with whatever an honest table may hold, and ones with a planted fault.

Every number comes from a count: k of N examples, parameters of layers, multiply–accumulates. What varies is what
honest studies vary in: test sets, classes, seeds, spreads, collapsed cells, rounding, precision, copied dense rows,
definitions of the ratio, ways to choose an epoch, what is recorded.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from audit.case import Case
from audit.results import Coded, Curves, Layers, Origin, Results
from audit.schema import BY_NAME, CURVES, Kind
from audit.study import Study

EXAMPLES = (100, 360, 500, 1000, 1797, 3925, 5000, 10000, 26032, 50000)
Row = dict[str, Any]
Fault = Callable[["Simulated", np.random.Generator], None]


@dataclass(frozen=True)
class Setting:
    """What one study is like; drawn at random, and fixed in part by what a rule needs to look at."""

    examples: int
    classes: int
    seeds: int
    methods: int
    ratios: tuple[float, ...]
    dense: float
    spread: float
    falls: float  # how far the accuracy has fallen at the largest ratio
    collapses: float  # probability that a run at an extreme ratio collapses
    largest_class: float  # times a class of a balanced test set
    printing: str  # "double", "float32", "half", "cut", "logged" (rounded, not printed), or the decimals of a fraction
    ratio_decimals: int | None
    ratio_of: str  # "all", "prunable", "layers"
    counts_in: float
    averaged: bool  # a row stands for the networks of a cell
    ddof: int
    kind: str | None
    batch: int
    copied_dense: bool
    checkpoint: bool  # one for all seeds, recorded
    hashed: bool  # the initial weights of each seed are recorded
    loss: str  # "double", "float32", "short", "none"
    epochs: int
    chosen: str  # "last", "validation", "validation loss"
    validated: bool  # validation curves are recorded
    change: str  # "own", "mean", "elsewhere"
    states_dense: bool
    layers: bool
    filters: bool
    prunable: bool  # what pruning may remove is recorded


def draw(rng: np.random.Generator, **fixed: Any) -> Setting:
    """One setting; `fixed` values may be functions of the generator."""

    def choose(*values: Any) -> Any:
        return values[rng.integers(len(values))]

    count = int(rng.integers(3, 7))
    largest = choose(8, 16, 32, 64)
    ratios = tuple(float(each) for each in np.geomspace(choose(1.5, 2), largest, count))
    classes = choose(2, 10, 10, 100, 1000)
    drawn = Setting(
        examples=choose(*EXAMPLES),
        classes=classes,
        seeds=choose(2, 3, 3, 5, 10),
        methods=int(rng.integers(1, 5)),
        ratios=ratios,
        dense=float(rng.uniform(max(0.6, 1.5 / classes), 0.985)),
        spread=float(np.exp(rng.uniform(np.log(0.001), np.log(0.02)))),
        falls=float(rng.uniform(0.08, 0.5)),
        collapses=choose(0.0, 0.0, 0.1, 0.3),
        largest_class=choose(1.0, 1.0, 1.9),
        printing=choose("double", "double", "float32", "3", "4", "5", "half", "cut", "logged"),
        ratio_decimals=choose(None, None, 0, 1, 2),
        ratio_of=choose("all", "all", "prunable", "layers"),
        counts_in=choose(1, 1, 1e3, 1e5),
        averaged=False,
        ddof=choose(0, 1),
        kind=choose("std", "std", "sem", None),
        batch=choose(32, 64, 100, 128, 256, 500, 512),
        copied_dense=choose(False, True),
        checkpoint=choose(False, False, True),
        hashed=choose(False, True),
        loss=choose("double", "float32", "short", "none"),
        epochs=int(rng.integers(3, 40)),
        chosen=choose("last", "validation", "validation loss"),
        validated=choose(False, True),
        change=choose("own", "mean", "elsewhere"),
        states_dense=choose(False, True),
        layers=choose(False, True, True),
        filters=choose(False, False, False, True),
        prunable=choose(False, True, True),
    )
    return replace(drawn, **{key: value(rng) if callable(value) else value for key, value in fixed.items()})


@dataclass
class Network:
    """What a simulated architecture is made of: weights and MACs of its layers, and what no pruning removes."""

    weights: np.ndarray
    macs: np.ndarray
    biases: np.ndarray
    spared: int
    spared_macs: int

    @classmethod
    def draw(cls, rng: np.random.Generator) -> "Network":
        """A network of 3 to 12 layers."""
        layers = int(rng.integers(3, 13))
        weights = np.round(np.exp(rng.uniform(np.log(200), np.log(2e5), layers))).astype(int)
        macs = weights * rng.integers(1, 1025, layers)
        biases = rng.integers(8, 257, layers) * rng.integers(0, 2)
        spared = int(weights.sum() * np.exp(rng.uniform(np.log(5e-4), np.log(0.03))))
        return cls(weights, macs, biases, spared, int(macs.sum() * rng.uniform(0, 0.02)))

    @property
    def parameters(self) -> int:
        """All parameters."""
        return int(self.weights.sum() + self.biases.sum() + self.spared)

    def pruned(self, ratio: float, rng: np.random.Generator) -> np.ndarray:
        """Weights kept per layer, towards a ratio of the layers' weights, in whatever proportions."""
        tilt = rng.dirichlet(np.full(len(self.weights), 5.0)) * len(self.weights)
        return np.clip(np.round(self.weights * tilt / ratio), 0, self.weights).astype(int)


@dataclass
class Simulated:
    """A study being written: rows, layers and curves by row, and what its columns are printed to."""

    setting: Setting
    network: Network
    rows: list[Row] = field(default_factory=list)
    layers: list[Sequence[int] | None] = field(default_factory=list)
    curves: list[Mapping[str, np.ndarray]] = field(default_factory=list)
    decimals: dict[str, int] = field(default_factory=dict)
    study: str = ""

    def among(self, where: Callable[[Row], bool]) -> list[int]:
        """The numbers of the rows for which something holds."""
        return [number for number, row in enumerate(self.rows) if where(row)]

    def case(self) -> Case:
        """The case, as rules see it."""
        names = dict.fromkeys(name for row in self.rows for name in row)
        columns, written = {}, {}
        for name in names:
            values = [row.get(name) for row in self.rows]
            if BY_NAME[name].kind in (Kind.TEXT, Kind.IDENTIFIER):
                columns[name] = Coded.of([None if value is None else str(value) for value in values])
                continue
            numbers = np.array([np.nan if value is None else value for value in values], float)
            if name in self.decimals:
                texts = [None if np.isnan(each) else f"{each:.{self.decimals[name]}f}" for each in numbers]
                written[name] = np.array(texts, object)
                numbers = np.array([np.nan if text is None else float(text) for text in texts])
            columns[name] = numbers
        origin = Origin(Coded(np.zeros(len(self.rows), np.int64), ("study.csv",)), np.arange(len(self.rows)) + 2)
        results = Results(columns, origin, self._layers, self._curves, (), written)
        return Case(results, Study.parse(self.study))

    def _layers(self) -> Layers:
        counted = [row for row, kept in enumerate(self.layers) if kept is not None]
        size, repeat = len(self.network.weights), len(counted)
        names = [f"layer{number}.weight" for number in range(size)]
        return Layers(
            np.repeat(np.array(counted, np.int64), size),
            Coded.of(names * repeat),
            np.tile(self.network.weights.astype(float), repeat),
            np.array([each for row in counted for each in self.layers[row] or ()], float),
            np.tile(self.network.macs.astype(float), repeat),
        )

    def _curves(self) -> Curves:
        entries = [
            (np.full(len(values), row), np.full(len(values), CURVES.index(name)), np.arange(len(values)), values)
            for row, curves in enumerate(self.curves)
            for name, values in curves.items()
        ]
        rows, codes, epochs, values = (np.concatenate(each) for each in zip(*entries, strict=True))
        return Curves(rows, Coded(codes, CURVES), epochs, values.astype(float))


def clean(rng: np.random.Generator, **fixed: Any) -> Simulated:
    """One clean study."""
    setting = draw(rng, **fixed)
    out = Simulated(setting, Network.draw(rng))
    decimals = _decimals(setting)
    if decimals is not None:
        out.decimals |= dict.fromkeys(("top1", "dense_top1", "top1_change", "top1_deviation"), decimals)
    if setting.ratio_decimals is not None:
        out.decimals |= {"compression_ratio": setting.ratio_decimals, "theoretical_speedup": setting.ratio_decimals}
    if setting.loss == "short":
        out.decimals["loss"] = 4
    out.study = (
        f'[dataset.simulated]\nclasses = {setting.classes}\n[method."method 0"]\nproposed = true\nscore = "mine"\n'
    )
    dense = {seed: _accuracies(setting, 1.0, rng) for seed in range(setting.seeds)}
    if setting.checkpoint:  # evaluated once
        dense = dict.fromkeys(dense, dense[0])
    for method in ("dense", *(f"method {number}" for number in range(setting.methods))):
        if method == "dense" or setting.copied_dense:
            for seed, values in dense.items():
                _add(out, method, 1.0, seed, values, dense, rng)
        if method != "dense":
            for ratio in setting.ratios:
                for seed in range(setting.seeds):
                    _add(out, method, ratio, seed, _accuracies(setting, ratio, rng), dense, rng)
    return _averaged(out) if setting.averaged else out


def _decimals(setting: Setting) -> int | None:
    if setting.printing.isdigit():
        return int(setting.printing)
    return 4 if setting.printing == "cut" else None


def _level(setting: Setting, ratio: float) -> float:
    """The accuracy that a method has in the mean at a ratio."""
    share = np.log2(ratio) / np.log2(setting.ratios[-1])
    return max(setting.dense - setting.falls * share**2, 1 / setting.classes)


def _accuracies(setting: Setting, ratio: float, rng: np.random.Generator) -> Mapping[str, np.ndarray]:
    """Test and validation curves of one run, in counts of examples ÷ examples."""
    level = _level(setting, ratio) + rng.normal(0, setting.spread)
    collapsed = ratio > setting.ratios[-1] / 2 and rng.random() < setting.collapses
    steps = np.arange(setting.epochs)
    noise = rng.normal(0, setting.spread / 2, (2, setting.epochs))
    drift = np.convolve(rng.normal(0, setting.spread / 3, setting.epochs), 0.7**steps)[: setting.epochs]
    course = level - 0.03 * np.exp(-steps / 3) + drift
    out = {}
    for number, name in enumerate(("test_top1", "validation_top1")):
        counts = np.round(setting.examples * np.clip(course + noise[number], 0, 1))
        if collapsed:
            counts = np.full(setting.epochs, _one_class(setting))
        out[name] = counts / setting.examples
    out["validation_loss"] = 1.2 - course + rng.normal(0, setting.spread, setting.epochs)
    return out


def _one_class(setting: Setting) -> int:
    """Examples that a network gets right which always predicts the largest class."""
    return round(setting.examples * min(setting.largest_class / setting.classes, 0.6))


def _add(
    out: Simulated,
    method: str,
    ratio: float,
    seed: int,
    curves: Mapping[str, np.ndarray],
    dense: Mapping[int, Mapping[str, np.ndarray]],
    rng: np.random.Generator,
) -> None:
    """One network: its sizes, its accuracy at the epoch that was chosen, and what goes with it."""
    setting = out.setting
    test = curves["test_top1"]
    top1 = _printed(setting, float(test[_chosen(setting, curves)]))
    predictions = f"{method}-{ratio}-{seed}" if ratio > 1 else f"dense-{seed}"
    if (test == _one_class(setting) / setting.examples).all():
        predictions = "one class"
    row: Row = {
        "dataset": "simulated",
        "architecture": "network",
        "method": method,
        "seed": seed,
        "compression_target": ratio,
        "starts_from": "trained",
        "granularity": "filter" if setting.filters and method != "dense" else "weight",
        "top1": top1,
        "n_test": setting.examples,
        "eval_batch_size": setting.batch,
        "split": "test",
        "initial_weights": "one" if setting.checkpoint else f"seed {seed}" if setting.hashed else None,
        "loss": _loss(setting, top1, method, seed, rng),
        "predictions": predictions,
    }
    own = float(dense[seed]["test_top1"][_chosen(setting, dense[seed])])
    mean = float(np.mean([each["test_top1"][_chosen(setting, each)] for each in dense.values()]))
    reference = {"own": own, "mean": mean, "elsewhere": setting.dense}[setting.change]
    change = float(test[_chosen(setting, curves)]) - reference
    row["top1_change"] = round(change, 4) if setting.printing == "logged" else change
    if setting.states_dense:
        row["dense_top1"] = _printed(setting, reference)
    kept = out.network.weights if ratio == 1 else out.network.pruned(ratio, rng)
    row |= _sizes(out, kept, pruned=ratio > 1)
    out.rows.append(row)
    out.layers.append(kept.tolist() if setting.layers else None)
    shown = curves if setting.validated else {"test_top1": test}
    out.curves.append(shown)


def _chosen(setting: Setting, curves: Mapping[str, np.ndarray]) -> int:
    """The epoch that is reported."""
    if setting.chosen == "validation":
        return int(np.argmax(curves["validation_top1"]))
    return int(np.argmin(curves["validation_loss"])) if setting.chosen == "validation loss" else setting.epochs - 1


def _printed(setting: Setting, value: float) -> float:
    """A value as its precision leaves it; rounding to decimals comes later."""
    if setting.printing == "float32":
        return float(np.float32(value))
    if setting.printing == "half":
        return float(np.float16(value))
    if setting.printing == "logged":
        return round(value, 4)
    return np.floor(value * 1e4 + 1e-9) / 1e4 if setting.printing == "cut" else value


def _loss(setting: Setting, top1: float, method: str, seed: int, rng: np.random.Generator) -> float | None:
    if setting.loss == "none":
        return None
    if method == "dense" and setting.checkpoint:
        return 0.3127461
    loss = 1.3 * (1 - top1) + abs(rng.normal(0.2, 0.01))
    return float(np.float32(loss)) if setting.loss == "float32" else loss


def _sizes(out: Simulated, kept: np.ndarray, *, pruned: bool) -> Row:
    """Parameters, MACs and the ratios that follow from them, by one of the usual definitions."""
    setting, network = out.setting, out.network
    spared = network.spared + int(network.biases.sum())
    left_spared, left_macs = spared, network.spared_macs
    if setting.filters and pruned:  # biases and normalisation go with the filters
        left_spared = round(spared * kept.sum() / network.weights.sum())
    whole, total = network.parameters, int(network.weights.sum())
    left = int(kept.sum()) + left_spared
    ratio = {
        "all": whole / left,
        "prunable": total / max(int(kept.sum()), 1),
        "layers": total / max(int(kept.sum()), 1),
    }
    macs = int(network.macs.sum()) + network.spared_macs
    macs_left = float((network.macs * kept / network.weights).sum()) + left_macs
    unit = setting.counts_in if whole >= 100 * setting.counts_in else 1
    row: Row = {
        "compression_ratio": ratio[setting.ratio_of],
        "parameters": round(whole / unit) * unit,
        "parameters_nonzero": round(left / unit) * unit if left >= 100 * unit else left,
        "macs": macs,
        "macs_nonzero": macs_left,
        "theoretical_speedup": macs / macs_left,
    }
    if setting.prunable:
        row["parameters_prunable"] = total
    return row


def _averaged(out: Simulated) -> Simulated:
    """The means over seeds of a study, with their deviations."""
    setting = out.setting
    cells: dict[tuple, list[Row]] = {}
    for row in out.rows:
        cells.setdefault((row["method"], row["compression_target"]), []).append(row)
    rows = []
    for same in cells.values():
        values = np.array([row["top1"] for row in same])
        deviation = values.std(ddof=setting.ddof) / (np.sqrt(len(values)) if setting.kind == "sem" else 1)
        first = {key: value for key, value in same[0].items() if key not in ("seed", "loss", "predictions")}
        mean = {"top1": values.mean(), "top1_deviation": deviation, "n": len(same), "deviation_kind": setting.kind}
        mean["top1_change"] = np.mean([row["top1_change"] for row in same])
        rows.append(first | mean)
    averaged = Simulated(setting, out.network, rows, [None] * len(rows), [{"test_top1": np.zeros(1)}] * len(rows))
    averaged.decimals, averaged.study = dict(out.decimals), out.study
    return averaged


def _mine(row: Row) -> bool:
    return bool(row["method"] == "method 0" and row["compression_target"] > 1)


def made_up_accuracies(study: Simulated, rng: np.random.Generator) -> None:
    """Three accuracies of a method that no count gave."""
    for number in rng.permutation(study.among(_mine))[:3]:
        study.rows[number]["top1"] = float(rng.uniform(0.5, 0.99))


def ragged_batches(study: Simulated, rng: np.random.Generator) -> None:
    """Every accuracy is divided by full batches."""
    size = study.setting.batch * -(-study.setting.examples // study.setting.batch)
    for row in study.rows:
        row["top1"] *= study.setting.examples / size


def made_up_deviations(study: Simulated, rng: np.random.Generator) -> None:
    """The deviations of a method are other numbers of the same size."""
    for number in study.among(_mine):
        study.rows[number]["top1_deviation"] *= float(np.exp(rng.uniform(-0.5, 0.5)))


def another_ratio(study: Simulated, rng: np.random.Generator) -> None:
    """The ratios of a method are stated a tenth to a half too large."""
    for number in study.among(_mine):
        study.rows[number]["compression_ratio"] *= float(rng.uniform(1.1, 1.5))


def a_layer_too_many(study: Simulated, rng: np.random.Generator) -> None:
    """The layers of a method were counted on a network that keeps a quarter more."""
    for number in study.among(_mine):
        study.layers[number] = [round(1.25 * each) for each in study.layers[number] or ()]


def beyond_the_end(study: Simulated, rng: np.random.Generator) -> None:
    """The largest ratio of a method is one and a half to four times the largest possible one."""
    end = study.network.parameters / (study.network.spared + study.network.biases.sum())
    for number in study.among(lambda row: _mine(row) and row["compression_target"] == study.setting.ratios[-1]):
        study.rows[number]["compression_ratio"] = float(end * rng.uniform(1.5, 4))


def another_speedup(study: Simulated, rng: np.random.Generator) -> None:
    """The speedups of a method are stated a tenth to a half too large."""
    for number in study.among(_mine):
        study.rows[number]["theoretical_speedup"] *= float(rng.uniform(1.1, 1.5))


def a_copied_seed(study: Simulated, rng: np.random.Generator) -> None:
    """One seed of a method is a copy of another one."""
    first = {row["compression_target"]: row for row in study.rows if _mine(row) and row["seed"] == 0}
    for number in study.among(lambda row: _mine(row) and row["seed"] == 1):
        source = first[study.rows[number]["compression_target"]]
        study.rows[number] |= {key: source[key] for key in ("top1", "loss", "predictions")}


def a_copied_seed_without_digests(study: Simulated, rng: np.random.Generator) -> None:
    """One seed of a method is a copy of another one, of which accuracies alone are recorded."""
    a_copied_seed(study, rng)
    for number, row in enumerate(study.rows):
        row |= {"loss": None, "predictions": None}
        study.curves[number] = {"test_top1": study.curves[number]["test_top1"][:1]}


def another_dense_network(study: Simulated, rng: np.random.Generator) -> None:
    """The changes of a method are from a dense network that is half a point to two points worse."""
    for number in study.among(_mine):
        study.rows[number]["top1_change"] += float(rng.uniform(0.005, 0.02))


def another_unit(study: Simulated, rng: np.random.Generator) -> None:
    """One accuracy is in percent, or a hundredth of itself."""
    row = study.rows[int(rng.choice(study.among(_mine)))]
    row["top1"] *= float(rng.choice([100.0, 0.01]))


def best_test_epochs(study: Simulated, rng: np.random.Generator) -> None:
    """Every run reports its best test epoch."""
    for row, curves in zip(study.rows, study.curves, strict=True):
        row["top1"] = _printed(study.setting, float(curves["test_top1"].max()))


def no_decline(study: Simulated, rng: np.random.Generator) -> None:
    """A method is shown where it falls by two points at most in the mean."""
    dense = study.setting.dense
    for number in study.among(_mine):
        counts = round(study.setting.examples * min(dense - 0.01 + rng.normal(0, study.setting.spread), 1))
        study.rows[number]["top1"] = _printed(study.setting, counts / study.setting.examples)
