"""Ranges of the cluster against those around them: what its checks of one CIDR share."""

from collections.abc import Callable
from typing import NamedTuple

from inspector.checking.check import Decision, Problem, evidence
from inspector.checking.commands import az, az_cluster
from inspector.checking.subject import Subject
from inspector.checking.verdict import Verdict
from inspector.cluster.address_plan import (
    AddressPlan,
    Collision,
    Role,
    collisions,
    note_on_services,
    overlapped,
    plan_addresses,
    with_on_premises,
)
from inspector.findings import Severity
from inspector.wording import count, names, share


class Judgement(NamedTuple):
    """How bad a collision is, what it breaks, and what to do."""

    severity: Severity
    impact: str
    remediation: str


Judge = Callable[[AddressPlan, Collision], Judgement]


def decide_overlaps(
    subject: Subject, role: Role, others: tuple[Role, ...], judge: Judge
) -> Decision:
    """Set the cluster's ranges of a role against those of the others."""
    cluster = subject.cluster
    plan = with_on_premises(subject.once(plan_addresses), cluster, subject.on_premises)
    verdict = Verdict(subject)
    verdict.miss(*plan.gaps)
    for reason in plan.doubts_about(role, *others):
        verdict.doubt(reason)
    if Role.SERVICE_CIDR in others and not plan.of(Role.SERVICE_CIDR):
        verdict.doubt("ARM does not tell the cluster's service CIDR")
    for collision in collisions(plan, role, others):
        verdict.add(_problem(subject, collision, judge(plan, collision)))
    own, around = plan.of(role), plan.of(*others)
    what = f"overlap of {role} {names(each.text for each in own)} with"
    met = overlapped(plan, role, others)
    return verdict.conclude(
        f"no {what} {count(len(around), 'other range')}{note_on_services(cluster)}",
        failed=f"{what} {share(met, len(around), 'other range')}",
        evidence=(evidence(each.owner, each.field, each.text) for each in own),
    )


def _problem(subject: Subject, collision: Collision, judgement: Judgement) -> Problem:
    owner = collision.owner
    shown = () if owner.id == subject.cluster.id else (az("resource", "show", ids=str(owner.id)),)
    return Problem(
        cause=collision.role.slug,
        resource=owner.id,
        name=owner.title,
        message=collision.words,
        impact=judgement.impact,
        evidence=tuple(evidence(each.owner, each.field, each.text) for each in collision.ranges),
        remediation=judgement.remediation,
        commands=(az_cluster(subject.cluster, "show", query="networkProfile"), *shown),
        severity=judgement.severity,
    )
