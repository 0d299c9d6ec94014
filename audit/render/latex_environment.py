"""The LaTeX templates: whatever they print is escaped, and file names and labels are safe and unlike."""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from jinja2 import Environment

from audit.render import notation, templates
from audit.render.latex_text import Tex, comment, narrow, prose, sentence, spells, tex

SPELLED = "U+XXXX is a letter by its number in Unicode, which the fonts of pdflatex do not have."
LONGEST_NAME = 60  # letters of a file name


def fill(template: str, own: Path | None, **context: object) -> str:
    """The text of a LaTeX template, with those in `own` first; raises OwnTemplateError.

    `spelled` tells the template what U+XXXX is, where a letter had to be written so.
    """
    text = templates.fill(_environment(own), template, own, spelled="", **context)
    return templates.fill(_environment(own), template, own, spelled=SPELLED, **context) if spells(text) else text


@cache
def _environment(own: Path | None) -> Environment:
    made = templates.environment(templates.LATEX, own, autoescape=False, finalize=tex, keep_trailing_newline=True)
    made.filters |= {
        "prose": prose,
        "sentence": sentence,
        "as_it_is": Tex,
        "comment": comment,
        "narrow": narrow,
        "count": notation.count,
        "quantity": notation.quantity,
    }
    return made


def stems(names: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """A safe name for each of several things called by words, unlike any other even where case does not count."""
    taken: set[str] = set()
    for words in names:
        stem = "_".join(map(_safe, words))
        number = 1
        while (name := stem if number == 1 else f"{stem}-{number}").lower() in taken:
            number += 1
        taken.add(name.lower())
        yield name


def _safe(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-")[:LONGEST_NAME] or "unnamed"
