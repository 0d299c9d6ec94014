"""`[gate]`: which rules fail a build."""

from typing import Literal

from audit.study.section import Section


class Gate(Section):
    """The rules that the gate looks at (all, where none is named) and the severity each has there."""

    rules: tuple[str, ...] = ()
    severities: dict[str, Literal["error", "warning", "note"]] = {}
    fail_on: Literal["error", "warning", "note"] = "error"
