"""What a study cites as BibTeX: its methods, architectures, data sets and comparisons, and the checklist itself."""

import re
from collections import Counter
from collections.abc import Iterator

from audit.render.latex_text import tex
from audit.report import Reference, Report

_SPACERS = re.compile(r"([,?!'-])\{\}")


def render(report: Report) -> str:
    """The entries in the order of their keys; publications that would share a key get a letter each."""
    used: Counter[str] = Counter()
    entries = []
    for each in sorted(report.references, key=lambda each: (each.key, str(each.fields))):
        used[each.key] += 1
        suffix = "" if used[each.key] == 1 else _letters(used[each.key] - 1)
        entries.append("\n".join(_entry(each, each.key + suffix)))
    return f"% What the study cites, gathered by prune-audit {report.version}.\n\n" + "\n\n".join(entries) + "\n"


def _entry(reference: Reference, key: str) -> Iterator[str]:
    yield f"@{reference.kind}{{{key},"
    for name, value in reference.fields.items():
        text = _field(value)
        yield f"  {name} = {{{f'{{{text}}}' if name == 'title' else text}}},"
    yield "}"


def _field(text: str) -> str:
    r"""A field of an entry: BibTeX counts the braces of `\{` too, and takes names apart at their commas."""
    escaped = tex(text).replace(r"\{", r"\textbraceleft{}").replace(r"\}", r"\textbraceright{}")
    return _SPACERS.sub(r"\1", escaped.replace(r"\allowbreak{}", ""))


def _letters(number: int) -> str:
    return "abcdefghijklmnopqrstuvwxyz"[number % 26] * (number // 26 + 1)
