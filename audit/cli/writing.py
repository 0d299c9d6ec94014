"""Writing files so that nothing of a person's is lost: whole or not at all."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path


def refuse(file: Path, inputs: Iterable[str | Path]) -> str:
    """Why a file must not be written: it is an input, or no regular file; "" where it may be."""
    if file.exists() and not file.is_file():
        return f"{file}: is not a regular file; name another"
    target = file.resolve()
    for each in map(Path, inputs):
        if each.exists() and (
            target == each.resolve() or (each.is_dir() and file.exists() and target.parent == each.resolve())
        ):
            return f"{file}: is part of the input; name another file"
    return ""


def write_all(directory: Path, files: Mapping[str, str | bytes]) -> list[Path]:
    """Write files by name into a directory, made if need be; none is replaced before all are written.

    Raises OSError that names the file.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except FileExistsError as error:
        raise OSError(error.errno, "is a file; expected a directory", str(directory)) from error
    written: dict[Path, Path] = {}
    try:
        for name, text in files.items():
            path = directory / name
            temporary = directory / f".{name}.{os.getpid()}"
            written[temporary] = path
            _write(temporary, text, path)
        for temporary, path in written.items():
            temporary.replace(path)
    finally:
        for temporary in written:
            temporary.unlink(missing_ok=True)
    return list(written.values())


def _write(temporary: Path, content: str | bytes, path: Path) -> None:
    try:
        if isinstance(content, bytes):
            temporary.write_bytes(content)
        else:
            temporary.write_text(content, encoding="utf-8", errors="backslashreplace")
    except OSError as error:  # a full disk names no file
        raise OSError(error.errno, error.strerror, str(path)) from error
