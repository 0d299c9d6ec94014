"""RES005: seeds with initial weights of their own."""

from audit.rule import Verdict
from tests import studies
from tests.studies import Cases, case, changed, table, without

CASES = Cases(
    sound=lambda: case(table()),
    faulty=lambda: case(changed(table(), initial_weights="checkpoint")),
    silent=lambda: case(without(table(), None, "initial_weights")),
    on_silence=Verdict.UNDECIDABLE,
)


def found(columns: studies.Table) -> studies.Finding:
    """What is said of the pair."""
    return studies.only(case(columns), "RES005")


def test_one_checkpoint_conditions_the_intervals():
    """The message says what every interval is conditional on."""
    assert found(changed(table(), initial_weights="w")).message.endswith("conditional on this checkpoint")


def test_two_seeds_that_share_among_three():
    """Seeds that share weights fail even where another seed brings a second hash."""
    assert (
        found(changed(table(), lambda row: row["seed"] == "2", initial_weights="resnet20-cifar10-1")).verdict
        is Verdict.FAIL
    )
    several = studies.joined(
        changed(table(), lambda row: row["seed"] == "2", initial_weights="resnet20-cifar10-1"),
        changed(table(seeds=(3,)), initial_weights="other"),
    )
    assert found(several).verdict is Verdict.FAIL


def test_a_seed_without_a_hash_leaves_it_open():
    """A hash that is missing is not a hash that differs."""
    assert found(changed(table(), lambda row: row["seed"] == "2", initial_weights=None)).verdict is Verdict.UNDECIDABLE


def test_one_seed_shows_nothing():
    """Without two seeds in a cell there is nothing to compare."""
    assert found(table(seeds=(1,))).verdict is Verdict.UNDECIDABLE
    assert found(without(table(), None, "seed")).verdict is Verdict.UNDECIDABLE


def test_equal_weights_across_methods_are_wanted():
    """Methods that start from the same weights at a seed share nothing within a cell."""
    assert found(table()).verdict is Verdict.PASS


def test_pairs_are_judged_apart():
    """One pair with a shared checkpoint leaves the other as it is; where one records nothing, only it is open."""
    both = studies.joined(table(), changed(table(dataset="svhn"), initial_weights=None))
    verdicts = {each.scope["dataset"]: each.verdict for each in studies.findings(case(both), "RES005")}
    assert verdicts == {"cifar10": Verdict.PASS, "svhn": Verdict.UNDECIDABLE}
