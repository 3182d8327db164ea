"""Which AKS network model a profile declares, and what it is called."""

from collections.abc import Iterable
from enum import StrEnum

from inspector.resources import AgentPoolProfile, NetworkProfile


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


_OTHER_PLUGINS = {"none": NetworkModel.BYO_CNI, "kubenet": NetworkModel.KUBENET}


def network_model(profile: NetworkProfile, pools: Iterable[AgentPoolProfile]) -> NetworkModel:
    """Return the declared model: the plugin decides, then its mode, then the pools' pod subnets.

    A plugin that is absent or new is not guessed at.
    """
    plugin = (profile.network_plugin or "").lower()
    if plugin != "azure":
        return _OTHER_PLUGINS.get(plugin, NetworkModel.UNRECOGNISED)
    if (profile.network_plugin_mode or "").lower() == "overlay":
        return NetworkModel.CNI_OVERLAY
    with_pod_subnet = [pool for pool in pools if pool.pod_subnet_id is not None]
    if not with_pod_subnet:
        return NetworkModel.CNI_NODE_SUBNET
    modes = {(pool.pod_ip_allocation_mode or "").lower() for pool in with_pod_subnet}
    if modes == {"staticblock"}:
        return NetworkModel.CNI_POD_SUBNET_STATIC
    return NetworkModel.CNI_POD_SUBNET_DYNAMIC


def describe_network(profile: NetworkProfile, pools: Iterable[AgentPoolProfile]) -> str:
    """Return the model in words, with its data plane, policy engine and address families."""
    words = [network_model(profile, pools).words]
    if (profile.network_dataplane or "").lower() == "cilium":
        words.append("powered by Cilium")
    policy = (profile.network_policy or "none").lower()
    if policy not in {"none", "cilium"}:
        words.append(f"{profile.network_policy} network policy")
    if profile.is_dual_stack:
        words.append("dual stack")
    return ", ".join(words)
