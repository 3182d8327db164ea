"""The ways out: how traffic to the internet leaves, with which address and how many SNAT ports."""

from collections.abc import Iterable, Iterator
from typing import Final

from inspector.cluster.egress import (
    NOTHING_LEAVES,
    EgressGroup,
    EgressKind,
    Traffic,
    declared_kinds,
    derive_egress,
    is_declared_for,
    may_be_overridden,
)
from inspector.cluster.fingerprint import Agreement
from inspector.network.addresses import address_order
from inspector.network.snat import shared_ports
from inspector.network.spaces import Family
from inspector.nodes import missing_for_nodes, pool_profiles
from inspector.report.addresses import public_address
from inspector.report.answer import TextAnswer, Unknown, View, unknown_of
from inspector.report.snat_ports import Number, SNATPorts, count_addresses, snat_ports
from inspector.report.way_out_caveats import Denial, Denials, route_notes
from inspector.resource_id import ResourceId
from inspector.resources import NetworkProfile, Subnet, same_text
from inspector.topology import Topology

_SHORT: Final = {
    EgressKind.APPLIANCE: "user-defined route",
    EgressKind.GATEWAY: "virtual network gateway",
    EgressKind.DROPPED: "nowhere, dropped by a route",
    EgressKind.NAT_GATEWAY: "NAT gateway",
    EgressKind.NODE_PUBLIC_IP: "the nodes' own public addresses",
    EgressKind.OUTBOUND_RULE: "load balancer",
    EgressKind.LOAD_BALANCING_RULE: "load balancer without outbound rule",
    EgressKind.DEFAULT_ACCESS: "Azure's default outbound access",
    EgressKind.NONE: "none",
    EgressKind.UNKNOWN: "unknown",
}
_NEED_ADDRESS: Final = frozenset({EgressKind.NAT_GATEWAY, EgressKind.OUTBOUND_RULE})
_FOREIGN: Final = frozenset(
    {
        EgressKind.APPLIANCE,
        EgressKind.GATEWAY,
        EgressKind.DEFAULT_ACCESS,
        EgressKind.UNKNOWN,
    }
)


class WayOut(View, frozen=True):
    """How some of a pool's traffic leaves: the ``nodes`` of one subnet that leave alike.

    ``traffic`` is the nodes' own, their pods', or both. ``addresses`` are the public addresses and
    prefixes it leaves with; an address that ARM cannot tell is unknown, and there is none where
    nothing leaves. ``ports`` are a load balancer's, ``shared_ports`` those everything behind a
    NAT gateway shares. ``denied_by`` are security rules against it.
    """

    pool: str
    traffic: tuple[Traffic, ...]
    family: Family
    subnet: str | None
    nodes: int
    kind: EgressKind
    words: str
    next_hops: tuple[str, ...]
    addresses: tuple[TextAnswer, ...]
    ports: SNATPorts | None
    shared_ports: Number | None
    denied_by: tuple[Denial, ...]
    missing: tuple[Unknown, ...]


class WayOutInShort(View, frozen=True):
    """All ways out of one kind, for the summary.

    ``addresses`` are public; a route has the ``next_hops`` it leads to instead.
    """

    kind: EgressKind
    words: str
    next_hops: tuple[str, ...]
    addresses: tuple[TextAnswer, ...]
    pools: tuple[str, ...]
    traffic: tuple[Traffic, ...]
    families: tuple[Family, ...]


class WaysOut(View, frozen=True):
    """All ways out, beside the outbound type the cluster declares.

    ``in_short`` has the ways out by kind, those of most nodes first. ``differences`` say where a
    way out is not the declared one. ``missing`` is what could not be seen.
    """

    outbound_type: str | None
    agreement: Agreement
    differences: tuple[str, ...]
    in_short: tuple[WayOutInShort, ...]
    rows: tuple[WayOut, ...]
    notes: tuple[str, ...]
    missing: tuple[Unknown, ...]


def build_ways_out(topology: Topology) -> WaysOut:
    """Return how the traffic of each pool's nodes and pods leaves, by subnet and family."""
    groups = topology.once(derive_egress)
    unruled: list[Unknown] = []
    denials = Denials(topology, unruled)
    ports = {each: snat_ports(topology, each) for each in {group.egress for group in groups}}
    rows = tuple(_row(topology, each, ports[each.egress], denials.of(each)) for each in groups)
    profile = topology.cluster.properties.network_profile
    verdicts = tuple(_verdicts(topology, groups, rows, is_ruled=not unruled))
    differences = [_difference(row, profile) for row, fits in verdicts if fits is False]
    hidden = [unknown_of(gap) for gap in missing_for_nodes(topology)]
    is_told = bool(verdicts) and not hidden and all(fits for _, fits in verdicts)
    told = Agreement.AGREES if is_told else Agreement.UNKNOWN
    unrouted: list[Unknown] = []
    notes = (*route_notes(topology, groups, unrouted), *_notes(rows, profile))
    unseen = [each for row in rows for each in row.missing]
    unseen += (each for each in _told_addresses(rows) if isinstance(each, Unknown))
    return WaysOut(
        outbound_type=profile.outbound_type,
        agreement=Agreement.DIFFERS if differences else told,
        differences=tuple(differences),
        in_short=tuple(_in_short(rows)),
        rows=rows,
        notes=tuple(dict.fromkeys(notes)),
        missing=tuple(dict.fromkeys((*hidden, *unseen, *unruled, *unrouted))),
    )


def _row(
    topology: Topology,
    group: EgressGroup,
    ports: SNATPorts | None,
    denied_by: tuple[Denial, ...],
) -> WayOut:
    missing = tuple(map(unknown_of, group.missing))
    addresses = tuple(public_address(topology, each) for each in group.public_ips)
    if group.egress.kind is EgressKind.NODE_PUBLIC_IP:
        addresses = tuple(sorted(addresses, key=address_order))
    return WayOut(
        pool=group.pool or topology.outside_pools,
        traffic=group.traffic,
        family=group.family,
        subnet=_subnet_name(topology, group.subnet),
        nodes=len(group.nodes),
        kind=group.egress.kind,
        words=group.egress.words,
        next_hops=group.egress.next_hops,
        addresses=addresses or missing or _untold_address(group),
        ports=ports,
        shared_ports=_shared_ports(topology, group),
        denied_by=denied_by,
        missing=missing,
    )


def _subnet_name(topology: Topology, subnet_id: ResourceId | None) -> str | None:
    if subnet_id is None:
        return None
    subnet = topology.seen(subnet_id, Subnet)
    return subnet.title if subnet is not None else subnet_id.name


def _shared_ports(topology: Topology, group: EgressGroup) -> Number | None:
    if group.egress.kind is not EgressKind.NAT_GATEWAY:
        return None
    addresses = count_addresses(topology, group.public_ips)
    return addresses if isinstance(addresses, Unknown) else shared_ports(addresses)


def _untold_address(group: EgressGroup) -> tuple[Unknown, ...]:
    """Return the address that a way out has and ARM, or what is read of it, does not tell."""
    match group.egress.kind:
        case EgressKind.APPLIANCE | EgressKind.GATEWAY:
            reason = "what lies behind the next hop is not read"
        case EgressKind.DEFAULT_ACCESS:
            reason = "the address is Azure's and may change"
        case EgressKind.UNKNOWN:
            reason = "it cannot be told how the traffic leaves"
        case _:
            return ()
    target = group.egress.through[0] if group.egress.through else group.subnet
    return (Unknown(unknown=str(target or "-"), reason=reason, action="none"),)


def _in_short(rows: Iterable[WayOut]) -> Iterator[WayOutInShort]:
    by_kind: dict[EgressKind, list[WayOut]] = {}
    for row in rows:
        by_kind.setdefault(row.kind, []).append(row)
    weights = {kind: sum(each.nodes for each in found) for kind, found in by_kind.items()}
    for kind in sorted(by_kind, key=lambda each: -weights[each]):
        found = by_kind[kind]
        yield WayOutInShort(
            kind=kind,
            words=_SHORT[kind],
            next_hops=tuple(dict.fromkeys(hop for each in found for hop in each.next_hops)),
            addresses=tuple(dict.fromkeys(_told_addresses(found))),
            pools=tuple(dict.fromkeys(each.pool for each in found)),
            traffic=tuple(dict.fromkeys(one for each in found for one in each.traffic)),
            families=tuple(dict.fromkeys(each.family for each in found)),
        )


def _told_addresses(rows: Iterable[WayOut]) -> Iterator[TextAnswer]:
    """Yield the addresses that ARM has, seen or not: those of another's device it has not."""
    for row in rows:
        if row.kind not in _FOREIGN:
            yield from row.addresses


def _verdicts(
    topology: Topology,
    groups: Iterable[EgressGroup],
    rows: Iterable[WayOut],
    *,
    is_ruled: bool,
) -> Iterator[tuple[WayOut, bool | None]]:
    """Yield whether each way out is a declared one, ``None`` where that cannot be told.

    A pool may declare public addresses of its nodes' own, which come before a load balancer.
    Where nothing should leave, security rules may see to it: then all must have been seen. A
    route that a gateway may announce makes no way out the wrong one.
    """
    profile = topology.cluster.properties.network_profile
    addressed = {each.name for each in pool_profiles(topology) if each.enable_node_public_ip}
    declared = declared_kinds(profile)
    is_none = declared == NOTHING_LEAVES
    for group, row in zip(groups, rows, strict=True) if declared else ():
        if not is_declared_for(profile, row.family):
            continue
        is_blocked = is_none and any(each.is_total for each in row.denied_by)
        is_own = row.kind is EgressKind.NODE_PUBLIC_IP and row.pool in addressed and not is_none
        lacks_address = row.kind in _NEED_ADDRESS and not row.addresses
        if (row.kind in declared and not lacks_address) or is_blocked or is_own:
            yield row, True
        elif (
            row.kind is EgressKind.UNKNOWN
            or (is_none and not is_ruled)
            or may_be_overridden(topology, group.subnet)
        ):
            yield row, None
        else:
            yield row, False


def _difference(row: WayOut, profile: NetworkProfile) -> str:
    whose = f"{' and '.join(row.traffic)} of {row.pool}"
    return f"declared {profile.outbound_type}, but {whose} ({row.family}): {row.words}"


def _notes(rows: Iterable[WayOut], profile: NetworkProfile) -> Iterator[str]:
    for row in rows:
        yield from (each.words for each in row.denied_by)
        if row.ports is not None and Traffic.NODES in row.traffic:
            yield from _about_ports(row.words, row.ports)
        if row.kind is EgressKind.DEFAULT_ACCESS:
            yield (
                "default outbound access: the address is Azure's and may change; new networks "
                "have been without it since 31 March 2026"
            )
    if same_text(profile.network_plugin, "none"):
        yield "how pods leave is up to the network plugin the cluster brings: ARM does not show it"


def _about_ports(words: str, ports: SNATPorts) -> Iterator[str]:
    if isinstance(ports.headroom, int):
        rest = "more" if ports.headroom >= 0 else "fewer"
        yield (
            f"{words}: {ports.per_node:,} ports for each node are enough for "
            f"{ports.nodes_supported:,} nodes, {abs(ports.headroom):,} {rest} than there may be"
        )
    if ports.fewer_from is not None and ports.fewer is not None:
        yield (
            f"{words}: Azure divides the ports; from {ports.fewer_from:,} nodes on each has "
            f"{ports.fewer:,} instead of {ports.per_node:,}"
        )
