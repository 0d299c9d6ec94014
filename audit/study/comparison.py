"""`[[comparison]]`: a technique by others that the study is compared with, outside its own runs."""

import datetime
from typing import Literal

from audit.study.section import Section


class Figure(Section, frozen=True):
    """One reported figure of a compared technique."""

    dataset: str | None = None
    architecture: str | None = None
    compression_ratio: float | None = None
    theoretical_speedup: float | None = None
    top1: float | None = None
    top5: float | None = None
    value: float | None = None
    metric: str | None = None


class Comparison(Section, frozen=True):
    """A technique, its reference and date, how its figures were produced, and how their setting differs from ours."""

    technique: str
    reference: str | None = None
    year: int | None = None
    date: datetime.date | None = None
    source: Literal["paper", "reimplementation", "authors-code"] | None = None
    differences: str | None = None
    figures: tuple[Figure, ...] = ()
