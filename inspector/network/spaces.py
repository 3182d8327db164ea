"""Spaces: sets of addresses or ports as ranges of numbers, and the space that is the internet.

Source: Learn "Virtual network traffic routing" for the ranges Azure keeps off the internet.
"""

from bisect import bisect_left
from collections.abc import Iterable
from enum import StrEnum
from functools import cache
from operator import itemgetter
from typing import Final

from inspector.network.addresses import parse_range

Span = tuple[int, int]
"""The first and the last number of a range."""

Space = tuple[Span, ...]
"""Ranges that do not overlap, in order."""

_NOT_INTERNET: Final = (
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "224.0.0.0/3",
)
_INTERNET_IPV6: Final = "2000::/3"


class Family(StrEnum):
    """An address family."""

    IPV4 = "IPv4"
    IPV6 = "IPv6"

    @property
    def version(self) -> int:
        """The number that ``ipaddress`` gives the family."""
        return 4 if self is Family.IPV4 else 6


def span_of(text: str, family: Family | None) -> Span | None:
    """Return a range of the family, of either one for ``None``; tags and other text are none."""
    try:
        network = parse_range(text)
    except ValueError:
        return None
    if family is not None and network.version != family.version:
        return None
    return int(network.network_address), int(network.broadcast_address)


@cache
def internet_space(family: Family) -> Space:
    """Return the internet of a family: what is neither private nor reserved."""
    whole = span_of(_INTERNET_IPV6 if family is Family.IPV6 else "0.0.0.0/0", family)
    return remaining((whole,) if whole else (), _NOT_INTERNET, family)


def remaining(space: Space, ranges: Iterable[str], family: Family) -> Space:
    """Return the space without the ranges of the family; other text takes nothing away."""
    spans = (span_of(text, family) for text in ranges)
    return difference(space, merged(span for span in spans if span is not None))


def without(space: Space, gone: Span) -> Space:
    """Return the space without one range."""
    return difference(space, (gone,))


def merged(spans: Iterable[Span]) -> Space:
    """Return ranges of any order as a space; those that overlap or adjoin become one."""
    found: list[Span] = []
    for low, high in sorted(spans):
        if found and low <= found[-1][1] + 1:
            found[-1] = found[-1][0], max(high, found[-1][1])
        else:
            found.append((low, high))
    return tuple(found)


def common(space: Space, other: Space) -> Space:
    """Return what both spaces hold; the time depends on the one with fewer ranges and on this."""
    few, many = sorted((space, other), key=len)
    found = []
    for low, high in few:
        at = bisect_left(many, low, key=itemgetter(1))
        while at < len(many) and many[at][0] <= high:
            found.append((max(low, many[at][0]), min(high, many[at][1])))
            at += 1
    return tuple(found)


def difference(space: Space, gone: Space) -> Space:
    """Return what the first space holds and the second does not."""
    if not space:
        return ()
    starts = (space[0][0], *(high + 1 for _, high in gone))
    ends = (*(low - 1 for low, _ in gone), space[-1][1])
    kept = zip(starts, ends, strict=True)
    return common(space, tuple((low, high) for low, high in kept if low <= high))
