"""Figures of a plan in cells: the number with its formula, what it was, what is unknown."""

from collections.abc import Iterable, Iterator
from typing import Final

from inspector.planning.figures import NO_ACTION, Figure
from inspector.renderers.blocks import Block, Paragraph, Text, Tone, show
from inspector.report import Unknown

LONGEST_FORMULA: Final = 60
"""The longest formula that is shown, unless everything is asked for."""


def bare(answer: Figure | None) -> Text:
    """Return a figure without its formula."""
    if answer is None or answer.number is None:
        return show(answer if answer is None else answer.value)
    return Text(f"{answer.number:,}{_was(answer)}")


def worked(answer: Figure | None, *, show_all: bool) -> Text:
    """Return a figure with its formula: ``(50 + 1) x (1 + 30) = 1,581``."""
    if answer is None or answer.number is None:
        return bare(answer)
    return Text(f"{_formula(answer, show_all=show_all)}{answer.number:,}{_was(answer)}")


def left_over(answer: Figure | None, *, show_all: bool) -> Text:
    """Return what is left; below zero it says how many it lacks."""
    text = worked(answer, show_all=show_all)
    if answer is not None and answer.number is not None and answer.number < 0:
        return Text(f"lacks {-answer.number:,}: {text.text}", Tone.BAD)
    return text


def _formula(figure: Figure, *, show_all: bool) -> str:
    formula = figure.formula or ""
    is_given = formula == f"{figure.number:,}"
    return "" if is_given or _is_cut(figure, show_all=show_all) else f"{formula} = "


def _is_cut(figure: Figure, *, show_all: bool) -> bool:
    return not show_all and len(figure.formula or "") > LONGEST_FORMULA


def _was(figure: Figure) -> str:
    return f" (today {figure.was:,})" if figure.was is not None else ""


def shortened(answers: Iterable[Figure | None], *, show_all: bool) -> Iterator[str]:
    """Yield the note that formulas are left out, if one is."""
    if any(each is not None and _is_cut(each, show_all=show_all) for each in answers):
        yield "long formulas are left out: --all shows them"


def lay_out_unknown(answers: Iterable[Figure | None]) -> Iterator[Block]:
    """Yield why figures are unknown, each reason once."""
    unknown = (each.unknown for each in answers if each is not None)
    for reason in dict.fromkeys(_reason(each) for each in unknown if each is not None):
        yield Paragraph(Text(reason, Tone.WARNING))


def _reason(unknown: Unknown) -> str:
    if unknown.action == NO_ACTION:
        return f"Unknown: {unknown.reason}"
    return f"Not visible: {unknown.unknown} ({unknown.reason}); needs {unknown.action}"
