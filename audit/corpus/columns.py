"""The tables of a collection: every column, what it may hold, and its meaning.

A collection is a directory with `papers`, `results` and `comparisons`, each a CSV or a Parquet file, and `values`,
which says what each figure became: it is written from `results`, and held against it when it is read.
"""

from collections.abc import Mapping
from enum import Enum

from msgspec import Struct

from audit.corpus.dates import WRITTEN


class Held(Enum):
    """What the cells of a column hold."""

    TEXT = "text"
    DATE = WRITTEN
    FLAG = "true or false"
    COUNT = "whole number, 1 or more"
    LIST = "names, separated by `;`"
    SHARE = "percentage with its %, or fraction; from 0 to 100 %"
    CHANGE = "percentage points with their %; pruned minus dense"
    DEVIATION = "percentage points with their %"
    RATIO = "number, original ÷ new"
    AMOUNT = "number"


class Column(Struct, frozen=True):
    """A column: its name, what it holds, its meaning, and whether every row needs it."""

    name: str
    held: Held
    meaning: str
    required: bool = False


def _of(*rows: tuple) -> tuple[Column, ...]:
    return tuple(Column(*row) for row in rows)


_T, _S = Held.TEXT, Held.SHARE

PAPERS = _of(
    ("key", _T, "name of the paper, unique in the collection", True),
    ("date", Held.DATE, "when it was published, as far as known", True),
    ("title", _T, "its title"),
    ("authors", _T, "its authors as BibTeX has them, `Surname, Name and Surname, Name`"),
    ("venue", _T, "where it was published"),
    ("peer_reviewed", Held.FLAG, "whether it was peer-reviewed"),
    ("techniques", Held.LIST, "techniques that it introduces, by the names that others use"),
    ("outside_definition", Held.LIST, "those of its techniques that fall outside the definition of pruning"),
    ("kind", _T, "what ranks or selects the weights: `magnitude`, `gradient`, `second-order`, …"),
    ("set_aside", _T, "why its figures are not held against those of others; empty where they are"),
    ("bibtex", _T, "its BibTeX entry"),
    ("notes", _T, "notes"),
)
COMPARISONS = _of(
    ("paper", _T, "key of the paper that compares", True),
    ("compared_to", _T, "key of the paper that it compares with; one that is no paper here is reported", True),
)
IDENTITY = _of(
    ("result", _T, "name of the result, unique in the collection", True),
    ("paper", _T, "key of the paper that reports it", True),
    ("dataset", _T, "name of the data set; empty where the paper does not say"),
    ("architecture", _T, "name of the architecture; empty where the paper does not say"),
    ("method", _T, "variant of the paper's method, where it has several"),
    ("reported_for", _T, "technique of others that it is a result of; empty for a self-reported one"),
    ("trials", Held.COUNT, "trials behind it"),
    ("notes", _T, "notes"),
)
FIGURES = _of(
    ("top1", _S, "Top-1 accuracy"),
    ("top5", _S, "Top-5 accuracy"),
    ("error_top1", _S, "Top-1 error"),
    ("error_top5", _S, "Top-5 error"),
    ("top1_change", Held.CHANGE, "change of Top-1 accuracy"),
    ("top5_change", Held.CHANGE, "change of Top-5 accuracy"),
    ("top1_deviation", Held.DEVIATION, "deviation of Top-1 over the trials"),
    ("dense_top1", _S, "Top-1 accuracy of the dense network"),
    ("dense_top5", _S, "Top-5 accuracy of the dense network"),
    ("dense_error_top1", _S, "Top-1 error of the dense network"),
    ("dense_error_top5", _S, "Top-5 error of the dense network"),
    ("dense_top1_deviation", Held.DEVIATION, "deviation of Top-1 of the dense network over the trials"),
    ("compression_ratio", Held.RATIO, "all parameters ÷ remaining parameters"),
    ("parameters_removed", _S, "parameters removed, as a share of all: the sparsity"),
    ("parameters_kept", _S, "parameters kept, as a share of all"),
    ("parameters_millions", Held.AMOUNT, "millions of parameters left"),
    ("dense_parameters_millions", Held.AMOUNT, "millions of parameters of the dense network"),
    ("theoretical_speedup", Held.RATIO, "all operations ÷ remaining operations"),
    ("flops_removed", _S, "operations removed, as a share of all"),
    ("flops_kept", _S, "operations kept, as a share of all"),
    ("gigaflops", Held.AMOUNT, "10⁹ operations left, MACs or FLOPs, as the paper counts"),
    ("dense_gigaflops", Held.AMOUNT, "10⁹ operations of the dense network, as the paper counts"),
)
RESULTS = (*IDENTITY[:-1], *FIGURES, IDENTITY[-1])
VALUES = _of(
    ("result", _T, "name of the result", True),
    ("quantity", _T, "what the value is of", True),
    ("value", Held.AMOUNT, "the value: fractions, original ÷ new, counts", True),
    ("written", _T, "the figures that it comes from, as they are written"),
    ("rule", _T, "how it comes from them", True),
)
TABLES: Mapping[str, tuple[Column, ...]] = {
    "papers": PAPERS,
    "results": RESULTS,
    "comparisons": COMPARISONS,
    "values": VALUES,
}
