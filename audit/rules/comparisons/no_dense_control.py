"""Each pair has a dense (1×) network per seed and starting point, trained for as long as the pruned ones.

Pruned networks are fine-tuned; a dense network that was not trained for those steps too makes pruning look better
than it is, and without one there is nothing to measure a drop from. The control's `steps_final_weights` must lie within
those of the pruned networks of its seed and starting point (1 % apart at most); where steps are not recorded, equal
epochs and batch size stand in. Source: Blalock et al. 2020, section 6.
"""

import numpy as np

from audit.case import Case
from audit.rule import FAIL, PASS, UNDECIDABLE, Judgement, Rule, Scope, Severity, Verdict
from audit.subjects import each_pair

RULE = Rule("CMP004", "no-dense-control", Severity.ERROR, Scope.PAIR, absent=FAIL, parameters={"tolerance": 0.01})


def check(case: Case, *, tolerance: float) -> Judgement:
    """Match dense and pruned networks of each pair by starting point and seed, and compare their steps."""
    results = case.results
    subjects = each_pair(results)
    judged = [_judge(case, subjects.rows(number), tolerance) for number in range(len(subjects))]
    return Judgement(
        subjects,
        [verdict for verdict, _ in judged],
        [observed for _, observed in judged],
        expected="a dense network per seed and starting point, with the steps of the pruned ones",
        message={
            PASS: "dense controls for every seed and starting point, trained as long as the pruned networks",
            FAIL: "no dense control to compare with",
            UNDECIDABLE: "whether the dense networks were trained as long as the pruned ones cannot be told",
        },
        remedy={
            FAIL: "train a dense network for each seed and starting point for as many steps as the pruned ones",
            UNDECIDABLE: "record `seed`, `starts_from` and `steps_final_weights` for dense and pruned networks",
        },
    )


def _judge(case: Case, rows: np.ndarray, tolerance: float) -> tuple[Verdict, str]:
    results = case.results
    rows = rows[results.evaluated[rows]]
    dense, pruned = rows[results.dense[rows]], rows[~results.dense[rows]]
    if not len(dense):
        return FAIL, "no dense network"
    if not len(pruned):
        return PASS, f"{len(dense)} dense networks and no pruned one"
    worst: tuple[Verdict, str] = (PASS, "")
    matched = 0
    for start, seed in sorted(_keys(case, pruned)):
        controls = _having(case, dense, start, seed)
        peers = _having(case, pruned, start, seed)
        named = results.text("seed").categories[seed] if seed >= 0 else "not recorded"
        who = f"starting point {start or 'not recorded'}, seed {named}"
        if not len(controls):
            return FAIL, f"no dense network for {who}"
        matched += len(controls)
        verdict, seen = _steps(case, controls, peers, tolerance)
        if verdict is FAIL:
            return FAIL, f"{seen} ({who})"
        if verdict is UNDECIDABLE:
            worst = (UNDECIDABLE, f"{seen} ({who})")
        elif worst[0] is PASS:
            worst = (PASS, seen)
    verdict, seen = worst
    return verdict, seen if verdict is UNDECIDABLE else f"{matched} dense networks, {seen}"


def _keys(case: Case, rows: np.ndarray) -> set[tuple[str, int]]:
    seeds = case.results.text("seed").codes
    return {(str(case.starts_from[row]), int(seeds[row])) for row in rows}


def _having(case: Case, rows: np.ndarray, start: str, seed: int) -> np.ndarray:
    """Rows of that starting point and seed; what a row does not say is not held against it."""
    starts, seeds = case.starts_from[rows], case.results.text("seed").codes[rows]
    return rows[((starts == start) | (starts == "") | (start == "")) & ((seeds == seed) | (seeds < 0) | (seed < 0))]


def _steps(case: Case, controls: np.ndarray, peers: np.ndarray, tolerance: float) -> tuple[Verdict, str]:
    results = case.results
    steps = results.number("steps_final_weights")
    if np.isfinite(steps[controls]).all() and np.isfinite(steps[peers]).all():
        low, high = steps[peers].min() * (1 - tolerance), steps[peers].max() * (1 + tolerance)
        given = steps[controls]
        span = f"{given.min():.0f}" if given.min() == given.max() else f"{given.min():.0f}–{given.max():.0f}"
        peer_span = (
            f"{steps[peers].min():.0f}"
            if steps[peers].min() == steps[peers].max()
            else f"{steps[peers].min():.0f}–{steps[peers].max():.0f}"
        )
        fine = bool(np.all((given >= low) & (given <= high)))
        return (PASS if fine else FAIL), f"dense {span} steps, pruned {peer_span}"
    stand_ins = [results.number(name) for name in ("epochs", "batch_size")]
    together = np.concatenate([controls, peers])
    if all(np.isfinite(values[together]).all() and np.ptp(values[together]) == 0 for values in stand_ins):
        return PASS, "equal epochs and batch size (steps are not recorded)"
    return UNDECIDABLE, "`steps_final_weights` is not recorded"
