"""A pruning method, as everything about it that can change an outcome."""

from __future__ import annotations

from msgspec import Struct

from audit.schema import DENSE
from runners.pruning.schedule import AT_ONCE, Settings


class PruningMethod(Struct, frozen=True, kw_only=True, omit_defaults=True, tag="pruning", tag_field="kind"):
    """A score × an allocation × a schedule × a granularity, applied to some starting weights.

    `settings` are the numbers of the schedule. `matched` is the method whose layerwise counts are copied, where
    `allocation` is `matched`; `pattern` is N:M, where `granularity` is `n_m`. `code` is the digest of the source file,
    where the score is the user's own `module:function`. `prune` is a `module:function` of the user's that does it all:
    then it is the score, too, and the allocation is its own.
    """

    name: str
    score: str
    allocation: str
    schedule: str = "one_shot"
    granularity: str = "weight"
    starts_from: str = "trained"
    settings: Settings | None = None
    matched: PruningMethod | None = None
    pattern: str | None = None
    code: str | None = None
    prune: str | None = None

    @property
    def removes_channels(self) -> bool:
        """Whether filters are removed by their scores, and not by code of the user's own."""
        return self.granularity == "filter" and self.prune is None

    @property
    def follows_training(self) -> bool:
        """Whether a mask, or that of the method it is matched to, depends on more training than the starting weights'.

        It cannot be found from those weights alone.
        """
        own = self.schedule not in AT_ONCE or self.prune is not None
        return own or (self.matched is not None and self.matched.follows_training)


class DenseControl(Struct, frozen=True, kw_only=True, omit_defaults=True, tag="dense", tag_field="kind"):
    """No pruning: the network that all others with these starting weights are held against.

    With a `schedule` it is that of networks whose weights are trained on in each of its `rounds`, and goes through the
    same training as they do.
    """

    name: str = DENSE
    starts_from: str = "trained"
    settings: Settings | None = None
    schedule: str | None = None
    rounds: int = 1


class ScratchControl(Struct, frozen=True, kw_only=True, omit_defaults=True, tag="scratch", tag_field="kind"):
    """No pruning: the small network that a method leaves at the same seed and ratio, trained from fresh weights."""

    name: str
    like: PruningMethod
    starts_from: str = "init"
    settings: Settings | None = None


Method = PruningMethod | DenseControl | ScratchControl
