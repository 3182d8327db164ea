"""The ports of service rules fit their floating IP, and rules leave outbound traffic alone.

What: a rule of a service with floating IP sends packets to the port they came for, one without it
to a node port (30000 to 32767). Where the cluster leaves by an outbound rule, no load balancing
rule of a public frontend translates outbound traffic as well.

Why it matters: with floating IP a packet reaches the node with the service's own address, and the
node knows the service by address and port. Another port than the frontend's is nobody's there, and
without floating IP a node answers on node ports alone: the service is down although its probe may
be fine. A rule that translates outbound gives nodes a second set of addresses to leave with, that
no allow-list has.

How it is decided: from the rules in the load balancers' documents. Medium: a backend port other
than the frontend's with floating IP, a backend port that is no node port without it, floating IP
on an internal IPv6 frontend, where the cloud provider does without, and ``disableOutboundSnat``
off on a rule of a public frontend while there is an outbound rule. Rules of one load balancer with
the same fault are one finding. Rules for every port (port 0) are right either way. Ports are
judged for rules that are named as the cloud provider names a service's; a rule of the user's to
machines that are no nodes may translate. Unknown: load balancers
could not be seen, or ARM leaves a setting out. Skipped with Basic load balancers and without
rules.

How to fix: change the service a little, an annotation for example, so that the cloud provider
writes its rules again. Floating IP itself is switched by an annotation of the service.

Source: cloud-provider-azure, azure_loadbalancer.go and docs "topics/loadbalancer"
"""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from inspector.checking import (
    Check,
    Decision,
    Problem,
    Skipped,
    Subject,
    Verdict,
    evidence,
)
from inspector.checking.outbound_rules import (
    has_basic_balancer,
    is_for_others,
    outbound_rules,
    show_rule,
)
from inspector.cluster.egress import frontend_public_ips, is_basic
from inspector.cluster.pool_members import PoolMembers, members_by_balancer
from inspector.findings import Evidence, Group, Severity
from inspector.network.service_names import service_base
from inspector.resources import (
    FrontendIPConfiguration,
    LoadBalancer,
    LoadBalancingRule,
    same_text,
)
from inspector.wording import count, names, share

_NODE_PORTS: Final = range(30_000, 32_768)
_EVERY_PORT: Final = 0
_MOST_COMMANDS: Final = 3
_DOWN: Final = "the nodes drop what the rule sends them, and the service is down"


class _Fault(NamedTuple):
    """What is wrong with some rules: ``what`` stands after "1 rule of load balancer L"."""

    cause: str
    what: str
    impact: str


_BACKEND_PORT: Final = _Fault(
    "backend-port", "has floating IP and a backend port other than the frontend's", _DOWN
)
_NODE_PORT: Final = _Fault(
    "node-port", "has no floating IP and a backend port that is no node port", _DOWN
)
_INTERNAL_IPV6: Final = _Fault(
    "internal-ipv6", "has floating IP on an internal IPv6 frontend", _DOWN
)
_TRANSLATES: Final = _Fault(
    "outbound-snat",
    "translates outbound traffic beside the outbound rule",
    "nodes also leave with the addresses of services, which others do not expect",
)


def decide(subject: Subject) -> Decision:
    """Judge the load balancing rules of every Standard load balancer."""
    if has_basic_balancer(subject):
        return Skipped("the load balancers are Basic")
    verdict = Verdict(subject)
    has_outbound = bool(outbound_rules(subject, verdict))
    judged: list[LoadBalancingRule] = []
    for balancer, pools in subject.once(members_by_balancer):
        if not is_basic(balancer):
            judged += balancer.properties.load_balancing_rules
            _judge(subject, verdict, (balancer, pools), has_outbound=has_outbound)
    if not judged and verdict.is_complete:
        return Skipped("no Standard load balancer has a rule")
    faulty = len({each.resource for problem in verdict.problems for each in problem.evidence})
    snat = "outbound SNAT disabled beside the outbound rule" if has_outbound else "no outbound rule"
    return verdict.conclude(
        f"{count(len(judged), 'rule')} with ports that fit floating IP, {snat}",
        failed=f"ports or outbound SNAT wrong on {share(faulty, len(judged), 'rule')}",
        evidence=map(_floating, judged),
    )


def _judge(
    subject: Subject,
    verdict: Verdict,
    place: tuple[LoadBalancer, tuple[PoolMembers, ...]],
    *,
    has_outbound: bool,
) -> None:
    """Note the faults of a load balancer's rules, one for each cause."""
    balancer, pools = place
    found: dict[_Fault, list[LoadBalancingRule]] = {}
    for rule in balancer.properties.load_balancing_rules:
        for fault in _of_ports(subject, verdict, rule):
            found.setdefault(fault, []).append(rule)
        if has_outbound and frontend_public_ips(subject.topology, [rule.id]):
            is_off = rule.properties.disable_outbound_snat
            if not is_off and is_for_others(subject, verdict, rule, pools):
                continue
            if is_off is None:
                verdict.doubt(f"ARM does not tell disableOutboundSnat of rule {rule.title}")
            elif not is_off:
                found.setdefault(_TRANSLATES, []).append(rule)
    for fault, rules in found.items():
        verdict.add(_problem(balancer, fault, rules))


def _of_ports(subject: Subject, verdict: Verdict, rule: LoadBalancingRule) -> Iterator[_Fault]:
    """Yield what is wrong with the ports of a service's rule."""
    properties = rule.properties
    if service_base(rule.title) is None or properties.frontend_port == _EVERY_PORT:
        return
    floating, port = properties.enable_floating_ip, properties.backend_port
    if floating is None or port is None or properties.frontend_port is None:
        verdict.doubt(f"ARM does not tell floating IP and ports of rule {rule.title}")
    elif floating and _is_internal_ipv6(subject, rule):
        yield _INTERNAL_IPV6
    elif floating and port != properties.frontend_port:
        yield _BACKEND_PORT
    elif not floating and port not in _NODE_PORTS:
        yield _NODE_PORT


def _is_internal_ipv6(subject: Subject, rule: LoadBalancingRule) -> bool:
    reference = rule.properties.frontend_ip_configuration
    if reference is None:
        return False
    frontend = subject.topology.seen(reference.id, FrontendIPConfiguration)
    if frontend is None or frontend.properties.subnet is None:
        return False
    return same_text(frontend.properties.private_ip_address_version, "IPv6")


def _problem(balancer: LoadBalancer, fault: _Fault, rules: Sequence[LoadBalancingRule]) -> Problem:
    is_snat = fault is _TRANSLATES
    return Problem(
        cause=fault.cause,
        resource=balancer.id,
        name=balancer.title,
        message=f"{count(len(rules), 'rule')} of load balancer {balancer.title} "
        f"{_in_number(fault.what, len(rules))}: {names(map(_ports, rules))}",
        impact=fault.impact,
        evidence=tuple(each for rule in rules for each in _shown(rule, is_snat=is_snat)),
        remediation="Change the service a little, so that the cloud provider writes its rules "
        "again; do not mend a rule by hand.",
        commands=tuple(map(show_rule, rules[:_MOST_COMMANDS])),
    )


def _in_number(what: str, rules: int) -> str:
    """Return what several rules do, its verb in the plural."""
    verb, _, rest = what.partition(" ")
    plural = {"has": "have", "translates": "translate"}
    return f"{plural[verb]} {rest}" if rules != 1 else what


def _ports(rule: LoadBalancingRule) -> str:
    properties = rule.properties
    return f"{rule.title} ({properties.frontend_port} to {properties.backend_port})"


def _shown(rule: LoadBalancingRule, *, is_snat: bool) -> Iterator[Evidence]:
    properties = rule.properties
    if is_snat:
        yield evidence(rule, "properties.disableOutboundSnat", properties.disable_outbound_snat)
        return
    yield _floating(rule)
    yield evidence(rule, "properties.frontendPort", properties.frontend_port)
    yield evidence(rule, "properties.backendPort", properties.backend_port)


def _floating(rule: LoadBalancingRule) -> Evidence:
    return evidence(rule, "properties.enableFloatingIP", rule.properties.enable_floating_ip)


check = Check(
    id="rule-floating-ip",
    title="Ports of rules fit floating IP",
    group=Group.LOAD_BALANCER,
    severity=Severity.MEDIUM,
    documentation=__doc__ or "",
    decide=decide,
)
