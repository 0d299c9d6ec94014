"""`[dataset.NAME]`: what a person declares of a data set."""

from typing import Annotated

from msgspec import Meta

from audit.study.section import Section

Count = Annotated[int, Meta(ge=1)]


class Dataset(Section, frozen=True):
    """A data set: its splits, how its examples are fed, how many classes it has, where it comes from.

    `factory`, `root`, `base`, `size` and `limit` are for `audit run`: `root` is the directory of the files; `base`
    names the data set that this one is derived from, with images of `size` × `size` pixels and a stratified sample of
    `limit` training examples. See [data sets](datasets.md).
    """

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
    base: str | None = None
    size: Count | None = None
    limit: Count | None = None
