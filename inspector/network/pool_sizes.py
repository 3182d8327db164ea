"""How many nodes a pool may come to have: the autoscaler's maximum, and the surge of an upgrade."""

import re
from typing import Final

from inspector.resources import AgentPoolProfile

_AMOUNT: Final = re.compile(r"(?P<number>[0-9]{1,6})(?P<percent>%?)")
_DEFAULT_SURGE: Final = "10%"


def most_nodes(pool: AgentPoolProfile) -> int | None:
    """Return the most nodes a pool has outside upgrades; ``None`` if that cannot be told.

    That is the autoscaler's maximum where it is on, else the nodes there are. A pool of single
    virtual machines has a maximum for each size.
    """
    if pool.enable_auto_scaling:
        return pool.max_count
    limits = [each.max_count for each in pool.virtual_machines_profile.scale.autoscale]
    if not limits:
        return pool.node_count
    known = [limit for limit in limits if limit is not None]
    return sum(known) if len(known) == len(limits) else None


def surge_nodes(pool: AgentPoolProfile) -> int | None:
    """Return the nodes an upgrade adds for a while; ``None`` if that cannot be told.

    ``maxSurge`` is a number of nodes, or a percentage of the most nodes rounded up. Where it is
    not set the sources disagree: the documentation says one node, the API's description 10 %; the
    larger is taken. A pool that upgrades by ``maxUnavailable`` has a ``maxSurge`` of 0.
    """
    text = pool.upgrade_settings.max_surge
    most = most_nodes(pool)
    if text:
        return _amount(text, most)
    default = _amount(_DEFAULT_SURGE, most)
    return None if default is None else max(1, default)


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
