"""The errors of input that cannot be audited."""

_LONG = 40


class SourceError(Exception):
    """Nothing that could be audited, or input that is missing or cannot be read: one line that says what to do."""


class UnknownSourceError(SourceError):
    """A format is named that there is not: wrong usage, whatever the input holds."""


def quote(text: str | None) -> str:
    """A text for an error message: short, and with what cannot be seen made visible."""
    shown = (text or "").strip()
    return repr(shown if len(shown) <= _LONG else shown[:_LONG] + "…")
