"""The address plan of a cluster: the ranges it uses, those around it, and where they collide."""

from inspector.cluster.address_plan.collisions import Collision, collisions, free_range, overlapped
from inspector.cluster.address_plan.ranges import (
    CLUSTER_SUBNETS,
    OWN_NETWORKS,
    PRIVATE,
    RESERVED,
    AddressPlan,
    PlannedRange,
    Role,
)
from inspector.cluster.address_plan.survey import note_on_services, plan_addresses, with_on_premises

__all__ = [
    "CLUSTER_SUBNETS",
    "OWN_NETWORKS",
    "PRIVATE",
    "RESERVED",
    "AddressPlan",
    "Collision",
    "PlannedRange",
    "Role",
    "collisions",
    "free_range",
    "note_on_services",
    "overlapped",
    "plan_addresses",
    "with_on_premises",
]
