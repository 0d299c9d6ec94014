"""DOC and EXP: what a reader needs to repeat the work."""
