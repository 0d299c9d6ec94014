"""The statistics of a collection and its graph, for a terminal or a file."""

import textwrap
from collections.abc import Iterator, Mapping, Sequence

from audit.render.notation import quantity
from audit.render.plain_table import plain_table
from audit.render.survey_words import care, comparisons_told, headline, pairs_told
from audit.survey import Survey
from audit.wording import visible

_WIDTH = 100
_MOST = 12  # papers in the table of those that most compare with


def statistics(survey: Survey) -> str:
    """What is counted of a collection, in sentences and tables."""
    counted = survey.statistics
    lines = [
        _filled(
            f"{quantity(counted['papers'], 'paper')}, {counted['peer_reviewed']} peer-reviewed, "
            f"{counted['outside_definition']} outside the definition of pruning, {counted['before_2010']} from before "
            f"2010; {quantity(counted['results'], 'result')}"
        ),
        _filled(headline(counted)),
        f"\nComparisons\n{_filled(comparisons_told(counted))}\n",
        _most(counted["most_compared_to"]),
        f"\nData sets and architectures\n{_filled(pairs_told(counted))}\n",
        _pairs(counted["common_pairs"]),
        f"\nResults\n{_filled(_results(counted))}",
    ]
    return "".join(lines) + "".join(_with_care(survey))


def _most(counts: Mapping[str, int]) -> str:
    rows = [(key, str(number)) for key, number in list(counts.items())[:_MOST]]
    return plain_table(("compared with", "by"), rows, right=(1,)) if rows else ""


def _pairs(pairs: Sequence[Mapping]) -> str:
    rows = [(each["dataset"], each["architecture"], str(each["papers"])) for each in pairs]
    return plain_table(("data set", "architecture", "papers"), rows, right=(2,)) if rows else ""


def _results(counted: Mapping) -> str:
    return (
        f"{counted['results_with_accuracy_and_size']} give an accuracy and a size of the paper's own technique; "
        f"{counted['results_with_deviation']} a deviation ({quantity(counted['papers_with_deviation'], 'paper')}), "
        f"{counted['results_with_trials']} a number of trials ({quantity(counted['papers_with_trials'], 'paper')})."
    )


def _with_care(survey: Survey) -> Iterator[str]:
    for part in care(survey):
        yield f"\n{part.title}\n{_filled(part.words)}"
        yield from (_filled(line.replace("`", ""), "- ") for line in part.lines)


def _filled(text: str, bullet: str = "") -> str:
    indent = " " * len(bullet)
    return textwrap.fill(visible(text), _WIDTH, initial_indent=bullet, subsequent_indent=indent) + "\n"


def graph(survey: Survey) -> str:
    """The graph as a table: a row for each paper, most compared with first."""
    order = sorted(survey.papers, key=lambda entry: (-len(entry.compared_by), entry.paper.date, entry.paper.key))
    rows = [
        (
            entry.paper.key,
            entry.paper.date,
            str(len(entry.compared_by)),
            str(len(entry.names)),
            ", ".join(entry.names) or "–",
        )
        for entry in order
    ]
    return plain_table(("paper", "date", "compared with by", "compares with", "which"), rows, right=(2, 3))
