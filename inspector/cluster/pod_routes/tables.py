"""The route tables of a cluster, classified, and those that its pod routes belong in."""

from collections.abc import Iterable, Iterator

from inspector.cluster.pod_routes.classifier import Classifier
from inspector.cluster.pod_routes.kinds import ClassifiedTable, PodRoutes, RouteKind
from inspector.collected import NotCollected
from inspector.nodes import pool_profiles
from inspector.resource_id import ResourceId
from inspector.resources import RouteTable, Subnet, VirtualNetwork
from inspector.snapshot import Gap
from inspector.topology import Topology


def pod_routes(topology: Topology) -> PodRoutes:
    """Return every route table that was seen with its routes classified."""
    classifier = Classifier(topology)
    tables = tuple(map(classifier.classify, topology.all(RouteTable)))
    on_subnets, missing = _tables_on_subnets(topology)
    of_nodes = tuple(each for each in tables if each.table.id in on_subnets)
    if not any(each.of(RouteKind.NODE, RouteKind.STALE) for each in of_nodes):
        missing = tuple(dict.fromkeys((*missing, *_doubts(of_nodes))))
        if not missing:
            group = topology.cluster.infrastructure_group
            of_nodes += tuple(
                each
                for each in tables
                if each.table.id not in on_subnets and each.table.id.resource_group_id == group
            )
    return PodRoutes(tables=tables, of_nodes=of_nodes, missing=missing)


def _doubts(tables: Iterable[ClassifiedTable]) -> Iterator[Gap]:
    """Yield what routes are unknown for, any of which may be the cluster's own."""
    for each in tables:
        yield from each.missing


def _tables_on_subnets(topology: Topology) -> tuple[frozenset[ResourceId], tuple[Gap, ...]]:
    """Return the tables that the nodes' subnets name, and what may hide one."""
    found: set[ResourceId] = set()
    missing: dict[Gap, None] = {}
    scope = topology.cluster.infrastructure_group or topology.cluster.id
    listed: list[type[RouteTable | VirtualNetwork]] = [RouteTable]
    if any(pool.vnet_subnet_id is None for pool in pool_profiles(topology)):
        listed.append(VirtualNetwork)
    for kind in listed:
        gap = topology.gap_in_list(scope, kind)
        if gap is not None:
            missing[gap] = None
    for subnet_id in topology.subnets_of_nodes:
        try:
            subnet = topology.get(subnet_id, Subnet)
            reference = subnet.properties.route_table if subnet is not None else None
            if reference is not None:
                found.add(reference.id)
                topology.get(reference.id, RouteTable)
        except NotCollected as unseen:
            missing[unseen.gap] = None
    return frozenset(found), tuple(missing)
