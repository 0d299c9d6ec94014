"""CLM: what is claimed, and whether the data bear it."""
