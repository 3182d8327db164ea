"""The third answer in a report: nobody could see it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import IPv4Address, IPv6Address
from typing import TypeVar

import msgspec

from inspector.collected import NotCollected
from inspector.snapshot import Gap

T = TypeVar("T")
Address = IPv4Address | IPv6Address


class View(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A part of a report. ``None`` says that ARM has no such thing; unknown says so itself."""


class Unknown(View, frozen=True):
    """What could not be seen, in place of a value; ``unknown`` is the ARM id or list."""

    unknown: str
    reason: str
    action: str


TextAnswer = str | Unknown | None


def unknown_of(gap: Gap) -> Unknown:
    """Return a gap as the value it leaves open."""
    place = f"{gap.target} ({gap.listing})" if gap.listing else str(gap.target)
    return Unknown(unknown=place, reason=gap.reason, action=gap.action)


def ask(question: Callable[[], T]) -> T | Unknown:
    """Return the answer, or what is missing for it."""
    try:
        return question()
    except NotCollected as missing:
        return unknown_of(missing.gap)


@contextmanager
def noting(missing: list[Unknown]) -> Iterator[None]:
    """Do what can be done, and note in ``missing`` what could not be seen, once."""
    try:
        yield
    except NotCollected as unseen:
        found = unknown_of(unseen.gap)
        if found not in missing:
            missing.append(found)
