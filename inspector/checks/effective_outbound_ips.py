"""The cluster reports the addresses that its traffic really leaves with.

What: the public addresses and prefixes in ``effectiveOutboundIPs`` of the cluster's load balancer
profile are those behind the frontends of its outbound rules. They are as many as
``managedOutboundIPs`` asks for, or the very ones that ``outboundIPs`` and ``outboundIPPrefixes``
name.

Why it matters: firewalls of partners admit the addresses that the cluster reports. Where another
one is on the outbound rule, or one is missing there, connections come from an address nobody
admits, or have fewer SNAT ports than planned. AKS turns back changes made to the rule by hand.

How it is decided: by ids, without regard to case, so that an address that could not be read counts
too. All outbound rules that nodes leave by count together, for IPv6 has a rule of its own. High:
the two sets differ, another number than ``count`` and ``countIPv6``, other addresses than the
user's; the latter two only where the sets agree. While the cluster changes a difference proves
nothing. Unknown: the load balancers could not be seen, or no frontend of a rule has a public
address, which outbound-resources tells. Skipped for other outbound types, with a Basic load
balancer, and where there is no outbound rule.

How to fix: update the cluster without a change, so that AKS sets rule and profile again.

Source: https://learn.microsoft.com/azure/aks/configure-load-balancer-standard
"""

from collections.abc import Iterable, Sequence
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
from inspector.findings import Evidence, Group, Severity
from inspector.resource_id import ResourceId
from inspector.resources import OutboundRule, Reference
from inspector.wording import count, names

_PROFILE: Final = "properties.networkProfile.loadBalancerProfile"


class _Fault(NamedTuple):
    cause: str
    message: str
    impact: str


def decide(subject: Subject) -> Decision:
    """Compare the reported addresses with those of the outbound rules and with the declared."""
    verdict = Verdict(subject)
    rules = rules_to_judge(subject, verdict)
    if not isinstance(rules, tuple):
        return rules
    effective = _ids(subject.profile.load_balancer_profile.effective_outbound_ips)
    used = frontend_public_ips(subject.topology, (each.id for each in rules))
    if rules and not used:
        verdict.doubt("no frontend of an outbound rule has a public address")
    else:
        _compare(subject, verdict, rules, used)
    if verdict.is_complete and not verdict.problems:
        _judge_number(subject, verdict, effective)
        _judge_own(subject, verdict, effective)
    several = count(len(effective), "outbound address")
    return verdict.conclude(
        f"{several} reported, the same on {count(len(rules), 'outbound rule')}",
        failed=f"{several} reported, {count(len(used), 'address')} on "
        f"{count(len(rules), 'outbound rule')}",
        evidence=(_reported(subject), *map(frontends_of, rules)),
    )


def _compare(
    subject: Subject, verdict: Verdict, rules: Sequence[OutboundRule], used: tuple[ResourceId, ...]
) -> None:
    """Note what only one of the two sets has; a hidden rule may have what others lack."""
    effective = _ids(subject.profile.load_balancer_profile.effective_outbound_ips)
    shown = (_reported(subject), *map(frontends_of, rules))
    show = tuple(map(show_rule, rules))
    extra = [each.name for each in used if each not in set(effective)]
    lost = [each.name for each in effective if each not in set(used)]
    if extra:
        fault = _Fault(
            cause="not-reported",
            message=f"{count(len(extra), 'address')} on an outbound rule that the cluster does not "
            f"report: {names(extra)}",
            impact="connections come from an address that the cluster does not report",
        )
        verdict.add(_problem(subject, fault, shown, show))
    if lost and verdict.is_complete:
        fault = _Fault(
            cause="not-used",
            message=f"{count(len(lost), 'outbound address')} reported and on no outbound rule: "
            f"{names(lost)}",
            impact="nothing leaves with them, and nodes have fewer SNAT ports than planned",
        )
        verdict.add(_problem(subject, fault, shown, show))


def _judge_number(subject: Subject, verdict: Verdict, effective: tuple[ResourceId, ...]) -> None:
    managed = subject.profile.load_balancer_profile.managed_outbound_ips
    if managed is None or (managed.count is None and managed.count_ipv6 is None):
        return
    wanted = (managed.count or 0) + (managed.count_ipv6 or 0)
    if len(effective) != wanted:
        fault = _Fault(
            cause="managed-count",
            message=f"the cluster has {count(len(effective), 'outbound address')}, not the "
            f"{wanted} that AKS is to manage",
            impact="SNAT ports and the addresses that others admit are not as planned",
        )
        field = f"{_PROFILE}.managedOutboundIPs"
        shown = (
            evidence(subject.cluster, f"{field}.count", managed.count),
            evidence(subject.cluster, f"{field}.countIPv6", managed.count_ipv6),
            _reported(subject),
        )
        verdict.add(_problem(subject, fault, shown))


def _judge_own(subject: Subject, verdict: Verdict, effective: tuple[ResourceId, ...]) -> None:
    profile = subject.profile.load_balancer_profile
    addresses = _ids(profile.outbound_ips.public_ips)
    prefixes = _ids(profile.outbound_ip_prefixes.public_ip_prefixes)
    own = {*addresses, *prefixes}
    if own and own != set(effective):
        apart = names(each.name for each in sorted(own ^ set(effective)))
        fault = _Fault(
            cause="own-addresses",
            message=f"{apart}: the outbound addresses the cluster reports are not those that were "
            "given to it",
            impact="connections come from other addresses than were planned",
        )
        shown = (
            evidence(subject.cluster, f"{_PROFILE}.outboundIPs.publicIPs", addresses),
            evidence(subject.cluster, f"{_PROFILE}.outboundIPPrefixes.publicIPPrefixes", prefixes),
            _reported(subject),
        )
        verdict.add(_problem(subject, fault, shown))


def _problem(
    subject: Subject, fault: _Fault, shown: tuple[Evidence, ...], show: tuple[str, ...] = ()
) -> Problem:
    cluster = subject.cluster
    query = "networkProfile.loadBalancerProfile"
    return Problem(
        cause=fault.cause,
        resource=cluster.id,
        name=cluster.title,
        message=fault.message,
        impact=fault.impact,
        evidence=shown,
        remediation="Update the cluster without a change, so that AKS sets rule and profile again.",
        commands=(
            az_cluster(cluster, "show", query=query),
            *show,
            az_cluster(cluster, "update"),
        ),
        # A pool that is stopped or scales has no part in it.
        is_count=subject.is_changing,
    )


def _ids(references: Iterable[Reference]) -> tuple[ResourceId, ...]:
    return tuple(dict.fromkeys(each.id for each in references))


def _reported(subject: Subject) -> Evidence:
    found = _ids(subject.profile.load_balancer_profile.effective_outbound_ips)
    return evidence(subject.cluster, f"{_PROFILE}.effectiveOutboundIPs", found)


check = Check(
    id="effective-outbound-ips",
    title="Outbound addresses as the cluster reports them",
    group=Group.EGRESS,
    severity=Severity.HIGH,
    documentation=__doc__ or "",
    decide=decide,
)
