"""The pod CIDR overlaps nothing that pods talk to.

What: no pod CIDR shares an address with the service CIDR, with the networks that nodes and the
API server are in, with what is peered to them, or with the ranges on premises that the
configuration names.

Why it matters: to a pod every address of the pod CIDR is a pod's. Packets for a node, a database
or a peer with such an address stay among the pods and are lost, while everything else works.

How it is decided: fails as critical where a subnet of the cluster or the service CIDR is met, as
high where the rest of a network, a peered network or a range on premises is. A network that AKS
made itself around its own pod CIDR is a note as long as no subnet lies in the shared part: AKS of
2019 to 2021 built 10.0.0.0/8 around 10.244.0.0/16. What meets a subnet of the cluster is not
reported again for the network around it. Unknown where a network or the range behind a peering
could not be seen, or where ARM gives no pod CIDR for a model that needs one. Skipped where pods
have addresses of subnets, and with a CNI of the user's own for which no pod CIDR is set; where
one is set, that CNI may still give pods other addresses. Reserved ranges are the matter of
reserved-range, the docker bridge is that of docker-bridge-cidr. Other clusters may use the same
pod CIDR. What gateways learn, and ServiceCIDR objects in the cluster (Kubernetes 1.33 and later),
do not show in ARM: name such ranges in the configuration, under on-premises.

How to fix: a pod CIDR can be enlarged but not moved. From kubenet, migrate to Azure CNI Overlay
with another pod CIDR; with Overlay, build a new cluster, or move the other range.

Sources: https://learn.microsoft.com/azure/aks/concepts-network-azure-cni-overlay,
https://learn.microsoft.com/azure/aks/concepts-network-legacy-cni
"""

from functools import partial
from typing import Final

from inspector.checking import Check, Decision, Skipped, Subject, Undecided
from inspector.checking.overlaps import Judgement, decide_overlaps
from inspector.cluster.address_plan import (
    CLUSTER_SUBNETS,
    OWN_NETWORKS,
    AddressPlan,
    Collision,
    Role,
    free_range,
)
from inspector.findings import Group, Severity
from inspector.network.models import NetworkModel

_OTHERS: Final = (Role.SERVICE_CIDR, *OWN_NETWORKS, Role.PEER, Role.ON_PREMISES)
_SUBNET_MODELS: Final = {
    NetworkModel.CNI_NODE_SUBNET,
    NetworkModel.CNI_POD_SUBNET_DYNAMIC,
    NetworkModel.CNI_POD_SUBNET_STATIC,
}
_IMPACTS: Final = {
    Role.SERVICE_CIDR: "a service and a pod can get the same address, and one hides the other",
    Role.NETWORK: "pods cannot reach what has an address in the shared part of the network",
    Role.PEER: "pods cannot reach the shared part of the network behind the peering",
    Role.ON_PREMISES: "pods cannot reach the shared part of the network on premises",
}
_MOVABLE: Final = {Role.NETWORK, Role.PEER, Role.ON_PREMISES}
_CLUSTER_IMPACT: Final = "packets between pods and what has an address in the subnet go astray"
_LATENT_IMPACT: Final = "nothing now; pods could not reach a subnet made in the shared part later"


def decide(subject: Subject) -> Decision:
    """Compare the pod CIDRs with every range around them."""
    if subject.model in _SUBNET_MODELS:
        return Skipped(f"pods have addresses of subnets: {subject.model.words}")
    if not subject.profile.all_pod_cidrs:
        if subject.model is NetworkModel.BYO_CNI:
            return Skipped("no pod CIDR is set for the CNI of the user's own")
        return Undecided("ARM does not tell the cluster's pod CIDR")
    return decide_overlaps(subject, Role.POD_CIDR, _OTHERS, partial(_judge, subject))


def _judge(subject: Subject, plan: AddressPlan, collision: Collision) -> Judgement:
    if collision.is_latent:
        return Judgement(Severity.INFO, _LATENT_IMPACT, "Make no subnet where the pod CIDR is.")
    is_own = collision.role in {Role.SERVICE_CIDR, *CLUSTER_SUBNETS}
    return Judgement(
        Severity.CRITICAL if is_own else Severity.HIGH,
        _IMPACTS.get(collision.role, _CLUSTER_IMPACT),
        _remediation(subject, plan, collision),
    )


def _remediation(subject: Subject, plan: AddressPlan, collision: Collision) -> str:
    free = free_range(plan, collision.pairs[0][0])
    example = f", {free} for example, which meets no range seen here" if free is not None else ""
    if subject.model is NetworkModel.KUBENET:
        return f"Migrate to Azure CNI Overlay with another pod CIDR{example}."
    other = " or move the other range" if collision.role in _MOVABLE else ""
    return f"Build a new cluster with another pod CIDR{example}{other}: it cannot be moved."


check = Check(
    id="pod-cidr-overlap",
    title="The pod CIDR overlaps nothing",
    group=Group.ADDRESSES,
    severity=Severity.CRITICAL,
    documentation=__doc__ or "",
    decide=decide,
)
