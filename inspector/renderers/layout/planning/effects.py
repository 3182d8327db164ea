"""What a move to another network model does: pod CIDR, addresses, and what changes in ARM."""

from collections.abc import Iterator
from typing import Final

from inspector.planning.figures import Figure
from inspector.planning.moves.effects import (
    Changes,
    Effects,
    PodCIDRChoice,
    PodCIDRProposal,
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
from inspector.renderers.layout.planning.addresses import lay_out_addresses, lay_out_notes, why
from inspector.renderers.layout.planning.figures import worked
from inspector.renderers.layout.planning.reach import lay_out_reach, lay_out_stays
from inspector.report import Unknown
from inspector.wording import count, names

_CHOICES: Final = {
    PodCIDRChoice.KEEP: "Keep",
    PodCIDRChoice.ENLARGE: "Enlarge to",
    PodCIDRChoice.REPLACE: "Replace by",
    PodCIDRChoice.SET: "Take",
}


def lay_out_effects(effects: Effects, *, most: int | None) -> Iterator[Block]:
    """Yield what a move does: to addresses, in ARM, to those who call pods; and what stays."""
    if effects.pod_cidr is not None:
        yield from _pod_cidr(effects.pod_cidr, most)
    yield from lay_out_addresses(effects, most)
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
    yield facts(*_slice_rows(proposal, show_all=most is None))
    if proposal.present_meets:
        columns = ("Present pod CIDR", "Meets", "Range")
        yield table(columns, proposal.present_meets, _meeting, most=most)
    yield from lay_out_notes(proposal.notes)
    yield from lay_out_missing(proposal.missing)


def _slice_rows(proposal: PodCIDRProposal, *, show_all: bool) -> Iterator[tuple[str, Text]]:
    if proposal.present:
        yield "Today", Text(_slices(names(proposal.present), proposal.present_slices))
    yield "Needed at most", _figure(proposal.slices_needed, show_all=show_all)
    if proposal.cidr is not None and proposal.choice is not PodCIDRChoice.KEEP:
        yield "Then", Text(_slices(proposal.cidr, proposal.slices))
    if proposal.spare is not None:
        yield "To spare", Text(f"{proposal.spare:,}")


def _slices(cidr: str, slices: int | None) -> str:
    return cidr if slices is None else f"{cidr}, {slices:,} slices of /24"


def _meeting(meeting: Meeting) -> tuple[Text, ...]:
    return row(meeting.pod_cidr, Text(meeting.words, Tone.WARNING), meeting.range)


def _figure(answer: Figure, *, show_all: bool) -> Text:
    """Return a number and, where it is not just that number, its formula."""
    if answer.number is None:
        return Text(f"unknown: {why(answer)}", Tone.WARNING)
    return worked(answer, show_all=show_all)


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
    yield from lay_out_notes(changes.notes)
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
        _thousands(change.interfaces),
        _thousands(change.before),
        then,
        freed,
    )


def _thousands(value: int | Unknown) -> Text:
    return Text(f"{value:,}") if isinstance(value, int) else show(value)


def _tags(changes: Changes) -> Iterator[Block]:
    if changes.tags:
        found = names(each.name for each in changes.tags)
        sets = count(len(changes.tags), "scale set")
        yield Paragraph(Text(f"Tag {changes.tags[0].tag} appears on {sets}: {found}."))
