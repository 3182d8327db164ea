"""Route tables of the cluster's subnets, and under kubenet each node's pod range."""

from inspector.network.models import NetworkModel, network_model
from inspector.nodes import missing_for_nodes, pool_profiles
from inspector.report.answer import TextAnswer, Unknown, View, noting, unknown_of
from inspector.resource_id import ResourceId
from inspector.resources import (
    IPConfiguration,
    NetworkInterface,
    Relation,
    Route,
    RouteTable,
    Subnet,
    same_text,
)
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
    tables = topology.all(RouteTable)
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
    topology: Topology, tables: tuple[RouteTable, ...]
) -> tuple[str, ...] | None:
    """Return the nodes no route leads to; under dual stack each needs a route of each family."""
    if not _has_pod_routes(topology):
        return None
    reached = {
        (_node_of(topology, route), ":" in (route.properties.address_prefix or ""))
        for table in tables
        for route in table.properties.routes
    }
    is_dual = topology.cluster.properties.network_profile.is_dual_stack
    families = ((False, ""), (True, " (IPv6)")) if is_dual else ((False, ""),)
    return tuple(
        f"{node.name}{words}"
        for node in topology.nodes
        for is_ipv6, words in families
        if node.interfaces and (node.name, is_ipv6) not in reached
    )


def _table(topology: Topology, table: RouteTable) -> RouteTableView:
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
            RouteView(
                name=route.title,
                prefix=route.properties.address_prefix,
                next_hop_type=route.properties.next_hop_type,
                next_hop=route.properties.next_hop_ip_address or None,
                node=_node_of(topology, route) or (unseen if _is_to_node(route) else None),
            )
            for route in sorted(table.properties.routes, key=lambda each: each.name.lower())
        ),
    )


def _is_to_node(route: Route) -> bool:
    """Whether a route is one of kubenet's: to an appliance, and not the default route."""
    properties = route.properties
    is_default = (properties.address_prefix or "").endswith("/0")
    return same_text(properties.next_hop_type, "VirtualAppliance") and not is_default


def _node_of(topology: Topology, route: Route) -> str | None:
    for target in topology.linked(route.id, Relation.NEXT_HOP):
        configuration = topology.get(target, IPConfiguration)
        interface = topology.holder(configuration, NetworkInterface) if configuration else None
        node = topology.node_of(interface) if interface is not None else None
        if node is not None:
            return node.name
    return None
