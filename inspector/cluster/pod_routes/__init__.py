"""What each route of a route table is: a node's pod route, one left over, or the user's own."""

from inspector.cluster.pod_routes.classifier import nodes_of_others, pod_cidrs
from inspector.cluster.pod_routes.kinds import (
    OWN_POD_ROUTES,
    ClassifiedRoute,
    ClassifiedTable,
    PodRoutes,
    RouteKind,
)
from inspector.cluster.pod_routes.names import encoded_prefix, encodings
from inspector.cluster.pod_routes.shadows import Shadow, Shadows, TableInUse, TakenSubnet, shadows
from inspector.cluster.pod_routes.tables import pod_routes

__all__ = [
    "OWN_POD_ROUTES",
    "ClassifiedRoute",
    "ClassifiedTable",
    "PodRoutes",
    "RouteKind",
    "Shadow",
    "Shadows",
    "TableInUse",
    "TakenSubnet",
    "encoded_prefix",
    "encodings",
    "nodes_of_others",
    "pod_cidrs",
    "pod_routes",
    "shadows",
]
