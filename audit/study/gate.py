"""`[gate]`: which rules fail a build."""

from typing import Literal

from msgspec import field

from audit.study.section import Section


class Gate(Section, frozen=True):
    """The rules that fail a build (all errors, where none is named) and the severity that rules have there.

    A rule that `rules` names is an error there unless `severities` says another.
    """

    rules: tuple[str, ...] = ()
    severities: dict[str, Literal["error", "warning", "note"]] = field(default_factory=dict)
    fail_on: Literal["error", "warning", "note"] = "error"
