"""What is set against each other: things under keys that last, with what is compared of them."""

from collections.abc import Callable, Iterable, Mapping

import msgspec

from inspector.changes.answer import Plain, Thing, Topic
from inspector.collected import NotCollected
from inspector.resource_id import ResourceId
from inspector.resources import InventoryItem, Resource
from inspector.snapshot import Gap, GapReason
from inspector.topology import Topology

Key = tuple[str, ...]
"""What a thing is known by in either snapshot; the first part names its area."""


class Said(msgspec.Struct, frozen=True, gc=False):
    """A value that is compared by something else than itself, or is said in other words.

    ``labels`` are the words for the members of a set by what they are compared by, ``None`` for
    one that was not seen.
    """

    value: Plain
    key: Plain
    words: str | None = None
    labels: Mapping[str, str | None] | None = None


Value = Plain | ResourceId | Said | Gap
"""A field's value; a gap stands for one that could not be seen. Text is compared case-blind."""


class Cause(msgspec.Struct, frozen=True, gc=False):
    """The change that another one would be a consequence of.

    That is the thing's own coming or going, or a change of its ``field``. With ``is_mutual`` it
    counts only if it is named of both snapshots.
    """

    key: Key
    field: str | None = None
    is_mutual: bool = False


class About(msgspec.Struct, frozen=True, kw_only=True):
    """What is said of a thing once it is known to have changed.

    ``words`` describe one that appeared or is gone; ``services`` are the Kubernetes services that
    one which changed serves, as far as tags tell. ``causes`` are what its coming or going may
    be a consequence of, ``follows`` what a change of a field may be; the first that happened is
    taken. ``marks`` are further keys under which others look for it. Things of one ``pile`` are
    summed up: many of them become one change of that name.
    """

    name: str
    place: str | None = None
    words: str = ""
    services: tuple[str, ...] = ()
    causes: tuple[Cause, ...] = ()
    follows: Mapping[str, tuple[Cause, ...]] = {}
    marks: tuple[Key, ...] = ()
    pile: str = ""


class Entry(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A thing of one snapshot.

    ``holder`` is what proves by being known that a thing without an entry is not there, the
    subject itself unless it is given.
    """

    subject: ResourceId
    about: Callable[[], About]
    values: Mapping[str, Value] = {}
    holder: ResourceId | None = None


Entries = Iterable[tuple[Key, Entry]]


def hiding(topology: Topology, entry: Entry) -> Gap | None:
    """Return what may hide an entry's thing from a snapshot that has no entry of it."""
    return gap_of(topology, entry.holder or entry.subject)


class Area(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of thing: how its entries are read off a topology, and how changes are worded.

    ``hiding`` tells what may hide a thing from a snapshot without an entry of it; ``concerns``
    whether a change of a thing is told at all, given both topologies. With ``is_told_alone``
    unset only changes are told: coming and going is told elsewhere. From ``pile_from`` changes on
    those of one pile are summed up; with ``is_replaced`` those that came together with those
    that went. ``own_fields`` are those in which each thing has a value of its own, so that their
    changes are alike whatever the values are.
    """

    topic: Topic
    thing: Thing
    entries: Callable[[Topology], Entries]
    hiding: Callable[[Topology, Entry], Gap | None] = hiding
    concerns: Callable[[Topology, Topology, Entry], bool] = lambda _old, _new, _entry: True
    verbs: tuple[str, str] = ("added", "removed")
    is_told_alone: bool = True
    pile_from: int = 4
    is_replaced: bool = False
    own_fields: frozenset[str] = frozenset()


def gap_of(topology: Topology, resource_id: ResourceId) -> Gap | None:
    """Return why nobody knows whether there is a resource; ``None`` if that is known.

    What was never asked for, as it is only asked for where the cluster has any, is known from a
    complete inventory of the group.
    """
    if topology.is_known(resource_id):
        return None
    try:
        topology.get(resource_id, Resource)
    except NotCollected as unseen:
        is_asked_for = unseen.gap.reason is not GapReason.NOT_REQUESTED
        is_listed = is_asked_for or not _is_missing_from_inventory(topology, resource_id)
        return unseen.gap if is_listed else None
    return None


def _is_missing_from_inventory(topology: Topology, resource_id: ResourceId) -> bool:
    group = topology.cluster.infrastructure_group
    if group is None or resource_id.resource_group_id != group:
        return False
    try:
        inventory = topology.once(_inventory)
    except NotCollected:
        return False
    here: ResourceId | None = resource_id
    while here is not None and here.parent != group:
        here = here.parent
    return here is not None and here.key not in inventory


def _inventory(topology: Topology) -> frozenset[str]:
    group = topology.cluster.infrastructure_group or topology.cluster.id
    return frozenset(each.id.key for each in topology.entries(group, InventoryItem))


def compared_by(value: Value) -> object:
    """Return what a value is compared by: case and the kind of empty make no difference."""
    match value:
        case str():
            return value.casefold() or None
        case ResourceId():
            return value.key
        case Said():
            return value.key if value.key != "" else None
        case tuple():
            return tuple(each.casefold() for each in value) or None
        case _:
            return value


def plain(value: Value) -> Plain:
    """Return a value as the answer holds it."""
    match value:
        case ResourceId():
            return str(value)
        case Said():
            return value.value
        case Gap():
            raise TypeError("what could not be seen is no value")
        case _:
            return value


def texts(several: Iterable[object]) -> tuple[str, ...]:
    """Return a set of ARM as it is compared: sorted, each once, case-blind."""
    unique = {text.casefold(): text for text in map(str, several)}
    return tuple(unique[each] for each in sorted(unique))


def ids(
    several: Iterable[ResourceId], words: Callable[[ResourceId], str | None] | None = None
) -> Said:
    """Return a set of references: compared as ids, said by name or in other words."""
    found = sorted(set(several))
    labels = {each.key: words(each) if words is not None else each.name for each in found}
    return Said(tuple(map(str, found)), tuple(labels), labels=labels)


def reference(target: ResourceId | None) -> Said | None:
    """Return a reference: compared as an id, said by name."""
    return Said(str(target), target.key, target.name) if target is not None else None


def key_of(thing: Thing, resource_id: ResourceId) -> Key:
    """Return the key of a thing that is known by its resource's id."""
    return thing, resource_id.key
