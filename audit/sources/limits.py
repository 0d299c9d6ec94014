"""How much is read of a file before it is refused: what no results file holds would only fill the memory."""

from pathlib import Path

from audit.sources.errors import SourceError

LONGEST_LINE = 64 << 20  # bytes: a hundred thousand columns take two million
LARGEST_DOCUMENT = 256 << 20  # bytes of one JSON or YAML document
_CHUNK = 1 << 20


def refuse_long_lines(path: Path) -> None:
    """Raises SourceError, naming the line, where one is longer than LONGEST_LINE; OSError where there is no file."""
    if path.stat().st_size <= LONGEST_LINE:
        return
    length, number = 0, 1
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            first, last = chunk.find(b"\n"), chunk.rfind(b"\n")
            if length + (first if first >= 0 else len(chunk)) > LONGEST_LINE:
                raise SourceError(
                    f"{path}, row {number}: has over {LONGEST_LINE >> 20} MiB; expected shorter rows: is a quote "
                    "unclosed, or the file no table?"
                )
            number += chunk.count(b"\n")
            length = length + len(chunk) if last < 0 else len(chunk) - last - 1


def content(path: Path) -> bytes:
    """The whole of one document; raises SourceError where it cannot be read, or is larger than LARGEST_DOCUMENT."""
    try:
        size = path.stat().st_size
        if size > LARGEST_DOCUMENT:
            raise SourceError(f"{path}: has {size >> 20:,} MiB; expected {LARGEST_DOCUMENT >> 20} at most")
        return path.read_bytes()
    except OSError as error:
        raise SourceError(f"{path}: cannot be read: {error.strerror}") from error
