"""The addresses of the internet as ranges of numbers, to take other ranges from.

Source: Learn "Virtual network traffic routing" for the ranges Azure keeps off the internet.
"""

from collections.abc import Iterable
from enum import StrEnum
from functools import cache
from typing import Final

from inspector.network.addresses import parse_range

Span = tuple[int, int]
"""The first and the last address of a range, as numbers."""

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
    for text in ranges:
        span = span_of(text, family)
        space = space if span is None else without(space, span)
    return space


def without(space: Space, gone: Span) -> Space:
    """Return the space without one range."""
    first, last = gone
    rest = []
    for low, high in space:
        if last < low or high < first:
            rest.append((low, high))
            continue
        if low < first:
            rest.append((low, first - 1))
        if last < high:
            rest.append((last + 1, high))
    return tuple(rest)
