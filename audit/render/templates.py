"""The templates of LaTeX and HTML: those that come with the project, each of which a person's own file may stand for.

A directory of own templates is laid out as `templates/` is: `latex/table.tex` in it is taken instead of ours.
"""

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PackageLoader,
    StrictUndefined,
    TemplateError,
)

LATEX, HTML = "latex", "html"
_DELIMITERS: Mapping[str, Any] = {  # in which TeX's own braces mean nothing
    "block_start_string": "<%",
    "block_end_string": "%>",
    "variable_start_string": "<<",
    "variable_end_string": ">>",
    "comment_start_string": "<#",
    "comment_end_string": "#>",
}
Filters = Mapping[str, Callable[..., Any]]


class OwnTemplateError(Exception):
    """A directory of own templates that cannot be used; its text is one line."""


def environment(kind: str, own: Path | None, **options: Any) -> Environment:
    """The templates of a kind, those in `own` first. Whatever is undefined is an error.

    Raises OwnTemplateError where `own` is no directory, or holds a file that no template is replaced by.
    """
    loaders: list[BaseLoader] = [PackageLoader("audit", f"templates/{kind}")]
    if own is not None:
        _check(own)
        loaders.insert(0, FileSystemLoader(own / kind))
    return Environment(
        loader=ChoiceLoader(loaders),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        **(_DELIMITERS if kind == LATEX else {}),
        **options,
    )


def fill(made: Environment, template: str, own: Path | None, **context: object) -> str:
    """The text of a template; raises OwnTemplateError where one of a person's own is wrong."""
    try:
        return made.get_template(template).render(context)
    except UnicodeDecodeError as error:
        if own is None:
            raise
        raise OwnTemplateError(f"{own}: holds a file that is not UTF-8 text ({error.reason})") from error
    except TemplateError as error:
        if own is None:
            raise
        line = getattr(error, "lineno", None) or _line(error)
        name = getattr(error, "name", None) or template
        raise OwnTemplateError(f"{own}, {name}{f', line {line}' if line else ''}: {error.message}") from error


@cache
def names(kind: str) -> tuple[str, ...]:
    """The names of the templates of a kind."""
    return tuple(PackageLoader("audit", f"templates/{kind}").list_templates())


def _check(own: Path) -> None:
    if not own.is_dir():
        raise OwnTemplateError(f"{own}: expected a directory with `{LATEX}/` or `{HTML}/` in it")
    known = {f"{kind}/{name}" for kind in (LATEX, HTML) for name in names(kind)}
    files = sorted(path.relative_to(own).as_posix() for path in own.rglob("*") if path.is_file())
    strange = [name for name in files if name not in known and not Path(name).name.startswith(".")]
    if strange:
        raise OwnTemplateError(f"{own / strange[0]}: replaces no template; expected one of {', '.join(sorted(known))}")
    if not files:
        raise OwnTemplateError(f"{own}: holds no template; expected one of {', '.join(sorted(known))}")


def _line(error: BaseException) -> int | None:
    """The line of a template that an error at rendering came from: the innermost one that Jinja has rewritten."""
    line, trace = None, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename.endswith((".tex", ".html", ".svg", ".css", ".js")):
            line = trace.tb_lineno
        trace = trace.tb_next
    return line
