"""How many nodes a pool may come to have: the autoscaler's maximum, and the surge of an upgrade."""

import re
from enum import StrEnum
from typing import Final, NamedTuple

from inspector.resources import AgentPoolProfile, same_text

_AMOUNT: Final = re.compile(r"(?P<number>[0-9]{1,6})(?P<percent>%?)")
DEFAULT_SURGE: Final = "10%"
"""The surge of a pool that has none set."""


class Situation(StrEnum):
    """When nodes are counted: as they are or at the most, and outside an upgrade or in one."""

    NOW = "now"
    UPGRADE = "upgrade"
    MAXIMUM = "maximum"
    MAXIMUM_AND_UPGRADE = "maximum and upgrade"

    @property
    def is_maximum(self) -> bool:
        """Whether pools are at the autoscaler's maximum."""
        return self in {Situation.MAXIMUM, Situation.MAXIMUM_AND_UPGRADE}

    @property
    def is_upgrade(self) -> bool:
        """Whether pools are upgraded."""
        return self in {Situation.UPGRADE, Situation.MAXIMUM_AND_UPGRADE}


class PoolSize(NamedTuple):
    """The nodes of a pool and those an upgrade adds; ``None`` where that cannot be told."""

    nodes: int | None
    surge: int | None


def pool_size(pool: AgentPoolProfile, situation: Situation) -> PoolSize:
    """Return how many nodes a pool has in a situation; outside an upgrade there is no surge."""
    nodes = most_nodes(pool) if situation.is_maximum else pool.node_count
    return PoolSize(nodes, surge_at(pool, nodes) if situation.is_upgrade else 0)


def most_nodes(pool: AgentPoolProfile) -> int | None:
    """Return the most nodes a pool has outside upgrades; ``None`` if that cannot be told.

    That is the autoscaler's maximum where it is on, else the nodes there are. A pool of single
    virtual machines has a maximum for each size. A pool that was scaled past its maximum by hand
    has the nodes it has.
    """
    limits = [each.max_count for each in pool.virtual_machines_profile.scale.autoscale]
    if pool.enable_auto_scaling:
        limits = [pool.max_count]
    if not limits:
        return pool.node_count
    known = [limit for limit in limits if limit is not None]
    return max(sum(known), pool.node_count or 0) if len(known) == len(limits) else None


def surge_nodes(pool: AgentPoolProfile) -> int | None:
    """Return the nodes an upgrade adds to the most nodes; ``None`` if that cannot be told."""
    return surge_at(pool, most_nodes(pool))


def surge_at(pool: AgentPoolProfile, nodes: int | None) -> int | None:
    """Return the nodes an upgrade adds for a while to a pool of so many; ``None`` if not known.

    ``maxSurge`` is a number of nodes, or a percentage of the nodes there are rounded up, and never
    more than these (AKS: "upgrade-aks-node-pools-rolling"). Where it is not set the sources
    disagree: that page says one node, the API's description 10 %; the larger is taken. A pool that
    upgrades in place, by ``maxUnavailable``, has a ``maxSurge`` of 0; where both are above 0 the
    surge is tried first. A Spot pool never surges (AKS: "spot-node-pool").
    """
    if same_text(pool.scale_set_priority, "Spot"):
        return 0
    text = pool.upgrade_settings.max_surge
    surge = _amount(text or DEFAULT_SURGE, nodes)
    if surge is None or nodes is None:
        return surge
    return min(nodes, surge if text else max(1, surge))


def most_nodes_with_surge(pool: AgentPoolProfile) -> int | None:
    """Return the most nodes a pool has at any time; ``None`` if that cannot be told."""
    most, surge = most_nodes(pool), surge_nodes(pool)
    return None if most is None or surge is None else most + surge


def _amount(text: str, whole: int | None) -> int | None:
    """Return a number as it is and a percentage of ``whole`` rounded up, else ``None``."""
    match = _AMOUNT.fullmatch(text.strip())
    if match is None:
        return None
    number = int(match["number"])
    if not match["percent"]:
        return number
    return None if whole is None else -(-whole * number // 100)
