"""What pools take in the four situations that a plan is made for, each number with its formula."""

from collections.abc import Iterable
from functools import reduce
from typing import NamedTuple

from inspector.checking.subnets import OPEN_ENDED
from inspector.cluster.subnet_capacity import Untold, untold_nodes
from inspector.network.pool_sizes import Situation, pool_size
from inspector.nodes import makes_nodes_without_pool
from inspector.planning.arithmetic import NOTHING, Reckoning, number
from inspector.planning.figures import NO_ACTION, Figure
from inspector.report.answer import Unknown, unknown_of
from inspector.resource_id import ResourceId
from inspector.resources import AgentPoolProfile, ManagedCluster
from inspector.topology import Topology

Reckoned = Reckoning | Unknown
"""A number with its formula, or why there is none."""


class Share(NamedTuple):
    """A pool and what one of its nodes takes, ``None`` where that cannot be told."""

    pool: AgentPoolProfile
    each: int | None


def shown(reckoned: Reckoned) -> Figure:
    """Return what was reckoned as part of a view."""
    if isinstance(reckoned, Unknown):
        return Figure(value=reckoned, formula=None)
    return Figure(value=reckoned.value, formula=reckoned.formula)


def sum_of(parts: Iterable[Reckoned]) -> Reckoned:
    """Return a sum, unknown where a part is."""
    start: Reckoned = NOTHING
    return reduce(_plus, parts, start)


def _plus(one: Reckoned, other: Reckoned) -> Reckoned:
    if isinstance(one, Unknown):
        return one
    return other if isinstance(other, Unknown) else one + other


def taken(topology: Topology, shares: Iterable[Share], situation: Situation) -> Reckoned:
    """Return what pools take together; all of them upgrade at once, as AKS documents quotas.

    With node auto-provisioning there is no maximum that could be told.
    """
    cluster = topology.cluster
    if situation.is_maximum and makes_nodes_without_pool(topology):
        return _untold(cluster.id, OPEN_ENDED)
    return sum_of(_taken(cluster, each, situation) for each in shares)


def _taken(cluster: ManagedCluster, share: Share, situation: Situation) -> Reckoned:
    pool, each = share
    size, place = pool_size(pool, situation), cluster.pool_id(pool.name)
    if size.nodes is None or size.surge is None:
        return _untold(place, next(untold_nodes(pool), f"the size of {pool.name} is not told"))
    if each is None and pool.max_pods is None:
        return _untold(place, f"ARM does not tell maxPods of pool {pool.name}")
    if each is None:
        return _untold(place, f"the network model of pool {pool.name} is not recognised")
    if not each:
        return NOTHING
    return (number(size.nodes) + number(size.surge)) * number(each)


def plain(place: ResourceId, value: int | Untold | None) -> int | Unknown | None:
    """Return a number of a resource as the survey has it."""
    if not isinstance(value, Untold):
        return value
    return unknown_of(value.gap) if value.gap is not None else _untold(place, value.reason)


def _untold(place: ResourceId, reason: str) -> Unknown:
    return Unknown(unknown=str(place), reason=reason, action=NO_ACTION)
