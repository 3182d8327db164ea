"""What the same workload takes of a virtual network under each network model.

Sources are those of :mod:`inspector.network.address_needs`. A node of the workload keeps its
``maxPods``, whatever the model's own default is. All figures are of IPv4.
"""

from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from inspector.network.address_needs import Needs, addresses_per_node, needs
from inspector.network.models import NetworkModel
from inspector.resources import AgentPoolProfile

MODELS: Final = (
    NetworkModel.KUBENET,
    NetworkModel.CNI_OVERLAY,
    NetworkModel.CNI_POD_SUBNET_DYNAMIC,
    NetworkModel.CNI_POD_SUBNET_STATIC,
    NetworkModel.CNI_NODE_SUBNET,
)
"""The models whose needs are known, those that take the fewest addresses first."""


class ModelNeeds(msgspec.Struct, frozen=True, kw_only=True):
    """What pools need under one model: addresses of the virtual network, and slices outside it.

    ``pod_subnet_floor`` is with one batch for each node, ``pod_subnet`` with nodes full of pods;
    both are 0 without a pod subnet. ``slices`` of the pod CIDR are one for each node, ``None``
    where the model has no pod CIDR.
    """

    model: NetworkModel
    node_subnet: Needs
    pod_subnet_floor: Needs
    pod_subnet: Needs
    slices: Needs | None


def needs_by_model(pools: Iterable[AgentPoolProfile]) -> Iterator[ModelNeeds]:
    """Yield what the pools need under each model, in the order of ``MODELS``."""
    every = tuple(pools)
    for model in MODELS:
        taken = [(pool, addresses_per_node(model, pool.max_pods)) for pool in every]
        has_slices = model in {NetworkModel.KUBENET, NetworkModel.CNI_OVERLAY}
        yield ModelNeeds(
            model=model,
            node_subnet=needs((pool, each.node_subnet) for pool, each in taken),
            pod_subnet_floor=needs((pool, each.pod_subnet_floor) for pool, each in taken),
            pod_subnet=needs((pool, each.pod_subnet) for pool, each in taken),
            slices=needs((pool, 1) for pool in every) if has_slices else None,
        )
