"""`[study]`: what the study is."""

import datetime

from audit.study.section import Section


class About(Section, frozen=True):
    """Title, date of the study, its authors, a link to its source code at a commit or release, its corpus."""

    title: str = ""
    date: datetime.date | None = None
    authors: tuple[str, ...] = ()
    source_code: str = ""
    commit: str = ""
    release: str = ""
    corpus: str = ""
