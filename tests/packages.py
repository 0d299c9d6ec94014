"""Packages as pip leaves them, with entry points."""

from pathlib import Path


def installed(place: Path, name: str, entry_points: str) -> None:
    """Record a package in a place of the module path; the text goes into its `entry_points.txt`."""
    record = place / f"{name}-1.dist-info"
    record.mkdir()
    (record / "METADATA").write_text(f"Name: {name}\nVersion: 1\n")
    (record / "entry_points.txt").write_text(entry_points)
