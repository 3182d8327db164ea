"""The nodes' network interfaces with their IP configurations."""

from collections.abc import Iterator

from inspector.renderers.blocks import Block, Heading, Paragraph, Text, Tone, row, show, table
from inspector.renderers.layout.folding import FOLDED_FROM, folded
from inspector.renderers.layout.missing import lay_out_missing
from inspector.report.node_interfaces import IPConfigurationView, NodeInterface, NodeInterfaces

_COLUMNS = (
    "Node",
    "NIC",
    "IP forwarding",
    "IP configuration",
    "Primary",
    "Version",
    "Private IP",
    "Allocation",
    "Public IP",
    "Subnet",
)


def lay_out_node_interfaces(interfaces: NodeInterfaces, most: int | None) -> Iterator[Block]:
    """Yield a row for each IP configuration, those of one interface folded when they are many."""
    yield Heading(2, "Node network interfaces")
    items = [each for interface in interfaces.interfaces for each in _items(interface, most)]
    hidden = sum(len(each.ip_configurations) for each, only in items if only is None)
    notes = [f"{hidden} IP configurations are folded: --all shows each"] if hidden else []
    if items or not interfaces.missing:
        yield table(_COLUMNS, items, _cells, most=most, notes=notes)
    for name in interfaces.nodes_without_interface:
        yield Paragraph(Text(f"No network interface was found for node {name}", Tone.WARNING))
    for name in interfaces.nodes_unseen:
        yield Paragraph(Text(f"The network interface of node {name} is unknown", Tone.WARNING))
    yield from lay_out_missing(interfaces.missing)


def _items(
    interface: NodeInterface, most: int | None
) -> Iterator[tuple[NodeInterface, IPConfigurationView | None]]:
    """Yield the interface with each configuration, or once by itself to be folded."""
    configurations = interface.ip_configurations
    if configurations and (most is None or len(configurations) < FOLDED_FROM):
        yield from ((interface, each) for each in configurations)
    else:
        yield interface, None


def _cells(item: tuple[NodeInterface, IPConfigurationView | None]) -> tuple[Text, ...]:
    interface, configuration = item
    if configuration is not None:
        return _row(interface, configuration)
    return _folded(interface) if interface.ip_configurations else _bare(interface)


def _bare(interface: NodeInterface) -> tuple[Text, ...]:
    none = Text("no IP configuration", Tone.WARNING)
    rest = (show(None),) * 6
    return (*row(interface.node, interface.name, interface.ip_forwarding), none, *rest)


def _row(interface: NodeInterface, configuration: IPConfigurationView) -> tuple[Text, ...]:
    return row(
        interface.node,
        interface.name,
        interface.ip_forwarding,
        configuration.name,
        configuration.primary,
        configuration.version,
        configuration.address,
        configuration.allocation,
        configuration.public_ip,
        configuration.subnet,
    )


def _folded(interface: NodeInterface) -> tuple[Text, ...]:
    """Return one row for an interface with many configurations, none of them left out."""
    every = interface.ip_configurations
    primary = [each.name for each in every if each.primary]
    known = [each.address for each in every if each.address is not None]
    addresses = folded(known) if known else "no addresses"
    if len(known) < len(every):
        addresses += f", {len(every) - len(known)} without address"
    return row(
        interface.node,
        interface.name,
        interface.ip_forwarding,
        f"{len(every)} configurations",
        ", ".join(primary) or Text("none", Tone.WARNING),
        _distinct(each.version for each in every),
        addresses,
        _distinct(each.allocation for each in every),
        tuple(each.public_ip for each in every if each.public_ip is not None),
        _distinct(each.subnet for each in every),
    )


def _distinct(values: Iterator[str | None]) -> tuple[str, ...]:
    return tuple(sorted({value for value in values if value is not None}))
