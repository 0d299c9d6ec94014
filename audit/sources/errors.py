"""The one error of input that cannot be audited."""


class SourceError(Exception):
    """Nothing that could be audited, or input that is missing or cannot be read: one line that says what to do."""
