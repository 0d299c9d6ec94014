"""The published collection, where it is there."""

import pytest
from small_corpora import SHARED

from audit.corpus.reading import read
from audit.papers import Corpus


@pytest.fixture(scope="session")
def published() -> Corpus:
    """The 81 papers of the survey, from the spreadsheets that its authors published."""
    if not SHARED.is_dir():
        pytest.skip(f"{SHARED} is not there: third-party data for tests and measurements")
    return read(SHARED)
