"""Several public load balancers each have nodes of their own.

What: a cluster with several Standard load balancers has one called ``kubernetes``, keeps pools of
node addresses (``nodeIP``), runs Kubernetes 1.28 or later, and has every node behind one public
load balancer at most, with no load balancer left empty.

Why it matters: Azure does not let an interface be in two public load balancers, so a node in the
pools of two makes the cloud provider fail on every service of one of them. The load balancer
``kubernetes`` keeps the way out. An empty one takes services that nobody can reach.

How it is decided: from ``enableMultipleStandardLoadBalancers``, the load balancers and the members
of their pools of all nodes; the pool of the way out holds everyone, and the pool of a service with
local traffic policy only nodes with its endpoints. A preview may leave the field out: then several
public load balancers are compared all the same, without what only the field asks for. Medium: a
node in two public load balancers, another ``backendPoolType``, an older version, no ``kubernetes``.
Low: no ``kubernetes`` where the way out is not a load balancer's, for then it comes with the first
service placed on it; a load balancer without rules and members. Outbound-resources tells that the
way out is missing, empty-backend-pool that rules lead nowhere. Unknown: load balancers, or nodes
behind addresses, could not be seen. Skipped where there is one public load balancer and the field
is not set, and with Basic ones.

How to fix: repair the load balancer configurations, keep the one called ``kubernetes``, and
rebalance the nodes.

Source: https://learn.microsoft.com/azure/aks/use-multiple-standard-load-balancer,
cloud-provider-azure docs "topics/multislb"
"""

from collections.abc import Iterator, Sequence
from typing import Final

from inspector.checking import (
    Check,
    Decision,
    Problem,
    Skipped,
    Subject,
    Verdict,
    az,
    az_at,
    az_cluster,
    evidence,
)
from inspector.checking.outbound_rules import balancers_seen, has_basic_balancer
from inspector.cluster.egress import OutboundType, outbound_type
from inspector.cluster.interface_rules import interface_key
from inspector.cluster.pool_members import Member, PoolPurpose, members_by_balancer
from inspector.findings import Evidence, Group, Severity
from inspector.network.kubernetes_versions import minor_version
from inspector.resource_id import ResourceId
from inspector.resources import BackendAddressPool, LoadBalancer, same_text
from inspector.wording import count, names, share

_OWN: Final = "kubernetes"
_NODE_IP: Final = "nodeIP"
_FIRST_MINOR: Final = 28
_SEVERAL: Final = 2
_PROFILE: Final = "properties.networkProfile.loadBalancerProfile"
_FLAG: Final = f"{_PROFILE}.enableMultipleStandardLoadBalancers"
_NO_SERVICE: Final = "the cloud provider does not serve what is placed on further load balancers"

_Places = dict[ResourceId | str, tuple[Member, dict[ResourceId, LoadBalancer]]]


def decide(subject: Subject) -> Decision:
    """Judge the public load balancers together."""
    if has_basic_balancer(subject):
        return Skipped("the load balancers are Basic")
    verdict = Verdict(subject)
    public = [each for each in balancers_seen(subject, verdict) if not _is_internal(each)]
    is_asked = subject.profile.load_balancer_profile.enable_multiple_standard_load_balancers
    if not public and verdict.is_complete:
        return Skipped("there is no public load balancer")
    if not is_asked and len(public) < _SEVERAL and verdict.is_complete:
        return Skipped("the cluster does not ask for several public load balancers")
    places = _places(subject, verdict, public)
    if is_asked:
        for problem in (*_of_profile(subject), *_without_own(subject, verdict, public)):
            verdict.add(problem)
    shared = [each for each in places.values() if len(each[1]) > 1]
    if shared:
        verdict.add(_sharing(subject, shared, len(places)))
    for balancer in public if len(public) >= _SEVERAL else ():
        if _is_empty(balancer):
            verdict.add(_empty(balancer))
    several = count(len(public), "public load balancer")
    return verdict.conclude(
        f"{several}, {count(len(places), 'node')} each behind one of them",
        failed=f"{several}: {count(len(verdict.problems), 'fault')}",
        evidence=(_members(pool) for each in public for pool in _pools(each)),
    )


def _is_internal(balancer: LoadBalancer) -> bool:
    """Whether it is one for internal services; without a frontend its name tells."""
    frontends = balancer.properties.frontend_ip_configurations
    if not frontends:
        return balancer.title.lower().endswith("-internal")
    return any(each.properties.subnet is not None for each in frontends)


def _places(subject: Subject, verdict: Verdict, public: Sequence[LoadBalancer]) -> _Places:
    """Return the nodes behind public load balancers, with those they are behind."""
    found: _Places = {}
    wanted = {each.id for each in public}
    for balancer, pools in subject.once(members_by_balancer):
        for pool in pools if balancer.id in wanted else ():
            for member in pool.members if pool.purpose is PoolPurpose.EVERY_NODE else ():
                if member.address is not None and member.gap is not None:
                    verdict.miss(member.gap)
                _, behind = found.setdefault(interface_key(member), (member, {}))
                behind[balancer.id] = balancer
    return found


def _of_profile(subject: Subject) -> Iterator[Problem]:
    """Yield what the cluster's own document has against several load balancers."""
    cluster = subject.cluster
    kind = subject.profile.load_balancer_profile.backend_pool_type
    if not same_text(kind, _NODE_IP):
        yield _problem(
            subject,
            "backend-pool-type",
            f"backend pools are of type {kind or 'nodeIPConfiguration'}, several load balancers "
            f"need {_NODE_IP}",
            evidence(cluster, f"{_PROFILE}.backendPoolType", kind),
            az_cluster(cluster, "update", load_balancer_backend_pool_type=_NODE_IP),
        )
    properties = cluster.properties
    told = (properties.current_kubernetes_version, properties.kubernetes_version)
    minor = minor_version(*told)
    if minor is not None and minor < _FIRST_MINOR:
        yield _problem(
            subject,
            "kubernetes-version",
            f"Kubernetes 1.{minor} runs, several load balancers need 1.{_FIRST_MINOR}",
            evidence(cluster, "properties.currentKubernetesVersion", told[0] or told[1]),
            az_cluster(cluster, "get-upgrades", output="table"),
        )


def _without_own(
    subject: Subject, verdict: Verdict, public: Sequence[LoadBalancer]
) -> Iterator[Problem]:
    """Yield that the load balancer is missing which every such cluster has."""
    if not verdict.is_complete or any(same_text(each.title, _OWN) for each in public):
        return
    leaves_by_it = outbound_type(subject.profile) is OutboundType.LOAD_BALANCER
    if leaves_by_it and not any(each.properties.outbound_rules for each in public):
        return
    cluster = subject.cluster
    yield Problem(
        cause="no-own",
        resource=cluster.id,
        name=cluster.title,
        message=f"{count(len(public), 'public load balancer')}, none of them called {_OWN}",
        impact=_NO_SERVICE,
        evidence=(_flag(subject), *(evidence(each, "name", each.title) for each in public)),
        remediation=f"Add a load balancer configuration called {_OWN}.",
        commands=(_list(subject),),
        severity=Severity.MEDIUM if leaves_by_it else Severity.LOW,
    )


def _problem(subject: Subject, cause: str, message: str, shown: Evidence, command: str) -> Problem:
    return Problem(
        cause=cause,
        resource=subject.cluster.id,
        name=subject.cluster.title,
        message=message,
        impact=_NO_SERVICE,
        evidence=(_flag(subject), shown),
        remediation="Bring the cluster to what several load balancers need.",
        commands=(_list(subject), command),
    )


def _sharing(
    subject: Subject, shared: Sequence[tuple[Member, dict[ResourceId, LoadBalancer]]], total: int
) -> Problem:
    behind = {each.id: each for _, balancers in shared for each in balancers.values()}
    titles = names(behind[each].title for each in sorted(behind))
    return Problem(
        cause="node-in-several",
        resource=subject.cluster.id,
        name=subject.cluster.title,
        message=f"{share(len(shared), total, 'node')} behind more than one public load balancer "
        f"({titles}): {names(member.title for member, _ in shared)}",
        impact="Azure refuses a node in two public load balancers, and services stay without nodes",
        evidence=tuple(_members(pool) for each in sorted(behind) for pool in _pools(behind[each])),
        remediation="Let the configurations select different nodes, then rebalance the nodes.",
        commands=(
            _list(subject),
            *(
                az_at(
                    each,
                    "network",
                    "lb",
                    "address-pool",
                    "list",
                    lb_name=each.name,
                )
                for each in sorted(behind)
            ),
        ),
    )


def _is_empty(balancer: LoadBalancer) -> bool:
    properties = balancer.properties
    pools = properties.backend_address_pools
    members = any(each.addresses or each.properties.backend_ip_configurations for each in pools)
    is_used = properties.load_balancing_rules or properties.outbound_rules
    return not members and not is_used and not same_text(balancer.title, _OWN)


def _empty(balancer: LoadBalancer) -> Problem:
    return Problem(
        cause="empty",
        resource=balancer.id,
        name=balancer.title,
        message=f"load balancer {balancer.title} has neither rules nor nodes",
        impact="a service that is placed on it reaches no node",
        evidence=(
            evidence(balancer, "length(properties.loadBalancingRules)", 0),
            *(_members(each) for each in balancer.properties.backend_address_pools),
        ),
        remediation="Give its configuration nodes, or remove the configuration.",
        commands=(az("network", "lb", "show", ids=str(balancer.id)),),
        severity=Severity.LOW,
        is_count=True,
    )


def _pools(balancer: LoadBalancer) -> Iterator[BackendAddressPool]:
    """Yield the pools of all nodes."""
    for each in balancer.properties.backend_address_pools:
        if each.title.lower().removesuffix("-ipv6") == _OWN:
            yield each


def _members(pool: BackendAddressPool) -> Evidence:
    entries = pool.addresses
    if entries:
        found = [each.properties.ip_address for each in entries]
        return evidence(pool, "properties.loadBalancerBackendAddresses[].ipAddress", found)
    ids = [str(each.id) for each in pool.properties.backend_ip_configurations]
    return evidence(pool, "properties.backendIPConfigurations[].id", ids)


def _flag(subject: Subject) -> Evidence:
    profile = subject.profile.load_balancer_profile
    return evidence(subject.cluster, _FLAG, profile.enable_multiple_standard_load_balancers)


def _list(subject: Subject) -> str:
    cluster = subject.cluster
    return az_at(cluster.id, "aks", "loadbalancer", "list", cluster_name=cluster.title)


check = Check(
    id="multiple-load-balancers",
    title="Several public load balancers",
    group=Group.LOAD_BALANCER,
    severity=Severity.MEDIUM,
    documentation=__doc__ or "",
    decide=decide,
)
