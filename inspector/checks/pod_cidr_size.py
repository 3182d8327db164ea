"""The pod CIDR has a slice for every node there may be.

What: the IPv4 pod CIDRs hold as many node slices as there are nodes when every pool is at its
maximum and is upgraded, with a fifth to spare.

Why it matters: under kubenet and Azure CNI Overlay a node takes a whole slice of the pod CIDR, a
/24, however few pods it runs. A node that finds none left never becomes ready. The default
10.244.0.0/16 has 256.

How it is decided: a /24 for each node; under kubenet, whose slices may have another size, that of
most of the nodes' routes. The nodes are the sum of the pools' maxima, the autoscaler's where it is
on, and of the surge of an upgrade of each. Fails as high where these are more than the slices, as
medium where they take more than the threshold ``pod-cidr-used-percent`` (80 % unless set). Unknown
where ARM does not tell the pod CIDR or the size of a pool, with node auto-provisioning, whose
limits are not in ARM, and under kubenet while the nodes' routes could not be seen. IPv6 ranges are
not judged: how much of them a node takes is not documented. Skipped where pods have addresses of
subnets, and with a CNI of the user's own.

How to fix: with Overlay, Linux nodes and one IPv4 range the pod CIDR can be enlarged to a range
that holds the present one. From kubenet, migrate to Overlay with a larger one. Otherwise build a
new cluster, or lower the pools' maxima.

Sources: https://learn.microsoft.com/azure/aks/concepts-network-azure-cni-overlay;
https://learn.microsoft.com/azure/aks/azure-cni-overlay-pod-expand;
https://learn.microsoft.com/azure/aks/update-azure-cni; Azure/AKS issue 4591
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from inspector.checking import (
    Check,
    Decision,
    Problem,
    Skipped,
    Subject,
    Undecided,
    Verdict,
    az_cluster,
    evidence,
)
from inspector.checking.subnets import OPEN_ENDED, size_evidence
from inspector.cluster.address_plan import plan_addresses, with_on_premises
from inspector.cluster.node_room import SLICED, slice_length
from inspector.cluster.pod_cidr_room import enlarged_pod_cidr, length_with_room
from inspector.cluster.subnet_capacity import untold_nodes
from inspector.findings import Evidence, Group, Severity
from inspector.network.address_needs import NODE_POD_PREFIX_LENGTH, needs, pod_cidr_slots
from inspector.network.models import NetworkModel, unrecognised
from inspector.network.ranges import IPRange
from inspector.nodes import makes_nodes_without_pool
from inspector.resources import same_text
from inspector.wording import count, names

_PERCENT: Final = 100


class _Sizes(NamedTuple):
    """The slices of the pod CIDR, and the nodes that need one."""

    slots: int
    length: int
    now: int
    at_most: int
    with_surge: int


def decide(subject: Subject) -> Decision:
    """Compare the slices of the pod CIDR with the nodes there may be."""
    if subject.model is NetworkModel.UNRECOGNISED:
        return Undecided(unrecognised(subject.profile))
    if subject.model not in SLICED:
        return Skipped(f"nodes take no slice of a pod CIDR under {subject.model.words}")
    verdict = Verdict(subject)
    if makes_nodes_without_pool(subject.topology):
        verdict.doubt(OPEN_ENDED)
    sizes = _sizes(subject, verdict)
    shown = "the pod CIDR cannot be judged"
    if sizes is not None:
        shown = f"{sizes.with_surge} of {count(sizes.slots, 'node slice')} of the pod CIDR"
        limit = subject.thresholds.pod_cidr_used_percent
        if sizes.with_surge * _PERCENT > sizes.slots * limit:
            verdict.add(_problem(subject, sizes))
    return verdict.conclude(
        f"{shown} taken by the pools' maximum and an upgrade",
        failed=f"{shown} needed for the pools' maximum and an upgrade",
        evidence=_evidence(subject),
    )


def _sizes(subject: Subject, verdict: Verdict) -> _Sizes | None:
    """Return the slices and the nodes; ``None``, with the reasons noted, if one is not known."""
    found_length = slice_length(subject.topology)
    verdict.miss(*found_length.gaps)
    length, slots = found_length.length, None
    try:
        slots = pod_cidr_slots(subject.profile.all_pod_cidrs, length or NODE_POD_PREFIX_LENGTH)
    except ValueError as error:
        verdict.doubt(f"a pod CIDR is no range: {error}")
    else:
        if slots is None:
            verdict.doubt("ARM does not tell an IPv4 pod CIDR of the cluster")
    for reason in (reason for pool in subject.pools for reason in untold_nodes(pool)):
        verdict.doubt(reason)
    found = needs((pool, 1) for pool in subject.pools)
    with_surge = found.at_most_with_surge.documented
    if length is None or slots is None or with_surge is None:
        return None
    return _Sizes(slots, length, found.now or 0, found.at_most or 0, with_surge)


def _problem(subject: Subject, sizes: _Sizes) -> Problem:
    cluster = subject.cluster
    is_short = sizes.with_surge > sizes.slots
    candidate = _larger(subject, sizes)
    cidrs = names(each for each in subject.profile.all_pod_cidrs if ":" not in each)
    percent = sizes.with_surge * _PERCENT // sizes.slots if sizes.slots else None
    share_taken = f", {percent} %" if percent is not None else ""
    return Problem(
        cause="too-small",
        resource=cluster.id,
        name=cluster.title,
        message=f"pod CIDR {cidrs} has {count(sizes.slots, 'slice')} of /{sizes.length}; "
        f"{count(sizes.now, 'node')} of today may become {sizes.at_most}, and "
        f"{sizes.with_surge} during an upgrade{share_taken}",
        impact="nodes beyond the slices never become ready, and no pod runs on them"
        if is_short
        else "little growth is left before nodes find no slice and never become ready",
        evidence=tuple(_evidence(subject)),
        remediation=_remediation(subject, candidate),
        commands=(az_cluster(cluster, "show", query="networkProfile"), *_fixes(subject, candidate)),
        severity=Severity.HIGH if is_short else Severity.MEDIUM,
    )


def _can_enlarge(subject: Subject) -> bool:
    """Whether AKS enlarges the pod CIDR in place: Overlay, Linux nodes alone, one range."""
    is_overlay = subject.model is NetworkModel.CNI_OVERLAY
    has_windows = any(same_text(pool.os_type, "Windows") for pool in subject.pools)
    return is_overlay and not has_windows and len(subject.profile.all_pod_cidrs) == 1


def _larger(subject: Subject, sizes: _Sizes) -> IPRange | None:
    """Return the smallest range around the pod CIDR that has slices enough and meets nothing."""
    plan = with_on_premises(subject.once(plan_addresses), subject.cluster, subject.on_premises)
    percent = subject.thresholds.pod_cidr_used_percent
    length = length_with_room(sizes.with_surge, sizes.length, percent)
    return enlarged_pod_cidr(plan, length) if length is not None else None


def _remediation(subject: Subject, candidate: IPRange | None) -> str:
    example = f", {candidate} for example, which meets no range seen here" if candidate else ""
    if subject.model is NetworkModel.KUBENET:
        return f"Migrate to Azure CNI Overlay with a larger pod CIDR{example}."
    if _can_enlarge(subject):
        return f"Enlarge the pod CIDR to a range that holds the present one{example}."
    return "Lower the pools' maxima, or build a new cluster with a larger pod CIDR."


def _fixes(subject: Subject, candidate: IPRange | None) -> Iterator[str]:
    if candidate is not None and _can_enlarge(subject):
        yield az_cluster(subject.cluster, "update", pod_cidr=str(candidate))


def _evidence(subject: Subject) -> Iterator[Evidence]:
    profile = subject.profile
    field = "podCidrs" if profile.pod_cidrs else "podCidr"
    yield evidence(
        subject.cluster, f"properties.networkProfile.{field}", names(profile.all_pod_cidrs)
    )
    for pool in subject.pools:
        yield from size_evidence(subject, pool)


check = Check(
    id="pod-cidr-size",
    title="The pod CIDR has a slice for every node",
    group=Group.ADDRESSES,
    severity=Severity.HIGH,
    documentation=__doc__ or "",
    decide=decide,
)
