"""Pruning at the granularity of filters: whole channels go, and the network that is left is smaller."""
