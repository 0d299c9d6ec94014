"""`audit rule`: list the rules, or explain one."""

import click

from audit.checklist import CHECKLIST
from audit.cli import put
from audit.registry import Loaded, resolve, rules
from audit.rule import Rule


@click.command()
@click.argument("words", metavar="[CODE|NAME]...", nargs=-1)
def command(words: tuple[str, ...]) -> None:
    """List the rules with the checklist item that each serves, or explain those named."""
    try:
        chosen = resolve(words)
    except KeyError as error:
        raise click.UsageError(error.args[0]) from None
    items = {code: item.text for item in CHECKLIST for code, _ in item.rules}
    known = {loaded.rule.code: loaded for loaded in rules()}
    if words:
        put("\n\n".join(_explained(known[code]) for code in known if code in chosen) + "\n")
    else:
        put("".join(_listed(loaded.rule, items.get(code, "")) for code, loaded in known.items()))


def _listed(rule: Rule, item: str) -> str:
    return f"{rule.code}  {rule.severity!s:7}  {rule.name:32} {item}".rstrip() + "\n"


def _explained(loaded: Loaded) -> str:
    rule = loaded.rule
    settings = ", ".join(f"{key} = {value}" for key, value in rule.parameters.items()) or "none"
    return (
        f"{rule.code} {rule.name} ({rule.severity}; judged per {rule.scope.value}; "
        f"where there is nothing to judge it by: {rule.absent.value})\n\n"
        f"{loaded.documentation}\n\nParameters, under [rules.{rule.name}]: {settings}"
    )
