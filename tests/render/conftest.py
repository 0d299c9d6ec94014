"""Sample reports."""

import pytest
import sample

from audit.report import Report


@pytest.fixture(scope="session")
def realistic() -> Report:
    """A study as the demo makes it."""
    return sample.realistic()


@pytest.fixture(scope="session")
def hostile() -> Report:
    """A study whose names try to break out."""
    return sample.hostile()


@pytest.fixture(scope="session")
def large() -> Report:
    """About ten thousand runs."""
    return sample.large()
