"""Reports as text: terminal, Markdown, JSON. They decide nothing."""

from enum import StrEnum
from typing import assert_never

from inspector.check_report import CheckReport
from inspector.renderers.json_format import render_json
from inspector.renderers.layout import lay_out, lay_out_check
from inspector.renderers.markdown import render_markdown
from inspector.renderers.terminal import UNLIMITED, render_terminal
from inspector.report import Report


class Format(StrEnum):
    """The formats of a report."""

    TERMINAL = "terminal"
    MARKDOWN = "markdown"
    JSON = "json"


def render(
    report: Report,
    form: Format = Format.TERMINAL,
    *,
    show_all: bool = False,
    width: int = UNLIMITED,
    color: bool = False,
) -> str:
    """Return the report as text, ending in a newline.

    ``show_all`` neither folds addresses nor cuts tables; JSON never does. ``width`` (in cells)
    and ``color`` (ANSI styles) are the terminal's.
    """
    match form:
        case Format.TERMINAL:
            return render_terminal(lay_out(report, show_all=show_all), width=width, color=color)
        case Format.MARKDOWN:
            return render_markdown(lay_out(report, show_all=show_all))
        case Format.JSON:
            return render_json(report)
        case _:
            assert_never(form)


def render_check(
    report: CheckReport,
    form: Format = Format.TERMINAL,
    *,
    show_all: bool = False,
    width: int = UNLIMITED,
    color: bool = False,
) -> str:
    """Return the outcomes of the checks as text; the options are those of :func:`render`."""
    match form:
        case Format.TERMINAL:
            blocks = lay_out_check(report, show_all=show_all)
            return render_terminal(blocks, width=width, color=color)
        case Format.MARKDOWN:
            return render_markdown(lay_out_check(report, show_all=show_all))
        case Format.JSON:
            return render_json(report)
        case _:
            assert_never(form)


__all__ = ["Format", "render", "render_check"]
