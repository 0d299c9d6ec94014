"""Appendix A for any collection of papers: read, normalise, hold against each other, count."""
