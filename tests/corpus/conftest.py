"""The published collection, where it is there."""

import pytest

from audit.corpus.reading import read
from audit.papers import Corpus
from tests.corpus.small_corpora import SHARED


@pytest.fixture(scope="session")
def published() -> Corpus:
    """The 81 papers of the survey, from the spreadsheets that its authors published."""
    if not SHARED.is_dir():
        pytest.skip(f"{SHARED} is not there: third-party data for tests and measurements")
    return read(SHARED)
