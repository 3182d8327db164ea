"""Every node's network interfaces with each of their IP configurations."""

from collections import Counter

from inspector.network.addresses import address_order
from inspector.nodes import Node, hidden_interfaces, missing_for_nodes
from inspector.report.addresses import public_address
from inspector.report.answer import TextAnswer, Unknown, View, unknown_of
from inspector.resource_id import ResourceId
from inspector.resources import (
    IPAddress,
    IPConfiguration,
    NetworkInterface,
    NetworkSecurityGroup,
    Resource,
    Subnet,
    same_text,
)
from inspector.topology import Topology

_Shape = tuple[bool | None, str, int, int, int, tuple[str, ...], bool]


class IPConfigurationView(View, frozen=True):
    """One IP configuration; ``prefix_length`` is there where it holds a block of addresses."""

    name: str
    primary: bool | None
    version: str | None
    address: IPAddress | None
    prefix_length: int | None
    allocation: str | None
    public_ip: TextAnswer
    subnet: str | None

    @property
    def is_ipv6(self) -> bool:
        """Whether it is an IPv6 configuration."""
        return same_text(self.version, "IPv6")


class NodeInterface(View, frozen=True):
    """One network interface of a node; ``pool`` may be ``auto-provisioned`` or ``no pool``."""

    node: str
    pool: str
    name: str
    id: ResourceId
    ip_forwarding: bool | None
    security_group: str | None
    ip_configurations: tuple[IPConfigurationView, ...]


class PoolInterfaces(View, frozen=True):
    """The interfaces of one pool's nodes; the fields are those most of them share.

    ``exceptions`` are the places, in the list of all interfaces, of those that differ in one of
    the fields.
    """

    pool: str
    nodes: int
    interfaces: int
    ip_forwarding: bool | None
    security_group: str | None
    ipv4_configurations: int
    ipv6_configurations: int
    primary_configurations: int
    subnets: tuple[str, ...]
    has_public_ip: bool
    exceptions: tuple[int, ...]


class NodeInterfaces(View, frozen=True):
    """The nodes' interfaces, the nodes that have none, and what could not be seen.

    ``nodes_unseen`` names the nodes whose interfaces may be in a list that could not be read.
    """

    interfaces: tuple[NodeInterface, ...]
    pools: tuple[PoolInterfaces, ...]
    nodes_without_interface: tuple[str, ...]
    nodes_unseen: tuple[str, ...]
    missing: tuple[Unknown, ...]


def build_node_interfaces(topology: Topology) -> NodeInterfaces:
    """Return the interfaces of every node, by node."""
    bare = [node for node in topology.nodes if not node.interfaces]
    unseen = {node.id for node in bare if hidden_interfaces(topology, node) is not None}
    interfaces = tuple(
        _interface(topology, node, interface)
        for node in topology.nodes
        for interface in node.interfaces
    )
    return NodeInterfaces(
        interfaces=interfaces,
        pools=_by_pool(interfaces),
        nodes_without_interface=tuple(node.name for node in bare if node.id not in unseen),
        nodes_unseen=tuple(node.name for node in bare if node.id in unseen),
        missing=tuple(dict.fromkeys(map(unknown_of, missing_for_nodes(topology)))),
    )


def _interface(topology: Topology, node: Node, interface: NetworkInterface) -> NodeInterface:
    properties = interface.properties
    group = properties.network_security_group
    return NodeInterface(
        node=node.name,
        pool=node.pool or topology.outside_pools,
        name=interface.title,
        id=interface.id,
        ip_forwarding=properties.enable_ip_forwarding,
        security_group=_name(topology, group.id, NetworkSecurityGroup) if group else None,
        ip_configurations=tuple(
            _configuration(topology, each)
            for each in sorted(properties.ip_configurations, key=_order)
        ),
    )


def _order(configuration: IPConfiguration) -> tuple[int, int, str]:
    return *address_order(configuration.properties.private_ip_address), configuration.name


def _configuration(topology: Topology, configuration: IPConfiguration) -> IPConfigurationView:
    properties = configuration.properties
    public, subnet = properties.public_ip_address, properties.subnet
    return IPConfigurationView(
        name=configuration.title,
        primary=properties.primary,
        version=properties.private_ip_address_version,
        address=properties.private_ip_address,
        prefix_length=properties.private_ip_address_prefix_length,
        allocation=properties.private_ip_allocation_method,
        public_ip=public_address(topology, public.id) if public is not None else None,
        subnet=_name(topology, subnet.id, Subnet) if subnet is not None else None,
    )


def _by_pool(interfaces: tuple[NodeInterface, ...]) -> tuple[PoolInterfaces, ...]:
    """Return a summary of each pool's interfaces, by pool."""
    grouped: dict[str, list[int]] = {}
    for index, interface in enumerate(interfaces):
        grouped.setdefault(interface.pool, []).append(index)
    return tuple(_pool(pool, grouped[pool], interfaces) for pool in sorted(grouped))


def _pool(pool: str, indexes: list[int], interfaces: tuple[NodeInterface, ...]) -> PoolInterfaces:
    shapes = {index: _shape(interfaces[index]) for index in indexes}
    usual, _ = Counter(shapes.values()).most_common(1)[0]
    forwarding, _, ipv4, ipv6, primary, _, has_public = usual
    first = interfaces[next(index for index, shape in shapes.items() if shape == usual)]
    return PoolInterfaces(
        pool=pool,
        nodes=len({interfaces[index].node for index in indexes}),
        interfaces=len(indexes),
        ip_forwarding=forwarding,
        security_group=first.security_group,
        ipv4_configurations=ipv4,
        ipv6_configurations=ipv6,
        primary_configurations=primary,
        subnets=_subnets(first),
        has_public_ip=has_public,
        exceptions=tuple(index for index, shape in shapes.items() if shape != usual),
    )


def _shape(interface: NodeInterface) -> _Shape:
    """Return what interfaces of a pool share; names are folded, as references differ in case."""
    every = interface.ip_configurations
    version_6 = sum(each.is_ipv6 for each in every)
    return (
        interface.ip_forwarding,
        (interface.security_group or "").lower(),
        len(every) - version_6,
        version_6,
        sum(each.primary is True for each in every),
        tuple(map(str.lower, _subnets(interface))),
        any(each.public_ip is not None for each in every),
    )


def _subnets(interface: NodeInterface) -> tuple[str, ...]:
    every = interface.ip_configurations
    return tuple(sorted({each.subnet for each in every if each.subnet is not None}))


def _name(topology: Topology, resource_id: ResourceId, kind: type[Resource]) -> str:
    """Return a resource's name as its own document writes it: references differ in case."""
    found = topology.seen(resource_id, kind)
    return found.title if found is not None else resource_id.name
