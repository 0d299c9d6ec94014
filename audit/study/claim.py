"""`[[claim]]`: what the study asserts, in a form that can be tested."""

from typing import Annotated, Literal

from msgspec import Meta

from audit.study.section import Section

Positive = Annotated[float, Meta(gt=0)]


class Claim(Section, frozen=True):
    """A claim: its kind, the method, what it is held against, and where it is said to hold."""

    kind: Literal["superiority", "non-inferiority", "equivalence", "efficiency"]
    method: str
    name: str = ""
    statement: str = ""
    against: str | None = None
    metric: str = "top1"
    endpoint: Literal["ratios", "curve"] = "ratios"
    ratios: tuple[Positive, ...] = ()
    datasets: tuple[str, ...] = ()
    architectures: tuple[str, ...] = ()
    margin: Positive | None = None
    effect: Positive | None = None
    over: Literal["all", "any"] = "all"
    primary: bool = False
    stage: Annotated[int, Meta(ge=1)] = 1
