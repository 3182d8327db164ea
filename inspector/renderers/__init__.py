"""Reports as text: terminal, Markdown, JSON. They decide nothing."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Final, assert_never

from inspector.check_report import CheckReport
from inspector.renderers.blocks import Block
from inspector.renderers.json_format import render_json
from inspector.renderers.layout import lay_out, lay_out_check
from inspector.renderers.markdown import render_markdown
from inspector.report import Report

UNLIMITED: Final = 100_000
"""A width nothing reaches: output to a pipe is neither cut nor wrapped."""


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
    return _render(report, lay_out(report, show_all=show_all), form, width, color=color)


def render_check(
    report: CheckReport,
    form: Format = Format.TERMINAL,
    *,
    show_all: bool = False,
    width: int = UNLIMITED,
    color: bool = False,
) -> str:
    """Return the outcomes of the checks as text; the options are those of :func:`render`."""
    return _render(report, lay_out_check(report, show_all=show_all), form, width, color=color)


def _render(
    value: Report | CheckReport, blocks: Iterator[Block], form: Format, width: int, *, color: bool
) -> str:
    match form:
        case Format.TERMINAL:
            # rich is only worth its import where it draws
            from inspector.renderers.terminal import render_terminal

            return render_terminal(blocks, width=width, color=color)
        case Format.MARKDOWN:
            return render_markdown(blocks)
        case Format.JSON:
            return render_json(value)
        case _:
            assert_never(form)


__all__ = ["UNLIMITED", "Format", "render", "render_check"]
