"""Virtual networks with their devices, route tables and security groups."""

from collections.abc import Iterator
from itertools import groupby

from inspector.renderers.blocks import (
    Block,
    Heading,
    Paragraph,
    Text,
    Tone,
    facts,
    join,
    row,
    show,
    table,
)
from inspector.renderers.layout.folding import FOLDED_FROM, folded
from inspector.renderers.layout.missing import lay_out_missing
from inspector.report.connected_devices import Device, NetworkView, SubnetView, VirtualNetworks
from inspector.report.route_tables import RouteTables, RouteTableView, RouteView
from inspector.report.security_groups import SecurityGroups, SecurityGroupView, SecurityRuleView


def lay_out_virtual_networks(networks: VirtualNetworks, most: int | None) -> Iterator[Block]:
    """Yield every network with its subnets and connected devices."""
    yield Heading(2, "Virtual network: connected devices")
    for network in networks.networks:
        yield from _network(network, most)
    yield from lay_out_missing(networks.missing)


def _network(network: NetworkView, most: int | None) -> Iterator[Block]:
    yield Heading(3, f"Virtual network {network.name}")
    yield facts(
        ("Resource group", network.resource_group),
        ("Address space", network.prefixes),
        *((f"Peering {each.name}", _joined(each.remote, each.state)) for each in network.peerings),
    )
    yield Heading(4, f"{network.name}: subnets")
    columns = (
        "Subnet",
        "Range",
        "Usable",
        "Used",
        "Free",
        "Route table",
        "Security group",
        "NAT gateway",
        "Delegated to",
    )
    yield table(columns, network.subnets, _subnet, most=most)
    for subnet in network.subnets:
        if subnet.note:
            yield Paragraph(Text(f"{subnet.name}: {subnet.note}", Tone.WARNING))
    yield Heading(4, f"{network.name}: devices")
    yield _devices(network, most)


def _joined(remote: str | None, state: str | None) -> str:
    return f"{remote or '-'}, {state or 'state not given'}"


def _subnet(subnet: SubnetView) -> tuple[Text, ...]:
    return row(
        subnet.name if subnet.is_cluster_subnet else f"{subnet.name} (not the cluster's)",
        subnet.prefixes,
        subnet.usable,
        subnet.used,
        subnet.free,
        subnet.route_table,
        subnet.security_group,
        subnet.nat_gateway,
        subnet.delegations,
    )


def _devices(network: NetworkView, most: int | None) -> Block:
    groups = [each for subnet in network.subnets for each in _grouped(subnet, most)]
    hidden = sum(len(devices) for _, devices in groups if len(devices) > 1)
    notes = [f"{hidden} addresses are folded: --all shows each"] if hidden else []
    columns = ("Device", "Type", "IP address", "Subnet")
    return table(columns, groups, _device, most=most, notes=notes)


def _grouped(subnet: SubnetView, most: int | None) -> Iterator[tuple[str, tuple[Device, ...]]]:
    """Yield the subnet's devices one by one, those with many addresses together."""
    if most is None:
        yield from ((subnet.name, (each,)) for each in subnet.devices)
        return
    by_device = sorted(subnet.devices, key=_identity)
    for _, group in groupby(by_device, key=_identity):
        devices = tuple(group)
        if len(devices) < FOLDED_FROM:
            yield from ((subnet.name, (each,)) for each in devices)
        else:
            yield subnet.name, devices


def _identity(device: Device) -> tuple[str, str]:
    return device.type, device.device


def _device(group: tuple[str, tuple[Device, ...]]) -> tuple[Text, ...]:
    subnet, devices = group
    first = devices[0]
    if len(devices) == 1:
        return row(first.device, first.type, first.address or first.unseen, subnet)
    known = [each.address for each in devices if each.address is not None]
    parts = [Text(folded(known))] if known else []
    if len(known) < len(devices):
        parts.append(Text(f"{len(devices) - len(known)} unknown", Tone.WARNING))
    return row(first.device, first.type, join(parts), subnet)


def lay_out_route_tables(tables: RouteTables, most: int | None) -> Iterator[Block]:
    """Yield every route table; under kubenet each node's pod range with its next hop."""
    yield Heading(2, "Route tables")
    if not tables.tables and not tables.missing:
        yield Paragraph(Text("none: no subnet of the cluster has one", Tone.MUTED))
    for each in tables.tables:
        yield from _route_table(each, most)
    for name in tables.subnets_without_table if tables.tables else ():
        yield Paragraph(Text(f"Subnet {name} has no route table", Tone.WARNING))
    if tables.nodes_without_route:
        names = ", ".join(tables.nodes_without_route)
        yield Paragraph(Text(f"No route leads to the pods of: {names}", Tone.WARNING))
    yield from lay_out_missing(tables.missing)


def _route_table(view: RouteTableView, most: int | None) -> Iterator[Block]:
    yield Heading(3, f"Route table {view.name}")
    yield facts(
        ("Subnets", view.subnets),
        ("Propagates gateway routes", view.bgp_propagation),
    )
    yield Heading(4, f"{view.name}: routes")
    columns = ("Route", "Address prefix", "Next hop type", "Next hop", "Node")
    yield table(columns, view.routes, _route, most=most)


def _route(route: RouteView) -> tuple[Text, ...]:
    return row(route.name, route.prefix, route.next_hop_type, route.next_hop, route.node)


def lay_out_security_groups(groups: SecurityGroups, most: int | None) -> Iterator[Block]:
    """Yield every security group, rules by direction and priority."""
    yield Heading(2, "Network security groups")
    if not groups.groups and not groups.missing:
        yield Paragraph(Text("none", Tone.MUTED))
    for group in groups.groups:
        yield from _security_group(group, most)
    yield from lay_out_missing(groups.missing)


def _security_group(group: SecurityGroupView, most: int | None) -> Iterator[Block]:
    yield Heading(3, f"Network security group {group.name}")
    interfaces = group.interfaces
    attached = show(interfaces)
    if most is not None and len(interfaces) > most:
        attached = Text(f"{len(interfaces)} interfaces: --all lists them")
    yield facts(("Subnets", group.subnets), ("Network interfaces", attached))
    yield Heading(4, f"{group.name}: rules")
    columns = (
        "Direction",
        "Priority",
        "Name",
        "Access",
        "Protocol",
        "Source",
        "Source port",
        "Destination",
        "Destination port",
    )
    yield table(columns, group.rules, _security_rule, most=most)


def _security_rule(rule: SecurityRuleView) -> tuple[Text, ...]:
    return row(
        rule.direction,
        rule.priority,
        rule.name,
        rule.access,
        rule.protocol,
        rule.sources,
        rule.source_ports,
        rule.destinations,
        rule.destination_ports,
    )
