"""What a move to another network model does: pod CIDR, addresses, and what changes in ARM."""

from collections.abc import Iterator
from itertools import groupby
from typing import Final

from inspector.network.models import NetworkModel
from inspector.planning.figures import NO_ACTION, Figure
from inspector.planning.moves.effects import (
    AddressEffects,
    Changes,
    Effects,
    PodCIDRChoice,
    PodCIDRProposal,
    SubnetNeed,
    Way,
)
from inspector.planning.moves.effects.changes import FieldChange, InterfaceChange
from inspector.planning.moves.effects.pod_range import Meeting
from inspector.planning.moves.effects.route_tables import RouteStaying, TableChange
from inspector.renderers.blocks import (
    Block,
    Heading,
    Paragraph,
    Text,
    Tone,
    facts,
    row,
    show,
    table,
)
from inspector.renderers.layout.missing import lay_out_missing
from inspector.renderers.layout.planning.reach import lay_out_reach, lay_out_stays
from inspector.wording import count, names

_CHOICES: Final = {
    PodCIDRChoice.KEEP: "Keep",
    PodCIDRChoice.ENLARGE: "Enlarge to",
    PodCIDRChoice.REPLACE: "Replace by",
    PodCIDRChoice.SET: "Take",
}
_NEW: Final = {
    NetworkModel.CNI_POD_SUBNET_DYNAMIC: "pods, dynamic allocation",
    NetworkModel.CNI_POD_SUBNET_STATIC: "pods, static blocks",
}
_SITUATIONS: Final = {
    "now": "now",
    "upgrade": "upgrade",
    "maximum": "at the maximum",
    "maximum_and_upgrade": "upgrade at the maximum",
}
"""What the fields of a need are called."""


def lay_out_effects(effects: Effects, *, most: int | None) -> Iterator[Block]:
    """Yield what a move does: to addresses, in ARM, to those who call pods; and what stays."""
    if effects.pod_cidr is not None:
        yield from _pod_cidr(effects.pod_cidr, most)
    yield from _addresses(effects, most)
    if effects.way is not Way.NONE:
        yield from _changes(effects, most)
        yield from lay_out_reach(effects, most)
    yield from lay_out_stays(effects, most)


def _pod_cidr(proposal: PodCIDRProposal, most: int | None) -> Iterator[Block]:
    yield Heading(3, "Pod CIDR")
    if proposal.cidr is None:
        words = f"No pod CIDR is proposed: {proposal.reason}."
        yield Paragraph(Text(words, Tone.WARNING))
    else:
        tone = Tone.GOOD if proposal.choice is PodCIDRChoice.KEEP else Tone.PLAIN
        words = f"{_CHOICES[proposal.choice]} {proposal.cidr}: {proposal.reason}."
        yield Paragraph(Text(words, tone))
    yield facts(*_slice_rows(proposal))
    if proposal.present_meets:
        columns = ("Present pod CIDR", "Meets", "Range")
        yield table(columns, proposal.present_meets, _meeting, most=most)
    yield from _notes(proposal.notes)
    yield from lay_out_missing(proposal.missing)


def _slice_rows(proposal: PodCIDRProposal) -> Iterator[tuple[str, Text]]:
    if proposal.present:
        yield "Today", Text(_slices(names(proposal.present), proposal.present_slices))
    yield "Needed at most", _figure(proposal.slices_needed)
    if proposal.cidr is not None and proposal.choice is not PodCIDRChoice.KEEP:
        yield "Then", Text(_slices(proposal.cidr, proposal.slices))
    if proposal.spare is not None:
        yield "To spare", Text(f"{proposal.spare:,}")


def _slices(cidr: str, slices: int | None) -> str:
    return cidr if slices is None else f"{cidr}, {slices:,} slices of /24"


def _meeting(meeting: Meeting) -> tuple[Text, ...]:
    return row(meeting.pod_cidr, Text(meeting.words, Tone.WARNING), meeting.range)


def _figure(answer: Figure) -> Text:
    """Return a number and, where it is not just that number, its formula."""
    if answer.number is None:
        return Text(f"unknown: {_why(answer)}", Tone.WARNING)
    plain = f"{answer.number:,}"
    return Text(plain if answer.formula == plain else f"{answer.formula} = {plain}")


def _why(answer: Figure) -> str:
    if answer.unknown is None:
        return ""
    is_hidden = answer.unknown.action != NO_ACTION
    return (
        f"not all of it was seen ({answer.unknown.reason})" if is_hidden else answer.unknown.reason
    )


def _addresses(effects: Effects, most: int | None) -> Iterator[Block]:
    yield Heading(3, "Addresses of the virtual network")
    addresses = effects.addresses
    yield Paragraph(_in_short(effects))
    if effects.model_today is effects.model_then and effects.way is not Way.NEW_CLUSTER:
        return
    columns = ("Subnet", "Situation", "Today", "Then", "How")
    rows = [each for need in addresses.subnets for each in _situations(need)]
    if rows:
        yield table(columns, rows, lambda cells: cells, most=most)
    for need in addresses.subnets:
        yield Paragraph(_verdict(need))
    doubts = (f"{each[:1].upper()}{each[1:]}." for each in addresses.doubts)
    yield from _notes((*addresses.notes, *doubts))
    yield from lay_out_missing(addresses.missing)


def _in_short(effects: Effects) -> Text:
    """Return the answer first: what the pools take of the network today, and then."""
    addresses = effects.addresses
    if effects.model_today is effects.model_then and effects.way is not Way.NEW_CLUSTER:
        return Text("No address changes: pods get theirs as they do today.", Tone.GOOD)
    now, then = addresses.before.now.number, addresses.after.now.number
    most = addresses.after.maximum_and_upgrade.number
    if now is None or then is None or most is None:
        return Text("How many addresses the move takes cannot all be told.", Tone.WARNING)
    held = _held(addresses)
    at_most = f"{most:,} at most (all pools at their maximum and upgraded)"
    if then == now:
        return Text(f"The pools take as many addresses as today: {now:,}, and {at_most}.")
    return Text(
        f"The pools take {count(then, 'address')} in place of {now:,}{held}, and {at_most}."
    )


def _held(addresses: AddressEffects) -> str:
    """Return what ARM shows as given out where it is not what is planned with."""
    given = [each.given_out for each in addresses.subnets if each.id is not None]
    known = [each for each in given if isinstance(each, int)]
    if not known or len(known) != len(given):
        return ""
    return f" (ARM shows {sum(known):,} given out)"


def _situations(need: SubnetNeed) -> Iterator[tuple[Text, ...]]:
    """Yield a row for each situation, those with the same numbers together."""
    name = f"{need.name}, {need.role}" if need.id is not None else f"new: {_NEW[need.model]}"
    pairs = [
        (words, getattr(need.before, field, None), getattr(need.after, field))
        for field, words in _SITUATIONS.items()
    ]
    for (before, after), group in groupby(_by_numbers(pairs), key=lambda pair: pair[1:]):
        words = ", ".join(each[0] for each in group)
        yield row(name, words, _number(before), _number(after), _how(after))


def _by_numbers(
    pairs: list[tuple[str, Figure | None, Figure]],
) -> list[tuple[str, Figure | None, Figure]]:
    """Return situations so that those with the same numbers follow each other."""
    order = [pair[1:] for pair in pairs]
    return sorted(pairs, key=lambda pair: order.index(pair[1:]))


def _number(answer: Figure | None) -> Text:
    if answer is None:
        return show(None)
    return show(answer.unknown) if answer.number is None else Text(f"{answer.number:,}")


def _how(answer: Figure) -> Text:
    return Text(answer.formula or _why(answer))


def _verdict(need: SubnetNeed) -> Text:
    """Return whether a subnet suffices, and which one would."""
    name = need.name if need.id is not None else f"A new subnet for {_NEW[need.model]}"
    of_pools = need.after.maximum_and_upgrade.number
    if need.needed.number is None and of_pools is not None:
        words = (
            f"{name} needs {of_pools:,} at most for {need.role}; how many others take is unknown"
        )
        return Text(f"{words}: {_why(need.needed)}.", Tone.WARNING)
    if need.needed.number is None:
        return Text(f"{name}: how much it needs is unknown: {_why(need.needed)}.", Tone.WARNING)
    others = f", {need.others:,} of them for others" if isinstance(need.others, int) else ""
    words = f"{name} needs {need.needed.number:,} at most{others if need.others else ''}"
    least = f"a /{need.smallest_prefix} is enough" if need.smallest_prefix else "no subnet holds it"
    if need.id is None:
        return Text(f"{words}: {least}.")
    if need.needed.number == 0:
        return Text(f"{name} is not needed any more.")
    return _present(need, words, least)


def _present(need: SubnetNeed, words: str, least: str) -> Text:
    if not isinstance(need.usable, int):
        return Text(f"{words}: {least}; how many it has is unknown.", Tone.WARNING)
    has = f"it has {need.usable:,}"
    if not need.is_enough:
        return Text(f"{words}: too small, {has}; {least}.", Tone.BAD)
    beside = need.needed_beside.number if need.needed_beside is not None else None
    if beside is not None and need.is_enough_beside is False:
        return Text(
            f"{words}, {beside:,} beside this cluster: too small for both, {has}.",
            Tone.WARNING,
        )
    return Text(f"{words}: {has}; {least}.", Tone.GOOD)


def _changes(effects: Effects, most: int | None) -> Iterator[Block]:
    changes = effects.changes
    is_new = effects.way is Way.NEW_CLUSTER
    yield Heading(3, "What a new cluster has" if is_new else "What changes in ARM")
    if changes.fields:
        yield table(("Field of the cluster", "Today", "Then"), changes.fields, _field, most=most)
    if changes.route_tables:
        yield table(
            ("Route table", "Becomes", "Pod routes that go", "Other routes", "Also on"),
            changes.route_tables,
            _route_table,
            most=most,
        )
        others = [(each, one) for each in changes.route_tables for one in each.others]
        if others:
            heads = ("Other route", "Prefix", "Next hop", "Becomes")
            yield table(heads, others, _other_route, most=most)
    if changes.interfaces:
        columns = ("Nodes of pool", "Nodes", "IPv4 addresses today", "Then", "Subnets get back")
        yield table(columns, changes.interfaces, _interface, most=most)
    yield from _tags(changes)
    yield from _notes(changes.notes)
    yield from lay_out_missing(changes.missing)


def _field(change: FieldChange) -> tuple[Text, ...]:
    return row(change.field.removeprefix("properties."), change.before, change.after)


def _route_table(change: TableChange) -> tuple[Text, ...]:
    becomes = Text("deleted") if change.is_deleted else Text("stays, without pod routes")
    shared = tuple(each.name for each in change.shared_with)
    also_on = Text(", ".join(shared), Tone.WARNING) if shared else show(None)
    return row(change.name, becomes, change.pod_routes, len(change.others), also_on)


def _other_route(pair: tuple[TableChange, RouteStaying]) -> tuple[Text, ...]:
    table_of, route = pair
    hop = " ".join(filter(None, (route.next_hop_type, route.next_hop)))
    becomes = Text("goes with the table", Tone.WARNING) if table_of.is_deleted else Text("stays")
    return row(route.name, route.prefix, hop, becomes)


def _interface(change: InterfaceChange) -> tuple[Text, ...]:
    then = None
    if change.after is not None and isinstance(change.interfaces, int):
        then = f"{change.after * change.interfaces:,}"
    freed = tuple(f"{each.subnet.name} {each.addresses:,}" for each in change.freed)
    return row(
        change.pool or "none",
        change.interfaces,
        f"{change.before:,}" if isinstance(change.before, int) else change.before,
        then,
        freed,
    )


def _tags(changes: Changes) -> Iterator[Block]:
    if changes.tags:
        found = names(each.name for each in changes.tags)
        sets = count(len(changes.tags), "scale set")
        yield Paragraph(Text(f"Tag {changes.tags[0].tag} appears on {sets}: {found}."))


def _notes(notes: tuple[str, ...]) -> Iterator[Block]:
    for each in notes:
        yield Paragraph(Text(each, Tone.MUTED))
