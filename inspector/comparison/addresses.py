"""Addresses on the nodes' interfaces and in their subnets: per node, per pod, by device."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from inspector.cluster.devices import Device, DeviceType
from inspector.comparison.answers import Question, Said, said, unknown, untold
from inspector.comparison.side import Cause, Side
from inspector.network.address_needs import addresses_per_node
from inspector.network.models import NetworkModel
from inspector.planning.figures import several
from inspector.report.answer import Unknown, unknown_of
from inspector.report.network_model import PoolModel
from inspector.wording import pair

_ON_NIC: Final = {
    NetworkModel.KUBENET: "1 for the node, pods have addresses of the pod CIDR",
    NetworkModel.CNI_OVERLAY: "1 for the node, pods have addresses of the pod CIDR",
    NetworkModel.CNI_NODE_SUBNET: "1 for the node, 1 for each pod not on the host's network",
    NetworkModel.CNI_POD_SUBNET_DYNAMIC: "1 for the node, pods have addresses of their own subnet",
    NetworkModel.CNI_POD_SUBNET_STATIC: "1 for the node, pods have addresses of their own subnet",
    NetworkModel.BYO_CNI: "1 for the node",
}
_OF_NODE: Final = {
    NetworkModel.KUBENET: "the node alone takes a VNet address, pods are behind NAT",
    NetworkModel.CNI_OVERLAY: "the node alone takes a VNet address, pods are in an overlay",
    NetworkModel.CNI_NODE_SUBNET: "each pod is a VNet member, with an address on the node's NIC",
    NetworkModel.CNI_POD_SUBNET_DYNAMIC: "each pod is a VNet member, in a subnet of the pods'",
    NetworkModel.CNI_POD_SUBNET_STATIC: "each pod is a VNet member, in a subnet of the pods'",
    NetworkModel.BYO_CNI: "what the node takes beyond its own address is your plugin's business",
}
_OF_POD: Final = {
    NetworkModel.KUBENET: "pods leave with the node's address",
    NetworkModel.CNI_OVERLAY: "pods leave with the node's address",
    NetworkModel.CNI_NODE_SUBNET: "pods are VNet members",
    NetworkModel.CNI_POD_SUBNET_DYNAMIC: "pods are VNet members",
    NetworkModel.CNI_POD_SUBNET_STATIC: "pods are VNet members",
}
_NOT_SHOWN: Final = "ARM does not show the addresses of a pod subnet"
_AMONG_DEVICES: Final = {
    NetworkModel.KUBENET: "pods have no VNet address",
    NetworkModel.CNI_OVERLAY: "pods have no VNet address",
    NetworkModel.CNI_NODE_SUBNET: "the NIC holds the pods' addresses in advance",
    NetworkModel.CNI_POD_SUBNET_DYNAMIC: _NOT_SHOWN,
    NetworkModel.CNI_POD_SUBNET_STATIC: _NOT_SHOWN,
    NetworkModel.BYO_CNI: "what pods take is your plugin's business",
}
_DEVICES: Final = {
    DeviceType.NODE: "of nodes",
    DeviceType.INTERNAL_BALANCER: "of internal load balancers",
    DeviceType.API_SERVER: "of the API server",
    DeviceType.PRIVATE_ENDPOINT: "of private endpoints",
    DeviceType.APPLICATION_GATEWAY: "of application gateways",
    DeviceType.FIREWALL: "of Azure Firewall",
    DeviceType.BASTION: "of Bastion",
    DeviceType.NETWORK_GATEWAY: "of network gateways",
    DeviceType.OTHER_CLUSTER: "of other clusters",
    DeviceType.SCALE_SET: "of other scale sets",
    DeviceType.INTERFACE: "of other interfaces",
    DeviceType.OTHER: "of others",
}
_HOST_PODS: Final = 2


def spread(numbers: Iterable[int]) -> str:
    """Return the numbers that there are: one, two, or the least and the most of several."""
    found = [f"{each:,}" for each in sorted(set(numbers))]
    return pair(found, more=" to ".join(found[:: max(1, len(found) - 1)]))


def _declared_pools(side: Side) -> Sequence[PoolModel]:
    """Return what the pools look like, without the nodes of none."""
    return side.models.pools[: len(side.pools)]


def _expected(side: Side) -> Said:
    pools = _declared_pools(side)
    if not pools:
        return said(None, "no pool")
    spans = {
        (each.expected_least, each.expected_most)
        for each in pools
        if each.expected_least is not None and each.expected_most is not None
    }
    if any(each.expected_least is None for each in pools):
        return untold(side.cluster.id, "neither model nor maxPods tell how many there should be")
    least, most = min(first for first, _ in spans), max(last for _, last in spans)
    each = [f"{first}" if first == last else f"{first} to {last}" for first, last in sorted(spans)]
    words = pair(each, more=f"{least} to {most}")
    return said(
        f"{words}{_and_ipv6(side.profile.is_dual_stack)}",
        side.because(_ON_NIC),
        _max_pods(side),
        _families(side),
        least=least,
        most=most,
    )


def _and_ipv6(number: int) -> str:
    return f" and {number:d} IPv6" if number else ""


def _max_pods(side: Side) -> str:
    """Return the setting that counts where pods take addresses of the network."""
    if side.model in {NetworkModel.KUBENET, NetworkModel.CNI_OVERLAY, NetworkModel.BYO_CNI}:
        return ""
    return f"maxPods {spread(each.max_pods for each in side.pools if each.max_pods is not None)}"


def _families(side: Side) -> str:
    return "dual stack" if side.profile.is_dual_stack else "IPv4 alone"


def _seen(side: Side) -> Said:
    hidden = hidden_of_nodes(side)
    if hidden is not None:
        return unknown(hidden)
    nodes: Counter[int] = Counter()
    ipv6: set[int] = set()
    for pool in side.models.pools:
        nodes.update({each.ip_configurations: each.nodes for each in pool.ipv4_configurations})
        ipv6.update(each.ip_configurations for each in pool.ipv6_configurations)
    if not nodes:
        return said(None, "no node")
    words = f"{spread(nodes)}{_and_ipv6(max(ipv6, default=0))}"
    every = sorted(nodes)
    histogram = ", ".join(f"{several(nodes[each], 'node')} with {each}" for each in every)
    return said(
        words,
        _era(side, set(nodes)),
        _max_pods(side),
        _families(side),
        f"NICs differ: {histogram}" if len(every) > 1 else "",
        detail=histogram if len(every) > 1 else None,
        least=min(nodes),
        most=max(nodes),
        nodes=nodes.total(),
    )


def hidden_of_nodes(side: Side) -> Unknown | None:
    """Return what hides interfaces of nodes, if anything does."""
    gaps = side.topology.hidden_nodes
    if gaps:
        return unknown_of(gaps[0])
    return next((each for pool in side.models.pools for each in pool.missing), None)


def _era(side: Side, seen: set[int]) -> Cause:
    """Return how a node subnet makes the number: since 2022 pods on the host's network take none.

    Source: AKS changelog of 2022-01-07.
    """
    pods = {each.max_pods for each in side.pools if each.max_pods is not None}
    if side.model is not NetworkModel.CNI_NODE_SUBNET or len(pods) != 1:
        return side.because(_ON_NIC)
    (max_pods,) = pods
    own = f"1 for the node and 1 for each of {max_pods} pods"
    if seen == {1 + max_pods}:
        return side.because({side.model: f"{own}, as on nodes from before 2022"})
    if seen == {1 + max_pods - _HOST_PODS}:
        return side.because({side.model: f"{own} but {_HOST_PODS} on the host's network"})
    return side.because(_ON_NIC)


def _per_node(side: Side) -> Said:
    """Return what a node takes of the VNet: as the NICs show it, and full of pods."""
    hidden = hidden_of_nodes(side)
    if hidden is not None:
        return unknown(hidden)
    least: set[int] = set()
    full: set[int] = set()
    for pool, seen in zip(side.pools, _declared_pools(side), strict=True):
        taken = addresses_per_node(seen.declared, pool.max_pods)
        if taken.node_subnet is None or taken.pod_subnet is None:
            return untold(side.cluster.id, "neither model nor maxPods tell what a node takes")
        on_nics = {each.ip_configurations for each in seen.ipv4_configurations}
        floor = taken.pod_subnet_floor or 0
        least |= {floor + each for each in on_nics or {taken.node_subnet}}
        full.add(taken.node_subnet + taken.pod_subnet)
    if not full:
        return said(None, "no pool")
    words = spread(least)
    words += f", up to {max(full)}" if max(full) > max(least) else ""
    causes = (side.because(_OF_NODE), _max_pods(side), f"NICs hold {spread(least)}")
    figures = {"least": min(least), "most": max(least)}
    return said(words, *causes, counted=figures, full_least=min(full), full_most=max(full))


def _per_pod(side: Side) -> Said:
    model = side.model
    if model in {NetworkModel.BYO_CNI, NetworkModel.UNRECOGNISED}:
        reason = "ARM does not show where the network plugin takes pods' addresses from"
        return untold(side.cluster.id, reason, "Kubernetes API")
    number = 0 if model in {NetworkModel.KUBENET, NetworkModel.CNI_OVERLAY} else 1
    return said(str(number), side.because(_OF_POD), addresses=number)


def _devices(side: Side) -> Said:
    found = side.devices
    if isinstance(found, Unknown):
        return unknown(found)
    kinds = Counter(each.type for each in found)
    parts = [f"{kinds[each]:,} {_DEVICES[each]}" for each in DeviceType if kinds[each]]
    words = (
        f"{len(found):,}, all {_DEVICES[found[0].type]}"
        if len(parts) == 1
        else (f"{len(found):,}: {', '.join(parts)}" if parts else "0")
    )
    figures = {each.name.lower(): kinds[each] for each in DeviceType if kinds[each]}
    others = sum(each.type is not DeviceType.NODE for each in found)
    size = several(_nodes(found), "node") + (
        f" and {several(others, 'device')} more" if others else ""
    )
    causes = (side.because(_AMONG_DEVICES), size)
    return said(words, *causes, total=len(found), counted=figures)


def _nodes(devices: Iterable[Device]) -> int:
    return len({each.node.id for each in devices if each.node is not None})


def _pods_among(side: Side) -> Said:
    found = side.devices
    if isinstance(found, Unknown):
        return unknown(found)
    cause = side.because(_AMONG_DEVICES)
    if side.model in {NetworkModel.BYO_CNI, NetworkModel.UNRECOGNISED}:
        return untold(side.cluster.id, "whether pods are among them is the plugin's business")
    if side.model is not NetworkModel.CNI_NODE_SUBNET:
        is_of_pods = cause.reason == _NOT_SHOWN
        return said("no, though they are VNet members" if is_of_pods else "no", cause)
    of_nodes = sum(each.type is DeviceType.NODE for each in found)
    if not of_nodes:
        return said(None, "no node")
    pods = of_nodes - _nodes(found)
    return said(f"yes, {pods:,} of {of_nodes:,} are for pods", cause, pods=pods, of_nodes=of_nodes)


QUESTIONS: Final = (
    Question("ip-configurations-expected", "IP configurations per NIC, expected", _expected),
    Question("ip-configurations-seen", "IP configurations per NIC, seen", _seen),
    Question("vnet-addresses-per-node", "VNet addresses per node", _per_node),
    Question("vnet-addresses-per-pod", "VNet addresses per pod", _per_pod),
    Question("connected-devices", "Connected devices", _devices),
    Question("pods-among-devices", "Pods among the devices", _pods_among),
)
