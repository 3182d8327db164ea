"""What the checks of outbound rules share: when they apply, which rules there are, how to look."""

from inspector.api_server import is_api_server
from inspector.checking.check import Decision, Skipped, Undecided, evidence
from inspector.checking.commands import az
from inspector.checking.subject import Subject
from inspector.checking.verdict import Verdict
from inspector.egress import OutboundType, outbound_type
from inspector.findings import Evidence
from inspector.pool_members import hidden_balancers
from inspector.resources import LoadBalancer, LoadBalancingRule, OutboundRule, same_text


def unless_by_outbound_rule(subject: Subject) -> Decision | None:
    """Return the decision for a cluster that is not to leave by an outbound rule."""
    declared = outbound_type(subject.profile)
    if declared is OutboundType.UNRECOGNISED:
        return Undecided(f"outbound type {subject.profile.outbound_type} is not recognised")
    if declared is not OutboundType.LOAD_BALANCER:
        return Skipped(f"the outbound type is {declared}")
    if has_basic_balancer(subject):
        return Skipped("a Basic load balancer has no outbound rules")
    return None


def has_basic_balancer(subject: Subject) -> bool:
    """Whether the cluster is one with Basic load balancers; old profiles name no SKU."""
    return same_text(subject.profile.load_balancer_sku or "Basic", "Basic")


def balancers_seen(subject: Subject, verdict: Verdict) -> tuple[LoadBalancer, ...]:
    """Return the load balancers without the API server's; what may hide one is noted."""
    topology = subject.topology
    verdict.miss(*hidden_balancers(topology))
    return tuple(
        each for each in topology.all(LoadBalancer) if not is_api_server(topology, each.id)
    )


def outbound_rules(subject: Subject, verdict: Verdict) -> tuple[OutboundRule, ...]:
    """Return the outbound rules of all load balancers; what may hide one is noted."""
    return tuple(
        rule
        for balancer in balancers_seen(subject, verdict)
        for rule in balancer.properties.outbound_rules
    )


def without_rules(verdict: Verdict) -> Skipped | None:
    """Return the decision where no outbound rule was found and none may be hidden."""
    if not verdict.is_complete:
        return None
    return Skipped("there is no outbound rule: outbound-resources tells what that means")


def frontends_of(rule: OutboundRule) -> Evidence:
    """Return which frontends an outbound rule names."""
    named = (str(each.id) for each in rule.properties.frontend_ip_configurations)
    return evidence(rule, "properties.frontendIPConfigurations[].id", named)


def show_rule(rule: OutboundRule | LoadBalancingRule) -> str:
    """Return the command that shows a rule."""
    kind = "outbound-rule" if isinstance(rule, OutboundRule) else "rule"
    return az("network", "lb", kind, "show", ids=str(rule.id))
