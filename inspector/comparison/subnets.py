"""Subnets of nodes and pods and the pod CIDR: how large, how full, and room for how many nodes."""

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Network
from typing import Final

from inspector.cluster.node_room import SLICED
from inspector.cluster.subnet_capacity import Drawer, SubnetCapacity, Untold
from inspector.comparison.addresses import spread
from inspector.comparison.answers import Question, Said, said, unknown, untold
from inspector.comparison.side import Side
from inspector.network.address_needs import addresses_per_node, nodes_that_fit, pod_cidr_slots
from inspector.network.addresses import parse_range
from inspector.network.models import NetworkModel
from inspector.report.answer import Unknown, unknown_of
from inspector.wording import count, names

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


def of_drawer(side: Side, drawer: Drawer) -> tuple[SubnetCapacity, ...] | Unknown:
    """Return the subnets that nodes, or pods, draw from; a subnet of nobody is of nodes."""
    found = side.subnets
    if isinstance(found, Unknown):
        return found
    return tuple(
        each for each in found if each.of(drawer) or (drawer is Drawer.NODES and not each.draws)
    )


def room_of(side: Side, subnet: SubnetCapacity) -> int | Unknown:
    """Return how many nodes more fit a subnet, each with what the largest takes."""
    free = subnet.use.free
    if free is None:
        return side.untold(f"subnet {subnet.name} has no IPv4 range")
    if isinstance(free, Untold):
        return figure_unknown(side, free)
    taken = [each.addresses_per_node for each in subnet.draws]
    taken = taken or [addresses_per_node(side.model, None).node_subnet]
    known = [each for each in taken if each is not None]
    if len(known) < len(taken):
        return side.untold("ARM does not tell what a node takes of its subnet")
    return nodes_that_fit(free, max(known)) or 0


def figure_unknown(side: Side, figure: Untold) -> Unknown:
    """Return a figure of a subnet that is not known."""
    if figure.gap is not None:
        return unknown_of(figure.gap)
    return side.untold(figure.reason, "Kubernetes API")


def lengths(texts: Iterable[str]) -> str:
    """Return the IPv4 ranges by their size: ``a /24 and a /25``."""
    ranges = [each for each in map(parse_range, texts) if isinstance(each, IPv4Network)]
    found = sorted(each.prefixlen for each in ranges)
    if len(found) > 2:  # noqa: PLR2004 - two are still a list
        return f"{len(found)}: {', '.join(f'/{each}' for each in found)}"
    return " and ".join(f"a /{each}" for each in found)


def lengths_of(subnets: Iterable[SubnetCapacity]) -> str:
    """Return the subnets by their size."""
    return lengths(_prefixes(subnets))


def _prefixes(subnets: Iterable[SubnetCapacity]) -> list[str]:
    seen = (each.subnet for each in subnets if each.subnet is not None)
    return [prefix for each in seen for prefix in each.prefixes]


def _node_subnet(side: Side) -> Said:
    found = of_drawer(side, Drawer.NODES)
    if isinstance(found, Unknown):
        return unknown(found)
    group = side.cluster.infrastructure_group
    is_aks = all(each.id.resource_group_id == group for each in found)
    prefixes = _prefixes(found)
    cause = "the network is AKS's own" if is_aks else "the network is the user's"
    return said(lengths(prefixes), cause, detail=names(prefixes), subnets=len(found))


def _use(side: Side) -> Said:
    found = of_drawer(side, Drawer.NODES)
    if isinstance(found, Unknown):
        return unknown(found)
    used, free = 0, 0
    for each in found:
        for figure in (each.use.used, each.use.free):
            if isinstance(figure, Untold):
                return unknown(figure_unknown(side, figure))
        used += each.use.used if isinstance(each.use.used, int) else 0
        free += each.use.free if isinstance(each.use.free, int) else 0
    words = f"{used:,} given out, {free:,} free"
    nodes = count(len(side.topology.nodes), "node")
    causes = (taken_by_node(found), lengths_of(found), nodes)
    return said(words, *causes, given_out=used, free=free)


def taken_by_node(subnets: Sequence[SubnetCapacity]) -> str:
    """Return what a node takes of the subnets, in words, empty where no pool is in them."""
    draws = (draw for each in subnets for draw in each.of(Drawer.NODES))
    taken = {each.addresses_per_node for each in draws if each.addresses_per_node is not None}
    return f"a node takes {spread(taken)}{' when full' if taken != {1} else ''}" if taken else ""


def _fit(side: Side) -> Said:
    found = of_drawer(side, Drawer.NODES)
    if isinstance(found, Unknown):
        return unknown(found)
    total = 0
    for each in found:
        room = room_of(side, each)
        if isinstance(room, Unknown):
            return unknown(room)
        total += room
    causes = (taken_by_node(found), lengths_of(found), count(len(side.topology.nodes), "node"))
    return said(f"{total:,}", *causes, nodes=total)


def _pod_subnet(side: Side) -> Said:
    found = of_drawer(side, Drawer.PODS)
    if isinstance(found, Unknown):
        return unknown(found)
    cause = side.because(POD_SUBNET)
    if not found:
        return said(None, cause)
    usable = [each.use.usable for each in found]
    known = [each for each in usable if isinstance(each, int)]
    if len(known) < len(usable):
        return unknown(side.untold("a pod subnet has no IPv4 range"))
    prefixes = _prefixes(found)
    words = f"{lengths(prefixes)}, {sum(known):,} usable, given out not visible"
    return said(words, cause, detail=names(prefixes), usable=sum(known))


def _pod_cidr(side: Side) -> Said:
    cause = side.because(POD_CIDR)
    cidrs = side.profile.all_pod_cidrs
    if not cidrs:
        return said(None, cause)
    try:
        sizes = lengths(cidrs)
    except ValueError as error:
        return untold(side.cluster.id, f"a pod CIDR is no range: {error}")
    if side.model not in SLICED:
        return said(sizes, cause, detail=names(cidrs))
    if side.room.slice_length is None:
        return unknown(unknown_of(side.room.gaps[0]))
    slots = pod_cidr_slots(cidrs, side.room.slice_length) or 0
    words = f"{sizes}, a /{side.room.slice_length} for each of {slots:,} nodes"
    return said(words, cause, detail=names(cidrs), nodes=slots)


QUESTIONS: Final = (
    Question("node-subnet", "Node subnet", _node_subnet),
    Question("node-subnet-use", "Addresses of the node subnet", _use),
    Question("nodes-that-fit", "Nodes that still fit", _fit),
    Question("pod-subnet", "Pod subnet", _pod_subnet),
    Question("pod-cidr", "Pod CIDR", _pod_cidr),
)
