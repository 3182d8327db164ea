"""Load balancers, blade by blade."""

from collections.abc import Iterator
from typing import Final

from inspector.renderers.blocks import Block, Heading, Paragraph, Text, Tone, facts, row, table
from inspector.renderers.layout.missing import lay_out_missing
from inspector.report.load_balancing import (
    Balancer,
    Frontend,
    HealthProbe,
    LoadBalancing,
    Outbound,
    PoolMember,
    Rule,
)

_RULE_COLUMNS: Final = (
    "Rule",
    "Protocol",
    "Frontend",
    "Backend pool",
    "Probe",
    "Floating IP",
    "Idle timeout",
    "Service",
)
_PROBE_COLUMNS: Final = ("Probe", "Protocol", "Port", "Path", "Interval", "Threshold", "Rules")
_OUTBOUND_COLUMNS: Final = (
    "Outbound rule",
    "Protocol",
    "IP addresses",
    "Backend pool",
    "Ports per node",
    "Idle timeout",
    "TCP reset",
)


def lay_out_load_balancing(balancing: LoadBalancing, most: int | None) -> Iterator[Block]:
    """Yield every load balancer."""
    yield Heading(2, "Load balancers")
    if not balancing.balancers and not balancing.missing:
        yield Paragraph(Text("none", Tone.MUTED))
    for balancer in balancing.balancers:
        yield from _balancer(balancer, most)
    yield from lay_out_missing(balancing.missing)


def _balancer(balancer: Balancer, most: int | None) -> Iterator[Block]:
    yield Heading(3, f"Load balancer {balancer.name}")
    yield facts(("SKU", balancer.sku), ("Id", balancer.id))
    yield Heading(4, f"{balancer.name}: frontend IP configurations")
    columns = ("Frontend", "IP address", "Owner", "Rules", "Outbound rules")
    yield table(columns, balancer.frontends, _frontend, most=most)
    yield Heading(4, f"{balancer.name}: backend pools")
    members = [member for pool in balancer.backend_pools for member in pool.members]
    yield table(("Backend pool", "Node", "IP address", "NIC"), members, _member, most=most)
    for pool in balancer.backend_pools:
        if not pool.members:
            yield Paragraph(Text(f"Backend pool {pool.name} is empty", Tone.WARNING))
    yield Heading(4, f"{balancer.name}: load balancing rules")
    yield table(_RULE_COLUMNS, balancer.rules, _rule, most=most)
    yield Heading(4, f"{balancer.name}: health probes")
    yield table(_PROBE_COLUMNS, balancer.probes, _probe, most=most)
    yield Heading(4, f"{balancer.name}: outbound rules")
    yield table(_OUTBOUND_COLUMNS, balancer.outbound_rules, _outbound_rule, most=most)


def _frontend(frontend: Frontend) -> tuple[Text, ...]:
    return row(
        frontend.name,
        frontend.address,
        frontend.owner.words,
        frontend.rules,
        frontend.outbound_rules,
    )


def _member(member: PoolMember) -> tuple[Text, ...]:
    node = member.node if member.node is not None else "no node of this cluster"
    return row(member.pool, node, member.address, member.interface)


def _rule(rule: Rule) -> tuple[Text, ...]:
    frontend = row(rule.frontend_address)[0]
    pools = ", ".join(rule.backend_pools) or "-"
    return row(
        rule.name,
        rule.protocol,
        Text(f"{frontend.text}:{_port(rule.frontend_port)}", frontend.tone),
        f"{pools}:{_port(rule.backend_port)}",
        rule.probe,
        rule.floating_ip,
        _unit(rule.idle_timeout_minutes, "min"),
        rule.service.words if rule.service is not None else None,
    )


def _port(port: int | None) -> str:
    """Return a port; 0 stands for all of them on a rule for every port."""
    if port is None:
        return "-"
    return str(port) if port else "any"


def _probe(probe: HealthProbe) -> tuple[Text, ...]:
    return row(
        probe.name,
        probe.protocol,
        probe.port,
        probe.path,
        _unit(probe.interval_seconds, "s"),
        probe.threshold,
        probe.rules,
    )


def _outbound_rule(rule: Outbound) -> tuple[Text, ...]:
    divided = "default (Azure)" if rule.allocated_ports == 0 else rule.allocated_ports
    return row(
        rule.name,
        rule.protocol,
        rule.addresses,
        rule.backend_pool,
        divided,
        _unit(rule.idle_timeout_minutes, "min"),
        rule.tcp_reset,
    )


def _unit(amount: int | None, unit: str) -> str | None:
    return f"{amount} {unit}" if amount is not None else None
