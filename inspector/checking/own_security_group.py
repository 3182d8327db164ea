"""What may be wrong with the security group that AKS made: old rules, others' rules, no room."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from inspector.checking.check import Problem, evidence
from inspector.checking.commands import az_services
from inspector.checking.security import rule_evidence, show_rule, show_rules
from inspector.checking.subject import Subject
from inspector.findings import Evidence, Severity
from inspector.network.limits import SECURITY_RULE_ADDRESSES_PER_SIDE, SECURITY_RULES_PER_GROUP
from inspector.network.security_rules.parsed_rules import Access
from inspector.network.service_rules import (
    FIRST_PRIORITY,
    LAST_PRIORITY,
    PRIORITIES,
    is_of_services,
    sides,
    takes_service_priority,
)
from inspector.network.spaces import Family, Space, common, span_of
from inspector.resources import NetworkSecurityGroup, SecurityRule, same_text
from inspector.wording import count, names

_MOST_COMMANDS: Final = 3


def faults_of_own_group(
    subject: Subject, group: NetworkSecurityGroup, live: Mapping[Family, Space] | None
) -> Iterator[Problem]:
    """Yield the faults of AKS's own group; ``live`` are the addresses that are somebody's.

    Without them no address is taken for dead.
    """
    yield from _dead_destinations(subject, group, live) if live is not None else ()
    yield from _rules_of_others(subject, group)
    yield from _no_room(subject, group)


def _dead_destinations(
    subject: Subject, group: NetworkSecurityGroup, live: Mapping[Family, Space]
) -> Iterator[Problem]:
    gone = {
        rule.id: tuple(_dead(sides(rule)[1], live))
        for rule in group.properties.security_rules
        if is_of_services(rule.title, rule.properties.priority)
    }
    rules = [each for each in group.properties.security_rules if gone.get(each.id)]
    if not rules:
        return
    told = (f"{names(gone[each.id])} in {_title(each)}" for each in rules)
    yield Problem(
        cause="dead-destination",
        resource=group.id,
        name=group.title,
        message=f"{count(len(rules), 'rule')} of Kubernetes in security group {group.title} for "
        f"addresses that no frontend and no node has: {names(told)}",
        impact="ports stay open for whoever has the address next, and rules count to the limits",
        evidence=tuple(one for rule in rules for one in rule_evidence(rule)),
        remediation="If no service needs the address, let Kubernetes write its rules again by a "
        "small change of a service; do not edit this group by hand.",
        commands=(
            az_services(subject.cluster),
            *(show_rule(each) for each in rules[:_MOST_COMMANDS]),
        ),
        severity=Severity.LOW,
    )


def _dead(destinations: Iterable[str], live: Mapping[Family, Space]) -> Iterator[str]:
    """Yield the ranges that hold no live address; tags and other text are not judged."""
    for each in destinations:
        spans = ((span_of(each, family), space) for family, space in live.items())
        known = [(span, space) for span, space in spans if span is not None]
        if known and not any(common(space, (span,)) for span, space in known):
            yield each


def _rules_of_others(subject: Subject, group: NetworkSecurityGroup) -> Iterator[Problem]:
    """Yield the inbound rules of others where Kubernetes puts its own.

    AKS itself writes rules that allow where a pool has allowed host ports.
    """
    writes_ports = any(each.network_profile.allowed_host_ports for each in subject.pools)
    rules = [
        each
        for each in group.properties.security_rules
        if takes_service_priority(each)
        and not is_of_services(each.title, each.properties.priority)
        and not (writes_ports and same_text(each.properties.access, Access.ALLOW))
    ]
    if not rules:
        return
    yield Problem(
        cause="rules-of-others",
        resource=group.id,
        name=group.title,
        message=f"{count(len(rules), 'inbound rule')} that Kubernetes did not write in security "
        f"group {group.title} with its priorities, {FIRST_PRIORITY} to {LAST_PRIORITY}: "
        f"{names(map(_title, rules))}",
        impact="they come before or between rules of services, and AKS may take them away",
        evidence=tuple(one for rule in rules for one in rule_evidence(rule)),
        remediation="Put rules of your own into a group of your own on the subnet.",
        commands=(show_rules(group),),
        severity=Severity.LOW,
    )


def _no_room(subject: Subject, group: NetworkSecurityGroup) -> Iterator[Problem]:
    percent = subject.thresholds.security_rule_priorities_percent
    full = [
        (what, field, used, most)
        for what, field, used, most in _uses(group.properties.security_rules)
        if used * 100 > most * percent
    ]
    if not full:
        return
    told = names(f"{used:,} of {most:,} {what}" for what, _, used, most in full)
    yield Problem(
        cause="nearly-full",
        resource=group.id,
        name=group.title,
        message=f"security group {group.title} has {told} in use, more than {percent} %",
        impact="when it is full Kubernetes cannot open a port, and new services stay closed",
        evidence=tuple(_length(group, field, used) for _, field, used, _ in full),
        remediation="Name fewer source ranges in services, put services behind an ingress "
        "controller, and upgrade: newer versions write fewer rules.",
        commands=(show_rules(group),),
        severity=Severity.MEDIUM,
    )


def _uses(rules: tuple[SecurityRule, ...]) -> Iterator[tuple[str, str, int, int]]:
    """Yield what there is a limited number of: in words, the field, used, and the limit."""
    inbound = filter(takes_service_priority, rules)
    priorities = {each.properties.priority for each in inbound}
    sources, destinations = (sum(len(sides(each)[side]) for each in rules) for side in (0, 1))
    field = "properties.securityRules"
    yield "priorities of Kubernetes", f"{field}[].priority", len(priorities), len(PRIORITIES)
    yield "rules", field, len(rules), SECURITY_RULES_PER_GROUP
    for what, used in (("source", sources), ("destination", destinations)):
        most = SECURITY_RULE_ADDRESSES_PER_SIDE
        yield f"{what} addresses", f"{field}[].{what}AddressPrefixes", used, most


def _length(group: NetworkSecurityGroup, field: str, used: int) -> Evidence:
    return evidence(group, f"length({field})", used)


def _title(rule: SecurityRule) -> str:
    return f"{rule.title} ({rule.properties.priority})"
