"""A pruning method, as everything about it that can change an outcome."""

from __future__ import annotations

from msgspec import Struct

from audit.schema import DENSE


class PruningMethod(Struct, frozen=True, kw_only=True, omit_defaults=True, tag="pruning", tag_field="kind"):
    """A score × an allocation × a schedule × a granularity, applied to some starting weights.

    `matched` is the method whose layerwise counts are copied, where `allocation` is `matched`. `code` is the digest of
    the source file, where the score is the user's own `module:function`.
    """

    name: str
    score: str
    allocation: str
    schedule: str = "one_shot"
    granularity: str = "weight"
    starts_from: str = "trained"
    matched: PruningMethod | None = None
    code: str | None = None


class DenseControl(Struct, frozen=True, kw_only=True, omit_defaults=True, tag="dense", tag_field="kind"):
    """No pruning: the network that all others with these starting weights are held against."""

    name: str = DENSE
    starts_from: str = "trained"
