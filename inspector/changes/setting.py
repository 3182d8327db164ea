"""Two snapshots' entries of one area set against each other."""

from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

import msgspec

from inspector.changes.answer import Kind, Side, Thing
from inspector.changes.entries import About, Area, Entry, Key, Value, compared_by
from inspector.collected import NotCollected
from inspector.snapshot import Gap
from inspector.topology import Topology


class Sides(NamedTuple):
    """The two snapshots, with all that was worked out of them."""

    old: Topology
    new: Topology


class FieldDifference(NamedTuple):
    """A field with its two values, both of which were seen."""

    name: str
    before: Value
    after: Value


class Difference(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """A thing that only one snapshot has, or that differs; either entry may be missing."""

    area: Area
    key: Key
    before: Entry | None
    after: Entry | None
    fields: tuple[FieldDifference, ...] = ()

    @cached_property
    def kind(self) -> Kind:
        """What became of the thing."""
        if self.before is None:
            return Kind.APPEARED
        return Kind.GONE if self.after is None else Kind.CHANGED

    @property
    def entry(self) -> Entry:
        """The thing as it is now, or as it last was."""
        entry = self.after or self.before
        if entry is None:
            raise TypeError("a difference has an entry")
        return entry

    @cached_property
    def abouts(self) -> tuple[About, ...]:
        """What is said of the thing: of the new one first, then of the old one."""
        return tuple(each.about() for each in (self.after, self.before) if each is not None)

    @property
    def about(self) -> About:
        """What is said of the thing as it is now, or as it last was."""
        return self.abouts[0]


class Ledger:
    """What could not be compared, and how much was lost by it."""

    def __init__(self) -> None:
        self.losses: dict[tuple[Side, Gap], dict[Thing, int]] = {}

    def note(self, side: Side, gap: Gap, thing: Thing) -> None:
        """Note that a thing of the other snapshot found nothing to be set against."""
        of_gap = self.losses.setdefault((side, gap), {})
        of_gap[thing] = of_gap.get(thing, 0) + 1


def set_against(area: Area, sides: Sides, ledger: Ledger) -> Iterator[Difference]:
    """Yield how the area's things differ, and note in the ledger what could not be seen."""
    found: list[dict[Key, Entry]] = []
    for side, topology in zip((Side.OLD, Side.NEW), sides, strict=True):
        try:
            found.append(dict(area.entries(topology)))
        except NotCollected as unseen:
            ledger.note(side, unseen.gap, area.thing)
    if len(found) < len(sides):
        return
    before, after = found
    for key in before.keys() & after.keys():
        yield from _changed(area, key, (before[key], after[key]), ledger)
    if not area.is_told_alone:
        return
    for key in before.keys() ^ after.keys():
        alone = Difference(area=area, key=key, before=before.get(key), after=after.get(key))
        yield from _told(alone, sides, ledger)


def _told(difference: Difference, sides: Sides, ledger: Ledger) -> Iterator[Difference]:
    """Yield what one snapshot alone has, unless the other one may only not have seen it."""
    is_gone = difference.after is None
    side, lacking = (Side.NEW, sides.new) if is_gone else (Side.OLD, sides.old)
    if not difference.area.concerns(*sides, difference.entry):
        return
    gap = difference.area.hiding(lacking, difference.entry)
    if gap is None:
        yield difference
    else:
        ledger.note(side, gap, difference.area.thing)


def _changed(
    area: Area, key: Key, entries: tuple[Entry, Entry], ledger: Ledger
) -> Iterator[Difference]:
    before, after = entries
    if before.values == after.values:
        return
    fields = []
    unseen: set[tuple[Side, Gap]] = set()
    for name, new in after.values.items():
        old = before.values[name]
        if isinstance(old, Gap) or isinstance(new, Gap):
            unseen |= _unseen(old, new)
        elif compared_by(old) != compared_by(new):
            fields.append(FieldDifference(name, old, new))
    for side, gap in unseen:
        ledger.note(side, gap, area.thing)
    if fields:
        yield Difference(area=area, key=key, before=before, after=after, fields=tuple(fields))


def _unseen(old: Value, new: Value) -> set[tuple[Side, Gap]]:
    """Return what one side alone does not see: what neither does is no loss to the other."""
    if isinstance(old, Gap):
        return set() if isinstance(new, Gap) else {(Side.OLD, old)}
    return {(Side.NEW, new)} if isinstance(new, Gap) else set()
