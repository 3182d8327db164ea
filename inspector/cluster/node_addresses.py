"""The interface each node goes by, pool by pool, with what is configured on it."""

from collections.abc import Iterable, Iterator

import msgspec

from inspector.cluster.egress import primary_interface
from inspector.nodes import Node, hidden_interfaces, pool_profiles
from inspector.resource_id import ResourceId
from inspector.resources import AgentPoolProfile, IPConfiguration, NetworkInterface, same_text
from inspector.snapshot import Gap
from inspector.topology import Topology
from inspector.wording import count, names


class NodeAddresses(msgspec.Struct, frozen=True, kw_only=True):
    """A node's own interface and its IP configurations by family, in ARM's order.

    ``blocks`` are configurations that hold a block of addresses: they count in neither family.
    """

    node: Node
    interface: NetworkInterface
    ipv4: tuple[IPConfiguration, ...]
    ipv6: tuple[IPConfiguration, ...]
    blocks: tuple[IPConfiguration, ...]

    @property
    def subnet(self) -> ResourceId | None:
        """The subnet the node itself is in: that of its first IPv4 configuration."""
        found = self.ipv4[0].properties.subnet if self.ipv4 else None
        return found.id if found is not None else None


class PoolNodes(msgspec.Struct, frozen=True, kw_only=True):
    """The nodes of a pool, or those of no pool that the cluster has: then there is no profile.

    ``unattached`` are nodes of which every list was seen and none holds an interface of their
    own. ``hidden`` are those whose interface may be in what ``missing`` hides. ``claimed`` is how
    many nodes the profile says there are, none in a pool or cluster that is stopped.
    """

    profile: AgentPoolProfile | None
    nodes: tuple[NodeAddresses, ...]
    unattached: tuple[Node, ...]
    hidden: tuple[Node, ...]
    missing: tuple[Gap, ...]
    claimed: int

    @property
    def name(self) -> str | None:
        """The pool's name as the cluster writes it."""
        return self.profile.name if self.profile is not None else None

    @property
    def total(self) -> int:
        """How many nodes there are, with an interface or without."""
        return len(self.nodes) + len(self.unattached) + len(self.hidden)

    @property
    def doubts(self) -> Iterator[str]:
        """Why less is known of the pool's nodes than their number says, although all was seen."""
        if self.unattached:
            without = names(each.name for each in self.unattached)
            yield f"no primary network interface was found for {without}"
        if self.claimed and not self.total:
            yield f"pool {self.name} claims {count(self.claimed, 'node')}, and none was found"


def node_addresses(topology: Topology) -> tuple[PoolNodes, ...]:
    """Return the nodes of every pool in the cluster's order, then those of no pool if any."""
    by_pool: dict[str, list[Node]] = {}
    for node in topology.nodes:
        by_pool.setdefault((node.pool or "").lower(), []).append(node)
    pools = [
        _pool(topology, each, by_pool.pop(each.name.lower(), ()))
        for each in pool_profiles(topology)
    ]
    rest = [node for nodes in by_pool.values() for node in nodes]
    return (*pools, *([_pool(topology, None, rest)] if rest else ()))


def _pool(topology: Topology, profile: AgentPoolProfile | None, nodes: Iterable[Node]) -> PoolNodes:
    found: list[NodeAddresses] = []
    unattached: list[Node] = []
    hidden: list[Node] = []
    missing: dict[Gap, None] = {}
    for node in nodes:
        interface = primary_interface(node)
        is_certain = interface is not None and interface.properties.primary is True
        gap = None if is_certain else hidden_interfaces(topology, node)
        if gap is not None:
            missing[gap] = None
            hidden.append(node)
        elif interface is None:
            unattached.append(node)
        else:
            found.append(_addresses(node, interface))
    return PoolNodes(
        profile=profile,
        nodes=tuple(found),
        unattached=tuple(unattached),
        hidden=tuple(hidden),
        missing=tuple(missing),
        claimed=_claimed(topology, profile),
    )


def _claimed(topology: Topology, profile: AgentPoolProfile | None) -> int:
    if profile is None:
        return 0
    states = (topology.cluster.properties.power_state.code, profile.power_state.code)
    is_stopped = any(same_text(each, "Stopped") for each in states)
    return 0 if is_stopped else profile.node_count or 0


def _addresses(node: Node, interface: NetworkInterface) -> NodeAddresses:
    ipv4: list[IPConfiguration] = []
    ipv6: list[IPConfiguration] = []
    blocks: list[IPConfiguration] = []
    for each in interface.properties.ip_configurations:
        if each.properties.private_ip_address_prefix_length is not None:
            blocks.append(each)
        else:
            (ipv6 if each.is_ipv6 else ipv4).append(each)
    return NodeAddresses(
        node=node,
        interface=interface,
        ipv4=tuple(ipv4),
        ipv6=tuple(ipv6),
        blocks=tuple(blocks),
    )
