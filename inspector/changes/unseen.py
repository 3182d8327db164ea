"""What could not be compared, as the answer has it."""

from collections import Counter
from collections.abc import Iterable

from inspector.changes.answer import NotComparable, Side, Thing
from inspector.changes.sentences import counted
from inspector.changes.setting import Ledger, Sides
from inspector.snapshot import Gap, GapReason
from inspector.topology import Topology
from inspector.wording import names

Place = tuple[str, str]
"""The folded target and the folded type of the list of a gap."""


def not_comparable(sides: Sides, ledger: Ledger) -> tuple[NotComparable, ...]:
    """Return every gap of either snapshot, with what was lost by it, by target and list.

    What was never asked for and lies outside the cluster's own groups was read in one snapshot
    because something referred to it then: that is no gap.
    """
    gaps: dict[Place, list[tuple[Side, Gap]]] = {}
    losses: dict[Place, Counter[Thing]] = {}
    for side, topology in zip((Side.OLD, Side.NEW), sides, strict=True):
        for gap in topology.snapshot.gaps:
            gaps.setdefault(_place(gap), []).append((side, gap))
    for (side, gap), things in ledger.losses.items():
        topology = sides.old if side is Side.OLD else sides.new
        if gap.reason is not GapReason.NOT_REQUESTED or _is_own(topology, gap):
            gaps.setdefault(_place(gap), []).append((side, gap))
            losses.setdefault(_place(gap), Counter()).update(things)
    return tuple(_entry(gaps[place], losses.get(place, Counter())) for place in sorted(gaps))


def _place(gap: Gap) -> Place:
    return gap.target.key, (gap.listing or "").casefold()


def _is_own(topology: Topology, gap: Gap) -> bool:
    cluster = topology.cluster
    groups = (cluster.infrastructure_group, cluster.id.resource_group_id)
    return gap.target.resource_group_id in groups


def _entry(found: Iterable[tuple[Side, Gap]], things: Counter[Thing]) -> NotComparable:
    several = list(found)
    sides = {side for side, _ in several}
    gap = several[0][1]
    return NotComparable(
        target=gap.target,
        listing=gap.listing,
        side=sides.pop() if len(sides) == 1 else Side.BOTH,
        reason=gap.reason,
        action=gap.action,
        things=tuple(each for each in Thing if things[each]),
        number=things.total(),
        words=names(counted(each, things[each]) for each in Thing if things[each]) or None,
    )
