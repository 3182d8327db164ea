"""The route table of the nodes' subnets, and what its routes are for."""

from collections import Counter
from typing import Final

from inspector.cluster.egress import OutboundType, outbound_type
from inspector.cluster.pod_routes import (
    OWN_POD_ROUTES,
    ClassifiedTable,
    PodRoutes,
    RouteKind,
    pod_routes,
)
from inspector.comparison.answers import Question, Said, said, unless_hidden, unseen
from inspector.comparison.side import Cause, Side
from inspector.network.models import NetworkModel
from inspector.planning.figures import several
from inspector.resource_id import ResourceId
from inspector.wording import share

_TABLE: Final = {
    NetworkModel.KUBENET: "a route leads to each node's pods, as the VNet does not know them",
    NetworkModel.CNI_OVERLAY: "Azure's network routes pods itself",
    NetworkModel.CNI_NODE_SUBNET: "pods have VNet addresses, which need no route",
    NetworkModel.CNI_POD_SUBNET_DYNAMIC: "pods have VNet addresses, which need no route",
    NetworkModel.CNI_POD_SUBNET_STATIC: "pods have VNet addresses, which need no route",
    NetworkModel.BYO_CNI: "AKS makes no routes for your plugin",
}
_KINDS: Final = {
    RouteKind.NODE: "to nodes' pods",
    RouteKind.STALE: "to pods of nodes that are gone",
    RouteKind.FOREIGN: "to pods of another cluster",
    RouteKind.UNKNOWN: "to pods of nodes not seen",
    RouteKind.DEFAULT: "default",
    RouteKind.CUSTOM: "the user's own",
}


def _table(side: Side) -> Said:
    routes = side.topology.once(pod_routes)
    return unless_hidden(routes.missing, lambda: _owner_and_place(side, routes))


def _owner_and_place(side: Side, routes: PodRoutes) -> Said:
    causes = _causes(side, routes)
    if not routes.of_nodes:
        return said("none", *causes, tables=0)
    subnets = side.topology.subnets_of_nodes
    on = {each for table in routes.of_nodes for each in table.subnets} & {*subnets}
    group = side.cluster.infrastructure_group
    owners = dict.fromkeys(_owner(each, group) for each in routes.of_nodes)
    place = "on the node subnet" if len(subnets) == 1 else f"on all {len(subnets)} node subnets"
    if len(on) < len(subnets):
        place = f"on {share(len(on), len(subnets), 'node subnet')}"
    return said(f"{' and '.join(owners)}, {place}", *causes, tables=len(routes.of_nodes))


def _causes(side: Side, routes: PodRoutes) -> tuple[Cause, ...]:
    """Return the model's need of routes, a way out by route, and what is left of kubenet."""
    is_routed_out = outbound_type(side.profile) is OutboundType.USER_DEFINED_ROUTING
    has_pod_routes = any(each.of(*OWN_POD_ROUTES) for each in routes.of_nodes)
    is_left_over = has_pod_routes and side.model is not NetworkModel.KUBENET
    model = side.because(_TABLE)
    if is_left_over:
        model = Cause("pod routes are left of kubenet")
    elif is_routed_out and side.model is not NetworkModel.KUBENET:
        model = Cause("outbound type userDefinedRouting needs a default route")
    way_out = f"outbound type {side.profile.outbound_type or 'not declared'}"
    nodes = several(len(side.topology.nodes), "node") if has_pod_routes else ""
    return model, Cause(way_out if is_routed_out else ""), Cause(nodes)


def _owner(table: ClassifiedTable, group: ResourceId | None) -> str:
    return "AKS's own" if table.table.id.resource_group_id == group else "the user's own"


def _routes(side: Side) -> Said:
    found = side.topology.once(pod_routes)

    def answer() -> Said:
        kinds = Counter(each.kind for table in found.of_nodes for each in table.routes)
        if kinds[RouteKind.UNKNOWN]:
            return unseen(next(gap for table in found.of_nodes for gap in table.missing))
        causes = _causes(side, found)
        if not kinds:
            return said("none", *causes, routes=0)
        parts = [f"{kinds[each]:,} {_KINDS[each]}" for each in RouteKind if kinds[each]]
        figures = {each.name.lower(): kinds[each] for each in RouteKind if kinds[each]}
        words = f"{kinds.total():,}: {', '.join(parts)}" if len(parts) > 1 else parts[0]
        return said(words, *causes, routes=kinds.total(), counted=figures)

    return unless_hidden(found.missing, answer)


QUESTIONS: Final = (
    Question("route-table", "Route table", _table),
    Question("routes", "Routes", _routes),
)
