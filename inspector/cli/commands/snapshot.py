"""``snapshot``: a cluster collected into a file."""

from pathlib import Path
from typing import Annotated

import typer

from inspector.cli.output import require_writable
from inspector.cli.source import Source, with_source
from inspector.errors import UsageError
from inspector.snapshot import save_snapshot
from inspector.visible import visible


@with_source
def snapshot(
    source: Source,
    output: Annotated[
        Path,
        typer.Option(
            "--output", "-o", help="The file to write: .json or .json.gz.", metavar="FILE"
        ),
    ],
) -> None:
    """Collect a cluster into a file for --snapshot."""
    if not output.name.endswith((".json", ".json.gz")):
        raise UsageError(f"{output}: a snapshot's name ends in .json or .json.gz")
    require_writable(output)
    collected = source.read()
    save_snapshot(collected, output)
    gaps = f", {len(collected.gaps)} not visible" if collected.gaps else ""
    typer.echo(f"{visible(str(output))}: {len(collected.documents)} documents{gaps}", err=True)
