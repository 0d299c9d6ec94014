"""The comparisons of every two methods as text: for each method a table of its differences from the others."""

from collections.abc import Sequence

from msgspec import Struct

from audit.render import notation
from audit.render.naming import Names
from audit.render.palette import proposed_first
from audit.report import Duel, PairReport, Report
from audit.wording import points, span


class Difference(Struct, frozen=True):
    """A difference in words, its interval, and what stands behind it or in its way."""

    estimate: str
    interval: str
    behind: str


class MatrixRow(Struct, frozen=True):
    """A method that another is held against, and the differences at each size; None where they do not meet."""

    against: str
    differences: tuple[Difference | None, ...]


class Matrix(Struct, frozen=True):
    """The differences of one method from all others on a pair."""

    method: str
    proposed: bool
    columns: tuple[str, ...]
    rows: tuple[MatrixRow, ...]


def matrices(report: Report, pair: PairReport) -> tuple[Matrix, ...]:
    """A table for each method of a pair that is held against others, proposed ones first."""
    names = Names.of(report)
    of_method: dict[str, list[Duel]] = {}
    for duel in report.duels:
        if (duel.dataset, duel.architecture) == (pair.dataset, pair.architecture):
            of_method.setdefault(duel.method, []).append(duel)
    order = [method.name for method in proposed_first(report.methods)]
    proposed = {method.name for method in report.methods if method.role == "proposed"}
    return tuple(
        _matrix(report, names, name, name in proposed, order, of_method[name]) for name in order if name in of_method
    )


def _matrix(
    report: Report, names: Names, method: str, proposed: bool, order: Sequence[str], found: Sequence[Duel]
) -> Matrix:
    sized = [duel for duel in found if duel.ratio is not None or duel.speedup is not None]
    in_order = sorted(sized, key=lambda duel: (duel.speedup or 0, duel.ratio or 0))
    columns = list(dict.fromkeys(map(_column, in_order)))
    at = {(duel.against, _column(duel)): _difference(report, duel) for duel in found}
    rows = [name for name in order if any(duel.against == name for duel in found)]
    return Matrix(
        names.methods.get(method, method),
        proposed,
        tuple(columns),
        tuple(
            MatrixRow(names.methods.get(name, name), tuple(at.get((name, column)) for column in columns))
            for name in rows
        ),
    )


def _column(duel: Duel) -> str:
    return notation.ratio(duel.ratio) if duel.speedup is None else notation.speedup(duel.speedup)


def _difference(report: Report, duel: Duel) -> Difference:
    if duel.estimate is None or duel.interval is None:
        return Difference(notation.UNKNOWN, "", duel.why)
    percent = report.metric.percent
    n = f"n = {duel.n[0]}" if duel.n[0] == duel.n[1] else f"n = {duel.n[0]} and {duel.n[1]}"
    return Difference(
        points(duel.estimate, percent=percent).removesuffix(" points"),
        span(duel.interval, percent=percent),
        f"{duel.test}, {n}",
    )
