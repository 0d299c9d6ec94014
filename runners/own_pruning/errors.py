"""The one error of a method of the user's own."""


class PruneError(Exception):
    """A `prune` raised, took too many steps, or returned what cannot be taken for a network of the size asked for."""
