"""Methods with one starting point, on one pair and seed, start from the same weights.

What it checks
On each pair, the pruned networks of methods that prune by a score, grouped by starting point (init, rewound, trained)
and seed: within a group all methods have one hash in `initial_weights`. Without hashes, accuracies of the dense network
before any fine-tuning (`dense_top1`, or `before_finetuning_top1` of the method's own 1× networks) that differ by more
than one test image and their printed precision show different networks and fail; equal ones show nothing. Undecidable:
hashes, seeds or starting points missing, or no seed in common. Not applicable where no two methods share a starting
point.

Why it matters
Two methods that prune different networks compare networks, not methods.

Example
At seed 1 `mine` starts from a checkpoint of 93.1 % and `global_magnitude` from one of 92.4 %: fail.

What it cannot see
Whether a hash is of the weights it is said to be of; checkpoints that agree in accuracy alone.

Source: Blalock et al. 2020, section 6.
"""

from collections.abc import Iterator, Mapping

import numpy as np
from msgspec import Struct

from audit.case import Case
from audit.results import distinct, numbered
from audit.roles import NO_SCORE
from audit.rule import FAIL, NOT_APPLICABLE, PASS, UNDECIDABLE, Judgement, Rule, Scope, Severity, Verdict
from audit.subjects import each_pair

RULE = Rule("CMP005", "different-initial-model", Severity.ERROR, Scope.PAIR, absent=UNDECIDABLE)

ROUNDING = 1e-12
_REMEDY = {
    FAIL: "prune the same network with every method at each seed",
    UNDECIDABLE: "record a hash of the initial weights in `initial_weights`, with `seed` and `starts_from`, "
    "for every network",
}


def check(case: Case) -> Judgement:
    """Compare initial weights within each starting point and seed of a pair."""
    pair = case.results.cells.pair
    subjects = each_pair(case.results)
    compared = _Compared.of(case)
    said = [
        _about(case, compared, compared.of_pair(pair[subjects.cells(number)[0]])) for number in range(len(subjects))
    ]
    return Judgement(
        subjects,
        [verdict for verdict, *_ in said],
        [observed for _, observed, _ in said],
        expected="equal initial weights for all methods at each seed and starting point",
        message=[message for *_, message in said],
        remedy=_REMEDY,
    )


class _Compared(Struct, frozen=True):
    """The networks that are compared (networks,), by pair, and the groups of one starting point and seed they form.

    `rows` are row numbers and `begins` says where each pair's networks do. Of groups: `methods` counts methods, `apart`
    marks those whose hashed methods start from different weights; `accuracies` are the stated accuracies of the dense
    model that differ in groups in which a hash is missing.
    """

    rows: np.ndarray
    begins: np.ndarray
    method: np.ndarray
    start: np.ndarray
    seed: np.ndarray
    weights: np.ndarray
    group: np.ndarray
    methods: np.ndarray
    apart: np.ndarray
    accuracies: Mapping[int, str]

    @classmethod
    def of(cls, case: Case) -> "_Compared":
        """Group the pruned networks of methods that prune by a score."""
        results, cells = case.results, case.results.cells
        names = results.text("method").categories
        control = [code for code, name in enumerate(names) if _is_control(case, name)]
        among = results.evaluated & ~results.dense & ~np.isin(results.text("method").codes, control)
        pair = cells.pair[cells.of_row]
        rows = np.flatnonzero(among)
        rows = rows[np.argsort(pair[rows], kind="stable")]
        begins = np.searchsorted(pair[rows], np.arange(cells.pair.max(initial=-1) + 2))
        method, weights = results.text("method").codes[rows], results.text("initial_weights").codes[rows]
        start, seed = case.starts_from.codes[rows], results.text("seed").codes[rows]
        group = numbered(pair[rows], start, seed)
        groups = int(group.max(initial=-1)) + 1
        hashed = weights >= 0
        used = np.unique(numbered(group, weights, method)[hashed], return_index=True)[1]
        of_group, of_method = group[hashed][used], method[hashed][used]
        of_weights = numbered(of_group, weights[hashed][used])  # which methods of a group start from which weights
        fewest = np.full(groups, np.inf)
        np.minimum.at(fewest, of_group, np.bincount(of_weights)[of_weights])
        apart = fewest < distinct(of_group, of_method, groups)
        methods = distinct(group, method, groups)
        bare = (np.bincount(group[~hashed], minlength=groups) > 0) & (methods > 1)
        certain = (start >= 0) & (seed >= 0) & bare[group]
        accuracies = dict(_dense_apart(case, rows[certain], group[certain]))
        return cls(rows, begins, method, start, seed, weights, group, methods, apart, accuracies)

    def of_pair(self, pair: int) -> np.ndarray:
        """The networks of one pair."""
        return np.arange(self.begins[pair], self.begins[pair + 1])


def _is_control(case: Case, method: str) -> bool:
    role = case.roles.by_name.get(method)
    return role is None or role.get("score") == NO_SCORE


def _about(case: Case, compared: _Compared, mine: np.ndarray) -> tuple[Verdict, str, str]:
    """Verdict, what was seen and message for the networks of one pair."""
    if len(np.unique(compared.method[mine])) < 2:
        return NOT_APPLICABLE, "", "there is one method on this pair: nothing is compared"
    certain = (compared.start[mine] >= 0) & (compared.seed[mine] >= 0)
    groups = np.unique(compared.group[mine[certain]])
    groups = groups[compared.methods[groups] > 1]
    apart = groups[compared.apart[groups]]
    if len(apart):
        more = f" and {len(apart) - 1} more" if len(apart) > 1 else ""
        seen = f"different hashes at {_where(case, compared, apart[0])}{more}"
        return FAIL, seen, "methods start from different weights at the same seed"
    differing = [group for group in groups.tolist() if group in compared.accuracies] if compared.accuracies else []
    if differing:
        seen = f"{compared.accuracies[differing[0]]} at {_where(case, compared, differing[0])}"
        return FAIL, seen, "methods start from different networks at the same seed"
    unclear = "whether methods start from the same weights cannot be told"
    weights = compared.weights[mine]
    if (weights >= 0).all() and len(np.unique(weights)) == 1:
        return PASS, "one hash for all networks", "methods start from the same weights"
    if (weights < 0).any():
        return UNDECIDABLE, f"{(weights < 0).sum()} of {len(mine)} networks without a hash", unclear
    if not certain.all():
        return UNDECIDABLE, "starting points or seeds are not recorded for every network", unclear
    if not len(groups):
        if _share_a_start(compared, mine):
            return UNDECIDABLE, "no two methods share a seed", unclear
        return NOT_APPLICABLE, "", "no two methods share a starting point"
    places = f"each of {len(groups)} seeds and starting points" if len(groups) > 1 else "the one seed"
    return PASS, f"equal hashes at {places}", "methods start from the same weights"


def _share_a_start(compared: _Compared, mine: np.ndarray) -> bool:
    both = np.unique(numbered(compared.start[mine], compared.method[mine]))
    return len(np.unique(compared.start[mine])) < len(both)


def _where(case: Case, compared: _Compared, group: int) -> str:
    row = compared.rows[np.argmax(compared.group == group)]
    return f"seed {case.results.text('seed').text(row)}, starting from {case.starts_from.text(row)}"


def _dense_apart(case: Case, rows: np.ndarray, group: np.ndarray) -> Iterator[tuple[int, str]]:
    """The groups in which stated accuracies of the dense model differ by more than an image and their rounding."""
    if not len(rows):
        return
    results = case.results
    controls, of_group = _own_controls(case, rows, group)
    for column, found, key in (("before_finetuning_top1", controls, of_group), ("dense_top1", rows, group)):
        values, examples = results.number(column)[found], results.number("n_test")[found]
        known = np.isfinite(values) & (examples > 0)
        found, key, values, examples = found[known], key[known], values[known], examples[known]
        order = np.lexsort((values, key))
        last = np.flatnonzero(np.append(np.diff(key[order]) != 0, [True] * (len(order) > 0)))
        first = np.append(0, last + 1)[: len(last)]
        fewest = np.full(int(key.max(initial=-1)) + 1, np.inf)
        np.minimum.at(fewest, key, examples)
        for low, high in zip(order[first], order[last], strict=True):
            gap = values[high] - values[low] - 1 / fewest[key[low]]
            if (
                gap > ROUNDING
                and gap > max(results.printed_unit(column, found[each]) for each in (low, high)) + ROUNDING
            ):
                yield int(key[low]), f"`{column}` is {values[low]:.6g} and {values[high]:.6g}"


def _own_controls(case: Case, rows: np.ndarray, group: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The 1× rows of the same methods, on their pair, from their starting point and seed, and the group of each."""
    results, cells = case.results, case.results.cells
    place = numbered(cells.method_on_pair[cells.of_row], case.starts_from.codes, results.text("seed").codes)
    of_place = np.full(place.max() + 1, -1)
    of_place[place[rows]] = group
    controls = np.flatnonzero(results.dense & results.evaluated & (of_place[place] >= 0))
    return controls, of_place[place[controls]]
