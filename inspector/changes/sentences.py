"""What happened, in words."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from inspector.changes.answer import Change, FieldChange, Kind, Thing
from inspector.changes.entries import Area, Said, Value, plain
from inspector.changes.setting import Difference, FieldDifference
from inspector.resource_id import ResourceId
from inspector.wording import count, names

_NONE: Final = "none"
_MOST_NAMES: Final = 3
_MOST_FIELDS: Final = 3
_SINGLE: Final = frozenset({Thing.CLUSTER, Thing.OUTBOUND_ADDRESSES})
_PLURALS: Final = {
    Thing.ROUTE_TABLE_OF_SUBNET: "route tables of subnets",
    Thing.SECURITY_GROUP_OF_SUBNET: "security groups of subnets",
    Thing.SECURITY_GROUP_OF_NODE: "security groups of nodes",
    Thing.WAY_OUT: "ways out",
    Thing.ZONE_LINK: "links of private DNS zones",
}


def field_change(field: FieldDifference) -> FieldChange:
    """Return a field's change with its words: sets by what they gained and lost."""
    words = _gains(field) or f"{_said(field.before)} → {_said(field.after)}"
    return FieldChange(
        name=field.name,
        before=plain(field.before),
        after=plain(field.after),
        words=f"{field.name} {words}",
    )


def _gains(field: FieldDifference) -> str | None:
    """Return what a set gained and lost; ``None`` where the values themselves say more."""
    before, after = _labelled(field.before), _labelled(field.after)
    if len(before) <= 1 and len(after) <= 1:
        return None
    parts = []
    for word, has, lacks in (("gained", after, before), ("lost", before, after)):
        several = sorted(has[key] for key in has.keys() - lacks.keys())
        if several:
            parts.append(f"{word} {names(several)}")
    return ", ".join(parts)


def _labelled(value: Value) -> dict[str, str]:
    """Return the members of a set by what they are compared by, with the words for them."""
    if isinstance(value, Said) and value.labels is not None:
        return {key: words or key.rpartition("/")[2] for key, words in value.labels.items()}
    members = plain(value)
    if not isinstance(members, tuple):
        return {}
    return {each.casefold(): each for each in members}


def _said(value: Value) -> str:
    if isinstance(value, Said) and value.words is not None:
        return value.words
    if isinstance(value, ResourceId):
        return value.name
    if isinstance(value, Said) and value.labels is not None:
        return ", ".join(sorted(_labelled(value).values())) or _NONE
    seen = plain(value)
    if isinstance(seen, bool):
        return "yes" if seen else "no"
    if isinstance(seen, tuple):
        return ", ".join(seen) or _NONE
    return _NONE if seen is None or seen == "" else str(seen)


def verb(area: Area, kind: Kind) -> str:
    """Return what things of an area did."""
    match kind:
        case Kind.APPEARED:
            return area.verbs[0]
        case Kind.GONE:
            return area.verbs[1]
        case Kind.CHANGED:
            return "changed"


def words_of(difference: Difference, fields: Iterable[FieldChange]) -> str:
    """Return what happened to a thing, without its name."""
    if difference.kind is Kind.CHANGED:
        told = "; ".join(each.words for each in fields)
        services = names(difference.about.services)
        return f"{told} (service {services})" if services else told
    described = difference.about.words
    happened = verb(difference.area, difference.kind)
    return f"{happened}: {described}" if described else happened


def sentence(difference: Difference, words: str) -> str:
    """Return the whole of what happened to a thing."""
    about = difference.about
    where = f" of {about.place}" if about.place is not None else ""
    link = ": " if difference.kind is Kind.CHANGED else " "
    return f"{difference.area.thing} {about.name}{where}{link}{words}"


def tally(area: Area, kind: Kind, number: int, fields: Iterable[str] = ()) -> str:
    """Return how many things of an area did what: ``3 nodes joined``.

    Of the fields that changed those are named of which the thing's own name does not tell.
    """
    happened = f"{counted(area.thing, number)} {verb(area, kind)}"
    told = names((each for each in fields if each not in area.thing), _MOST_FIELDS)
    return f"{happened} ({told})" if told else happened


def counted(thing: Thing, number: int) -> str:
    """Return how many of a thing; a cluster has only one of some."""
    if thing in _SINGLE:
        return str(thing)
    several = _PLURALS.get(thing)
    return count(number, thing) if several is None or number == 1 else f"{number} {several}"


def pile_words(area: Area, members: Sequence[Change]) -> str:
    """Return what happened to many things at once, with the first of their names."""
    return "; ".join(
        f"{share} {names((each.name for each in found), _MOST_NAMES)}"
        for share, found in _shares(area, members)
    )


def _shares(area: Area, members: Sequence[Change]) -> Iterator[tuple[str, list[Change]]]:
    """Yield the members of each kind, with how many did what."""
    for kind in Kind:
        found = [each for each in members if each.kind is kind]
        if found and found[0].fields:
            yield f"{_alike(area, found[0])}: {tally(area, kind, len(found))},", found
        elif found:
            yield f"{tally(area, kind, len(found))}:", found


def _alike(area: Area, change: Change) -> str:
    """Return what changed in all of a pile: of values of their own the name alone."""
    fields = change.fields
    return "; ".join(each.name if each.name in area.own_fields else each.words for each in fields)
