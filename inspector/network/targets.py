"""Where a cluster may move to, and by which updates AKS takes it there.

Source: AKS "update-azure-cni" for the ways there are; "configure-azure-cni-dynamic-ip-allocation"
for a cluster whose pools cannot differ in how pods get addresses.
"""

from enum import StrEnum

from inspector.network.models import NetworkModel
from inspector.resources import NetworkProfile, same_text


class Target(StrEnum):
    """A network model, or the Cilium data plane, which leaves the addresses of pods as they are."""

    OVERLAY = "overlay"
    CILIUM = "cilium"
    NODE_SUBNET = "nodesubnet"
    POD_SUBNET = "podsubnet"

    @property
    def words(self) -> str:
        """The target as people call it."""
        return _WORDS[self]


_WORDS = {
    Target.OVERLAY: "Azure CNI Overlay",
    Target.CILIUM: "Azure CNI powered by Cilium",
    Target.NODE_SUBNET: "Azure CNI, node subnet",
    Target.POD_SUBNET: "Azure CNI, pod subnet",
}
_POD_SUBNETS = {NetworkModel.CNI_POD_SUBNET_DYNAMIC, NetworkModel.CNI_POD_SUBNET_STATIC}
_MODELS = {
    Target.OVERLAY: {NetworkModel.CNI_OVERLAY},
    Target.NODE_SUBNET: {NetworkModel.CNI_NODE_SUBNET},
    Target.POD_SUBNET: _POD_SUBNETS,
}
_WAYS: dict[tuple[NetworkModel, Target], tuple[Target, ...]] = {
    (NetworkModel.KUBENET, Target.OVERLAY): (Target.OVERLAY,),
    (NetworkModel.KUBENET, Target.CILIUM): (Target.OVERLAY, Target.CILIUM),
    (NetworkModel.CNI_NODE_SUBNET, Target.OVERLAY): (Target.OVERLAY,),
    (NetworkModel.CNI_NODE_SUBNET, Target.CILIUM): (Target.CILIUM,),
    (NetworkModel.CNI_POD_SUBNET_DYNAMIC, Target.CILIUM): (Target.CILIUM,),
    (NetworkModel.CNI_POD_SUBNET_STATIC, Target.CILIUM): (Target.CILIUM,),
    (NetworkModel.CNI_OVERLAY, Target.CILIUM): (Target.CILIUM,),
}
"""The updates of each way there is, in their order; AKS never does two of them in one."""


def is_there(profile: NetworkProfile, model: NetworkModel, target: Target) -> bool:
    """Whether the cluster already is what it is to become."""
    if target is Target.CILIUM:
        return same_text(profile.network_dataplane, "cilium")
    return model in _MODELS[target]


def way_to(target: Target, model: NetworkModel) -> tuple[Target, ...]:
    """Return the updates that take a cluster of a model there in place, none if no update does."""
    return _WAYS.get((model, target), ())
