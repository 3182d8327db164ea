"""Route tables of the cluster's subnets, and under kubenet each node's pod range."""

from collections.abc import Iterable

from inspector.cluster.pod_routes import ClassifiedRoute, ClassifiedTable, RouteKind, pod_routes
from inspector.network.models import NetworkModel, network_model
from inspector.nodes import missing_for_nodes, pool_profiles
from inspector.report.answer import TextAnswer, Unknown, View, noting, unknown_of
from inspector.resource_id import ResourceId
from inspector.resources import RouteTable, Subnet
from inspector.topology import Topology


class RouteView(View, frozen=True):
    """A route; ``node`` is the node that has the next hop as its own address.

    It is unknown where the next hop may belong to a node whose interface could not be seen.
    """

    name: str
    prefix: str | None
    next_hop_type: str | None
    next_hop: str | None
    node: TextAnswer


class RouteTableView(View, frozen=True):
    """A route table and the subnets that use it."""

    name: str
    id: ResourceId
    subnets: tuple[str, ...]
    bgp_propagation: bool | None
    routes: tuple[RouteView, ...]


class RouteTables(View, frozen=True):
    """The route tables, what a subnet lacks, and what could not be seen.

    ``nodes_without_route`` names nodes no route leads to, for each family; it is ``None`` where
    the model has no pod routes, or where that cannot be told for want of what ``missing`` names.
    """

    tables: tuple[RouteTableView, ...]
    subnets_without_table: tuple[str, ...]
    nodes_without_route: tuple[str, ...] | None
    missing: tuple[Unknown, ...]


def build_route_tables(topology: Topology) -> RouteTables:
    """Return the tables of the infrastructure group and of the cluster's subnets."""
    missing: list[Unknown] = []
    group = topology.cluster.infrastructure_group
    if group is not None:
        with noting(missing):
            topology.listed(group, RouteTable)
    without = []
    for subnet_id in topology.subnets_of_nodes:
        with noting(missing):
            subnet = topology.get(subnet_id, Subnet)
            table = subnet.properties.route_table if subnet is not None else None
            if table is not None:
                topology.get(table.id, RouteTable)
            elif subnet is not None:
                without.append(subnet.title)
    if _has_pod_routes(topology):
        missing += map(unknown_of, missing_for_nodes(topology))
    tables = pod_routes(topology).tables
    return RouteTables(
        tables=tuple(_table(topology, each) for each in tables),
        subnets_without_table=tuple(without),
        nodes_without_route=None if missing else _nodes_without_route(topology, tables),
        missing=tuple(dict.fromkeys(missing)),
    )


def _has_pod_routes(topology: Topology) -> bool:
    profile = topology.cluster.properties.network_profile
    return network_model(profile, pool_profiles(topology)) is NetworkModel.KUBENET


def _nodes_without_route(
    topology: Topology, tables: Iterable[ClassifiedTable]
) -> tuple[str, ...] | None:
    """Return the nodes no route leads to; under dual stack each needs a route of each family."""
    if not _has_pod_routes(topology):
        return None
    reached = {
        (route.reached.id, route.range.version)
        for table in tables
        for route in table.of(RouteKind.NODE)
        if route.reached is not None and route.range is not None
    }
    is_dual = topology.cluster.properties.network_profile.is_dual_stack
    families = ((4, ""), (6, " (IPv6)")) if is_dual else ((4, ""),)
    return tuple(
        f"{node.name}{words}"
        for node in topology.nodes
        for version, words in families
        if node.interfaces and (node.id, version) not in reached
    )


def _table(topology: Topology, found: ClassifiedTable) -> RouteTableView:
    table = found.table
    disabled = table.properties.disable_bgp_route_propagation
    missing = missing_for_nodes(topology)
    unseen = unknown_of(missing[0]) if missing else None
    return RouteTableView(
        name=table.title,
        id=table.id,
        subnets=tuple(
            each.id.name for each in sorted(table.properties.subnets, key=lambda each: each.id)
        ),
        bgp_propagation=None if disabled is None else not disabled,
        routes=tuple(
            _route(each, unseen)
            for each in sorted(found.routes, key=lambda each: each.route.name.lower())
        ),
    )


def _route(found: ClassifiedRoute, unseen: Unknown | None) -> RouteView:
    properties = found.route.properties
    may_be_to_node = found.is_to_appliance and found.kind is not RouteKind.DEFAULT
    node = found.reached.name if found.reached is not None else None
    return RouteView(
        name=found.route.title,
        prefix=properties.address_prefix,
        next_hop_type=properties.next_hop_type,
        next_hop=properties.next_hop_ip_address or None,
        node=node or (unseen if may_be_to_node else None),
    )
