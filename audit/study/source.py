"""`[[source]]`: how files that do not use the schema's names are read."""

from msgspec import field

from audit.study.section import Section


class Source(Section, frozen=True):
    """A path or glob, relative to the study file; its format; its columns, units and constants by schema name."""

    path: str
    format: str | None = None
    delimiter: str | None = None
    columns: dict[str, str] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    constants: dict[str, str | int | float | bool] = field(default_factory=dict)
