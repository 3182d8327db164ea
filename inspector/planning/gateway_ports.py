"""SNAT ports of NAT gateways: shared on demand, and what an even share would be."""

from collections.abc import Iterable, Iterator

import msgspec

from inspector.cluster.egress import EgressGroup, EgressKind
from inspector.cluster.snat_budget import count_addresses
from inspector.network import snat
from inspector.network.pool_sizes import Situation
from inspector.network.spaces import Family
from inspector.planning.arithmetic import (
    NOTHING,
    ONE,
    Reckoning,
    ceil_of,
    floor_of,
    largest,
    number,
    plain,
)
from inspector.planning.balancer_ports import known
from inspector.planning.basis import Basis
from inspector.planning.figures import Figure, figure, untellable
from inspector.report.answer import View
from inspector.resource_id import ResourceId
from inspector.resources import AgentPoolProfile, NATGateway

_PORTS = number(snat.PORTS_PER_NAT_GATEWAY_ADDRESS)


class ShareStretch(View, frozen=True):
    """What an even share of a NAT gateway's ports is in one situation.

    Nothing is kept for a node: ``even_share`` is for information. ``addresses_wanted`` is how many
    addresses would make the even share as large as the wanted ports, and ``addresses_to_add`` how
    many of these there are not; both are ``None`` unless ports are wanted.
    """

    situation: Situation
    nodes: Figure
    even_share: Figure
    addresses_wanted: Figure | None = None
    addresses_to_add: Figure | None = None


class GatewayPorts(View, frozen=True):
    """The ports of a NAT gateway, which all nodes and pods behind it take on demand.

    ``nodes`` are those of this cluster: what else is behind the gateway is not counted.
    """

    gateway: str
    id: ResourceId
    family: Family
    addresses: Figure
    ports: Figure
    stretches: tuple[ShareStretch, ...]


class _Shared(msgspec.Struct, frozen=True, kw_only=True):
    """A NAT gateway with the groups of nodes behind it; numbers raise ``Untellable``."""

    basis: Basis
    id: ResourceId
    groups: tuple[EgressGroup, ...]
    is_open: bool

    @property
    def addresses(self) -> Reckoning:
        self.basis.topology.get(self.id, NATGateway)
        public_ips = dict.fromkeys(each for group in self.groups for each in group.public_ips)
        return known(count_addresses(self.basis.topology, public_ips))

    @property
    def ports(self) -> Reckoning:
        return _PORTS * self.addresses

    def nodes(self, situation: Situation) -> Reckoning:
        """Return the nodes behind the gateway, or the most that there may be."""
        topology = self.basis.topology
        if topology.hidden_nodes:
            raise untellable(topology.cluster.id, "", topology.hidden_nodes[0])
        if self.is_open:
            raise untellable(self.id, "it cannot be told how all nodes leave")
        if situation.is_maximum:
            self.basis.outside(situation)
        found = len({node.id for group in self.groups for node in group.nodes})
        return self.basis.members(found, self._pools, situation)

    @property
    def _pools(self) -> tuple[AgentPoolProfile, ...]:
        """The pools with nodes behind the gateway, and those without a node in its subnets."""
        populated = {(node.pool or "").lower() for node in self.basis.topology.nodes}
        behind = {(group.pool or "").lower() for group in self.groups}
        subnets = {group.subnet for group in self.groups}
        return tuple(
            each
            for each in self.basis.pools
            if each.name.lower() in behind
            or (each.name.lower() not in populated and each.vnet_subnet_id in subnets)
        )

    def even_share(self, situation: Situation) -> Reckoning:
        nodes = plain(self.nodes(situation))
        if nodes.value <= 0:
            raise untellable(self.id, "there is no node to share them")
        return floor_of(plain(self.ports), nodes)

    def addresses_wanted(self, situation: Situation, ports: int) -> Reckoning:
        needed = ceil_of(number(ports) * plain(self.nodes(situation)), _PORTS)
        return needed if needed.value else largest(ONE, needed)

    def to_add(self, situation: Situation, ports: int) -> Reckoning:
        wanted = plain(self.addresses_wanted(situation, ports))
        return largest(NOTHING, wanted - self.addresses)


def nodes_sharing(ports: Reckoning, addresses: Reckoning) -> Reckoning:
    """Return the nodes whose even share of a NAT gateway is so many ports."""
    return floor_of(_PORTS * addresses, ports)


def gateway_ports(
    basis: Basis, groups: Iterable[EgressGroup], wanted: int | None
) -> Iterator[GatewayPorts]:
    """Yield the NAT gateways that nodes or pods leave by, for each family, by id."""
    every = tuple(groups)
    found: dict[tuple[ResourceId, Family], list[EgressGroup]] = {}
    for group in every:
        if group.egress.kind is EgressKind.NAT_GATEWAY:
            for gateway in group.egress.through:
                found.setdefault((gateway, group.family), []).append(group)
    is_open = any(each.egress.kind is EgressKind.UNKNOWN for each in every)
    for (gateway, family), behind in sorted(found.items(), key=lambda each: each[0]):
        shared = _Shared(basis=basis, id=gateway, groups=tuple(behind), is_open=is_open)
        yield GatewayPorts(
            gateway=gateway.name,
            id=gateway,
            family=family,
            addresses=figure(_addresses, shared),
            ports=figure(_ports, shared),
            stretches=tuple(_stretch(shared, each, wanted) for each in Situation),
        )


def _addresses(shared: _Shared) -> Reckoning:
    return shared.addresses


def _ports(shared: _Shared) -> Reckoning:
    return shared.ports


def _stretch(shared: _Shared, situation: Situation, wanted: int | None) -> ShareStretch:
    return ShareStretch(
        situation=situation,
        nodes=figure(shared.nodes, situation),
        even_share=figure(shared.even_share, situation),
        addresses_wanted=None
        if wanted is None
        else figure(shared.addresses_wanted, situation, wanted),
        addresses_to_add=None if wanted is None else figure(shared.to_add, situation, wanted),
    )
