"""When a paper was published, as far as it is written: a year, a month of it, or a day."""

import re
from datetime import date

WRITTEN = "2019, 2019-06 or 2019-06-15"
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?", re.ASCII)
_YEARS = range(1900, 2201)

Day = tuple[int, int | None, int | None]


def read_date(text: str, month: str = "") -> Day | None:
    """Year, month and day, None where they are not written; None for what is no date. `month` replaces that of it."""
    found = _DATE.fullmatch(text)
    if not found:
        return None
    year = int(found[1])
    of_year, of_month = (int(part) if part else None for part in (month or found[2], found[3]))
    try:
        date(year, 1 if of_year is None else of_year, 1 if of_month is None else of_month)
    except ValueError:
        return None
    return (year, of_year, of_month) if year in _YEARS else None
