"""``diff``: what changed in a cluster between two snapshots."""

from typing import Annotated

import typer

from inspector.cli.connection import Connection, with_connection
from inspector.cli.exit_codes import ExitCode
from inspector.cli.judgement import Judgement, with_judgement
from inspector.cli.output import Sheet, show, with_sheet
from inspector.cli.source import source_of
from inspector.formats import Format


@with_sheet
@with_judgement
@with_connection
def diff(  # noqa: PLR0913  typer makes an option of each
    old: Annotated[
        str,
        typer.Argument(
            metavar="OLD",
            help="The cluster before: a snapshot file, an ARM resource id, or demo:NAME.",
            show_default=False,
        ),
    ],
    new: Annotated[
        str, typer.Argument(metavar="NEW", help="The cluster after.", show_default=False)
    ],
    sheet: Sheet[Format],
    judgement: Judgement,
    connection: Connection,
    *,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit with 1 when something changed.")
    ] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 4 when something cannot be compared.")
    ] = False,
) -> None:
    """Tell what changed in a cluster from one snapshot to another."""
    from inspector.changes import diff as diff_snapshots

    sources = [source_of(each, connection) for each in (old, new)]
    before, after = [each.read() for each in sources]
    result = diff_snapshots(before, after, config=judgement.config, as_of=judgement.as_of)
    show(result, sheet)
    if exit_code and result.has_changes:
        raise typer.Exit(ExitCode.FINDINGS)
    if strict and result.is_incomplete:
        raise typer.Exit(ExitCode.INCOMPLETE)
