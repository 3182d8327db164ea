"""Every backend pool that rules lead to has a member, and every pool has a rule.

What: a pool that load balancing rules or outbound rules name has at least one entry. A pool that
no rule names is one AKS keeps ready, ``kubernetes`` or ``aksOutboundBackendPool``.

Why it matters: rules that lead to an empty pool drop every packet. Clients wait for a time-out, as
nothing answers. An outbound rule on an empty pool gives nobody a way out.

How it is decided: by the entries of the pool, whatever they lead to; that is judged by
"backend-pool-members". Critical: a pool with rules and without entries. Medium where the pool is
that of one service with ``externalTrafficPolicy: Local``: it is empty when no pod of the service is
ready, so it may be the service's own state. Medium too where neither AKS nor the cloud provider
made pool and rules. Info: a pool that no rule names and that is none of AKS's. Passes otherwise.
The API server's load balancer is passed over, for what is behind it is Azure's own. An empty pool
of a cluster that is changing or stopped is unknown, and so are the pools of a load balancer that
could not be seen. Skipped if there is no pool.

How to fix: bring nodes back, or start the cluster; where nodes run, let AKS reconcile the cluster.

Source: cloud-provider-azure, azure_loadbalancer_backendpool.go and azure_local_services.go
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
from inspector.cluster.pool_members import (
    PoolMembers,
    PoolPurpose,
    hidden_balancers,
    members_by_balancer,
    rules_of,
)
from inspector.findings import Evidence, Group, Severity
from inspector.resources import BackendAddressPool, LoadBalancer, Relation
from inspector.wording import count, share

_MEMBERS: Final = "properties.backendIPConfigurations"
_RULES: Final = "properties.loadBalancingRules"


def decide(subject: Subject) -> Decision:
    """Look for pools without entries and for pools without rules."""
    verdict = Verdict(subject)
    verdict.miss(*hidden_balancers(subject.topology))
    pools: list[PoolMembers] = []
    for balancer, found in subject.once(members_by_balancer):
        pools += found
        for each in found:
            _judge(subject, verdict, balancer, each)
    if not pools and verdict.is_complete:
        return Skipped("no load balancer of the cluster has a backend pool")
    faulty = len(verdict.problems)
    filled = sum(bool(each.addresses or each.interfaces) for each in pools)
    ready = f"; {len(pools) - filled} kept ready by AKS" if filled < len(pools) else ""
    return verdict.conclude(
        f"{share(filled, len(pools), 'backend pool')} with members{ready}",
        failed=f"{share(faulty, len(pools), 'backend pool')} without members or without rules",
        evidence=(_size(each.pool) for each in pools),
    )


def _judge(subject: Subject, verdict: Verdict, balancer: LoadBalancer, found: PoolMembers) -> None:
    rules, outbound = rules_of(subject.topology, found.pool.id, Relation.BACKEND_POOL)
    is_empty = not found.addresses and not found.interfaces
    if is_empty and rules + outbound:
        verdict.add(_empty(subject, balancer, found, (rules, outbound)))
    elif not rules + outbound and found.purpose is PoolPurpose.OTHER:
        verdict.add(_unused(subject, balancer, found.pool))


def _empty(
    subject: Subject, balancer: LoadBalancer, found: PoolMembers, users: tuple[int, int]
) -> Problem:
    rules, outbound = users
    is_local = found.purpose is PoolPurpose.LOCAL_SERVICE
    led = [count(rules, "load balancing rule")] if rules else []
    led += [count(outbound, "outbound rule")] if outbound else []
    service = "; it holds the nodes with pods of one service" if is_local else ""
    return Problem(
        cause="no-members",
        resource=found.pool.id,
        name=found.pool.title,
        message=f"backend pool {found.pool.title} of load balancer {balancer.title} has no member; "
        f"{' and '.join(led)} {'lead' if rules + outbound > 1 else 'leads'} to it{service}",
        impact="every packet to the service is dropped"
        if rules
        else "no node has a way out through the load balancer",
        evidence=(
            _size(found.pool),
            *(
                evidence(rule, "properties.backendAddressPool.id", str(found.pool.id))
                for rule in (
                    *balancer.properties.load_balancing_rules,
                    *balancer.properties.outbound_rules,
                )
                if found.pool.id in subject.topology.linked(rule.id, Relation.BACKEND_POOL)
            ),
        ),
        remediation="Look whether pods of the service are ready, on any node."
        if is_local
        else "Look whether the nodes are running; if they are, let AKS reconcile the cluster.",
        commands=(
            az("network", "lb", "address-pool", "show", ids=str(found.pool.id)),
            az_cluster(subject.cluster, "update"),
        ),
        severity=Severity.MEDIUM
        if is_local or found.purpose is PoolPurpose.OTHER
        else Severity.CRITICAL,
        is_count=True,
    )


def _unused(subject: Subject, balancer: LoadBalancer, pool: BackendAddressPool) -> Problem:
    return Problem(
        cause="no-rules",
        resource=pool.id,
        name=pool.title,
        message=f"no rule of load balancer {balancer.title} leads to backend pool {pool.title}",
        impact="none for traffic; its members count towards Azure's limits",
        evidence=(evidence(pool, _RULES, None), _size(pool)),
        remediation="Find out who made the pool, and delete it if nobody needs it.",
        commands=(
            az("network", "lb", "address-pool", "show", ids=str(pool.id)),
            az_cluster(subject.cluster, "show", query="networkProfile.loadBalancerProfile"),
        ),
        severity=Severity.INFO,
    )


def _size(pool: BackendAddressPool) -> Evidence:
    """Return how many entries a pool has."""
    if pool.addresses:
        field = "properties.loadBalancerBackendAddresses"
        return evidence(pool, f"length({field})", len(pool.addresses))
    entries = pool.properties.backend_ip_configurations
    return evidence(pool, f"length({_MEMBERS})", len(entries))


check = Check(
    id="empty-backend-pool",
    title="Backend pools have members and rules",
    group=Group.LOAD_BALANCER,
    severity=Severity.HIGH,
    documentation=__doc__ or "",
    decide=decide,
)
