"""The subnets of nodes have room for every pool at its maximum, and for an upgrade then.

What: the free addresses of each subnet that nodes are in suffice for the nodes that the
autoscaler may add, and for those that an upgrade adds for a while.

Why it matters: nothing reserves these addresses. The day a pool is at its maximum, or is upgraded,
the nodes that find no address fail: Azure checks no subnet beforehand.

How it is decided: for each pool, the autoscaler's maximum (without it, the nodes there are) and the
surge of an upgrade at that size, less the nodes there are now; times the addresses of a node. That
is one, under Azure CNI node subnet 1 + ``maxPods``. Fails as high where the free addresses do not
even suffice if one pool is upgraded at a time and a node takes only what most nodes of its pool
have now; as medium where they suffice for that, but not if all pools are upgraded together, which
is how the documentation counts. The message says when an upgrade of today's nodes is already too
much. Unknown while the cluster or a pool is changing, unless the subnet would be too small even if
it were empty; where free addresses, sizes or ``maxPods`` cannot be told; where pools are stopped
and would not fit if their nodes are gone; and with node auto-provisioning, whose limits are not in
ARM. Skipped where no pool can grow: no autoscaler, and upgrades without surge. How full a subnet is
today is the matter of subnet-free-addresses; pod subnets are that of pod-subnet-size.

How to fix: put the pool that runs out first into a larger subnet, by a new pool, or lower its
maximum to what fits. If only the surge is too much, set ``maxUnavailable`` and a ``maxSurge`` of 0:
the pool is upgraded in place. Under Azure CNI node subnet, fewer ``maxPods`` on a new pool, or a
migration to Overlay, make nodes smaller.

Sources: https://learn.microsoft.com/azure/aks/concepts-network-ip-address-planning;
https://learn.microsoft.com/azure/aks/upgrade-aks-node-pools-rolling; Azure/AKS issues 1053, 2119
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from inspector.checking import Check, Decision, Problem, Skipped, Subject, Verdict, az, az_pool
from inspector.checking.node_verdict import pool_evidence
from inspector.checking.subnets import (
    OPEN_ENDED,
    note_unseen,
    size_evidence,
    subnet_evidence,
    told,
)
from inspector.cluster.subnet_capacity import Drawer, PoolDraw, SubnetCapacity, subnet_capacities
from inspector.findings import Evidence, Group, Severity
from inspector.network.models import NetworkModel
from inspector.network.pool_sizes import most_nodes_with_surge
from inspector.resources import same_text
from inspector.wording import count, names, share


class _Growth(NamedTuple):
    """What a subnet's pools need beyond what they take now; ``None`` where it cannot be told."""

    subnet: SubnetCapacity
    free: int
    optimistic: int | None
    documented: int
    upgrade_now: int
    without_surge: int


def decide(subject: Subject) -> Decision:
    """Compare the free addresses of every subnet with what its pools may need."""
    capacities = subject.once(subnet_capacities)
    sizes = [(each.node_count, most_nodes_with_surge(each)) for each in subject.pools]
    if not capacities.is_open_ended and all(now is not None and now == most for now, most in sizes):
        return Skipped("no pool can grow: no autoscaler, and upgrades without surge")
    verdict = Verdict(subject)
    note_unseen(verdict, capacities)
    if capacities.is_open_ended:
        verdict.doubt(OPEN_ENDED)
    judged = [
        growth
        for subnet in capacities.of(Drawer.NODES)
        if (growth := _growth(verdict, subnet)) is not None
    ]
    for each in judged:
        if each.documented > each.free:
            verdict.add(_problem(subject, each))
        elif each.documented + _asleep(subject, each.subnet) > each.free:
            verdict.doubt(f"stopped pools take addresses of {each.subnet.name} when they start")
    figures = names(_figures(each) for each in judged)
    own = "; a CNI of the user's own may take more" if subject.model is NetworkModel.BYO_CNI else ""
    return verdict.conclude(
        f"room for the pools' maximum and an upgrade in {count(len(judged), 'subnet')}: "
        f"{figures}{own}",
        failed=f"{share(len(verdict.problems), len(judged), 'subnet')} too small for what the "
        "pools may need",
        evidence=_all_evidence(subject, judged),
    )


def _growth(verdict: Verdict, subnet: SubnetCapacity) -> _Growth | None:
    """Return the growth of a subnet's pools; ``None`` if there is none or it cannot be told."""
    needs, least = subnet.needs, subnet.least_needs
    documented, now = needs.at_most_with_surge.documented, needs.now
    for reason in (reason for draw in subnet.of(Drawer.NODES) for reason in draw.doubts):
        verdict.doubt(reason)
    if documented is None or now is None or documented == now:
        return None
    free = told(verdict, subnet, subnet.use.free)
    if free is None:
        return None
    optimistic, least_now = least.at_most_with_surge.optimistic, least.now
    is_told = optimistic is not None and least_now is not None
    return _Growth(
        subnet=subnet,
        free=free,
        optimistic=(optimistic or 0) - (least_now or 0) if is_told else None,
        documented=documented - now,
        upgrade_now=(needs.now_with_surge.documented or 0) - now,
        without_surge=(needs.at_most or 0) - now,
    )


def _asleep(subject: Subject, subnet: SubnetCapacity) -> int:
    """Return the addresses that nodes of stopped pools count for and may not have."""
    cluster = subject.cluster.properties.power_state.code
    return sum(
        (each.nodes_now or 0) * (each.addresses_per_node or 0)
        for each in subnet.of(Drawer.NODES)
        if same_text(cluster, "Stopped") or same_text(each.pool.power_state.code, "Stopped")
    )


def _problem(subject: Subject, growth: _Growth) -> Problem:
    subnet = growth.subnet
    is_certain = growth.optimistic is not None and growth.optimistic > growth.free
    first = max(_growing(subnet), key=_need)
    pools = names(map(_terms, _growing(subnet)))
    already = (
        f"; an upgrade of today's nodes alone needs {growth.upgrade_now}"
        if growth.upgrade_now > growth.free
        else ""
    )
    return Problem(
        cause="too-small",
        resource=subnet.id,
        name=subnet.name,
        message=f"subnet {subnet.name} has {count(growth.free, 'free address')}, and its pools may "
        f"need {growth.documented} more: {pools}{already}",
        impact=f"pool {first.pool.name} cannot grow to its maximum, or its upgrade fails half way"
        if is_certain
        else "pools that are upgraded at the same time run out of addresses half way",
        evidence=tuple(_evidence(subject, subnet)),
        remediation=_remediation(growth, first),
        commands=(
            az("network", "vnet", "subnet", "show", ids=str(subnet.id)),
            az_pool(subject.cluster, first.pool.name, "show"),
        ),
        severity=Severity.HIGH if is_certain else Severity.MEDIUM,
        is_count=not _is_too_small_when_empty(subnet),
    )


def _growing(subnet: SubnetCapacity) -> list[PoolDraw]:
    return [each for each in subnet.of(Drawer.NODES) if each.further_nodes]


def _need(draw: PoolDraw) -> int:
    """Return the addresses that a pool may take beyond those it has."""
    return (draw.further_nodes or 0) * (draw.addresses_per_node or 0)


def _terms(draw: PoolDraw) -> str:
    return (
        f"pool {draw.pool.name} of {count(draw.nodes_now or 0, 'node')} may grow to "
        f"{draw.nodes_at_maximum}, and by {draw.surge_at_maximum} more in an upgrade, with "
        f"{count(draw.addresses_per_node or 0, 'address')} each"
    )


def _is_too_small_when_empty(subnet: SubnetCapacity) -> bool:
    """Whether the pools would not fit beside what others take, whatever they take now."""
    least, usable = subnet.least_needs.at_most_with_surge.optimistic, subnet.use.usable
    if least is None or not isinstance(usable, int) or not isinstance(subnet.extras, int):
        return False
    return least + subnet.extras > usable


def _remediation(growth: _Growth, first: PoolDraw) -> str:
    room = count(growth.subnet.most_nodes(first) or 0, "node")
    first_out = f"Pool {first.pool.name} runs out first: there is room for {room} of it in all"
    parts = [f"{first_out} if no other pool grows."]
    if growth.without_surge <= growth.free:
        parts.append("Upgrade in place, with maxUnavailable and a maxSurge of 0,")
        parts.append("or give it a larger subnet, by a new pool.")
    else:
        parts.append("Give it a larger subnet, by a new pool, or lower its maximum.")
    if first.model is NetworkModel.CNI_NODE_SUBNET:
        parts.append("Fewer maxPods on a new pool, or Azure CNI Overlay, save addresses.")
    return " ".join(parts)


def _figures(growth: _Growth) -> str:
    return f"{growth.free} free and {growth.documented} needed in {growth.subnet.name}"


def _evidence(subject: Subject, subnet: SubnetCapacity) -> Iterator[Evidence]:
    yield from subnet_evidence(subnet)
    for draw in subnet.of(Drawer.NODES):
        yield from size_evidence(subject, draw.pool)
        if draw.model is NetworkModel.CNI_NODE_SUBNET:
            yield pool_evidence(subject, draw.pool.name, "maxPods", draw.pool.max_pods)


def _all_evidence(subject: Subject, judged: Iterable[_Growth]) -> Iterator[Evidence]:
    for growth in judged:
        yield from _evidence(subject, growth.subnet)


check = Check(
    id="subnet-headroom",
    title="Node subnets have room for growth and upgrades",
    group=Group.ADDRESSES,
    severity=Severity.HIGH,
    documentation=__doc__ or "",
    decide=decide,
)
