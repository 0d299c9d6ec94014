"""NUM008: runs with different seeds are different runs."""

from collections.abc import Sequence

import numpy as np
import pytest

from audit.rule import Verdict
from tests import studies
from tests.studies import Cases, Row, case, changed, table, with_curves, without

CODE = "NUM008"
SEEDS = (1, 2, 3)


def varied(seeds: Sequence[int] = SEEDS, *, loss: bool = True, spread: float = 0.004) -> studies.Table:
    """A study whose runs vary as runs do, without digests."""
    generator = np.random.default_rng(7)
    columns = changed(
        without(table(seeds=seeds), None, "predictions", "mask", "initial_weights"),
        top1=lambda row: round((row["top1"] - 0.05 + generator.normal(0, spread)) * 10000) / 10000,
    )
    return changed(columns, loss=lambda row: 1 - row["top1"] + generator.normal(0, 0.01)) if loss else columns


def copied(columns: studies.Table, names: Sequence[str], where: Sequence[float] = (4, 8, 16)) -> studies.Table:
    """The same with seed 2 of the proposed method being a copy of seed 1 at some ratios."""
    first = {
        row["compression_target"]: row
        for row in studies.to_rows(columns)
        if row["method"] == "mine" and row["seed"] == "1"
    }
    return changed(
        columns,
        lambda row: row["method"] == "mine" and row["seed"] == "2" and row["compression_target"] in where,
        **{name: lambda row, name=name: first[row["compression_target"]][name] for name in names},
    )


CASES = Cases(
    sound=lambda: case(varied()),
    faulty=lambda: case(copied(varied(), ("top1", "loss"))),
    silent=lambda: case(without(table(), None, "seed")),
    on_silence=Verdict.NOT_APPLICABLE,
)


def of_mine(columns: studies.Table) -> studies.Finding:
    """What is said of the proposed method."""
    return studies.only(case(columns), CODE, method="mine")


def test_copied_losses():
    """A full-precision loss that ties is enough, at one ratio; seeds, value and ratio are shown."""
    found = of_mine(copied(varied(), ("top1", "loss"), (8,)))
    assert found.verdict is Verdict.FAIL
    assert found.observed.startswith("seeds 1 and 2 tie in `loss` (0.")
    assert found.observed.endswith("at 8.01×")
    assert "inconsistent with different seeds" in found.message
    assert found.evidence_total == 2


def test_a_loss_of_few_digits_is_no_evidence():
    """Losses of six digits tie by chance."""
    columns = changed(varied(), loss=lambda row: round(row["loss"], 4))
    assert of_mine(copied(columns, ("top1", "loss"), (8,))).verdict is Verdict.PASS


def test_ties_beside_other_losses_are_cleared():
    """Equal accuracies of runs whose losses differ are chance, however many there are."""
    assert of_mine(copied(varied(), ("top1",), (2, 4, 8, 16, 32))).verdict is Verdict.PASS


def test_accuracies_alone_are_weighed():
    """Without losses, ties at all of five ratios are beyond chance, at one they are not."""
    columns = varied(loss=False, spread=0.01)
    found = of_mine(copied(columns, ("top1",), (2, 4, 8, 16, 32)))
    assert found.verdict is Verdict.FAIL
    assert "likely" in found.observed
    assert "pairs of seeds" in found.observed
    assert of_mine(copied(columns, ("top1",), (8,))).verdict is Verdict.PASS


def test_small_test_sets_tie_by_chance():
    """On 100 examples everything ties, and nothing follows: neither that seeds are copies nor that they differ."""
    columns = changed(varied(loss=False), top1=lambda row: round(row["top1"], 2), n_test=100.0)
    assert of_mine(copied(columns, ("top1",), (2, 4, 8, 16, 32))).verdict is Verdict.UNDECIDABLE


def test_digests_of_predictions():
    """Equal predictions of networks that err are enough; those of nearly perfect ones are not."""
    columns = changed(varied(loss=False), predictions=lambda row: f"{row['method']}-{row['top1']}-{row['seed']}")
    assert of_mine(copied(columns, ("top1", "predictions"), (8,))).verdict is Verdict.FAIL
    perfect = changed(columns, lambda row: row["method"] == "mine", top1=0.9995, predictions="same")
    assert of_mine(perfect).verdict is not Verdict.FAIL


def test_whole_curves():
    """Curves that agree in every value are enough, if they have values of their own."""

    def judged(length: int) -> studies.Case:
        columns = copied(varied(loss=False), ("top1",), (8,))
        generator = np.random.default_rng(1)
        drawn: dict[tuple, list[float]] = {}

        def curves(row: Row) -> dict[str, list[float]]:
            copy = row["method"] == "mine" and row["compression_target"] == 8 and row["seed"] == "2"
            key = (row["method"], row["compression_target"], "1" if copy else row["seed"])
            return {"test_top1": drawn.setdefault(key, generator.uniform(0.5, 0.9, length).tolist())}

        return with_curves(case(columns), curves)

    found = studies.only(judged(20), CODE, method="mine")
    assert found.verdict is Verdict.FAIL
    assert "whole curves" in found.observed
    assert studies.only(judged(4), CODE, method="mine").verdict is Verdict.PASS


def test_one_checkpoint_is_left_to_the_number_of_seeds():
    """Runs that are known to start from the same weights may be deterministic; RES004 counts them once."""
    columns = copied(varied(), ("top1", "loss"))
    assert of_mine(changed(columns, initial_weights="one")).verdict is Verdict.PASS
    assert of_mine(changed(columns, initial_weights=lambda row: row["seed"])).verdict is Verdict.FAIL


def test_where_all_seeds_tie():
    """All seeds of a cell that tie may be deterministic runs of one checkpoint: what settles it is told."""
    columns = varied()
    first = {(row["method"], row["compression_target"]): row for row in studies.to_rows(columns) if row["seed"] == "1"}
    same = changed(
        columns, **{
            name: lambda row, name=name: first[row["method"], row["compression_target"]][name]
            for name in ("top1", "loss")
        },
    )  # fmt: skip
    found = of_mine(same)
    assert found.verdict is Verdict.UNDECIDABLE
    assert "`initial_weights`" in found.remedy
    assert of_mine(changed(same, initial_weights=lambda row: row["seed"])).verdict is Verdict.FAIL
    jitter = changed(same, loss=lambda row: row["loss"] * (1 + (1e-7 if row["seed"] == "3" else 0)))
    assert of_mine(jitter).verdict is Verdict.UNDECIDABLE


def test_dense_networks_may_be_one_checkpoint():
    """A dense network that was evaluated once for all seeds is no copy."""
    columns = changed(varied(), lambda row: row["method"] == "dense", top1=0.9, loss=0.3127461)
    assert studies.only(case(columns), CODE, method="dense").verdict is Verdict.PASS


def test_collapsed_networks_tie():
    """Networks at chance predict one class, and are the same."""
    columns = changed(varied(), lambda row: row["compression_target"] == 32, top1=0.1, loss=2.302585093)
    assert of_mine(columns).verdict is Verdict.PASS


def test_networks_that_predict_one_class():
    """Networks that always predict the largest class of an unbalanced test set tie, and are the same."""
    hashed = changed(varied(), initial_weights=lambda row: row["seed"])
    low = changed(hashed, lambda row: row["compression_target"] >= 16, top1=0.1959, loss=2.1972245, predictions="one")
    assert of_mine(low).verdict is Verdict.PASS
    one = changed(hashed, lambda row: row["compression_target"] == 32, top1=0.0192, loss=3.9512437, predictions="one")
    assert of_mine(changed(one, dataset="of unknown classes")).verdict is Verdict.PASS


@pytest.mark.parametrize("change", [{"seed": None}, {"status": "failed"}, {"n": 3.0}, {"seed": "1"}])
def test_rows_that_are_not_compared(change: dict):
    """Unseeded rows, failed runs, means and repeats of a seed are no different seeds."""
    assert of_mine(changed(copied(varied(), ("top1", "loss")), **change)).verdict is Verdict.NOT_APPLICABLE


def test_level_is_a_parameter():
    """The probability below which ties count is set in audit.toml."""
    columns = copied(varied(loss=False, spread=0.01), ("top1",), (2, 4, 8, 16, 32))
    toml = studies.STUDY + "[rules.NUM008]\nlevel = 1e-30\n"
    assert studies.only(case(columns, toml), CODE, method="mine").verdict is Verdict.UNDECIDABLE


def test_copies_of_all_seeds_show_no_spread():
    """Where every seed has one accuracy in every cell, or four of five have, it cannot be told what they are."""
    every = changed(varied(loss=False), lambda row: row["method"] == "mine", top1=lambda row: _of_ratio(row))
    found = of_mine(every)
    assert found.verdict is Verdict.UNDECIDABLE
    assert "tie in `top1` at 5 points (2×, 4×, 8.01×, 16×, 32×), all of its cells" in found.observed
    two_cells = changed(every, lambda row: row["compression_target"] > 4, seed="1")
    assert of_mine(two_cells).verdict is Verdict.PASS


def _of_ratio(row: Row) -> float:
    return round(0.95 - 0.003 * row["compression_target"], 4)
