"""`audit.toml`: everything that a person declares about a study, parsed whole, each error with its line."""

from audit.study.convert import meant
from audit.study.errors import StudyError
from audit.study.lines import toml_key, toml_text
from audit.study.section import Section
from audit.study.study import Study

__all__ = ["Section", "Study", "StudyError", "meant", "toml_key", "toml_text"]
