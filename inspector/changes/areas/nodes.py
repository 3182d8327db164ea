"""The nodes: who joined and left, and what changed on the interfaces of those that stayed."""

from functools import partial
from typing import Final

from inspector.changes.answer import Thing, Topic
from inspector.changes.areas.node_pools import POWER, nodes_of_pool, pool_key
from inspector.changes.entries import (
    About,
    Area,
    Cause,
    Entries,
    Entry,
    Key,
    Said,
    Value,
    ids,
    reference,
)
from inspector.cluster.egress import primary_interface
from inspector.network.addresses import address_order
from inspector.nodes import Node, hidden_interfaces
from inspector.resource_id import ResourceId
from inspector.resources import AgentPool, IPAddress, NetworkInterface, ScaleSet
from inspector.snapshot import Gap
from inspector.topology import Topology

ADDRESS: Final = "address"
IPV6_ADDRESS: Final = "IPv6 address"
GROUP: Final = "security group"


def node_key(node: Node) -> Key:
    """Return the key of a node: its virtual machine's id, whatever list told of it."""
    machine = node.virtual_machine
    return Thing.NODE, machine.key if machine is not None else node.name.casefold()


def nodes_of(pool: str | None) -> str:
    """Return what to call the nodes of a pool, or of none."""
    return f"nodes of pool {pool}" if pool is not None else "nodes outside node pools"


def node_causes(node: Node | None) -> tuple[Cause, ...]:
    """Return that something may have come or gone with a node."""
    return (Cause(node_key(node)),) if node is not None else ()


def _entries(topology: Topology) -> Entries:
    """Yield the nodes; a machine that AKS has not placed yet is none."""
    for node in topology.nodes:
        if node.virtual_machine is not None:
            yield (
                node_key(node),
                Entry(
                    subject=node.id,
                    holder=node.virtual_machine,
                    about=partial(_about, topology, node),
                    values=_values(topology, node),
                ),
            )


def _about(topology: Topology, node: Node) -> About:
    pool = f"pool {node.pool}" if node.pool is not None else topology.outside_pools
    interface = primary_interface(node)
    address = _address(interface, is_ipv6=False) if interface is not None else None
    named = node.pool or ""
    return About(
        name=node.name,
        words=pool if address is None else f"{pool}, {address}",
        causes=(Cause(pool_key(named)), Cause(pool_key(named), POWER)),
        marks=(nodes_of_pool(named),),
        pile=nodes_of(node.pool),
    )


def _seen_interface(topology: Topology, node: Node) -> NetworkInterface | Gap | None:
    """Return the node's own interface, or what may hide it."""
    interface = primary_interface(node)
    if interface is not None and interface.properties.primary is True:
        return interface
    return hidden_interfaces(topology, node) or interface


def _values(topology: Topology, node: Node) -> dict[str, Value]:
    interface = _seen_interface(topology, node)
    fields = (ADDRESS, IPV6_ADDRESS, "subnet", "IP configurations", "IP forwarding")
    if isinstance(interface, Gap):
        return dict.fromkeys(fields, interface)
    if interface is None:
        return dict.fromkeys(fields, None)
    properties = interface.properties
    configurations = properties.ip_configurations
    subnets = {each.properties.subnet.id for each in configurations if each.properties.subnet}
    values: tuple[Value, ...] = (
        _address(interface, is_ipv6=False),
        _address(interface, is_ipv6=True),
        ids(subnets) if len(subnets) > 1 else reference(next(iter(subnets), None)),
        len(configurations),
        properties.enable_ip_forwarding is True,
    )
    return dict(zip(fields, values, strict=True))


def _address(interface: NetworkInterface, *, is_ipv6: bool) -> str | None:
    """Return an interface's address of a family: the primary one, else the lowest."""
    own = [
        (each.properties.primary is not True, each.properties.private_ip_address)
        for each in interface.properties.ip_configurations
        if each.is_ipv6 is is_ipv6 and each.properties.private_ip_address is not None
    ]
    return str(min(own, key=_address_order)[1]) if own else None


def _address_order(found: tuple[bool, IPAddress]) -> tuple[bool, tuple[int, int]]:
    return found[0], address_order(found[1])


def _hiding(topology: Topology, entry: Entry) -> Gap | None:
    """Return what may hide a node: the lists of its pool and scale set, and of its group."""
    if not topology.hidden_nodes:
        return None
    places = [_place(entry.subject), _place(entry.holder)]
    for gap in topology.hidden_nodes:
        place = _place(gap.target)
        if place is None or place in places or None in places[:1]:
            return gap
    return None


def _place(target: ResourceId | None) -> ResourceId | None:
    """Return the pool or the scale set that an id lies in, or is."""
    if target is None:
        return None
    return target.ancestor(AgentPool.arm_type) or target.ancestor(ScaleSet.arm_type)


def _groups(topology: Topology) -> Entries:
    for node in topology.nodes:
        if node.virtual_machine is not None:
            interface = _seen_interface(topology, node)
            yield (
                (Thing.SECURITY_GROUP_OF_NODE, *node_key(node)),
                Entry(
                    subject=node.id,
                    about=partial(_about_group, node),
                    values={GROUP: _group(interface)},
                ),
            )


def _group(interface: NetworkInterface | Gap | None) -> Said | Gap | None:
    if interface is None or isinstance(interface, Gap):
        return interface
    group = interface.properties.network_security_group
    return reference(group.id) if group is not None else None


def _about_group(node: Node) -> About:
    return About(name=node.name, pile=nodes_of(node.pool))


NODES: Final = Area(
    topic=Topic.NODES,
    thing=Thing.NODE,
    entries=_entries,
    hiding=_hiding,
    verbs=("joined", "left"),
    pile_from=2,
    is_replaced=True,
    own_fields=frozenset({ADDRESS, IPV6_ADDRESS}),
)
SECURITY_GROUPS_OF_NODES: Final = Area(
    topic=Topic.SECURITY,
    thing=Thing.SECURITY_GROUP_OF_NODE,
    entries=_groups,
    is_told_alone=False,
)
