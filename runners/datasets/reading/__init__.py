"""How the files of data sets are found and read."""


class DatasetError(Exception):
    """Files of a data set that are missing or cannot be read: one line saying which, where, and what to do."""
