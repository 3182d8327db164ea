"""Where an address lies in a subnet: given out by Azure, kept by it, or outside."""

from collections.abc import Iterable
from enum import StrEnum

from inspector.network.addresses import is_reserved, parse_range
from inspector.network.ranges import IPRange
from inspector.resources import IPAddress


class Place(StrEnum):
    """Where an address lies in a subnet; one of a family without a range there has no place."""

    USABLE = "usable"
    RESERVED = "reserved"
    OUTSIDE = "outside"
    OTHER_FAMILY = "other family"


class SubnetRanges:
    """The ranges of one subnet, made ready for many addresses.

    Raises ``ValueError`` for text that is not a range.
    """

    def __init__(self, prefixes: Iterable[str]) -> None:
        self._ranges = tuple(map(parse_range, prefixes))
        self._usable = tuple((each.version, *_usable_span(each)) for each in self._ranges)

    def place(self, address: IPAddress) -> Place:
        """Return where an address lies."""
        number, version = int(address), address.version
        for family, low, high in self._usable:
            if family == version and low <= number <= high:
                return Place.USABLE
        of_family = [each for each in self._ranges if each.version == version]
        if not of_family:
            return Place.OTHER_FAMILY
        is_kept = any(is_reserved(address, each) for each in of_family)
        return Place.RESERVED if is_kept else Place.OUTSIDE


def _usable_span(whole: IPRange) -> tuple[int, int]:
    """Return the first and the last address that Azure gives out; the last is lower if none is."""
    first, size = int(whole.network_address), whole.num_addresses
    low, high = 0, size - 1
    while low <= high and is_reserved(whole[low], whole):
        low += 1
    while low <= high and is_reserved(whole[high], whole):
        high -= 1
    return first + low, first + high
