"""``explain``: the page of a check, or the list of checks."""

from typing import Annotated

import typer

from inspector.cli.output import SUFFIXES, FormatOption, OutputOption, make_sheet


def explain(
    check_id: Annotated[
        str | None,
        typer.Argument(help="The check to explain.", metavar="ID", show_default=False),
    ] = None,
    form: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """Print a check's page, or list all checks."""
    from inspector.checks import all_checks
    from inspector.pages import page_of
    from inspector.renderers import render_page, render_pages
    from inspector.selection import find_check

    sheet = make_sheet(form, output, SUFFIXES)
    if check_id is not None:
        page = page_of(find_check(check_id))
        text = render_page(page, sheet.form, width=sheet.width, color=sheet.color)
    else:
        pages = list(map(page_of, all_checks()))
        text = render_pages(pages, sheet.form, width=sheet.width, color=sheet.color)
    sheet.write(text)
