"""The graph as a picture, drawn by networkx and matplotlib (the extra `corpus`): PNG, SVG or PDF by the file's name.

A row for each paper, oldest first; an arc leads from each paper to those that it compares with. The papers that most
compare with have colours, what leads to a later paper is dashed.
"""

import os
import textwrap
import warnings
from collections.abc import Mapping
from math import sqrt
from pathlib import Path
from typing import Any

from audit.render.arc_diagram import label, loud
from audit.render.notation import quantity
from audit.render.palette import GREY, STONE, VERMILLION
from audit.sources.errors import SourceError
from audit.survey import PaperEntry, Survey
from audit.wording import visible

MOST = 1500  # comparisons: networkx takes half a minute for as many
_ROW = 0.17  # inches from one paper to the next
_NARROWEST, _LOWEST = 6.5, 2.0  # inches
_LABELS, _BESIDE = 3.4, 0.4  # inches to the left of the dots, and to the right of the longest arc
_BEND = 0.75  # how far an arc goes out, of its length
_DPI = 150
_LETTERS = 17  # of the reading, to an inch
_SMALLEST, _GROWTH = 8.0, 65.0  # areas of dots, in points²
_UNDATED = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}}  # the same collection gives the same bytes

Edge = tuple[str, str]


def draw(survey: Survey, path: Path) -> None:
    """Draw the graph of a collection to a file; papers without a comparison are left out.

    Signs that the font does not have are drawn as boxes. Raises ModuleNotFoundError where the extra is not installed,
    SourceError for more comparisons than a picture could show, OSError where the file cannot be written.
    """
    shown = {entry.paper.key: entry for entry in survey.papers if entry.compares_to or entry.compared_by}
    comparisons = sum(len(entry.compares_to) for entry in shown.values())
    if comparisons > MOST:
        raise SourceError(
            f"{survey.corpus.name}: has {comparisons:,} comparisons, expected {MOST:,} at most for a picture; the page "
            "of `audit corpus report` draws all"
        )
    graph = _graph(shown)
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot

    colours = {key: colour.light for key, colour in loud(survey.papers).items()}
    temporary = path.with_name(f".{os.getpid()}.{path.name}")
    style = matplotlib.rc_context({"svg.hashsalt": "prune-audit", "svg.fonttype": "path"})
    with style, warnings.catch_warnings(action="ignore", category=UserWarning):
        figure, axes = pyplot.subplots(figsize=_size(shown), layout="constrained")
        width = figure.get_figwidth()
        try:
            _draw_graph(axes, graph, shown, colours)
            for row, (key, entry) in enumerate(shown.items()):
                weight = "bold" if key in colours else "normal"
                words = f"{entry.paper.date}   {label(visible(key))}   "
                words += f"{len(entry.compared_by)}  " if entry.compared_by else ""
                axes.text(
                    -0.012, -row, words, ha="right", va="center", fontsize=7.5, fontweight=weight, parse_math=False
                )
            axes.set(xlim=(-_LABELS / width, 1 - _LABELS / width), ylim=(-max(len(shown), 1), 1))
            axes.set_title(
                f"Who compares with whom: {len(shown)} papers, {graph.number_of_edges()} comparisons", fontsize=10
            )
            axes.axis("off")
            said = textwrap.fill(_reading(survey, shown, colours), int(width * _LETTERS))
            figure.supxlabel(said, fontsize=7.5, parse_math=False)
            suffix = path.suffix.lower()
            figure.savefig(temporary, dpi=_DPI, format=suffix[1:], metadata=_UNDATED.get(suffix, {}))
            temporary.replace(path)
        finally:
            pyplot.close(figure)
            temporary.unlink(missing_ok=True)


def _size(shown: Mapping[str, PaperEntry]) -> tuple[float, float]:
    """Width and height in inches: an arc goes out by half its bend."""
    rows = {key: row for row, key in enumerate(shown)}
    longest = max((abs(rows[key] - rows[other]) for key in shown for other in shown[key].compares_to), default=0)
    height = max(_ROW * (len(shown) + 5), _LOWEST)
    reach = longest * height / (len(shown) + 1) * _BEND / 2
    return max(_LABELS + reach + _BESIDE, _NARROWEST), height


def _reading(survey: Survey, shown: Mapping[str, PaperEntry], colours: Mapping[str, str]) -> str:
    """How the picture is read, in sentences."""
    told = ["An arc leads from a paper to one that it compares with; numbers say how many compare with it."]
    if colours:
        told.append("The papers that most compare with have colours.")
    if survey.statistics["comparisons_with_later"]:
        told.append("Dashes lead to a paper that was published later.")
    if alone := len(survey.papers) - len(shown):
        told.append(f"{quantity(alone, 'paper')} without a comparison {'is' if alone == 1 else 'are'} not drawn.")
    return " ".join(told)


def _graph(shown: Mapping[str, PaperEntry]) -> Any:
    import networkx

    graph = networkx.DiGraph()
    graph.add_nodes_from(shown)
    graph.add_edges_from((key, other) for key, entry in shown.items() for other in entry.compares_to)
    return graph


def _draw_graph(axes: Any, graph: Any, shown: Mapping[str, PaperEntry], colours: Mapping[str, str]) -> None:
    """Draw the dots and the arcs, the loudest last."""
    import networkx

    place = {key: (0.0, -float(row)) for row, key in enumerate(shown)}
    later = {edge for edge in graph.edges if shown[edge[0]].paper.before(shown[edge[1]].paper)}
    layers: tuple[tuple[list[Edge], float, str], ...] = (
        ([edge for edge in graph.edges if edge not in later and edge[1] not in colours], 0.5, "solid"),
        ([edge for edge in graph.edges if edge not in later and edge[1] in colours], 0.9, "solid"),
        ([edge for edge in graph.edges if edge in later], 1.2, "dashed"),
    )
    for edges, width, style in layers:
        for upwards in (True, False):  # arcs stand to the right, wherever they lead
            drawn = [edge for edge in edges if (place[edge[1]][1] > place[edge[0]][1]) is upwards]
            networkx.draw_networkx_edges(
                graph,
                place,
                ax=axes,
                edgelist=drawn,
                edge_color=[VERMILLION.light if edge in later else colours.get(edge[1], STONE.light) for edge in drawn],
                width=width,
                style=style,
                arrowsize=5,
                node_size=30,
                connectionstyle=f"arc3,rad={_BEND if upwards else -_BEND}",
            )
    most = max((len(entry.compared_by) for entry in shown.values()), default=0) or 1
    sizes = [_SMALLEST + _GROWTH * sqrt(len(entry.compared_by) / most) for entry in shown.values()]
    dots = [colours.get(key, GREY.light) for key in shown]
    networkx.draw_networkx_nodes(graph, place, ax=axes, node_size=sizes, node_color=dots)
