"""The subnets of nodes have free addresses now.

What: every subnet that nodes are in has addresses left: a fifth of them at least, and enough for
one more node of each of its pools.

Why it matters: a node that gets no address is not made. Scaling, repair and upgrades stop, and
Azure says so only while they run.

How it is decided: addresses that Azure does not keep for itself, less those given out. Given out
is the larger of ARM's own figure for the subnet and of the IPv4 configurations connected to it; a
subnet with IPv6 is judged by the configurations alone, as it is not known what ARM counts there.
Fails as critical where no address is left; as high below the threshold
``subnet-free-percent-high`` (10 % unless set), or where a pool of the subnet could not have one
more node; as medium below ``subnet-free-percent`` (20 %). Unknown where the subnet or ARM's figure
could not be read, and for pod subnets: Azure shows the addresses of pods neither among the
connected devices nor in the check for available addresses. Whether those are large enough is the
matter of pod-subnet-size, whether pools can still grow that of subnet-headroom; both can fail
beside this one.

How to fix: make a pool in a new, larger subnet of the same network and move the workload to it; a
subnet with nodes in it cannot be resized. Remove what does not belong to the cluster
(connected-devices). Under Azure CNI node subnet, fewer ``maxPods`` on a new pool or a migration to
Overlay save an address for each pod.

Sources: https://learn.microsoft.com/azure/virtual-network/virtual-networks-faq;
https://learn.microsoft.com/azure/aks/concepts-network-ip-address-planning; Azure/AKS issues 1053
and 3243
"""

from inspector.checking import Check, Decision, Problem, Subject, Verdict, az
from inspector.checking.subnets import note_unseen, subnet_evidence, told
from inspector.cluster.subnet_capacity import Drawer, PoolDraw, SubnetCapacity, subnet_capacities
from inspector.findings import Group, Severity
from inspector.network.models import NetworkModel
from inspector.wording import count, names, share

_PERCENT = 100


def decide(subject: Subject) -> Decision:
    """Compare the free addresses of every subnet with the thresholds."""
    capacities = subject.once(subnet_capacities)
    verdict = Verdict(subject)
    note_unseen(verdict, capacities)
    judged: list[tuple[SubnetCapacity, int, int]] = []
    with_pods = [each.name for each in capacities.of(Drawer.PODS)]
    if with_pods:
        verdict.doubt(f"Azure does not show the addresses that pods take of {names(with_pods)}")
    for subnet in capacities.subnets:
        if subnet.of(Drawer.PODS):
            continue
        free = told(verdict, subnet, subnet.use.free)
        if free is not None and isinstance(subnet.use.usable, int):
            judged.append((subnet, free, subnet.use.usable))
            _judge(subject, verdict, subnet, free, subnet.use.usable)
    figures = names(f"{free} of {usable} in {subnet.name}" for subnet, free, usable in judged)
    return verdict.conclude(
        f"free addresses in {count(len(judged), 'subnet')}: {figures}",
        failed=f"{share(len(verdict.problems), len(judged), 'subnet')} short of free addresses",
        evidence=(each for subnet, _, _ in judged for each in subnet_evidence(subnet)),
    )


def _judge(
    subject: Subject, verdict: Verdict, subnet: SubnetCapacity, free: int, usable: int
) -> None:
    limits = subject.thresholds
    tight = [each for each in subnet.draws if free < (each.least_per_node or 0)]
    if free == 0:
        severity, cause = Severity.CRITICAL, "full"
        message = f"subnet {subnet.name} has no free address: {usable} of {usable} are used"
        impact = "no node can be added or replaced: scaling, repair and upgrades fail"
    else:
        is_high = tight or _is_below(free, usable, limits.subnet_free_percent_high)
        if not is_high and not _is_below(free, usable, limits.subnet_free_percent):
            return
        severity, cause = (Severity.HIGH if is_high else Severity.MEDIUM), "nearly-full"
        message = (
            f"subnet {subnet.name} has {free} of {count(usable, 'address')} free, "
            f"{free * _PERCENT // usable} %{_too_few(tight)}"
        )
        impact = "scaling or an upgrade may run out of addresses and stop half way"
    verdict.add(
        Problem(
            cause=cause,
            resource=subnet.id,
            name=subnet.name,
            message=message,
            impact=impact,
            evidence=tuple(subnet_evidence(subnet)),
            remediation=_remediation(subnet),
            commands=(az("network", "vnet", "subnet", "show", ids=str(subnet.id)),),
            severity=severity,
        )
    )


def _is_below(free: int, usable: int, percent: int) -> bool:
    return free * _PERCENT < usable * percent


def _too_few(tight: list[PoolDraw]) -> str:
    """Return whose next node does not fit, the one that takes most."""
    if not tight:
        return ""
    worst = max(tight, key=lambda each: each.least_per_node or 0)
    return f": fewer than the {worst.least_per_node} that a node of pool {worst.pool.name} takes"


def _remediation(subnet: SubnetCapacity) -> str:
    saving = ", or migrate to Azure CNI Overlay, where a node takes one address"
    is_flat = any(each.model is NetworkModel.CNI_NODE_SUBNET for each in subnet.draws)
    return (
        "Make a pool in a larger subnet of the network and move the workload to it"
        f"{saving if is_flat else ''}."
    )


check = Check(
    id="subnet-free-addresses",
    title="Node subnets have free addresses",
    group=Group.ADDRESSES,
    severity=Severity.CRITICAL,
    documentation=__doc__ or "",
    decide=decide,
)
