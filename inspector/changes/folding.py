"""Differences made into changes: consequences under their causes, many alike under one."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import msgspec

from inspector.changes.answer import Change, Kind, Tally, Thing
from inspector.changes.entries import Cause, Key, compared_by
from inspector.changes.sentences import field_change, pile_words, sentence, tally, words_of
from inspector.changes.setting import Difference
from inspector.resource_id import ResourceId

_RANK: Final = {thing: place for place, thing in enumerate(Thing)}
_KIND_RANK: Final = {kind: place for place, kind in enumerate(Kind)}
_MOST_FIELDS: Final = 1
_MOST_APART: Final = 3
"""So many changes to values of their own are told one by one."""


class Folded(msgspec.Struct, frozen=True, kw_only=True):
    """The changes that are no consequences of others, by thing and name, and their numbers."""

    changes: tuple[tuple[Difference, Change], ...]
    tallies: tuple[Tally, ...]


def fold(differences: Iterable[Difference]) -> Folded:
    """Return the differences as changes."""
    every = sorted(differences, key=_order)
    found = _index(every)
    below: dict[Key, list[Difference]] = {}
    roots = []
    for each in every:
        cause = _cause(each, found)
        if cause is None or cause.key == each.key:
            roots.append(each)
        else:
            below.setdefault(cause.key, []).append(each)
    return Folded(
        changes=tuple((pile[0], _piled(pile, below)) for pile in _piles(roots)),
        tallies=tuple(_tallies(roots)),
    )


def _order(difference: Difference) -> tuple[int, int, str, Key]:
    name = difference.about.name.casefold()
    return _RANK[difference.area.thing], _KIND_RANK[difference.kind], name, difference.key


def _index(differences: Iterable[Difference]) -> dict[Key, Difference]:
    """Return the differences by their keys and marks; of several with one mark the first."""
    found: dict[Key, Difference] = {}
    for each in differences:
        for key in (each.key, *(mark for about in each.abouts for mark in about.marks)):
            found.setdefault(key, each)
    return found


def _cause(difference: Difference, found: dict[Key, Difference]) -> Difference | None:
    """Return the difference that explains another: each field of it, or its coming or going."""
    if difference.kind is not Kind.CHANGED:
        own = difference.about.causes
        matches = (_match(each, found, difference.kind) for each in own)
        return next(filter(None, matches), None)
    first = None
    for field in difference.fields:
        causes = _followed(difference, field.name)
        cause = next(filter(None, (_match(each, found, None) for each in causes)), None)
        if cause is None:
            return None
        first = first or cause
    return first


def _followed(difference: Difference, field: str) -> Iterator[Cause]:
    """Yield what the change of a field may be a consequence of."""
    several = [about.follows.get(field, ()) for about in difference.abouts]
    for causes in several:
        for each in causes:
            if not each.is_mutual or all(each in others for others in several):
                yield each


def _match(cause: Cause, found: dict[Key, Difference], kind: Kind | None) -> Difference | None:
    """Return the difference a cause speaks of, if it happened; ``kind`` is what is to match it."""
    other = found.get(cause.key)
    if other is None:
        return None
    if cause.field is not None:
        return other if any(each.name == cause.field for each in other.fields) else None
    is_so = other.kind is not Kind.CHANGED if kind is None else other.kind is kind
    return other if is_so else None


def _piles(roots: Sequence[Difference]) -> Iterator[list[Difference]]:
    """Yield the differences that are told as one: alone, or many of one pile."""
    piles: dict[tuple[object, ...], list[Difference]] = {}
    for each in roots:
        label = each.about.pile
        place = (each.area.thing, label, *_alike(each)) if label else each.key
        piles.setdefault(place, []).append(each)
    for pile in piles.values():
        if len(pile) < _least_of(pile[0]):
            yield from ([each] for each in pile)
        else:
            yield pile


def _least_of(difference: Difference) -> int:
    """Return how many changes like one are told as one."""
    least = difference.area.pile_from
    return max(least, _MOST_APART + 1) if _has_own_fields(difference) else least


def _has_own_fields(difference: Difference) -> bool:
    return any(each.name in difference.area.own_fields for each in difference.fields)


def _alike(difference: Difference) -> tuple[object, ...]:
    """Return what things told as one have in common: for changed ones the fields and values."""
    area = difference.area
    if difference.kind is not Kind.CHANGED:
        return ("replaced",) if area.is_replaced else (difference.kind,)
    return tuple(
        each.name
        if each.name in area.own_fields
        else (each.name, compared_by(each.before), compared_by(each.after))
        for each in difference.fields
    )


def _piled(pile: Sequence[Difference], below: dict[Key, list[Difference]]) -> Change:
    members = tuple(_change(each, below) for each in pile)
    if len(pile) == 1:
        return members[0]
    first, area = members[0], pile[0].area
    is_alike = len({each.kind for each in pile}) == 1
    kind = first.kind if is_alike else Kind.CHANGED
    label = pile[0].about.pile
    words = pile_words(area, members)
    return Change(
        kind=kind,
        thing=area.thing,
        subject=_common(members),
        name=label,
        place=None,
        words=words,
        sentence=f"{label}: {words}",
        fields=tuple(each for each in first.fields if each.name not in area.own_fields),
        number=len(members),
        members=members,
        with_it=_with_it([one for each in pile for one in _all_below(each, below)]),
    )


def _common(members: Sequence[Change]) -> ResourceId:
    """Return what holds the first of the members, which holds the others too."""
    subject = members[0].subject
    return subject.parent or subject


def _change(difference: Difference, below: dict[Key, list[Difference]]) -> Change:
    about, thing = difference.about, difference.area.thing
    fields = tuple(map(field_change, difference.fields))
    words = words_of(difference, fields)
    return Change(
        kind=difference.kind,
        thing=thing,
        subject=difference.entry.subject,
        name=about.name,
        place=about.place,
        words=words,
        sentence=sentence(difference, words),
        fields=fields,
        consequences=tuple(_change(each, below) for each in below.get(difference.key, ())),
        with_it=_with_it(list(_all_below(difference, below))),
    )


def _all_below(difference: Difference, below: dict[Key, list[Difference]]) -> Iterator[Difference]:
    """Yield the consequences of a difference, and theirs."""
    for each in below.get(difference.key, ()):
        yield each
        yield from _all_below(each, below)


def _with_it(consequences: Sequence[Difference]) -> str | None:
    """Return consequences in short: changed fields in full as long as there are few."""
    if not consequences:
        return None
    told = [each for each in consequences if each.kind is not Kind.CHANGED]
    parts = [each.words for each in _tallies(told)]
    changed = [each for each in consequences if each.kind is Kind.CHANGED]
    if len(changed) > _MOST_FIELDS or any(map(_has_own_fields, changed)):
        parts += [each.words for each in _tallies(changed)]
    else:
        parts += [_field_words(each) for each in changed]
    return ", ".join(parts) or None


def _field_words(difference: Difference) -> str:
    fields = map(field_change, difference.fields)
    words = ", ".join(each.words for each in fields)
    return f"{difference.area.thing} {difference.about.name}: {words}"


def _tallies(differences: Iterable[Difference]) -> Iterator[Tally]:
    found: dict[tuple[int, int], list[Difference]] = {}
    for each in differences:
        place = _RANK[each.area.thing], _KIND_RANK[each.kind]
        found.setdefault(place, []).append(each)
    for place in sorted(found):
        several = found[place]
        area, kind = several[0].area, several[0].kind
        fields = dict.fromkeys(field.name for each in several for field in each.fields)
        words = tally(area, kind, len(several), fields)
        yield Tally(kind=kind, thing=area.thing, number=len(several), words=words)
