"""Report: everything that a reader is told, in no format; data only.

Renderers turn it into text and pictures; they compute nothing that is a result. Accuracies are fractions in [0, 1].
"""

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct, field

from audit.answer import Answer
from audit.rule import Evidence, Finding, Severity, Verdict
from audit.schema import DENSE


class Input(Struct, frozen=True):
    """One location that was audited: as it was given, its format, and the networks found there."""

    location: str
    format: str
    networks: int


class Statistic(Struct, frozen=True):
    """One metric over the networks of a cell.

    `values` are in the order of the cell's seeds, None where a run has no value. `n` counts the values; `std` is the
    sample deviation (ddof 1), None below two; `ci95` is the t-interval of the mean, None below two values, where the
    deviation is zero, and where collapsed and living runs mix. For a table of means `stated_deviation` is the one that
    it states, and `stated_kind` what it calls it (`std`, `sem`, `ci95`, `test-set error`); empty where it does not say.
    """

    values: tuple[float | None, ...]
    n: int
    mean: float | None
    std: float | None
    ci95: tuple[float, float] | None
    median: float | None
    low: float | None
    high: float | None
    stated_deviation: float | None = None
    stated_kind: str = ""

    @property
    def deviation(self) -> float | None:
        """The sample deviation, or the one that a table of means states."""
        return self.stated_deviation if self.std is None else self.std


TEST_LEVEL = 0.05
TEST_LEAST_RUNS = 5  # of both methods, below which nothing is said to be not told apart


class Standing(Struct, frozen=True):
    """How a cell's mean of a measure stands among those of the other methods at its point.

    `best`: no mean there is better. `told`: whether the runs tell it from the best, at TEST_LEVEL with Holm's
    correction over the point; None where that was not tested, and `why`. `p` is the adjusted p-value, `test` its name,
    `smallest` the smallest difference from the best that these runs would have told, in the measure's unit.
    """

    best: bool
    told: bool | None = None
    p: float | None = None
    test: str = ""
    smallest: float | None = None
    why: str = ""


class CellReport(Struct, frozen=True):
    """One (dataset, architecture, method, ratio) over its seeds.

    `compression_ratio` is the mean achieved one; what was asked for is the `compression_target` or the
    `speedup_target`. `n` counts evaluated networks (the stated n in a table of means);
    `seeds` are theirs, None where unrecorded. `failed` counts runs that did not finish or gave no number; `collapsed`
    those at chance level (None where chance is unknown). `metrics` holds what `schema.CELL_METRICS` names, and the
    study's own metric and the drop from dense, where recorded; `standings` how it stands in each. `condition` is what
    its intervals are bound to: checkpoints that seeds share. `starts_from` is told of a dense control. `failing` are
    the codes of the rules whose error lies in this very cell. Of an area under a curve, `over` are the ratios of its
    grid, and `crosses` says that its difference from the best one keeps not one sign on every part of three points.
    `origins` is where each of its networks came from.
    """

    dataset: str
    architecture: str
    method: str
    compression_ratio: float | None
    compression_target: float | None
    dense: bool
    n: int
    seeds: tuple[int | str | None, ...]
    failed: int
    collapsed: int | None
    metrics: Mapping[str, Statistic]
    condition: str = ""
    starts_from: str = ""
    standings: Mapping[str, Standing] = field(default_factory=dict)
    failing: tuple[str, ...] = ()
    over: tuple[float, ...] = ()
    crosses: bool = False
    origins: Sequence[Evidence] = ()
    speedup_target: float | None = None

    def networks(self, metric: str) -> int:
        """How many networks its statistic of a metric speaks of: the values, or the n that a table of means states."""
        statistic = self.metrics[metric]
        return self.n if len(statistic.values) == 1 else statistic.n

    def states_mean(self, metric: str) -> bool:
        """Whether its one value of a metric is the mean of several networks, none of which is known."""
        return self.n > 1 and len(self.metrics[metric].values) == 1


class Duel(Struct, frozen=True):
    """A method's mean less another's at one point, in the better direction, with its 95 % interval and n.

    `estimate` is None where the two cannot be compared, and `why` says so. `speedup` is what both were asked for, where
    that is no ratio.
    """

    dataset: str
    architecture: str
    method: str
    against: str
    ratio: float | None
    estimate: float | None
    interval: tuple[float, float] | None
    test: str
    n: tuple[int, int]
    why: str = ""
    speedup: float | None = None


class LayerDensities(Struct, frozen=True):
    """What a method leaves of each layer on a pair: `densities` (ratios, layers) in [0, 1], None where not recorded."""

    dataset: str
    architecture: str
    method: str
    layers: tuple[str, ...]
    ratios: tuple[float | None, ...]
    densities: tuple[tuple[float | None, ...], ...]


def dense_controls(cells: Iterable["CellReport"]) -> tuple["CellReport", ...]:
    """Of the cells of one pair those of its dense control: of the method `dense`, where there is none all at 1×.

    What a method makes of a network at 1× is no control of others where there is one.
    """
    at_one = [cell for cell in cells if cell.dense]
    named = tuple(cell for cell in at_one if cell.method == DENSE)
    return named or tuple(at_one)


class MethodReport(Struct, frozen=True):
    """A method: its name and label, whether it is the proposed one, a baseline of which kind, and what it is made of.

    `role` is one of "proposed", "random", "magnitude", "dense", "other", and "candidate" for each method that is taken
    as proposed because audit.toml marks none; figures and tables call none of those proposed. `fields` holds score,
    allocation, matched_to, schedule, granularity, starts_from where known; `origins` says where each came from
    ("results", "audit.toml", "alias table").
    """

    name: str
    label: str
    role: str
    fields: Mapping[str, str]
    origins: Mapping[str, str]
    citation: str = ""


class PairReport(Struct, frozen=True):
    """A (dataset, architecture): labels for people, the metric's level by chance where known, and its dense size.

    `condition` is what every interval of the pair is bound to: checkpoints that seeds share; "" where they share none.
    `recorded` is what its networks say of the data, code and machine that they come from: columns and values.
    """

    dataset: str
    architecture: str
    dataset_label: str
    architecture_label: str
    chance: float | None
    parameters: int | None
    macs: int | None
    seeds: int
    condition: str = ""
    recorded: tuple[tuple[str, tuple[str, ...]], ...] = ()


class MetricReport(Struct, frozen=True):
    """The metric that the study reports, or another measure: its column, its label, and how it is read and shown."""

    name: str
    label: str
    higher_is_better: bool
    percent: bool


class Reference(Struct, frozen=True):
    """A publication: its key, kind of BibTeX entry, and fields in their order, as plain text."""

    key: str
    kind: str
    fields: Mapping[str, str]


class RuleReport(Struct, frozen=True):
    """A rule of appendix B, and whether it was asked."""

    code: str
    name: str
    asked: bool


class ItemReport(Struct, frozen=True):
    """An item of appendix B: its section, its words, its rules."""

    section: str
    text: str
    rules: tuple[RuleReport, ...]


class Anchor(Struct, frozen=True):
    """Where a finding stands: a file, as its path was given (or an address), and a line in it, from 1."""

    file: str
    line: int


class Bar(Struct, frozen=True):
    """What fails a build: a fail of that severity or above (None: nothing does), and whether undecidable counts too.

    `codes` are the rules that can fail it; None for all. `gate` says that it is the gate on methods.
    """

    fail_on: Severity | None = Severity.ERROR
    undecidable: bool = False
    codes: frozenset[str] | None = None
    gate: bool = False

    def counts(self, finding: Finding) -> bool:
        """Whether a finding fails the build."""
        open_ = finding.verdict is Verdict.FAIL or (self.undecidable and finding.verdict is Verdict.UNDECIDABLE)
        asked = self.codes is None or finding.code in self.codes
        return open_ and asked and self.fail_on is not None and finding.severity >= self.fail_on


class Report(Struct, frozen=True):
    """The audit of a study.

    `study_file` is the path of its audit.toml, "" where there is none; `rules` is what each rule that was asked says of
    itself, by code. `measures` are those that some cell has, the study's metric first; `areas` is a cell for each
    method on each pair, with the area under its curve; `references` are the publications that the study cites;
    `duels` every two methods at each point, `densities` what methods leave of each layer.
    """

    version: str
    title: str
    date: str
    inputs: tuple[Input, ...]
    metric: MetricReport
    checklist: tuple[ItemReport, ...]
    findings: tuple[Finding, ...]
    cells: tuple[CellReport, ...]
    methods: tuple[MethodReport, ...]
    pairs: tuple[PairReport, ...]
    notes: tuple[str, ...] = ()
    claims: tuple[Answer, ...] = ()
    study_file: str = ""
    rules: Mapping[str, str] = field(default_factory=dict)
    bar: Bar = Bar()
    measures: tuple[MetricReport, ...] = ()
    areas: Sequence[CellReport] = ()
    references: Sequence[Reference] = ()
    duels: Sequence[Duel] = ()
    densities: Sequence[LayerDensities] = ()

    @property
    def summary(self) -> dict[Verdict, int]:
        """How many findings have each verdict."""
        counts = dict.fromkeys((Verdict.PASS, Verdict.FAIL, Verdict.UNDECIDABLE, Verdict.DECLARED), 0)
        counts |= dict.fromkeys((Verdict.NOT_APPLICABLE, Verdict.WAIVED), 0)
        for finding in self.findings:
            counts[finding.verdict] += 1
        return counts

    @property
    def not_asked(self) -> tuple[RuleReport, ...]:
        """The rules of appendix B that were not asked."""
        return tuple(rule for item in self.checklist for rule in item.rules if not rule.asked)

    @property
    def counted(self) -> tuple[Finding, ...]:
        """The findings that fail a build: what an exit code speaks of."""
        return tuple(filter(self.bar.counts, self.findings))

    def counting(self, severity: Severity, *, undecidable: bool = False) -> tuple[Finding, ...]:
        """The fails (and undecidables, where they count) at or above a severity."""
        return tuple(filter(Bar(severity, undecidable=undecidable).counts, self.findings))

    @property
    def answer(self) -> str:
        """The answer in one line."""
        if not self.findings:
            return "Nothing was judged."
        failed = self.counting(Severity.ERROR)
        if failed:
            return f"Would not stand as it is: {_count(len(failed), 'error')} ({_codes(failed)})."
        open_ = [f for f in self.findings if f.verdict is Verdict.UNDECIDABLE and f.severity is Severity.ERROR]
        if open_:
            return f"No error was found, but {_count(len(open_), 'question')} cannot be answered ({_codes(open_)})."
        lesser = self.counting(Severity.NOTE, undecidable=True)
        if lesser:
            return f"Stands, with {_count(len(lesser), 'reservation')} ({_codes(lesser)})."
        return "Stands on every rule that was judged."

    @property
    def decision(self) -> str:
        """What the gate does, in one line; "" where nothing is held against it."""
        if not self.bar.gate:
            return ""
        counted = self.counted
        return (
            f"The gate is closed: {_count(len(counted), 'finding')} ({_codes(counted)})."
            if counted
            else ("The gate is open.")
        )


def _codes(findings: Iterable[Finding]) -> str:
    return ", ".join(sorted({finding.code for finding in findings}))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
