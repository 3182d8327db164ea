"""``plan``: what a cluster has room for, and what a move would mean."""

from typing import Annotated

import typer

from inspector.cli.exit_codes import ExitCode
from inspector.cli.judgement import Judgement, with_judgement
from inspector.cli.output import Sheet, StrictOption, show, with_sheet
from inspector.cli.source import Source, with_source
from inspector.cli.suppositions import with_what_if
from inspector.formats import Format
from inspector.network.targets import Target
from inspector.what_if import WhatIf


@with_source
@with_sheet
@with_what_if
@with_judgement
def plan(  # noqa: PLR0913  typer makes an option of each
    source: Source,
    sheet: Sheet[Format],
    what_if: WhatIf,
    judgement: Judgement,
    *,
    to: Annotated[
        Target | None,
        typer.Option("--to", help="Rehearse the move to this network model.", show_default=False),
    ] = None,
    ports_per_node: Annotated[
        int | None,
        typer.Option(
            "--ports-per-node",
            help="Tell how many public addresses give each node so many SNAT ports.",
            metavar="N",
            show_default=False,
        ),
    ] = None,
    strict: StrictOption = False,
) -> None:
    """Tell what a cluster has room for, and what moving it would mean."""
    from inspector.planning import plan as make_plan

    snapshot = source.read()
    result = make_plan(
        snapshot,
        what_if=what_if,
        to=to,
        ports_per_node=ports_per_node,
        config=judgement.config,
        as_of=judgement.as_of,
    )
    show(result, sheet)
    if strict and result.is_incomplete:
        raise typer.Exit(ExitCode.INCOMPLETE)
