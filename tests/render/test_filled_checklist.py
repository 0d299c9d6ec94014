"""The findings of a report in the places where a reader looks for them."""

from collections import Counter

from msgspec.structs import replace
from sample import finding, realistic

from audit.render.filled_checklist import FilledChecklist
from audit.rule import Verdict


def test_every_finding_has_a_place():
    """The tallies of all rules add up to the summary of the report."""
    report = realistic()
    filled = FilledChecklist.of(report)
    rules = [rule for section in filled.sections for item in section.items for rule in item.rules]
    rules += [rule for family in filled.families for rule in family.rules]
    counts: Counter[Verdict] = Counter()
    for rule in rules:
        counts.update(dict(rule.tally.counts))
    assert counts == {verdict: number for verdict, number in report.summary.items() if number}


def test_items_keep_the_order_of_the_appendix():
    """All items, numbered as they come, in four sections."""
    filled = FilledChecklist.of(realistic())
    numbers = [item.number for section in filled.sections for item in section.items]
    assert numbers == list(range(1, len(realistic().checklist) + 1))
    assert len(filled.sections) == 4


def test_what_is_said_alike_is_said_once():
    """Findings that differ in their subject alone become one statement that names each subject."""
    filled = FilledChecklist.of(realistic())
    (rule,) = (
        rule for section in filled.sections for item in section.items for rule in item.rules if rule.code == "RES001"
    )
    (statement,) = rule.statements
    (sighting,) = statement.sightings
    assert sighting.where[0].startswith("Digits, ResNet-8: Global gradient; Layerwise gradient")
    assert statement.evidence_total == 7 * 21


def test_gravest_first():
    """A rule's fails stand before its passes."""
    filled = FilledChecklist.of(realistic())
    (rule,) = (
        rule for section in filled.sections for item in section.items for rule in item.rules if rule.code == "RES002"
    )
    assert [statement.verdict for statement in rule.statements] == [Verdict.FAIL, Verdict.PASS]
    assert rule.tally.worst is Verdict.FAIL


def test_rules_outside_the_appendix_have_their_families():
    """Codes of the checklist's families that it does not list, and of families unknown, are kept."""
    report = replace(
        realistic(), findings=tuple(finding(code, "some-rule", Verdict.PASS) for code in ("ZZZ001", "NUM010", "CMP002"))
    )
    headings = [family.heading for family in FilledChecklist.of(report).families]
    assert headings == ["Fair comparisons", "Numbers that cannot be right", "Other rules"]
