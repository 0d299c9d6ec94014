"""`[study]`: what the study is."""

from datetime import date as Date

from audit.study.section import Section


class About(Section):
    """Title, date of the study, its authors, a link to its source code at a commit or release, its corpus."""

    title: str = ""
    date: Date | None = None
    authors: tuple[str, ...] = ()
    source_code: str = ""
    commit: str = ""
    release: str = ""
    corpus: str = ""
