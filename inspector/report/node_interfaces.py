"""Every node's network interfaces with each of their IP configurations."""

from inspector.nodes import Node, may_have_hidden_interface, missing_for_nodes
from inspector.report.addresses import public_address
from inspector.report.answer import TextAnswer, Unknown, View, unknown_of
from inspector.resource_id import ResourceId
from inspector.resources import IPAddress, IPConfiguration, NetworkInterface
from inspector.topology import Topology


class IPConfigurationView(View, frozen=True):
    """One IP configuration."""

    name: str
    primary: bool | None
    version: str | None
    address: IPAddress | None
    allocation: str | None
    public_ip: TextAnswer
    subnet: str | None


class NodeInterface(View, frozen=True):
    """One network interface of a node."""

    node: str
    pool: str | None
    name: str
    id: ResourceId
    ip_forwarding: bool | None
    security_group: str | None
    ip_configurations: tuple[IPConfigurationView, ...]


class NodeInterfaces(View, frozen=True):
    """The nodes' interfaces, the nodes that have none, and what could not be seen.

    ``nodes_unseen`` names the nodes whose interfaces may be in a list that could not be read.
    """

    interfaces: tuple[NodeInterface, ...]
    nodes_without_interface: tuple[str, ...]
    nodes_unseen: tuple[str, ...]
    missing: tuple[Unknown, ...]


def build_node_interfaces(topology: Topology) -> NodeInterfaces:
    """Return the interfaces of every node, by node."""
    bare = [node for node in topology.nodes if not node.interfaces]
    unseen = {node.id for node in bare if may_have_hidden_interface(topology, node)}
    return NodeInterfaces(
        interfaces=tuple(
            _interface(topology, node, interface)
            for node in topology.nodes
            for interface in node.interfaces
        ),
        nodes_without_interface=tuple(node.name for node in bare if node.id not in unseen),
        nodes_unseen=tuple(node.name for node in bare if node.id in unseen),
        missing=tuple(dict.fromkeys(map(unknown_of, missing_for_nodes(topology)))),
    )


def _interface(topology: Topology, node: Node, interface: NetworkInterface) -> NodeInterface:
    properties = interface.properties
    group = properties.network_security_group
    return NodeInterface(
        node=node.name,
        pool=node.pool,
        name=interface.title,
        id=interface.id,
        ip_forwarding=properties.enable_ip_forwarding,
        security_group=group.id.name if group is not None else None,
        ip_configurations=tuple(
            _configuration(topology, each)
            for each in sorted(properties.ip_configurations, key=_order)
        ),
    )


def _order(configuration: IPConfiguration) -> tuple[int, int, str]:
    address = configuration.properties.private_ip_address
    if address is None:
        return 9, 0, configuration.name
    return address.version, int(address), configuration.name


def _configuration(topology: Topology, configuration: IPConfiguration) -> IPConfigurationView:
    properties = configuration.properties
    public, subnet = properties.public_ip_address, properties.subnet
    return IPConfigurationView(
        name=configuration.title,
        primary=properties.primary,
        version=properties.private_ip_address_version,
        address=properties.private_ip_address,
        allocation=properties.private_ip_allocation_method,
        public_ip=public_address(topology, public.id) if public is not None else None,
        subnet=subnet.id.name if subnet is not None else None,
    )
