"""Addresses: what is one, and what is never shown of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.sources.address import Address, is_address
from audit.sources.errors import SourceError


@pytest.mark.parametrize(
    ("text", "shown", "credentials"),
    [
        ("http://localhost:5000", "http://localhost:5000", ("", "")),
        ("https://tracking.example.org/mlflow/", "https://tracking.example.org/mlflow", ("", "")),
        ("https://me:s%40cret@example.org:80/x?token=1#y", "https://example.org:80/x", ("me", "s@cret")),
        ("https://me@example.org", "https://example.org", ("me", "")),
        ("http://[::1]:5000", "http://[::1]:5000", ("", "")),
        ("postgresql://me:pw@db.example.org:5432/runs?sslmode=require", "postgresql://db.example.org:5432/runs",
         ("me", "pw")),
        ("postgresql+psycopg2://me:pw@db/runs", "postgresql://db/runs", ("me", "pw")),
        ("postgresql:///runs", "postgresql:///runs", ("", "")),
    ],
)  # fmt: skip
def test_what_an_address_shows(text: str, shown: str, credentials: tuple[str, str]) -> None:
    """Neither user, password nor settings; the driver of a database is MLflow's affair."""
    address = Address.parse(text)
    assert is_address(text)
    assert (str(address), address.credentials) == (shown, credentials)
    assert "pw" not in repr(address) and "s%40cret" not in repr(address)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("http://me:sec/ret@host:5000", ("is no address", "%2F")),
        ("http://me:sec?ret@host:5000", ("is no address", "%3F")),
        ("postgresql://me:sec#ret@host/runs", ("is no address", "%23")),
        ("postgresql://host/runs?user=me@home&password=secret", ("is no address", "%40")),
        ("http://me:secret@host:port", ("is no address", "http://host:port")),
        ("http://me:secret@", ("is no address",)),
        ("mysql://me:secret@host/runs", ("mysql://…", "cannot be read")),
        ("sqlite:///results/mlflow.db", ("is a file", "by its path alone")),
    ],
)
def test_what_is_no_address(text: str, words: tuple[str, ...]) -> None:
    """One line that repeats nothing of a password, wherever it stands."""
    with pytest.raises(SourceError) as caught:
        Address.parse(text)
    assert all(word in str(caught.value) for word in words)
    assert "secret" not in str(caught.value) and "sec" not in str(caught.value)


@given(st.text(st.characters(codec="ascii", categories=("L", "N", "P", "S")), min_size=6, max_size=20))
def test_no_password_is_ever_shown(password: str) -> None:
    """Whatever a password consists of, escaped or not, it is neither shown nor in an error."""
    secret = f"q{password}q"
    for scheme in ("http", "postgresql"):
        try:
            told = str(Address.parse(f"{scheme}://me:{secret}@example.org:5000/runs"))
        except SourceError as error:
            told = str(error)
        assert secret not in told


@pytest.mark.parametrize("text", ["results", "results/mlflow.db", "C:\\results", "./http:/x", "a:b"])
def test_paths_are_no_addresses(text: str) -> None:
    """A path is a path."""
    assert not is_address(text)
