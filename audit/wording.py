"""How effects, intervals and p-values are put into words, and how any text is shown as what it is."""

import unicodedata

_UNSEEN = ("Cc", "Cf", "Cs", "Zl", "Zp")  # control, format (bidi and zero width) and surrogates; line separators


def visible(text: str) -> str:
    """Text on one line that steers no terminal: what is not seen, or moves what is, is shown as an escape."""
    if text.isprintable():
        return text
    return "".join(
        letter.encode("unicode_escape").decode() if unicodedata.category(letter) in _UNSEEN else letter
        for letter in text
    )


def points(value: float, *, percent: bool, sign: bool = True) -> str:
    """An effect in words: percentage points where the metric is shown in percent."""
    shown = 100 * value if percent else value
    number = f"{shown:+.2f}" if percent else f"{shown:+.3g}"
    return (number if sign else number.lstrip("+")).replace("-", "−") + (" points" if percent else "")


def span(interval: tuple[float, float], *, percent: bool) -> str:
    """An interval in words, in the unit of the effect beside it."""
    low, high = (points(each, percent=percent).removesuffix(" points") for each in interval)
    return f"{low} to {high}"


def chances(p: float) -> str:
    """A p-value in words."""
    return f"p = {p:.2g}" if p >= 1e-4 else "p < 0.0001"
