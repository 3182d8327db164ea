"""Load balancers, blade by blade."""

from collections.abc import Iterator

from inspector.renderers.blocks import Block, Heading, Paragraph, Text, Tone, facts, row, table
from inspector.renderers.layout.missing import lay_out_missing
from inspector.report.load_balancing import Balancer, LoadBalancing, PoolMember, Rule


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
    rows = (
        row(each.name, each.address, each.owner.words, each.rules, each.outbound_rules)
        for each in balancer.frontends
    )
    yield table(columns, rows, most=most)
    yield Heading(4, f"{balancer.name}: backend pools")
    members = [_member(member) for pool in balancer.backend_pools for member in pool.members]
    empty = [
        row(pool.name, "empty", None, None) for pool in balancer.backend_pools if not pool.members
    ]
    yield table(("Backend pool", "Node", "IP address", "NIC"), members + empty, most=most)
    yield Heading(4, f"{balancer.name}: load balancing rules")
    yield _rules(balancer, most)
    yield from _probes(balancer, most)
    yield from _outbound_rules(balancer, most)


def _member(member: PoolMember) -> tuple[Text, ...]:
    node = member.node if member.node is not None else "no node of this cluster"
    return row(member.pool, node, member.address, member.interface)


def _rules(balancer: Balancer, most: int | None) -> Block:
    columns = (
        "Rule",
        "Protocol",
        "Frontend",
        "Backend pool",
        "Probe",
        "Floating IP",
        "Idle timeout",
        "Service",
    )
    return table(columns, map(_rule, balancer.rules), most=most)


def _rule(rule: Rule) -> tuple[Text, ...]:
    frontend = row(rule.frontend_address)[0]
    pools = ", ".join(rule.backend_pools) or "-"
    probe = "same name" if rule.probe == rule.name else rule.probe
    minutes = rule.idle_timeout_minutes
    return row(
        rule.name,
        rule.protocol,
        Text(f"{frontend.text}:{_port(rule.frontend_port)}", frontend.tone),
        f"{pools}:{_port(rule.backend_port)}",
        probe,
        rule.floating_ip,
        f"{minutes} min" if minutes is not None else None,
        rule.service.words if rule.service is not None else None,
    )


def _port(port: int | None) -> str:
    """Return a port; 0 stands for all of them on a rule for every port."""
    if port is None:
        return "-"
    return str(port) if port else "any"


def _probes(balancer: Balancer, most: int | None) -> Iterator[Block]:
    yield Heading(4, f"{balancer.name}: health probes")
    columns = ("Probe", "Protocol", "Port", "Path", "Interval", "Threshold", "Rules")
    rows = (
        row(
            each.name,
            each.protocol,
            each.port,
            each.path,
            f"{each.interval_seconds} s" if each.interval_seconds is not None else None,
            each.threshold,
            each.rules,
        )
        for each in balancer.probes
    )
    yield table(columns, rows, most=most)


def _outbound_rules(balancer: Balancer, most: int | None) -> Iterator[Block]:
    yield Heading(4, f"{balancer.name}: outbound rules")
    columns = (
        "Outbound rule",
        "Protocol",
        "IP addresses",
        "Backend pool",
        "Ports per node",
        "Idle timeout",
        "TCP reset",
    )
    rows = (
        row(
            each.name,
            each.protocol,
            each.addresses,
            each.backend_pool,
            each.allocated_ports or ("divided by Azure" if each.allocated_ports == 0 else None),
            f"{each.idle_timeout_minutes} min" if each.idle_timeout_minutes is not None else None,
            each.tcp_reset,
        )
        for each in balancer.outbound_rules
    )
    yield table(columns, rows, most=most)
