"""`[metric.NAME]`: how the quality that the study reports is read."""

from typing import Annotated, Literal

from msgspec import Meta

from audit.study.section import Section


class Metric(Section, frozen=True):
    """A metric: which direction is better, its range and chance level, and the drop that counts as substantial.

    `count` says that the metric times `n_test` is a whole number. `percent` shows fractions as percentages.
    """

    label: str = ""
    direction: Literal["higher", "lower"] = "higher"
    range: tuple[float, float] | None = None
    chance: float | None = None
    substantial_drop: Annotated[float, Meta(gt=0)] | None = None
    count: bool = False
    percent: bool = False


TOP1 = Metric(label="Top-1 accuracy", range=(0.0, 1.0), substantial_drop=0.05, count=True, percent=True)
