"""The one error of the runners that a person can put right."""


class RunError(Exception):
    """A study cannot be run, or its results cannot be written: one line saying what, where, and what to do."""
