"""A collection from its rows: every figure normalised, and what is held against the whole of it."""

from collections.abc import Iterable, Iterator, Mapping
from statistics import median

from msgspec import Struct
from msgspec.structs import replace

from audit.corpus.normalise import convention, normalise
from audit.corpus.written import Written
from audit.papers import Doubt, Result

_FEWEST = 3  # papers whose dense accuracy says what a pair's usually is
_FAR, _NEAR = 0.3, 0.05  # of accuracy: an error read as one lies this far off, and turned round this near


class Row(Struct, frozen=True):
    """A result with its figures as they are written, before they are normalised."""

    result: Result
    figures: Mapping[str, Written]


def complete(rows: Iterable[Row]) -> tuple[Result, ...]:
    """The results of all rows, normalised.

    A count of operations is of MACs or FLOPs as its own row tells, else as the dense counts of its paper on its pair
    do. A pruned count tells of its own row alone: papers that repeat counts of others mix both.
    """
    held = list(rows)
    own = [convention(row.result.dataset, row.result.architecture, row.figures) for row in held]
    told: dict[tuple, set[str]] = {}
    for row, said in zip(held, own, strict=True):
        if said and "dense_gigaflops" in row.figures:
            told.setdefault((row.result.paper, row.result.pair), set()).add(said)
    results = []
    for row, said in zip(held, own, strict=True):
        others = told.get((row.result.paper, row.result.pair), set())
        silent = "dense_gigaflops" not in row.figures
        counted_as = said or (next(iter(others)) if silent and len(others) == 1 else "")
        values, refusals = normalise(row.figures, counted_as)
        results.append(replace(row.result, values=values, refusals=refusals))
    return tuple(_doubted(results))


def _doubted(results: list[Result]) -> Iterable[Result]:
    """The results with a doubt where a dense accuracy reads like an error, or a ratio is below 1.

    It is reported, not repaired.
    """
    usual: dict[tuple, dict[str, float]] = {}
    for result in results:
        for quantity in ("dense_top1", "dense_top5"):
            value = result.get(quantity)
            if value is not None and result.pair is not None:
                usual.setdefault((result.pair, quantity), {}).setdefault(result.paper, value)
    for result in results:
        doubts = [
            *_shares(result),
            *(
                Doubt(
                    quantity,
                    f"dense {name} of {100 * value:.4g} % reads like an error: others have about {100 * middle:.4g} % "
                    "here",
                )
                for quantity, name in (("dense_top1", "Top-1"), ("dense_top5", "Top-5"))
                if (value := result.get(quantity)) is not None
                and len(others := usual.get((result.pair, quantity), {})) >= _FEWEST
                and abs(value - (middle := median(others.values()))) > _FAR
                and abs(1 - value - middle) < _NEAR
            ),
        ]
        yield replace(result, doubts=tuple(doubts)) if doubts else result


def _shares(result: Result) -> Iterator[Doubt]:
    """A doubt for each ratio below 1, which papers write that mean new ÷ original."""
    for quantity, name in (("compression_ratio", "compression ratio"), ("theoretical_speedup", "theoretical speedup")):
        stated = result.stated(quantity)
        if stated and stated[0].high < 1:
            yield Doubt(quantity, f"{name} of {stated[0].written} is below 1: it reads like the share that is kept")
