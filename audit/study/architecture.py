"""`[architecture.NAME]`: what a person declares of an architecture."""

from typing import Annotated

from msgspec import Meta

from audit.study.section import Section

Count = Annotated[int, Meta(ge=1)]


class Architecture(Section, frozen=True):
    """An architecture: its reference, how it departs from it, its size, and the dense accuracy of the reference."""

    label: str = ""
    citation: str = ""
    differences: str = ""
    description: str = ""
    parameters: Count | None = None
    macs: Count | None = None
    top1: float | None = None
    pretraining: str = ""
    factory: str | None = None
    classifier: str | None = None
    weights: str | None = None
