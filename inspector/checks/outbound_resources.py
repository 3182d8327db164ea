"""What leads out of the cluster is what its outbound type stands for, and nothing is left over.

What: with ``outboundType: loadBalancer`` a Standard load balancer has an outbound rule with a
public address, and no NAT gateway takes the nodes' traffic instead. With any other type there is
no outbound rule, no address that AKS made for one and, unless the type is one of NAT gateways, no
NAT gateway in the infrastructure group.

Why it matters: the outbound type is what people read to learn how a cluster leaves. Where the
parts differ its real address is another than the one on allow-lists, or it has no way out at all.
What an earlier type left behind is billed, and is a public address nobody expects.

How it is decided: by the rules and gateways there are, not by their names. High: no load balancer,
no outbound rule, a rule without a public address, a NAT gateway on a subnet of nodes or pods under
``loadBalancer``, an outbound rule under another type. Low: an address or a NAT gateway that was
left and is attached to nothing. Passes if there is none of these. A type that ARM leaves out is
``loadBalancer``. Whether a NAT gateway or a default route is where its type wants it is asked by
"nat-gateway" and "default-route"; a left-over address on an unused frontend is told by
"unused-frontend". Rules of a load balancer of the user's count where it holds nodes. Skipped with
a Basic load balancer, which has no outbound rules. Unknown for a type that is not recognised, if
load balancers, gateways, addresses or subnets could not be seen, and for what is at odds while the
cluster is being made, updated or stopped.

How to fix: set the outbound type again, or update the cluster without a change: AKS puts its own
parts back. Delete by hand what it left.

Source: https://learn.microsoft.com/azure/aks/egress-outboundtype
"""

from collections.abc import Iterator, Sequence
from typing import Final

from inspector.checking import (
    Check,
    Decision,
    Problem,
    Skipped,
    Subject,
    Undecided,
    Verdict,
    az,
    az_cluster,
    evidence,
)
from inspector.checking.outbound_rules import frontends_of, outbound_rules
from inspector.cluster.egress import frontend_public_ips
from inspector.cluster.leftovers import hidden_users, idle_gateways, unattached_outbound_ips
from inspector.findings import Evidence, Group, Severity
from inspector.resource_id import ResourceId
from inspector.resources import (
    LoadBalancer,
    NATGateway,
    OutboundRule,
    PublicIPAddress,
    Resource,
    Subnet,
    VirtualNetwork,
    same_text,
)
from inspector.wording import count, names

_BALANCER: Final = "loadbalancer"
_GATEWAYS: Final = frozenset({"managednatgateway", "managednatgatewayv2", "userassignednatgateway"})
_OTHERS: Final = frozenset({"userdefinedrouting", "none", "block"})
_FIELD: Final = "properties.networkProfile.outboundType"


def decide(subject: Subject) -> Decision:
    """Compare the parts of the way out with the outbound type."""
    profile = subject.profile
    told = profile.outbound_type or "loadBalancer"
    if told.lower() not in {_BALANCER, *_GATEWAYS, *_OTHERS}:
        return Undecided(f"outbound type {told} is not recognised")
    if same_text(profile.load_balancer_sku or "Basic", "Basic") and told.lower() == _BALANCER:
        return Skipped("a Basic load balancer has no outbound rules")
    verdict = Verdict(subject)
    rules = outbound_rules(subject, verdict)
    if told.lower() == _BALANCER:
        _need_rules(subject, verdict, rules)
    else:
        _no_rules(subject, verdict, told, rules)
        _no_addresses(subject, verdict, told)
    if told.lower() not in _GATEWAYS:
        _no_gateway(subject, verdict, told)
    found = count(len(rules), "outbound rule") if rules else "no outbound rule"
    return verdict.conclude(
        f"{found} and nothing left over, as outbound type {told} wants it",
        failed=f"{count(len(verdict.problems), 'part')} of the way out at odds with outbound "
        f"type {told}",
        evidence=(_type(subject), *map(frontends_of, rules)),
    )


def _scope(subject: Subject) -> ResourceId:
    return subject.cluster.infrastructure_group or subject.cluster.id


def _type(subject: Subject) -> Evidence:
    return evidence(subject.cluster, _FIELD, subject.profile.outbound_type)


def _need_rules(subject: Subject, verdict: Verdict, rules: Sequence[OutboundRule]) -> None:
    """Note that there is no outbound rule, or one that has no public address to send from."""
    topology = subject.topology
    for rule in rules:
        if not frontend_public_ips(topology, [rule.id]):
            lack = f"no frontend of outbound rule {rule.title} has a public address"
            words = ("no-public-address", lack)
            verdict.add(_lacking(subject, rule, words, (frontends_of(rule),)))
    if not rules and verdict.is_complete:
        verdict.add(_no_rule(subject))


def _no_rule(subject: Subject) -> Problem:
    balancers = subject.topology.all(LoadBalancer)
    own = next((each for each in balancers if same_text(each.title, "kubernetes")), None)
    if own is None:
        lack = "there is no load balancer kubernetes"
        return _lacking(subject, subject.cluster, ("no-load-balancer", lack), ())
    lack = f"load balancer {own.title} has no outbound rule"
    rules = evidence(own, "properties.outboundRules", None)
    return _lacking(subject, own, ("no-outbound-rule", lack), (rules,))


def _lacking(
    subject: Subject, resource: Resource, words: tuple[str, str], found: tuple[Evidence, ...]
) -> Problem:
    cause, message = words
    query = "networkProfile.[outboundType, loadBalancerProfile]"
    return Problem(
        cause=cause,
        resource=resource.id,
        name=resource.title,
        message=f"{message}, the outbound type is loadBalancer",
        impact="nodes and pods have no way out to the internet that was set up for them",
        evidence=(_type(subject), *found),
        remediation="Update the cluster without a change, so that AKS makes the rule again.",
        commands=(
            az_cluster(subject.cluster, "show", query=query),
            az_cluster(subject.cluster, "update"),
        ),
        is_count=subject.is_changing,
    )


def _no_rules(subject: Subject, verdict: Verdict, told: str, rules: Sequence[OutboundRule]) -> None:
    """Note the outbound rules that an earlier outbound type left."""
    for balancer in subject.topology.all(LoadBalancer):
        left = [each for each in rules if each.id.parent == balancer.id]
        if left:
            verdict.add(_left_rules(subject, balancer, told, left))


def _left_rules(
    subject: Subject, balancer: LoadBalancer, told: str, rules: Sequence[OutboundRule]
) -> Problem:
    ids = frontend_public_ips(subject.topology, [each.id for each in rules])
    seen = (subject.topology.seen(each, PublicIPAddress) for each in ids)
    return Problem(
        cause="left-over-rule",
        resource=balancer.id,
        name=balancer.title,
        message=f"load balancer {balancer.title} has {count(len(rules), 'outbound rule')} "
        f"({names(each.title for each in rules)}) with {count(len(ids), 'public address')}, "
        f"the outbound type is {told}",
        impact="nodes can leave with addresses that the profile does not name",
        evidence=(
            _type(subject),
            *map(frontends_of, rules),
            *(
                evidence(each, "properties.ipAddress", each.properties.ip_address)
                for each in seen
                if each is not None
            ),
        ),
        remediation="Set the outbound type again; if the rule stays, delete it when nobody "
        "counts on its addresses.",
        commands=(
            az("network", "lb", "show", ids=str(balancer.id), query="outboundRules"),
            az_cluster(subject.cluster, "update", outbound_type=told),
        ),
        is_count=subject.is_changing,
    )


def _no_addresses(subject: Subject, verdict: Verdict, told: str) -> None:
    """Note the addresses that AKS made for a way out there is no more."""
    topology = subject.topology
    with verdict:
        topology.listed(_scope(subject), PublicIPAddress)
    hidden = hidden_users(topology)
    verdict.miss(*hidden)
    for address in unattached_outbound_ips(topology) if not hidden else ():
        message = (
            f"public IP address {address.title} ({address.properties.ip_address}) was made for an "
            f"outbound rule and is attached to nothing, the outbound type is {told}"
        )
        attached = evidence(address, "properties.ipConfiguration.id", None)
        words = ("left-over-address", "public-ip", message)
        verdict.add(_left(subject, address, words, attached))


def _left(
    subject: Subject, resource: Resource, words: tuple[str, str, str], found: Evidence
) -> Problem:
    """Return something that serves nobody; ``words`` are its cause, its command, the message."""
    cause, verb, message = words
    command = ("network", *verb.split())
    return Problem(
        cause=cause,
        resource=resource.id,
        name=resource.title,
        message=message,
        impact="it is billed and serves nobody",
        evidence=(_type(subject), found),
        remediation="Delete it when no allow-list counts on the address.",
        commands=(
            az(*command, "show", ids=str(resource.id)),
            az(*command, "delete", ids=str(resource.id)),
        ),
        severity=Severity.LOW,
        is_count=subject.is_changing,
    )


def _no_gateway(subject: Subject, verdict: Verdict, told: str) -> None:
    """Note NAT gateways that take the traffic, and AKS's own that are left.

    A gateway of the user's beside a route table or without any way out is the user's business.
    """
    group, is_balancer = _scope(subject), told.lower() == _BALANCER
    taken: dict[ResourceId, list[Subnet]] = {}
    for subnet in _subnets(subject, verdict):
        reference = subnet.properties.nat_gateway
        if reference is not None:
            is_ours = reference.id.resource_group_id == group
            if is_balancer or is_ours:
                taken.setdefault(reference.id, []).append(subnet)
    for gateway_id, subnets in taken.items():
        verdict.add(_taking(subject, gateway_id, subnets, told))
    with verdict:
        subject.topology.listed(group, NATGateway)
    for gateway in idle_gateways(subject.topology) if verdict.is_complete else ():
        message = f"NAT gateway {gateway.title} is on no subnet, the outbound type is {told}"
        subnets_of = evidence(gateway, "properties.subnets", None)
        words = ("left-over-gateway", "nat gateway", message)
        verdict.add(_left(subject, gateway, words, subnets_of))


def _subnets(subject: Subject, verdict: Verdict) -> Iterator[Subnet]:
    """Yield the subnets of nodes and pods; AKS's own is in a network that must be seen for it."""
    topology = subject.topology
    if any(each.vnet_subnet_id is None for each in subject.pools):
        gap = topology.gap_in_list(_scope(subject), VirtualNetwork)
        verdict.miss(*([gap] if gap is not None else []))
    for each in sorted({*topology.subnets_of_nodes, *subject.pod_subnets}):
        with verdict:
            subnet = topology.get(each, Subnet)
            if subnet is not None:
                yield subnet


def _taking(subject: Subject, gateway: ResourceId, subnets: list[Subnet], told: str) -> Problem:
    """Return that a gateway takes the traffic: which type it is of, its resource group tells."""
    is_aks_s = gateway.resource_group_id == _scope(subject)
    fitting = "managedNATGateway" if is_aks_s else "userAssignedNATGateway"
    return Problem(
        cause="nat-gateway",
        resource=gateway,
        name=gateway.name,
        message=f"NAT gateway {gateway.name} takes the traffic of "
        f"{count(len(subnets), 'subnet')} ({names(each.title for each in subnets)}), "
        f"the outbound type is {told}",
        impact="traffic leaves with other addresses than the profile names",
        evidence=(
            _type(subject),
            *(evidence(each, "properties.natGateway.id", gateway) for each in subnets),
        ),
        remediation="Set the outbound type to that of the NAT gateway, or take the gateway off "
        "the subnet.",
        commands=(
            az("network", "nat", "gateway", "show", ids=str(gateway)),
            az_cluster(subject.cluster, "update", outbound_type=fitting),
        ),
        is_count=subject.is_changing,
    )


check = Check(
    id="outbound-resources",
    title="The way out is what the outbound type says",
    group=Group.EGRESS,
    severity=Severity.HIGH,
    documentation=__doc__ or "",
    decide=decide,
)
