"""The cluster stays below the number of nodes that its network, balancer and pools allow.

What: the nodes there are stay below every ceiling, and the autoscaler's maximum with the nodes of
an upgrade does not go beyond one. For the cluster that is 400 nodes under kubenet, 200 with dual
stack, and what other routes leave of the route table's 400; 100 with a Basic load balancer or
availability sets; 250 with Azure Network Policy Manager; 5,000 in any case. For a pool on a scale
set it is 1,000.

Why it matters: at the ceiling no node can be added, and an upgrade that adds nodes first is
refused or stops half way. Under kubenet the node that is one too many is Ready without a route.
Network Policy Manager stops nobody, but policies come late or not at all on so many nodes.

How it is decided: from the pools' own counts and limits, with the surge of an upgrade in all pools
together. Auto-provisioned nodes count as they are, for nothing declares their maximum. At a
ceiling now fails (high), beyond it at the maximum with surge fails (medium); the lowest one is
told, and which others are met too. What the pod CIDR has room for is told by pod-cidr-size. It is
unknown where a pool tells neither count nor maximum, where nodes that have to be counted may be
hidden, and under kubenet while the route table may be.

How to fix: move from kubenet to Overlay, from a Basic load balancer to a Standard one, from
availability sets to scale sets, from Network Policy Manager to Cilium. A pool's ceiling is lifted
by a further pool. A lower maximum, or less surge, keeps below any of them.

Sources: https://learn.microsoft.com/azure/aks/configure-kubenet;
https://learn.microsoft.com/azure/aks/quotas-skus-regions;
https://learn.microsoft.com/azure/aks/use-network-policies; AKS changelog of 2023-06-25 and
2023-09-10
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from inspector.checking import Check, Decision, Problem, Subject, Verdict, az_cluster, az_pool
from inspector.checking.node_verdict import pool_evidence
from inspector.cluster.node_room import other_routes
from inspector.cluster.pod_routes import pod_routes
from inspector.findings import Evidence, Group, Severity
from inspector.network.address_needs import needs
from inspector.network.limits import (
    NODES_WITH_NETWORK_POLICY_MANAGER,
    NodeCeiling,
    PoolCeiling,
    node_ceilings,
)
from inspector.network.models import NetworkModel
from inspector.network.pool_sizes import most_nodes_with_surge
from inspector.nodes import makes_nodes_without_pool
from inspector.resources import AgentPoolProfile
from inspector.wording import count, names

_STUCK: Final = "no node can be added, and an upgrade that adds nodes first cannot run"
_LATER: Final = "scaling out, or an upgrade at that size, stops half way"
_POLICIES_LATE: Final = (
    "Network Policy Manager is not made for so many nodes: policies take effect late or not at "
    "all, and it runs out of memory"
)
_LIFT: Final = (
    "Lower maximum or surge of the pools, or lift the ceiling: Overlay in place of kubenet, a "
    "Standard load balancer, scale sets, Cilium in place of Network Policy Manager."
)
_SPLIT: Final = "Add a further pool, or lower maximum or surge of this one."
_SIZES: Final = "agentPoolProfiles[].[name, count, maxCount, upgradeSettings.maxSurge]"


class _Size(NamedTuple):
    """The nodes there are, and the most there may be during an upgrade, as far as it is known."""

    now: int
    most: int | None

    @property
    def words(self) -> str:
        """The size in a sentence."""
        most = f", {self.most} at most with surge" if self.most is not None else ""
        return f"{count(self.now, 'node')} now{most}"

    def meets(self, ceiling: NodeCeiling) -> Severity | None:
        """Return how bad it is, ``None`` if the size stays below the ceiling."""
        if ceiling.nodes is None:
            return None
        if self.now >= ceiling.nodes:
            return Severity.HIGH
        is_beyond = self.most is not None and self.most > ceiling.nodes
        return Severity.MEDIUM if is_beyond else None


def decide(subject: Subject) -> Decision:
    """Set the sizes of cluster and pools against their ceilings."""
    verdict = Verdict(subject)
    ceilings = node_ceilings(
        subject.profile,
        subject.pools,
        pod_cidrs=(),  # the room of the pod CIDR is another check's
        other_routes=_other_routes(subject, verdict),
    )
    size = _size(subject, verdict)
    known = [each for each in ceilings.cluster if each.nodes is not None]
    met = [each for each in known if size.meets(each) is not None]
    if met:
        verdict.add(_of_cluster(subject, size, met))
    for ceiling in ceilings.pools:
        problem = _of_pool(subject, ceiling)
        if problem is not None:
            verdict.add(problem)
    if size.most is None:
        untold = [each.name for each in subject.pools if most_nodes_with_surge(each) is None]
        verdict.doubt(f"the most nodes of {names(untold)} cannot be told")
    lowest = known[0]
    note = "; auto-provisioned nodes have no maximum" if _makes_more(subject) else ""
    return verdict.conclude(
        f"{size.words}, below the ceiling of {lowest.nodes} ({lowest.reason}){note}",
        failed=f"{size.words}, with a ceiling of {lowest.nodes} ({lowest.reason})"
        if met
        else f"{count(len(verdict.problems), 'pool')} too large",
        evidence=_sizes(subject, subject.pools),
    )


def _other_routes(subject: Subject, verdict: Verdict) -> int | None:
    """Return how many routes of the table are not its nodes', and note what hides some."""
    if subject.model is not NetworkModel.KUBENET:
        return None
    verdict.miss(*subject.once(pod_routes).missing, *subject.topology.hidden_nodes)
    return other_routes(subject.topology)


def _size(subject: Subject, verdict: Verdict) -> _Size:
    """Return the cluster's size; where nodes have to be counted, what hides some is noted."""
    if _makes_more(subject) or any(each.node_count is None for each in subject.pools):
        verdict.miss(*subject.topology.hidden_nodes)
    seen = Counter(node.pool for node in subject.topology.nodes)
    outside = seen[None] if _makes_more(subject) else 0
    declared = (
        seen[pool.name] if pool.node_count is None else pool.node_count for pool in subject.pools
    )
    now = outside + sum(declared)
    most = needs((each, 1) for each in subject.pools).at_most_with_surge.documented
    return _Size(now, None if most is None else most + outside)


def _makes_more(subject: Subject) -> bool:
    return makes_nodes_without_pool(subject.topology)


def _of_cluster(subject: Subject, size: _Size, met: Sequence[NodeCeiling]) -> Problem:
    lowest = met[0]
    cluster = subject.cluster
    is_now = size.meets(lowest) is Severity.HIGH
    others = names(f"{each.nodes} ({each.reason})" for each in met[1:])
    return Problem(
        cause="cluster",
        resource=cluster.id,
        name=cluster.title,
        message=f"{size.words}, with a ceiling of {lowest.nodes} ({lowest.reason})"
        + (f"; also met: {others}" if others else ""),
        impact=_impact(met, is_now=is_now),
        evidence=tuple(_sizes(subject, subject.pools)),
        remediation=_LIFT,
        commands=(az_cluster(cluster, "show", query=_SIZES, output="table"),),
        severity=size.meets(lowest),
    )


def _impact(met: Sequence[NodeCeiling], *, is_now: bool) -> str:
    """Return what breaks at the lowest ceiling; Network Policy Manager's stops nobody."""
    if met[0].nodes == NODES_WITH_NETWORK_POLICY_MANAGER:
        return _POLICIES_LATE
    return _STUCK if is_now else _LATER


def _of_pool(subject: Subject, ceiling: PoolCeiling) -> Problem | None:
    pool, limit = subject.pool(ceiling.pool), ceiling.ceiling
    if pool is None:
        return None
    size = _Size(pool.node_count or 0, most_nodes_with_surge(pool))
    severity = size.meets(limit)
    if severity is None:
        return None
    return Problem(
        cause="pool",
        resource=subject.cluster.pool_id(pool.name),
        name=pool.name,
        message=f"pool {pool.name}: {size.words}, with a ceiling of {limit.nodes} ({limit.reason})",
        impact=_STUCK if severity is Severity.HIGH else _LATER,
        evidence=tuple(_sizes(subject, [pool])),
        remediation=_SPLIT,
        commands=(az_pool(subject.cluster, pool.name, "show"),),
        severity=severity,
    )


def _sizes(subject: Subject, pools: Sequence[AgentPoolProfile]) -> Iterator[Evidence]:
    for pool in pools:
        yield pool_evidence(subject, pool.name, "count", pool.node_count)
        if pool.enable_auto_scaling:
            yield pool_evidence(subject, pool.name, "maxCount", pool.max_count)
        surge = pool.upgrade_settings.max_surge
        if surge is not None:
            yield pool_evidence(subject, pool.name, "upgradeSettings.maxSurge", surge)


check = Check(
    id="node-ceiling",
    title="Number of nodes below every ceiling",
    group=Group.ROUTES,
    severity=Severity.HIGH,
    documentation=__doc__ or "",
    decide=decide,
)
