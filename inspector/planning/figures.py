"""Figures of a plan: a number with its formula, or why there is none."""

from collections.abc import Callable, Iterator
from typing import Any, Final, ParamSpec, TypeVar

import msgspec

from inspector.collected import NotCollected
from inspector.planning.arithmetic import Reckoning
from inspector.planning.arithmetic import number as given
from inspector.report.answer import Unknown, View, unknown_of
from inspector.resource_id import ResourceId
from inspector.snapshot import Gap, GapReason
from inspector.wording import plural

P = ParamSpec("P")
T = TypeVar("T")

NO_ACTION: Final = "none"
"""The action for what ARM does not have at all, so that no permission would reveal it."""


_HIDDEN: Final = frozenset(GapReason)


class Figure(View, frozen=True):
    """A number and the formula that it is the value of, or what is unknown for it.

    A formula has whole numbers with separators between thousands, ``+ - x / ^``, brackets,
    ``floor``, ``ceil``, ``min`` and ``max``; it is ``None`` where the value is unknown. ``was`` is
    the number for the pools as they are, and ``None`` unless others are supposed and change it.
    """

    value: int | Unknown
    formula: str | None
    was: int | None = None

    @property
    def number(self) -> int | None:
        """The value if it is told."""
        return None if isinstance(self.value, Unknown) else self.value

    @property
    def unknown(self) -> Unknown | None:
        """What the value is unknown for."""
        return self.value if isinstance(self.value, Unknown) else None

    @property
    def is_lacking(self) -> bool:
        """Whether the number is told and below zero."""
        return self.number is not None and self.number < 0


class Untellable(Exception):
    """A number that is needed and cannot be told."""

    def __init__(self, unknown: Unknown) -> None:
        super().__init__(unknown.reason)
        self.unknown = unknown


def untellable(target: ResourceId, reason: str, gap: Gap | None = None) -> Untellable:
    """Return that a number of a resource cannot be told: a gap hides it, or ARM has none."""
    if gap is not None:
        return Untellable(unknown_of(gap))
    return Untellable(Unknown(unknown=str(target), reason=reason, action=NO_ACTION))


def figure(question: Callable[P, Reckoning], *arguments: P.args, **named: P.kwargs) -> Figure:
    """Return what a question comes to, or what is unknown for it."""
    try:
        found = question(*arguments, **named)
    except Untellable as error:
        return Figure(value=error.unknown, formula=None)
    except NotCollected as unseen:
        return Figure(value=unknown_of(unseen.gap), formula=None)
    return Figure(value=found.value, formula=found.formula)


def reckoned(answer: Figure) -> Reckoning:
    """Return the number of a figure, to reckon with; raises ``Untellable`` if there is none."""
    if isinstance(answer.value, Unknown):
        raise Untellable(answer.value)
    return given(answer.value)


def why(unknown: Unknown) -> str:
    """Return in a sentence why something is unknown: what could not be seen for it, if anything."""
    if unknown.action == NO_ACTION:
        return unknown.reason
    target, _, listing = unknown.unknown.partition(" (")
    what = f"{listing.removesuffix(')')} of " if listing else ""
    return f"{what}{target.rpartition('/')[2]} could not be seen ({unknown.reason})"


def several(number: int, noun: str) -> str:
    """Return a number with its noun, thousands apart: ``5,000 nodes``."""
    return f"{number:,} {noun if number == 1 else plural(noun)}"


def marked(now: T, before: Any) -> T:
    """Return a value whose figures say what they were in another of the same shape.

    Figures are set side by side by field and place. Where a list is longer or shorter in the
    other, its figures say nothing.
    """
    found: Any = now
    if isinstance(now, Figure):
        both = now.number, before.number if isinstance(before, Figure) else None
        if None not in both and both[0] != both[1]:
            found = msgspec.structs.replace(now, was=both[1])
    elif isinstance(now, View) and type(now) is type(before):
        names = now.__struct_fields__
        changed = {name: marked(getattr(now, name), getattr(before, name)) for name in names}
        found = msgspec.structs.replace(now, **changed)
    elif isinstance(now, tuple) and isinstance(before, tuple) and len(now) == len(before):
        found = tuple(marked(one, other) for one, other in zip(now, before, strict=True))
    answer: T = found
    return answer


def hidden_in(value: object) -> Iterator[Unknown]:
    """Yield what could not be seen for a part of a plan, as often as it is unknown for something.

    What ARM does not have at all is left out: nothing was refused.
    """
    if isinstance(value, Unknown):
        if value.reason in _HIDDEN:
            yield value
    elif isinstance(value, View):
        for name in value.__struct_fields__:
            yield from hidden_in(getattr(value, name))
    elif isinstance(value, tuple):
        for each in value:
            yield from hidden_in(each)
