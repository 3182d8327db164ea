"""The most nodes that a cluster may come to have, by everything that limits them.

The limits are those of a plan.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from inspector.cluster.subnet_capacity import Drawer
from inspector.comparison.answers import Question, Said, said, unknown
from inspector.comparison.side import Cause, Side
from inspector.comparison.subnets import (
    POD_CIDR,
    POD_SUBNET,
    lengths_of,
    of_drawer,
    taken_by_node,
)
from inspector.network.limits import CeilingKind
from inspector.network.models import NetworkModel
from inspector.planning.ceilings import Ceiling
from inspector.planning.draws import SubnetDraws
from inspector.report.answer import Unknown

_PLACES: Final = {
    CeilingKind.KUBENET: "kubenet",
    CeilingKind.ROUTE_TABLE: "the route table",
    CeilingKind.POD_CIDR: "the pod CIDR",
    CeilingKind.NODE_SUBNET: "the node subnet",
    CeilingKind.POD_SUBNET: "the pod subnet",
    CeilingKind.POLICY: "the policy engine",
    CeilingKind.BALANCER: "a Basic load balancer or availability sets",
    CeilingKind.CLUSTER: "AKS",
}
"""The limits of clusters, in the order in which they are told."""

_DRAWERS: Final = {
    CeilingKind.NODE_SUBNET: Drawer.NODES,
    CeilingKind.POD_SUBNET: Drawer.PODS,
}
_NO_ROUTES: Final = "needs no route for each node"
_ROUTES: Final = {
    NetworkModel.KUBENET: "each node needs routes, and a table holds 400",
    NetworkModel.CNI_OVERLAY: _NO_ROUTES,
    NetworkModel.CNI_NODE_SUBNET: _NO_ROUTES,
    NetworkModel.CNI_POD_SUBNET_DYNAMIC: _NO_ROUTES,
    NetworkModel.CNI_POD_SUBNET_STATIC: _NO_ROUTES,
    NetworkModel.BYO_CNI: _NO_ROUTES,
}
_BY_MODEL: Final = {
    CeilingKind.KUBENET: _ROUTES,
    CeilingKind.ROUTE_TABLE: _ROUTES,
    CeilingKind.POD_CIDR: POD_CIDR,
    CeilingKind.POD_SUBNET: POD_SUBNET,
}


def _ceiling_of(side: Side, kind: CeilingKind) -> Ceiling | None:
    return next((each for each in side.ceilings.rows if each.kind is kind), None)


def _binding(side: Side) -> Said:
    found = side.ceilings
    if isinstance(found.nodes.value, Unknown):
        return unknown(found.nodes.value)
    kind = found.binding.kind if found.binding is not None else CeilingKind.CLUSTER
    words = f"{_number(found.nodes.value, is_at_most=found.is_at_most)}, by {_PLACES[kind]}"
    return said(words, _why_it_binds(side, kind), nodes=found.nodes.value)


def _number(nodes: int, *, is_at_most: bool) -> str:
    return f"at most {nodes:,}" if is_at_most else f"{nodes:,}"


def _why_it_binds(side: Side, kind: CeilingKind) -> str | Cause:
    match kind:
        case CeilingKind.CLUSTER:
            return "no limit of its own network is lower"
        case CeilingKind.KUBENET | CeilingKind.ROUTE_TABLE:
            return side.because(_ROUTES)
        case _:
            return _reason(side, kind)


def _ceiling(kind: CeilingKind) -> Callable[[Side], Said]:
    """Return the question for one kind of ceiling."""

    def answer(side: Side) -> Said:
        ceiling = _ceiling_of(side, kind)
        if ceiling is None:
            return said(None, _absence(side, kind))
        nodes = ceiling.nodes.value
        if isinstance(nodes, Unknown):
            return unknown(nodes)
        causes = (side.because(_BY_MODEL.get(kind, {})), _reason(side, kind))
        return said(_number(nodes, is_at_most=ceiling.is_at_most), *causes, nodes=nodes)

    return answer


def _reason(side: Side, kind: CeilingKind) -> str:
    """Return what makes a limit as low as it is."""
    drawer = _DRAWERS.get(kind)
    if drawer is None:
        ceiling = _ceiling_of(side, kind)
        return ceiling.words if ceiling is not None else ""
    subnets = of_drawer(side, drawer)
    if isinstance(subnets, Unknown):
        return ""
    words = [f"{lengths_of(subnets)} for {drawer}", taken_by_node(subnets, drawer)]
    words += _taken_by_others(subnets) if drawer is Drawer.NODES else ()
    return ", ".join(filter(None, words))


def _taken_by_others(subnets: Iterable[SubnetDraws]) -> Iterator[str]:
    extras = [each.subnet.extras for each in subnets]
    others = sum(each for each in extras if isinstance(each, int))
    if others:
        yield f"{others:,} taken by others"


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
            f"Limit of {place}",
            _ceiling(kind),
        )
        for kind, place in _PLACES.items()
    ),
)
