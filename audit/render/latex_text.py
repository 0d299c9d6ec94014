"""Any text as LaTeX that prints it: escaped, and whole.

What comes out needs nothing but the LaTeX kernel, whatever the font encoding: letters that pdflatex has no font for
are written as U+XXXX, never dropped. Long words may be broken, so that a narrow column holds them.
"""

import re
import unicodedata

LONGEST_WORD = 18  # letters; a longer run may be broken anywhere
NARROW_WORD = 8

_SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_\allowbreak{}",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': "''",
    "`": r"\textasciigrave{}",
    "'": "'{}",
    "-": "-{}",  # no ligature: two hyphens stay two
    "/": r"/\allowbreak{}",
    ",": ",{}",
    "?": "?{}",
    "!": "!{}",
}
_MATHEMATICAL = {
    "×": r"\times",
    "÷": r"\div",
    "±": r"\pm",
    "−": "-",
    "·": r"\cdot",
    "≤": r"\le",
    "≥": r"\ge",
    "≠": r"\ne",
    "≈": r"\approx",
    "→": r"\to",
    "←": r"\gets",
    "∞": r"\infty",
    "†": r"\dagger",
    "‡": r"\ddagger",
    "√": r"\surd",
    "Σ": r"\Sigma",
    "∑": r"\Sigma",
    "Δ": r"\Delta",
    "Γ": r"\Gamma",
    "Θ": r"\Theta",
    "Λ": r"\Lambda",
    "Π": r"\Pi",
    "Φ": r"\Phi",
    "Ψ": r"\Psi",
    "Ω": r"\Omega",
    "α": r"\alpha",
    "β": r"\beta",
    "γ": r"\gamma",
    "δ": r"\delta",
    "ε": r"\varepsilon",
    "ζ": r"\zeta",
    "η": r"\eta",
    "θ": r"\theta",
    "κ": r"\kappa",
    "λ": r"\lambda",
    "μ": r"\mu",
    "µ": r"\mu",
    "ν": r"\nu",
    "ξ": r"\xi",
    "π": r"\pi",
    "ρ": r"\rho",
    "σ": r"\sigma",
    "τ": r"\tau",
    "φ": r"\varphi",
    "χ": r"\chi",
    "ψ": r"\psi",
    "ω": r"\omega",
    "²": "^{2}",
    "³": "^{3}",
    "¹": "^{1}",
}
_PLAIN = {
    "\N{NO-BREAK SPACE}": "~",
    "\N{NARROW NO-BREAK SPACE}": r"\,",
    "…": r"\dots{}",
    "–": r"\textendash{}",
    "—": r"\textemdash{}",
    "‘": r"\textquoteleft{}",
    "’": r"\textquoteright{}",
    "“": r"\textquotedblleft{}",
    "”": r"\textquotedblright{}",
    "°": r"\textdegree{}",
}
# Letters that both the old and the T1 font encoding can print, found by setting each of the kernel's in both.
_LETTERS = frozenset(
    "¡£¿ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝßàáâãäåæçèéêëìíîïñòóôõöøùúûüýÿĀāĂăĆćĈĉĊċČčĎďĒēĔĕĖėĚěĜĝĞğĠġĢģĤĥĨĩĪīĬĭİıĴĵĶķĹĺĻļĽľ"
    "ŁłŃńŅņŇňŌōŎŏŐőŒœŔŕŖŗŘřŚśŜŝŞşŠšŢţŤťŨũŪūŬŭŮůŰűŴŵŶŷŸŹźŻżŽžȘșȚțẞ"
)
_BREAKING_SPACE = re.compile(r"[^\S\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}]+")


class Tex(str):
    """Text that is LaTeX already."""

    __slots__ = ()


def tex(value: object, longest: int = LONGEST_WORD) -> Tex:
    """A value as LaTeX; what is LaTeX already stays as it is. White space of any kind becomes single spaces.

    Words of more than `longest` letters may be broken.
    """
    if isinstance(value, Tex):
        return value
    words = _BREAKING_SPACE.split(unicodedata.normalize("NFC", str(value)))
    return Tex(" ".join(_word(word, longest) for word in words if word))


def spells(text: str) -> bool:
    """Whether LaTeX that was made here holds a letter by its number."""
    return r"\allowbreak{}U+" in text


def narrow(value: object) -> Tex:
    """A value for a box of little width, in which words may be broken early."""
    return tex(value, NARROW_WORD)


def comment(text: str) -> Tex:
    """Text after a percent sign, which ends with the line whatever the text holds."""
    shown = (letter if letter == " " or letter.isprintable() else " " for letter in str(text))
    return Tex(" ".join("".join(shown).split()))


def prose(text: str) -> Tex:
    """A sentence, with names that stand between backticks set as code."""
    parts = re.split(r"`([^`]+)`", text)
    return Tex("".join(rf"\texttt{{{tex(part)}}}" if index % 2 else _spaced(part) for index, part in enumerate(parts)))


def sentence(text: str) -> Tex:
    """A sentence with its full stop, whether it came with one or not."""
    return Tex(prose(text.rstrip(" .")) + ".")


def _spaced(text: str) -> str:
    """A part of a sentence, keeping the spaces at its ends."""
    before, after = text[:1].isspace() * " ", text[-1:].isspace() * " "
    return f"{before}{tex(text)}{after}" if text.strip() else before


def _word(word: str, longest: int) -> str:
    unbroken, out = 0, []
    for character in word:
        written = _character(character)
        unbroken = 0 if r"\allowbreak" in written else unbroken + 1
        if unbroken > longest:
            written, unbroken = rf"\allowbreak{{}}{written}", 1
        out.append(written)
    return "".join(out)


def _character(character: str) -> str:
    if character in _SPECIAL:
        return _SPECIAL[character]
    if character in _MATHEMATICAL:
        return rf"\ensuremath{{{_MATHEMATICAL[character]}}}"
    if character in _PLAIN:
        return _PLAIN[character]
    if character in _LETTERS or " " <= character <= "~":
        return character
    return rf"\allowbreak{{}}U+{ord(character):04X}"
