"""A LOCATION that is an address: a server, not a path. Its credentials are kept out of all that is shown of it."""

import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

from msgspec import Struct

from audit.sources.errors import SourceError

HTTP = ("http", "https")
POSTGRESQL = ("postgresql", "postgres")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
_ESCAPE = "in a user name or a password, `/` is written %2F, `?` %3F, `#` %23 and `@` %40"


class Address(Struct, frozen=True):
    """An address as it was given; as text it has neither user, password nor settings."""

    scheme: str
    uri: str
    shown: str

    @classmethod
    def parse(cls, text: str) -> "Address":
        """Raises SourceError, which repeats nothing that could be a password, for what is no address of a server."""
        match = _SCHEME.match(text)
        assert match
        scheme, dialect = match[1].lower(), match[1].lower().partition("+")[0]  # postgresql+psycopg2, as MLflow has it
        if scheme == "sqlite":
            raise SourceError(f"{text.partition('?')[0]}: is a file; name it by its path alone")
        if scheme not in HTTP and dialect not in POSTGRESQL:
            raise SourceError(f"{scheme}://…: cannot be read; expected a path, http(s)://… or postgresql://…")
        rest = text[match.end() :]
        authority = re.split(r"[/?#]", rest, maxsplit=1)[0]
        if "@" in rest[len(authority) :]:
            raise SourceError(f"{dialect}://…: is no address; {_ESCAPE}")
        host = authority.rpartition("@")[2]
        path = re.split(r"[?#]", rest[len(authority) :], maxsplit=1)[0].rstrip("/")
        shown = f"{dialect}://{host}{path}"
        try:
            valid = dialect in POSTGRESQL or ((urlsplit(shown).port or 1) and urlsplit(shown).hostname)
        except ValueError:
            valid = None
        if not valid:
            raise SourceError(f"{dialect}://…: is no address; expected {dialect}://host:port")
        return cls(dialect, f"{dialect}://{rest}", shown)

    def __repr__(self) -> str:
        return f"Address({self.shown!r})"

    def __str__(self) -> str:
        return self.shown

    @property
    def credentials(self) -> tuple[str, str]:
        """The user and the password that the address brings; empty where it brings none."""
        user, _, password = urlsplit(self.uri).netloc.rpartition("@")[0].partition(":")
        return unquote(user), unquote(password)


Place = Path | Address


def is_address(text: str) -> bool:
    """Whether a location is an address and no path."""
    return _SCHEME.match(text) is not None


def place_of(text: str) -> Place:
    """A location as what it is; raises SourceError for an address that cannot be read."""
    return Address.parse(text) if is_address(text) else Path(text)


def identity(place: Place) -> str:
    """One text for each place, whatever it was called."""
    return place.shown if isinstance(place, Address) else str(place.resolve())
