"""For tests of rules of one's own: small studies, and the laws that every rule keeps.

```python
from audit.rule import Verdict
from audit.testing import Cases, case, changed, check_rule, table

import too_slow  # has RULE and check


def test_too_slow():
    check_rule(
        too_slow,
        Cases(
            sound=lambda: case(changed(table(), latency_pruned=0.1)),
            faulty=lambda: case(changed(table(), latency_pruned=9.0)),
            silent=lambda: case(table()),
            on_silence=Verdict.UNDECIDABLE,
        ),
    )
```
"""

from audit.testing.laws import LAWS, check_rule
from audit.testing.studies import Cases, Row, Table, case, changed, from_rows, joined, only, table, to_rows, without

__all__ = [
    "LAWS",
    "Cases",
    "Row",
    "Table",
    "case",
    "changed",
    "check_rule",
    "from_rows",
    "joined",
    "only",
    "table",
    "to_rows",
    "without",
]
