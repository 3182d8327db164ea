"""Every health probe watches a rule, and answers in time.

What: at least one load balancing rule uses each probe. A probe notices a node that is down in less
than 120 seconds (interval times number of answers), and one over HTTP or HTTPS has a path.

Why it matters: a probe that no rule uses is what a deleted service left, or the rule it was for
is lost. A slow probe leaves a dead node in use for minutes. A probe over HTTP without a path asks
for nothing that a node answers.

How it is decided: passes if all of this holds, medium for each that does not, probes of one load
balancer with the same fault together. Where no interval or number is given the product is not
judged. An unused probe of a service whose frontend is unused as well is left to "unused-frontend",
one called like a rule that lacks a probe to "rule-integrity". Ports are not judged: those outside
30000 to 32767 that are not the shared probe's (10256, or 10356) come from an annotation, and the
message counts them. Unknown if a load balancer could not be seen, skipped if there is no probe.

How to fix: mend the annotations of the service; the cloud provider writes its probes anew. Where
the service is gone, delete the probe.

Sources: cloud-provider-azure, azure_loadbalancer_healthprobe.go;
https://learn.microsoft.com/azure/aks/shared-health-probes
"""

from collections.abc import Callable, Iterable
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
from inspector.cluster.leftovers import UnusedFrontends, unused_frontends
from inspector.findings import Evidence, Group, Severity
from inspector.network.service_names import service_base
from inspector.resources import LoadBalancer, Probe, Relation
from inspector.topology import Topology
from inspector.wording import names, share

_MOST_SECONDS: Final = 120
_NODE_PORTS: Final = range(30_000, 32_768)
_SHARED_PORTS: Final = frozenset({10_256, 10_356})
_OVER_HTTP: Final = frozenset({"http", "https"})


class _Fault(NamedTuple):
    """One thing that is wrong with a probe."""

    cause: str
    what: str
    impact: str
    remediation: str
    show: Callable[[Probe], Iterable[Evidence]]


_UNUSED: Final = _Fault(
    "unused",
    "that no rule uses",
    "nodes answer probes for nothing; if a rule is lost, its service is not reached",
    "Find the service by the UID in the probe's name; delete the probe if the service is gone.",
    lambda probe: [evidence(probe, "properties.loadBalancingRules", None)],
)
_SLOW: Final = _Fault(
    "interval",
    f"that take {_MOST_SECONDS} seconds or more to notice a node that is down",
    "connections go on to a dead node until the probe has noticed",
    "Lower the interval or the number of probes in the annotations of the service.",
    lambda probe: [
        evidence(probe, "properties.intervalInSeconds", probe.properties.interval_in_seconds),
        evidence(probe, f"properties.{_field(probe)}", _answers(probe)),
    ],
)
_PATHLESS: Final = _Fault(
    "no-path",
    "over HTTP without a path",
    "nodes answer with an error, and the load balancer takes them for dead",
    "Set the request path in the annotations of the service.",
    lambda probe: [evidence(probe, "properties.requestPath", probe.properties.request_path)],
)


def decide(subject: Subject) -> Decision:
    """Judge the probes of every load balancer."""
    verdict = Verdict(subject)
    seen = balancers_seen(subject, verdict)
    balancers = [each for each in seen if each.properties.probes]
    if not balancers and verdict.is_complete:
        return Skipped("no load balancer of the cluster has a probe")
    faulty = 0
    for balancer in balancers:
        told = _told_elsewhere(balancer, subject.once(unused_frontends))
        probes = balancer.properties.probes
        hits = {
            _UNUSED: [each for each in probes if _is_unused(subject.topology, each, told)],
            _SLOW: [each for each in probes if _is_slow(each)],
            _PATHLESS: [each for each in probes if _lacks_path(each)],
        }
        faulty += len({each.id for hit in hits.values() for each in hit})
        for fault, hit in hits.items():
            if hit:
                verdict.add(_problem(balancer, fault, hit))
    every = [probe for each in balancers for probe in each.properties.probes]
    odd = sum(_is_odd(each) for each in every)
    note = f"; {odd} on a port outside the node ports" if odd else ""
    return verdict.conclude(
        f"{share(len(every), len(every), 'probe')} in order{note}",
        failed=f"{share(faulty, len(every), 'probe')} at fault",
    )


def _is_unused(topology: Topology, probe: Probe, told: set[str]) -> bool:
    """Whether no rule uses the probe, and no other check tells of its service or its rule."""
    if probe.title in told or service_base(probe.title) in told:
        return False
    return not topology.referring(probe.id, Relation.PROBE)


def _told_elsewhere(balancer: LoadBalancer, left: Iterable[UnusedFrontends]) -> set[str]:
    """Return the services whose frontends are unused, and the rules that lack their probe."""
    services = {each.base for each in left if each.balancer.id == balancer.id}
    rules = balancer.properties.load_balancing_rules
    lacking = {each.title for each in rules if each.properties.probe is None}
    return {each for each in (*services, *lacking) if each is not None}


def _answers(probe: Probe) -> int | None:
    return probe.properties.probe_threshold or probe.properties.number_of_probes


def _field(probe: Probe) -> str:
    """Return the field that says how many answers change a node's state; there are two."""
    return "probeThreshold" if probe.properties.probe_threshold else "numberOfProbes"


def _is_slow(probe: Probe) -> bool:
    interval, answers = probe.properties.interval_in_seconds, _answers(probe)
    return interval is not None and answers is not None and interval * answers >= _MOST_SECONDS


def _lacks_path(probe: Probe) -> bool:
    is_over_http = (probe.properties.protocol or "").lower() in _OVER_HTTP
    return is_over_http and not probe.properties.request_path


def _is_odd(probe: Probe) -> bool:
    """Whether a service's probe asks another port than the cloud provider would choose."""
    port = probe.properties.port
    is_usual = port in _NODE_PORTS or port in _SHARED_PORTS
    return service_base(probe.title) is not None and not is_usual


def _problem(balancer: LoadBalancer, fault: _Fault, hit: list[Probe]) -> Problem:
    every = len(balancer.properties.probes)
    return Problem(
        cause=fault.cause,
        resource=balancer.id,
        name=balancer.title,
        message=f"{share(len(hit), every, 'probe')} of load balancer {balancer.title} "
        f"{fault.what}: {names(each.title for each in hit)}",
        impact=fault.impact,
        evidence=tuple(found for each in hit for found in fault.show(each)),
        remediation=fault.remediation,
        commands=(az("network", "lb", "show", ids=str(balancer.id), query="probes"),),
    )


check = Check(
    id="probe-sanity",
    title="Health probes are sound",
    group=Group.LOAD_BALANCER,
    severity=Severity.MEDIUM,
    documentation=__doc__ or "",
    decide=decide,
)
