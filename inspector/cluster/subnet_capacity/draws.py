"""What each pool takes of a subnet: the terms of the formula for its size.

Source: AKS "concepts-network-ip-address-planning": nodes, those of an upgrade on top, times the
addresses of a node.
"""

from collections import Counter
from collections.abc import Iterator
from enum import StrEnum

import msgspec

from inspector.cluster.node_addresses import PoolNodes
from inspector.network.address_needs import addresses_per_node
from inspector.network.models import NetworkModel
from inspector.network.pool_sizes import most_nodes, surge_at
from inspector.resource_id import ResourceId
from inspector.resources import AgentPoolProfile


class Drawer(StrEnum):
    """Who draws addresses from a subnet."""

    NODES = "nodes"
    PODS = "pods"


class PoolDraw(msgspec.Struct, frozen=True, kw_only=True):
    """What the nodes, or the pods, of a pool take of a subnet; ``None`` where it cannot be told.

    ``addresses_per_node`` is what to plan with and ``least_per_node`` what a node takes at least:
    of a node subnet what most of the pool's nodes have, of a pod subnet the first batch. Each
    surge is that of an upgrade at so many nodes.
    """

    pool: AgentPoolProfile
    drawer: Drawer
    model: NetworkModel
    addresses_per_node: int | None
    least_per_node: int | None
    nodes_now: int | None
    nodes_at_maximum: int | None
    surge_now: int | None
    surge_at_maximum: int | None

    @property
    def further_nodes(self) -> int | None:
        """The nodes that an upgrade at the maximum has more than there are now."""
        now, most, surge = self.nodes_now, self.nodes_at_maximum, self.surge_at_maximum
        return None if now is None or most is None or surge is None else most + surge - now

    @property
    def doubts(self) -> Iterator[str]:
        """Why the pool's need cannot be told although its document was seen."""
        yield from untold_nodes(self.pool)
        if self.model is NetworkModel.UNRECOGNISED:
            yield f"the network model of pool {self.pool.name} is not recognised"
        elif self.addresses_per_node is None:
            yield f"ARM does not tell maxPods of pool {self.pool.name}"


def untold_nodes(pool: AgentPoolProfile) -> Iterator[str]:
    """Yield why it cannot be told how many nodes a pool has or may come to have."""
    most = most_nodes(pool)
    if pool.node_count is None:
        yield f"ARM does not tell how many nodes pool {pool.name} has"
    if most is None:
        yield f"ARM does not tell how many nodes pool {pool.name} may have"
    elif surge_at(pool, most) is None:
        yield f"maxSurge {pool.upgrade_settings.max_surge!r} of pool {pool.name} is not recognised"


def draw_of(
    pool: AgentPoolProfile,
    drawer: Drawer,
    model: NetworkModel,
    *,
    seen_per_node: int | None = None,
    may_hide_nodes: bool = False,
) -> PoolDraw:
    """Return what a pool takes of the subnet that its nodes, or its pods, are in.

    ``seen_per_node`` is what its nodes were seen to take. Without any the planning figure counts,
    unless nodes may be hidden: then the least a node takes cannot be told.
    """
    taken = addresses_per_node(model, pool.max_pods)
    if drawer is Drawer.PODS:
        each, least = taken.pod_subnet, taken.pod_subnet_floor
    else:
        each = least = taken.node_subnet
    if drawer is Drawer.NODES and each is not None and model is NetworkModel.CNI_NODE_SUBNET:
        unseen = None if may_hide_nodes else each
        least = unseen if seen_per_node is None else min(seen_per_node, each)
    now, most = pool.node_count, most_nodes(pool)
    return PoolDraw(
        pool=pool,
        drawer=drawer,
        model=model,
        addresses_per_node=each,
        least_per_node=least,
        nodes_now=now,
        nodes_at_maximum=most,
        surge_now=surge_at(pool, now),
        surge_at_maximum=surge_at(pool, most),
    )


def most_frequent_draw(nodes: PoolNodes, subnet: ResourceId) -> int | None:
    """Return how many IPv4 addresses of a subnet most nodes of a pool have.

    The smaller number where two are as frequent, ``None`` where no node has any.
    """
    counts = Counter(
        sum(
            each.properties.subnet is not None and each.properties.subnet.id == subnet
            for each in node.ipv4
        )
        for node in nodes.nodes
    )
    del counts[0]
    return min(counts, key=lambda number: (-counts[number], number), default=None)
