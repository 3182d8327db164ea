"""Health probes of the load balancer reach the nodes.

What: no security rule stops the load balancer's health probes, from the service tag
``AzureLoadBalancer``, to the nodes of its backend pools on the ports that rules probe.

Why it matters: a node that does not answer counts as dead. If the probes of a service are denied
at all nodes the service answers nobody, however healthy its pods are.

How it is decided: the rules of the group at the node's subnet and of the one at its interface are
evaluated by priority, custom rules then default ones, for the ports of all probes that a load
balancing rule uses, public and internal. Both groups have to let the probes in. Critical: a custom
rule denies them on any of the ports. A rule that allows ``VirtualNetwork`` lets them in too, for
that tag holds 168.63.129.16. Unknown: a rule may match but names an application security group or
another tag, or a group, load balancer or node could not be seen. Skipped where no rule of a load
balancer probes a node. The API server's own load balancer is not judged.

How to fix: allow the service tag ``AzureLoadBalancer`` at a priority before the rule that denies.

Sources: https://learn.microsoft.com/azure/load-balancer/load-balancer-custom-probe-overview;
https://learn.microsoft.com/azure/virtual-network/service-tags-overview
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from inspector.checking import Check, Decision, Problem, Skipped, Subject, Verdict
from inspector.checking.security import (
    TAKE_OUT,
    Denial,
    allow_above,
    by_rule,
    denial_evidence,
    denials,
    is_kept_by_aks,
    rule_of,
    show_rule,
    show_rules,
    size,
)
from inspector.cluster.pool_members import (
    MemberKind,
    PoolMembers,
    hidden_balancers,
    members_by_balancer,
)
from inspector.cluster.protection import Protection, protections, surroundings, touching
from inspector.findings import Group, Severity
from inspector.network.security_rules import DecidingRule
from inspector.network.security_rules.traffic import (
    Direction,
    Flow,
    Protocol,
    service_words,
    services,
)
from inspector.network.spaces import Family, Space, merged
from inspector.resource_id import ResourceId
from inspector.resources import IPAddress, LoadBalancer, NetworkSecurityGroup, Probe, Relation
from inspector.topology import Topology
from inspector.wording import share

_TAG = "AzureLoadBalancer"


class _Probed(NamedTuple):
    """Addresses of nodes behind the same groups, and the ports they are probed on."""

    addresses: set[IPAddress]
    ports: set[int]


def decide(subject: Subject) -> Decision:
    """Evaluate the way of the probes to the nodes."""
    topology, verdict = subject.topology, Verdict(subject)
    found = subject.once(protections)
    verdict.miss(*found.missing, *hidden_balancers(topology))
    probed = _probed(subject, verdict, found.nodes)
    if not probed and verdict.is_complete:
        return Skipped("no rule of a load balancer probes a node")
    denied: list[Denial] = []
    for place, asked in probed.items():
        with verdict:
            denied += _denials(topology, verdict, found.nodes[place], asked)
    ports = len({port for asked in probed.values() for port in asked.ports})
    addresses = sum(len(asked.addresses) for asked in probed.values())
    for each in by_rule(denied):
        verdict.add(_problem(subject, each, ports, addresses))
    return verdict.conclude(
        f"health probes admitted on {share(ports, ports, 'port')} "
        f"at {share(addresses, addresses, 'address')}",
        failed=f"health probes denied on {share(size(_ports(denied)), ports, 'port')} "
        f"at {share(_closed(denied), addresses, 'address')}",
    )


def _probed(
    subject: Subject, verdict: Verdict, nodes: tuple[Protection, ...]
) -> dict[int, _Probed]:
    """Return what is probed, by the place of what protects it; hidden members are noted."""
    places = {node.id: place for place, each in enumerate(nodes) for node in each.nodes}
    probed: dict[int, _Probed] = {}
    for balancer, pools in subject.once(members_by_balancer):
        ports = _ports_by_pool(subject.topology, balancer)
        for pool in pools:
            asked = ports.get(pool.pool.id)
            if asked is None:
                continue
            verdict.miss(*(each.gap for each in pool.members if each.gap is not None))
            for node, address in _addresses(pool):
                if node in places:
                    held = probed.setdefault(places[node], _Probed(set(), set()))
                    held.addresses.add(address)
                    held.ports.update(asked)
    return probed


def _ports_by_pool(topology: Topology, balancer: LoadBalancer) -> dict[ResourceId, set[int]]:
    ports: dict[ResourceId, set[int]] = {}
    for rule in balancer.properties.load_balancing_rules:
        reference = rule.properties.probe
        probe = topology.seen(reference.id, Probe) if reference is not None else None
        port = probe.properties.port if probe is not None else None
        for pool in topology.linked(rule.id, Relation.BACKEND_POOL) if port is not None else ():
            ports.setdefault(pool, set()).update(() if port is None else (port,))
    return ports


def _addresses(pool: PoolMembers) -> Iterator[tuple[ResourceId, IPAddress]]:
    for each in pool.members:
        if each.kind is MemberKind.NODE and each.node is not None and each.configuration:
            address = each.configuration.properties.private_ip_address
            if address is not None:
                yield each.node.id, address


def _denials(
    topology: Topology, verdict: Verdict, protection: Protection, asked: _Probed
) -> Iterator[Denial]:
    around = surroundings(topology, protection)
    for family in Family:
        flow = Flow(
            direction=Direction.INBOUND,
            source=(_TAG,),
            destination=protection.subnet.prefixes,
            family=family,
            protocol=Protocol.TCP,
            ports=merged((port, port) for port in asked.ports),
        )
        own = merged((int(ip), int(ip)) for ip in asked.addresses if ip.version == family.version)
        parts = touching(protection.evaluate(flow, around), None, own)
        yield from denials(verdict, protection, parts, "health probes")


def _ports(found: Iterable[Denial]) -> Space:
    shares = (share for each in found for share in each.part.shares)
    return merged(span for each in shares for span in each.ports[Protocol.TCP])


def _closed(found: Iterable[Denial]) -> int:
    """Count the addresses that probes do not reach on some port."""
    shares = [share for each in found for share in each.part.shares]
    spaces = (
        merged(span for each in shares if each.family is family for span in each.destinations)
        for family in Family
    )
    return sum(map(size, spaces))


def _problem(subject: Subject, found: list[Denial], ports: int, addresses: int) -> Problem:
    group, rule = found[0].group, found[0].rule
    document = rule_of(group, rule)
    closed = _ports(found)
    words = service_words(services((Protocol.TCP,), closed))
    looks = show_rule(document) if document is not None else show_rules(group)
    is_kept = is_kept_by_aks(subject, group)
    return Problem(
        cause="denied",
        resource=document.id if document is not None else group.id,
        name=rule.name,
        message=f"{rule.title} of {group.title} denies health probes on "
        f"{share(size(closed), ports, 'port')} ({words}) "
        f"at {share(_closed(found), addresses, 'address')}",
        impact="the load balancer takes the nodes for dead, and what it sends to is not reached",
        evidence=denial_evidence(found),
        remediation=TAKE_OUT
        if is_kept
        else f"Allow the service tag {_TAG} at a priority before the rule's.",
        commands=(looks,) if is_kept else (looks, _allowing(group, rule)),
    )


def _allowing(group: NetworkSecurityGroup, rule: DecidingRule) -> str:
    return allow_above(
        group,
        rule,
        Direction.INBOUND,
        "allow-load-balancer",
        protocol="*",
        source_address_prefixes=_TAG,
        destination_port_ranges="*",
    )


check = Check(
    id="nsg-allows-probes",
    title="Security groups let health probes in",
    group=Group.SECURITY,
    severity=Severity.CRITICAL,
    documentation=__doc__ or "",
    decide=decide,
)
