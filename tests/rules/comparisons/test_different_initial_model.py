"""CMP005: methods start from the same weights."""

from collections.abc import Callable

import numpy as np
import pytest

from audit.results import Results
from audit.rule import Verdict
from audit.study import Study
from tests import studies
from tests.studies import Cases, Row, case, changed, table, without

CASES = Cases(
    sound=lambda: case(table()),
    faulty=lambda: case(changed(table(), lambda row: row["method"] == "mine", initial_weights="other")),
    silent=lambda: case(without(table(), None, "initial_weights")),
    on_silence=Verdict.UNDECIDABLE,
)


def found(columns: studies.Table, toml: str = studies.STUDY) -> studies.Finding:
    """What is said of the pair."""
    return studies.only(case(columns, toml), "CMP005")


def of(method: str, seed: str = "123") -> Callable[[Row], bool]:
    """Rows of a method at some seeds."""
    return lambda row: row["method"] == method and row["seed"] in seed


def test_names_the_seed_and_the_starting_point():
    """One seed at which a method differs is enough, and is named."""
    said = found(changed(table(), of("mine", "2"), initial_weights="other"))
    assert said.verdict is Verdict.FAIL
    assert said.observed == "different hashes at seed 2, starting from trained"


def test_starting_points_are_compared_within():
    """A method that starts elsewhere is not compared with those that do not."""
    columns = changed(table(), of("mine"), starts_from="init", initial_weights=lambda row: f"init-{row['seed']}")
    assert found(columns).verdict is Verdict.PASS


def test_no_two_methods_with_one_starting_point():
    """Where each method has a starting point of its own, nothing is compared."""
    two = {name: studies.METHODS[name] for name in ("mine", "random_all")}
    assert found(changed(table(methods=two), of("mine"), starts_from="init")).verdict is Verdict.NOT_APPLICABLE
    assert found(table(methods={"mine": studies.MINE})).verdict is Verdict.NOT_APPLICABLE


def test_no_shared_seed_is_no_pass():
    """Methods that share no seed cannot be compared."""
    two = {name: studies.METHODS[name] for name in ("mine", "random_all")}
    columns = changed(
        table(methods=two), of("mine"), seed=lambda row: f"{row['seed']}0", initial_weights=lambda row: row["seed"]
    )
    assert found(columns).verdict is Verdict.UNDECIDABLE


@pytest.mark.parametrize("column", ["seed", "starts_from"])
def test_different_hashes_at_unknown_places_are_not_a_fault(column: str):
    """Weights that differ where seed or starting point is unknown may differ for good reason."""
    said = found(without(changed(table(), of("mine"), initial_weights="other"), None, column))
    assert said.verdict is Verdict.UNDECIDABLE


def test_one_checkpoint_for_all_is_the_same_for_all():
    """One hash for every network needs neither seeds nor starting points."""
    columns = changed(table(), initial_weights="checkpoint", seed=None, starts_from=None)
    assert found(columns).verdict is Verdict.PASS


def test_a_missing_hash_leaves_it_open():
    """One network without a hash is no pass; a difference among the others is still a fail."""
    assert found(changed(table(), of("random_all", "2"), initial_weights=None)).verdict is Verdict.UNDECIDABLE
    columns = changed(table(), of("random_all", "2"), initial_weights=None)
    assert found(changed(columns, of("mine", "2"), initial_weights="other")).verdict is Verdict.FAIL


def test_a_method_that_differs_within_itself_shows_nothing_of_the_others():
    """Hashes that vary within the one hashed method are not a difference between methods."""
    two = {name: studies.METHODS[name] for name in ("mine", "random_all")}
    columns = changed(table(methods=two), of("random_all"), initial_weights=None)
    columns = changed(columns, of("mine"), initial_weights=lambda row: f"{row['compression_target']}")
    assert found(columns).verdict is Verdict.UNDECIDABLE


def test_controls_are_not_compared():
    """A small dense network that is trained from scratch starts from weights of its own."""
    scratch = changed(table(methods={"scratch": {}}), initial_weights="small", starts_from="trained")
    assert found(studies.joined(table(), without(scratch, of("dense")))).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("gap", "n_test", "verdict"),
    [(0.0, 1000, "undecidable"), (0.001, 1000, "undecidable"), (0.0021, 1000, "fail"), (0.0021, None, "undecidable"),
     (0.0015, 10000, "fail"), (0.5, 0, "undecidable")],
)  # fmt: skip
def test_dense_accuracies_without_hashes(gap: float, n_test: float | None, verdict: str):
    """Dense accuracies that differ by more than an image show different networks; nearer ones show nothing."""
    columns = changed(without(table(), None, "initial_weights"), dense_top1=0.9, n_test=n_test)
    assert found(changed(columns, of("mine"), dense_top1=0.9 - gap)).verdict.value == verdict


@pytest.mark.parametrize(
    ("texts", "verdict"),
    [(("0.90", "0.91"), "undecidable"), (("0.900", "0.912"), "fail"), (("0.9", "1e0"), "undecidable")],
)
def test_printed_precision_of_dense_accuracies(texts: tuple[str, str], verdict: str):
    """A difference of one printed unit may be rounding."""
    columns = without(table(), None, "initial_weights")
    columns = changed(columns, dense_top1=lambda row: float(texts[row["method"] == "mine"]))
    plain = studies.results(columns)
    written = np.array([texts[row["method"] == "mine"] for row in studies.to_rows(columns)], object)
    judged = studies.Case(
        Results(plain.columns, plain.origin, written={"dense_top1": written}), Study.parse(studies.STUDY)
    )
    assert studies.only(judged, "CMP005").verdict.value == verdict


@pytest.mark.parametrize(("other", "verdict"), [(0.9, "undecidable"), (0.88, "fail")])
def test_own_controls_before_fine_tuning(other: float, verdict: str):
    """Methods' own 1× rows before fine-tuning are dense accuracies, too."""
    two = {name: studies.METHODS[name] for name in ("mine", "random_all")}
    columns = without(table(methods=two, ratios=(1, 2, 4)), of("dense"), "initial_weights")
    columns = changed(columns, before_finetuning_top1=lambda row: other if row["method"] == "mine" else 0.9)
    assert found(columns).verdict.value == verdict


def test_before_fine_tuning_above_one_says_nothing():
    """What a pruned network reaches before fine-tuning differs between methods by right."""
    columns = changed(
        without(table(), None, "initial_weights"), before_finetuning_top1=lambda row: len(row["method"]) / 20
    )
    assert found(columns).verdict is Verdict.UNDECIDABLE
