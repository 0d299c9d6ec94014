"""prune-audit: decides whether a neural-network-pruning result would stand."""

__version__ = "0.1.0"
