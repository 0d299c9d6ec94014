"""The laws of the project, held against this method: `pytest examples/own_method`."""

from regrow import prune

from runners.own_pruning import laws


def test_laws():
    """Exact sizes, one network for one seed, and a mask that holds."""
    laws.check(prune)
