"""Which AKS network model a profile declares, and what it is called."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from inspector.resources import AgentPoolProfile, NetworkProfile, same_text


class NetworkModel(StrEnum):
    """How pods get their addresses."""

    KUBENET = "kubenet"
    CNI_NODE_SUBNET = "cni-nodesubnet"
    CNI_POD_SUBNET_DYNAMIC = "cni-podsubnet-dynamic"
    CNI_POD_SUBNET_STATIC = "cni-podsubnet-static"
    CNI_OVERLAY = "cni-overlay"
    BYO_CNI = "byo-cni"
    UNRECOGNISED = "unrecognised"

    @property
    def words(self) -> str:
        """The model as people call it."""
        return _WORDS[self]


_WORDS = {
    NetworkModel.KUBENET: "kubenet",
    NetworkModel.CNI_NODE_SUBNET: "Azure CNI, node subnet",
    NetworkModel.CNI_POD_SUBNET_DYNAMIC: "Azure CNI, pod subnet with dynamic allocation",
    NetworkModel.CNI_POD_SUBNET_STATIC: "Azure CNI, pod subnet with static blocks",
    NetworkModel.CNI_OVERLAY: "Azure CNI Overlay",
    NetworkModel.BYO_CNI: "bring your own CNI",
    NetworkModel.UNRECOGNISED: "not recognised",
}


_POD_SUBNET: Final = "Azure CNI, pod subnet "
_OTHER_PLUGINS: Final = {"none": NetworkModel.BYO_CNI, "kubenet": NetworkModel.KUBENET}
_MOST_HOST_NETWORK_PODS: Final = 10


def network_model(profile: NetworkProfile, pools: Iterable[AgentPoolProfile]) -> NetworkModel:
    """Return the declared model: the plugin decides, then its mode, then the pools' pod subnets.

    A plugin that is absent or new is not guessed at. Where pools differ the first with a pod
    subnet speaks, one with dynamic allocation before one with blocks.
    """
    models = [pool_model(profile, pool) for pool in pools] or [pool_model(profile, None)]
    for model in (NetworkModel.CNI_POD_SUBNET_DYNAMIC, NetworkModel.CNI_POD_SUBNET_STATIC):
        if model in models:
            return model
    return models[0]


def pool_model(profile: NetworkProfile, pool: AgentPoolProfile | None) -> NetworkModel:
    """Return the model declared for one pool, or for nodes outside any pool."""
    plugin = (profile.network_plugin or "").lower()
    if plugin != "azure":
        return _OTHER_PLUGINS.get(plugin, NetworkModel.UNRECOGNISED)
    if same_text(profile.network_plugin_mode, "overlay"):
        return NetworkModel.CNI_OVERLAY
    if pool is None or pool.pod_subnet_id is None:
        return NetworkModel.CNI_NODE_SUBNET
    if same_text(pool.pod_ip_allocation_mode, "StaticBlock"):
        return NetworkModel.CNI_POD_SUBNET_STATIC
    return NetworkModel.CNI_POD_SUBNET_DYNAMIC


def is_gateway(pool: AgentPoolProfile | None) -> bool:
    """Whether the pool is a static egress gateway, which gives its nodes further addresses.

    Source: kube-egress-gateway, design: each gateway configuration adds an IP configuration.
    """
    return pool is not None and same_text(pool.mode, "Gateway")


def unrecognised(profile: NetworkProfile) -> str:
    """Return why the model of a profile is not recognised."""
    if not profile.network_plugin:
        return "ARM does not tell the cluster's network plugin"
    return f"network plugin {profile.network_plugin} is not recognised"


def expected_configurations(
    model: NetworkModel,
    max_pods: int | None,
    host_network_pods: int = _MOST_HOST_NETWORK_PODS,
) -> range | None:
    """Return how many IPv4 configurations a node's NIC may have; ``None`` where nothing tells.

    Node subnet gives the node and each pod that is not on the host's network one. Clusters built
    since 2022 have 2 such pods, older ones reserved for none; other numbers up to
    ``host_network_pods`` are taken as possible. A node made by auto-provisioning has ``max_pods``
    in all, which is inside. Sources: AKS changelog of 2022-01-07; karpenter-provider-azure.
    """
    if model is NetworkModel.UNRECOGNISED:
        return None
    if model is not NetworkModel.CNI_NODE_SUBNET:
        return range(1, 2)
    if max_pods is None:
        return None
    return range(max(2, 1 + max_pods - host_network_pods), max_pods + 2)


def describe_network(profile: NetworkProfile, pools: Iterable[AgentPoolProfile]) -> str:
    """Return the model in words, with its data plane, policy engine and address families."""
    models = dict.fromkeys(pool_model(profile, pool) for pool in pools)
    named = [model.words for model in models] or [pool_model(profile, None).words]
    more = (each.removeprefix(_POD_SUBNET) for each in named[1:])
    words = [" and ".join((named[0], *more))]
    if (profile.network_dataplane or "").lower() == "cilium":
        words.append("powered by Cilium")
    policy = (profile.network_policy or "none").lower()
    if policy not in {"none", "cilium"}:
        words.append(f"{profile.network_policy} network policy")
    if profile.is_dual_stack:
        words.append("dual stack")
    return ", ".join(words)
