"""The `audit` command: one module a command, loaded when it is called; the composition root of the project.

Streams and exit codes are settled here: the report alone goes to stdout, everything else to stderr; 0 fine, 1 findings,
2 wrong usage or a wrong study file, 3 nothing that could be audited or unreadable input, 4 a defect of ours.
"""

import gc
import importlib
import io
import os
import sys
import traceback
import warnings
from collections.abc import Sequence

import click

from audit import __version__
from audit.cli.complaint import complain

COMMANDS = {
    "architectures": "List architectures with their parameters, MACs and what can be pruned.",
    "checklist": "Fill in the checklist of appendix B, for a paper or a form.",
    "check": "Judge results against the checklist.",
    "context": "List the published techniques that a study does not compare with.",
    "corpus": "Survey a collection of papers: import, add, statistics, graph, report.",
    "demo": "Run the embedded study, audit it, and write its report.",
    "init": "Begin a study file, with a question for what only a person knows.",
    "export": "Write results as one normalised table.",
    "gate": "Let a method in or not, by the rules of [gate].",
    "methods": "List the pruning methods that can be run, or explain some.",
    "numbers": "Write every figure of a study as a LaTeX macro.",
    "plot": "Draw the trade-off curves for a paper: PDF, SVG, PNG and pgfplots.",
    "report": "Write the HTML page and the LaTeX tables of an audit.",
    "rule": "List the rules, or explain one.",
    "run": "Run a study: every network of its grid, into MLflow.",
    "table": "Write a table of results for a paper: LaTeX, HTML, Markdown or CSV.",
    "ui": "Open MLflow's page on a results directory.",
}
WITH_SETTINGS = ("check", "gate")  # whose arguments may stand in pyproject.toml
FINDINGS, WRONG_USAGE, NO_INPUT, DEFECT = 1, 2, 3, 4
INTERRUPTED = 130
EXTRAS = {"bibtexparser": "corpus", "networkx": "corpus", "matplotlib": "plot", "tueplots": "plot"}  # others: `run`


class Commands(click.Group):
    """The commands by name; a command's module is imported when it is asked for, so that `--help` stays quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All command names, sorted."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """The command of that name, or None."""
        if name not in COMMANDS:
            return None
        command = importlib.import_module(f"audit.cli.{name}").command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing one."""
        with formatter.section("Commands"):
            formatter.write_dl(sorted(COMMANDS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; a wrong name gets the one that was meant."""
        import difflib

        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            close = difflib.get_close_matches(args[0], COMMANDS, 1)
            ctx.fail(f"no command `{args[0]}`" + (f"; did you mean `{close[0]}`?" if close else ""))
        if args and args[0] in WITH_SETTINGS:
            from audit.cli.project import defaults

            ctx.default_map = {args[0]: defaults(args[0])}
        return super().resolve_command(ctx, args)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="prune-audit")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
def group(debug: bool) -> None:
    """Decide whether a neural-network-pruning result would stand."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit; every error that a person can mend is one line on stderr."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # reports hold ×, – and names as they are, whatever the locale
            stream.reconfigure(encoding=stream.encoding if stream.isatty() else "utf-8", errors="replace")
    gc.disable()  # what a command leaves behind goes with its process; a study of hours turns it on again
    if "--debug" not in arguments:
        warnings.simplefilter("ignore", RuntimeWarning)  # of overflows, where a table holds 1e308
    sys.exit(_run(arguments))


def put(text: str) -> None:
    """Write a report to stdout; a reader of the pipe that has gone does not change what was found."""
    try:
        click.echo(text, nl=False)
        sys.stdout.flush()
    except BrokenPipeError:
        _close_stdout()


def _close_stdout() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _run(arguments: list[str]) -> int:
    try:
        return group.main(arguments, prog_name="audit", standalone_mode=False) or 0
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        return WRONG_USAGE
    except click.ClickException as error:
        complain(f"{error.format_message()}{_hint(error)}")
        return WRONG_USAGE
    except (click.Abort, KeyboardInterrupt):
        click.echo("audit: interrupted", err=True)
        return INTERRUPTED
    except BrokenPipeError:  # the reader of a pipe has gone: that is no error of ours
        _close_stdout()
        return 0
    except Exception as error:
        if "--debug" in arguments:
            traceback.print_exc()
        return _explain(error)


def _hint(error: click.ClickException) -> str:
    context = getattr(error, "ctx", None)
    return f" (see `{context.command_path} --help`)" if context else ""


def _explain(error: Exception) -> int:
    from audit.registry import RuleError
    from audit.render.templates import OwnTemplateError
    from audit.sources.errors import SourceError, UnknownSourceError
    from audit.study.errors import StudyError
    from runners.errors import RunError

    if isinstance(error, StudyError):
        for problem in error.problems:
            complain(problem)
        return WRONG_USAGE
    if isinstance(error, RuleError | UnknownSourceError | OwnTemplateError):
        complain(str(error))
        return WRONG_USAGE
    if isinstance(error, SourceError | RunError):
        complain(str(error))
        return NO_INPUT
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        complain(f"{where}{error.strerror or error}")
        return NO_INPUT
    if (
        isinstance(error, ModuleNotFoundError)
        and error.name
        and error.name.partition(".")[0] not in ("audit", "runners")
    ):
        extra = EXTRAS.get(error.name.partition(".")[0], "run")
        click.echo(
            f"audit: this needs `{error.name}`, which is not installed: pip install 'prune-audit[{extra}]'", err=True
        )
        return NO_INPUT
    click.echo(
        f"audit: a defect of prune-audit: {type(error).__name__}: {error}; please report it with what "
        "`audit --debug …` prints",
        err=True,
    )
    return DEFECT
