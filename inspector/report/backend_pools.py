"""Backend pools: their members, NIC configurations or plain addresses, told as nodes."""

from collections import Counter

from inspector.cluster.pool_members import Member, members_of, rules_of
from inspector.nodes import hidden_interfaces
from inspector.report.answer import TextAnswer, View, unknown_of
from inspector.resource_id import ResourceId
from inspector.resources import BackendAddressPool, Relation
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
    found = members_of(topology, pool)
    members = tuple(_member(topology, pool, each) for each in found.members)
    return BackendPool(
        name=pool.title,
        id=pool.id,
        holds_addresses=found.holds_addresses,
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


def _member(topology: Topology, pool: BackendAddressPool, member: Member) -> PoolMember:
    node = member.node
    hidden = unknown_of(member.gap) if member.gap is not None else None
    return PoolMember(
        pool=pool.title,
        node=node.name if node is not None else hidden,
        node_pool=(node.pool or topology.outside_pools) if node is not None else None,
        address=_address(member),
        interface=_interface(member),
        ip_configuration=_configuration(member),
    )


def _address(member: Member) -> TextAnswer:
    """Return a member's address; that of a configuration nobody could see is unknown."""
    if member.address is not None:
        return member.address
    if member.configuration is None:
        return unknown_of(member.gap) if member.gap is not None else None
    address = member.configuration.properties.private_ip_address
    return str(address) if address is not None else None


def _interface(member: Member) -> str | None:
    """Return the interface's name; one that could not be seen has it in the reference to it."""
    if member.interface is not None:
        return member.interface.title
    is_unseen = member.configuration is None and member.gap is not None
    holder = member.configuration_id.parent if member.configuration_id is not None else None
    return holder.name if holder is not None and is_unseen else None


def _configuration(member: Member) -> str | None:
    if member.configuration_id is not None:
        return member.configuration_id.name
    return member.configuration.title if member.configuration is not None else None
