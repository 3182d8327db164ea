"""Figures of a plan in cells: the number, how it comes about, what it was, what is unknown."""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Final, NamedTuple

from inspector.planning.figures import NO_ACTION, Figure
from inspector.renderers.blocks import Block, Paragraph, Text, Tone, show, table
from inspector.renderers.layout.missing import lay_out_missing
from inspector.report import Unknown

LONGEST_FORMULA: Final = 60
"""The longest formula that is shown, unless everything is asked for."""


def bare(answer: Figure | None) -> Text:
    """Return a figure without its formula."""
    if answer is None or answer.number is None:
        return show(answer if answer is None else answer.value)
    return Text(f"{answer.number:,}{_was(answer)}")


def worked(answer: Figure, *, show_all: bool) -> Text:
    """Return a figure with its formula behind it: ``1,581 = (50 + 1) x (1 + 30)``."""
    if answer.number is None:
        return bare(answer)
    words = _worked(answer, show_all=show_all) or f"{answer.number:,}"
    return Text(f"{words}{_was(answer)}")


def left_over(answer: Figure | None) -> Text:
    """Return what is left; below zero it says how many it lacks."""
    if answer is not None and answer.number is not None and answer.number < 0:
        return Text(f"lacks {-answer.number:,}{_was(answer)}", Tone.BAD)
    return bare(answer)


class Line(NamedTuple):
    """A row of figures: its cells, and the figures that they show by their columns."""

    cells: tuple[Text, ...]
    answers: tuple[tuple[str, Figure | None], ...]


def lay_out_figures(
    columns: tuple[str, ...],
    lines: Iterable[Line],
    *,
    show_all: bool,
    most: int | None = None,
    notes: tuple[str, ...] = (),
) -> Iterator[Block]:
    """Yield a table of numbers alone, then the formulas of its rows, why some are unknown last."""
    rows = tuple(lines)
    yield table(columns, rows, lambda each: each.cells, most=most, notes=notes)
    formulas = [(each.cells[0], _formulas(each.answers, show_all=show_all)) for each in rows]
    answers = [answer for each in rows for _, answer in each.answers]
    if any(worked for _, worked in formulas):
        yield table(
            (columns[0], "How the numbers come about"),
            ((name, worked) for name, worked in formulas if worked),
            lambda each: (each[0], Text(each[1], Tone.MUTED)),
            most=most,
            notes=shortened(answers, show_all=show_all),
        )
    yield from lay_out_unknown(answers)


def _formulas(answers: Iterable[tuple[str, Figure | None]], *, show_all: bool) -> str:
    told = {
        (column, _worked(each, show_all=show_all)): None
        for column, each in answers
        if each is not None
    }
    return "; ".join(f"{column.lower()}: {formula}" for column, formula in told if formula)


def _worked(figure: Figure, *, show_all: bool) -> str:
    """Return a number with its formula; nothing where there is none that would tell more."""
    if figure.number is None or figure.formula == f"{figure.number:,}":
        return ""
    return "" if _is_cut(figure, show_all=show_all) else f"{figure.number:,} = {figure.formula}"


def _is_cut(figure: Figure, *, show_all: bool) -> bool:
    return not show_all and len(figure.formula or "") > LONGEST_FORMULA


def _was(figure: Figure) -> str:
    if figure.was is None:
        return ""
    was = f"{figure.was:,}" if figure.was >= 0 else f"lacks {-figure.was:,}"
    return f" (today {was})"


def shortened(answers: Iterable[Figure | None], *, show_all: bool) -> Iterator[str]:
    """Yield the note that formulas are left out, if one is."""
    if any(each is not None and _is_cut(each, show_all=show_all) for each in answers):
        yield "long formulas are left out: --all shows them"


def lay_out_unknown(answers: Iterable[Figure | None]) -> Iterator[Block]:
    """Yield why figures are unknown, each reason once."""
    unknown = (each.unknown for each in answers if each is not None)
    reasons = (_reason(each) for each in unknown if each is not None)
    yield from dict.fromkeys(chain.from_iterable(reasons))


def _reason(unknown: Unknown) -> Iterator[Block]:
    if unknown.action != NO_ACTION:
        return lay_out_missing([unknown])
    return iter([Paragraph(Text(f"Unknown: {unknown.reason}", Tone.WARNING))])
