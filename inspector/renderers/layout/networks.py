"""Virtual networks with their devices, route tables and security groups."""

from collections.abc import Callable, Iterator
from typing import Final

from inspector.renderers.blocks import (
    ABSENT,
    Block,
    Heading,
    Paragraph,
    Text,
    Tone,
    facts,
    row,
    show,
    table,
)
from inspector.renderers.layout.devices import device_table
from inspector.renderers.layout.missing import lay_out_missing
from inspector.report.connected_devices import (
    NetworkView,
    PeeringView,
    SubnetView,
    VirtualNetworks,
)
from inspector.report.route_tables import RouteTables, RouteTableView, RouteView
from inspector.report.security_groups import SecurityGroups, SecurityGroupView, SecurityRuleView
from inspector.resources import same_text

_SUBNET_COLUMNS: Final = (
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
_RARE_COLUMNS: Final[dict[str, Callable[[SubnetView], object]]] = {
    "Service association links": lambda subnet: subnet.service_association_links,
    "Default outbound access": lambda subnet: subnet.default_outbound_access,
    "Pods of": lambda subnet: subnet.pods_of,
}
"""What most networks have on no subnet: a column stands only where one subnet has it."""


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
        *([("Subscription", network.subscription)] if network.subscription else []),
        ("Address space", network.prefixes),
        ("DNS servers", network.dns_servers or "Azure's own"),
        *((f"Peering {each.name}", _peered(each)) for each in network.peerings),
    )
    yield Heading(4, f"{network.name}: subnets")
    rare = {
        name: value
        for name, value in _RARE_COLUMNS.items()
        if any(value(each) not in {None, ()} for each in network.subnets)
    }
    yield table(
        (*_SUBNET_COLUMNS, *rare),
        network.subnets,
        lambda each: _subnet(each) + row(*(value(each) for value in rare.values())),
        most=most,
    )
    for subnet in network.subnets:
        if subnet.note:
            yield Paragraph(Text(f"{subnet.name}: {subnet.note}", Tone.WARNING))
    yield Heading(4, f"{network.name}: devices")
    yield device_table(((each.name, each.devices) for each in network.subnets), most)


def _peered(peering: PeeringView) -> Text:
    is_connected = same_text(peering.state, "Connected")
    words = f"{peering.remote or ABSENT}, {peering.state or 'state not given'}"
    return Text(words, Tone.PLAIN if is_connected else Tone.WARNING)


def _subnet(subnet: SubnetView) -> tuple[Text, ...]:
    return row(
        subnet.name if subnet.is_cluster_subnet else f"{subnet.name} (not used by the cluster)",
        subnet.prefixes,
        subnet.usable,
        subnet.used,
        subnet.free,
        subnet.route_table,
        subnet.security_group,
        subnet.nat_gateway,
        subnet.delegations,
    )


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
