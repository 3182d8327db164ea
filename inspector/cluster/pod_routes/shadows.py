"""What routes of the user's take from nodes and pods: they win over pod routes and the network's.

Source: Learn "Virtual network traffic routing": the longest prefix wins, and of equal ones a
user-defined route wins over the network's own.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from functools import cached_property

import msgspec

from inspector.cluster.pod_routes.classifier import pod_cidrs
from inspector.cluster.pod_routes.kinds import (
    ClassifiedRoute,
    ClassifiedTable,
    PodRoutes,
    RouteKind,
)
from inspector.cluster.pod_routes.names import range_of
from inspector.cluster.pod_routes.tables import pod_routes
from inspector.collected import NotCollected
from inspector.network.effective_routes import VNET_LOCAL, EffectiveRoute, EffectiveRoutes
from inspector.network.models import NetworkModel, network_model
from inspector.network.ranges import IPRange, is_within, span_of_range
from inspector.nodes import pool_profiles
from inspector.resource_id import ResourceId
from inspector.resources import Route, RouteTable, Subnet, VirtualNetwork, same_text
from inspector.snapshot import Gap
from inspector.topology import Topology


class TakenSubnet(msgspec.Struct, frozen=True, kw_only=True):
    """The parts of a subnet that a route takes, and whether they are all of the family's range.

    ``addresses`` is how many addresses of nodes were seen there, ``None`` for a subnet of pods,
    whose addresses ARM does not show.
    """

    subnet: Subnet
    parts: tuple[IPRange, ...]
    is_whole: bool
    addresses: int | None


class Shadow(msgspec.Struct, frozen=True, kw_only=True):
    """A route of the user's with what it takes.

    ``slices`` are pod routes of nodes that it wins over, for some of their range at least.
    ``is_in_pod_cidr`` says that all of it lies in the pod CIDR of a kubenet cluster.
    """

    found: ClassifiedRoute
    slices: tuple[ClassifiedRoute, ...]
    is_in_pod_cidr: bool
    subnets: tuple[TakenSubnet, ...]


class TableInUse(msgspec.Struct, frozen=True, kw_only=True):
    """A table on subnets of nodes or pods, and what its routes of the user's take.

    ``custom`` counts those routes. ``by_tag`` are the routes by service tag that may take packets
    of a subnet with public addresses.
    """

    table: ClassifiedTable
    custom: int
    shadows: tuple[Shadow, ...]
    by_tag: tuple[tuple[Route, Subnet], ...]


class Shadows(msgspec.Struct, frozen=True, kw_only=True):
    """The tables on the subnets of nodes and pods; ``missing`` may hide tables, subnets, nodes."""

    tables: tuple[TableInUse, ...]
    missing: tuple[Gap, ...]


def shadows(topology: Topology) -> Shadows:
    """Return what the user's routes take from nodes and pods, table by table."""
    routes = pod_routes(topology)
    missing = dict.fromkeys((*routes.missing, *topology.hidden_nodes))
    subnets = []
    for subnet_id in sorted({*topology.subnets_of_nodes, *_pod_subnets(topology)}):
        try:
            subnet = topology.get(subnet_id, Subnet)
            reference = subnet.properties.route_table if subnet is not None else None
            if subnet is not None:
                subnets.append(subnet)
            if reference is not None:
                topology.get(reference.id, RouteTable)
        except NotCollected as unseen:
            missing[unseen.gap] = None
    tables = tuple(_tables(topology, routes, subnets))
    for each in tables:
        missing.update(dict.fromkeys(each.table.missing))
    return Shadows(tables=tables, missing=tuple(missing))


def _pod_subnets(topology: Topology) -> Iterator[ResourceId]:
    for pool in pool_profiles(topology):
        if pool.pod_subnet_id is not None:
            yield pool.pod_subnet_id


def _tables(topology: Topology, routes: PodRoutes, subnets: list[Subnet]) -> Iterator[TableInUse]:
    using: dict[ResourceId, list[Subnet]] = {}
    for subnet in subnets:
        if subnet.properties.route_table is not None:
            using.setdefault(subnet.properties.route_table.id, []).append(subnet)
    profile = topology.cluster.properties.network_profile
    is_kubenet = network_model(profile, pool_profiles(topology)) is NetworkModel.KUBENET
    pods = pod_cidrs(topology) if is_kubenet else None
    addresses = _Addresses(topology)
    for table in routes.tables:
        if table.table.id in using:
            effective = EffectiveRoutes(
                table.table.properties.routes,
                network=_network_prefixes(topology, using[table.table.id]),
            )
            yield _Judge(table, effective, addresses, pods).judge(subnets)


def _network_prefixes(topology: Topology, subnets: Iterable[Subnet]) -> Iterator[str]:
    networks = {
        network.id: network
        for each in subnets
        if (network := topology.holder(each, VirtualNetwork)) is not None
    }
    for network in networks.values():
        yield from filter(range_of, network.properties.address_space.address_prefixes)


class _Addresses:
    """Where nodes have addresses, those of pods on their interfaces among them."""

    def __init__(self, topology: Topology) -> None:
        self._topology = topology
        self._of_pods = frozenset(_pod_subnets(topology))

    def within(self, subnet: Subnet, parts: Iterable[IPRange]) -> int | None:
        """Return how many there are in parts of a subnet, ``None`` for one of pods."""
        if subnet.id in self._of_pods:
            return None
        spans = ((each.version, *span_of_range(each)) for each in parts)
        return sum(
            bisect_right(self._sorted[version], last) - bisect_left(self._sorted[version], first)
            for version, first, last in spans
        )

    @cached_property
    def _sorted(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {4: [], 6: []}
        for node in self._topology.nodes:
            for interface in node.interfaces:
                for each in interface.properties.ip_configurations:
                    address = each.properties.private_ip_address
                    if address is not None:
                        found[address.version].append(int(address))
        return {version: sorted(several) for version, several in found.items()}


class _Judge:
    """One table's routes against what they may take."""

    def __init__(
        self,
        table: ClassifiedTable,
        effective: EffectiveRoutes,
        addresses: "_Addresses",
        pods: tuple[IPRange, ...] | None,
    ) -> None:
        self._table = table
        self._effective = effective
        self._addresses = addresses
        self._pods = pods or ()
        self._taken = self._taken_slices(table.of(RouteKind.NODE) if pods is not None else ())

    def judge(self, subnets: Iterable[Subnet]) -> TableInUse:
        own = [each for each in self._table.of(RouteKind.CUSTOM) if each.range is not None]
        parts = {each.id: self._parts(each) for each in subnets}
        found = []
        for each in own:
            taken = [self._taken_of(each, subnet, parts[subnet.id]) for subnet in subnets]
            found.append(
                Shadow(
                    found=each,
                    slices=tuple(self._taken.get(each.route.id, ())),
                    is_in_pod_cidr=each.range is not None and is_within(each.range, self._pods),
                    subnets=tuple(one for one in taken if one is not None),
                )
            )
        return TableInUse(
            table=self._table,
            custom=len(own),
            shadows=tuple(
                each for each in found if each.slices or each.is_in_pod_cidr or each.subnets
            ),
            by_tag=tuple(_by_tag(subnets, parts)),
        )

    def _taken_slices(
        self, slices: Iterable[ClassifiedRoute]
    ) -> dict[ResourceId, list[ClassifiedRoute]]:
        """Return the pod routes that lose to each of the table's routes.

        Of two user-defined routes with one prefix nothing says which wins: both are taken to.
        """
        found: dict[ResourceId, list[ClassifiedRoute]] = {}
        same: dict[IPRange, list[ClassifiedRoute]] = {}
        for each in self._table.of(RouteKind.CUSTOM):
            if each.range is not None:
                same.setdefault(each.range, []).append(each)
        for pods in slices:
            if pods.range is None:
                continue
            winning = {each.id for each in self._effective.shadowing(pods.range)}
            winning.update(each.route.id for each in same.get(pods.range, ()))
            for route_id in winning:
                found.setdefault(route_id, []).append(pods)
        return found

    def _parts(self, subnet: Subnet) -> list[tuple[IPRange, EffectiveRoute]]:
        ranges = [each for each in map(range_of, subnet.prefixes) if each is not None]
        return [part for each in ranges for part in self._effective.split(each)]

    def _taken_of(
        self, found: ClassifiedRoute, subnet: Subnet, parts: list[tuple[IPRange, EffectiveRoute]]
    ) -> TakenSubnet | None:
        """Return what the route takes of a subnet; one to VnetLocal takes nothing."""
        if same_text(found.route.properties.next_hop_type, VNET_LOCAL):
            return None
        taken = [
            part
            for part, route in parts
            if route.user_defined is not None and route.user_defined.id == found.route.id
        ]
        if not taken:
            return None
        every = [part for part, _ in parts if part.version == taken[0].version]
        return TakenSubnet(
            subnet=subnet,
            parts=tuple(taken),
            is_whole=len(taken) == len(every),
            addresses=self._addresses.within(subnet, taken),
        )


def _by_tag(
    subnets: Iterable[Subnet], parts: dict[ResourceId, list[tuple[IPRange, EffectiveRoute]]]
) -> Iterator[tuple[Route, Subnet]]:
    for subnet in subnets:
        tags = {each.id: each for _, route in parts[subnet.id] for each in route.may}
        for each in tags.values():
            yield each, subnet
