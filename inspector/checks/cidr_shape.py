"""The service CIDR and the pod CIDR have the size and the shape that AKS supports.

What: a service CIDR is smaller than /12, one of IPv6 no larger than /108. Pod and service CIDRs
are written by their first address. The IPv4 pod CIDR of an Overlay cluster is private.

Why it matters: Kubernetes keeps a record for every service address and does not start with a range
that is too large. A range written by an address in its middle means another range to a reader
than to Azure. Public addresses as pod addresses hide that part of the internet from pods, and
Microsoft does not support them.

How it is decided: from the cluster's document alone. Fails as medium, once for each of the three.
Private are the ranges of RFC 1918 and 100.64.0.0/10 of RFC 6598; what is reserved by AKS is the
matter of reserved-range. Unknown where a service CIDR is not given or a range cannot be read.
Clusters whose pods have addresses of subnets have no pod CIDR and are judged by the service CIDR.

How to fix: neither range can be moved. Build a new cluster with ranges that fit; from kubenet,
migrate to Azure CNI Overlay with another pod CIDR.

Sources: https://learn.microsoft.com/azure/aks/use-byo-cni,
https://learn.microsoft.com/azure/aks/configure-dual-stack,
https://learn.microsoft.com/azure/aks/concepts-network-azure-cni-overlay
"""

from collections.abc import Iterable, Sequence
from typing import Final

from inspector.checking import (
    Check,
    Decision,
    Problem,
    Subject,
    Verdict,
    az_cluster,
    evidence,
)
from inspector.cluster.address_plan import PRIVATE, RESERVED, PlannedRange, Role, plan_addresses
from inspector.findings import Group, Severity
from inspector.network.models import NetworkModel
from inspector.network.ranges import host_bits_set, is_within
from inspector.wording import count, names, share

_IPV4: Final = 4
_SHORTEST: Final = {_IPV4: 13, 6: 108}
"""The shortest prefix of a service CIDR by address family: the largest range."""

_TOO_LARGE: Final = "Kubernetes cannot serve a range of this size"
_HOST_BITS: Final = "tools that read the range do not agree on it, and AKS may refuse it"
_PUBLIC: Final = "pods cannot reach that part of the internet, and Microsoft gives no support"


def decide(subject: Subject) -> Decision:
    """Measure the service CIDRs and the pod CIDRs."""
    plan = subject.once(plan_addresses)
    pods, services = plan.of(Role.POD_CIDR), plan.of(Role.SERVICE_CIDR)
    ranges = (*pods, *services)
    verdict = Verdict(subject)
    for reason in plan.doubts_about(Role.POD_CIDR, Role.SERVICE_CIDR):
        verdict.doubt(reason)
    if not subject.profile.all_service_cidrs:
        verdict.doubt("ARM does not tell the cluster's service CIDR")
    is_overlay = subject.model is NetworkModel.CNI_OVERLAY
    causes = (
        ("too-large", "larger than AKS allows", _TOO_LARGE, filter(_is_too_large, services)),
        ("host-bits", "written by an address in its middle", _HOST_BITS, filter(_has_bits, ranges)),
        ("public", "not private", _PUBLIC, filter(_is_public, pods if is_overlay else ())),
    )
    faulty: set[str] = set()
    for cause, what, impact, found in causes:
        hit = tuple(found)
        if hit:
            verdict.add(_problem(subject, (cause, what, impact), hit))
            faulty.update(each.text for each in hit)
    counted = [count(len(several), several[0].role) for several in (pods, services) if several]
    return verdict.conclude(
        f"{' and '.join(counted)} of a size and shape that AKS supports",
        failed=f"{share(len(faulty), len(ranges), 'range')} of a size or shape that AKS does not "
        "support",
        evidence=(evidence(each.owner, each.field, each.text) for each in ranges),
    )


def _is_too_large(service: PlannedRange) -> bool:
    return service.range.prefixlen < _SHORTEST[service.range.version]


def _has_bits(each: PlannedRange) -> bool:
    return host_bits_set(each.text)


def _is_public(pods: PlannedRange) -> bool:
    """Whether an IPv4 range has addresses that are neither private nor reserved by AKS."""
    return pods.range.version == _IPV4 and not is_within(pods.range, (*PRIVATE, *RESERVED))


def _problem(subject: Subject, words: tuple[str, str, str], hit: Sequence[PlannedRange]) -> Problem:
    cluster = subject.cluster
    cause, what, impact = words
    return Problem(
        cause=cause,
        resource=cluster.id,
        name=cluster.title,
        message=f"{names(each.words for each in hit)}: {what}",
        impact=impact,
        evidence=tuple(evidence(each.owner, each.field, each.text) for each in hit),
        remediation=_remediation(subject, hit),
        commands=(az_cluster(cluster, "show", query="networkProfile"),),
    )


def _remediation(subject: Subject, hit: Iterable[PlannedRange]) -> str:
    is_of_pods = all(each.role is Role.POD_CIDR for each in hit)
    if is_of_pods and subject.model is NetworkModel.KUBENET:
        return "Migrate to Azure CNI Overlay with another pod CIDR."
    return "Build a new cluster with a range that fits: it cannot be changed in place."


check = Check(
    id="cidr-shape",
    title="Service and pod CIDRs have a supported shape",
    group=Group.ADDRESSES,
    severity=Severity.MEDIUM,
    documentation=__doc__ or "",
    decide=decide,
)
