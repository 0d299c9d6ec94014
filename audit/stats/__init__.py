"""Statistics: pure functions on arrays, which know no thresholds."""
