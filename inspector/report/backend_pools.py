"""Backend pools: their members, NIC configurations or plain addresses, told as nodes."""

from collections import Counter

from inspector.collected import NotCollected
from inspector.nodes import hidden_interfaces
from inspector.report.answer import TextAnswer, Unknown, View, unknown_of
from inspector.resource_id import ResourceId
from inspector.resources import (
    BackendAddress,
    BackendAddressPool,
    IPConfiguration,
    LoadBalancingRule,
    NetworkInterface,
    OutboundRule,
    Reference,
    Relation,
)
from inspector.topology import Topology


class PoolMember(View, frozen=True):
    """One entry of a backend pool; ``node`` is ``None`` for what is no node of this cluster."""

    pool: str
    node: TextAnswer
    node_pool: str | None
    address: TextAnswer
    interface: str | None
    ip_configuration: str | None


class PoolShare(View, frozen=True):
    """How many of a node pool's nodes are members."""

    node_pool: str
    members: int
    nodes: int


class BackendPool(View, frozen=True):
    """A backend pool; a pool may be empty.

    ``holds_addresses`` tells a pool of plain addresses (``nodeIP``) from one of NICs.
    ``node_pools`` counts the nodes among the members, one node once.
    """

    name: str
    id: ResourceId
    holds_addresses: bool
    members: tuple[PoolMember, ...]
    node_pools: tuple[PoolShare, ...]
    rules: int
    outbound_rules: int


def build_backend_pool(topology: Topology, pool: BackendAddressPool) -> BackendPool:
    """Return a pool with its members as nodes."""
    rules, outbound = rules_of(topology, pool.id, Relation.BACKEND_POOL)
    members = _members(topology, pool)
    return BackendPool(
        name=pool.title,
        id=pool.id,
        holds_addresses=bool(pool.addresses),
        members=members,
        node_pools=_shares(topology, members),
        rules=rules,
        outbound_rules=outbound,
    )


def _shares(topology: Topology, members: tuple[PoolMember, ...]) -> tuple[PoolShare, ...]:
    known = {each.node: each.node_pool for each in members if each.node_pool is not None}
    counts = Counter(known.values())
    nodes = Counter(
        node.pool or topology.outside_pools
        for node in topology.nodes
        if node.interfaces or hidden_interfaces(topology, node) is None
    )
    return tuple(
        PoolShare(node_pool=pool, members=counts[pool], nodes=nodes[pool])
        for pool in sorted(counts)
    )


def _members(topology: Topology, pool: BackendAddressPool) -> tuple[PoolMember, ...]:
    """Return where a pool sends traffic: its addresses, and the NICs whose node is not among them.

    Whether ARM lists the NICs of a pool of addresses as well is not documented; a pool that was
    half converted from one to the other has both.
    """
    addresses = tuple(_address_member(topology, pool, entry) for entry in pool.addresses)
    references = pool.properties.backend_ip_configurations
    nics = tuple(_nic_member(topology, pool, reference) for reference in references)
    if not addresses:
        return nics
    named = {each.node for each in addresses}
    others = (each for each in nics if isinstance(each.node, str) and each.node not in named)
    return (*addresses, *others)


def _nic_member(topology: Topology, pool: BackendAddressPool, reference: Reference) -> PoolMember:
    try:
        configuration = topology.get(reference.id, IPConfiguration)
    except NotCollected as unseen:
        interface_id = reference.id.parent
        return PoolMember(
            pool=pool.title,
            node=unknown_of(unseen.gap),
            node_pool=None,
            address=unknown_of(unseen.gap),
            interface=interface_id.name if interface_id else None,
            ip_configuration=reference.id.name,
        )
    interface = topology.holder(configuration, NetworkInterface) if configuration else None
    node = topology.node_of(interface) if interface is not None else None
    address = configuration.properties.private_ip_address if configuration is not None else None
    return PoolMember(
        pool=pool.title,
        node=node.name if node is not None else _stranger(topology, configuration),
        node_pool=(node.pool or topology.outside_pools) if node is not None else None,
        address=str(address) if address is not None else None,
        interface=interface.title if interface is not None else None,
        ip_configuration=reference.id.name,
    )


def _address_member(
    topology: Topology, pool: BackendAddressPool, entry: BackendAddress
) -> PoolMember:
    """Return a member of a pool of addresses: its entry is named after the node."""
    address = entry.properties.ip_address
    configuration = topology.node_address(address)
    interface = topology.holder(configuration, NetworkInterface) if configuration else None
    node = topology.node_of(interface) if interface is not None else None
    return PoolMember(
        pool=pool.title,
        node=node.name if node is not None else _hidden(topology),
        node_pool=(node.pool or topology.outside_pools) if node is not None else None,
        address=address,
        interface=interface.title if interface is not None else None,
        ip_configuration=configuration.title if configuration is not None else None,
    )


def rules_of(topology: Topology, target: ResourceId, relation: Relation) -> tuple[int, int]:
    """Count the load balancing rules and the outbound rules that refer to ``target``."""
    kinds = [each.type.lower() for each in topology.referring(target, relation)]
    return (
        kinds.count(LoadBalancingRule.arm_type.lower()),
        kinds.count(OutboundRule.arm_type.lower()),
    )


def _stranger(topology: Topology, configuration: IPConfiguration | None) -> Unknown | None:
    """Return what a member is that no node has: a hidden node's, unless ARM has no such thing."""
    return _hidden(topology) if configuration is not None else None


def _hidden(topology: Topology) -> Unknown | None:
    return unknown_of(topology.hidden_nodes[0]) if topology.hidden_nodes else None
