"""The first match of an ordered list of conditions, for a whole flow at once.

What is left of the flow is kept as boxes, and each condition is cut out of them. A box that a
condition may match goes on and remembers it.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from typing import NamedTuple

from inspector.network.security_rules.cells import Box, Cells, divide
from inspector.network.security_rules.doubts import Clause, Clauses, always_holds
from inspector.network.security_rules.rule_addresses import Region
from inspector.network.spaces import Space


class Condition(NamedTuple):
    """The regions that a rule matches in each dimension; ``clauses`` are doubts about all."""

    services: tuple[Region, ...]
    sources: tuple[Region, ...]
    destinations: tuple[Region, ...]
    clauses: Clauses = ()


class Decision(NamedTuple):
    """A box with the place of the condition that matches it, ``None`` if none does.

    ``remembered`` are the places of those before it that may match, with what has to hold.
    """

    box: Box
    place: int | None
    remembered: tuple[tuple[int, Clauses], ...]


class Match(NamedTuple):
    """A condition in cells: boxes that are apart, each with what has to hold for a match."""

    hull: Box
    areas: tuple[tuple[Box, Clauses], ...]


class Cuts(NamedTuple):
    """The cells of the three dimensions of a flow."""

    services: Cells
    sources: Cells
    destinations: Cells

    @property
    def whole(self) -> Box:
        """The box that is the flow."""
        return Box(self.services.whole, self.sources.whole, self.destinations.whole)

    def match(self, condition: Condition) -> Match:
        """Return a condition in cells; the cells are those it was among."""
        options = (
            _options(condition.services, self.services),
            _options(condition.sources, self.sources),
            _options(condition.destinations, self.destinations),
        )
        areas = []
        for chosen in product(*options):
            box = Box(*(cells for cells, _ in chosen))
            open_clauses = (clause for _, clause in chosen if not always_holds(clause))
            areas.append((box, (*condition.clauses, *open_clauses)))
        hull = Box(*(sum(cells for cells, _ in found) for found in options))
        return Match(hull, tuple(areas))


def cuts(services: Space, sources: Space, destinations: Space, met: Iterable[Condition]) -> Cuts:
    """Divide a flow by everything that conditions tell apart in it."""
    conditions = tuple(met)
    return Cuts(
        divide(services, (each.space for found in conditions for each in found.services)),
        divide(sources, (each.space for found in conditions for each in found.sources)),
        divide(destinations, (each.space for found in conditions for each in found.destinations)),
    )


def _options(regions: Iterable[Region], cells: Cells) -> list[tuple[int, Clause]]:
    """Return sets of cells that are apart, each with the doubts of all regions that hold it."""
    found: list[tuple[int, Clause]] = []
    for space, doubts in regions:
        new = cells.members[space]
        both = [(held & new, known | doubts) for held, known in found]
        rest = [(held & ~new, known) for held, known in found]
        for held, _ in found:
            new &= ~held
        found = [each for each in (*both, *rest, (new, doubts)) if each[0]]
    return found


def decisions(matches: Sequence[Match], boxes: Iterable[Box]) -> Iterator[Decision]:
    """Yield what becomes of the boxes, in the order of the conditions that decide."""
    waiting = [Decision(box, None, ()) for box in boxes]
    for place, match in enumerate(matches):
        left = []
        for each in waiting:
            if not each.box.touches(match.hull):
                left.append(each)
                continue
            for found in _met(each, place, match):
                if found.place is None:
                    left.append(found)
                else:
                    yield found
        waiting = left
    yield from waiting


def _met(waiting: Decision, place: int, match: Match) -> Iterator[Decision]:
    """Yield a box in pieces: decided, remembering the condition, and untouched."""
    pieces = [waiting.box]
    for area, clauses in match.areas:
        outside = []
        for piece in pieces:
            hit = piece.common(area)
            if not hit:
                outside.append(piece)
                continue
            outside += piece.without(hit)
            if clauses:
                yield Decision(hit, None, (*waiting.remembered, (place, clauses)))
            else:
                yield Decision(hit, place, waiting.remembered)
        pieces = outside
    yield from (Decision(piece, None, waiting.remembered) for piece in pieces)
