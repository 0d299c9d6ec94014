"""`[[waiver]]`: a finding that a person accepts for a stated reason until a stated day."""

import datetime
from typing import Annotated

from msgspec import Meta

from audit.study.section import Section


class Waiver(Section, frozen=True):
    """A rule (code or name), the scope it is waived for, the reason, and the last day it holds. All are required.

    An empty scope `{}` covers every finding of the rule.
    """

    rule: str
    scope: dict[str, str | float]
    reason: Annotated[str, Meta(min_length=1)]
    expires: datetime.date
