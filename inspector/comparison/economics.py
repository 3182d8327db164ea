"""What each cluster's own workload takes under every model, in addresses of the VNet.

The arithmetic is a plan's: nodes and those of an upgrade, all pools at once, times what a node
takes by :mod:`inspector.network.address_needs`, which names the sources. A node keeps its
``maxPods``, whatever a model's own default is.
"""

from collections.abc import Callable
from typing import Final

from inspector.cluster.node_room import SLICED
from inspector.comparison.side import Side
from inspector.comparison.views import ModelNeeds, Need, Workload
from inspector.network.address_needs import (
    POD_BATCH,
    NodeAddresses,
    addresses_per_node,
    smallest_prefix,
)
from inspector.network.limits import (
    KUBENET_NODES,
    KUBENET_NODES_DUAL_STACK,
    NODES_PER_CLUSTER,
    PRIVATE_ADDRESSES_PER_NETWORK,
)
from inspector.network.models import NetworkModel, pool_model
from inspector.network.pool_sizes import Situation
from inspector.nodes import makes_nodes_without_pool
from inspector.planning.arithmetic import Reckoning, number, total
from inspector.planning.basis import Taken, together
from inspector.planning.figures import Figure, figure, untellable
from inspector.report.answer import Unknown, unknown_of

MODELS: Final = (
    NetworkModel.KUBENET,
    NetworkModel.CNI_OVERLAY,
    NetworkModel.CNI_POD_SUBNET_DYNAMIC,
    NetworkModel.CNI_POD_SUBNET_STATIC,
    NetworkModel.CNI_NODE_SUBNET,
)
"""The models whose needs are known, those that take the fewest addresses first."""

SITUATIONS: Final = (Situation.NOW, Situation.UPGRADE, Situation.MAXIMUM_AND_UPGRADE)
_PerNode = Callable[[NodeAddresses], int | None]


def workload(side: Side) -> Workload:
    """Return what a cluster's pools take under each model."""
    own = {pool_model(side.profile, each) for each in side.pools} or {side.model}
    return Workload(
        nodes=figure(lambda: total(map(side.basis.today, side.pools))),
        nodes_not_counted=_not_counted(side),
        is_open_ended=makes_nodes_without_pool(side.topology),
        models=tuple(
            ModelNeeds(
                model=each,
                words=each.words,
                is_own=each in own,
                needs=tuple(_need(side, each, situation) for situation in SITUATIONS),
            )
            for each in MODELS
        ),
    )


def _not_counted(side: Side) -> int | Unknown:
    hidden = side.topology.hidden_nodes
    if hidden:
        return unknown_of(hidden[0])
    return sum(each.pool is None for each in side.topology.nodes)


def _need(side: Side, model: NetworkModel, situation: Situation) -> Need:
    def needed(per_node: _PerNode) -> Figure:
        return figure(_taken, side, model, situation, per_node)

    of_nodes = needed(lambda each: each.node_subnet)
    pods = needed(lambda each: each.pod_subnet)
    nodes = needed(lambda _: 1)
    return Need(
        situation=situation,
        node_subnet=of_nodes,
        node_prefix_length=_prefix(of_nodes),
        pod_subnet_floor=needed(lambda each: each.pod_subnet_floor),
        pod_subnet=pods,
        pod_prefix_length=_prefix(pods),
        slices=nodes if model in SLICED else None,
        beyond=_limit_of_nodes(side, model, nodes) or _limit_of_network(model, of_nodes, pods),
    )


def _limit_of_nodes(side: Side, model: NetworkModel, nodes: Figure) -> str | None:
    """Return the limit that so many nodes would pass."""
    most, whose = NODES_PER_CLUSTER, "an AKS cluster"
    if model is NetworkModel.KUBENET:
        is_dual = side.profile.is_dual_stack
        most, whose = KUBENET_NODES_DUAL_STACK if is_dual else KUBENET_NODES, "kubenet"
    return f"the {most:,} nodes of {whose}" if (nodes.number or 0) > most else None


def _limit_of_network(model: NetworkModel, of_nodes: Figure, pods: Figure) -> str | None:
    """Return the limit that so many addresses would pass, a static block counting as one."""
    of_pods = pods.number or 0
    if model is NetworkModel.CNI_POD_SUBNET_STATIC:
        of_pods //= POD_BATCH
    most = PRIVATE_ADDRESSES_PER_NETWORK
    is_more = (of_nodes.number or 0) + of_pods > most
    return f"the {most:,} addresses of a network" if is_more else None


def _taken(side: Side, model: NetworkModel, situation: Situation, per_node: _PerNode) -> Reckoning:
    """Return what the pools take together; raises ``Untellable``."""
    taken: list[Taken] = []
    for pool in side.pools:
        each = per_node(addresses_per_node(model, pool.max_pods))
        if each is None:
            reason = f"ARM does not tell maxPods of pool {pool.name}"
            raise untellable(side.cluster.pool_id(pool.name), reason)
        if each:
            nodes, surge = side.basis.nodes(pool, situation), side.basis.surge(pool, situation)
            taken.append(Taken(nodes, surge, number(each)))
    return together(taken)


def _prefix(addresses: Figure) -> int | None:
    return smallest_prefix(addresses.number) if addresses.number else None
