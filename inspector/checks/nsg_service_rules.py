"""Security rules let in what services publish, and no more.

What: each port that a service has at a public address is let in by the security groups before its
nodes, and the rules that Kubernetes wrote into AKS's own group name addresses that are still
somebody's. That group has room for more rules, and nobody else takes the priorities that Kubernetes
needs.

Why it matters: a public frontend answers nobody unless every group before the nodes allows it. AKS
writes the rules into its own group alone; a group of your own on the subnet needs the same. Rules
of deleted services stay open for whoever has the address next, and where a group is full Kubernetes
cannot open a port.

How it is decided: AKS's own group is ``aks-agentpool-…-nsg`` in the infrastructure group. Rules of
Kubernetes are those named ``k8s-azure-lb…`` or after a service, with a priority from 500 to 4096.
For each public port all groups of the nodes in its backend pool are evaluated, from the sources
that Kubernetes' rule for it names, else from the internet or from the service tags that a rule
lets in. High: a group denies all of them at all
nodes. Medium: at some of the nodes, or more than ``security-rule-priorities-percent`` of the
priorities, of 1,000 rules or of 4,000 addresses on a side of AKS's group are in use. Low: a rule of
Kubernetes names an address that no frontend and no node has (so does the annotation for additional
public addresses), and inbound rules of others with Kubernetes' priorities, unless pools have
allowed host ports, for which AKS writes some. A port that others' rules open is only counted:
an annotation can tell Kubernetes to write none. Ports that do not fit floating IP are left to
rule-floating-ip, nodes without any group to nsg-attached. Unknown: a rule may match, an address is
not given out yet, or something could not be seen. Skipped without public ports and rules.

How to fix: allow the ports in the group that denies, to the service's public address. Let
Kubernetes write the service's rules again by a small change of the service.

Sources: cloud-provider-azure, securitygroup.go and docs "topics/loadbalancer";
https://github.com/Azure/AKS/issues/3186; https://learn.microsoft.com/azure/aks/concepts-network
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from inspector.checking import (
    Check,
    Decision,
    Problem,
    Skipped,
    Subject,
    Verdict,
)
from inspector.checking.commands import az_services
from inspector.checking.outbound_rules import has_basic_balancer
from inspector.checking.own_security_group import faults_of_own_group
from inspector.checking.security import (
    Denial,
    allow_above,
    denial_evidence,
    is_kept_by_aks,
    rule_evidence,
    show_rules,
    tags_let_in,
)
from inspector.cluster.protection import Protection, protections, surroundings
from inspector.cluster.public_ports import Gates, PublicPort, leads_to, live_addresses, public_ports
from inspector.findings import Group, Severity
from inspector.network import security_rules
from inspector.network.security_rules import Part
from inspector.network.security_rules.surroundings import Surroundings
from inspector.network.security_rules.traffic import Direction
from inspector.network.service_rules import (
    is_of_services,
    is_own_group,
    source_sets,
    takes_service_priority,
)
from inspector.network.spaces import Family, Space
from inspector.resources import NetworkSecurityGroup
from inspector.wording import count, names, share


class _Closed(NamedTuple):
    """A port that a group denies from every source it is for."""

    port: PublicPort
    denial: Denial
    is_everywhere: bool


class _Answers(NamedTuple):
    """What the groups say to the public ports of services.

    ``judged`` are the ports with nodes behind groups, ``by_others`` those of them that rules of
    others alone let in.
    """

    closed: list[_Closed]
    judged: int
    by_others: int


class _Place(NamedTuple):
    """Nodes behind the same groups, with what is around them."""

    protection: Protection
    around: Surroundings


def decide(subject: Subject) -> Decision:
    """Judge the ports of public services, then AKS's own group."""
    verdict, found = Verdict(subject), subject.once(public_ports)
    verdict.miss(*found.missing)
    own = _own_groups(subject, verdict)
    rules = [
        rule
        for group in own
        for rule in group.properties.security_rules
        if takes_service_priority(rule)
    ]
    written = [each for each in rules if is_of_services(each.title, each.properties.priority)]
    closed, judged, by_others = _answers(subject, verdict, own, found.ports)
    if not found.ports and not rules and verdict.is_complete and not found.doubts:
        return Skipped(
            "no service has a public port, and AKS's own security group has no rule for one"
        )
    for each in found.doubts:
        verdict.doubt(each)
    for group in sorted({each.denial.step.group for each in closed}):
        verdict.add(
            _unreachable(subject, [each for each in closed if each.denial.step.group == group])
        )
    live = _live(subject, verdict)
    for each_group in own:
        for problem in faults_of_own_group(subject, each_group, live):
            verdict.add(problem)
    stopped = len({each.port.rule.id for each in closed})
    note = f", {by_others} by rules of others" if by_others else ""
    return verdict.conclude(
        (f"{share(judged, judged, 'public port')} let in{note}; " if judged else "no public port; ")
        + f"{count(len(written), 'rule')} of Kubernetes for live addresses",
        failed=f"{share(judged - stopped, judged, 'public port')} let in; "
        f"{count(len(verdict.problems), 'fault')} in security groups",
        evidence=(one for each in written for one in rule_evidence(each)),
    )


def _own_groups(subject: Subject, verdict: Verdict) -> tuple[NetworkSecurityGroup, ...]:
    """Return the groups AKS made, one unless a name was taken."""
    group = subject.cluster.infrastructure_group
    with verdict:
        listed = subject.topology.listed(group, NetworkSecurityGroup) if group is not None else ()
        return tuple(each for each in listed if is_own_group(each.title))
    return ()


def _answers(
    subject: Subject,
    verdict: Verdict,
    own: Sequence[NetworkSecurityGroup],
    ports: Iterable[PublicPort],
) -> _Answers:
    """Ask the groups before the nodes about every port."""
    found = subject.once(protections)
    verdict.miss(*found.missing)
    places = []
    is_open_alone = has_basic_balancer(subject)
    for protection in found.nodes:
        if protection.groups or is_open_alone:
            with verdict:
                places.append(_Place(protection, surroundings(subject.topology, protection)))
    gates, closed, judged, by_others = Gates(), [], 0, 0
    for port in ports:
        behind = [each for each in places if leads_to(port, each.protection)]
        denied, is_written = _asked(verdict, gates, own, port, behind)
        is_everywhere = len(denied) == len(behind) and verdict.is_complete
        closed += [_Closed(port, each, is_everywhere) for each in denied]
        judged += bool(behind)
        by_others += bool(behind) and not denied and not is_written
    return _Answers(closed, judged, by_others)


def _asked(
    verdict: Verdict,
    gates: Gates,
    own: Iterable[NetworkSecurityGroup],
    port: PublicPort,
    behind: Iterable[_Place],
) -> tuple[list[Denial], bool]:
    """Return where a port is denied, and whether Kubernetes wrote a rule for it."""
    denied: list[Denial] = []
    is_written = False
    for protection, around in behind:
        sources = [
            source
            for group in own
            for rule in gates.opening(port, group, protection)
            for source in source_sets(rule)
        ]
        is_written = is_written or bool(sources)
        parts = [
            part
            for source in sources or [("Internet",)]
            for part in gates.parts(port, protection, source, around)
        ]
        if any(each.verdict is security_rules.Verdict.ALLOWED for each in parts):
            continue
        maybe = [each for each in parts if each.verdict is security_rules.Verdict.UNKNOWN]
        named = [
            part
            for tag in tags_let_in(protection, maybe)
            for part in gates.parts(port, protection, (tag,), around)
        ]
        if any(each.verdict is security_rules.Verdict.ALLOWED for each in named):
            continue
        if maybe:
            verdict.doubt(f"{port.title} ({_names(maybe)})")
        elif parts:
            denied.append(Denial(protection, parts[0], port.title))
    return denied, is_written


def _names(parts: Iterable[Part]) -> str:
    return names(dict.fromkeys(each.reason for each in parts), 1)


def _unreachable(subject: Subject, closed: list[_Closed]) -> Problem:
    """Return all the ports that one group keeps closed as one fault."""
    denial = closed[0].denial
    group = denial.group
    is_kept = is_kept_by_aks(subject, group)
    ports = {each.port.rule.id: each.port for each in closed}
    is_everywhere = any(each.is_everywhere for each in closed)
    nodes = {node.id for each in closed for node in each.denial.protection.nodes}
    rules = dict.fromkeys(rule.title for each in closed for rule in each.denial.step.rules)
    return Problem(
        cause="unreachable",
        resource=group.id,
        name=group.title,
        message=f"security group {group.title} lets nobody in to "
        f"{names(each.title for each in ports.values())} at {count(len(nodes), 'node')}: "
        f"denied by {names(rules)}",
        impact="the services answer nobody from outside"
        if is_everywhere
        else "clients that the load balancer sends to these nodes get no answer",
        evidence=denial_evidence(each.denial for each in closed),
        remediation="Let Kubernetes write its rules again by a small change of each service, and "
        "take rules of others that deny out of this group, which AKS keeps."
        if is_kept
        else "Allow the ports in this group, to the public addresses of the services.",
        commands=(
            show_rules(group),
            *([az_services(subject.cluster)] if is_kept else _allowing(closed[0])),
        ),
        severity=Severity.HIGH if is_everywhere else Severity.MEDIUM,
    )


def _allowing(closed: _Closed) -> Iterator[str]:
    """Yield the command that lets the first port in, if one rule can."""
    port, denial = closed.port, closed.denial
    if port.has_floating_ip:
        yield allow_above(
            denial.group,
            denial.rule,
            Direction.INBOUND,
            f"allow-{port.rule.title}",
            source_address_prefixes="Internet",
            destination_address_prefixes=str(port.address),
            destination_port_ranges=str(port.own_port or "*"),
            protocol=port.protocol or "*",
        )


def _live(subject: Subject, verdict: Verdict) -> Mapping[Family, Space] | None:
    """Return the addresses that are somebody's, ``None`` if some may be hidden."""
    with verdict:
        try:
            live = subject.once(live_addresses)
        except ValueError as odd:
            verdict.doubt(str(odd))
        else:
            return live if verdict.is_complete else None
    return None


check = Check(
    id="nsg-service-rules",
    title="Security rules agree with public services",
    group=Group.SECURITY,
    severity=Severity.MEDIUM,
    documentation=__doc__ or "",
    decide=decide,
)
