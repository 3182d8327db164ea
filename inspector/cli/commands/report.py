"""``report``: the network report of a cluster."""

import typer

from inspector.cli.exit_codes import ExitCode
from inspector.cli.judgement import Judgement, with_judgement
from inspector.cli.output import Sheet, StrictOption, show, with_sheet
from inspector.cli.source import Source, with_source
from inspector.formats import Format


@with_source
@with_sheet
@with_judgement
def report(
    source: Source,
    sheet: Sheet[Format],
    judgement: Judgement,
    *,
    strict: StrictOption = False,
) -> None:
    """Print the network report of a cluster."""
    from inspector.report import analyze

    result = analyze(source.read(), config=judgement.config, as_of=judgement.as_of)
    show(result, sheet)
    if strict and result.gaps:
        raise typer.Exit(ExitCode.INCOMPLETE)
