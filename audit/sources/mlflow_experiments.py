"""Which of MLflow's experiments are read: those that a source or `--experiment` names, else all that are active."""

import difflib
from collections.abc import Mapping
from typing import TypeVar

from audit.sources.errors import SourceError
from audit.study.source import Source

_SHOWN = 8
Identifier = TypeVar("Identifier")


def choose(name: str, present: Mapping[str, Identifier], source: Source | None) -> list[Identifier] | None:
    """The identifiers of the experiments that are named, None where none is; `present` has the active ones by name.

    Raises SourceError for a name that is not there.
    """
    if source is None or not source.experiments:
        return None
    for wanted in source.experiments:
        if wanted not in present:
            close = difflib.get_close_matches(wanted, present, 1)
            shown = ", ".join(sorted(present)[:_SHOWN]) + (", …" if len(present) > _SHOWN else "")
            hint = f"did you mean `{close[0]}`?" if close else f"it has: {shown}" if present else "it has none"
            raise SourceError(f"{name}: no active experiment `{wanted}`; {hint}")
    return [present[wanted] for wanted in dict.fromkeys(source.experiments)]
