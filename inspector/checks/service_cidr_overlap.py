"""The service CIDR overlaps no network.

What: no service CIDR shares an address with the networks that nodes, pods and the API server are
in, with what is peered to them, or with the ranges on premises that the configuration names.

Why it matters: Azure knows nothing of the service CIDR and gives its addresses to devices in the
network. When Kubernetes gives the same address to a service, pods and nodes reach the service and
no longer the device, which works for everybody else.

How it is decided: fails as high. What meets a subnet of the cluster is not reported again for the
network around it. A network that AKS made itself around its own service CIDR is a note as long as
no subnet lies in the shared part: AKS of 2019 to 2021 built 10.0.0.0/8 around 10.0.0.0/16.
Unknown where a network or the range behind a peering could not be seen, or where ARM gives no
service CIDR. Its overlap with the pod CIDR is the matter of pod-cidr-overlap, reserved ranges are
that of reserved-range. Since Kubernetes 1.33 ServiceCIDR objects in the cluster can add ranges
that do not show in ARM, and a pass says so. Nor does what gateways learn: name such ranges in the
configuration, under on-premises.

How to fix: the service CIDR cannot be changed. Keep the shared part of the network free of
devices, and build the next cluster with another range.

Source: https://learn.microsoft.com/azure/aks/concepts-network-legacy-cni
"""

from typing import Final

from inspector.checking import Check, Decision, Subject, Undecided
from inspector.checking.overlaps import Judgement, decide_overlaps
from inspector.cluster.address_plan import (
    OWN_NETWORKS,
    AddressPlan,
    Collision,
    Role,
    free_range,
)
from inspector.findings import Group, Severity

_OTHERS: Final = (*OWN_NETWORKS, Role.PEER, Role.ON_PREMISES)
_PLACES: Final = {
    Role.NETWORK: "in the network",
    Role.PEER: "behind the peering",
    Role.ON_PREMISES: "on premises",
}
_LATENT_IMPACT: Final = "nothing now; services could hide a subnet made in the shared part later"


def decide(subject: Subject) -> Decision:
    """Compare the service CIDRs with every network around them."""
    if not subject.profile.all_service_cidrs:
        return Undecided("ARM does not tell the cluster's service CIDR")
    return decide_overlaps(subject, Role.SERVICE_CIDR, _OTHERS, _judge)


def _judge(plan: AddressPlan, collision: Collision) -> Judgement:
    if collision.is_latent:
        return Judgement(Severity.INFO, _LATENT_IMPACT, "Make no subnet where the service CIDR is.")
    place = _PLACES.get(collision.role, "in the subnet")
    impact = f"a service can take the address of a device {place} and hide it from nodes and pods"
    return Judgement(Severity.HIGH, impact, _remediation(plan, collision))


def _remediation(plan: AddressPlan, collision: Collision) -> str:
    pods = (free_range(plan, each) for each in plan.of(Role.POD_CIDR))  # may have to move as well
    free = free_range(plan, collision.pairs[0][0], [each for each in pods if each is not None])
    example = f", {free} for example, which meets no range seen here" if free is not None else ""
    return (
        f"Build a new cluster with another service CIDR{example}: it cannot be changed. "
        "Until then give no device an address in the shared part."
    )


check = Check(
    id="service-cidr-overlap",
    title="The service CIDR overlaps no network",
    group=Group.ADDRESSES,
    severity=Severity.HIGH,
    documentation=__doc__ or "",
    decide=decide,
)
