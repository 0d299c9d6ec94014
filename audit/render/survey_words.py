"""What is said of a collection, in sentences; the same on the page and in a terminal."""

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from audit.papers import SIZES
from audit.render.notation import general, quantity, ratio
from audit.survey import Survey

QUANTITIES = {
    "compression_ratio": "compression ratio",
    "theoretical_speedup": "theoretical speedup",
    "top1": "Top-1",
    "top5": "Top-5",
    "top1_change": "change of Top-1",
    "top5_change": "change of Top-5",
    "dense_top1": "dense Top-1",
    "dense_top5": "dense Top-5",
    "macs": "MACs",
}
_SHOWN = 40  # lines of a list on the page


class Care(Struct, frozen=True):
    """Something to take with care: what it is, and each place where it is."""

    title: str
    words: str
    lines: tuple[str, ...]


def share(number: int, of: int, noun: str) -> str:
    """A number and its share of some things: 43 of 81 papers (53 %)."""
    return f"{number} of {quantity(of, noun)}" + (f" ({100 * number / of:.0f}\N{NO-BREAK SPACE}%)" if of else "")


def headline(statistics: Mapping[str, Any]) -> str:
    """The collection in one line."""
    papers, few = statistics["papers"], statistics["compare_to_none"] + statistics["compare_to_one"]
    never = statistics["never_compared_to"]
    lonely = f"{never} {'has' if never == 1 else 'have'} never been compared with" if never else "each is compared with"
    return f"{share(few, papers, 'paper')} {_compare(few)} with no more than one other, and {lonely}."


def _compare(number: int) -> str:
    return "compares" if number == 1 else "compare"


def comparisons_told(statistics: Mapping[str, Any]) -> str:
    """The comparisons in sentences."""
    papers = statistics["papers"]
    told = [
        (
            f"{statistics['compare_to_none']} {_compare(statistics['compare_to_none'])} with no other one, "
            f"{statistics['compare_to_one']} with one, "
            f"{share(statistics['compare_to_three_or_fewer'], papers, 'paper')} with three or fewer."
        ),
        (
            f"{share(statistics['compare_to_magnitude'], papers, 'paper')} "
            f"{_compare(statistics['compare_to_magnitude'])} with magnitude pruning, "
            f"{share(statistics['compare_to_before_2010'], papers, 'paper')} with a technique from before 2010."
        ),
    ]
    if most := statistics["most_compared_to"]:
        first = list(most.items())[:3]
        told.append("Most compared with: " + ", ".join(f"{key} ({number})" for key, number in first) + ".")
    if years := statistics["years_to_compared"]:
        told.append(
            f"What is compared with was published {_years(years['median'])} before, in the median (quartiles "
            f"{general(years['lower_quartile'])} and {general(years['upper_quartile'])})."
        )
    return " ".join(told)


def _years(number: float) -> str:
    return "1 year" if number == 1 else f"{general(number)} years"


def pairs_told(statistics: Mapping[str, Any]) -> str:
    """The pairs in sentences."""
    once, pairs = statistics["pairs_used_once"], statistics["pairs"]
    if not pairs:
        return "No result is on a known data set and architecture."
    told = (
        f"{quantity(statistics['datasets'], 'data set')} and {quantity(statistics['architectures'], 'architecture')} "
        f"make {quantity(pairs, 'pair')} that papers report on; {share(once, pairs, 'pair')} are one paper's alone."
    )
    common = statistics["common_pairs"]
    return f"{told} The table has those of four or more papers." if common else told


def care(survey: Survey) -> tuple[Care, ...]:
    """What is to be taken with care: reported as it is, and repaired nowhere."""
    return tuple(_care(survey))


def _care(survey: Survey) -> Iterator[Care]:
    statistics, by_key = survey.statistics, survey.corpus.by_key
    if cycles := statistics["cycles"]:
        lines = [" → ".join(f"`{key}`" for key in (*cycle, cycle[0])) for cycle in cycles]
        yield Care("Cycles", "Papers that compare with each other all the way round.", tuple(lines))
    if later := statistics["comparisons_with_later"]:
        lines = [f"`{a}` ({by_key[a].date}) compares with `{b}` ({by_key[b].date})" for a, b in later]
        yield Care("Comparisons with later papers", "By the dates in the collection.", tuple(lines))
    if itself := statistics["comparisons_with_itself"]:
        yield Care("Comparisons with itself", "They count nowhere.", tuple(f"`{key}`" for key in itself))
    if dangling := statistics["dangling"]:
        lines = [f"`{a}` compares with `{b}`" for a, b in dangling]
        words = (
            "They count among the comparisons, and where they name a landmark technique, among those with magnitude "
            "pruning or with one from before 2010."
        )
        yield Care("Names that are no paper here", words, tuple(lines))
    if alike := statistics["names_alike"]:
        lines = [", ".join(f"`{name}`" for name in names) for names in alike]
        words = "They differ in case or punctuation alone, and count as several: is one meant?"
        yield Care("Names that are alike", words, tuple(lines))
    if aside := [paper for paper in survey.corpus.papers if paper.set_aside]:
        lines = [f"`{paper.key}`: {paper.set_aside}" for paper in aside]
        yield Care("Figures set aside", "They count neither among pairs nor in curves.", tuple(lines))
    if conflicts := statistics["conflicts"]:
        yield Care(
            "Figures that do not agree",
            "One result states a quantity in ways that its digits cannot reconcile. All are kept, none is averaged.",
            tuple(map(_conflict, conflicts[:_SHOWN])),
        )
    if doubts := statistics["doubts"]:
        lines = [f"result `{each['result']}` of `{each['paper']}`: {each['reason']}" for each in doubts[:_SHOWN]]
        words = "They are kept, and left out of the curves of that accuracy or ratio."
        yield Care("Figures that read like another one", words, tuple(lines))
    if counted := statistics["counted_as"]:
        yield Care("MACs and FLOPs", _conventions(counted), ())
    if refused := statistics["refused"]:
        lines = [f"{quantity(each['results'], 'result')}: {_refusal(each)}" for each in refused]
        yield Care("Not converted", "What does not follow from what is written is not made up.", tuple(lines))
    others = statistics["results_for_others"]
    if others:
        words = (
            f"{quantity(others, 'result')} for techniques of others: drawn with --for-others, as curves of their own."
        )
        yield Care("Reported for others", words, ())


def _conventions(counted: Mapping[str, int]) -> str:
    told = " and ".join(f"{quantity(n, 'result')} in {rule.partition(' ')[0]}" for rule, n in counted.items())
    return f"By the counts of known networks there are {told} (1 MAC = 2 FLOPs); all are converted to MACs."


def _refusal(refusal: Mapping[str, Any]) -> str:
    return f"{QUANTITIES.get(refusal['quantity'], refusal['quantity'])}: {refusal['reason']}"


def _conflict(conflict: Mapping[str, Any]) -> str:
    name = conflict["quantity"]
    figures = [shown(name, v["value"]) for v in conflict["values"]]
    if name in SIZES and len(set(figures)) < len(figures):
        figures = [f"{v['value']:.5g}×" for v in conflict["values"]]
    told = zip(figures, conflict["values"], strict=True)
    stated = "; ".join(f"{figure} from {v['written']} ({v['rule']})" for figure, v in told)
    called = QUANTITIES.get(name, name)
    return f"result `{conflict['result']}` of `{conflict['paper']}`, {called}: {stated}"


def shown(name: str, value: float) -> str:
    """A value of a quantity in its unit: 93.00 %, −1.06 points, 2.06×."""
    if name.endswith("_change"):
        return f"{100 * value:+.2f} points".replace("-", "−")
    if "top" in name:
        return f"{100 * value:.2f}\N{NO-BREAK SPACE}%"
    return ratio(value) if name in SIZES else general(value)
