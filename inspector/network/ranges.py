"""Ranges of addresses against each other: overlaps, what covers what, and what is still free.

A range is a CIDR block, so two of them are either apart or one holds the other. Everything here
rests on that. Text becomes a range by ``parse_range``, which ignores host bits as ARM does.
Families are kept apart: a range of one never touches a range of the other.
"""

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Network, IPv6Network, ip_interface
from typing import Final, Generic, NamedTuple, TypeVar

from inspector.network.addresses import parse_range
from inspector.network.spaces import Space, Span, difference, merged

IPRange = IPv4Network | IPv6Network

_IPV4: Final = 4
_BITS: Final = {_IPV4: 32, 6: 128}

Label = TypeVar("Label")
Left = TypeVar("Left")
Right = TypeVar("Right")


class LabelledRange(NamedTuple, Generic[Label]):
    """A range and whose it is: a name, an id, a resource."""

    label: Label
    range: IPRange


def labelled(label: Label, texts: Iterable[str]) -> tuple[LabelledRange[Label], ...]:
    """Return the ranges that stand in the texts, under one label.

    Raises ``ValueError`` naming the text that is no range.
    """
    return tuple(LabelledRange(label, parse_range(text)) for text in texts)


def host_bits_set(text: str) -> bool:
    """Whether a range is written with an address other than its first, as ``10.0.0.4/24``.

    Raises ``ValueError`` naming the text that is no range.
    """
    written = ip_interface(text)
    return int(written.ip) != int(written.network.network_address)


def overlaps(
    ranges: Iterable[LabelledRange[Label]],
) -> tuple[tuple[LabelledRange[Label], LabelledRange[Label]], ...]:
    """Return every pair of ranges that share an address, the wider one first.

    Pairs come in the order of addresses, equal ranges in the order they were given. Ranges under
    one label are compared as well. Takes n log n and the number of pairs.
    """
    found = []
    around: list[LabelledRange[Label]] = []
    for each in sorted(ranges, key=_order):
        _leave(around, each.range)
        found += [(wider, each) for wider in around]
        around.append(each)
    return tuple(found)


def overlaps_between(
    left: Iterable[LabelledRange[Left]], right: Iterable[LabelledRange[Right]]
) -> tuple[tuple[LabelledRange[Left], LabelledRange[Right]], ...]:
    """Return every pair of a range of the left and one of the right that share an address.

    Pairs come in the order of addresses, the left's first. Takes time by the number of ranges and
    of pairs alone, however many ranges of one side overlap each other.
    """
    lefts, rights = sorted(left, key=_order), sorted(right, key=_order)
    found = list(_held(lefts, rights))
    found += [(one, other) for other, one in _held(rights, lefts) if one.range != other.range]
    return tuple(sorted(found, key=lambda pair: (_order(pair[0]), _order(pair[1]))))


def _held(
    inner: list[LabelledRange[Left]], outer: list[LabelledRange[Right]]
) -> Iterator[tuple[LabelledRange[Left], LabelledRange[Right]]]:
    """Yield each range of the inner with each of the outer that holds it; both come in order."""
    around: list[LabelledRange[Right]] = []
    entered = 0
    for each in inner:
        while entered < len(outer) and _order(outer[entered]) <= _order(each):
            _leave(around, outer[entered].range)
            around.append(outer[entered])
            entered += 1
        _leave(around, each.range)
        for wider in around:
            yield each, wider


def _order(each: LabelledRange[Label]) -> tuple[int, int, int]:
    """Return a key that sorts a range before all that it holds."""
    return each.range.version, int(each.range.network_address), each.range.prefixlen


def _leave(around: list[LabelledRange[Label]], entered: IPRange) -> None:
    """Take away the ranges that do not hold the one that comes next in order."""
    while around and not _holds(around[-1].range, entered):
        around.pop()


def _holds(wider: IPRange, narrower: IPRange) -> bool:
    first, last = span_of_range(wider)
    return wider.version == narrower.version and first <= int(narrower.network_address) <= last


def is_within(inner: IPRange, outers: Iterable[IPRange]) -> bool:
    """Whether the others together hold every address of a range."""
    return not _left(inner, outers)


def uncovered(inner: IPRange, outers: Iterable[IPRange]) -> tuple[IPRange, ...]:
    """Return the parts of a range that none of the others holds, as few as possible, in order."""
    return tuple(block for span in _left(inner, outers) for block in blocks(span, inner.version))


def _left(inner: IPRange, outers: Iterable[IPRange]) -> Space:
    return difference((span_of_range(inner),), _space(outers, inner.version))


def first_free(
    prefix_length: int, inside: Iterable[IPRange], taken: Iterable[IPRange]
) -> IPRange | None:
    """Return the lowest block of a size that lies inside the ranges and touches nothing taken.

    IPv4 comes first. Ranges that adjoin count as one. ``None`` if no such block is left.
    """
    candidates, used = tuple(inside), tuple(taken)
    for version, bits in _BITS.items():
        if not 0 <= prefix_length <= bits:
            continue
        size = 1 << bits - prefix_length
        for low, high in difference(_space(candidates, version), _space(used, version)):
            start = -(-low // size) * size
            if start + size - 1 <= high:
                return next(blocks((start, start + size - 1), version))
    return None


def blocks(span: Span, version: int) -> Iterator[IPRange]:
    """Yield the fewest ranges that make up a span of addresses, in order."""
    bits = _BITS[version]
    first, last = span
    while first <= last:
        aligned = (first & -first).bit_length() - 1 if first else bits
        power = min(aligned, (last - first + 1).bit_length() - 1)
        block = (first, bits - power)
        yield IPv4Network(block) if version == _IPV4 else IPv6Network(block)
        first += 1 << power


def span_of_range(each: IPRange) -> Span:
    """Return the first and the last address of a range, as numbers."""
    return int(each.network_address), int(each.broadcast_address)


def _space(ranges: Iterable[IPRange], version: int) -> Space:
    return merged(span_of_range(each) for each in ranges if each.version == version)
