"""Names of LaTeX macros for things that have any names: letters only, and no two things share one.

Words begin with a capital, digits are spelled (`resnet20` is `ResnetTwoZero`, `2.5` is `TwoPointFive`), and what is no
letter or digit of ASCII parts words. Things that would then be called alike all get four more letters, made from what
they are called in full, so that a name does not depend on what else is in a study unless it collides.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable

from audit.render import notation

_DIGITS = ("Zero", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine")
_WORD = re.compile(r"[A-Za-z]+|[0-9]")
_LETTERS = "abcdefghijklmnop"


def macro_words(names: Iterable[str]) -> dict[str, str]:
    """A word of letters for each of several names, none of which is another's."""
    plain = {name: _plain(name) for name in dict.fromkeys(names)}
    taken = Counter(word.lower() for word in plain.values())
    return {name: word if word and taken[word.lower()] == 1 else word + letters(name) for name, word in plain.items()}


def ratio_word(ratio: float) -> str:
    """A compression ratio as a word: TwoPointFive."""
    return "".join("Point" if letter == "." else _DIGITS[int(letter)] for letter in notation.general(ratio))


def _plain(name: str) -> str:
    return "".join(_DIGITS[int(word)] if word.isdigit() else word[0].upper() + word[1:] for word in _WORD.findall(name))


def letters(name: str) -> str:
    """Four letters made from a name."""
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()
    return "".join(_LETTERS[int(digit, 16)] for digit in digest[:4]).capitalize()
