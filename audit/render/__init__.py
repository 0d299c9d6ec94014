"""Renderers: one module a format, each `render(report)` → text."""
