"""How full the subnets of nodes and pods are, and what pools need of them when they grow."""

from inspector.cluster.subnet_capacity.address_use import (
    AddressUse,
    Figure,
    Unshown,
    Untold,
    address_use,
    usage_of,
    usages_of,
)
from inspector.cluster.subnet_capacity.draws import Drawer, PoolDraw, draw_of, untold_nodes
from inspector.cluster.subnet_capacity.survey import (
    POD_SUBNET_MODELS,
    Capacities,
    SubnetCapacity,
    subnet_capacities,
)

__all__ = [
    "POD_SUBNET_MODELS",
    "AddressUse",
    "Capacities",
    "Drawer",
    "Figure",
    "PoolDraw",
    "SubnetCapacity",
    "Unshown",
    "Untold",
    "address_use",
    "draw_of",
    "subnet_capacities",
    "untold_nodes",
    "usage_of",
    "usages_of",
]
