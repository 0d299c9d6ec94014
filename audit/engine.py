"""The engine: results and study and rules become a report.

It asks each rule once, gives the verdict of absence, groups what they say into findings, applies waivers, and orders:
filtering, ordering and waiving happen here and nowhere else.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from audit.case import Case
from audit.checklist import CHECKLIST
from audit.claims import answers
from audit.later import Later
from audit.measures import definition
from audit.papers import Corpus
from audit.registry import Loaded, RuleError, asked, parameters, position, resolve, rules
from audit.report import (
    CellReport,
    Duel,
    Input,
    ItemReport,
    LayerDensities,
    MethodReport,
    MetricReport,
    PairReport,
    Reference,
    Report,
    RuleReport,
)
from audit.results import Coded, Results
from audit.rule import Evidence, Finding, Judgement, Key, Rule, Scope, Severity, Verdict
from audit.schema import AREA
from audit.study import Study
from audit.study.claim import claim_labels
from audit.study.metric import Metric
from audit.study.waiver import Waiver
from audit.subjects import Label, Subjects, each_method, each_pair, labelled, whole_study
from audit.summary import conditional, place_of, summarise_cells

EVIDENCE_SHOWN = 20
TEXTS_SHOWN = 3  # distinct texts of the subjects of one finding
METHODS_SHOWN = 5
PROVENANCE = ("dataset_digest", "commit", "python", "torch", "device", "driver")
NUMBERS = "NUM"  # the family of rules that doubt numbers
_WORST_FIRST = tuple(Verdict)
_OPEN = (Verdict.FAIL, Verdict.UNDECIDABLE)
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
    case: Case,
    *,
    select: frozenset[str] | None = None,
    ignore: frozenset[str] = frozenset(),
    severities: Mapping[str, Severity] = MappingProxyType({}),
    more: tuple[Loaded, ...] = (),
) -> tuple[Finding, ...]:
    """Ask every selected rule of the case; findings in the order of the checklist, worst first within a rule.

    `severities` are those of rules that weigh otherwise here than by themselves, by code; `more` are rules to ask that
    nothing else names.
    """
    known = {loaded.rule.code: loaded for loaded in (*rules(case.study), *more)}
    wanted = (frozenset(known) if select is None else select & frozenset(known)) - ignore
    settings, docket = parameters(case.study), _Docket(case, severities)
    last = [loaded for code, loaded in known.items() if code in wanted and loaded.rule.last]
    needed = wanted | (set(docket.waivers) if last else set())
    findings: list[Finding] = []
    for code, loaded in known.items():
        if code in needed and not loaded.rule.last:
            findings += docket.ask(loaded, settings.get(code, loaded.rule.parameters))
    found = tuple(findings)
    for loaded in last:
        findings += docket.ask(loaded, settings.get(loaded.rule.code, loaded.rule.parameters), found)
    return tuple(sorted((each for each in findings if each.code in wanted), key=_finding_order))


def _finding_order(finding: Finding) -> tuple:
    scope = tuple(str(value) for value in finding.scope.values())
    return (position(finding.code), _WORST_FIRST.index(finding.verdict), scope, finding.message)


class _Docket:
    """Asks rules of one case, and turns what they say into findings."""

    def __init__(self, case: Case, severities: Mapping[str, Severity]) -> None:
        self.case, self.results, self.severities = case, case.results, severities
        self.waivers: dict[str, list[int]] = {}
        for number, waiver in enumerate(case.study.waivers):
            if case.today <= waiver.expires:
                for code in resolve([waiver.rule], case.study):
                    self.waivers.setdefault(code, []).append(number)
        self.places = _Places(case.results)

    def ask(self, loaded: Loaded, settings: Mapping[str, Any], *found: tuple[Finding, ...]) -> Iterator[Finding]:
        """The findings of one rule: what is absent, and of the rest what its check says.

        `found` is what the others found, for a rule that comes last. Raises RuleError for a rule that is not ours and
        fails.
        """
        absent = self._absent(loaded.rule)
        yield from self._group(loaded.rule, absent, frozenset())
        covered = frozenset(
            _scope(loaded.rule, absent.subjects.label(number)) for number in range(len(absent.subjects))
        )
        if () in covered:
            return
        try:
            judgement = loaded.check(self.case, *found, **settings)
            if not len(judgement.subjects):
                judgement = _nothing(loaded.rule, self.results)
            yield from self._group(loaded.rule, judgement, covered)
        except Exception as error:
            if not loaded.origin:
                raise
            raise RuleError(
                f"rule {loaded.rule.code} of `{loaded.origin}` failed: {type(error).__name__}: {error}"
            ) from error

    def _absent(self, rule: Rule) -> Judgement:
        """What is said of each scope all of whose rows lack a column that the rule needs."""
        subjects = _SUBJECTS_OF[rule.scope](self.results) if rule.needs else labelled(self.results)
        lacking: dict[int, list[str]] = {}
        for name in rule.needs:
            found = self.results.cells.count(self.results.present(name))
            for number in range(len(subjects)):
                if not found[subjects.cells(number)].any():
                    lacking.setdefault(number, []).append(f"`{name}`")
        chosen = sorted(lacking)
        columns = [" and ".join(lacking[number]) for number in chosen]
        return Judgement(
            subjects.take(chosen),
            [rule.absent] * len(chosen),
            observed="no row that has it",
            expected=[f"{each} of each network" for each in columns],
            message=[f"{each} is not recorded" for each in columns],
            remedy=[f"record {each}" for each in columns],
        )

    def _group(self, rule: Rule, judgement: Judgement, covered: frozenset[tuple]) -> Iterator[Finding]:
        """One finding per (verdict, scope). Where some subjects of a scope are open, the others are only counted."""
        outcomes: dict[int, dict[tuple[Verdict, int | None, Severity], list[int]]] = {}
        for item, scope in enumerate(_scope_numbers(rule, judgement.subjects)):
            own = rule.severity if judgement.severity is None else judgement.severity[item]
            severity = self.severities.get(rule.code, own)
            outcome = (*self._outcome(rule, judgement, item), severity)
            outcomes.setdefault(scope, {}).setdefault(outcome, []).append(item)
        for of_scope in outcomes.values():
            first = next(iter(of_scope.values()))[0]
            if _scope(rule, judgement.subjects.label(first)) in covered:
                continue
            examined = sum(map(len, of_scope.values()))
            worst = min((verdict for verdict, *_ in of_scope), key=_WORST_FIRST.index)
            for (verdict, number, severity), items in of_scope.items():
                if verdict in _OPEN or verdict is worst:
                    yield self._finding(rule, judgement, verdict, number, severity, items, examined)

    def _outcome(self, rule: Rule, judgement: Judgement, item: int) -> tuple[Verdict, int | None]:
        """The verdict on one subject, and the number of the waiver that covers it."""
        verdict = judgement.verdict[item]
        if verdict in _OPEN:
            for number in self.waivers.get(rule.code, ()):
                label, scope = judgement.subjects.label(item), self.case.study.waivers[number].scope
                if all(_same(label.get(key), value) for key, value in scope.items()):
                    return verdict, number
        return verdict, None

    def _finding(
        self,
        rule: Rule,
        judgement: Judgement,
        verdict: Verdict,
        number: int | None,
        severity: Severity,
        items: list[int],
        examined: int,
    ) -> Finding:
        subjects, waiver = judgement.subjects, None if number is None else self.case.study.waivers[number]
        if judgement.rows is None:
            evidence, total = self.places.of_cells(subjects.cells_of(np.array(items)))
        else:
            of_items = [judgement.rows[item] for item in items]
            evidence, total = self.places.of_rows(np.unique(np.concatenate(of_items)) if items[1:] else of_items[0])
        names, label = _SCOPE_LABELS[rule.scope], subjects.label(items[0])
        message, observed, expected, remedy = (
            _pick(getattr(judgement, each), verdict, items) for each in ("message", "observed", "expected", "remedy")
        )
        return Finding(
            rule.code,
            rule.name,
            severity,
            verdict if waiver is None else Verdict.WAIVED,
            {name: label[name] for name in names if name in label},
            message + (_where(rule, subjects, items, examined) if examined > len(items) else ""),
            observed,
            expected,
            remedy,
            examined,
            evidence,
            total,
            waiver=_reason(waiver, verdict) if waiver else "",
            declared=judgement.declared[items[0]] if judgement.declared else _declared(self.case.study, rule, label),
            waived_by=number,
            cells=self._cells(rule, judgement, items),
            details=tuple(judgement.details[item] for item in items) if judgement.details else (),
        )

    def _cells(self, rule: Rule, judgement: Judgement, items: list[int]) -> tuple[int, ...]:
        """The numbers of the cells whose own numbers a finding doubts: its subjects, or where the rows it names lie."""
        if not rule.code.startswith(NUMBERS):
            return ()
        if judgement.rows is None:
            return tuple(judgement.subjects.each_a_cell(items))
        rows = np.concatenate([judgement.rows[item] for item in items])
        return tuple(np.unique(self.results.cells.of_row[rows]).tolist())


class _Places(dict[int, Evidence]):
    """Where each row came from. Many findings speak of the same cells: what is behind them is looked up once."""

    def __init__(self, results: Results) -> None:
        self.results = results
        self.behind: dict[bytes, tuple[tuple[Evidence, ...], int]] = {}

    def of_cells(self, cells: np.ndarray) -> tuple[tuple[Evidence, ...], int]:
        """The first of the rows of some cells, and how many there are."""
        key = cells.tobytes()
        if key not in self.behind:
            self.behind[key] = self.of_rows(self.results.cells.rows_of(cells))
        return self.behind[key]

    def of_rows(self, rows: np.ndarray) -> tuple[tuple[Evidence, ...], int]:
        """The first of some rows, and how many there are."""
        return tuple(map(self.__getitem__, rows[:EVIDENCE_SHOWN].tolist())), len(rows)

    def __missing__(self, row: int) -> Evidence:
        self[row] = place_of(self.results, row)
        return self[row]


def _declared(study: Study, rule: Rule, label: Label) -> Key:
    """The key of audit.toml at which what a finding speaks of is declared, or would be."""
    if rule.scope is Scope.CLAIM and "claim" in label:
        labels = claim_labels(study.claims or ())
        return ("claim", labels.index(str(label["claim"]))) if label["claim"] in labels else ("claim",)
    if rule.scope is Scope.COMPARISON and "comparison" in label:
        names = [each.technique for each in study.comparisons]
        return ("comparison", names.index(label["comparison"])) if label["comparison"] in names else ("comparison",)
    for name in ("method", "architecture", "dataset"):
        if name in label:
            return (name, str(label[name]))
    return ("study",)


def _scope(rule: Rule, label: Label) -> tuple:
    return tuple(label[name] for name in _SCOPE_LABELS[rule.scope] if name in label)


def _scope_numbers(rule: Rule, subjects: Subjects) -> Iterable[int]:
    """A number for the scope of each subject (subjects,)."""
    if subjects.labels is not None or rule.scope in (Scope.CLAIM, Scope.COMPARISON):
        numbers: dict[tuple, int] = {}
        scopes = (_scope(rule, subjects.label(item)) for item in range(len(subjects)))
        return [numbers.setdefault(scope, len(numbers)) for scope in scopes]
    if rule.scope is Scope.STUDY:
        return [0] * len(subjects)
    cells = subjects.results.cells
    of_cell = cells.pair if rule.scope is Scope.PAIR else cells.method_on_pair
    numbers_of: list[int] = of_cell[subjects.covered[subjects.starts[:-1]]].tolist()
    return numbers_of


def _nothing(rule: Rule, results: Results) -> Judgement:
    """What is said where there is nothing that a rule could look at: never a pass."""
    return Judgement(
        labelled(results, {}),
        [rule.absent],
        observed="no network above 1×",
        message="there is no pruned network to judge",
        remedy="add the pruned networks",
    )


def _where(rule: Rule, subjects: Subjects, items: list[int], examined: int) -> str:
    """At which of the cells that were examined something holds."""
    text = f" in {len(items)} of {examined}"
    if "compression_ratio" not in subjects.named or subjects.labels is not None:
        return text
    cells, names = subjects.results.cells, _SCOPE_LABELS[rule.scope]
    if "method" in names:
        return f"{text} cells ({cells.points(subjects.covered[items])})"
    by_method: dict[str, list[int]] = {}
    for item in items:
        by_method.setdefault(str(subjects.label(item)["method"]), []).append(subjects.covered[item])
    shown = [f"`{method}` {cells.points(np.array(mine))}" for method, mine in by_method.items()]
    return f"{text} cells ({'; '.join(shown[:METHODS_SHOWN])}{'; …' if len(shown) > METHODS_SHOWN else ''})"


def _pick(said: Any, verdict: Verdict, items: list[int]) -> str:
    """What is said of some items: one text for all, one for each verdict, or the distinct texts of the items."""
    if isinstance(said, Mapping):
        return str(said.get(verdict, ""))
    if isinstance(said, str):
        return said
    if len(items) == 1:
        return str(said[items[0]])
    distinct = list(dict.fromkeys(text for item in items if (text := str(said[item]))))
    return "; ".join(distinct[:TEXTS_SHOWN]) + (
        f"; and {len(distinct) - TEXTS_SHOWN} more" if len(distinct) > TEXTS_SHOWN else ""
    )


def _same(found: str | float | None, wanted: str | float) -> bool:
    if isinstance(found, float) and isinstance(wanted, float | int):
        return abs(found - wanted) <= 0.01 * abs(wanted)
    return found == wanted


def _reason(waiver: Waiver, verdict: Verdict) -> str:
    return f"{waiver.reason} (until {waiver.expires.isoformat()}; was: {verdict.value})"


def _on_repeats(case: Case) -> Iterator[str]:
    """Says which cells hold a seed twice: their networks are not independent."""
    cells = np.flatnonzero(case.repeated)
    if len(cells):
        first, more = cells[0], f", and {len(cells) - 1} more" if len(cells) > 1 else ""
        where = f"`{case.roles.of_cell(first).name}` at {case.results.cells.point(first)}{more}"
        yield f"a seed is there more than once in one cell ({where}): no interval is given where networks repeat a seed"


def _on_parameters(study: Study) -> Iterator[str]:
    """Says which rules are asked with other parameters than their own."""
    chosen = parameters(study)
    for loaded in rules(study):
        for key, default in loaded.rule.parameters.items():
            value = chosen[loaded.rule.code][key]
            if value != default:
                yield f"{loaded.rule.code} {loaded.rule.name} is judged with `{key}` = {value}, not {default}"


@np.errstate(over="ignore")  # where a table holds 1e308 sums are infinite, and NUM010 says so
def audit_results(
    results: Results,
    study: Study,
    inputs: tuple[Input, ...],
    *,
    version: str,
    select: frozenset[str] | None = None,
    ignore: frozenset[str] = frozenset(),
    severities: Mapping[str, Severity] = MappingProxyType({}),
    corpus: Corpus | None = None,
) -> Report:
    """Judge results under a study's declarations and put together everything that a reader is told."""
    case = Case(results, study, corpus)
    chosen = asked(select, ignore, study)
    findings = judge(case, select=select, ignore=ignore, severities=severities)
    cells = summarise_cells(case, _failing(findings))
    return Report(
        version=version,
        title=study.about.title,
        date=study.about.date.isoformat() if study.about.date else "",
        inputs=inputs,
        metric=_measure(study.metric_name, study.metric),
        checklist=_checklist(chosen),
        findings=findings,
        cells=cells,
        methods=_methods(case),
        pairs=_pairs(case),
        notes=(*results.notes, *case.roles.notes, *_on_repeats(case), *_on_parameters(study)),
        claims=answers(case),
        study_file=str(study.path or ""),
        rules={loaded.rule.code: loaded.documentation for loaded in rules(study) if loaded.rule.code in chosen},
        measures=_measures(study, cells),
        areas=Later(lambda: _areas(case)),
        references=Later(lambda: _references(case)),
        duels=Later(lambda: _duels(case)),
        densities=Later(lambda: _densities(case)),
    )


def _areas(case: Case) -> tuple[CellReport, ...]:
    from audit.areas import summarise_areas  # where somebody looks at an area: `audit check` does not

    return summarise_areas(case)


def _duels(case: Case) -> tuple[Duel, ...]:
    from audit.duels import duels  # as above

    return duels(case)


def _densities(case: Case) -> tuple[LayerDensities, ...]:
    from audit.densities import layer_densities  # as above

    return layer_densities(case)


def _references(case: Case) -> tuple[Reference, ...]:
    """What the study cites, and what else the methods, architectures and data sets in it are known from, each once."""
    from audit.known_architectures import known_architecture
    from audit.references import OF_DATASET, OF_METHOD, STATE, by_key, reference  # as above

    study, results = case.study, case.results
    texts = [each.citation for part in (study.methods, study.architectures, study.datasets) for each in part.values()]
    texts += [each.reference or "" for each in study.comparisons]
    found = [reference(text) for text in texts if text.strip()]
    keys = [STATE]
    for name, role in case.roles.by_name.items():
        if not (name in study.methods and study.methods[name].citation):
            keys += [OF_METHOD[item] for item in role.fields.items() if item in OF_METHOD]
    pairs = [each_pair(results).label(number) for number in range(len(each_pair(results)))]
    for dataset, architecture in ((str(pair["dataset"]), str(pair["architecture"])) for pair in pairs):
        plain = "".join(letter for letter in dataset.lower() if letter.isalnum())
        keys += [OF_DATASET[plain]] if plain in OF_DATASET else []
        known = known_architecture(dataset, architecture)
        found += [reference(known.citation)] if known else []
    return tuple({each.key + str(each.fields): each for each in (*map(by_key, keys), *found)}.values())


def _measure(name: str, metric: Metric) -> MetricReport:
    return MetricReport(name, metric.label or name, metric.direction == "higher", metric.percent)


def _measures(study: Study, cells: Iterable[CellReport]) -> tuple[MetricReport, ...]:
    """The measures that some cell has and that can be read, the study's metric first, and the area under its curve."""
    recorded = dict.fromkeys(name for cell in cells for name in cell.metrics)
    known = {name: defined for name in (study.metric_name, *recorded, AREA) if (defined := definition(study, name))}
    return tuple(_measure(name, defined) for name, defined in known.items())


def _failing(findings: Iterable[Finding]) -> dict[int, tuple[str, ...]]:
    """The codes of the rules whose error lies in a cell itself, by its number."""
    codes: dict[int, dict[str, None]] = {}
    for finding in findings:
        if finding.verdict is Verdict.FAIL and finding.severity is Severity.ERROR:
            for cell in finding.cells:
                codes.setdefault(cell, {})[finding.code] = None
    return {cell: tuple(of) for cell, of in codes.items()}


def _checklist(chosen: frozenset[str]) -> tuple[ItemReport, ...]:
    return tuple(
        ItemReport(
            item.section,
            item.text,
            tuple(RuleReport(code, name, code in chosen) for code, name in item.rules),
        )
        for item in CHECKLIST
    )


def _methods(case: Case) -> tuple[MethodReport, ...]:
    declared = case.study.methods
    return tuple(
        MethodReport(
            name,
            (declared[name].label if name in declared else "") or name,
            role.kind if case.roles.declared or not role.proposed else "candidate",
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
    for number in range(len(subjects)):
        label, rows = subjects.label(number), subjects.rows(number)
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
                conditional(int(case.checkpoints[subjects.cells(number)].max())),
                _recorded(results, rows),
            )
        )
    return tuple(pairs)


def _recorded(results: Results, rows: np.ndarray) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The values that some networks record of where they come from, by column."""
    recorded = {}
    for name in PROVENANCE:
        column = results.columns.get(name)
        if isinstance(column, Coded):
            codes = np.unique(column.codes[rows])
            recorded[name] = tuple(column.categories[code] for code in codes[codes >= 0])
    return tuple((name, values) for name, values in recorded.items() if values)


def _largest(values: np.ndarray) -> int | None:
    finite = values[np.isfinite(values)]
    return int(finite.max()) if len(finite) else None
