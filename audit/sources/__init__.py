"""Sources: one module a format, each `recognise(path)` and `read(path, study)` → Results."""
