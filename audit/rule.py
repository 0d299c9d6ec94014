"""What a rule is and what it says: Rule, Judgement, Finding, Verdict, Severity."""

from collections.abc import Mapping, Sequence
from enum import Enum, IntEnum
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
from msgspec import Struct, field

if TYPE_CHECKING:
    from audit.subjects import Subjects


class Verdict(Enum):
    """What is said of one (rule, scope). Missing evidence is never a pass."""

    FAIL = "fail"
    UNDECIDABLE = "undecidable"
    WAIVED = "waived"
    DECLARED = "declared"
    PASS = "pass"
    NOT_APPLICABLE = "not_applicable"


class Severity(IntEnum):
    """How much a fail or an undecidable weighs; larger is worse."""

    NOTE = 1
    WARNING = 2
    ERROR = 3

    @classmethod
    def parse(cls, text: str) -> "Severity":
        """The severity of that name; raises KeyError for another word."""
        return cls[text.upper()]

    def __str__(self) -> str:
        return self.name.lower()


class Scope(Enum):
    """What one finding of a rule speaks of."""

    STUDY = "study"
    PAIR = "pair"
    METHOD = "method"
    CLAIM = "claim"
    COMPARISON = "comparison"


Key = tuple[str | int, ...]  # of audit.toml: names of tables and keys, and indices from 0

FAIL, UNDECIDABLE, DECLARED = Verdict.FAIL, Verdict.UNDECIDABLE, Verdict.DECLARED
PASS, NOT_APPLICABLE = Verdict.PASS, Verdict.NOT_APPLICABLE


class Judgement(Struct, frozen=True):
    """What a check says of each of its subjects (cells, methods on a pair, pairs, or the study).

    `verdict` (subjects,) holds a Verdict each. `observed`, `expected`, `message` and `remedy` are one text for all, one
    for each verdict, or a sequence (subjects,); `observed` may hold numbers. `rows` overrides the evidence of the
    subjects: one array of row numbers per subject. `severity` (subjects,) overrides the rule's. `declared` (subjects,)
    are the keys of audit.toml that the subjects stand at. `details` (subjects,) say what was seen of each, where
    `observed` sums them up. The engine groups subjects into findings, and tells three distinct texts of a group.
    """

    subjects: "Subjects"
    verdict: Sequence[Verdict] | np.ndarray
    observed: Any = ""
    expected: Any = ""
    message: Any = ""
    remedy: Any = ""
    rows: Sequence[np.ndarray] | None = None
    severity: Sequence[Severity] | None = None
    declared: Sequence[Key] | None = None
    details: Sequence[str] | None = None


def verdicts(*cases: tuple[np.ndarray, Verdict], otherwise: Verdict) -> np.ndarray:
    """(subjects,) the verdict of the first case whose mask (subjects,) holds."""
    out = np.full(len(cases[0][0]), otherwise, object)
    for mask, verdict in reversed(cases):
        out[mask] = verdict
    return out


Parameter = float | int | str


class Rule(Struct, frozen=True):
    """One fault that the checklist names: the `RULE` of a module that also has `check(case, **parameters)`.

    `needs` are the columns without which nothing can be said: where all rows of a scope lack one of them, the engine
    gives `absent` for it and the check is not asked. `parameters` are its numbers, set under `[rules.NAME]`. A rule
    that comes `last` judges what the others found: its check is `check(case, findings, **parameters)`.
    """

    code: str
    name: str
    severity: Severity
    scope: Scope
    absent: Verdict
    needs: tuple[str, ...] = ()
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    last: bool = False


class Evidence(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where a number came from: a row of a file, or a run of a store. Written without what is None."""

    source: str
    row: int | None = None
    run_id: str | None = None


class Finding(Struct, frozen=True):
    """What is told of one (rule, verdict, scope).

    `scope` holds those of dataset, architecture, method, compression_ratio, claim, comparison that apply. `examined`
    counts the subjects (cells, networks, methods) that were looked at; `evidence` is the first 20 of `evidence_total`.
    `declared` is the key of audit.toml that the finding stands at, or would; `waived_by` is the number of its waiver.
    `cells` are the numbers of those whose own numbers it doubts; `details` what was seen of each subject where
    `observed` sums it up.
    """

    code: str
    name: str
    severity: Severity
    verdict: Verdict
    scope: Mapping[str, str | float]
    message: str
    observed: str
    expected: str
    remedy: str
    examined: int
    evidence: tuple[Evidence, ...]
    evidence_total: int
    waiver: str = ""
    declared: Key = ()
    waived_by: int | None = None
    cells: tuple[int, ...] = ()
    details: tuple[str, ...] = ()
