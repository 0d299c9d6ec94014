"""Where in a TOML file a key stands, so that every error can name its line."""

import json
import re
from collections.abc import Iterator
from functools import lru_cache

Path = tuple[str | int, ...]
_BARE = re.compile(r"[A-Za-z0-9_-]+")


def toml_key(*names: str) -> str:
    """Names as a dotted TOML key, quoted where they must be, so that what is printed can be pasted."""
    return ".".join(name if _BARE.fullmatch(name) else toml_text(name) for name in names)


def toml_text(text: str) -> str:
    """A text as TOML quotes it."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")


def line_of(text: str, path: Path) -> int:
    """The 1-based line of the key at `path` (table names, keys and indices).

    Where it is named only as the beginning of another key, that key's line; where it is not there, its parent's.
    """
    lines = _index(text)
    for length in range(len(path), 0, -1):
        if path[:length] in lines:
            return lines[path[:length]]
        below = [line for each, line in lines.items() if each[:length] == path[:length]]
        if below:
            return min(below)
    return 1


@lru_cache(maxsize=1)
def _index(text: str) -> dict[Path, int]:
    lines: dict[Path, int] = {}
    for key, line in _lines(text):
        lines.setdefault(key, line)  # an array of tables begins at its first
    return lines


def _lines(text: str) -> Iterator[tuple[Path, int]]:
    import tree_sitter  # only when a line is asked for
    import tree_sitter_toml

    tree = tree_sitter.Parser(tree_sitter.Language(tree_sitter_toml.language())).parse(text.encode())
    arrays: dict[Path, int] = {}

    def resolve(keys: Path) -> Path:
        """`keys` with the index of the array element that each array of tables is at."""
        out: Path = ()
        for key in keys:
            out += (key,)
            if out in arrays:
                out += (arrays[out],)
        return out

    for node in tree.root_node.children:
        if node.type == "pair":
            yield from _pair(node, ())
        elif node.type in ("table", "table_array_element"):
            key = next(child for child in node.children if child.type.endswith("key"))
            path = _key(key)
            if node.type == "table_array_element":
                path = (*resolve(path[:-1]), path[-1])
                arrays[path] = arrays.get(path, -1) + 1
                yield path, node.start_point[0] + 1
                path = (*path, arrays[path])
            else:
                path = resolve(path)
            yield path, node.start_point[0] + 1
            for child in node.children:
                if child.type == "pair":
                    yield from _pair(child, path)


def _key(node) -> Path:  # type: ignore[no-untyped-def]
    import tomllib

    if node.type == "dotted_key":
        return tuple(part for child in node.children if child.type.endswith("key") for part in _key(child))
    text = node.text.decode()
    return (text,) if node.type == "bare_key" else (next(iter(tomllib.loads(f"{text} = 0"))),)


def _pair(node, parent: Path) -> Iterator[tuple[Path, int]]:  # type: ignore[no-untyped-def]
    path = parent + _key(node.children[0])
    yield path, node.start_point[0] + 1
    yield from _value(node.children[-1], path)


def _value(node, path: Path) -> Iterator[tuple[Path, int]]:  # type: ignore[no-untyped-def]
    if node.type == "inline_table":
        for child in node.children:
            if child.type == "pair":
                yield from _pair(child, path)
    elif node.type == "array":
        values = [child for child in node.children if child.type not in ("[", "]", ",", "comment")]
        for index, child in enumerate(values):
            yield (*path, index), child.start_point[0] + 1
            yield from _value(child, (*path, index))
