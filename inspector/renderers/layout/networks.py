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
from inspector.report.route_tables import RouteTables, RouteTableView
from inspector.report.security_groups import SecurityGroups, SecurityGroupView


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
    yield table(columns, map(_subnet, network.subnets), most=most)
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
    rows: list[tuple[Text, ...]] = []
    hidden = 0
    for subnet in network.subnets:
        if most is None:
            rows += [_device(each, subnet) for each in subnet.devices]
            continue
        by_device = sorted(subnet.devices, key=lambda each: (each.type, each.device))
        for _, group in groupby(by_device, key=lambda each: (each.type, each.device)):
            devices = list(group)
            if len(devices) < FOLDED_FROM:
                rows += [_device(each, subnet) for each in devices]
            else:
                rows.append(_folded_device(devices, subnet))
                hidden += len(devices)
    notes = [f"{hidden} addresses are folded: --all shows each"] if hidden else []
    columns = ("Device", "Type", "IP address", "Subnet")
    return table(columns, rows, most=most, notes=notes)


def _device(device: Device, subnet: SubnetView) -> tuple[Text, ...]:
    return row(device.device, device.type, device.address or device.unseen, subnet.name)


def _folded_device(devices: list[Device], subnet: SubnetView) -> tuple[Text, ...]:
    known = [each.address for each in devices if each.address is not None]
    unseen = len(devices) - len(known)
    parts = [Text(folded(known))] if known else []
    if unseen:
        parts.append(Text(f"{unseen} unknown", Tone.WARNING))
    return row(devices[0].device, devices[0].type, join(parts), subnet.name)


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
    rows = (
        row(each.name, each.prefix, each.next_hop_type, each.next_hop, each.node)
        for each in view.routes
    )
    yield table(columns, rows, most=most)


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
    yield facts(("Subnets", group.subnets), ("Network interfaces of", attached))
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
    rows = (
        row(
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
        for rule in group.rules
    )
    yield table(columns, rows, most=most)
