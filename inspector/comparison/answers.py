"""Questions, what each cluster answers and why, and the row that the answers make."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

import msgspec

from inspector.collected import NotCollected
from inspector.comparison.side import Cause, Side
from inspector.comparison.views import Cell, NamedNumber, Row
from inspector.planning.figures import NO_ACTION
from inspector.report.answer import TextAnswer, Unknown, unknown_of
from inspector.resource_id import ResourceId
from inspector.snapshot import Gap


class Said(NamedTuple):
    """A cell, and what made it so.

    The causes of a question are of the same kind in every cluster, the most general first: a row
    names those that tell its clusters apart. An empty one is none.
    """

    cell: Cell
    causes: tuple[Cause, ...] = ()


class Question(NamedTuple):
    """A row to be."""

    key: str
    title: str
    answer: Callable[[Side], Said]


def said(
    value: str | None,
    *causes: Cause | str,
    detail: str | None = None,
    counted: Mapping[str, int] | None = None,
    **figures: int,
) -> Said:
    """Return an answer in words with the figures behind it, those ``counted`` by name first."""
    numbers = {**(counted or {}), **figures}
    told = tuple(NamedNumber(name=name, value=number) for name, number in numbers.items())
    reasons = (each if isinstance(each, Cause) else Cause(each) for each in causes)
    return Said(Cell(value=value, figures=told, detail=detail or None), tuple(reasons))


def unknown(missing: Unknown) -> Said:
    """Return that the answer is not known."""
    return Said(Cell(value=missing))


def unseen(gap: Gap) -> Said:
    """Return that a gap hides the answer."""
    return unknown(unknown_of(gap))


def untold(target: ResourceId, reason: str, action: str = NO_ACTION) -> Said:
    """Return that ARM does not tell the answer; ``action`` is what would."""
    return unknown(Unknown(unknown=str(target), reason=reason, action=action))


def made_of(answer: Said, parts: Iterable[str]) -> Said:
    """Return the answer with what it sums up: answers of other parts are not the same."""
    return answer._replace(cell=msgspec.structs.replace(answer.cell, parts=tuple(sorted(parts))))


def at_least(answer: Said, missing: Iterable[Unknown] = ()) -> Said:
    """Return the answer as one that may not be all there is, and what hides the rest."""
    hidden = tuple(dict.fromkeys(missing))
    cell = msgspec.structs.replace(answer.cell, is_least=True, missing=hidden)
    return answer._replace(cell=cell)


def as_far_as_seen(answer: Said, missing: Sequence[Unknown]) -> Said:
    """Return the answer, in words too as one that may not be all, if anything hides a part."""
    value = answer.cell.value
    if not missing or isinstance(value, Unknown):
        return answer
    if value is None:
        return unknown(missing[0])
    cell = msgspec.structs.replace(answer.cell, value=f"{value}, as far as seen")
    return at_least(answer._replace(cell=cell), missing)


def unless_hidden(gaps: Iterable[Gap], answer: Callable[[], Said]) -> Said:
    """Return the answer unless something hides a part of it."""
    hidden = next(iter(gaps), None)
    return answer() if hidden is None else unseen(hidden)


def ask_all(question: Question, sides: Iterable[Side]) -> Row:
    """Return the row of a question."""
    return row_of(question.key, question.title, [_ask(question, each) for each in sides])


def _ask(question: Question, side: Side) -> Said:
    try:
        return question.answer(side)
    except NotCollected as hidden:
        return unseen(hidden.gap)


def row_of(key: str, title: str, answers: Sequence[Said]) -> Row:
    """Return the row that answers make; causes are told where it differs."""
    cells = tuple(each.cell for each in answers)
    differs = _differ(cells)
    if differs:
        whys = _causes_that_tell_apart(answers)
        cells = tuple(
            msgspec.structs.replace(cell, why=why) for cell, why in zip(cells, whys, strict=True)
        )
    return Row(key=key, title=title, cells=cells, differs=differs)


def _differ(cells: Iterable[Cell]) -> bool | None:
    """Whether cells differ, ``None`` if what is not known decides."""
    every = list(cells)
    if any(_are_different(one, other) for one, other in combinations(every, 2)):
        return True
    return False if all(map(_is_certain, every)) else None


def _are_different(one: Cell, other: Cell) -> bool:
    """Whether two cells differ for certain: of one that may not be all by what the other lacks."""
    if isinstance(one.value, Unknown) or isinstance(other.value, Unknown):
        return False
    if one.is_least and other.is_least:
        return False
    if one.is_least or other.is_least:
        least, whole = (one, other) if one.is_least else (other, one)
        return not Counter(least.parts) <= Counter(whole.parts)
    return _content(one) != _content(other)


def _content(cell: Cell) -> tuple[TextAnswer, tuple[str, ...]]:
    return cell.value, cell.parts


def _is_certain(cell: Cell) -> bool:
    return not isinstance(cell.value, Unknown) and not cell.is_least


def _causes_that_tell_apart(answers: Sequence[Said]) -> list[str | None]:
    """Return each cluster's causes, those alone that tell it from a cluster with another cell.

    Where none does they have the last one in common, which is then the reason for both.
    """
    known = [
        number
        for number, each in enumerate(answers)
        if not isinstance(each.cell.value, Unknown) and each.causes
    ]
    apart = {
        pair
        for pair in combinations(known, 2)
        if _content(answers[pair[0]].cell) != _content(answers[pair[1]].cell)
    }
    chosen: list[int] = []
    depth = max((len(answers[number].causes) for number in known), default=0)
    for place in range(depth):
        told = {
            (one, other)
            for one, other in apart
            if _cause(answers[one], place).reason != _cause(answers[other], place).reason
        }
        if told:
            chosen.append(place)
            apart -= told
    chosen = chosen or ([depth - 1] if depth else [])
    return [
        ", ".join(filter(None, (_cause(each, place).words for place in chosen))) or None
        if number in known
        else None
        for number, each in enumerate(answers)
    ]


def _cause(answer: Said, place: int) -> Cause:
    return answer.causes[place] if place < len(answer.causes) else Cause("")
