"""The published techniques that a study does not compare with, for a terminal or a file."""

import textwrap
from collections.abc import Iterator, Sequence

from audit.papers import QUALITIES, SIZES, Context, Missing, Result
from audit.render.notation import quantity, ratio
from audit.render.survey_words import QUANTITIES
from audit.render.survey_words import shown as words
from audit.wording import visible

_WIDTH = 100
_FIGURES = 4  # results shown of a paper
_SIZE_WORDS = {"compression_ratio": "smaller", "theoretical_speedup": "faster"}


def render(contexts: Sequence[Context]) -> str:
    """Each pair with what is missing, those with figures at the study's ratios first."""
    return "\n".join("".join(_pair(context)) for context in contexts)


def _pair(context: Context) -> Iterator[str]:
    spans = [f"{ratio(low)} to {ratio(high)} {_SIZE_WORDS[size]}" for size, (low, high) in context.ratios.items()]
    yield visible(f"{context.architecture} on {context.dataset}") + (f", {' and '.join(spans)}" if spans else "") + "\n"
    if context.compared:
        yield _filled("compared with: " + ", ".join(paper.key for paper in context.compared), "  ")
    if not context.missing:
        none = "the corpus has no results of others here: nothing can be told"
        yield f"  {'every technique of the corpus with results here is compared with' if context.compared else none}\n"
        return
    at = [each for each in context.missing if each.at_ratios]
    other = [each for each in context.missing if not each.at_ratios]
    if at:
        yield f"  {quantity(len(at), 'technique')} with figures at these ratios {_is(at)} not compared with:\n"
        yield from (line for each in at for line in _missing(each, each.at_ratios))
    if other:
        where = "at other ratios, in another measure, or without figures"
        yield f"  {quantity(len(other), 'technique')} more with results here, {where}:\n"
        yield from (line for each in other for line in _missing(each, each.elsewhere))


def _is(listed: Sequence[Missing]) -> str:
    return "is" if len(listed) == 1 else "are"


def _missing(missing: Missing, results: Sequence[Result]) -> Iterator[str]:
    paper = missing.paper
    outside = ", outside the definition of pruning" if paper.outside else ""
    by = f"compared with by {missing.compared_by}" if missing.compared_by else "never compared with"
    yield _filled(f"{paper.called}: {by}{outside}", "  - ")
    shown = [figures(result) for result in results[:_FIGURES]]
    if len(results) > _FIGURES:
        shown.append(f"and {len(results) - _FIGURES} more")
    yield _filled("; ".join(shown) or "no figure with both an accuracy and a size is in the corpus", "      ")
    for reason in dict.fromkeys(doubt.reason for result in results for doubt in result.doubts):
        yield _filled(reason, "      ")


def figures(result: Result) -> str:
    """A result in words: 2.03× faster, Top-1 74.76 %.

    A change stands for an accuracy that is not there, or that rests on a dense one which is doubted.
    """
    sizes = [f"{ratio(value)} {_SIZE_WORDS[size]}" for size in SIZES if (value := result.get(size)) is not None]
    doubted = {doubt.quantity.removeprefix("dense_") for doubt in result.doubts}
    given = [name for name in QUALITIES if result.get(name) is not None]
    found = [name for name in given if name not in doubted or f"{name}_change" not in given]
    told = [name for name in found if not name.endswith("_change")] or found
    qualities = [f"{QUANTITIES[name]} {words(name, value)}" for name in told if (value := result.get(name)) is not None]
    variant = f"{result.method}: " if result.method else ""
    return variant + ", ".join([" and ".join(sizes), *qualities])


def _filled(text: str, bullet: str) -> str:
    indent = " " * len(bullet)
    return textwrap.fill(visible(text), _WIDTH, initial_indent=bullet, subsequent_indent=indent) + "\n"
