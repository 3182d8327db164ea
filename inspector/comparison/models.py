"""The network model, the data plane and the policy engine, and who gives pods their addresses."""

from typing import Final

import msgspec

from inspector.cluster.fingerprint import Agreement
from inspector.comparison.addresses import hidden_of_nodes
from inspector.comparison.answers import (
    Question,
    Said,
    at_least,
    made_of,
    said,
    unknown,
    untold,
)
from inspector.comparison.side import Side
from inspector.network.models import NetworkModel, describe_network, unrecognised
from inspector.report.answer import Unknown
from inspector.report.network_model import NetworkModels
from inspector.wording import count, names

_PLANES: Final = {
    "azure": "Azure's data plane: the nodes' kernels forward, as kube-proxy tells them",
    "cilium": "Cilium: eBPF on the nodes forwards and filters",
}
_NO_PLANE: Final = {
    NetworkModel.KUBENET: "a bridge on each node, and no choice of data plane",
    NetworkModel.BYO_CNI: "the data plane is yours",
}
_POLICIES: Final = {
    "none": "no engine: pods may reach each other",
    "azure": "Azure Network Policy Manager: made for 250 nodes",
    "calico": "Calico on every node",
    "cilium": "Cilium: the data plane itself enforces policies",
}
_NOT_AS_DECLARED: Final = "not as declared"
_SOURCES: Final = {
    NetworkModel.KUBENET: "the pod CIDR, outside the VNet",
    NetworkModel.CNI_OVERLAY: "the pod CIDR, outside the VNet",
    NetworkModel.CNI_NODE_SUBNET: "the node subnet",
    NetworkModel.CNI_POD_SUBNET_DYNAMIC: "a subnet of their own, 16 at a time",
    NetworkModel.CNI_POD_SUBNET_STATIC: "a subnet of their own, in /28 blocks",
    NetworkModel.BYO_CNI: "the CNI you installed",
}
_WHO_GIVES: Final = {
    NetworkModel.KUBENET: "each node has a slice that routes lead to",
    NetworkModel.CNI_OVERLAY: "each node has a slice that Azure itself routes",
    NetworkModel.CNI_NODE_SUBNET: "the node's NIC holds an address for each of its pods",
    NetworkModel.CNI_POD_SUBNET_DYNAMIC: "a node asks for more as its pods need them",
    NetworkModel.CNI_POD_SUBNET_STATIC: "a node has all its blocks from the start",
    NetworkModel.BYO_CNI: "ARM knows nothing of its addresses",
}


def _model(side: Side) -> Said:
    if side.model is NetworkModel.UNRECOGNISED:
        return untold(side.cluster.id, unrecognised(side.profile))
    bare = msgspec.structs.replace(side.profile, network_dataplane=None, network_policy=None)
    families = "IPv4 and IPv6" if side.profile.is_dual_stack else "IPv4 alone"
    return said(describe_network(bare, side.pools), _settings(side), families)


def _settings(side: Side) -> str:
    profile = side.profile
    mode = profile.network_plugin_mode
    words = f"networkPlugin {profile.network_plugin}"
    if mode:
        return f"{words}, networkPluginMode {mode}"
    if any(each.pod_subnet_id is not None for each in side.pools):
        return f"{words}, pools with podSubnetID"
    return words if side.model is not NetworkModel.CNI_NODE_SUBNET else f"{words}, no mode"


def _looks_as_declared(side: Side) -> Said:
    models = side.models
    hidden = hidden_of_nodes(side)
    match models.agreement:
        case Agreement.AGREES:
            return said("yes", "NICs, routes and tags are what the model makes")
        case Agreement.DIFFERS:
            return _differences(models, hidden)
        case Agreement.UNKNOWN:
            if hidden is None and not any(each.nodes for each in models.pools):
                return said(None, "no node")
            return unknown(hidden or side.untold("the nodes do not tell their model"))


def _differences(models: NetworkModels, hidden: Unknown | None) -> Said:
    """Return that nodes do not look as declared, and by what, whatever their pools are called.

    Hidden nodes may belong to a difference, which then counts others than it says.
    """
    told = [f"{each.pool}: {words}" for each in models.pools for words in each.differences]
    cause = names(told, most=2)
    if hidden is not None:
        return at_least(made_of(said("no", cause), [_NOT_AS_DECLARED]), [hidden])
    number = count(len(told), "difference")
    found = said("no", cause, detail=number, differences=len(told))
    parts = (words for each in models.pools for words in each.differences)
    return made_of(found, (_NOT_AS_DECLARED, *parts))


def _data_plane(side: Side) -> Said:
    """Return the data plane; a profile of Azure CNI that names none has Azure's own."""
    name = (side.profile.network_dataplane or "").lower() or None
    if name is None and side.model in _NO_PLANE:
        return said(None, side.because(_NO_PLANE))
    if name is None and side.model is NetworkModel.UNRECOGNISED:
        return untold(side.cluster.id, unrecognised(side.profile))
    name = name or "azure"
    return said(name, _PLANES.get(name, ""))


def _policy(side: Side) -> Said:
    name = (side.profile.network_policy or "none").lower()
    return said(name, _POLICIES.get(name, ""))


def _pod_addresses(side: Side) -> Said:
    declared = dict.fromkeys(each.declared for each in side.models.pools) or {side.model: None}
    sources = [_SOURCES[each] for each in declared if each in _SOURCES]
    if not sources:
        return untold(side.cluster.id, unrecognised(side.profile))
    return said("; ".join(sources), side.because(_WHO_GIVES))


QUESTIONS: Final = (
    Question("network-model", "Network model", _model),
    Question("looks-as-declared", "Nodes look as declared", _looks_as_declared),
    Question("data-plane", "Data plane", _data_plane),
    Question("network-policy", "Network policy", _policy),
    Question("pod-addresses", "Pods get addresses from", _pod_addresses),
)
