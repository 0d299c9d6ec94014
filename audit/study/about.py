"""`[study]`: what the study is."""

import datetime

from audit.study.section import Section


class About(Section, frozen=True):
    """Title, date of the study, its authors, a link to its source code at a commit or release, its corpus.

    `corpus` is the directory of a collection of papers, from this file or from where the command is called: CTX001 to
    CTX003 and BAS005 know its techniques beside the landmark ones, and `audit context` lists those that the study does
    not compare with. `seed_governs` says what changes with the seed of a run, e.g. "initialisation, order of the
    examples, mask".
    """

    title: str = ""
    date: datetime.date | None = None
    authors: tuple[str, ...] = ()
    source_code: str = ""
    commit: str = ""
    release: str = ""
    corpus: str = ""
    seed_governs: str = ""
