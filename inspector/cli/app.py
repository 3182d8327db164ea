"""The program: its commands in the order in which help lists them."""

from typing import Annotated, Final

import typer

from inspector.cli.commands.check import check
from inspector.cli.commands.compare import compare
from inspector.cli.commands.demo import demo
from inspector.cli.commands.diff import diff
from inspector.cli.commands.explain import explain
from inspector.cli.commands.plan import plan
from inspector.cli.commands.report import report
from inspector.cli.commands.snapshot import snapshot

app: Final = typer.Typer(
    name="aks-inspector",
    help="See what Azure really built for an AKS cluster: its network, from ARM, in one report.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

for command in (report, check, compare, diff, plan, explain, snapshot, demo):
    app.command()(command)


@app.callback(invoke_without_command=True)
def root(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """Print the version or, without a command, the help."""
    if version:
        from inspector.version import __version__

        typer.echo(f"aks-inspector {__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
