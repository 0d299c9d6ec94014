"""`[[source]]`: how files that do not use the schema's names are read."""

from audit.study.section import Section


class Source(Section):
    """A path or glob, relative to the study file; its format; its columns, units and constants by schema name."""

    path: str
    format: str | None = None
    delimiter: str | None = None
    columns: dict[str, str] = {}
    units: dict[str, str] = {}
    constants: dict[str, str | int | float | bool] = {}
