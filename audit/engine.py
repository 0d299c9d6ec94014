"""The engine: results and study and rules become a report.

It asks each rule once, gives the verdict of absence, groups what they say into findings, applies waivers, and orders:
filtering, ordering and waiving happen here and nowhere else.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np

from audit.case import Case
from audit.checklist import CHECKLIST
from audit.registry import Loaded, parameters, position, resolve, rules
from audit.report import Input, ItemReport, MethodReport, MetricReport, PairReport, Report, RuleReport
from audit.results import Results
from audit.rule import Evidence, Finding, Judgement, Rule, Scope, Verdict
from audit.study import Study
from audit.subjects import Subjects, each_method, each_pair, whole_study
from audit.summary import summarise_cells

EVIDENCE_SHOWN = 20
_WORST_FIRST = (
    Verdict.FAIL,
    Verdict.UNDECIDABLE,
    Verdict.WAIVED,
    Verdict.DECLARED,
    Verdict.PASS,
    Verdict.NOT_APPLICABLE,
)
_SCOPE_LABELS = {
    Scope.STUDY: (),
    Scope.PAIR: ("dataset", "architecture"),
    Scope.METHOD: ("dataset", "architecture", "method"),
    Scope.CLAIM: ("claim",),
    Scope.COMPARISON: ("comparison",),
}
_SUBJECTS_OF: Mapping[Scope, Callable[[Results], Subjects]] = {
    Scope.STUDY: whole_study,
    Scope.PAIR: each_pair,
    Scope.METHOD: each_method,
}


def judge(
    case: Case, *, select: frozenset[str] | None = None, ignore: frozenset[str] = frozenset()
) -> tuple[Finding, ...]:
    """Ask every selected rule of the case; findings in the order of the checklist, worst first within a rule."""
    settings = parameters(case.study)
    findings = [
        finding
        for loaded in rules()
        if (select is None or loaded.rule.code in select) and loaded.rule.code not in ignore
        for finding in _ask(loaded, case, settings[loaded.rule.code])
    ]
    findings = [_waive(finding, case.study) for finding in findings]
    return tuple(sorted(findings, key=_finding_order))


def _finding_order(finding: Finding) -> tuple:
    scope = tuple(str(value) for value in finding.scope.values())
    return (position(finding.code), _WORST_FIRST.index(finding.verdict), scope)


def _ask(loaded: Loaded, case: Case, settings: Mapping[str, Any]) -> Iterator[Finding]:
    absent = list(_absent(loaded.rule, case.results))
    yield from absent
    covered = {tuple(finding.scope.values()) for finding in absent}
    if absent and () in covered:
        return
    yield from _group(loaded.rule, loaded.check(case, **settings), covered)


def _absent(rule: Rule, results: Results) -> Iterator[Finding]:
    """A finding for each scope all of whose rows lack a column that the rule needs."""
    if not rule.needs:
        return
    subjects = _SUBJECTS_OF[rule.scope](results)
    for number in range(len(subjects)):
        rows = subjects.rows(number)
        lacking = [name for name in rule.needs if not results.present(name)[rows].any()]
        if lacking:
            columns = ", ".join(f"`{name}`" for name in lacking)
            yield Finding(
                rule.code,
                rule.name,
                rule.severity,
                rule.absent,
                dict(subjects.labels[number]),
                message=f"{columns} not recorded",
                observed="nothing",
                expected=columns,
                remedy=f"record {columns}",
                examined=len(subjects.cells[number]),
                evidence=_evidence(results, rows),
                evidence_total=len(rows),
            )


def _group(rule: Rule, judgement: Judgement, covered: set[tuple]) -> Iterator[Finding]:
    """One finding per (verdict, scope). Where some subjects of a scope do not pass, those that do are only counted."""
    names = _SCOPE_LABELS[rule.scope]
    scopes: dict[tuple, dict[Verdict, list[int]]] = {}
    for item, label in enumerate(judgement.subjects.labels):
        scope = tuple(label[name] for name in names if name in label)
        if scope not in covered:
            scopes.setdefault(scope, {}).setdefault(judgement.verdict[item], []).append(item)
    for scope, by_verdict in scopes.items():
        examined = sum(map(len, by_verdict.values()))
        told = {Verdict.FAIL, Verdict.UNDECIDABLE} & set(by_verdict) or {min(by_verdict, key=_WORST_FIRST.index)}
        for verdict in sorted(told, key=_WORST_FIRST.index):
            yield _finding(
                rule, judgement, dict(zip(names, scope, strict=False)), verdict, by_verdict[verdict], examined
            )


def _finding(
    rule: Rule, judgement: Judgement, scope: dict, verdict: Verdict, items: list[int], examined: int
) -> Finding:
    subjects = judgement.subjects
    rows = np.unique(
        np.concatenate([subjects.rows(item) if judgement.rows is None else judgement.rows[item] for item in items])
    )
    message = _pick(judgement.message, verdict, items)
    if examined > len(items):
        ratios = [
            f"{subjects.labels[item]['compression_ratio']:.3g}×"
            for item in items
            if "compression_ratio" in subjects.labels[item]
        ]
        shown = ", ".join(ratios[:5]) + (", …" if len(ratios) > 5 else "")
        message += f" in {len(items)} of {examined}" + (f" cells ({shown})" if ratios else "")
    return Finding(
        rule.code,
        rule.name,
        rule.severity,
        verdict,
        scope,
        message,
        _pick(judgement.observed, verdict, items),
        _pick(judgement.expected, verdict, items),
        _pick(judgement.remedy, verdict, items),
        examined,
        _evidence(subjects.results, rows),
        len(rows),
    )


def _pick(said: Any, verdict: Verdict, items: list[int]) -> str:
    """What is said of some items: one text for all, one for each verdict, or the distinct texts of the items."""
    if isinstance(said, Mapping):
        return str(said.get(verdict, ""))
    if isinstance(said, str):
        return said
    distinct = list(dict.fromkeys(str(said[item]) for item in items if str(said[item])))
    return "; ".join(distinct[:3]) + (f"; and {len(distinct) - 3} more" if len(distinct) > 3 else "")


def _evidence(results: Results, rows: np.ndarray) -> tuple[Evidence, ...]:
    origin = results.origin
    return tuple(
        Evidence(
            origin.source.text(row) or "",
            int(origin.row[row]) or None if origin.row is not None else None,
            None if origin.run_id is None else origin.run_id.text(row),
        )
        for row in rows[:EVIDENCE_SHOWN]
    )


def _waive(finding: Finding, study: Study) -> Finding:
    if finding.verdict not in (Verdict.FAIL, Verdict.UNDECIDABLE):
        return finding
    for waiver in study.waivers:
        covers = all(_same(finding.scope.get(key), value) for key, value in waiver.scope.items())
        if finding.code in resolve([waiver.rule]) and covers and date.today() <= waiver.expires:
            reason = f"{waiver.reason} (until {waiver.expires.isoformat()}; was: {finding.verdict.value})"
            return replace(finding, verdict=Verdict.WAIVED, waiver=reason)
    return finding


def _same(found: str | float | None, wanted: str | float) -> bool:
    if isinstance(found, float) and isinstance(wanted, float | int):
        return abs(found - wanted) <= 0.01 * abs(wanted)
    return found == wanted


def audit_results(
    results: Results,
    study: Study,
    inputs: tuple[Input, ...],
    *,
    version: str,
    select: frozenset[str] | None = None,
    ignore: frozenset[str] = frozenset(),
) -> Report:
    """Judge results under a study's declarations and put together everything that a reader is told."""
    case = Case(results, study)
    metric = study.metric
    return Report(
        version=version,
        title=study.about.title,
        date=study.about.date.isoformat() if study.about.date else "",
        inputs=inputs,
        metric=MetricReport(
            study.metric_name, metric.label or study.metric_name, metric.direction == "higher", metric.percent
        ),
        checklist=_checklist(select, ignore),
        findings=judge(case, select=select, ignore=ignore),
        cells=summarise_cells(case),
        methods=_methods(case),
        pairs=_pairs(case),
        notes=(*results.notes, *case.roles.notes),
    )


def _checklist(select: frozenset[str] | None, ignore: frozenset[str]) -> tuple[ItemReport, ...]:
    severities = {loaded.rule.code: loaded.rule.severity for loaded in rules()}
    asked = (set(severities) if select is None else set(severities) & select) - ignore
    return tuple(
        ItemReport(
            item.section,
            item.text,
            tuple(RuleReport(code, name, severities.get(code), code in asked) for code, name in item.rules),
        )
        for item in CHECKLIST
    )


def _methods(case: Case) -> tuple[MethodReport, ...]:
    declared = case.study.methods
    return tuple(
        MethodReport(
            name,
            (declared[name].label if name in declared else "") or name,
            role.kind,
            role.fields,
            role.origins,
            declared[name].citation if name in declared else "",
        )
        for name, role in sorted(case.roles.by_name.items())
    )


def _pairs(case: Case) -> tuple[PairReport, ...]:
    study, results = case.study, case.results
    subjects = each_pair(results)
    pairs = []
    for number, label in enumerate(subjects.labels):
        rows = subjects.rows(number)
        dataset, architecture = str(label["dataset"]), str(label["architecture"])
        chance = case.chance[rows[0]]
        seeds = results.text("seed").codes[rows]
        pairs.append(
            PairReport(
                dataset,
                architecture,
                (study.datasets[dataset].label if dataset in study.datasets else "") or dataset,
                (study.architectures[architecture].label if architecture in study.architectures else "")
                or architecture,
                float(chance) if np.isfinite(chance) else None,
                _largest(results.number("parameters")[rows]),
                _largest(results.number("macs")[rows]),
                len(set(seeds[seeds >= 0])),
            )
        )
    return tuple(pairs)


def _largest(values: np.ndarray) -> int | None:
    return int(np.nanmax(values)) if np.isfinite(values).any() else None
