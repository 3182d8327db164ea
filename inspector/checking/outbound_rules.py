"""What the checks of outbound rules share: when they apply, which rules there are, how to look."""

from inspector.checking.check import Decision, Skipped, Undecided, evidence
from inspector.checking.commands import az
from inspector.checking.subject import Subject
from inspector.checking.verdict import Verdict
from inspector.cluster.api_server import is_api_server
from inspector.cluster.egress import OutboundType, outbound_type
from inspector.cluster.pool_members import (
    PoolMembers,
    PoolPurpose,
    hidden_balancers,
    members_by_balancer,
)
from inspector.findings import Evidence
from inspector.resources import (
    LoadBalancer,
    LoadBalancingRule,
    OutboundRule,
    Relation,
    same_text,
)


def _unless_by_outbound_rule(subject: Subject) -> Decision | None:
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


def rules_to_judge(subject: Subject, verdict: Verdict) -> tuple[OutboundRule, ...] | Decision:
    """Return the outbound rules that nodes leave by, or the decision where that is not the way.

    There may be none while something is hidden, which is noted.
    """
    other = _unless_by_outbound_rule(subject)
    if other is not None:
        return other
    rules = outbound_rules(subject, verdict)
    if not rules and verdict.is_complete:
        return Skipped("there is no outbound rule: outbound-resources tells what that means")
    return rules


def outbound_rules(subject: Subject, verdict: Verdict) -> tuple[OutboundRule, ...]:
    """Return the outbound rules that nodes leave by; what may hide one is noted.

    A load balancer of the user's in the same group may have rules for machines of others.
    """
    verdict.miss(*hidden_balancers(subject.topology))
    return tuple(
        rule
        for balancer, pools in subject.once(members_by_balancer)
        for rule in balancer.properties.outbound_rules
        if not is_for_others(subject, verdict, rule, pools)
    )


def is_for_others(
    subject: Subject,
    verdict: Verdict,
    rule: OutboundRule | LoadBalancingRule,
    pools: tuple[PoolMembers, ...],
) -> bool:
    """Whether a rule leads to machines that are no nodes; ``pools`` are its load balancer's.

    A rule whose members were not seen counts as one of others, and what hides them is noted.
    """
    named = subject.topology.linked(rule.id, Relation.BACKEND_POOL)
    led = [each for each in pools if each.pool.id in named]
    entries = [member for each in led for member in each.members]
    if any(each.purpose is not PoolPurpose.OTHER for each in led) or not entries:
        return False
    verdict.miss(*(each.gap for each in entries if each.gap is not None))
    return all(each.node is None for each in entries)


def frontends_of(rule: OutboundRule) -> Evidence:
    """Return which frontends an outbound rule names."""
    named = (str(each.id) for each in rule.properties.frontend_ip_configurations)
    return evidence(rule, "properties.frontendIPConfigurations[].id", named)


def show_rule(rule: OutboundRule | LoadBalancingRule) -> str:
    """Return the command that shows a rule."""
    kind = "outbound-rule" if isinstance(rule, OutboundRule) else "rule"
    return az("network", "lb", kind, "show", ids=str(rule.id))
