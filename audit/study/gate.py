"""`[gate]`: which rules fail a build."""

from typing import Literal

from msgspec import field

from audit.study.section import Section


class Gate(Section, frozen=True):
    """The rules that the gate looks at (all, where none is named) and the severity each has there."""

    rules: tuple[str, ...] = ()
    severities: dict[str, Literal["error", "warning", "note"]] = field(default_factory=dict)
    fail_on: Literal["error", "warning", "note"] = "error"
