"""The pod subnets are large enough for the pods of every node there may be.

What: each subnet that pools name for their pods has addresses for all nodes that may draw from it,
at the pools' maximum and during an upgrade.

Why it matters: a node takes addresses of the pod subnet before it runs a pod, 16 at a time. Where
none are left pods stay pending although the nodes have room. Nothing in Azure warns: it shows the
addresses of pods neither among the connected devices nor in the check for available addresses.

How it is decided: by arithmetic alone, as the addresses taken now do not show. With dynamic
allocation a node takes 16 addresses at least, and 16 times a sixteenth of ``maxPods``, rounded up,
when it is full of pods; with static blocks always 16 times a sixteenth of ``maxPods`` and one.
Taken from the usable addresses is what is connected to the subnet besides. Fails as high where the
least that nodes take does not fit while one pool is upgraded at a time; as medium where nodes full
of pods do not fit while all pools are upgraded together. All pools that name the subnet count;
other clusters that share it do not show, and come on top. Unknown where the subnet could not be
seen, or ARM does not tell a pool's size or ``maxPods``. Skipped without pod subnets.

How to fix: give a further pool a pod subnet of its own, larger one, in the same network; a pool
keeps the pod subnet it was made with. Or lower the pools' maxima, or ``maxPods`` on a new pool.
With static blocks a ``maxPods`` of 16 N - 1 wastes nothing.

Sources: https://learn.microsoft.com/azure/aks/concepts-network-azure-cni-pod-subnet;
https://learn.microsoft.com/azure/aks/configure-azure-cni-static-block-allocation; Azure/AKS
issue 3243, MicrosoftDocs/azure-docs issue 97370
"""

from collections.abc import Iterator
from typing import NamedTuple

from inspector.checking import Check, Decision, Problem, Skipped, Subject, Verdict, az, az_pool
from inspector.checking.node_verdict import pool_evidence
from inspector.checking.subnets import size_evidence, subnet_evidence, told
from inspector.cluster.subnet_capacity import (
    POD_SUBNET_MODELS,
    Drawer,
    PoolDraw,
    SubnetCapacity,
    subnet_capacities,
)
from inspector.findings import Evidence, Group, Severity
from inspector.network.address_needs import smallest_prefix
from inspector.wording import count, names, share

_UNSHOWN = "Azure does not show how many the pods take now"


class _Size(NamedTuple):
    """What is in a pod subnet, and what pods may take of it."""

    subnet: SubnetCapacity
    available: int
    least: int
    full: int


def decide(subject: Subject) -> Decision:
    """Compare the size of every pod subnet with what the nodes' pods may take."""
    named = {
        pool.pod_subnet_id
        for pool in subject.pools
        if pool.pod_subnet_id is not None and subject.model_of(pool.name) in POD_SUBNET_MODELS
    }
    if not named:
        return Skipped("no pool takes addresses for its pods from a subnet of their own")
    subnets = subject.once(subnet_capacities).of(Drawer.PODS)
    verdict = Verdict(subject)
    for absent in sorted(named - {each.id for each in subnets}):
        verdict.doubt(f"subnet {absent.name} does not exist")
    judged = [size for subnet in subnets if (size := _size(verdict, subnet)) is not None]
    for size in judged:
        if size.full > size.available:
            verdict.add(_problem(subject, size))
    figures = names(f"{each.full} of {each.available} in {each.subnet.name}" for each in judged)
    return verdict.conclude(
        f"room for the pods of all nodes in {count(len(judged), 'pod subnet')}: {figures}; "
        f"{_UNSHOWN}",
        failed=f"{share(len(verdict.problems), len(judged), 'pod subnet')} too small; {_UNSHOWN}",
        evidence=(each for size in judged for each in _evidence(subject, size.subnet)),
    )


def _size(verdict: Verdict, subnet: SubnetCapacity) -> _Size | None:
    usable = told(verdict, subnet, subnet.use.usable)
    for reason in (reason for draw in subnet.of(Drawer.PODS) for reason in draw.doubts):
        verdict.doubt(reason)
    least = subnet.least_needs.at_most_with_surge.optimistic
    full = subnet.needs.at_most_with_surge.documented
    if usable is None or least is None or full is None:
        return None
    return _Size(subnet, max(0, usable - subnet.use.connected), least, full)


def _problem(subject: Subject, size: _Size) -> Problem:
    subnet = size.subnet
    is_certain = size.least > size.available
    enough = smallest_prefix(size.full + subnet.use.connected)
    larger = f", a /{enough} for all of them" if enough is not None else ""
    first = max(subnet.of(Drawer.PODS), key=_most)
    return Problem(
        cause="too-small",
        resource=subnet.id,
        name=subnet.name,
        message=f"subnet {subnet.name} has {count(size.available, 'address')} for pods, and nodes "
        f"take at least {size.least} at their maximum, {size.full} when full of pods: "
        f"{names(map(_terms, subnet.of(Drawer.PODS)))}; {_UNSHOWN}",
        impact="pods of further nodes get no address and stay pending"
        if is_certain
        else "pods stay pending once most nodes are full, or while several pools are upgraded",
        evidence=tuple(_evidence(subject, subnet)),
        remediation="Give further pools a larger pod subnet of their own in the same network"
        f"{larger}, or lower the maximum of pool {first.pool.name}, which takes most.",
        commands=(
            az("network", "vnet", "subnet", "show", ids=str(subnet.id)),
            az_pool(subject.cluster, first.pool.name, "show"),
        ),
        severity=Severity.HIGH if is_certain else Severity.MEDIUM,
    )


def _most(draw: PoolDraw) -> int:
    """Return what the pods of a pool take when it is at its maximum, upgraded and full."""
    return _nodes(draw) * (draw.addresses_per_node or 0)


def _nodes(draw: PoolDraw) -> int:
    return (draw.nodes_at_maximum or 0) + (draw.surge_at_maximum or 0)


def _terms(draw: PoolDraw) -> str:
    least, full = draw.least_per_node, draw.addresses_per_node
    each = f"{full} each" if least == full else f"{least} to {full} each"
    return f"{count(_nodes(draw), 'node')} of pool {draw.pool.name}, {each}"


def _evidence(subject: Subject, subnet: SubnetCapacity) -> Iterator[Evidence]:
    yield from subnet_evidence(subnet)
    for draw in subnet.of(Drawer.PODS):
        yield from size_evidence(subject, draw.pool)
        yield pool_evidence(subject, draw.pool.name, "maxPods", draw.pool.max_pods)


check = Check(
    id="pod-subnet-size",
    title="Pod subnets are large enough",
    group=Group.ADDRESSES,
    severity=Severity.HIGH,
    documentation=__doc__ or "",
    decide=decide,
)
