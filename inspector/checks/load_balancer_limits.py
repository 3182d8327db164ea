"""The load balancers stay within Azure's limits.

What: no more than 300 rules lead to one network interface, 1,500 rules (with NAT rules) are in a
load balancer, 10,000 backend configurations (ports times nodes) belong to a frontend, 300 services
of type LoadBalancer are in the cluster, and 8 private link services are on a load balancer.

Why it matters: Azure refuses the rule that is one too many. The service that asks for it stays
without an address, and so does every later change of the load balancer, for it is written whole.
Services without local traffic policy lead to all nodes, so each of their ports counts for each
node.

How it is decided: rules are counted by the backend pools they lead to, and an interface has those
of all pools that hold it, public and internal. Services are told by the names that the cloud
provider gives to frontends and rules. The inventory of the infrastructure group tells how many
private link services there are, not on which load balancer: they are too many only if no division
among those with internal frontends would do; others in other groups are not seen. Medium: a limit
is passed. Low: rules for an interface above the percentage in ``rules-per-interface-percent``.
Unknown: load balancers, members by address or the inventory could not be seen. Skipped without a
load balancer, and with Basic ones, whose limits are others.

How to fix: fewer ports in services, an ingress controller or a gateway instead of many services,
local traffic policy, several load balancers.

Source: https://learn.microsoft.com/azure/aks/use-multiple-standard-load-balancer,
https://learn.microsoft.com/azure/aks/best-practices-performance-scale-large,
https://learn.microsoft.com/azure/azure-resource-manager/management/azure-subscription-service-limits
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Final

from inspector.checking import Check, Decision, Problem, Skipped, Subject, Verdict, az, evidence
from inspector.checking.outbound_rules import balancers_seen, has_basic_balancer
from inspector.cluster.interface_rules import Load, interface_loads
from inspector.cluster.ownership import owner_of_rule
from inspector.findings import Evidence, Group, Severity
from inspector.network.limits import (
    BACKEND_CONFIGURATIONS_PER_FRONTEND,
    PRIVATE_LINK_SERVICES,
    RULES_PER_INTERFACE,
    RULES_PER_LOAD_BALANCER,
    SERVICES_PER_CLUSTER,
)
from inspector.network.service_names import service_base
from inspector.resource_id import ResourceId
from inspector.resources import (
    InventoryItem,
    LoadBalancer,
    LoadBalancingRule,
    Relation,
    Resource,
    same_text,
)
from inspector.wording import count, names

_PRIVATE_LINK: Final = "Microsoft.Network/privateLinkServices"
_REFUSED: Final = "Azure refuses further rules, and services stay without an address"
_FEWER: Final = (
    "Put services behind an ingress controller or a gateway, use fewer ports, or spread them over "
    "several load balancers."
)
_MOST_SERVICES: Final = 3


def decide(subject: Subject) -> Decision:
    """Count rules, services and private link services against the limits."""
    if has_basic_balancer(subject):
        return Skipped("the load balancers are Basic, whose limits are others")
    verdict = Verdict(subject)
    balancers = balancers_seen(subject, verdict)
    if not balancers and verdict.is_complete:
        return Skipped("there is no load balancer")
    told = (
        _of_interfaces(subject, verdict),
        _of_balancers(verdict, balancers),
        _of_frontends(subject, verdict, balancers),
        _of_services(subject, verdict, balancers),
        _of_private_links(subject, verdict, balancers),
    )
    several = count(len(balancers), "load balancer")
    return verdict.conclude(
        f"{several}: {'; '.join(each for each in told if each is not None)}",
        failed=f"{several}: {count(len(verdict.problems), 'limit')} passed or near",
        evidence=(_rules_in(each) for each in balancers),
    )


def _of_interfaces(subject: Subject, verdict: Verdict) -> str:
    """Judge how many rules lead to an interface."""
    loads = subject.once(interface_loads)
    verdict.miss(*loads.missing)
    worst = max(loads.every, key=lambda each: len(each.rules), default=Load((), ()))
    most = len(worst.rules)
    words = f"at most {most} of {RULES_PER_INTERFACE} rules for an interface"
    limit = RULES_PER_INTERFACE * subject.thresholds.rules_per_interface_percent / 100
    if most <= limit:
        return words
    holders = Counter(each.id.parent for each in worst.rules if each.id.parent is not None)
    target = min(holders, key=lambda each: (-holders[each], each))
    hit = [each for each in loads.every if len(each.rules) > limit]
    nodes = [member.title for each in hit for member in each.members]
    verdict.add(
        Problem(
            cause="rules-per-interface",
            resource=target,
            name=target.name,
            message=f"{most} load balancing rules lead to one interface, {RULES_PER_INTERFACE} are "
            f"possible: {count(len(nodes), 'node')} ({names(nodes)}); most rules have "
            f"{_services_with_most(subject, worst.rules)}",
            impact=_REFUSED,
            evidence=tuple(
                Evidence(
                    resource=each,
                    name=each.name,
                    field="length(properties.loadBalancingRules)",
                    value=holders[each],
                )
                for each in sorted(holders)
            ),
            remediation=_FEWER,
            commands=tuple(_show(each) for each in sorted(holders)),
            severity=Severity.MEDIUM if most > RULES_PER_INTERFACE else Severity.LOW,
        )
    )
    return words


def _services_with_most(subject: Subject, rules: Iterable[LoadBalancingRule]) -> str:
    found: Counter[str] = Counter()
    for rule in rules:
        owner = owner_of_rule(subject.topology, rule)
        found[owner.words if owner is not None else rule.title] += 1
    most = sorted(found.items(), key=lambda each: (-each[1], each[0]))[:_MOST_SERVICES]
    return ", ".join(f"{name} ({number})" for name, number in most)


def _of_balancers(verdict: Verdict, balancers: Iterable[LoadBalancer]) -> str:
    """Judge how many rules a load balancer has."""
    most = 0
    for balancer in balancers:
        frontends = balancer.properties.frontend_ip_configurations
        nat = {rule.id for each in frontends for rule in each.properties.inbound_nat_rules}
        rules = len(balancer.properties.load_balancing_rules) + len(nat)
        most = max(most, rules)
        if rules > RULES_PER_LOAD_BALANCER:
            message = f"load balancer {balancer.title} has {rules:,} rules, "
            message += f"{RULES_PER_LOAD_BALANCER:,} are possible"
            verdict.add(_passed("rules", balancer, message, (_rules_in(balancer),)))
    return f"{most:,} of {RULES_PER_LOAD_BALANCER:,} rules in a load balancer"


def _of_frontends(subject: Subject, verdict: Verdict, balancers: Sequence[LoadBalancer]) -> str:
    """Judge how many ports times nodes belong to a frontend."""
    sizes = {
        pool.id: len(pool.addresses or pool.properties.backend_ip_configurations)
        for each in balancers
        for pool in each.properties.backend_address_pools
    }
    topology, most = subject.topology, 0
    for balancer in balancers:
        hit = []
        for frontend in balancer.properties.frontend_ip_configurations:
            users = topology.referring(frontend.id, Relation.FRONTEND)
            rules = [each for each in users if topology.seen(each, LoadBalancingRule) is not None]
            pools = chain.from_iterable(
                topology.linked(each, Relation.BACKEND_POOL) for each in rules
            )
            number = sum(sizes.get(each, 0) for each in pools)
            most = max(most, number)
            if number > BACKEND_CONFIGURATIONS_PER_FRONTEND:
                field = "length(properties.loadBalancingRules)"
                hit.append((number, frontend.title, evidence(frontend, field, len(rules))))
        if hit:
            worst = max(number for number, _, _ in hit)
            message = f"{count(len(hit), 'frontend')} of load balancer {balancer.title} with up to "
            message += f"{worst:,} backend configurations (ports times nodes), "
            message += f"{BACKEND_CONFIGURATIONS_PER_FRONTEND:,} are possible: "
            message += names(title for _, title, _ in hit)
            shown = tuple(each for _, _, each in hit)
            verdict.add(_passed("backend-configurations", balancer, message, shown))
    limit = f"{BACKEND_CONFIGURATIONS_PER_FRONTEND:,}"
    return f"{most:,} of {limit} backend configurations for a frontend"


def _of_services(subject: Subject, verdict: Verdict, balancers: Iterable[LoadBalancer]) -> str:
    """Judge how many services of type LoadBalancer there are: some share a frontend."""
    parts: Iterator[Resource] = chain.from_iterable(
        (*each.properties.frontend_ip_configurations, *each.properties.load_balancing_rules)
        for each in balancers
    )
    services = {service_base(each.title) for each in parts} - {None}
    if len(services) > SERVICES_PER_CLUSTER:
        message = (
            f"{len(services)} services of type LoadBalancer, {SERVICES_PER_CLUSTER} are possible"
        )
        shown = tuple(map(_frontends_in, balancers))
        verdict.add(_passed("services", subject.cluster, message, shown, tuple(balancers)))
    return f"{len(services)} of {SERVICES_PER_CLUSTER} services"


def _of_private_links(
    subject: Subject, verdict: Verdict, balancers: Iterable[LoadBalancer]
) -> str | None:
    """Judge the private link services, as far as their number alone tells."""
    group = subject.cluster.infrastructure_group
    items: tuple[InventoryItem, ...] = ()
    if group is None:
        verdict.doubt("the cluster names no infrastructure group")
        return None
    with verdict:
        items = subject.topology.entries(group, InventoryItem)
    links = [each for each in items if same_text(each.type, _PRIVATE_LINK)]
    internal = [each for each in balancers if _is_internal(each)]
    words = f"{count(len(links), 'private link service')}, {PRIVATE_LINK_SERVICES} are possible for"
    if internal and verdict.is_complete and len(links) > PRIVATE_LINK_SERVICES * len(internal):
        message = f"{words} each of {count(len(internal), 'internal load balancer')}"
        shown = tuple(evidence(each, "type", each.type) for each in links)
        verdict.add(_passed("private-link-services", subject.cluster, message, shown, internal))
    elif len(links) > PRIVATE_LINK_SERVICES:
        verdict.doubt(f"{words} a load balancer, and the inventory does not tell on which they are")
    return f"{len(links)} of {PRIVATE_LINK_SERVICES} private link services"


def _is_internal(balancer: LoadBalancer) -> bool:
    frontends = balancer.properties.frontend_ip_configurations
    return any(each.properties.subnet is not None for each in frontends)


def _passed(
    cause: str,
    resource: Resource,
    message: str,
    shown: tuple[Evidence, ...],
    balancers: Iterable[LoadBalancer] = (),
) -> Problem:
    places = [each.id for each in balancers] or [resource.id]
    return Problem(
        cause=cause,
        resource=resource.id,
        name=resource.title,
        message=message,
        impact=_REFUSED,
        evidence=shown,
        remediation=_FEWER,
        commands=tuple(map(_show, places)),
    )


def _rules_in(balancer: LoadBalancer) -> Evidence:
    rules = len(balancer.properties.load_balancing_rules)
    return evidence(balancer, "length(properties.loadBalancingRules)", rules)


def _frontends_in(balancer: LoadBalancer) -> Evidence:
    frontends = len(balancer.properties.frontend_ip_configurations)
    return evidence(balancer, "length(properties.frontendIPConfigurations)", frontends)


def _show(balancer: ResourceId) -> str:
    query = "loadBalancingRules[].[name, frontendPort]"
    return az("network", "lb", "show", ids=str(balancer), query=query, output="table")


check = Check(
    id="load-balancer-limits",
    title="Load balancers within Azure's limits",
    group=Group.LOAD_BALANCER,
    severity=Severity.MEDIUM,
    documentation=__doc__ or "",
    decide=decide,
)
