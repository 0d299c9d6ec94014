"""Reading a collection, whichever of its two forms a directory holds."""

from pathlib import Path

from audit.corpus import spreadsheets, tables
from audit.papers import Corpus
from audit.sources.errors import SourceError


def read(directory: Path) -> Corpus:
    """The collection in a directory: the published spreadsheets, or tables of ours.

    Raises SourceError, with the file and the row, where it holds none or a wrong one.
    """
    if not directory.is_dir():
        what = "is not a directory" if directory.exists() else "is not there"
        raise SourceError(f"{directory}: {what}; expected a directory with the tables of a collection")
    if spreadsheets.recognise(directory):
        if tables.recognise(directory):
            raise SourceError(f"{directory}: holds `{spreadsheets.PAPERS}` and a table `papers`; remove one of them")
        return spreadsheets.read(directory)
    if tables.recognise(directory):
        return tables.read(directory)
    raise SourceError(
        f"{directory}: holds no collection; expected papers.csv or papers.parquet, or `{spreadsheets.PAPERS}`"
    )
