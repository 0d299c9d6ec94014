"""The HTML templates: whatever they print is escaped, and turns no line round."""

import base64
import hashlib
import re
from functools import cache
from pathlib import Path

from jinja2 import Environment
from markupsafe import Markup, escape

from audit.render import notation, templates
from audit.wording import visible

_STEERS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")  # how a line is read


def fill(template: str, own: Path | None, **context: object) -> str:
    """The text of an HTML template, with those in `own` first; raises OwnTemplateError."""
    return templates.fill(_environment(own), template, own, **context)


@cache
def _environment(own: Path | None) -> Environment:
    made = templates.environment(templates.HTML, own, autoescape=True, finalize=_shown)
    made.filters |= {
        "prose": _prose,
        "name": _name,
        "count": notation.count,
        "quantity": notation.quantity,
        "digest": _digest,
    }
    return made


def _shown(value: object) -> object:
    """What a template prints: marks that change the order of a line, and control characters, as what they are."""
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return _STEERS.sub(lambda found: visible(found[0]), value)


def _prose(text: str) -> Markup:
    """A sentence, with names that stand between backticks set as code."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(_name(text))))


def _name(text: str) -> Markup:
    """Text with names in it, which may be broken after their underscores."""
    return Markup(str(escape(_shown(text))).replace("_", "_<wbr>"))


def _digest(script: str) -> str:
    """What a Content-Security-Policy allows an inline script by: the SHA-256 of its text, in UTF-8.

    Raises OwnTemplateError where the script has what a page reads as the end or the beginning of something else.
    """
    for wrong in ("</script", "<!--", "\0"):
        if wrong in script.lower():
            raise templates.OwnTemplateError(
                f"html/page.js: a script in a page cannot hold {wrong!r}; write it in two parts"
            )
    return f"sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}"
