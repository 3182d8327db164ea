"""No range of the cluster lies in what AKS keeps for itself.

What: pod CIDRs, service CIDRs, the subnets of the cluster and the address space of their networks
share no address with 169.254.0.0/16, 172.30.0.0/16, 172.31.0.0/16 and 192.0.2.0/24.

Why it matters: AKS allows these ranges for nothing in a cluster. A pod, a service or a node with
such an address may be out of reach, and AKS refuses the range when the cluster is built anew.

How it is decided: a range that contains a reserved one counts as well. Fails as high for pods,
services and subnets of the cluster, as medium for the rest of a network; a network is not
reported for what one of its subnets is reported for. Unknown where a network could not be seen.
There are no reserved ranges of IPv6. AKS refuses 172.30.0.0/16 and 172.31.0.0/16 for pods since
its release of 2026-05-29 and leaves older clusters as they are: they fail here all the same.
What is behind peerings and on premises is not judged.

How to fix: none of these ranges can be moved in place. Plan the next cluster without them, and
give a network another address space before it gets a cluster.

Sources: https://learn.microsoft.com/azure/aks/concepts-network-cni-overview,
https://learn.microsoft.com/azure/aks/concepts-network-legacy-cni, AKS changelog of 2026-05-29
"""

from typing import Final

from inspector.checking import (
    Check,
    Decision,
    Problem,
    Subject,
    Verdict,
    az,
    az_cluster,
    evidence,
)
from inspector.cluster.address_plan import (
    CLUSTER_SUBNETS,
    RESERVED,
    PlannedRange,
    Role,
    plan_addresses,
)
from inspector.findings import Group, Severity
from inspector.network.ranges import IPRange, LabelledRange, overlaps_between
from inspector.resource_id import ResourceId
from inspector.wording import count, names, share

_JUDGED: Final = (Role.POD_CIDR, Role.SERVICE_CIDR, *CLUSTER_SUBNETS, Role.NETWORK)
_IMPACTS: Final = {
    Role.POD_CIDR: "pods with such an address may be out of reach",
    Role.SERVICE_CIDR: "services with such an address may be out of reach",
    Role.NETWORK: "a subnet there cannot serve a cluster",
}
_SUBNET_IMPACT: Final = "what has such an address in the subnet may be out of reach"

_Hit = tuple[PlannedRange, tuple[IPRange, ...]]


def decide(subject: Subject) -> Decision:
    """Compare the cluster's ranges with the reserved ones."""
    plan = subject.once(plan_addresses)
    verdict = Verdict(subject)
    verdict.miss(*plan.gaps)
    for reason in plan.doubts_about(*_JUDGED):
        verdict.doubt(reason)
    if not plan.of(Role.SERVICE_CIDR):
        verdict.doubt("ARM does not tell the cluster's service CIDR")
    judged = plan.of(*_JUDGED)
    hits = _hits(judged)
    grouped: dict[tuple[Role, ResourceId], list[_Hit]] = {}
    for hit in _without_networks_of_subnets(hits):
        grouped.setdefault((hit[0].role, hit[0].owner.id), []).append(hit)
    for several in grouped.values():
        verdict.add(_problem(subject, several))
    return verdict.conclude(
        f"no reserved range among {count(len(judged), 'range')}",
        failed=f"{share(len(hits), len(judged), 'range')} reserved by AKS in part or whole",
        evidence=(evidence(each.owner, each.field, each.text) for each in judged),
    )


def _hits(judged: tuple[PlannedRange, ...]) -> list[_Hit]:
    """Return the ranges that share addresses with reserved ones, with those, in their order."""
    met: dict[int, list[IPRange]] = {}
    pairs = overlaps_between(
        (LabelledRange(None, each) for each in RESERVED),
        (LabelledRange(place, each.range) for place, each in enumerate(judged)),
    )
    for reserved, ours in pairs:
        met.setdefault(ours.label, []).append(reserved.range)
    return [(judged[place], tuple(several)) for place, several in sorted(met.items())]


def _without_networks_of_subnets(hits: list[_Hit]) -> list[_Hit]:
    """Return the hits without what a network shares by a subnet that is reported itself."""
    by_subnets = {
        (ours.network.id, each)
        for ours, reserved in hits
        if ours.role in CLUSTER_SUBNETS and ours.network is not None
        for each in reserved
    }
    kept = []
    for ours, reserved in hits:
        rest = reserved
        if ours.role is Role.NETWORK:
            rest = tuple(each for each in reserved if (ours.owner.id, each) not in by_subnets)
        if rest:
            kept.append((ours, rest))
    return kept


def _problem(subject: Subject, hits: list[_Hit]) -> Problem:
    first, _ = hits[0]
    owner, is_network = first.owner, first.role is Role.NETWORK
    shown = () if first.network is None else (az("resource", "show", ids=str(owner.id)),)
    remedy = (
        "Take the reserved part out of the network's address space."
        if is_network
        else "Plan the next cluster without the reserved range: it cannot be changed in place."
    )
    return Problem(
        cause=first.role.slug,
        resource=owner.id,
        name=owner.title,
        message="; ".join(
            f"{ours.words} overlaps {names(f'{each}' for each in reserved)}, reserved by AKS"
            for ours, reserved in hits
        ),
        impact=_IMPACTS.get(first.role, _SUBNET_IMPACT),
        evidence=tuple(evidence(each.owner, each.field, each.text) for each, _ in hits),
        remediation=f"{remedy} AKS leaves clusters alone that were built before it refused this.",
        commands=(az_cluster(subject.cluster, "show", query="networkProfile"), *shown),
        severity=Severity.MEDIUM if is_network else Severity.HIGH,
    )


check = Check(
    id="reserved-range",
    title="No range that AKS reserves",
    group=Group.ADDRESSES,
    severity=Severity.HIGH,
    documentation=__doc__ or "",
    decide=decide,
)
