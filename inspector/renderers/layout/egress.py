"""The ways out: what the cluster declares, what was found, and what stands beside it."""

from collections.abc import Iterator
from typing import Final

from inspector.cluster.egress import EgressKind
from inspector.cluster.fingerprint import Agreement
from inspector.network.spaces import Family
from inspector.renderers.blocks import (
    Block,
    Heading,
    Paragraph,
    Text,
    Tone,
    facts,
    join,
    row,
    show,
    table,
)
from inspector.renderers.layout.missing import lay_out_missing
from inspector.report.answer import TextAnswer, Unknown
from inspector.report.snat_ports import Number, SNATPorts
from inspector.report.ways_out import WayOut, WayOutInShort, WaysOut
from inspector.wording import count

_COLUMNS: Final = (
    "Pool",
    "Traffic",
    "Subnet",
    "Nodes",
    "Leaves by",
    "Public addresses",
    "SNAT ports per node",
)
_MOST_ADDRESSES: Final = 4
_TONES: Final = {
    Agreement.AGREES: Tone.GOOD,
    Agreement.DIFFERS: Tone.BAD,
    Agreement.UNKNOWN: Tone.WARNING,
}


def lay_out_ways_out(ways: WaysOut, most: int | None) -> Iterator[Block]:
    """Yield what is declared and found, a row for each way out, then what a reader must know."""
    yield Heading(2, "Ways out")
    yield facts(
        ("Declared outbound type", ways.outbound_type or Text("not declared", Tone.MUTED)),
        ("Found", in_short(ways.in_short, most, is_all_seen=not ways.missing)),
        ("Verdict", Text(ways.agreement, _TONES[ways.agreement])),
    )
    for difference in ways.differences[:most]:
        yield Paragraph(Text(difference, Tone.BAD))
    if ways.rows:
        yield table(_COLUMNS, ways.rows, lambda each: _way_out(each, most), most=most)
    notes = ways.notes[:most]
    for note in notes:
        yield Paragraph(Text(note))
    if len(notes) < len(ways.notes):
        rest = f"{len(ways.notes) - len(notes)} more of {count(len(ways.notes), 'note')}"
        yield Paragraph(Text(f"{rest}: --all shows them", Tone.MUTED))
    yield from lay_out_missing(ways.missing)


def in_short(ways: tuple[WayOutInShort, ...], most: int | None, *, is_all_seen: bool) -> list[Text]:
    """Return a line for each kind of way out: ``load balancer, from 203.0.113.21``.

    Where there are several, each says what it is for.
    """
    if not ways:
        return [Text("no node", Tone.MUTED) if is_all_seen else Text("unknown", Tone.WARNING)]
    is_only = len(ways) == 1
    return [_line(each, most, is_only=is_only) for each in ways]


def _line(way: WayOutInShort, most: int | None, *, is_only: bool) -> Text:
    words, tone = way.words, Tone.PLAIN
    if way.next_hops:
        words += f", to {', '.join(way.next_hops)}"
    elif way.addresses:
        addresses = _addresses(way.addresses, most)
        words, tone = f"{words}, from {addresses.text}", addresses.tone
    if way.kind is EgressKind.UNKNOWN:
        tone = Tone.WARNING
    if is_only:
        return Text(words, tone)
    pools = ", ".join(way.pools)
    return Text(f"{words} ({pools}: {', '.join(way.traffic)}; {', '.join(way.families)})", tone)


def _way_out(way: WayOut, most: int | None) -> tuple[Text, ...]:
    family = f" ({way.family})" if way.family is Family.IPV6 else ""
    return row(
        way.pool,
        f"{', '.join(way.traffic)}{family}",
        way.subnet,
        way.nodes,
        _leaves_by(way),
        _addresses(way.addresses, most),
        _ports(way),
    )


def _leaves_by(way: WayOut) -> Text:
    is_denied = any(each.is_total for each in way.denied_by)
    words = f"{way.words}; denied by security rule" if is_denied else way.words
    return Text(words, Tone.WARNING if way.missing or is_denied else Tone.PLAIN)


def _addresses(addresses: tuple[TextAnswer, ...], most: int | None) -> Text:
    """Return the addresses, cut unless all are asked for."""
    shown = addresses if most is None else addresses[:_MOST_ADDRESSES]
    if not shown:
        return show(None)
    text = join(map(_address, shown))
    if len(shown) == len(addresses):
        return text
    return Text(f"{text.text} and {len(addresses) - len(shown)} more", text.tone)


def _address(address: TextAnswer) -> Text:
    """Return an address, or the name of the one that could not be seen."""
    text = show(address)
    if not isinstance(address, Unknown) or "/publicip" not in address.unknown.lower():
        return text
    return Text(f"{text.text} ({address.unknown.rpartition('/')[2]})", text.tone)


def _ports(way: WayOut) -> Text:
    if way.ports is not None:
        return _divided(way.ports)
    if isinstance(way.shared_ports, int):
        return Text(f"{way.shared_ports:,} shared by all")
    return show(way.shared_ports)


def _divided(ports: SNATPorts) -> Text:
    """Return the ports per node: those of the rule, or Azure's division now and at the maximum."""
    now, most = _number(ports.per_node), _number(ports.nodes_at_maximum)
    if ports.is_explicit:
        supported = _number(ports.nodes_supported if ports.nodes_supported is not None else 0)
        words = f"{now.text} by the rule, enough for {supported.text} nodes; at most {most.text}"
        return Text(words, join((now, supported, most)).tone)
    then = _number(ports.per_node_at_maximum)
    words = f"{now.text} with {count(ports.nodes, 'node')} now"
    words += f", {then.text} with {most.text} at the maximum"
    return Text(words, join((now, then, most)).tone)


def _number(number: Number) -> Text:
    return Text(f"{number:,}") if isinstance(number, int) else show(number)
