"""How many nodes of each pool still fit, what limits them, and how many it may want.

Both are counted from the nodes there are today, or that are supposed where these are fewer: what
fits does not depend on how large a pool is supposed to be.
"""

from collections.abc import Iterator

from inspector.cluster.node_room import NodeRoom, node_room
from inspector.cluster.subnet_capacity import Drawer
from inspector.network.limits import CeilingKind, NodeCeiling
from inspector.network.pool_sizes import DEFAULT_SURGE, Situation
from inspector.planning.arithmetic import NOTHING, Reckoning, ceil_of, largest, least, number, plain
from inspector.planning.basis import Basis
from inspector.planning.ceilings import Cause, cause_of, limit_of, lowest_of
from inspector.planning.draws import DrawnSubnets
from inspector.planning.figures import Figure, figure, reckoned, untellable
from inspector.report.answer import View
from inspector.resources import AgentPoolProfile


class Limit(View, frozen=True):
    """How many nodes more something allows a pool that alone grows.

    ``words`` are what it is. ``nodes`` is below zero where there are too many already.
    ``is_at_most`` says that what ARM does not show may allow fewer.
    """

    kind: CeilingKind
    words: str
    nodes: Figure
    is_at_most: bool = False


class PoolRunway(View, frozen=True):
    """A pool's size, how many nodes more it may want, and how many fit if it alone grows.

    ``max_surge`` is as the pool has it, ``None`` where AKS's default counts. Each surge is that of
    an upgrade at so many nodes. ``wanted`` is the maximum with the surge, less the nodes there are
    today, or less those of ``now`` where fewer are supposed. ``fits`` is how many fit beside the
    same nodes. It is the lowest of the ``limits``, zero at least, and ``limited_by`` the one it is;
    if a limit is unknown ``fits`` is, and ``limited_by`` is ``None``. ``spare`` is what that limit
    allows less what is wanted: below zero the pool lacks so many nodes. ``is_at_most`` says that
    fewer may fit, for what ARM does not show.
    """

    pool: str
    max_pods: int | None
    max_surge: str | None
    is_autoscaled: bool
    now: Figure
    surge_now: Figure
    at_maximum: Figure
    surge_at_maximum: Figure
    wanted: Figure
    fits: Figure
    spare: Figure
    limited_by: Cause | None
    is_at_most: bool
    limits: tuple[Limit, ...]


def build_rooms(basis: Basis, subnets: DrawnSubnets) -> tuple[PoolRunway, ...]:
    """Return the room of each pool, in the cluster's order."""
    drawn = subnets.on(basis.without_growth)
    return tuple(_room(basis, drawn, each) for each in basis.pools)


def _room(basis: Basis, subnets: DrawnSubnets, pool: AgentPoolProfile) -> PoolRunway:
    limits = tuple(_limits(subnets, pool))
    lowest = lowest_of(limits)
    fits = _fitting(lowest)
    wanted = figure(_wanted, basis, pool)
    supposed = basis.of(pool)
    return PoolRunway(
        pool=pool.name,
        max_pods=supposed.max_pods,
        max_surge=supposed.upgrade_settings.max_surge,
        is_autoscaled=bool(supposed.enable_auto_scaling),
        now=figure(basis.nodes, pool, Situation.NOW),
        surge_now=figure(_surge, basis, pool, Situation.UPGRADE),
        at_maximum=figure(basis.nodes, pool, Situation.MAXIMUM),
        surge_at_maximum=figure(_surge, basis, pool, Situation.MAXIMUM_AND_UPGRADE),
        wanted=wanted,
        fits=fits,
        spare=figure(_spare, lowest.nodes, wanted),
        limited_by=cause_of(lowest) if fits.unknown is None else None,
        is_at_most=any(each.is_at_most for each in limits),
        limits=limits,
    )


def _fitting(limit: Limit) -> Figure:
    if limit.nodes.is_lacking:
        return figure(largest, NOTHING, reckoned(limit.nodes))
    return limit.nodes


def _spare(allowed: Figure, wanted: Figure) -> Reckoning:
    return reckoned(allowed) - reckoned(wanted)


def _wanted(basis: Basis, pool: AgentPoolProfile) -> Reckoning:
    situation = Situation.MAXIMUM_AND_UPGRADE
    most = basis.nodes(pool, situation) + basis.surge(pool, situation)
    return most - basis.without_growth.nodes(pool, Situation.NOW)


def _surge(basis: Basis, pool: AgentPoolProfile, situation: Situation) -> Reckoning:
    """Return the nodes of an upgrade, with the percentage that they come from if any."""
    told, nodes = basis.surge(pool, situation), basis.nodes(pool, situation)
    written = basis.of(pool).upgrade_settings.max_surge
    percent = (written or DEFAULT_SURGE).strip().removesuffix("%")
    if not percent.isdecimal():
        return told
    formula = ceil_of(nodes * number(int(percent)), number(100))
    if formula.value > nodes.value:
        formula = least(nodes, formula)
    return formula if formula.value == told.value and "%" in (written or "%") else told


def _limits(subnets: DrawnSubnets, pool: AgentPoolProfile) -> Iterator[Limit]:
    yield from _of_subnets(subnets, pool)
    basis = subnets.basis
    room = basis.topology.once(node_room)
    for ceiling in room.ceilings.cluster:
        yield Limit(
            kind=ceiling.kind,
            words=ceiling.reason,
            nodes=figure(_further, basis, room, ceiling),
        )
    for each in room.ceilings.pools:
        if each.pool == pool.name and each.ceiling.nodes is not None:
            yield Limit(
                kind=each.ceiling.kind,
                words=each.ceiling.reason,
                nodes=figure(_further_of_pool, basis, pool, each.ceiling.nodes),
            )


def _further(basis: Basis, room: NodeRoom, ceiling: NodeCeiling) -> Reckoning:
    return plain(limit_of(basis, room, ceiling)) - basis.nodes_now


def _further_of_pool(basis: Basis, pool: AgentPoolProfile, most: int) -> Reckoning:
    return number(most) - basis.nodes(pool, Situation.NOW)


def _of_subnets(subnets: DrawnSubnets, pool: AgentPoolProfile) -> Iterator[Limit]:
    is_placed = False
    for subnet in subnets.every:
        for draw in subnet.draws:
            if draw.today.pool.name == pool.name:
                is_of_pods = draw.today.drawer is Drawer.PODS
                is_placed = is_placed or not is_of_pods
                yield Limit(
                    kind=CeilingKind.POD_SUBNET if is_of_pods else CeilingKind.NODE_SUBNET,
                    words=f"subnet {subnet.subnet.name}",
                    nodes=figure(subnet.nodes_that_fit, draw),
                    is_at_most=is_of_pods,
                )
    if not is_placed:
        yield Limit(
            kind=CeilingKind.NODE_SUBNET,
            words="the subnet of its nodes",
            nodes=figure(_unplaced, subnets, pool),
        )


def _unplaced(subnets: DrawnSubnets, pool: AgentPoolProfile) -> Reckoning:
    """Raise why the subnet of a pool's nodes is not known."""
    subnets.require_all()
    target = subnets.basis.topology.cluster.pool_id(pool.name)
    raise untellable(target, f"ARM does not tell the subnet of pool {pool.name}")
