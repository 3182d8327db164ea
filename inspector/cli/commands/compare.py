"""``compare``: clusters side by side."""

from typing import Annotated

import typer

from inspector.cli.connection import Connection, with_connection
from inspector.cli.exit_codes import ExitCode
from inspector.cli.judgement import Judgement, with_judgement
from inspector.cli.output import Sheet, StrictOption, show, with_sheet
from inspector.cli.source import source_of
from inspector.errors import UsageError
from inspector.formats import Format


@with_sheet
@with_judgement
@with_connection
def compare(
    clusters: Annotated[
        list[str],
        typer.Argument(
            metavar="A B [C ...]",
            help="Two clusters or more: ARM resource ids, snapshot files, or demo:NAME.",
            show_default=False,
        ),
    ],
    sheet: Sheet[Format],
    judgement: Judgement,
    connection: Connection,
    *,
    strict: StrictOption = False,
) -> None:
    """Set clusters side by side: what differs, and why."""
    from inspector.comparison import compare as compare_snapshots

    if len(clusters) == 1:
        raise UsageError(f"compare takes two clusters or more, and got only {clusters[0]!r}")
    sources = [source_of(each, connection) for each in clusters]
    snapshots = [each.read() for each in sources]
    result = compare_snapshots(
        snapshots, labels=clusters, config=judgement.config, as_of=judgement.as_of
    )
    show(result, sheet)
    if strict and any(each.gaps for each in snapshots):
        raise typer.Exit(ExitCode.INCOMPLETE)
