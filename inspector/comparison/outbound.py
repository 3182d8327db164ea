"""The way out: what is declared, how traffic really leaves, with which address and ports."""

from collections.abc import Callable, Iterable, Sequence
from typing import Final, TypeVar

import msgspec

from inspector.cluster.egress import (
    NOTHING_LEAVES,
    EgressKind,
    OutboundType,
    Traffic,
    declared_kinds,
    outbound_type,
)
from inspector.cluster.fingerprint import Agreement
from inspector.comparison.addresses import spread
from inspector.comparison.answers import (
    Question,
    Said,
    as_far_as_seen,
    at_least,
    made_of,
    said,
    unknown,
)
from inspector.comparison.side import Side
from inspector.network.spaces import Family
from inspector.planning.figures import several
from inspector.report.answer import Unknown, unknown_of
from inspector.report.snat_ports import SNATPorts
from inspector.report.ways_out import WayOut, WayOutInShort
from inspector.wording import names

_Kind = TypeVar("_Kind", WayOut, WayOutInShort)
_NOT_AS_DECLARED: Final = "not as declared"
_FOREIGN: Final = frozenset({EgressKind.APPLIANCE, EgressKind.GATEWAY})
_NOTHING: Final = frozenset({EgressKind.DROPPED, EgressKind.NONE})
_STANDS_FOR: Final = {
    OutboundType.LOAD_BALANCER: "an outbound rule of the load balancer",
    OutboundType.MANAGED_NAT_GATEWAY: "a NAT gateway that AKS makes",
    OutboundType.MANAGED_NAT_GATEWAY_V2: "a NAT gateway that AKS makes, over all zones",
    OutboundType.USER_ASSIGNED_NAT_GATEWAY: "the user's own NAT gateway",
    OutboundType.USER_DEFINED_ROUTING: "a route to a device of the user's",
    OutboundType.NONE: "nothing is to leave",
    OutboundType.BLOCK: "security rules let nothing leave",
    OutboundType.UNRECOGNISED: "what it stands for is not known",
}
_PORTS: Final = {
    EgressKind.OUTBOUND_RULE: "the load balancer gives each node ports of its own",
    EgressKind.LOAD_BALANCING_RULE: "the load balancer gives each node ports of its own",
    EgressKind.NAT_GATEWAY: "a NAT gateway shares its ports on demand",
    EgressKind.APPLIANCE: "a route leads past Azure's translation",
    EgressKind.GATEWAY: "a route leads past Azure's translation",
    EgressKind.NODE_PUBLIC_IP: "nodes leave by public addresses of their own",
    EgressKind.DROPPED: "nothing leaves",
    EgressKind.NONE: "nothing leaves",
}


def _declared(side: Side) -> Said:
    declared = side.profile.outbound_type
    found = outbound_type(side.profile)
    words = declared if found is OutboundType.UNRECOGNISED else found.value
    if declared is None:
        return said("not declared", "the profile is older than outbound types")
    return said(words, _STANDS_FOR[found])


def _told(
    side: Side, ways: Sequence[_Kind], rows: Iterable[WayOut]
) -> tuple[list[_Kind], tuple[Unknown, ...]]:
    """Return the ways out that can be told, and what hides others, such as those of hidden nodes.

    Nothing else leaves them open: a rule or an address that is hidden is of a way out that is seen.
    """
    hidden = [unknown_of(each) for each in side.topology.hidden_nodes]
    for each in rows:
        if each.kind is EgressKind.UNKNOWN:
            hidden += each.missing or (side.untold(each.words),)
    known = [each for each in ways if each.kind is not EgressKind.UNKNOWN]
    return known, tuple(dict.fromkeys(hidden))


def _none(hidden: Sequence[Unknown]) -> Said:
    """Return the answer of a cluster without a way out that can be told."""
    return unknown(hidden[0]) if hidden else said(None, "no node")


def _way(side: Side) -> Said:
    found = side.ways_out
    ways, hidden = _told(side, found.in_short, found.rows)
    if not ways:
        return _none(hidden)
    differs = found.agreement is Agreement.DIFFERS
    is_to_be_none = declared_kinds(side.profile) == NOTHING_LEAVES
    if is_to_be_none and found.agreement is Agreement.UNKNOWN:
        hidden += found.missing
    kinds = _kinds(ways)
    hops = names(hop for each in ways for hop in each.next_hops)
    cause = side.profile.outbound_type or "not declared"
    words = f"{kinds}, {_NOT_AS_DECLARED}" if differs else kinds
    answer = said(words, f"outbound type {cause}", _leaving(ways), detail=hops)
    parts = [each.words for each in ways] + [_NOT_AS_DECLARED] * differs
    return as_far_as_seen(made_of(answer, parts), hidden)


def _kinds(ways: Iterable[WayOutInShort]) -> str:
    return " and ".join(each.words for each in ways)


def _leaving(ways: Sequence[WayOutInShort]) -> str:
    is_nothing = all(each.kind in _NOTHING for each in ways)
    return "nothing leaves" if is_nothing else f"leaves by {_kinds(ways)}"


def _addresses(side: Side) -> Said:
    found = side.ways_out
    ways, hidden = _told(side, found.in_short, found.rows)
    if not ways:
        return _none(hidden)
    every = list(dict.fromkeys(one for each in ways for one in each.addresses))
    texts = [each for each in every if isinstance(each, str)]
    unseen = tuple(each for each in every if isinstance(each, Unknown))
    if unseen and not texts:
        return unknown(unseen[0])
    causes = (_leaving(ways), addresses_of(side))
    if unseen:
        words = f"{_sum(texts)}, {len(unseen)} not seen"
        answer = said(words, *causes, detail=names(texts))
        return at_least(answer, (*unseen, *hidden))
    return as_far_as_seen(_told_addresses(ways, texts, causes), hidden)


def _told_addresses(
    ways: Sequence[WayOutInShort], texts: Sequence[str], causes: tuple[str, ...]
) -> Said:
    if any(each.kind in _FOREIGN for each in ways) and not texts:
        return said("those behind the route's next hop, not read", *causes)
    if any(each.kind is EgressKind.DEFAULT_ACCESS for each in ways) and not texts:
        return said("Azure's, which may change", *causes)
    number = len(texts) - _ranges(texts)
    return said(_sum(texts), *causes, detail=names(texts), addresses=number)


def _sum(texts: Sequence[str]) -> str:
    """Return how many addresses and ranges there are: ``2 addresses and 1 range``."""
    ranges = _ranges(texts)
    parts = [several(len(texts) - ranges, "address")] if len(texts) > ranges else []
    parts += [several(ranges, "range")] if ranges else []
    return " and ".join(parts) or "none"


def _ranges(texts: Iterable[str]) -> int:
    return sum("/" in each for each in texts)


def addresses_of(side: Side) -> str:
    """Return who gives the way out its addresses, and how many AKS makes."""
    balancer = side.profile.load_balancer_profile
    gateway = side.profile.nat_gateway_profile
    managed = balancer.managed_outbound_ips
    made = gateway.managed_outbound_ip_profile.count or (managed.count if managed else None)
    if made:
        return f"AKS makes {several(made, 'address')}"
    has_own = balancer.outbound_ips.public_ips or balancer.outbound_ip_prefixes.public_ip_prefixes
    return "the addresses are the user's own" if has_own else ""


def _rows(side: Side) -> list[WayOut]:
    """Return the ways out of the nodes themselves by IPv4: pods leave by the same ports."""
    rows = side.ways_out.rows
    return [each for each in rows if Traffic.NODES in each.traffic and each.family is Family.IPV4]


def _ports(*, at_maximum: bool) -> Callable[[Side], Said]:
    def asked(side: Side) -> Said:
        every = _rows(side)
        rows, hidden = _told(side, every, every)
        if not rows:
            return _none(hidden)
        divided = [each.ports for each in rows if each.ports is not None]
        if not divided:
            return as_far_as_seen(_shared(rows), hidden)
        found = _divided(side, rows, divided, at_maximum=at_maximum)
        has_gateway = any(each.shared_ports is not None for each in rows)
        answer = _both(found, _shared(rows)) if has_gateway else found
        return as_far_as_seen(answer, hidden)

    return asked


def _divided(
    side: Side, rows: Sequence[WayOut], divided: Sequence[SNATPorts], *, at_maximum: bool
) -> Said:
    numbers: list[int] = []
    sizes: list[int] = []
    for each in divided:
        ports = each.per_node_at_maximum if at_maximum else each.per_node
        nodes = each.nodes_at_maximum if at_maximum else each.nodes
        for number, found in ((ports, numbers), (nodes, sizes)):
            if isinstance(number, Unknown):
                return unknown(number)
            found.append(number)
    is_explicit = any(each.is_explicit for each in divided)
    allocated = side.profile.load_balancer_profile.allocated_outbound_ports or 0
    return said(
        f"{spread(numbers)} for each node",
        _cause(rows),
        f"{allocated:,} ports are allocated" if is_explicit else "Azure divides the ports",
        f"{_sizes(sizes)} share the addresses",
        detail=_sizes(sizes),
        ports=min(numbers),
        nodes=max(sizes),
    )


def _both(divided: Said, shared: Said) -> Said:
    """Return the ports of nodes behind a load balancer and of others behind a NAT gateway."""
    one, other = divided.cell, shared.cell
    if isinstance(one.value, Unknown) or isinstance(other.value, Unknown):
        return divided if isinstance(one.value, Unknown) else shared
    cell = msgspec.structs.replace(
        one, value=f"{one.value}; {other.value}", figures=(*one.figures, *other.figures)
    )
    return divided._replace(cell=cell)


def _sizes(nodes: Sequence[int]) -> str:
    return "1 node" if set(nodes) == {1} else f"{spread(nodes)} nodes"


def _shared(rows: Sequence[WayOut]) -> Said:
    shared = {each.shared_ports for each in rows if each.shared_ports is not None}
    hidden = next((each for each in shared if isinstance(each, Unknown)), None)
    if hidden is not None:
        return unknown(hidden)
    numbers = [each for each in shared if isinstance(each, int)]
    if not numbers:
        return said(None, _cause(rows))
    gateways = len({each.addresses for each in rows if each.shared_ports is not None})
    is_all = all(each.shared_ports is not None for each in rows)
    sharing = "all nodes" if is_all else "the nodes behind the gateway"
    if gateways > 1:
        sharing = f"the nodes behind each of {gateways} gateways"
    words = f"{spread(numbers)} shared by {sharing}"
    return said(words, _cause(rows), "64,512 for each address", shared_ports=max(numbers))


def _cause(rows: Sequence[WayOut]) -> str:
    kinds = dict.fromkeys(_PORTS[each.kind] for each in rows if each.kind in _PORTS)
    return " and ".join(kinds)


QUESTIONS: Final = (
    Question("outbound-type", "Outbound type, declared", _declared),
    Question("way-out", "Traffic leaves by", _way),
    Question("outbound-addresses", "Public addresses", _addresses),
    Question("snat-ports", "SNAT ports, now", _ports(at_maximum=False)),
    Question("snat-ports-at-maximum", "SNAT ports, at maximum", _ports(at_maximum=True)),
)
