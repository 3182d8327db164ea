"""The outbound rules are set as the cluster's load balancer profile says.

What: every outbound rule has the idle timeout and the allocated ports of the profile, is for all
protocols, and sends TCP resets when a flow has been idle for too long.

Why it matters: AKS owns the rule and writes the profile over it at the next update. Until then
nodes have fewer ports or lose idle connections earlier than the cluster declares, and the change
that someone relies on is gone one day without a warning. A rule for one protocol leaves the others
without a way out; without a reset an application waits for an answer that never comes.

How it is decided: ``idleTimeoutInMinutes`` and ``allocatedOutboundPorts`` of the rule against those
of the profile. A profile that is silent means AKS's defaults, 30 minutes and 0 ports, which leave
the division to Azure. Medium: a setting differs, one finding for each setting of a rule. Unknown:
load balancers could not be seen, or ARM does not tell a setting. Skipped for other outbound types,
with a Basic load balancer and without an outbound rule.

How to fix: set timeout and ports on the cluster, never on the rule.

Source: https://learn.microsoft.com/azure/aks/configure-load-balancer-standard
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
    rules_to_judge,
    show_rule,
)
from inspector.findings import Evidence, Group, Severity
from inspector.resources import OutboundRule, same_text
from inspector.wording import count, names, share

_PROFILE: Final = "properties.networkProfile.loadBalancerProfile"
_DEFAULT_MINUTES: Final = 30
_DEFAULT_PORTS: Final = 0


class _Setting(NamedTuple):
    """A setting as the rule has it and as it should be.

    ``declared`` is the profile's value, ``None`` where it is silent or has none of the kind.
    """

    cause: str
    field: str
    found: str | int | bool | None
    wanted: str | int | bool
    message: str
    impact: str
    declared: int | None = None
    option: str | None = None

    @property
    def is_kept(self) -> bool:
        if isinstance(self.found, str) and isinstance(self.wanted, str):
            return same_text(self.found, self.wanted)
        return self.found == self.wanted


def decide(subject: Subject) -> Decision:
    """Compare every outbound rule with the profile."""
    verdict = Verdict(subject)
    rules = rules_to_judge(subject, verdict)
    if not isinstance(rules, tuple):
        return rules
    faulty = [rule.title for rule in rules if _judge(subject, verdict, rule)]
    profile = subject.profile.load_balancer_profile
    minutes, ports = profile.idle_timeout_in_minutes, profile.allocated_outbound_ports
    silent = minutes is None and ports is None
    return verdict.conclude(
        f"{count(len(rules), 'outbound rule')} with {_idle(minutes)} of idle timeout and "
        f"{_ports(ports)}{', the defaults of a profile that is silent' if silent else ''}",
        failed=f"{share(len(faulty), len(rules), 'outbound rule')} not as the profile says: "
        f"{names(faulty)}",
        evidence=(_shown(rule, each) for rule in rules for each in _settings(subject, rule)),
    )


def _judge(subject: Subject, verdict: Verdict, rule: OutboundRule) -> bool:
    """Note the settings that differ and those that ARM leaves out; return whether any differs."""
    is_faulty = False
    for setting in _settings(subject, rule):
        if setting.found is None:
            verdict.doubt(f"ARM does not tell {setting.field} of outbound rule {rule.title}")
        elif not setting.is_kept:
            verdict.add(_problem(subject, rule, setting))
            is_faulty = True
    return is_faulty


def _settings(subject: Subject, rule: OutboundRule) -> Iterator[_Setting]:
    profile, properties = subject.profile.load_balancer_profile, rule.properties
    minutes = profile.idle_timeout_in_minutes
    found = properties.idle_timeout_in_minutes
    yield _Setting(
        "idle-timeout",
        "idleTimeoutInMinutes",
        found,
        _DEFAULT_MINUTES if minutes is None else minutes,
        f"drops idle flows after {_idle(found)}, not after {_idle(minutes)}{_why(minutes)}",
        "connections end earlier, or hold their ports longer, than the cluster declares",
        minutes,
        "load_balancer_idle_timeout",
    )
    ports, found = profile.allocated_outbound_ports, properties.allocated_outbound_ports
    yield _Setting(
        "allocated-ports",
        "allocatedOutboundPorts",
        found,
        _DEFAULT_PORTS if ports is None else ports,
        f"has {_ports(found)}, not {_ports(ports)}{_why(ports)}",
        "nodes have more or fewer SNAT ports than the cluster declares, until the next update",
        ports,
        "load_balancer_outbound_ports",
    )
    yield _Setting(
        "protocol",
        "protocol",
        properties.protocol,
        "All",
        f"is for protocol {properties.protocol}, not All",
        "traffic of other protocols has no way out by it",
    )
    yield _Setting(
        "tcp-reset",
        "enableTcpReset",
        properties.enable_tcp_reset,
        True,
        "sends no TCP reset when a flow has been idle for too long",
        "applications wait on connections that the load balancer has forgotten",
    )


def _idle(minutes: int | None) -> str:
    return count(_DEFAULT_MINUTES if minutes is None else minutes, "minute")


def _ports(ports: int | None) -> str:
    return f"{ports:,} allocated ports" if ports else "0 allocated ports (Azure divides them)"


def _why(declared: int | None) -> str:
    return ", the default where the profile is silent" if declared is None else ""


def _shown(rule: OutboundRule, setting: _Setting) -> Evidence:
    return evidence(rule, f"properties.{setting.field}", setting.found)


def _problem(subject: Subject, rule: OutboundRule, setting: _Setting) -> Problem:
    cluster, option = subject.cluster, setting.option
    declared = (
        (evidence(cluster, f"{_PROFILE}.{setting.field}", setting.declared),) if option else ()
    )
    again = {option: str(setting.wanted)} if option is not None else {}
    return Problem(
        cause=setting.cause,
        resource=rule.id,
        name=rule.title,
        message=f"outbound rule {rule.title} {setting.message}",
        impact=setting.impact,
        evidence=(_shown(rule, setting), *declared),
        remediation="Set the value you want on the cluster."
        if option is not None
        else "Update the cluster without a change, so that AKS sets the rule again.",
        commands=(show_rule(rule), az_cluster(cluster, "update", **again)),
        # While the cluster changes, the rule may be behind its profile.
        is_count=subject.is_changing,
    )


check = Check(
    id="outbound-rule-drift",
    title="Outbound rules as the profile sets them",
    group=Group.EGRESS,
    severity=Severity.MEDIUM,
    documentation=__doc__ or "",
    decide=decide,
)
