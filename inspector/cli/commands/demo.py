"""``demo``: the bundled clusters."""

from typing import Annotated

import typer

from inspector.cli.output import AllOption, FormatOption, OutputOption, make_answer_sheet, show
from inspector.demo import PREFIX, demo_clusters, load_demo
from inspector.errors import UsageError


def demo(
    name: Annotated[
        str | None, typer.Argument(help="The bundled cluster to report on.", show_default=False)
    ] = None,
    form: FormatOption = None,
    output: OutputOption = None,
    show_all: AllOption = False,
) -> None:
    """List the bundled clusters, or print the report of one."""
    if name is not None:
        from inspector.report import analyze

        sheet = make_answer_sheet(form, output, show_all=show_all)
        show(analyze(load_demo(name.removeprefix(PREFIX))), sheet)
        return
    if form is not None or output is not None or show_all:
        raise UsageError("demo lists the bundled clusters; give a NAME to report on one")
    clusters = demo_clusters()
    longest = max(map(len, clusters))
    for each, about in clusters.items():
        typer.echo(f"{each:<{longest}}  {about}")
