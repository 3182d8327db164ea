"""Reports as text: for people, for machines and for CI services. They decide nothing."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, TypeAlias, TypedDict, Unpack, assert_never

from inspector.check_report import CheckReport
from inspector.findings import Severity
from inspector.formats import UNLIMITED, CheckFormat, Format
from inspector.pages import Page
from inspector.renderers.blocks import Block
from inspector.renderers.json_format import render_json
from inspector.renderers.layout import lay_out, lay_out_check, lay_out_page, lay_out_pages
from inspector.renderers.markdown import render_markdown
from inspector.renderers.page_text import page_markdown
from inspector.report import Report

if TYPE_CHECKING:
    from inspector.changes import Changes
    from inspector.comparison import ClusterComparison
    from inspector.planning import Plan

Answer: TypeAlias = "Report | ClusterComparison | Changes | Plan"
"""What has the formats of a report."""


class CheckOptions(TypedDict, total=False):
    """How the checks' answer is to look; each format takes what it has a use for.

    ``show_all`` cuts no table, ``with_pages`` puts each check's page below its findings; both are
    for people's eyes, as ``width`` (in cells) and ``color`` (ANSI styles) are for the terminal.
    JUnit's cases fail from the severity ``fail_on`` on (never, if it is ``None``; from low on by
    default), and what could not be decided is an error there if ``strict``.
    """

    show_all: bool
    with_pages: bool
    width: int
    color: bool
    fail_on: Severity | None
    strict: bool


def render(
    answer: Answer,
    form: Format = Format.TERMINAL,
    *,
    show_all: bool = False,
    width: int = UNLIMITED,
    color: bool = False,
) -> str:
    """Return an answer as text, ending in a newline.

    ``show_all`` neither folds addresses nor cuts tables; JSON never does. ``width`` (in cells)
    and ``color`` (ANSI styles) are the terminal's.
    """
    match form:
        case Format.TERMINAL:
            return _on_terminal(_blocks(answer, show_all=show_all), width, color=color)
        case Format.MARKDOWN:
            return render_markdown(_blocks(answer, show_all=show_all))
        case Format.JSON:
            return render_json(answer)
        case _:
            assert_never(form)


def render_check(
    report: CheckReport,
    form: CheckFormat | Format = CheckFormat.TERMINAL,
    **options: Unpack[CheckOptions],
) -> str:
    """Return what the checks say as text, ending in a newline.

    :class:`CheckOptions` tells the options.
    """
    blocks = lay_out_check(
        report,
        show_all=options.get("show_all", False),
        with_pages=options.get("with_pages", False),
    )
    match CheckFormat(form):
        case CheckFormat.TERMINAL:
            width = options.get("width", UNLIMITED)
            return _on_terminal(blocks, width, color=options.get("color", False))
        case CheckFormat.MARKDOWN:
            return render_markdown(blocks)
        case CheckFormat.JSON:
            return render_json(report)
        case CheckFormat.SARIF:
            from inspector.renderers.sarif import render_sarif

            return render_sarif(report)
        case CheckFormat.JUNIT:
            from inspector.renderers.junit import render_junit

            return render_junit(
                report,
                fail_on=options.get("fail_on", Severity.LOW),
                strict=options.get("strict", False),
            )
        case CheckFormat.CSV:
            from inspector.renderers.csv_format import render_csv

            return render_csv(report)
        case unknown:
            assert_never(unknown)


def render_page(
    page: Page, form: Format = Format.TERMINAL, *, width: int = UNLIMITED, color: bool = False
) -> str:
    """Return a check's page as text, ending in a newline."""
    match form:
        case Format.TERMINAL:
            return _on_terminal(lay_out_page(page), width, color=color)
        case Format.MARKDOWN:
            return page_markdown(page)
        case Format.JSON:
            return render_json(page)
        case _:
            assert_never(form)


def render_pages(
    pages: Sequence[Page],
    form: Format = Format.TERMINAL,
    *,
    width: int = UNLIMITED,
    color: bool = False,
) -> str:
    """Return the list of checks as text, ending in a newline; as JSON with their documentation."""
    match form:
        case Format.TERMINAL:
            return _on_terminal(lay_out_pages(pages), width, color=color)
        case Format.MARKDOWN:
            return render_markdown(lay_out_pages(pages))
        case Format.JSON:
            return render_json(pages)
        case _:
            assert_never(form)


def _blocks(answer: Answer, *, show_all: bool) -> Iterator[Block]:
    if isinstance(answer, Report):
        return lay_out(answer, show_all=show_all)
    # a report does not wait for the questions that nobody asked
    from inspector.renderers.layout.questions import lay_out_question

    return lay_out_question(answer, show_all=show_all)


def _on_terminal(blocks: Iterator[Block], width: int, *, color: bool) -> str:
    # rich is only worth its import where it draws
    from inspector.renderers.terminal import render_terminal

    return render_terminal(blocks, width=width, color=color)


__all__ = [
    "UNLIMITED",
    "Answer",
    "CheckFormat",
    "CheckOptions",
    "Format",
    "render",
    "render_check",
    "render_page",
    "render_pages",
]
