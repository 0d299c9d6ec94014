"""Sample reports, and a browser that may ask no network for anything."""

from collections.abc import Iterator

import pytest
import sample
from programs import missing, needed

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


@pytest.fixture(scope="session")
def browser() -> Iterator[object]:
    """Chromium without a window, with a profile of its own."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        missing("playwright is not installed")
    program = needed("chromium")
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=arguments)
        yield chromium
        chromium.close()
