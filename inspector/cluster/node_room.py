"""How many nodes a cluster has room for, read off its network: routes, pod CIDR, balancer, pools.

Under kubenet the routes tell how large a node's slice of the pod CIDR is, and how much of the route
table is taken by others. Elsewhere the profile tells it all.
"""

from collections import Counter
from typing import Final

import msgspec

from inspector.cluster.pod_routes import (
    OWN_POD_ROUTES,
    ClassifiedTable,
    PodRoutes,
    RouteKind,
    pod_routes,
)
from inspector.network.address_needs import NODE_POD_PREFIX_LENGTH
from inspector.network.limits import NodeCeilings, node_ceilings
from inspector.network.models import NetworkModel, network_model
from inspector.nodes import pool_profiles
from inspector.resources import RouteTable
from inspector.snapshot import Gap
from inspector.topology import Topology

SLICED: Final = frozenset({NetworkModel.KUBENET, NetworkModel.CNI_OVERLAY})
"""The models whose nodes take a slice of the pod CIDR each."""

_IPV4: Final = 4


class SliceLength(msgspec.Struct, frozen=True, kw_only=True):
    """The prefix length of a node's slice of the pod CIDR; ``None`` while ``gaps`` hide it."""

    length: int | None
    gaps: tuple[Gap, ...] = ()


class NodeRoom(msgspec.Struct, frozen=True, kw_only=True):
    """The ceilings of a cluster and its pools, and the slice that each node takes.

    ``other_routes`` are those in the table that are not the nodes', under kubenet alone. ``gaps``
    are what hides a figure, ``doubts`` why one cannot be told although everything was seen.
    """

    ceilings: NodeCeilings
    slice_length: int | None
    other_routes: int | None
    gaps: tuple[Gap, ...]
    doubts: tuple[str, ...]


def node_room(topology: Topology) -> NodeRoom:
    """Return how many nodes the cluster has room for."""
    profile = topology.cluster.properties.network_profile
    pools = pool_profiles(topology)
    is_kubenet = network_model(profile, pools) is NetworkModel.KUBENET
    of_slices = slice_length(topology)
    others = other_routes(topology) if is_kubenet else None
    gaps = (*of_slices.gaps, *(pod_routes(topology).missing if is_kubenet else ()))
    pod_cidrs = profile.all_pod_cidrs if of_slices.length is not None else ()
    doubts: tuple[str, ...] = ()
    length = of_slices.length or NODE_POD_PREFIX_LENGTH
    try:
        ceilings = node_ceilings(
            profile,
            pools,
            pod_cidrs=pod_cidrs,
            other_routes=others,
            node_prefix_length=length,
        )
    except ValueError as error:
        ceilings = node_ceilings(profile, pools, pod_cidrs=(), other_routes=others)
        doubts = (f"a pod CIDR is no range: {error}",)
    return NodeRoom(
        ceilings=ceilings,
        slice_length=of_slices.length,
        other_routes=others,
        gaps=tuple(dict.fromkeys(gaps)),
        doubts=doubts,
    )


def other_routes(topology: Topology) -> int | None:
    """Return how many routes of the nodes' table are not theirs, the most where there are several.

    ``None`` where a table could not be seen. Routes that may be a hidden node's are not counted.
    """
    routes = topology.once(pod_routes)
    return None if routes.missing else max(map(_not_for_nodes, routes.of_nodes), default=0)


def _not_for_nodes(table: ClassifiedTable) -> int:
    """Return the routes beside one for each node and family, those of hidden nodes among these."""
    needed = {
        (each.node.id, each.range.version)
        for each in table.of(RouteKind.NODE)
        if each.node is not None and each.range is not None
    }
    return len(table.routes) - len(needed) - len(table.of(RouteKind.UNKNOWN))


def slice_length(topology: Topology) -> SliceLength:
    """Return the length of a node's IPv4 slice: /24, under kubenet that of most nodes' routes.

    What a route is for does not matter here but that the cluster wrote it: then no node that is
    hidden changes the answer.
    """
    profile = topology.cluster.properties.network_profile
    if network_model(profile, pool_profiles(topology)) is not NetworkModel.KUBENET:
        return SliceLength(length=NODE_POD_PREFIX_LENGTH)
    found = topology.once(pod_routes)
    gaps = list(found.missing)
    group = topology.cluster.infrastructure_group
    if group is not None:
        gap = topology.gap_in_list(group, RouteTable)
        gaps += [] if gap is None else [gap]
    if gaps:
        return SliceLength(length=None, gaps=tuple(gaps))
    return SliceLength(length=_most_frequent_length(found))


def _most_frequent_length(routes: PodRoutes) -> int:
    lengths = Counter(
        route.range.prefixlen
        for table in routes.tables
        for route in table.of(*OWN_POD_ROUTES)
        if route.range is not None and route.range.version == _IPV4
    )
    return min(lengths, key=lambda each: (-lengths[each], each), default=NODE_POD_PREFIX_LENGTH)
