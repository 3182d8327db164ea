"""Subnets of nodes and pods and the pod CIDR: how large, how full, and room for how many nodes."""

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Network
from typing import Final

from inspector.cluster.subnet_capacity import Drawer, subnet_capacities
from inspector.comparison.addresses import spread
from inspector.comparison.answers import Question, Said, said, unknown, untold
from inspector.comparison.side import Side
from inspector.network.addresses import parse_range
from inspector.network.limits import CeilingKind
from inspector.network.models import NetworkModel
from inspector.planning.arithmetic import total
from inspector.planning.draws import SubnetDraws
from inspector.planning.figures import figure, several
from inspector.planning.runway import pod_cidr_runway
from inspector.report.answer import Unknown
from inspector.wording import names, pair

POD_SUBNET: Final = {
    NetworkModel.KUBENET: "pods take addresses of the pod CIDR",
    NetworkModel.CNI_OVERLAY: "pods take addresses of the pod CIDR",
    NetworkModel.CNI_NODE_SUBNET: "pods take addresses of the node subnet",
    NetworkModel.CNI_POD_SUBNET_DYNAMIC: "nodes take 16 addresses at a time",
    NetworkModel.CNI_POD_SUBNET_STATIC: "nodes take /28 blocks for all their pods",
}
POD_CIDR: Final = {
    NetworkModel.KUBENET: "each node needs a slice of it, and a route to that",
    NetworkModel.CNI_OVERLAY: "each node needs a slice of it",
    NetworkModel.CNI_NODE_SUBNET: "pods take addresses of the node subnet",
    NetworkModel.CNI_POD_SUBNET_DYNAMIC: "pods take addresses of their own subnet",
    NetworkModel.CNI_POD_SUBNET_STATIC: "pods take addresses of their own subnet",
    NetworkModel.BYO_CNI: "AKS gives nodes no slices of it",
}


def of_drawer(side: Side, drawer: Drawer) -> tuple[SubnetDraws, ...] | Unknown:
    """Return the subnets that nodes, or pods, draw from; a subnet of nobody is of nodes."""
    found = side.subnets
    if isinstance(found, Unknown):
        return found
    fitting = {each.id for each in side.topology.once(subnet_capacities).of(drawer)}
    return tuple(each for each in side.drawn.every if each.subnet.id in fitting)


def lengths(texts: Iterable[str]) -> str:
    """Return the IPv4 ranges by their size: ``a /24 and a /25``."""
    ranges = [each for each in map(parse_range, texts) if isinstance(each, IPv4Network)]
    found = sorted(each.prefixlen for each in ranges)
    more = f"{len(found)}: {', '.join(f'/{each}' for each in found)}"
    return pair([f"a /{each}" for each in found], more)


def lengths_of(subnets: Iterable[SubnetDraws]) -> str:
    """Return the subnets by their size."""
    return lengths(_prefixes(subnets))


def _prefixes(subnets: Iterable[SubnetDraws]) -> list[str]:
    seen = (each.subnet.subnet for each in subnets if each.subnet.subnet is not None)
    return [prefix for each in seen for prefix in each.prefixes]


def _node_subnet(side: Side) -> Said:
    found = of_drawer(side, Drawer.NODES)
    if isinstance(found, Unknown):
        return unknown(found)
    prefixes = _prefixes(found)
    words = lengths(prefixes) or None
    return said(words, side.whose_network, detail=names(prefixes), subnets=len(found))


def _use(side: Side) -> Said:
    found = of_drawer(side, Drawer.NODES)
    if isinstance(found, Unknown):
        return unknown(found)
    used = figure(lambda: total(each.given_out for each in found))
    free = figure(lambda: total(each.free for each in found))
    for each in (used, free):
        if isinstance(each.value, Unknown):
            return unknown(each.value)
    words = f"{used.number:,} given out, {free.number:,} free"
    causes = _causes_of_use(side, found)
    return said(words, *causes, given_out=used.number or 0, free=free.number or 0)


def _causes_of_use(side: Side, subnets: Sequence[SubnetDraws]) -> tuple[str, ...]:
    nodes = several(len(side.topology.nodes), "node")
    return taken_by_node(subnets), lengths_of(subnets), nodes


def taken_by_node(subnets: Iterable[SubnetDraws], drawer: Drawer = Drawer.NODES) -> str:
    """Return what a node takes of the subnets, in words, empty where no pool is in them."""
    draws = (draw for each in subnets for draw in each.subnet.of(drawer))
    taken = {each.addresses_per_node for each in draws if each.addresses_per_node is not None}
    return f"a node takes {spread(taken)}{' when full' if taken != {1} else ''}" if taken else ""


def _fit(side: Side) -> Said:
    found = of_drawer(side, Drawer.NODES)
    if isinstance(found, Unknown):
        return unknown(found)
    rows = side.ceilings.rows
    left = next(each.left_now for each in rows if each.kind is CeilingKind.NODE_SUBNET)
    if isinstance(left.value, Unknown):
        return unknown(left.value)
    taken = {draw.addresses_per_node for each in found for draw in each.subnet.of(Drawer.NODES)}
    words = several(left.value, "node")
    words += " of those that take least" if len(taken) > 1 else ""
    *causes, nodes = _causes_of_use(side, found)
    starting = (side.ceilings.sizes[0].nodes.number or 0) - len(side.topology.nodes)
    nodes += f" and {starting:,} that may start again" if starting > 0 else ""
    return said(words, *causes, nodes, nodes=left.value)


def _pod_subnet(side: Side) -> Said:
    found = of_drawer(side, Drawer.PODS)
    if isinstance(found, Unknown):
        return unknown(found)
    cause = side.because(POD_SUBNET)
    if not found:
        return said(None, cause)
    usable = figure(lambda: total(each.usable for each in found))
    if isinstance(usable.value, Unknown):
        return unknown(usable.value)
    prefixes = _prefixes(found)
    words = f"{lengths(prefixes)}, {usable.value:,} usable, given out not visible"
    return said(words, cause, detail=names(prefixes), usable=usable.value)


def _pod_cidr(side: Side) -> Said:
    cause = side.because(POD_CIDR)
    cidrs = side.profile.all_pod_cidrs
    if not cidrs:
        return said(None, cause)
    try:
        sizes = lengths(cidrs)
    except ValueError as error:
        return untold(side.cluster.id, f"a pod CIDR is no range: {error}")
    room = pod_cidr_runway(side.basis)
    if room is None:
        return said(sizes or None, cause, detail=names(cidrs))
    slices = room.slices.value
    if isinstance(slices, Unknown):
        return unknown(slices)
    words = f"{sizes}, a /{room.slice_length} for each of {several(slices, 'node')}"
    return said(words, cause, detail=names(cidrs), nodes=slices)


QUESTIONS: Final = (
    Question("node-subnet", "Node subnet", _node_subnet),
    Question("node-subnet-use", "Addresses of the node subnet", _use),
    Question("nodes-that-fit", "Room for nodes, node subnet alone", _fit),
    Question("pod-subnet", "Pod subnet", _pod_subnet),
    Question("pod-cidr", "Pod CIDR", _pod_cidr),
)
