"""`audit rule`: list the rules, or explain one."""

import click

from audit.checklist import CHECKLIST
from audit.registry import resolve, rules


@click.command()
@click.argument("words", metavar="[CODE|NAME]...", nargs=-1)
def command(words: tuple[str, ...]) -> None:
    """List the rules with the checklist item that each serves, or explain those named."""
    try:
        chosen = resolve(words)
    except KeyError as error:
        raise click.UsageError(error.args[0]) from None
    items = {code: item.text for item in CHECKLIST for code, _ in item.rules}
    for loaded in rules():
        rule = loaded.rule
        if not words:
            click.echo(f"{rule.code}  {rule.severity!s:7}  {rule.name:32} {items.get(rule.code, '')}".rstrip())
        elif rule.code in chosen:
            settings = ", ".join(f"{key} = {value}" for key, value in rule.parameters.items())
            click.echo(f"{rule.code} {rule.name} ({rule.severity}; judged per {rule.scope.value})\n")
            click.echo(loaded.documentation)
            click.echo(f"\nParameters, under [rules.{rule.name}]: {settings or 'none'}")
    waiting = sorted(chosen - {loaded.rule.code for loaded in rules()})
    for code in waiting:
        click.echo(f"{code}: not judged yet. {items[code]}")
