"""``check``: what is wrong with a cluster's network."""

import typer

from inspector.cli.exit_codes import ExitCode
from inspector.cli.judgement import Judgement, with_judgement
from inspector.cli.output import (
    CHECK_SUFFIXES,
    AllOption,
    CheckFormatOption,
    OutputOption,
    StrictCheckOption,
    make_sheet,
)
from inspector.cli.questions import (
    BaselineOption,
    ExplainOption,
    FailOn,
    FailOnOption,
    IgnoreOption,
    SelectOption,
    split,
)
from inspector.cli.source import Source, with_source


@with_source
@with_judgement
def check(  # noqa: PLR0913  typer makes an option of each
    source: Source,
    judgement: Judgement,
    form: CheckFormatOption = None,
    output: OutputOption = None,
    *,
    show_all: AllOption = False,
    strict: StrictCheckOption = False,
    select: SelectOption = None,
    ignore: IgnoreOption = None,
    fail_on: FailOnOption = FailOn.LOW,
    baseline: BaselineOption = None,
    explain: ExplainOption = False,
) -> None:
    """Run the checks; exit with 1 when one finds something."""
    from inspector.baseline import load_baseline
    from inspector.check_report import check as run_check
    from inspector.renderers import render_check
    from inspector.selection import choose_checks

    sheet = make_sheet(form, output, CHECK_SUFFIXES)
    chosen = choose_checks(split(select), split(ignore))
    earlier = load_baseline(baseline) if baseline is not None else None
    result = run_check(
        source.read(),
        config=judgement.config,
        as_of=judgement.as_of,
        checks=chosen,
        baseline=earlier,
    )
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
