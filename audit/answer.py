"""What is answered to a claim: data only, in no format.

Effects are in the metric's own unit and in the better direction: above 0 the method is better than what it is held
against, whichever way the metric points.
"""

from enum import Enum

from msgspec import Struct


class Outcome(Enum):
    """What the data say of a claim."""

    SUPPORTED = "supported"
    CONTRADICTED = "contradicted"
    UNDECIDABLE = "undecidable"


class Test(Struct, frozen=True):
    """One comparison: its effect with the two-sided 95 % interval, the p-value, the networks of each side, the test.

    `p` is two-sided, against 0, or against the edge of the margin: where it is below 0.05 the 95 % interval lies wholly
    on one side of it. Of equivalence it is the larger of two one-sided ones. Where nothing could be tested all are None
    and `reason` says why; counted quantities that are the same in every run have an effect and no p. `ratio` is None
    for a curve, `speedup` what was asked for where that was no ratio; `metric` is the claim's, or the quality that an
    efficiency claim may not lose. `condition` is what the outcome is bound to: "for this checkpoint", "on this test
    set".
    """

    dataset: str
    architecture: str
    ratio: float | None
    metric: str
    percent: bool
    outcome: Outcome
    effect: float | None
    interval: tuple[float, float] | None
    p: float | None
    n: tuple[int, int]
    test: str
    condition: str = ""
    reason: str = ""
    notes: tuple[str, ...] = ()
    speedup: float | None = None

    __test__ = False  # is no test of pytest's


class Seeds(Struct, frozen=True):
    """Seeds a cell needs to find a declared difference: for the deviation seen, and for its upper 80 % limit.

    None stands for more than 30, which is not practical.
    """

    least: int | None
    most: int | None

    def __str__(self) -> str:
        if self.least is None:
            return "more than 30 seeds a cell (not practical)"
        if self.most is None:
            return f"{self.least} to more than 30 seeds a cell"
        return f"{self.least} seeds a cell" if self.least == self.most else f"{self.least}–{self.most} seeds a cell"


class Answer(Struct, frozen=True):
    """The answer to one claim.

    `effect`, `interval`, `n` and `test` are those of the comparison that decides: of a claim over all points the
    weakest one, of a claim over any the strongest. `p` is of the claim as a whole, in the direction in which the data
    lean; `p_adjusted` is held against `level`, after Holm's correction over the primary claims of the stage. Both are
    None where something else than runs is missing. `seeds` is what it would take where a difference of interest is
    declared. `smallest_margin` is the smallest margin that the data could support, known only after the fact.
    """

    claim: str
    statement: str
    kind: str
    method: str
    against: str
    metric: str
    percent: bool
    endpoint: str
    over: str
    primary: bool
    stage: int
    level: float
    margin: float | None
    outcome: Outcome
    condition: str
    reason: str
    remedy: str
    effect: float | None
    interval: tuple[float, float] | None
    p: float | None
    p_adjusted: float | None
    n: tuple[int, int] | None
    test: str
    seeds: Seeds | None
    smallest_margin: float | None
    notes: tuple[str, ...] = ()
    tests: tuple[Test, ...] = ()
