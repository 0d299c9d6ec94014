"""`[[claim]]`: what the study asserts, in a form that can be tested."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Literal

from msgspec import Meta

from audit.study.convert import Problem, suggest
from audit.study.metric import TOP1, Metric
from audit.study.section import Section

Positive = Annotated[float, Meta(gt=0)]

COLLAPSE_RATE = "collapse_rate"  # the share of a cell's runs at chance level: the one claim that mixed cells can decide
COSTS: Mapping[str, Metric] = {
    "theoretical_speedup": Metric(label="theoretical speedup"),
    "macs_nonzero": Metric(label="remaining MACs", direction="lower"),
    "latency_pruned": Metric(label="latency", direction="lower"),
}
QUALITIES: Mapping[str, Metric] = {
    "top1": TOP1,
    "top5": Metric(label="Top-5 accuracy", range=(0.0, 1.0), count=True, percent=True),
    "loss": Metric(label="loss", direction="lower"),
    "before_finetuning_top1": Metric(label="Top-1 before fine-tuning", range=(0.0, 1.0), count=True, percent=True),
    "recalibrated_top1": Metric(label="recalibrated Top-1", range=(0.0, 1.0), count=True, percent=True),
    COLLAPSE_RATE: Metric(label="collapse rate", direction="lower", range=(0.0, 1.0), percent=True),
}


class Claim(Section, frozen=True):
    """A claim: its kind, the method, what it is held against, and where it is said to hold.

    `metric` is the study's own where it is left out, and `theoretical_speedup` for `efficiency`, whose `against` is the
    dense network then. `margin` is for `non-inferiority` and `equivalence`, and has no default; for `efficiency` it is
    what the study's metric may lose. `effect` is the smallest difference of interest, for the number of seeds.
    `ratios` are compression ratios above 1; left out, every ratio that both methods share. `seeds` are those the claim
    is tested on: of a `stage` above 1, the seeds that were added for it. `figure` is the method's headline value, as it
    stands in the text: of the claim's metric, on its one pair and at its one ratio.
    """

    kind: Literal["superiority", "non-inferiority", "equivalence", "efficiency"]
    method: str
    name: str = ""
    statement: str = ""
    against: str | None = None
    metric: str | None = None
    endpoint: Literal["ratios", "curve"] = "ratios"
    ratios: tuple[Positive, ...] = ()
    datasets: tuple[str, ...] = ()
    architectures: tuple[str, ...] = ()
    seeds: tuple[int | str, ...] = ()
    margin: Positive | None = None
    effect: Positive | None = None
    figure: float | None = None
    over: Literal["all", "any"] = "all"
    primary: bool = False
    stage: Annotated[int, Meta(ge=1)] = 1


def claim_labels(claims: Sequence[Claim]) -> tuple[str, ...]:
    """What each claim is called: its name, else its kind and methods; a number tells equal ones apart."""
    seen: dict[str, int] = {}
    labels = []
    for claim in claims:
        label = claim.name or f"{claim.kind} of {claim.method}" + (f" to {claim.against}" if claim.against else "")
        seen[label] = seen.get(label, 0) + 1
        labels.append(label if seen[label] == 1 else f"{label} ({seen[label]})")
    return tuple(labels)


def contradictions(claims: Sequence[Claim | None], metrics: Mapping[str, Metric | None]) -> Iterator[Problem]:
    """What no results could put right: keys of a claim that contradict each other, and metrics that nothing defines."""
    names: dict[str, int] = {}
    known = {*metrics, *COSTS, *QUALITIES}
    for number, claim in enumerate(claims):
        if claim is None:  # has told its problems already
            continue
        where = ("claim", number)
        if claim.name and names.setdefault(claim.name, number) != number:
            yield (*where, "name"), f"two claims are named `{claim.name}`"
        if claim.method == claim.against:
            yield (*where, "against"), f"`{claim.method}` is held against itself"
        if claim.metric is not None and claim.metric not in known:
            meant = suggest(claim.metric, sorted(known))
            yield (*where, "metric"), f"metric `{claim.metric}` is defined by no `[metric.{claim.metric}]`{meant}"
        if claim.kind == "efficiency" and claim.metric not in (None, *COSTS):
            yield (*where, "metric"), f"an efficiency claim speaks of one of {', '.join(COSTS)}"
        if claim.kind == "superiority" and claim.margin is not None:
            yield (*where, "margin"), "superiority has no margin; the smallest difference of interest is `effect`"
        if claim.margin is not None and claim.margin >= _largest_margin(claim, metrics):
            given = f"{100 * claim.margin:g} points, twice a substantial drop or more"
            yield (*where, "margin"), f"a margin is in the metric's unit: this is {given}; half a point is 0.005"
        if claim.metric == COLLAPSE_RATE and claim.endpoint == "curve":
            yield (*where, "endpoint"), f"`{COLLAPSE_RATE}` is claimed at ratios, not over a curve"
        if any(ratio <= 1 for ratio in claim.ratios):
            yield (*where, "ratios"), "a claim's ratios are above 1: 1× is the dense network"
        if claim.stage > 1 and not claim.seeds:
            yield (*where, "stage"), "a stage above 1 is tested on its own seeds: list them in `seeds`"


def _largest_margin(claim: Claim, metrics: Mapping[str, Metric | None]) -> float:
    """What no margin of a metric shown in percent can exceed: twice its substantial drop; 0.5 is not half a point."""
    own = "top1" if "top1" in metrics or not metrics else next(iter(metrics))
    name = own if claim.kind == "efficiency" else claim.metric or own
    definition = metrics.get(name) or QUALITIES.get(name)
    if name == "top1" or (definition is not None and definition.percent):
        return 2 * ((definition and definition.substantial_drop) or TOP1.substantial_drop or 1.0)
    return float("inf")
