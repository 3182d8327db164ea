"""The Docker bridge of older clusters overlaps nothing of the cluster.

What: ``dockerBridgeCidr``, 172.17.0.1/16 unless it was set, shares no address with the pod CIDR,
the service CIDR and the networks of the cluster.

Why it matters: a node that runs Docker has the bridge as a network of its own. Packets for a pod,
a service or a device with an address in it never leave the node.

How it is decided: fails as low. From Kubernetes 1.24 on no node runs Docker: the range is a
leftover of an older API, and an overlap is a note. What meets a subnet of the cluster is not
reported again for the network around it. Unknown where a network could not be seen. Skipped
where the cluster has no such field, as clusters of today.

How to fix: upgrade the cluster; nodes with containerd do not use the bridge. The range itself
cannot be changed.

Sources: https://learn.microsoft.com/azure/aks/concepts-network-legacy-cni, AKS changelog of
Kubernetes 1.24
"""

from typing import Final

from inspector.checking import (
    Check,
    Decision,
    Problem,
    Skipped,
    Subject,
    Verdict,
    az,
    az_cluster,
    evidence,
)
from inspector.cluster.address_plan import (
    OWN_NETWORKS,
    Collision,
    Role,
    collisions,
    overlapped,
    plan_addresses,
)
from inspector.findings import Group, Severity
from inspector.network.kubernetes_versions import minor_version
from inspector.wording import count, share

_OTHERS: Final = (Role.POD_CIDR, Role.SERVICE_CIDR, *OWN_NETWORKS)
_FIRST_WITHOUT_DOCKER: Final = 24
_IMPACT: Final = "nodes that run Docker keep packets for the shared addresses to themselves"
_NO_IMPACT: Final = "nothing: no node runs Docker"


def decide(subject: Subject) -> Decision:
    """Compare the bridge with the other ranges of the cluster."""
    bridge = subject.profile.docker_bridge_cidr
    if not bridge:
        return Skipped("the cluster has no Docker bridge CIDR")
    plan = subject.once(plan_addresses)
    verdict = Verdict(subject)
    verdict.miss(*plan.gaps)
    for reason in plan.doubts_about(Role.DOCKER_BRIDGE, *_OTHERS):
        verdict.doubt(reason)
    if not subject.profile.all_service_cidrs:
        verdict.doubt("ARM does not tell the cluster's service CIDR")
    for collision in collisions(plan, Role.DOCKER_BRIDGE, _OTHERS):
        verdict.add(_problem(subject, collision))
    others = len(plan.of(*_OTHERS))
    met = overlapped(plan, Role.DOCKER_BRIDGE, _OTHERS)
    return verdict.conclude(
        f"no overlap of Docker bridge CIDR {bridge} with {count(others, 'other range')}",
        failed=f"overlap of Docker bridge CIDR {bridge} with {share(met, others, 'other range')}",
        evidence=(
            evidence(each.owner, each.field, each.text) for each in plan.of(Role.DOCKER_BRIDGE)
        ),
    )


def _problem(subject: Subject, collision: Collision) -> Problem:
    properties = subject.cluster.properties
    minor = minor_version(properties.current_kubernetes_version, properties.kubernetes_version)
    is_leftover = minor is not None and minor >= _FIRST_WITHOUT_DOCKER
    owner = collision.owner
    shown = () if owner.id == subject.cluster.id else (az("resource", "show", ids=str(owner.id)),)
    return Problem(
        cause=collision.role.slug,
        resource=owner.id,
        name=owner.title,
        message=collision.words,
        impact=_NO_IMPACT if is_leftover else _IMPACT,
        evidence=tuple(evidence(each.owner, each.field, each.text) for each in collision.ranges),
        remediation="Ignore it: nodes with containerd do not use the bridge."
        if is_leftover
        else "Upgrade the cluster to a version whose nodes run containerd.",
        commands=(
            az_cluster(subject.cluster, "show", query="networkProfile.dockerBridgeCidr"),
            *shown,
        ),
        severity=Severity.INFO if is_leftover else Severity.LOW,
    )


check = Check(
    id="docker-bridge-cidr",
    title="The Docker bridge overlaps nothing",
    group=Group.ADDRESSES,
    severity=Severity.LOW,
    documentation=__doc__ or "",
    decide=decide,
)
