"""REP: whether the runs can be made again."""
