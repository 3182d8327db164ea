"""The nodes' network interfaces with their IP configurations."""

from collections.abc import Iterator
from typing import Final

from inspector.renderers.blocks import Block, Heading, Paragraph, Text, Tone, row, show, table
from inspector.renderers.layout.folding import FOLDED_FROM, folded
from inspector.renderers.layout.missing import lay_out_missing
from inspector.report.node_interfaces import (
    IPConfigurationView,
    NodeInterface,
    NodeInterfaces,
    PoolInterfaces,
)

_COLUMNS: Final = (
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
_POOL_COLUMNS: Final = (
    "Pool",
    "Nodes",
    "NICs",
    "IP configurations per NIC",
    "Primary",
    "IP forwarding",
    "Security group",
    "Public IP",
    "Subnet",
    "Unlike the others",
)


def lay_out_node_interfaces(interfaces: NodeInterfaces, most: int | None) -> Iterator[Block]:
    """Yield a row for each IP configuration, those of one interface folded when they are many.

    More interfaces than ``most`` are summed up by pool, and those unlike the others listed.
    """
    yield Heading(2, "Node network interfaces")
    every = interfaces.interfaces
    if most is not None and len(every) > most:
        yield table(_POOL_COLUMNS, interfaces.pools, _pool, most=None, notes=_summed_up(every))
        every = tuple(every[index] for pool in interfaces.pools for index in pool.exceptions)
        if every:
            yield Heading(3, "Interfaces unlike the others of their pool")
    if every or not (interfaces.interfaces or interfaces.missing):
        yield _table(every, most)
    yield from _without(interfaces.nodes_without_interface, "No network interface was found", most)
    yield from _without(interfaces.nodes_unseen, "The network interfaces are unknown", most)
    yield from lay_out_missing(interfaces.missing)


def _summed_up(every: tuple[NodeInterface, ...]) -> list[str]:
    return [f"{len(every)} interfaces are summed up by pool: --all shows each"]


def _without(names: tuple[str, ...], words: str, most: int | None) -> Iterator[Block]:
    if names:
        listed = ", ".join(names[:most])
        rest = f" and {len(names) - most} more" if most is not None and len(names) > most else ""
        yield Paragraph(Text(f"{words} for {listed}{rest}", Tone.WARNING))


def _pool(pool: PoolInterfaces) -> tuple[Text, ...]:
    families = f"{pool.ipv4_configurations}"
    if pool.ipv6_configurations:
        families += f" IPv4, {pool.ipv6_configurations} IPv6"
    unlike = Text(str(len(pool.exceptions)), Tone.WARNING) if pool.exceptions else show(None)
    return row(
        pool.pool,
        pool.nodes,
        pool.interfaces,
        families,
        pool.primary_configurations,
        pool.ip_forwarding,
        pool.security_group,
        pool.has_public_ip,
        pool.subnets,
        unlike,
    )


def _table(interfaces: tuple[NodeInterface, ...], most: int | None) -> Block:
    items = [each for interface in interfaces for each in _items(interface, most)]
    hidden = sum(len(each.ip_configurations) for each, only in items if only is None)
    notes = [f"{hidden} IP configurations are folded: --all shows each"] if hidden else []
    return table(_COLUMNS, items, _cells, most=most, notes=notes)


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
        _address(configuration),
        configuration.allocation,
        configuration.public_ip,
        configuration.subnet,
    )


def _address(configuration: IPConfigurationView) -> str | None:
    address, length = configuration.address, configuration.prefix_length
    if address is None:
        return None
    return f"{address}/{length}" if length is not None else str(address)


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
