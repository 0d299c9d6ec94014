"""A collection of papers as data (Blalock et al. 2020, appendix A): what they introduce, report, and compare with.

Accuracies and their changes are fractions, ratios are "original ÷ new", counts are parameters and multiply–accumulates.
"""

from collections.abc import Iterable, Mapping
from functools import cached_property
from unicodedata import normalize

from msgspec import Struct, field
from msgspec.structs import replace

MAGNITUDE = "magnitude"  # the kind of a technique that prunes by magnitude

# What a result can say, in the order in which it is listed.
QUANTITIES = (
    "compression_ratio",
    "theoretical_speedup",
    "top1",
    "top5",
    "top1_change",
    "top5_change",
    "top1_deviation",
    "dense_top1",
    "dense_top5",
    "dense_top1_deviation",
    "parameters",
    "dense_parameters",
    "macs",
    "dense_macs",
)
SIZES = ("compression_ratio", "theoretical_speedup")
QUALITIES = ("top1", "top5", "top1_change", "top5_change")


class Paper(Struct, frozen=True):
    """A paper: its key, when and where it was published, and the techniques it introduces.

    `month` and `day` are None where they are not known; `peer_reviewed` is None where nothing says it. `techniques` are
    names, `outside` those of them that fall outside the definition of pruning; `kind` is what ranks or selects weights,
    as in `audit.techniques`. `set_aside` is the reason why its figures are not held against others'; "" where they are.
    `place` is the file and row that it was read from.
    """

    key: str
    year: int
    month: int | None = None
    day: int | None = None
    title: str = ""
    authors: str = ""
    venue: str = ""
    peer_reviewed: bool | None = None
    techniques: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()
    kind: str = ""
    set_aside: str = ""
    bibtex: str = ""
    notes: str = ""
    place: str = ""

    @property
    def date(self) -> str:
        """When it was published, as far as known: 2019, 2019-06 or 2019-06-15."""
        return "-".join(f"{part:02d}" for part in (self.year, self.month, self.day) if part is not None)

    @property
    def called(self) -> str:
        """Its first author and year, and its key: Han 2015 (learning-both)."""
        first = _surname(self.authors.split(" and ")[0])
        return f"{first} {self.year} ({self.key})" if first else f"{self.key} ({self.year})"

    @property
    def names(self) -> tuple[str, ...]:
        """What it can be meant by: its key, its techniques, its title."""
        return tuple(dict.fromkeys(filter(None, (self.key, *self.techniques, self.title))))

    def before(self, other: "Paper") -> bool:
        """Whether it was certainly published before another: unknown months and days decide nothing."""
        for mine, others in ((self.year, other.year), (self.month, other.month), (self.day, other.day)):
            if mine is None or others is None:
                return False
            if mine != others:
                return mine < others
        return False


class Value(Struct, frozen=True):
    """A quantity of a result: its value, the texts that it comes from, as they are written, and the rule by which.

    `low` and `high` are the ends of what the last digits of these texts allow.
    """

    quantity: str
    value: float
    written: str
    rule: str
    low: float
    high: float

    def agrees(self, other: "Value") -> bool:
        """Whether the digits of both allow one number."""
        return self.low <= other.high and other.low <= self.high


class Refusal(Struct, frozen=True):
    """A quantity that cannot be had from what a result says, and why."""

    quantity: str
    reason: str


class Doubt(Struct, frozen=True):
    """A quantity that is probably not what its column says, and why; it stands as it is written."""

    quantity: str
    reason: str


class Result(Struct, frozen=True):
    """One reported network, or a mean of several: what was written by column, and what it means.

    `dataset` and `architecture` are None where the paper does not say. `reported_for` names the technique of others
    that it is a result of; "" for a self-reported one. `trials` is None where no number of them is given.
    """

    name: str
    paper: str
    dataset: str | None
    architecture: str | None
    method: str = ""
    reported_for: str = ""
    trials: int | None = None
    notes: str = ""
    written: Mapping[str, str] = field(default_factory=dict)
    values: tuple[Value, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    place: str = ""

    @property
    def pair(self) -> tuple[str, str] | None:
        """Its data set and architecture, where both are known."""
        return (self.dataset, self.architecture) if self.dataset and self.architecture else None

    def stated(self, quantity: str) -> tuple[Value, ...]:
        """Every value that it gives a quantity, the most direct one first."""
        return tuple(value for value in self.values if value.quantity == quantity)

    def get(self, quantity: str) -> float | None:
        """The most direct value of a quantity; None where it gives none."""
        for value in self.values:
            if value.quantity == quantity:
                return value.value
        return None

    @property
    def conflicts(self) -> tuple[str, ...]:
        """The quantities that it gives values which do not agree."""
        first: dict[str, Value] = {}
        apart = {each.quantity for each in self.values if not each.agrees(first.setdefault(each.quantity, each))}
        return tuple(quantity for quantity in QUANTITIES if quantity in apart) if apart else ()

    @property
    def sized(self) -> bool:
        """Whether it gives a compression ratio or a theoretical speedup."""
        return any(self.get(quantity) is not None for quantity in SIZES)

    @property
    def judged(self) -> bool:
        """Whether it gives an accuracy or a change of one."""
        return any(self.get(quantity) is not None for quantity in QUALITIES)


class Comparison(Struct, frozen=True):
    """One paper compares with another one, which may be missing from the collection."""

    paper: str
    compared_to: str
    place: str = ""


class Corpus(Struct, frozen=True, dict=True):
    """A collection of papers, their results and their comparisons; `notes` are what its reader decided."""

    name: str
    papers: tuple[Paper, ...]
    results: tuple[Result, ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    notes: tuple[str, ...] = ()

    @cached_property
    def by_key(self) -> dict[str, Paper]:
        """The papers by key."""
        return {paper.key: paper for paper in self.papers}

    @cached_property
    def comparable(self) -> tuple[Result, ...]:
        """The results on a known data set and architecture, of papers whose figures are not set aside."""
        return tuple(r for r in self.results if r.pair is not None and not self.by_key[r.paper].set_aside)

    @cached_property
    def of_pair(self) -> dict[tuple[str, str], tuple[Result, ...]]:
        """The comparable results by pair; pairs in the order of their names."""
        held: dict[tuple[str, str], list[Result]] = {}
        for result in self.comparable:
            assert result.pair is not None
            held.setdefault(result.pair, []).append(result)
        return {pair: tuple(held[pair]) for pair in sorted(held, key=lambda pair: tuple(map(str.casefold, pair)))}

    @cached_property
    def compared_by(self) -> dict[str, int]:
        """How many papers compare with each, by key; those that are missing from the collection too."""
        counts = dict.fromkeys(self.by_key, 0)
        for comparison in (each for each in self.comparisons if each.paper != each.compared_to):
            counts[comparison.compared_to] = counts.get(comparison.compared_to, 0) + 1
        return counts

    @cached_property
    def _by_name(self) -> dict[str, Paper]:
        found: dict[str, Paper] = {}
        for paper in sorted(self.papers, key=lambda paper: (paper.date, paper.key)):
            for name in paper.names:
                found.setdefault(plain(name), paper)
        return found

    def named(self, names: Iterable[str]) -> Paper | None:
        """The paper that one of these names means, whatever its case and punctuation: the first that is found."""
        return next((found for name in names if (found := self._by_name.get(plain(name)))), None)

    def with_papers(self, papers: Iterable[Paper], comparisons: Iterable[Comparison] = ()) -> "Corpus":
        """The same collection with more papers and comparisons."""
        return replace(self, papers=(*self.papers, *papers), comparisons=(*self.comparisons, *comparisons))


class Missing(Struct, frozen=True):
    """A paper with results on a pair of the study, which does not compare with it there.

    `compared_by` counts the papers of the corpus that compare with it. `at_ratios` are its results with an accuracy
    within the study's ratios, `elsewhere` those with one at others; both are empty where the corpus has no figures.
    """

    paper: Paper
    compared_by: int
    at_ratios: tuple[Result, ...]
    elsewhere: tuple[Result, ...]


class Context(Struct, frozen=True):
    """A pair of the study: its ratios, and the papers on it that are compared with and that are missing.

    `ratios` has the smallest and the largest by measure of size, where the study has any. `missing` is in the order of
    how many papers compare with them, those with figures at the study's ratios first.
    """

    dataset: str
    architecture: str
    ratios: dict[str, tuple[float, float]]
    compared: tuple[Paper, ...]
    missing: tuple[Missing, ...]


def _surname(author: str) -> str:
    """The surname of an author as BibTeX has one, `Surname, Name` or `Name von Surname`."""
    before, comma, _ = author.partition(",")
    words = before.split()
    if comma or not words:
        return before.strip()
    small = next((place for place, word in enumerate(words[1:-1], start=1) if word[0].islower()), len(words) - 1)
    return " ".join(words[small:])


def plain(name: str) -> str:
    """A name as it is compared: letters and digits alone, in one case; a name that has none stands for itself."""
    folded = normalize("NFKC", name).casefold()
    return "".join(filter(str.isalnum, folded)) or folded.strip()
