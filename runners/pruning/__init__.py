"""Pruning: a method is a score × an allocation × a schedule × a granularity."""
