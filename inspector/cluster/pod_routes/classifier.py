"""Telling what each route of a table is for, from names, prefixes and next hops."""

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property

import msgspec

from inspector.cluster.pod_routes.kinds import ClassifiedRoute, ClassifiedTable, RouteKind
from inspector.cluster.pod_routes.names import (
    claimed_node,
    number_of_device,
    number_of_node,
    number_of_pool,
    range_of,
)
from inspector.collected import NotCollected
from inspector.network.ranges import IPRange, is_within
from inspector.nodes import Node
from inspector.resource_id import ResourceId
from inspector.resources import (
    IPConfiguration,
    NetworkInterface,
    Relation,
    Route,
    RouteTable,
    ScaleSet,
    Subnet,
    same_text,
)
from inspector.snapshot import Gap
from inspector.topology import Topology


class _Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What a route says before it is set against the other routes of its table."""

    route: Route
    range: IPRange | None
    claimed: str | None
    named: Node | None
    reached: Node | None

    @property
    def slot(self) -> tuple[ResourceId, int] | None:
        """The node and the family that the route is for by its name."""
        if self.named is None or self.range is None:
            return None
        return self.named.id, self.range.version


class Classifier:
    """The nodes by name and address, looked up for every route."""

    def __init__(self, topology: Topology) -> None:
        self._topology = topology
        self._by_name = {node.name.lower(): node for node in topology.nodes}
        self._pods = pod_cidrs(topology)

    def classify(self, table: RouteTable) -> ClassifiedTable:
        """Return the table with its routes classified."""
        readings = [self._read(route) for route in table.properties.routes]
        routed = {each.slot for each in readings}
        users = {each.id for each in table.properties.subnets}
        users.update(self._topology.referring(table.id, Relation.ROUTED_BY))
        strangers = _Strangers(self._topology, (*users, *self._unseen_subnets))
        missing: dict[Gap, None] = {}
        routes = []
        for each in readings:
            has_own = each.reached is not None and (
                (each.reached.id, each.range.version if each.range else 0) in routed
            )
            try:
                kind = self._kind(each, strangers.have, has_own_route=has_own)
            except NotCollected as unseen:
                missing[unseen.gap] = None
                kind = RouteKind.UNKNOWN
            fields = {name: getattr(each, name) for name in _Reading.__struct_fields__}
            routes.append(ClassifiedRoute(kind=kind, **fields))
        return ClassifiedTable(
            table=table,
            routes=tuple(routes),
            subnets=tuple(sorted(users)),
            missing=tuple(missing),
        )

    @cached_property
    def _unseen_subnets(self) -> tuple[ResourceId, ...]:
        """The nodes' subnets that may use any table, for they could not be seen."""
        subnets = self._topology.subnets_of_nodes
        return tuple(each for each in subnets if not self._topology.is_known(each))

    def _read(self, route: Route) -> _Reading:
        claimed = claimed_node(route, self._by_name)
        return _Reading(
            route=route,
            range=range_of(route.properties.address_prefix),
            claimed=claimed,
            named=self._by_name.get(claimed) if claimed is not None else None,
            reached=self._node_at(route.properties.next_hop_ip_address),
        )

    def _node_at(self, address: str | None) -> Node | None:
        configuration = self._topology.node_address(address)
        if configuration is None:
            return None
        return _node_of(self._topology, configuration)

    def _kind(
        self, seen: _Reading, is_foreign: Callable[[str], bool], *, has_own_route: bool
    ) -> RouteKind:
        """Return what a route is for; raises ``NotCollected`` where what is hidden decides.

        A next hop tells of a node only while the name tells of none, or of one that is gone and
        the node has no route under its own name: addresses are given to other nodes later.
        """
        if seen.range is not None and seen.range.prefixlen == 0:
            return RouteKind.DEFAULT
        if seen.named is not None:
            return RouteKind.NODE
        is_for_pods = seen.range is not None and is_within(seen.range, self._pods)
        if seen.claimed is None:
            is_appliance = same_text(seen.route.properties.next_hop_type, "VirtualAppliance")
            if not (is_for_pods and is_appliance):
                return RouteKind.CUSTOM
            if seen.reached is None:
                self._require_nodes()
            return RouteKind.CUSTOM if seen.reached is None else RouteKind.NODE
        self._require_nodes()
        if not self._is_of_own_pool(seen.claimed) and (not is_for_pods or is_foreign(seen.claimed)):
            return RouteKind.FOREIGN
        is_by_next_hop = seen.reached is not None and not has_own_route
        return RouteKind.NODE if is_by_next_hop else RouteKind.STALE

    def _require_nodes(self) -> None:
        for gap in self._topology.hidden_nodes:
            raise NotCollected(gap)

    def _is_of_own_pool(self, claimed: str) -> bool:
        return number_of_node(claimed) in self._own_numbers

    @cached_property
    def _own_numbers(self) -> frozenset[str]:
        """The eight digits in the names of the cluster's nodes and scale sets."""
        scale_sets = (each.title.lower() for each in self._topology.all(ScaleSet))
        numbers = map(number_of_pool, (*self._by_name, *scale_sets))
        return frozenset(filter(None, numbers))


class _Strangers:
    """The nodes of other clusters in the subnets that use a table."""

    def __init__(self, topology: Topology, subnets: Iterable[ResourceId]) -> None:
        self._topology = topology
        self._subnets = subnets

    def have(self, claimed: str) -> bool:
        """Whether a node of the name's pool is in the subnets, outside the cluster.

        Raises ``NotCollected`` if one of the subnets could not be seen.
        """
        number = number_of_node(claimed)
        return number is not None and number in self._numbers

    @cached_property
    def _numbers(self) -> frozenset[str]:
        subnets = (self._topology.get(each, Subnet) for each in self._subnets)
        devices = (
            device
            for subnet in subnets
            if subnet is not None
            for device in nodes_of_others(self._topology, subnet)
        )
        return frozenset(filter(None, map(number_of_device, devices)))


def pod_cidrs(topology: Topology) -> tuple[IPRange, ...]:
    """Return the cluster's pod CIDRs, without text that is no range."""
    profile = topology.cluster.properties.network_profile
    return tuple(each for each in map(range_of, profile.all_pod_cidrs) if each is not None)


def nodes_of_others(topology: Topology, subnet: Subnet) -> Iterator[ResourceId]:
    """Yield what other clusters' nodes have in a subnet: the ids of their IP configurations."""
    group = topology.cluster.infrastructure_group
    own = f"{group.key}/" if group is not None else "-"
    for each in subnet.properties.ip_configurations:
        if not each.id.key.startswith(own) and number_of_device(each.id) is not None:
            yield each.id


def _node_of(topology: Topology, configuration: IPConfiguration) -> Node | None:
    interface = topology.holder(configuration, NetworkInterface)
    return topology.node_of(interface) if interface is not None else None
