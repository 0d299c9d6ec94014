"""A study's place among published techniques: those that report results where it does, and are not compared with.

On each pair of the study, by its names or its labels, whatever their case and punctuation and whatever a well-known
network is called, the papers of the corpus that report results on it are held against the techniques that the study is
seen beside there: by others in its results or in `[[comparison]]` with figures. The papers of its own methods, and
those that were published after it, are none of them. Plain magnitude pruning of weights stands for the papers that
introduced it.
"""

from collections.abc import Callable, Iterator
from datetime import date

import numpy as np

from audit.case import Case
from audit.known_architectures import KNOWN, known_architecture
from audit.literature import Other, others
from audit.papers import SIZES, Context, Corpus, Missing, Paper, Result, plain
from audit.techniques import technique

TOLERANCE = 1.1  # how far beyond a study's smallest and largest ratio a figure may lie to be at its ratios
SHOWN = 3  # techniques that a remedy names
_NORMALISED = "bn"  # how the name ends of a network with batch normalisation
_PLAIN_MAGNITUDE = ("Magnitude Pruning", "Learning Both Weights and Connections")

Pair = tuple[str, str]


def contexts(case: Case) -> tuple[Context, ...]:
    """The context of each pair of the study, in the order of their names; empty without a corpus."""
    key = "contexts"
    if case.corpus is None:
        return ()
    if key not in case.worked_out:
        case.worked_out[key] = tuple(_contexts(case, case.corpus))
    return case.worked_out[key]


def suggestion(case: Case, wanted: Callable[[Paper], bool], pair: Pair | None = None) -> str:
    """Ends a remedy: the missing papers that are wanted, most compared with first; "" where there are none.

    `pair` is the study's pair that is spoken of, by its own names; None for all of them.
    """
    found: dict[str, Missing] = {}
    for context in contexts(case):
        if pair is None or (context.dataset, context.architecture) == pair:
            for each in context.missing:
                if wanted(each.paper):
                    found.setdefault(each.paper.key, each)
    if not found:
        return ""
    order = sorted(found.values(), key=_urgency)
    names = [f"`{each.paper.key}` ({each.paper.year}, {_by(each.compared_by)})" for each in order[:SHOWN]]
    more = f" and {len(order) - SHOWN} more" if len(order) > SHOWN else ""
    where = "this pair" if pair else "the study's pairs"
    return f"; of the corpus, with results on {where}: {', '.join(names)}{more}"


def within_years(case: Case, years: int) -> Callable[[Paper], bool]:
    """Whether a paper was published within so many years before the study, as far as its year tells."""
    today = case.study.day()
    return lambda paper: today.year - years <= paper.year


def _by(number: int) -> str:
    return f"compared with by {number}" if number else "never compared with"


def _contexts(case: Case, corpus: Corpus) -> Iterator[Context]:
    cells, results = case.results.cells, case.results
    datasets, architectures = (results.text(name).categories for name in ("dataset", "architecture"))
    held: dict[Pair, dict[str, list[Result]]] = {}
    for (dataset, architecture), reported in corpus.of_pair.items():
        by_paper = held.setdefault(plain_pair(dataset, architecture), {})
        for result in reported:
            if not result.reported_for:
                by_paper.setdefault(result.paper, []).append(result)
    seen = _seen(case, corpus)
    own = {paper.key for paper in map(corpus.named, _own_names(case)) if paper is not None}
    first = np.unique(cells.pair, return_index=True)[1].tolist()
    pairs = sorted((datasets[cells.dataset[cell]], architectures[cells.architecture[cell]]) for cell in first)
    for dataset, architecture in pairs:
        named = list(plain_pairs(case, dataset, architecture))
        without = [(data, network.removesuffix(_NORMALISED)) for data, network in named]
        called = list(dict.fromkeys(named + without))
        ratios = _ratios(case, dataset, architecture)
        on_pair: dict[str, list[Result]] = {}
        for each in called:
            for key, on_place in held.get(each, {}).items():
                on_pair.setdefault(key, []).extend(on_place)
        compared = {key for each in called for partly in _partly(*each) for key in seen.get(partly, ())}
        missing = [
            _missing(corpus, key, on_place, ratios)
            for key, on_place in on_pair.items()
            if key not in compared and key not in own and not _later(corpus.by_key[key], case.study.about.date)
        ]
        yield Context(
            dataset,
            architecture,
            ratios,
            tuple(corpus.by_key[key] for key in on_pair if key in compared),
            tuple(sorted(missing, key=_urgency)),
        )


def plain_pairs(case: Case, dataset: str, architecture: str) -> Iterator[Pair]:
    """A pair of the study as it is looked up, under its names and its labels."""
    of_data, of_network = case.study.datasets.get(dataset), case.study.architectures.get(architecture)
    for data in filter(None, (dataset, of_data.label if of_data else "")):
        for network in filter(None, (architecture, of_network.label if of_network else "")):
            yield plain_pair(data, network)
            yield plain(data), plain(network)  # a figure that leaves one out is known by the other as it stands


def _urgency(missing: Missing) -> tuple:
    paper = missing.paper
    return (not missing.at_ratios, -missing.compared_by, not missing.elsewhere, paper.date, paper.key)


def _missing(corpus: Corpus, key: str, reported: list[Result], ratios: dict[str, tuple[float, float]]) -> Missing:
    figures = [result for result in reported if result.judged and result.sized]
    at = tuple(result for result in figures if _within(result, ratios))
    return Missing(
        corpus.by_key[key],
        corpus.compared_by.get(key, 0),
        at,
        tuple(result for result in figures if result not in at),
    )


def _within(result: Result, ratios: dict[str, tuple[float, float]]) -> bool:
    return any(
        (value := result.get(size)) is not None and low / TOLERANCE <= value <= high * TOLERANCE
        for size, (low, high) in ratios.items()
    )


def _ratios(case: Case, dataset: str, architecture: str) -> dict[str, tuple[float, float]]:
    """The smallest and the largest ratio of pruned networks on a pair, by measure of size."""
    results = case.results
    rows = case.measured & ~results.dense
    rows = rows & results.text("dataset").equals(dataset) & results.text("architecture").equals(architecture)
    found = {}
    for size in SIZES:
        values = results.number(size)[rows]
        values = values[np.isfinite(values) & (values > 0)]
        if len(values):
            found[size] = (float(values.min()), float(values.max()))
    return found


def _later(paper: Paper, day: date | None) -> bool:
    """Whether a paper was certainly published after the study."""
    if day is None:
        return False
    for of_paper, of_study in ((paper.year, day.year), (paper.month, day.month), (paper.day, day.day)):
        if of_paper is None or of_paper != of_study:
            return of_paper is not None and of_paper > of_study
    return False


def _own_names(case: Case) -> Iterator[list[str]]:
    """What the study's own methods are called, each in every way."""
    if case.study.about.title:
        yield [case.study.about.title]
    for name in case.roles.proposed if case.roles.declared else ():
        yield _names(case, name)
    for name, method in case.study.methods.items():
        if method.ours:
            yield _names(case, name)


def _names(case: Case, name: str) -> list[str]:
    """A technique's name, its label and the names of the landmark technique that it is."""
    declared = case.study.methods.get(name)
    said = [name, *([declared.label] if declared and declared.label else [])]
    landmarks = [landmark for each in said if (landmark := technique(each))]
    return [*said, *(each for landmark in landmarks for each in (landmark.name, *landmark.aliases, landmark.key))]


def _seen(case: Case, corpus: Corpus) -> dict[Pair, set[str]]:
    """The papers that the study is compared with, by pair; "" stands for what their figures do not say."""
    found: dict[Pair, set[str]] = {}
    for other in others(case):
        names = _names(case, other.name)
        if other.magnitude and other.plain and _of_weights(case, other):
            names += _PLAIN_MAGNITUDE
        keys = {paper.key for name in names if (paper := corpus.named([name]))}
        for place in _places(case, other) if keys else ():
            found.setdefault(place, set()).update(keys)
    return found


def _of_weights(case: Case, other: Other) -> bool:
    """Whether a technique prunes single weights, as far as anything says it."""
    role = case.roles.by_name.get(other.name)
    return role is None or role.get("granularity") in (None, "weight")


def _places(case: Case, other: Other) -> Iterator[Pair]:
    datasets, architectures = case.results.text("dataset"), case.results.text("architecture")
    codes = np.stack([datasets.codes[other.rows], architectures.codes[other.rows]], axis=1)
    for dataset, architecture in np.unique(codes, axis=0).tolist() if len(other.rows) else ():
        yield plain_pair(datasets.categories[dataset], architectures.categories[architecture])
    for figure in other.figures:
        yield plain_pair(figure.dataset or "", figure.architecture or "")


def plain_pair(dataset: str, architecture: str) -> Pair:
    """A pair as it is looked up: ILSVRC2012 is ImageNet, and cifar_resnet_56 on CIFAR-10 is ResNet-56.

    A network that is named after its data set, as open_lth does, is the same without: mnist_lenet_300_100 on MNIST. One
    with batch normalisation is another.
    """
    network, data = known_architecture(dataset, architecture), plain(dataset)
    first = next((each.datasets[0] for each in KNOWN if data in each.datasets), data)
    normalised = _NORMALISED if plain(architecture).endswith(_NORMALISED) else ""
    named = plain(network.name) + normalised if network else plain(architecture)
    return first, named.removeprefix(data.rstrip("0123456789")) or named


def _partly(dataset: str, architecture: str) -> tuple[Pair, ...]:
    """A pair, and what is left of it where a figure does not say its data set, its architecture, or either."""
    return (dataset, architecture), (dataset, ""), ("", architecture), ("", "")
