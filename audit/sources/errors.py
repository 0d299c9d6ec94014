"""The errors of input that cannot be audited."""


class SourceError(Exception):
    """Nothing that could be audited, or input that is missing or cannot be read: one line that says what to do."""


class UnknownSourceError(SourceError):
    """A format is named that there is not: wrong usage, whatever the input holds."""
