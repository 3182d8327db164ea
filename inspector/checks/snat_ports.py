"""Every node has enough SNAT ports, also when the cluster has grown to its limits.

What: each node has 1,024 ports of the outbound addresses at least, now and with all pools at their
largest and an upgrade under way. An allocation set by hand is a multiple of 8 and fits into the
64,000 ports of each address.

Why it matters: every open connection to one destination takes a port of its own. A node without a
free one loses new connections, and the fault shows anywhere but here. Where Azure divides the
ports itself, each size at which the table halves them takes ports away from all nodes at once and
may cut open connections.

How it is decided: from the outbound rules, the members of their pools and the limits of the node
pools. The division of Azure's is its table times the addresses of the rule's frontends, 1,024 at
most. Ports of load balancing and NAT rules on the same frontends are subtracted, eight for each
block. High: an allocation that the addresses cannot give to as many nodes as there may be. Medium:
Azure divides, and a node has, or at the maximum would have, fewer than 1,024. Low: an allocation
below 1,024, which is somebody's decision, or one that is no multiple of 8. Unknown: load balancers,
a prefix or members could not be seen, a pool without a limit, more nodes than the table has.
Skipped for other outbound types, with a Basic load balancer and without an outbound rule.

How to fix: more outbound addresses, an allocation by hand, or a NAT gateway: it has 64,512 ports
for each address and hands them out on demand.

Source: https://learn.microsoft.com/azure/load-balancer/load-balancer-outbound-connections,
https://learn.microsoft.com/azure/aks/configure-load-balancer-standard
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from inspector.checking import (
    Check,
    Decision,
    Problem,
    Subject,
    Verdict,
    az_cluster,
    evidence,
)
from inspector.checking.outbound_rules import (
    frontends_of,
    rules_to_judge,
    show_rule,
)
from inspector.cluster.egress import frontend_public_ips
from inspector.cluster.snat_budget import Number, SNATBudget, Untold, budgets_of_rule
from inspector.findings import Evidence, Group, Severity
from inspector.network.snat import (
    LISTENING_BLOCK,
    MOST_DEFAULT_PORTS,
    addresses_for_most,
    addresses_needed,
)
from inspector.resources import OutboundRule, PublicIPAddress
from inspector.wording import count, share

_IPV6: Final = 6
_LOST: Final = "connections fail at random as soon as a node has no free port"


class _Fault(NamedTuple):
    cause: str
    severity: Severity
    message: str
    impact: str
    remediation: str
    command: str | None


def decide(subject: Subject) -> Decision:
    """Judge the division of every outbound rule."""
    verdict = Verdict(subject)
    rules = rules_to_judge(subject, verdict)
    if not isinstance(rules, tuple):
        return rules
    found = [(each, budget) for each in rules for budget in budgets_of_rule(subject.topology, each)]
    for rule, budget in found:
        _note_untold(verdict, budget)
        for fault in _faults(subject, rule, budget):
            verdict.add(_problem(subject, rule, fault))
    if rules and not found:
        verdict.doubt("no outbound rule names a backend pool that there is")
    faulty = len({each.resource for each in verdict.problems})
    return verdict.conclude(
        "; ".join(f"outbound rule {rule.title}: {_words(budget)}" for rule, budget in found),
        failed=f"SNAT ports short with {share(faulty, len(rules), 'outbound rule')}",
        evidence=(_allocated(rule) for rule, _ in found),
    )


def _note_untold(verdict: Verdict, budget: SNATBudget) -> None:
    """Note which numbers could not be told: they may hide that there are too few ports."""
    numbers = (budget.addresses, budget.nodes_at_maximum, budget.per_node_at_maximum)
    for number in numbers:
        if isinstance(number, Untold) and number.gap is not None:
            verdict.miss(number.gap)
        elif isinstance(number, Untold):
            verdict.doubt(f"{number.target.name}: {number.reason}")
    if budget.addresses == 0:
        verdict.doubt("no frontend of an outbound rule has a public address")


def _words(budget: SNATBudget) -> str:
    """Return what each node has, now and at the maximum."""
    now = f"{_number(budget.per_node)} SNAT ports for each of {count(budget.nodes, 'node')}"
    most = _number(budget.nodes_at_maximum)
    if budget.is_explicit:
        supported = budget.nodes_supported if budget.nodes_supported is not None else 0
        words = f"{now}, enough for {_number(supported)}; at most {most}"
        return (
            f"{words}, headroom {_number(budget.headroom)}"
            if budget.headroom is not None
            else words
        )
    words = f"{now}, {_number(budget.per_node_at_maximum)} for each of at most {most}"
    if budget.cut is None:
        return words
    return f"{words}; from {budget.cut.members:,} nodes on each has {budget.cut.ports:,}"


def _number(number: Number) -> str:
    return f"{number:,}" if isinstance(number, int) else "an unknown number"


def _faults(subject: Subject, rule: OutboundRule, budget: SNATBudget) -> Iterator[_Fault]:
    """Yield what is wrong with a division: of an allocation that does not fit, nothing else.

    Without an address there are no ports at all, which is outbound-resources' to tell.
    """
    if budget.addresses == 0:
        return
    if not budget.is_explicit:
        yield from _of_azures_division(subject, rule, budget)
        return
    ports = budget.per_node if isinstance(budget.per_node, int) else 0
    largest = _largest(budget)
    if isinstance(budget.nodes_supported, int) and largest > budget.nodes_supported:
        yield _not_fitting(subject, rule, budget, ports)
        return
    if ports % LISTENING_BLOCK:
        rounded = ports // LISTENING_BLOCK * LISTENING_BLOCK or LISTENING_BLOCK
        yield _Fault(
            "not-in-eights",
            Severity.LOW,
            f"outbound rule {rule.title} allocates {ports:,} SNAT ports, no multiple of 8",
            "Azure hands ports out in eights: the rest of the last block is lost",
            "Allocate a multiple of 8.",
            _allocate(subject, rounded),
        )
    if ports < MOST_DEFAULT_PORTS:
        yield _Fault(
            "small-allocation",
            Severity.LOW,
            f"outbound rule {rule.title} allocates {ports:,} SNAT ports to each node, fewer than "
            f"the {MOST_DEFAULT_PORTS:,} that a small cluster has by default",
            _LOST,
            "Allocate more ports; with more outbound addresses if these do not suffice.",
            None,
        )


def _not_fitting(subject: Subject, rule: OutboundRule, budget: SNATBudget, ports: int) -> _Fault:
    largest = _largest(budget)
    needed = addresses_needed(ports, largest, budget.taken)
    taken = f" without the {budget.taken:,} that inbound rules keep" if budget.taken else ""
    return _Fault(
        "over-allocated",
        Severity.HIGH,
        f"outbound rule {rule.title} allocates {ports:,} SNAT ports to each node: the ports of "
        f"{_addresses(budget)}{taken} are enough for {count(_told(budget.nodes_supported), 'node')}"
        f", and there may be {largest:,}; {count(needed, 'address')} would be enough",
        "AKS refuses to add nodes and to upgrade as soon as the ports run out",
        "Add outbound addresses, allocate fewer ports, or lower the pools' limits and surge.",
        _add_addresses(subject, rule, needed),
    )


def _of_azures_division(
    subject: Subject, rule: OutboundRule, budget: SNATBudget
) -> Iterator[_Fault]:
    told = [each for each in (budget.per_node, budget.per_node_at_maximum) if isinstance(each, int)]
    if not told or min(told) >= MOST_DEFAULT_PORTS:
        return
    needed = addresses_for_most(_largest(budget))
    enough = f"; {count(needed, 'address')} would give {MOST_DEFAULT_PORTS:,}" if needed else ""
    yield _Fault(
        "small-division",
        Severity.MEDIUM,
        f"Azure divides the ports of {_addresses(budget)} under outbound rule {rule.title}: "
        f"{_words(budget)}{enough}",
        _LOST,
        "Add outbound addresses, allocate ports by hand, or use a NAT gateway.",
        _add_addresses(subject, rule, needed) if needed else None,
    )


def _largest(budget: SNATBudget) -> int:
    """Return the most nodes there may be, as far as that is told, and no fewer than there are."""
    return max(budget.nodes, _told(budget.nodes_at_maximum))


def _told(number: Number | None) -> int:
    return number if isinstance(number, int) else 0


def _addresses(budget: SNATBudget) -> str:
    return count(_told(budget.addresses), "address")


def _allocate(subject: Subject, ports: int) -> str:
    return az_cluster(subject.cluster, "update", load_balancer_outbound_ports=str(ports))


def _add_addresses(subject: Subject, rule: OutboundRule, needed: int) -> str | None:
    """Return the command for more addresses, where it is AKS that makes them."""
    if subject.profile.load_balancer_profile.managed_outbound_ips is None:
        return None
    public_ips = frontend_public_ips(subject.topology, [rule.id])
    seen = (subject.topology.seen(each, PublicIPAddress) for each in public_ips)
    found = (each.properties.ip_address for each in seen if each is not None)
    family = "ipv6" if any(each is not None and each.version == _IPV6 for each in found) else "ip"
    option = {f"load_balancer_managed_outbound_{family}_count": str(needed)}
    return az_cluster(subject.cluster, "update", **option)


def _problem(subject: Subject, rule: OutboundRule, fault: _Fault) -> Problem:
    return Problem(
        cause=fault.cause,
        resource=rule.id,
        name=rule.title,
        message=fault.message,
        impact=fault.impact,
        evidence=(_allocated(rule), frontends_of(rule), *_limits(subject)),
        remediation=fault.remediation,
        commands=(show_rule(rule), *((fault.command,) if fault.command is not None else ())),
        severity=fault.severity,
    )


def _allocated(rule: OutboundRule) -> Evidence:
    field = "properties.allocatedOutboundPorts"
    return evidence(rule, field, rule.properties.allocated_outbound_ports)


def _limits(subject: Subject) -> Iterator[Evidence]:
    """Yield how large each pool may get."""
    for pool in subject.pools:
        scales = bool(pool.enable_auto_scaling)
        yield Evidence(
            resource=subject.cluster.pool_id(pool.name),
            name=pool.name,
            field=f"properties.{'maxCount' if scales else 'count'}",
            value=pool.max_count if scales else pool.node_count,
        )


check = Check(
    id="snat-ports",
    title="SNAT ports per node",
    group=Group.EGRESS,
    severity=Severity.HIGH,
    documentation=__doc__ or "",
    decide=decide,
)
