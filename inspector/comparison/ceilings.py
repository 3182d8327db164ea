"""The most nodes that a cluster may come to have, by everything that limits them."""

from collections.abc import Callable, Iterable, Iterator
from typing import Final, NamedTuple

from inspector.cluster.subnet_capacity import Drawer, SubnetCapacity
from inspector.comparison.answers import Question, Said, said, unknown
from inspector.comparison.side import Cause, Side
from inspector.comparison.subnets import (
    POD_CIDR,
    POD_SUBNET,
    lengths_of,
    of_drawer,
    room_of,
    taken_by_node,
)
from inspector.network.limits import CeilingKind, NodeCeiling
from inspector.network.models import NetworkModel
from inspector.report.answer import Unknown, unknown_of

_PLACES: Final = {
    CeilingKind.KUBENET: "by kubenet",
    CeilingKind.ROUTE_TABLE: "by the route table",
    CeilingKind.POD_CIDR: "by the pod CIDR",
    CeilingKind.NODE_SUBNET: "by the node subnet",
    CeilingKind.POD_SUBNET: "by the pod subnet",
    CeilingKind.POLICY: "by the policy engine",
    CeilingKind.BALANCER: "by Basic or availability sets",
    CeilingKind.CLUSTER: "by AKS",
}
"""The limits of clusters, in the order in which they are told and the first of equals binds."""

_NO_ROUTES: Final = "needs no route for each node"
_ROUTES: Final = {
    NetworkModel.KUBENET: "a route for each node, and a table holds 400",
    NetworkModel.CNI_OVERLAY: _NO_ROUTES,
    NetworkModel.CNI_NODE_SUBNET: _NO_ROUTES,
    NetworkModel.CNI_POD_SUBNET_DYNAMIC: _NO_ROUTES,
    NetworkModel.CNI_POD_SUBNET_STATIC: _NO_ROUTES,
    NetworkModel.BYO_CNI: _NO_ROUTES,
}


class Limit(NamedTuple):
    """The most nodes by one kind of ceiling, and why so many."""

    nodes: int | Unknown
    reason: str


def _limits(side: Side) -> dict[CeilingKind, Limit]:
    found = {each.kind: _of_ceiling(side, each) for each in side.room.ceilings.cluster}
    found.update(_of_subnets(side))
    return {kind: found[kind] for kind in _PLACES if kind in found}


def _of_ceiling(side: Side, ceiling: NodeCeiling) -> Limit:
    hidden = side.topology.hidden_nodes if ceiling.kind is CeilingKind.ROUTE_TABLE else ()
    if ceiling.nodes is not None and not hidden:
        return Limit(ceiling.nodes, ceiling.reason)
    gap = next(iter((*side.room.gaps, *hidden)), None)
    if gap is not None:
        return Limit(unknown_of(gap), ceiling.reason)
    return Limit(side.untold(next(iter(side.room.doubts), ceiling.reason)), ceiling.reason)


def _of_subnets(side: Side) -> Iterator[tuple[CeilingKind, Limit]]:
    rooms: tuple[tuple[CeilingKind, Drawer, Callable[[Side], int | Unknown]], ...] = (
        (CeilingKind.NODE_SUBNET, Drawer.NODES, _by_node_subnets),
        (CeilingKind.POD_SUBNET, Drawer.PODS, _by_pod_subnets),
    )
    for kind, drawer, nodes in rooms:
        subnets = of_drawer(side, drawer)
        if isinstance(subnets, Unknown):
            if drawer is Drawer.NODES or any(each.pod_subnet_id for each in side.pools):
                yield kind, Limit(subnets, "")
        elif subnets:
            words = [f"{lengths_of(subnets)} for {drawer}"]
            words += [taken_by_node(subnets), *_taken_by_others(subnets)] * (drawer is Drawer.NODES)
            yield kind, Limit(nodes(side), ", ".join(filter(None, words)))


def _taken_by_others(subnets: Iterable[SubnetCapacity]) -> Iterator[str]:
    extras = sum(each.extras for each in subnets if isinstance(each.extras, int))
    if extras:
        yield f"{extras} taken by others"


def _by_node_subnets(side: Side) -> int | Unknown:
    """Return the nodes there are and those that fit beside them."""
    if side.topology.hidden_nodes:
        return unknown_of(side.topology.hidden_nodes[0])
    total = len(side.topology.nodes)
    for each in _subnets(side, Drawer.NODES):
        room = room_of(side, each)
        if isinstance(room, Unknown):
            return room
        total += room
    return total


def _by_pod_subnets(side: Side) -> int | Unknown:
    """Return the nodes that the pod subnets have the first addresses for, were they all empty."""
    total = 0
    for each in _subnets(side, Drawer.PODS):
        least = [draw.least_per_node for draw in each.of(Drawer.PODS)]
        known = [number for number in least if number is not None]
        if len(known) < len(least) or not isinstance(each.use.usable, int):
            return side.untold("ARM does not tell what a node takes of its pod subnet")
        total += each.use.usable // max(known)
    return total


def _subnets(side: Side, drawer: Drawer) -> tuple[SubnetCapacity, ...]:
    found = of_drawer(side, drawer)
    return () if isinstance(found, Unknown) else found


def _binding(side: Side) -> Said:
    limits = _limits(side)
    for each in limits.values():
        if isinstance(each.nodes, Unknown):
            return unknown(each.nodes)
    known = {kind: each.nodes for kind, each in limits.items() if isinstance(each.nodes, int)}
    kind = min(known, key=lambda each: known[each])
    return said(
        f"{known[kind]:,}, {_PLACES[kind]}",
        limits[kind].reason,
        nodes=known[kind],
    )


def _ceiling(kind: CeilingKind) -> Callable[[Side], Said]:
    """Return the question for one kind of ceiling."""

    def answer(side: Side) -> Said:
        limit = _limits(side).get(kind)
        if limit is None:
            return said(None, _absence(side, kind))
        if isinstance(limit.nodes, Unknown):
            return unknown(limit.nodes)
        reasons = _BY_MODEL.get(kind, {})
        causes = (side.because(reasons), limit.reason)
        return said(f"{limit.nodes:,}", *causes, nodes=limit.nodes)

    return answer


_BY_MODEL: Final = {
    CeilingKind.KUBENET: _ROUTES,
    CeilingKind.ROUTE_TABLE: _ROUTES,
    CeilingKind.POD_CIDR: POD_CIDR,
    CeilingKind.POD_SUBNET: POD_SUBNET,
}


def _absence(side: Side, kind: CeilingKind) -> Cause:
    """Return why a ceiling is not there."""
    if kind in _BY_MODEL:
        return side.because(_BY_MODEL[kind])
    if kind is CeilingKind.POLICY:
        return Cause("Network Policy Manager is not used")
    if kind is CeilingKind.BALANCER:
        return Cause("a Standard load balancer and no availability set")
    return Cause("Basic load balancers and availability sets stop far below it")


QUESTIONS: Final = (
    Question("most-nodes", "Most nodes", _binding),
    *(
        Question(
            f"most-nodes-by-{kind.value.lower().replace(' ', '-')}",
            f"Limit of {place.removeprefix('by ')}",
            _ceiling(kind),
        )
        for kind, place in _PLACES.items()
    ),
)
