"""The checklist filled in: appendix B item by item with what each rule found, and the rules that stand outside it.

Findings that say the same of several subjects become one statement, so that a reader reads it once.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import groupby

from msgspec import Struct

from audit.render.evidence import Source, by_source
from audit.render.naming import Names
from audit.report import Report, RuleReport
from audit.rule import Finding, Severity, Verdict

FAMILIES = {
    "CMP": "Fair comparisons",
    "CLM": "Claims",
    "NUM": "Numbers that cannot be right",
    "REP": "Reproducibility",
    "WVR": "Waivers",
}
OTHER_FAMILY = "Other rules"
EVIDENCE_OF_SETTLED = 3  # a pass needs less to look at than what is open
EVIDENCE_OF_OPEN = 20
_SETTLED = (Verdict.PASS, Verdict.NOT_APPLICABLE)
_OPEN = (Verdict.FAIL, Verdict.UNDECIDABLE)
GROUNDS = 12  # that stand beside the answer


class Sighting(Struct, frozen=True):
    """What was seen, and the subjects of which it was seen."""

    observed: str
    where: tuple[str, ...]


class Statement(Struct, frozen=True):
    """What is said alike of one or more subjects; what was seen of each may differ."""

    verdict: Verdict
    severity: Severity
    message: str
    expected: str
    remedy: str
    waiver: str
    sightings: tuple[Sighting, ...]
    evidence: tuple[Source, ...]
    evidence_shown: int
    evidence_total: int

    @property
    def where(self) -> str:
        """All subjects, in one text."""
        return "; ".join(place for sighting in self.sightings for place in sighting.where)

    @property
    def seen(self) -> str:
        """All that was seen, in one text."""
        return "; ".join(sighting.observed for sighting in self.sightings if sighting.observed)


class Tally(Struct, frozen=True):
    """How many findings have each verdict, gravest first, and the gravest; None where nothing was found."""

    counts: tuple[tuple[Verdict, int], ...]

    @classmethod
    def of(cls, findings: Iterable[Finding]) -> "Tally":
        """Count the verdicts of findings."""
        counts = Counter(finding.verdict for finding in findings)
        return cls(tuple((verdict, counts[verdict]) for verdict in Verdict if counts[verdict]))

    @property
    def worst(self) -> Verdict | None:
        """The gravest verdict."""
        return self.counts[0][0] if self.counts else None

    @property
    def open(self) -> bool:
        """Whether something failed or cannot be told."""
        return self.worst in _OPEN


class RuleAnswer(Struct, frozen=True):
    """A rule and what it says, gravest first; `headline` is what it wants, `asked` is False where it was not."""

    code: str
    name: str
    headline: str
    asked: bool
    tally: Tally
    statements: tuple[Statement, ...]


class ItemAnswer(Struct, frozen=True):
    """An item of the checklist, its number in the appendix's order, and the answers of its rules."""

    number: int
    text: str
    asked: bool
    tally: Tally
    rules: tuple[RuleAnswer, ...]


class SectionAnswer(Struct, frozen=True):
    """A section of the checklist with its items."""

    heading: str
    items: tuple[ItemAnswer, ...]


class FamilyAnswer(Struct, frozen=True):
    """Rules outside the checklist that look for one kind of fault."""

    heading: str
    rules: tuple[RuleAnswer, ...]


class Ground(Struct, frozen=True):
    """A statement that the answer rests on, in one line, and the anchor of where it is told."""

    anchor: str
    code: str
    message: str


class FilledChecklist(Struct, frozen=True, dict=True):
    """Every finding of a report in the place where a reader looks for it."""

    sections: tuple[SectionAnswer, ...]
    families: tuple[FamilyAnswer, ...]

    @classmethod
    def of(cls, report: Report) -> "FilledChecklist":
        """Put the findings of a report in their places."""
        names = Names.of(report)
        findings: dict[str, list[Finding]] = {}
        for finding in report.findings:
            findings.setdefault(finding.code, []).append(finding)
        wants = {code: text.partition("\n")[0].removesuffix(".") for code, text in report.rules.items()}
        items = [
            (item.section, _item(number, item.text, item.rules, findings, names, wants))
            for number, item in enumerate(report.checklist, start=1)
        ]
        listed = {rule.code for item in report.checklist for rule in item.rules}
        return cls(
            sections=tuple(
                SectionAnswer(heading, tuple(answer for _, answer in group))
                for heading, group in groupby(items, key=lambda entry: entry[0])
            ),
            families=_families({code: found for code, found in findings.items() if code not in listed}, names, wants),
        )

    @property
    def statements(self) -> Iterator[tuple[RuleAnswer, Statement]]:
        """Every statement with its rule, in the order of the checklist, those beyond it last."""
        answers = [rule for section in self.sections for item in section.items for rule in item.rules]
        for rule in (*answers, *(rule for family in self.families for rule in family.rules)):
            for statement in rule.statements:
                yield rule, statement

    @cached_property
    def grounds(self) -> tuple[Ground, ...]:
        """The errors that were found, each once; where none was, those that cannot be told. Nothing less is one."""
        anchors = {
            rule.code: f"item-{item.number}"
            for section in self.sections
            for item in section.items
            for rule in item.rules
        }
        for verdict in _OPEN:
            found = [
                Ground(anchors.get(rule.code, rule.code), rule.code, statement.message)
                for rule, statement in self.statements
                if statement.verdict is verdict and statement.severity is Severity.ERROR
            ]
            if found:
                return tuple(dict.fromkeys(found))
        return ()

    @property
    def first_grounds(self) -> tuple[Ground, ...]:
        """Those that stand beside the answer."""
        return self.grounds[:GROUNDS]

    @property
    def more_grounds(self) -> int:
        """How many others there are."""
        return max(0, len(self.grounds) - GROUNDS)


def _item(
    number: int,
    text: str,
    rules: Sequence[RuleReport],
    findings: Mapping[str, Sequence[Finding]],
    names: Names,
    wants: Mapping[str, str],
) -> ItemAnswer:
    answers = tuple(
        _answer(rule.code, rule.name, rule.asked, findings.get(rule.code, ()), names, wants) for rule in rules
    )
    tally = Tally.of(finding for rule in rules for finding in findings.get(rule.code, ()))
    return ItemAnswer(number, text, any(rule.asked for rule in rules), tally, answers)


def _families(
    findings: Mapping[str, Sequence[Finding]], names: Names, wants: Mapping[str, str]
) -> tuple[FamilyAnswer, ...]:
    headings: dict[str, list[RuleAnswer]] = {}
    order = (*FAMILIES.values(), OTHER_FAMILY)
    for code, found in sorted(findings.items()):
        heading = FAMILIES.get(code[:3], OTHER_FAMILY)
        headings.setdefault(heading, []).append(_answer(code, found[0].name, True, found, names, wants))
    return tuple(FamilyAnswer(heading, tuple(headings[heading])) for heading in order if heading in headings)


def _answer(
    code: str, name: str, asked: bool, findings: Sequence[Finding], names: Names, wants: Mapping[str, str]
) -> RuleAnswer:
    alike: dict[tuple, list[Finding]] = {}
    for finding in findings:
        alike.setdefault(_said(finding), []).append(finding)
    statements = [_statement(group, names) for group in alike.values()]
    gravity = list(Verdict)
    statements.sort(key=lambda statement: gravity.index(statement.verdict))
    return RuleAnswer(code, name, wants.get(code, name), asked, Tally.of(findings), tuple(statements))


def _said(finding: Finding) -> tuple:
    return (
        finding.verdict,
        finding.severity,
        finding.message,
        finding.expected,
        finding.remedy,
        finding.waiver,
    )


def _statement(findings: Sequence[Finding], names: Names) -> Statement:
    first = findings[0]
    most = EVIDENCE_OF_SETTLED if first.verdict in _SETTLED else EVIDENCE_OF_OPEN
    seen: dict[str, list[Finding]] = {}
    for finding in findings:
        seen.setdefault(finding.observed, []).append(finding)
    evidence = [item for finding in findings for item in finding.evidence][:most]
    return Statement(
        verdict=first.verdict,
        severity=first.severity,
        message=first.message,
        expected=first.expected,
        remedy=first.remedy,
        waiver=first.waiver,
        sightings=tuple(
            Sighting(observed, names.scopes([finding.scope for finding in alike])) for observed, alike in seen.items()
        ),
        evidence=by_source(evidence),
        evidence_shown=len(evidence),
        evidence_total=sum(finding.evidence_total for finding in findings),
    )
