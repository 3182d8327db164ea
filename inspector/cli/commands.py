"""The commands: arguments to the public API to a sheet to an exit code."""

from pathlib import Path
from typing import Annotated

import typer

from inspector.baseline import load_baseline
from inspector.check_report import check as run_check
from inspector.checks import all_checks
from inspector.cli.exit_codes import ExitCode
from inspector.cli.output import (
    CHECK_SUFFIXES,
    SUFFIXES,
    AllOption,
    CheckFormatOption,
    FormatOption,
    OutputOption,
    StrictCheckOption,
    StrictOption,
    make_sheet,
    require_writable,
)
from inspector.cli.questions import (
    AsOfOption,
    BaselineOption,
    ConfigOption,
    ExplainOption,
    FailOn,
    FailOnOption,
    IgnoreOption,
    NoConfigOption,
    SelectOption,
    day_of,
    find_config,
    split,
)
from inspector.cli.source import Source, with_source
from inspector.demo import PREFIX, demo_clusters
from inspector.errors import UsageError
from inspector.pages import page_of
from inspector.renderers import render, render_check, render_page, render_pages
from inspector.renderers.visible import visible
from inspector.report import analyze
from inspector.selection import choose_checks, find_check, require_known_checks
from inspector.snapshot import save_snapshot

app = typer.Typer(
    name="aks-inspector",
    help="See what Azure really built for an AKS cluster: its network, from ARM, in one report.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.command()
@with_source
def report(  # noqa: PLR0913  typer makes an option of each
    source: Source,
    form: FormatOption = None,
    output: OutputOption = None,
    *,
    show_all: AllOption = False,
    strict: StrictOption = False,
    as_of: AsOfOption = None,
    config: ConfigOption = None,
    no_config: NoConfigOption = False,
) -> None:
    """Print the network report of a cluster."""
    sheet = make_sheet(form, output, SUFFIXES)
    settings = find_config(config, is_unwanted=no_config)
    require_known_checks(settings)
    day = day_of(as_of)
    result = analyze(source.read(), config=settings, as_of=day)
    sheet.write(render(result, sheet.form, show_all=show_all, width=sheet.width, color=sheet.color))
    if strict and result.gaps:
        raise typer.Exit(ExitCode.INCOMPLETE)


@app.command()
@with_source
def check(  # noqa: PLR0913  typer makes an option of each
    source: Source,
    form: CheckFormatOption = None,
    output: OutputOption = None,
    *,
    show_all: AllOption = False,
    strict: StrictCheckOption = False,
    select: SelectOption = [],  # noqa: B006  typer copies it
    ignore: IgnoreOption = [],  # noqa: B006  typer copies it
    fail_on: FailOnOption = FailOn.LOW,
    baseline: BaselineOption = None,
    explain: ExplainOption = False,
    as_of: AsOfOption = None,
    config: ConfigOption = None,
    no_config: NoConfigOption = False,
) -> None:
    """Run the checks; exit with 1 when one finds something."""
    sheet = make_sheet(form, output, CHECK_SUFFIXES)
    settings = find_config(config, is_unwanted=no_config)
    require_known_checks(settings)
    chosen = choose_checks(split(select), split(ignore))
    earlier = load_baseline(baseline) if baseline is not None else None
    day = day_of(as_of)
    result = run_check(source.read(), config=settings, as_of=day, checks=chosen, baseline=earlier)
    text = render_check(
        result,
        sheet.form,
        show_all=show_all,
        with_pages=explain,
        width=sheet.width,
        color=sheet.color,
        fail_on=fail_on.severity,
        strict=strict,
    )
    sheet.write(text)
    if result.at_or_above(fail_on.severity):
        raise typer.Exit(ExitCode.FINDINGS)
    if strict and result.is_incomplete:
        raise typer.Exit(ExitCode.INCOMPLETE)


@app.command()
def explain(
    check_id: Annotated[
        str | None,
        typer.Argument(help="The check to explain.", metavar="ID", show_default=False),
    ] = None,
    form: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """Print a check's page, or list all checks."""
    sheet = make_sheet(form, output, SUFFIXES)
    if check_id is not None:
        page = page_of(find_check(check_id))
        text = render_page(page, sheet.form, width=sheet.width, color=sheet.color)
    else:
        pages = list(map(page_of, all_checks()))
        text = render_pages(pages, sheet.form, width=sheet.width, color=sheet.color)
    sheet.write(text)


@app.command()
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


@app.command()
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
        sheet = make_sheet(form, output, SUFFIXES)
        result = analyze(Source(snapshot=f"{PREFIX}{name.removeprefix(PREFIX)}").read())
        sheet.write(
            render(result, sheet.form, show_all=show_all, width=sheet.width, color=sheet.color)
        )
        return
    if form is not None or output is not None or show_all:
        raise UsageError("demo lists the bundled clusters; give a NAME to report on one")
    clusters = demo_clusters()
    longest = max(map(len, clusters))
    for each, about in clusters.items():
        typer.echo(f"{each:<{longest}}  {about}")


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
