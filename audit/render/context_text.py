"""The published techniques that a study does not compare with, for a terminal or a file."""

import textwrap
from collections.abc import Iterator, Sequence

from audit.papers import QUALITIES, SIZES, Context, Missing, Result
from audit.render.notation import quantity, ratio
from audit.wording import visible

_WIDTH = 100
_FIGURES = 4  # results shown of a paper
_SIZE_WORDS = {"compression_ratio": "smaller", "theoretical_speedup": "faster"}
_QUALITY_WORDS = {
    "top1": "Top-1",
    "top5": "Top-5",
    "top1_change": "Top-1 change",
    "top5_change": "Top-5 change",
}


def render(contexts: Sequence[Context]) -> str:
    """Each pair with what is missing, those with figures at the study's ratios first."""
    return "\n".join("".join(_pair(context)) for context in contexts)


def _pair(context: Context) -> Iterator[str]:
    spans = [f"{ratio(low)} to {ratio(high)} {_SIZE_WORDS[size]}" for size, (low, high) in context.ratios.items()]
    yield visible(f"{context.architecture} on {context.dataset}") + (f", {' and '.join(spans)}" if spans else "") + "\n"
    if context.compared:
        yield _filled("compared with: " + ", ".join(paper.key for paper in context.compared), "  ")
    if not context.missing:
        yield "  no technique of the corpus that reports results here is missing\n"
        return
    at = [each for each in context.missing if each.at_ratios]
    other = [each for each in context.missing if not each.at_ratios]
    if at:
        yield f"  {quantity(len(at), 'technique')} with figures at these ratios {_is(at)} not compared with:\n"
        yield from (line for each in at for line in _missing(each, each.at_ratios))
    if other:
        yield f"  {quantity(len(other), 'technique')} more with results here, not at these ratios or without figures:\n"
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
    for remark in dict.fromkeys(remark for result in results for remark in result.remarks):
        yield _filled(remark.replace("_", " "), "      ")


def figures(result: Result) -> str:
    """A result in words: 2.03× faster, Top-1 74.76 %."""
    sizes = [f"{ratio(value)} {_SIZE_WORDS[size]}" for size in SIZES if (value := result.get(size)) is not None]
    found = [name for name in QUALITIES if result.get(name) is not None]
    shown = [name for name in found if not name.endswith("_change")] or found
    qualities = [f"{_QUALITY_WORDS[name]} {_percent(result.get(name), name)}" for name in shown]
    variant = f"{result.method}: " if result.method else ""
    return variant + ", ".join([" and ".join(sizes), *qualities])


def _percent(value: float | None, name: str) -> str:
    assert value is not None
    shown = f"{100 * value:+.2f} points" if name.endswith("_change") else f"{100 * value:.2f}\N{NO-BREAK SPACE}%"
    return shown.replace("-", "−")


def _filled(text: str, bullet: str) -> str:
    indent = " " * len(bullet)
    return textwrap.fill(visible(text), _WIDTH, initial_indent=bullet, subsequent_indent=indent) + "\n"
