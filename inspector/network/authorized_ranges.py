"""The ranges that an API server admits: what is wrong with each, and what they leave out.

Source: AKS "api-server-authorized-ip-ranges".
"""

from collections.abc import Iterable
from typing import Final

import msgspec

from inspector.network.addresses import parse_range
from inspector.network.ranges import IPRange, host_bits_set
from inspector.network.spaces import Family, internet_space, remaining

OWN_OUTBOUND_ONLY: Final = "0.0.0.0/32"
"""The authorised range that admits the cluster's own outbound load balancer alone."""

MOST_RANGES: Final = 200
MOST_RANGES_INTEGRATED: Final = 2_000
"""The ranges that can be set, without and with API server VNet integration."""


class RangeFaults(msgspec.Struct, frozen=True, kw_only=True):
    """The ranges, as they are written, by what is wrong with them.

    ``everything`` admit all IPv4 addresses, one range alone or several together. ``private`` hold
    no public address, ``unaligned`` do not begin with their first one, ``unreadable`` are no
    ranges.
    """

    everything: tuple[str, ...]
    private: tuple[str, ...]
    unaligned: tuple[str, ...]
    unreadable: tuple[str, ...]


def range_faults(ranges: Iterable[str]) -> RangeFaults:
    """Sort out the ranges that do not admit what a user may think; the special one is fine."""
    own = [each for each in ranges if each != OWN_OUTBOUND_ONLY]
    parsed = {text: each for text in own if (each := _parsed(text)) is not None}
    whole = [text for text, each in parsed.items() if each.prefixlen == 0]
    space = internet_space(Family.IPV4)
    if not whole and not remaining(space, parsed, Family.IPV4):
        whole = [text for text, each in parsed.items() if _has_public(each)]
    private = [text for text, each in parsed.items() if not _has_public(each)]
    return RangeFaults(
        everything=tuple(whole),
        private=tuple(private),
        unaligned=tuple(each for each in parsed if host_bits_set(each) and each not in private),
        unreadable=tuple(each for each in own if each not in parsed),
    )


def admitted(ranges: Iterable[str]) -> tuple[IPRange, ...]:
    """Return the ranges that admit somebody: neither the special one nor what is no range."""
    own = (_parsed(text) for text in ranges if text != OWN_OUTBOUND_ONLY)
    return tuple(each for each in own if each is not None)


def _parsed(text: str) -> IPRange | None:
    try:
        return parse_range(text)
    except ValueError:
        return None


def _has_public(each: IPRange) -> bool:
    """Whether a range holds an address of the internet."""
    family = next(family for family in Family if family.version == each.version)
    space = internet_space(family)
    return remaining(space, (str(each),), family) != space
