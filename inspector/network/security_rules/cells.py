"""Spaces divided into cells, and boxes of cells.

Everything that rules tell apart becomes one cell, however many ranges it is made of. A set of
cells is a number with a bit for each, so rules with thousands of ranges cost no more than others.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from inspector.network.spaces import Space, Span, common, difference, merged


class Cells(NamedTuple):
    """A space in cells; ``members`` has the set of cells for each region it was divided by."""

    divided: Space
    spaces: tuple[Space, ...]
    members: dict[Space, int]

    @property
    def whole(self) -> int:
        """The set of all cells."""
        return (1 << len(self.spaces)) - 1

    def space(self, chosen: int) -> Space:
        """Return what a set of cells holds."""
        others = self.whole & ~chosen
        if others.bit_count() < chosen.bit_count():
            return difference(self.divided, self._union(others))
        return self._union(chosen)

    def _union(self, chosen: int) -> Space:
        return merged(span for cell in _bits(chosen) for span in self.spaces[cell])


def divide(whole: Space, regions: Iterable[Space]) -> Cells:
    """Divide a space into the fewest cells that no region cuts through, in the order of numbers.

    Near linear in the number of all ranges.
    """
    distinct = tuple(dict.fromkeys(regions))
    edges: list[tuple[int, int]] = []
    for place, region in enumerate((whole, *distinct)):
        for low, high in common(region, whole):
            edges += ((low, place), (high + 1, place))
    spans: dict[int, list[Span]] = {}
    holding, start = 0, 0
    for at, place in sorted(edges):
        if holding & 1 and at > start:
            spans.setdefault(holding, []).append((start, at - 1))
        holding ^= 1 << place
        start = at
    members = [0] * (len(distinct) + 1)
    for cell, held_by in enumerate(spans):
        for place in _bits(held_by):
            members[place] |= 1 << cell
    spaces = tuple(tuple(each) for each in spans.values())
    return Cells(whole, spaces, dict(zip(distinct, members[1:], strict=True)))


def _bits(number: int) -> Iterator[int]:
    while number:
        lowest = number & -number
        yield lowest.bit_length() - 1
        number ^= lowest


class Box(NamedTuple):
    """Sets of cells of three dimensions; it holds every combination of one of each."""

    services: int
    sources: int
    destinations: int

    def __bool__(self) -> bool:
        return bool(self.services and self.sources and self.destinations)

    def touches(self, other: "Box") -> bool:
        """Whether the boxes share anything."""
        return bool(
            self.services & other.services
            and self.sources & other.sources
            and self.destinations & other.destinations
        )

    def common(self, other: "Box") -> "Box":
        """Return what both boxes hold."""
        return Box(
            self.services & other.services,
            self.sources & other.sources,
            self.destinations & other.destinations,
        )

    def without(self, inner: "Box") -> Iterator["Box"]:
        """Yield what is left around a box inside, by services first: most rules are for some."""
        left = (
            Box(self.services & ~inner.services, self.sources, self.destinations),
            Box(inner.services, self.sources & ~inner.sources, self.destinations),
            Box(inner.services, inner.sources, self.destinations & ~inner.destinations),
        )
        yield from filter(None, left)


def joined(boxes: Iterable[Box]) -> tuple[Box, ...]:
    """Return boxes that are apart as fewer ones, where some differ in one dimension alone."""
    found = tuple(boxes)
    for dimension in range(len(Box._fields)):
        found = _joined_along(dimension, found)
    return found


def _joined_along(dimension: int, boxes: Sequence[Box]) -> tuple[Box, ...]:
    sets: dict[Box, int] = {}
    for box in boxes:
        key = Box._make(0 if place == dimension else each for place, each in enumerate(box))
        sets[key] = sets.get(key, 0) | box[dimension]
    return tuple(
        Box._make(found if place == dimension else each for place, each in enumerate(key))
        for key, found in sets.items()
    )
