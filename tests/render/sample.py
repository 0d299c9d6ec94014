"""Reports made by hand for the tests of the renderers: a realistic one, a hostile one, and a large one."""

import random
import statistics
from collections.abc import Sequence

from msgspec.structs import replace

from audit.checklist import CHECKLIST
from audit.report import (
    CellReport,
    Input,
    ItemReport,
    MethodReport,
    MetricReport,
    PairReport,
    Report,
    RuleReport,
    Standing,
    Statistic,
)
from audit.rule import Evidence, Finding, Severity, Verdict

T_QUANTILE = {2: 12.706, 3: 4.3027, 5: 2.7764, 7: 2.4469}
TOP1 = MetricReport("top1", "Top-1 accuracy", higher_is_better=True, percent=True)
RATIOS = (2, 4, 8, 16, 32, 48)
SEEDS = (1, 2, 3)
ASKED = {f"RES00{n}" for n in range(1, 7)} | {f"BAS00{n}" for n in range(1, 5)} | {"EXP004"}
HOSTILE = 'm_1 <script>alert("x")</script> \\write18{rm -rf ~} 50% & #$^ 剪枝 Жё\nnext'

# label, role, score, allocation, matched to, speedup as a power of the ratio
METHODS = {
    "global_gradient": ("Global gradient", "proposed", "gradient", "global", "", 0.62),
    "layerwise_gradient": ("Layerwise gradient", "other", "gradient", "uniform", "", 0.97),
    "global_magnitude": ("Global magnitude", "magnitude", "magnitude", "global", "", 0.66),
    "layerwise_magnitude": ("Layerwise magnitude", "magnitude", "magnitude", "uniform", "", 0.97),
    "magnitude_matched": ("Magnitude, matched layers", "magnitude", "magnitude", "matched", "global_gradient", 0.62),
    "global_random": ("Global random", "random", "random", "global", "", 0.98),
    "random_matched": ("Random, matched layers", "random", "random", "matched", "global_gradient", 0.62),
}
# mean Top-1 at RATIOS
MEANS = {
    "global_gradient": (0.991, 0.990, 0.988, 0.970, 0.888, 0.781),
    "layerwise_gradient": (0.987, 0.983, 0.863, 0.617, 0.230, 0.112),
    "global_magnitude": (0.992, 0.988, 0.987, 0.984, 0.943, 0.890),
    "layerwise_magnitude": (0.991, 0.985, 0.968, 0.899, 0.473, 0.231),
    "magnitude_matched": (0.992, 0.989, 0.986, 0.961, 0.861, 0.742),
    "global_random": (0.983, 0.958, 0.805, 0.547, 0.121, 0.100),
    "random_matched": (0.986, 0.969, 0.902, 0.702, 0.341, 0.158),
}


def statistic(values: Sequence[float | None], *, interval: bool = True) -> Statistic:
    """The summary of a cell's values, as the engine makes it."""
    known = [value for value in values if value is not None]
    mean = statistics.fmean(known) if known else None
    std = statistics.stdev(known) if len(known) > 1 else None
    ci95 = None
    if interval and std and mean is not None:
        half = T_QUANTILE[len(known)] * std / len(known) ** 0.5
        ci95 = (mean - half, mean + half)
    middle = statistics.median(known) if known else None
    low, high = (min(known), max(known)) if known else (None, None)
    return Statistic(tuple(values), len(known), mean, std, ci95, middle, low, high)


def cell(
    method: str, target: float, values: Sequence[float], speedups: Sequence[float], *, pair: tuple[str, str]
) -> CellReport:
    """A cell of the metric Top-1 with chance level 0.1, seeds numbered from 1."""
    collapsed = sum(value <= 0.13 for value in values)
    mixed = 0 < collapsed < len(values)
    achieved = [target * (1 + 0.0004 * index) for index in range(len(values))]
    return CellReport(
        dataset=pair[0],
        architecture=pair[1],
        method=method,
        compression_ratio=statistics.fmean(achieved),
        compression_target=target,
        dense=method == "dense",
        n=len(values),
        seeds=tuple(range(1, len(values) + 1)),
        failed=0,
        collapsed=collapsed,
        metrics={
            "compression_ratio": statistic(achieved),
            "theoretical_speedup": statistic(speedups),
            "top1": statistic(values, interval=not mixed),
        },
    )


def stood(given: Sequence[CellReport], *, higher_is_better: bool = True) -> tuple[CellReport, ...]:
    """Cells with their standing in Top-1: the best mean of the pruned ones at each target, nothing tested."""
    sign = 1 if higher_is_better else -1
    points: dict[tuple, list[float]] = {}
    for each in given:
        if not each.dense:
            points.setdefault(_point(each), []).append(_height(each, sign))
    return tuple(
        replace(each, standings={"top1": Standing(_height(each, sign) == max(points[_point(each)]))})
        if not each.dense and len(points[_point(each)]) > 1
        else each
        for each in given
    )


def _height(cell: CellReport, sign: int) -> float:
    return sign * (cell.metrics["top1"].mean or 0)


def _point(cell: CellReport) -> tuple:
    return (cell.dataset, cell.architecture, cell.compression_target)


def cells(pair: tuple[str, str], generator: random.Random) -> list[CellReport]:
    """The grid of the realistic study on a pair; the test set has 360 examples."""
    examples = 360
    out = [cell("dense", 1, [round(0.992 * examples + d) / examples for d in (0, 1, -1)], [1.0] * 3, pair=pair)]
    for name, (*_, power) in METHODS.items():
        for target, mean in zip(RATIOS, MEANS[name], strict=True):
            spread = 0.0035 + 0.32 * mean * (1 - mean) * (mean < 0.95)
            drawn = (min(max(generator.gauss(mean, spread), 0.1), 0.9975) for _ in SEEDS)
            values = [round(value * examples) / examples for value in drawn]
            speedups = [target**power * generator.gauss(1, 0.02) for _ in SEEDS]
            out.append(cell(name, target, values, speedups, pair=pair))
    return out


def finding(code: str, name: str, verdict: Verdict, severity: Severity = Severity.ERROR, **fields: object) -> Finding:
    """A finding with the given words and 21 runs of evidence."""
    evidence = tuple(Evidence("results/demo/mlflow.db", run_id=f"{code.lower()}{index:026x}") for index in range(20))
    words = {"message": "", "observed": "", "expected": "", "remedy": "", "scope": {}, "waiver": "", **fields}
    return Finding(code, name, severity, verdict, examined=7, evidence=evidence, evidence_total=21, **words)  # type: ignore[arg-type]


def findings() -> tuple[Finding, ...]:
    """Fourteen rules' findings, of every verdict."""
    pair = {"dataset": "digits", "architecture": "resnet8"}
    passed, failed, unknown = Verdict.PASS, Verdict.FAIL, Verdict.UNDECIDABLE
    names = dict(rule for item in CHECKLIST for rule in item.rules)
    each = [{**pair, "method": name} for name in METHODS]

    def of(code: str, verdict: Verdict, severity: Severity = Severity.ERROR, **fields: object) -> Finding:
        return finding(code, names[code], verdict, severity, **fields)

    out = [
        of(
            "RES001",
            passed,
            scope=scope,
            message="Results span a range of compression ratios.",
            observed="6 ratios, from 2× to 48×",
            expected="at least 5 ratios over a factor of 16",
        )
        for scope in each
    ]
    out += [
        of(
            "RES002",
            passed if index not in (2, 4) else failed,
            Severity.WARNING,
            scope=scope,
            message="Accuracy declines substantially at the largest ratio."
            if index not in (2, 4)
            else "No ratio is extreme enough to show where the method breaks.",
            observed=f"a drop of {drop} points at 48×",
            expected="a drop of at least 25 points from the dense control",
            remedy="" if index not in (2, 4) else "Run it at 64× and beyond.",
        )
        for index, (scope, drop) in enumerate(
            zip(each, ("21.1", "88.0", "10.2", "76.1", "25.0", "89.2", "83.4"), strict=True)
        )
    ]
    out.append(
        of(
            "RES003",
            passed,
            scope=pair,
            message="Every point states its raw accuracy.",
            observed="129 of 129",
            expected="all",
        )
    )
    out += [
        of(
            "RES004",
            passed,
            scope=scope,
            message="Enough separate runs.",
            observed="3 seeds",
            expected="at least 3 seeds",
        )
        for scope in each
    ]
    out.append(
        of(
            "RES005",
            unknown,
            scope=pair,
            message="Whether the runs began from separate initial weights cannot be told.",
            observed="no digest of the initial weights for 21 of 129 networks",
            expected="as many distinct initial weights as seeds",
            remedy="Record `initial_weights`, a digest of the weights that the method started from.",
        )
    )
    out.append(
        of(
            "RES006",
            passed,
            scope={},
            message="Bars can be computed from the seeds.",
            observed="every seed is recorded",
            expected="a measure of central tendency and of variation",
        )
    )
    out.append(
        of(
            "BAS001",
            passed,
            scope={**pair, "method": "global_gradient"},
            message="Compared with global random pruning.",
            observed="global_random at 6 of 6 ratios",
            expected="the baseline at every ratio of the proposed method",
        )
    )
    out.append(
        of(
            "BAS002",
            failed,
            scope={**pair, "method": "global_gradient"},
            message="Random pruning with the same layerwise proportions is missing at some ratios.",
            observed="random_matched at 4 of 6 ratios; not at 32×, 48×",
            expected="the baseline at every ratio of the proposed method",
            remedy="Run random pruning matched to global_gradient at 32× and 48×, with the same seeds.",
        )
    )
    out.append(
        of(
            "BAS003",
            passed,
            scope={**pair, "method": "global_gradient"},
            message="Compared with magnitude pruning.",
            observed="global_magnitude, layerwise_magnitude",
            expected="global or uniform layerwise magnitude pruning",
        )
    )
    out.append(
        of(
            "BAS004",
            Verdict.WAIVED,
            scope={**pair, "method": "global_gradient"},
            message="Magnitude pruning with the same layerwise proportions has fewer seeds.",
            observed="2 of 3 seeds",
            expected="the same seeds",
            waiver="The third run is queued on the shared machine; expires 2025-12-31.",
        )
    )
    out.append(
        of(
            "EXP004",
            Verdict.DECLARED,
            Severity.WARNING,
            scope={},
            message="Library and hardware are declared.",
            observed="torch 2.14.1, 2 × CPU",
            expected="library versions and hardware of every run",
        )
    )
    out.append(
        finding(
            "CMP002",
            "unequal-budgets",
            passed,
            scope=pair,
            message="All methods were given the same training.",
            observed="450 steps each",
            expected="equal `steps_final_weights`",
        )
    )
    out.append(
        finding(
            "CMP004",
            "selected-on-test",
            unknown,
            Severity.WARNING,
            scope=pair,
            message="Which split chose the epoch is not recorded.",
            observed="no `selected_on`",
            expected="`validation` or `none`",
            remedy="Record `selected_on` with each run.",
        )
    )
    out.append(
        finding(
            "CMP005",
            "one-size-metric-only",
            Verdict.NOT_APPLICABLE,
            Severity.NOTE,
            scope={},
            message="Nothing is said about speed.",
        )
    )
    return tuple(out)


def checklist(judged: set[str]) -> tuple[ItemReport, ...]:
    """Appendix B, with the rules of these codes judged."""
    return tuple(
        ItemReport(
            item.section,
            item.text,
            tuple(RuleReport(code, name, code in judged) for code, name in item.rules),
        )
        for item in CHECKLIST
    )


def methods() -> tuple[MethodReport, ...]:
    """The methods of the realistic study, and the dense control."""
    out = [MethodReport("dense", "Dense control", "dense", {}, {})]
    for name, (label, role, score, allocation, matched_to, _) in METHODS.items():
        fields = {
            "score": score,
            "allocation": allocation,
            "matched_to": matched_to,
            "schedule": "one_shot",
            "starts_from": "trained",
        }
        origins = {
            "score": "results",
            "allocation": "results",
            "matched_to": "audit.toml",
            "schedule": "alias table",
            "starts_from": "results",
        }
        out.append(MethodReport(name, label, role, {key: value for key, value in fields.items() if value}, origins))
    return tuple(out)


def realistic() -> Report:
    """A study as the demo makes it: digits, ResNet-8, seven methods, six ratios and the dense control, three seeds."""
    pair = PairReport("digits", "resnet8", "Digits", "ResNet-8", 0.1, 74_970, 1_270_080, 3)
    return Report(
        version="0.1.0",
        title="Does global gradient pruning beat magnitude pruning?",
        date="2025-11-22",
        inputs=(Input("results/demo/mlflow.db", "MLflow store", 129),),
        metric=TOP1,
        checklist=checklist(ASKED),
        findings=findings(),
        cells=stood(cells(("digits", "resnet8"), random.Random(1))),
        methods=methods(),
        pairs=(pair,),
        notes=("2 exact duplicate rows were counted once.",),
    )


def means(kind: str) -> Report:
    """A table of means of three networks, 93 % ± 0.5 each, whose source calls the deviation so."""
    stated = Statistic((0.93,), 1, 0.93, None, None, 0.93, 0.93, 0.93, 0.005, kind)
    whole = realistic()
    rows = tuple(
        replace(each, n=3, seeds=(None,), collapsed=0, metrics={"top1": stated})
        for each in whole.cells
        if not each.dense
    )
    return replace(whole, cells=rows, pairs=tuple(replace(pair, seeds=0) for pair in whole.pairs))


def hostile() -> Report:
    """A study whose every name, title and message tries to break out of the format that it is printed in."""
    pairs = (
        PairReport(HOSTILE, "a_b", "", "", None, None, None, 2),
        PairReport("../../etc/passwd", "a_b", "../../etc/passwd", "x" * 90, 0.1, 10, None, 2),
        PairReport("A.B", "剪", "", "", None, None, None, 0),
        PairReport("a b", "枝", "", "", None, None, None, 0),
    )
    names = (HOSTILE, "x" * 80, "--“Łódź”-- ff ÿ ∑≥×", "{}$$^^M\\end{document}")
    methods_ = tuple(
        MethodReport(name, "", role, {"score": name, "allocation": "global"}, {"score": HOSTILE}, citation=HOSTILE)
        for name, role in zip(names, ("proposed", "random", "magnitude", "other"), strict=True)
    )
    cells_ = [
        cell(name, target, (0.9 - index / 100, 0.8, 0.1)[: 2 + index % 2], (1.2, 1.3, 1.4)[: 2 + index % 2], pair=place)
        for place in ((HOSTILE, "a_b"), ("../../etc/passwd", "a_b"))
        for index, name in enumerate(names)
        for target in (2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)
    ]
    scope = {"dataset": HOSTILE, "architecture": "a_b", "method": HOSTILE, "compression_ratio": 8.0, "claim": HOSTILE}
    words = {"scope": scope, "message": HOSTILE, "observed": HOSTILE, "expected": HOSTILE, "remedy": f"`{HOSTILE}`"}
    return Report(
        version="0.1.0",
        title=HOSTILE,
        date="",
        inputs=(Input(f"{HOSTILE}/mlflow.db", HOSTILE, 0),),
        metric=MetricReport("top1", f"Top-1 {HOSTILE}", higher_is_better=True, percent=True),
        checklist=checklist(ASKED),
        findings=tuple(
            finding(code, HOSTILE, verdict, **words)
            for code, verdict in (("RES001", Verdict.FAIL), ("BAS001", Verdict.WAIVED), ("NUM001", Verdict.UNDECIDABLE))
        ),
        cells=stood(cells_),
        methods=methods_,
        pairs=pairs,
        notes=(HOSTILE,),
    )


def large() -> Report:
    """10,080 runs: 20 pairs, ten methods, seven ratios, seven seeds, 2,000 findings."""
    generator = random.Random(7)
    places = [(f"data-{index}", f"net-{index}") for index in range(20)]
    names = [f"method_{index}" for index in range(10)]
    methods_ = tuple(
        MethodReport(
            name, f"Method {name[-1]}", "proposed" if index == 0 else "other", {"score": name}, {"score": "results"}
        )
        for index, name in enumerate(names)
    )
    cells_ = [
        cell(
            name,
            target,
            [generator.uniform(0.6, 0.9) for _ in range(7)],
            [generator.uniform(1, 9) for _ in range(7)],
            pair=place,
        )
        for place in places
        for name in names
        for target in (2, 4, 8, 16, 32, 64, 128)
    ]
    findings_ = [
        finding(
            f"RES00{rule}",
            "some-rule",
            Verdict.PASS if index % 5 else Verdict.FAIL,
            scope={"dataset": place[0], "architecture": place[1], "method": name},
            message="Something was looked for.",
            observed=f"{generator.random():.3f} of something",
            expected="something",
        )
        for rule in range(1, 7)
        for place in places
        for index, name in enumerate(names)
    ]
    return Report(
        version="0.1.0",
        title="A large study",
        date="2025-11-22",
        inputs=(Input("results", "MLflow store", 10_080),),
        metric=TOP1,
        checklist=checklist(ASKED),
        findings=tuple(findings_),
        cells=stood(cells_),
        methods=methods_,
        pairs=tuple(PairReport(*place, *place, 0.1, 1_000_000, None, 7) for place in places),
    )
