"""What becomes of the route tables that hold a kubenet cluster's pod routes.

Source: AKS "update-azure-cni": a table that AKS made is deleted, in one of the user's the pod
routes are.
"""

from collections.abc import Iterator

from inspector.cluster.pod_routes import OWN_POD_ROUTES, ClassifiedTable, pod_routes
from inspector.network.models import NetworkModel
from inspector.planning.moves.effects.move import Move
from inspector.report.answer import Unknown, View, unknown_of
from inspector.resource_id import ResourceId


class RouteStaying(View, frozen=True):
    """A route of a table that is not the cluster's."""

    id: ResourceId
    name: str
    prefix: str | None
    next_hop_type: str | None
    next_hop: str | None


class TableChange(View, frozen=True):
    """A route table with the cluster's pod routes, which go.

    ``is_deleted`` says that AKS made the table: then it goes with all its routes. ``pod_routes``
    is how many are the cluster's own, unknown where hidden nodes leave open whose some are.
    ``others`` are those that are none for certain, in ARM's order. ``subnets`` use the table,
    ``shared_with`` those among them that hold no nodes of the cluster.
    """

    id: ResourceId
    name: str
    is_deleted: bool
    pod_routes: int | Unknown
    others: tuple[RouteStaying, ...]
    subnets: tuple[ResourceId, ...]
    shared_with: tuple[ResourceId, ...]


def tables_of(move: Move, missing: list[Unknown]) -> Iterator[TableChange]:
    """Yield the tables that the cluster's pod routes are in."""
    if move.before is not NetworkModel.KUBENET:
        return
    found = move.today.once(pod_routes)
    missing += map(unknown_of, found.missing)
    for table in found.of_nodes:
        missing += map(unknown_of, table.missing)
        yield _table(move, table)


def _table(move: Move, found: ClassifiedTable) -> TableChange:
    table, nodes = found.table, frozenset(move.today.subnets_of_nodes)
    group = move.today.cluster.infrastructure_group
    own = found.of(*OWN_POD_ROUTES)
    others = [each.route for each in found.routes if each.kind not in OWN_POD_ROUTES]
    return TableChange(
        id=table.id,
        name=table.title,
        is_deleted=table.id.resource_group_id == group,
        pod_routes=unknown_of(found.missing[0]) if found.missing else len(own),
        others=tuple(
            RouteStaying(
                id=each.id,
                name=each.title,
                prefix=each.properties.address_prefix,
                next_hop_type=each.properties.next_hop_type,
                next_hop=each.properties.next_hop_ip_address or None,
            )
            for each in others
        ),
        subnets=found.subnets,
        shared_with=tuple(each for each in found.subnets if each not in nodes),
    )
