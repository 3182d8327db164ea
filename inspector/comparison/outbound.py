"""The way out: what is declared, how traffic really leaves, with which address and ports."""

from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from inspector.cluster.egress import EgressKind, OutboundType, Traffic, outbound_type
from inspector.cluster.fingerprint import Agreement
from inspector.comparison.addresses import spread
from inspector.comparison.answers import Question, Said, said, unknown
from inspector.comparison.side import Side
from inspector.network.spaces import Family
from inspector.planning.figures import several
from inspector.report.answer import Unknown
from inspector.report.snat_ports import SNATPorts
from inspector.report.ways_out import WayOut, WayOutInShort
from inspector.wording import names

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


def _seen(side: Side, answer: Callable[[tuple[WayOutInShort, ...]], Said]) -> Said:
    """Return the answer, if all ways out were seen and there is a node to leave."""
    found = side.ways_out
    if found.missing:
        return unknown(found.missing[0])
    untold = next((each for each in found.rows if each.kind is EgressKind.UNKNOWN), None)
    if untold is not None:
        return unknown(side.untold(untold.words))
    return answer(found.in_short) if found.rows else said(None, "no node")


def _way(side: Side) -> Said:
    def answer(ways: tuple[WayOutInShort, ...]) -> Said:
        differs = side.ways_out.agreement is Agreement.DIFFERS
        kinds = _kinds(ways)
        hops = names(hop for each in ways for hop in each.next_hops)
        cause = side.profile.outbound_type or "not declared"
        words = f"{kinds}, not as declared" if differs else kinds
        return said(words, f"outbound type {cause}", _leaving(ways), detail=hops)

    return _seen(side, answer)


def _kinds(ways: Sequence[WayOutInShort]) -> str:
    return " and ".join(each.words for each in ways)


def _leaving(ways: Sequence[WayOutInShort]) -> str:
    is_nothing = all(each.kind in _NOTHING for each in ways)
    return "nothing leaves" if is_nothing else f"leaves by {_kinds(ways)}"


def _addresses(side: Side) -> Said:
    def answer(ways: tuple[WayOutInShort, ...]) -> Said:
        found = list(dict.fromkeys(one for each in ways for one in each.addresses))
        texts = [each for each in found if isinstance(each, str)]
        causes = (_leaving(ways), addresses_of(side))
        if any(each.kind in _FOREIGN for each in ways) and not texts:
            return said("those behind the route's next hop, not read", *causes)
        if any(each.kind is EgressKind.DEFAULT_ACCESS for each in ways) and not texts:
            return said("Azure's, which may change", *causes)
        ranges = sum("/" in each for each in texts)
        parts = [several(len(texts) - ranges, "address")] if len(texts) > ranges else []
        parts += [several(ranges, "range")] if ranges else []
        words = " and ".join(parts) or "none"
        return said(words, *causes, detail=names(texts), addresses=len(texts) - ranges)

    return _seen(side, answer)


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
        def answer(_: tuple[WayOutInShort, ...]) -> Said:
            rows = _rows(side)
            divided = [each.ports for each in rows if each.ports is not None]
            if not divided:
                return _shared(rows)
            found = _divided(side, rows, divided, at_maximum=at_maximum)
            has_gateway = any(each.shared_ports is not None for each in rows)
            return _both(found, _shared(rows)) if has_gateway else found

        return _seen(side, answer)

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
