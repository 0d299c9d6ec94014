"""Any text as Markdown that shows it: nothing of a name can become a link, an image, HTML or a mention of somebody."""

import re

from audit.wording import visible

_SPECIAL = re.compile(r"[\\*\[\]~$`]|(?<![^\W_])_|_(?![^\W_])|:(?=//)|(?<=www)\.")
_ENTITY = re.compile(r"[<>&|]")
_REFERENCE = re.compile(r"([@#])(?=\w)")  # a mention of somebody, or of an issue
_BLANKS = re.compile(r"\s+")
_CODE = re.compile(r"`([^`]*)`")


def prose(text: str) -> str:
    """Text on one line, with names that stand between backticks set as code, and nothing else as markup."""
    text = visible(_BLANKS.sub(" ", text).strip())
    out, at = [], 0
    for code in _CODE.finditer(text):
        out += [plain(text[at : code.start()]), f"`{code[1].replace('|', '¦')}`" if code[1].strip() else "\\`\\`"]
        at = code.end()
    return "".join((*out, plain(text[at:])))


def plain(text: str) -> str:
    """Text of which nothing is markup."""
    escaped = _REFERENCE.sub("\\1\u200b", _SPECIAL.sub(r"\\\g<0>", text))
    return _ENTITY.sub(lambda each: f"&#{ord(each[0])};", escaped)
