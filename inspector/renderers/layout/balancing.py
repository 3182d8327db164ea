"""Load balancers, blade by blade."""

from collections.abc import Iterator
from typing import Final

from inspector.renderers.blocks import Block, Heading, Paragraph, Text, Tone, facts, row, table
from inspector.renderers.layout.missing import lay_out_missing
from inspector.report.backend_pools import BackendPool, PoolMember
from inspector.report.load_balancing import (
    Balancer,
    Frontend,
    HealthProbe,
    LoadBalancing,
    Outbound,
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
_POOL_COLUMNS: Final = (
    "Backend pool",
    "Holds",
    "Members",
    "Nodes by node pool",
    "Rules",
    "Outbound rules",
)
_PROBE_COLUMNS: Final = (
    "Probe",
    "Protocol",
    "Port",
    "Path",
    "Interval",
    "Threshold",
    "Asks for",
    "Rules",
)
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
    yield from _backend_pools(balancer.backend_pools, most)
    yield Heading(4, f"{balancer.name}: load balancing rules")
    yield table(_RULE_COLUMNS, balancer.rules, _rule, most=most)
    yield Heading(4, f"{balancer.name}: health probes")
    yield table(_PROBE_COLUMNS, balancer.probes, _probe, most=most)
    yield Heading(4, f"{balancer.name}: outbound rules")
    yield table(_OUTBOUND_COLUMNS, balancer.outbound_rules, _outbound_rule, most=most)


def _backend_pools(pools: tuple[BackendPool, ...], most: int | None) -> Iterator[Block]:
    """Yield every member; when they are many, each pool's number of nodes and the strangers."""
    members = [member for pool in pools for member in pool.members]
    if most is not None and len(members) > most:
        note = f"{len(members)} members are summed up: --all shows each"
        yield table(_POOL_COLUMNS, pools, _backend_pool, most=most, notes=[note])
        members = [each for each in members if not isinstance(each.node, str)]
    if members or not pools:
        yield table(("Backend pool", "Node", "IP address", "NIC"), members, _member, most=most)
    of_addresses = [pool.name for pool in pools if pool.holds_addresses]
    if of_addresses:
        yield Paragraph(Text(f"Pools of node addresses (nodeIP): {', '.join(of_addresses)}"))
    for pool in pools:
        if not pool.members:
            yield Paragraph(Text(f"Backend pool {pool.name} is empty", Tone.WARNING))


def _backend_pool(pool: BackendPool) -> tuple[Text, ...]:
    kind = "addresses" if pool.holds_addresses else "NIC configurations"
    shares = tuple(
        f"{each.members} of {each.nodes} in {each.node_pool}" for each in pool.node_pools
    )
    return row(pool.name, kind, len(pool.members), shares, pool.rules, pool.outbound_rules)


def _frontend(frontend: Frontend) -> tuple[Text, ...]:
    return row(
        frontend.name,
        frontend.address,
        frontend.owner.words,
        frontend.rules,
        frontend.outbound_rules,
    )


def _member(member: PoolMember) -> tuple[Text, ...]:
    stranger = Text("no node of this cluster", Tone.WARNING)
    node = member.node if member.node is not None else stranger
    return row(member.pool, node, member.address, member.interface)


def _rule(rule: Rule) -> tuple[Text, ...]:
    frontend = row(rule.frontend_address)[0]
    pools = ", ".join(rule.backend_pools) or "-"
    return row(
        rule.name,
        rule.protocol,
        Text(f"{_host(frontend.text)}:{_port(rule.frontend_port)}", frontend.tone),
        f"{pools}:{_port(rule.backend_port)}",
        rule.probe,
        rule.floating_ip,
        _unit(rule.idle_timeout_minutes, "min"),
        rule.service.words if rule.service is not None else None,
    )


def _host(address: str) -> str:
    return f"[{address}]" if ":" in address else address


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
        probe.kind,
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
