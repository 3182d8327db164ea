"""Every load balancing rule leads from a frontend to a pool, watched by a probe.

What: the frontend, the backend pool and the probe that a rule names are in its load balancer. A
TCP rule has a probe. A rule named after a service and a port is for that port and protocol.

Why it matters: a rule whose frontend, pool or probe is gone serves nothing. A TCP rule without a
probe sends connections to nodes that are down. A rule edited by hand serves another port than the
service asks for, until the cloud provider writes it anew.

How it is decided: everything a rule can name is in its load balancer's document. Critical: no
frontend, or one that is not there; no pool, or one that is not there; a probe that is not there.
Medium: the rule's name ends with another protocol or port than it has. Rules for every port
(protocol ``All``) are named after the first one and not compared; a frontend port that differs from
the backend's under floating IP is left to "rule-floating-ip". Low: TCP without a probe, which an
annotation may ask for, and a frontend, pool or probe whose own list of rules disagrees with the
rule. UDP and SCTP may go without a probe. Rules of one load balancer with the same fault are one
finding. Passes if no rule has one. The API server's load balancer is passed over. Unknown if a load
balancer could not be seen, skipped if none has a rule.

How to fix: change the service a little, an annotation for example, so that the cloud provider
writes its rules again. Never mend a rule by hand.

Source: cloud-provider-azure, azure_loadbalancer.go and azure_standard.go
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from inspector.checking import (
    Check,
    Decision,
    Problem,
    Skipped,
    Subject,
    Verdict,
    az,
    evidence,
)
from inspector.checking.outbound_rules import balancers_seen
from inspector.cluster.egress import is_basic
from inspector.findings import Evidence, Group, Severity
from inspector.network.service_names import service_base
from inspector.resource_id import ResourceId
from inspector.resources import (
    BackendAddressPool,
    FrontendIPConfiguration,
    LoadBalancer,
    LoadBalancingRule,
    Probe,
    same_text,
)
from inspector.wording import names, share

_NAME: Final = re.compile(
    r".+-(?P<protocol>TCP|UDP|SCTP)-(?P<port>[0-9]+)(?:-IPv6)?", re.IGNORECASE
)
_FRONTEND: Final = "properties.frontendIPConfiguration.id"
_POOL: Final = "properties.backendAddressPool.id"
_PROBE: Final = "properties.probe.id"

Part = FrontendIPConfiguration | BackendAddressPool | Probe


class _Cause(NamedTuple):
    """A fault of rules, and what it does."""

    slug: str
    severity: Severity
    what: str
    impact: str


_NO_FRONTEND: Final = _Cause(
    "frontend", Severity.CRITICAL, "without a frontend", "nothing is served on their ports"
)
_NO_POOL: Final = _Cause(
    "backend-pool", Severity.CRITICAL, "without a backend pool", "every packet is dropped"
)
_PROBE_GONE: Final = _Cause(
    "probe",
    Severity.CRITICAL,
    "with a probe that is not there",
    "the load balancer cannot tell which nodes are up",
)
_NO_PROBE: Final = _Cause(
    "no-probe",
    Severity.LOW,
    "for TCP without a probe",
    "connections go to nodes that are down",
)
_OTHER_PORT: Final = _Cause(
    "name",
    Severity.MEDIUM,
    "for another port or protocol than their names say",
    "the services are not reached on the ports they ask for",
)
_OUT_OF_STEP: Final = _Cause(
    "back-reference",
    Severity.LOW,
    "that a frontend, pool or probe they name does not list",
    "Azure's own record of the load balancer contradicts itself",
)


_WRITE_AGAIN: Final = (
    "Change the service a little, so that the cloud provider writes its rules again; do not mend "
    "rules by hand."
)
_LOOK_FOR_ANNOTATION: Final = (
    "Look whether an annotation of the service switches its probe off; if none does, change the "
    "service a little, so that the cloud provider writes its rules again."
)


class _Hit(NamedTuple):
    cause: _Cause
    rule: LoadBalancingRule
    evidence: Evidence


def decide(subject: Subject) -> Decision:
    """Follow the references of every rule."""
    verdict = Verdict(subject)
    seen = balancers_seen(subject, verdict)
    balancers = [each for each in seen if each.properties.load_balancing_rules]
    if not balancers and verdict.is_complete:
        return Skipped("no load balancer of the cluster has a load balancing rule")
    rules = sum(len(each.properties.load_balancing_rules) for each in balancers)
    faulty = 0
    for balancer in balancers:
        hits = list(_hits(balancer))
        faulty += len({hit.rule.id for hit in hits})
        for cause in dict.fromkeys(hit.cause for hit in hits):
            verdict.add(_problem(balancer, [hit for hit in hits if hit.cause is cause]))
    return verdict.conclude(
        f"frontend, backend pool and probe of {share(rules, rules, 'rule')} are there",
        failed=f"{share(faulty, rules, 'rule')} at fault",
    )


def _hits(balancer: LoadBalancer) -> Iterator[_Hit]:
    properties = balancer.properties
    frontends = {each.id for each in properties.frontend_ip_configurations}
    pools = {each.id for each in properties.backend_address_pools}
    probes = {each.id for each in properties.probes}
    parts = _parts(balancer)
    for rule in properties.load_balancing_rules:
        frontend = rule.properties.frontend_ip_configuration
        named = [] if frontend is None else [frontend.id]
        if not named or named[0] not in frontends:
            yield _Hit(_NO_FRONTEND, rule, evidence(rule, _FRONTEND, _text(named)))
        targets = _pools(rule)
        gone = [each for each in targets if each not in pools]
        if gone or not targets:
            yield _Hit(_NO_POOL, rule, evidence(rule, _POOL, _text(gone)))
        probe = rule.properties.probe
        checks = [] if probe is None else [probe.id]
        if checks and checks[0] not in probes:
            yield _Hit(_PROBE_GONE, rule, evidence(rule, _PROBE, _text(checks)))
        elif not checks and same_text(rule.properties.protocol, "Tcp"):
            yield _Hit(_NO_PROBE, rule, evidence(rule, _PROBE, None))
        yield from _misnamed(rule, is_of_basic=is_basic(balancer))
        for target in (*named, *targets, *checks):
            if target in parts:
                yield from _unlisted(rule, parts[target])


def _parts(balancer: LoadBalancer) -> dict[ResourceId, Part]:
    properties = balancer.properties
    every: tuple[Part, ...] = (
        *properties.frontend_ip_configurations,
        *properties.backend_address_pools,
        *properties.probes,
    )
    return {each.id: each for each in every}


def _pools(rule: LoadBalancingRule) -> tuple[ResourceId, ...]:
    """Return the pools of a rule: ARM has them in one field, in another, or in both."""
    single = rule.properties.backend_address_pool
    several = (each.id for each in rule.properties.backend_address_pools)
    return tuple(dict.fromkeys((*several, *([single.id] if single is not None else []))))


def _text(ids: Iterable[ResourceId]) -> str | None:
    return ", ".join(map(str, ids)) or None


def _misnamed(rule: LoadBalancingRule, *, is_of_basic: bool) -> Iterator[_Hit]:
    """Yield a rule of a service whose name does not fit; how a user names rules is his business."""
    properties = rule.properties
    protocol, port = properties.protocol, properties.frontend_port
    match = _NAME.fullmatch(rule.title) if service_base(rule.title) is not None else None
    if match is None or protocol is None or port is None or same_text(protocol, "All"):
        return
    is_told = properties.enable_floating_ip and properties.backend_port != port
    has_other_port = int(match["port"]) != port and (is_of_basic or not is_told)
    if has_other_port or not same_text(match["protocol"], protocol):
        found = evidence(rule, "properties.[protocol, frontendPort]", (protocol, port))
        yield _Hit(_OTHER_PORT, rule, found)


def _unlisted(rule: LoadBalancingRule, part: Part) -> Iterator[_Hit]:
    """Yield a rule that a part does not list although it lists others: ARM writes both."""
    back = [each.id for each in part.properties.load_balancing_rules]
    if back and rule.id not in back:
        listed = names(map(str, back))
        yield _Hit(_OUT_OF_STEP, rule, evidence(part, "properties.loadBalancingRules[].id", listed))


def _problem(balancer: LoadBalancer, hits: list[_Hit]) -> Problem:
    cause = hits[0].cause
    rules = dict.fromkeys(hit.rule.title for hit in hits)
    every = len(balancer.properties.load_balancing_rules)
    return Problem(
        cause=cause.slug,
        resource=balancer.id,
        name=balancer.title,
        message=f"{share(len(rules), every, 'rule')} of load balancer {balancer.title} "
        f"{cause.what}: {names(rules)}",
        impact=cause.impact,
        evidence=tuple(hit.evidence for hit in hits),
        remediation=_LOOK_FOR_ANNOTATION if cause is _NO_PROBE else _WRITE_AGAIN,
        commands=(az("network", "lb", "show", ids=str(balancer.id), query="loadBalancingRules"),),
        severity=cause.severity,
    )


check = Check(
    id="rule-integrity",
    title="Load balancing rules are whole",
    group=Group.LOAD_BALANCER,
    severity=Severity.CRITICAL,
    documentation=__doc__ or "",
    decide=decide,
)
