"""Why it is not known whether a rule matches, and what may follow from several such rules."""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from itertools import product
from typing import NamedTuple, assert_never


class Cause(StrEnum):
    """What is not known about a rule."""

    TAG = "service tag"
    GROUP = "application security group"
    NETWORK = "virtual network"
    INTERNET = "internet"
    SOURCE_PORTS = "source ports"
    TEXT = "text"
    ABSENT = "absent"


class Doubt(NamedTuple):
    """One reason why a rule may match or not; ``about`` is the field, ``text`` its value."""

    cause: Cause
    about: str
    text: str = ""

    @property
    def words(self) -> str:
        """The reason, to follow the word "as"."""
        match self.cause:
            case Cause.TAG:
                return f"the addresses of service tag {self.text} are not known"
            case Cause.GROUP:
                name = self.text.rpartition("/")[2]
                return f"the members of application security group {name} are not known"
            case Cause.NETWORK | Cause.INTERNET:
                return "not every address of the virtual network is known"
            case Cause.SOURCE_PORTS:
                return f"it is for source ports {self.text} alone"
            case Cause.TEXT:
                return f'its {self.about} "{self.text}" is not understood'
            case Cause.ABSENT:
                return f"it has no {self.about}"
            case _:
                assert_never(self.cause)


def unread(about: str, text: str | None) -> Doubt:
    """Return the doubt about a field whose text is not understood, or is not there."""
    return Doubt(Cause.TEXT, about, text) if text else Doubt(Cause.ABSENT, about)


Clause = frozenset[Doubt]
"""Doubts of which one has to come true for the clause to hold."""

Clauses = tuple[Clause, ...]
"""What all has to hold for a rule to match; empty for a rule that does."""

World = Mapping[str, bool]
"""For each side where it is not known: whether the addresses are the virtual network's."""


def is_one_question(clauses: Iterable[Clause]) -> bool:
    """Whether all rules with these doubts match, or none does; what is absent may be anything."""
    return all(doubt.cause is not Cause.ABSENT for clause in clauses for doubt in clause)


def always_holds(clause: Clause) -> bool:
    """Whether nothing is left of the doubts: what is not the one tag's is the other's."""
    inside = {doubt.about for doubt in clause if doubt.cause is Cause.NETWORK}
    return not clause or any(
        doubt.about in inside for doubt in clause if doubt.cause is Cause.INTERNET
    )


class Deciders(NamedTuple):
    """Places of rules in an order: which may decide, and which do if no doubt comes true.

    The second are several only where it depends on whether addresses are the virtual network's.
    """

    possible: frozenset[int]
    surely: frozenset[int]


def deciders(rules: Sequence[Clauses]) -> Deciders:
    """Return which of the rules may be the first to match; the last has no doubts.

    Doubts are taken as independent, but for two things. An address that is not the virtual
    network's is the internet's where it is public, so one of the two tags always matches it. And
    a rule in the same doubts as one before it decides nothing: where it matches, so did that one.
    """
    possible: set[int] = set()
    surely: set[int] = set()
    for world in _worlds(rules):
        asked: set[frozenset[Clause]] = set()
        for place, clauses in enumerate(rules):
            left = _left_open(clauses, world)
            if left is None or left in asked:
                continue
            possible.add(place)
            if not left:
                surely.add(place)
                break
            if is_one_question(left):
                asked.add(left)
    return Deciders(frozenset(possible), frozenset(surely))


def _worlds(rules: Iterable[Clauses]) -> list[World]:
    doubts = (doubt for clauses in rules for clause in clauses for doubt in clause)
    sides = sorted({each.about for each in doubts if each.cause in _ABOUT_NETWORK})
    choices = product((True, False), repeat=len(sides))
    return [dict(zip(sides, choice, strict=True)) for choice in choices]


_ABOUT_NETWORK = frozenset({Cause.NETWORK, Cause.INTERNET})


def _left_open(clauses: Clauses, world: World) -> frozenset[Clause] | None:
    """Return what still has to hold for a rule to match, ``None`` where it cannot."""
    left = set()
    for clause in clauses:
        values = {doubt: _comes_true(doubt, world) for doubt in clause}
        if True in values.values():
            continue
        still = frozenset(doubt for doubt, value in values.items() if value is None)
        if not still:
            return None
        left.add(still)
    return frozenset(left)


def _comes_true(doubt: Doubt, world: World) -> bool | None:
    inside = world.get(doubt.about)
    match doubt.cause:
        case Cause.NETWORK:
            return inside
        case Cause.INTERNET:
            return None if inside is None else not inside
        case Cause.GROUP:
            return False if inside is False else None
        case Cause.TAG | Cause.SOURCE_PORTS | Cause.TEXT | Cause.ABSENT:
            return None
        case _:
            assert_never(doubt.cause)
