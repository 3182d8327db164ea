"""The SNAT budget: the ways out that divide ports, those that share them, those without any."""

from collections.abc import Iterator
from typing import Final

from inspector.cluster.egress import EgressGroup, EgressKind, derive_egress
from inspector.errors import UsageError
from inspector.network.snat import LISTENING_BLOCK, PORTS_PER_FRONTEND_ADDRESS
from inspector.nodes import missing_for_nodes
from inspector.planning.balancer_ports import BalancerPorts, balancer_ports
from inspector.planning.basis import Basis
from inspector.planning.gateway_ports import GatewayPorts, gateway_ports
from inspector.planning.wanted_ports import WantedPorts, wanted_ports
from inspector.report.answer import Unknown, View, unknown_of

_WHY: Final = {
    EgressKind.APPLIANCE: "addresses are translated behind the route's next hop, out of ARM's "
    "sight: ask its owner for ports",
    EgressKind.GATEWAY: "what leaves by a virtual network gateway is translated beyond it, if at "
    "all",
    EgressKind.DROPPED: "nothing leaves: a route drops it",
    EgressKind.NODE_PUBLIC_IP: "each node has a public address of its own and shares no ports",
    EgressKind.DEFAULT_ACCESS: "Azure says neither the address nor how many ports of it a node has",
    EgressKind.NONE: "nothing leaves, so that no ports are needed",
    EgressKind.UNKNOWN: "it cannot be told how the traffic leaves",
}


class OtherWay(View, frozen=True):
    """A way out without a budget of ports, and why it has none. ``pools`` are by name."""

    kind: EgressKind
    words: str
    pools: tuple[str, ...]
    why: str


class SNAT(View, frozen=True):
    """The SNAT ports of every way out, in four situations.

    ``balancers`` divide their ports among nodes, ``gateways`` share them on demand, ``others`` have
    no budget. ``wanted`` is ``None`` unless a number of ports was asked for. ``missing`` is what
    hides nodes or ways out.
    """

    outbound_type: str | None
    balancers: tuple[BalancerPorts, ...]
    gateways: tuple[GatewayPorts, ...]
    others: tuple[OtherWay, ...]
    wanted: WantedPorts | None
    missing: tuple[Unknown, ...]


def require_ports(ports: int | None) -> None:
    """Raise ``UsageError`` for a number of ports that no node can be given."""
    if ports is None:
        return
    if ports % LISTENING_BLOCK or not LISTENING_BLOCK <= ports <= PORTS_PER_FRONTEND_ADDRESS:
        raise UsageError(
            f"--ports-per-node {ports}: give a multiple of {LISTENING_BLOCK} from "
            f"{LISTENING_BLOCK} to {PORTS_PER_FRONTEND_ADDRESS}"
        )


def build_snat(basis: Basis, ports_per_node: int | None) -> SNAT:
    """Return the SNAT budget, and what the wanted ports for each node would take."""
    topology = basis.topology
    groups = topology.once(derive_egress)
    egresses = sorted({each.egress for each in groups}, key=lambda each: (each.kind, each.words))
    balancers = {
        (each.rule, each.backend_pool): each
        for egress in egresses
        for each in balancer_ports(basis, egress, ports_per_node)
    }
    divided = tuple(sorted(balancers.values(), key=lambda each: (each.words, each.backend_pool)))
    gateways = tuple(gateway_ports(basis, groups, ports_per_node))
    hidden = (*missing_for_nodes(topology), *(gap for each in groups for gap in each.missing))
    return SNAT(
        outbound_type=topology.cluster.properties.network_profile.outbound_type,
        balancers=divided,
        gateways=gateways,
        others=tuple(_others(groups, topology.outside_pools)),
        wanted=None
        if ports_per_node is None
        else wanted_ports(topology, ports_per_node, divided, gateways),
        missing=tuple(dict.fromkeys(map(unknown_of, hidden))),
    )


def _others(groups: tuple[EgressGroup, ...], outside: str) -> Iterator[OtherWay]:
    found: dict[tuple[EgressKind, str], list[str]] = {}
    for group in groups:
        if group.egress.kind in _WHY:
            key = (group.egress.kind, group.egress.words)
            found.setdefault(key, []).append(group.pool or outside)
    for (kind, words), pools in sorted(found.items()):
        yield OtherWay(kind=kind, words=words, pools=tuple(dict.fromkeys(pools)), why=_WHY[kind])
