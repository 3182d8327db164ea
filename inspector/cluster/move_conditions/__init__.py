"""What a cluster must have, or must not, before it moves to another network model."""

from inspector.cluster.move_conditions.declared import (
    OLDEST_FOR_OVERLAY,
    OLDEST_FOR_POLICY_CHANGE,
    overlay_readiness,
)
from inspector.cluster.move_conditions.kinds import (
    Answer,
    Condition,
    Reading,
    Requirement,
    Situation,
)
from inspector.cluster.move_conditions.pools import confidential_pools, docker_pools
from inspector.cluster.move_conditions.route_tables import other_subnets, users_tables
from inspector.cluster.move_conditions.subnets import own_subnets
from inspector.cluster.move_conditions.survey import (
    conditions_of_cilium,
    conditions_of_new_cluster,
    conditions_of_overlay,
    conditions_of_reimage,
)

__all__ = [
    "OLDEST_FOR_OVERLAY",
    "OLDEST_FOR_POLICY_CHANGE",
    "Answer",
    "Condition",
    "Reading",
    "Requirement",
    "Situation",
    "conditions_of_cilium",
    "conditions_of_new_cluster",
    "conditions_of_overlay",
    "conditions_of_reimage",
    "confidential_pools",
    "docker_pools",
    "other_subnets",
    "overlay_readiness",
    "own_subnets",
    "users_tables",
]
