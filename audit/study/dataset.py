"""`[dataset.NAME]`: what a person declares of a data set."""

from typing import Annotated

from msgspec import Meta

from audit.study.section import Section

Count = Annotated[int, Meta(ge=1)]


class Dataset(Section, frozen=True):
    """A data set: its splits, how its examples are fed, how many classes it has, where it comes from."""

    label: str = ""
    citation: str = ""
    classes: Count | None = None
    n_train: Count | None = None
    n_validation: int | None = None
    n_test: Count | None = None
    resolution: str | None = None
    normalisation: str | None = None
    augmentation: str | None = None
    batch_size: Count | None = None
    digest: str | None = None
    factory: str | None = None
    root: str | None = None
