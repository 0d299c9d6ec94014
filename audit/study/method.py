"""`[method.NAME]`: what a person declares of a pruning method."""

from typing import Literal

from audit.study.section import Section


class Method(Section, frozen=True):
    """A method: whether it is the proposed one, what it is made of, and where it was published.

    `score` may be a name, or `module:function` for one of the user's own; `prune` is a `module:function` that takes its
    place and finds the masks, or a smaller model, by itself. `pattern` is N:M, such as `2:4`, where N of every M
    weights are kept. A method may be declared that has no rows.
    `ours` says whose it is, `differences` how its training departs from that of the methods it is compared with.
    `settings_tried` counts the hyperparameter settings tried for it, and `selected_on` names the split that they were
    compared on.
    """

    label: str = ""
    proposed: bool = False
    score: str | None = None
    allocation: str | None = None
    matched_to: str | None = None
    schedule: str | None = None
    granularity: str | None = None
    pattern: str | None = None
    starts_from: Literal["init", "rewind", "trained"] | None = None
    prune: str | None = None
    citation: str = ""
    year: int | None = None
    ours: bool | None = None
    description: str = ""
    differences: str = ""
    optimizer: str | None = None
    learning_rate: float | None = None
    learning_rate_schedule: str | None = None
    weight_decay: float | None = None
    batch_size: int | None = None
    steps_final_weights: int | None = None
    steps_total: int | None = None
    settings_tried: int | None = None
    selected_on: str | None = None
