"""What pools take of a subnet in each situation, and what that leaves of it."""

from collections.abc import Iterator
from functools import cached_property
from ipaddress import IPv4Network
from itertools import chain
from typing import Final

import msgspec

from inspector.cluster.subnet_capacity import (
    Drawer,
    PoolDraw,
    SubnetCapacity,
    Untold,
    draw_of,
    subnet_capacities,
)
from inspector.cluster.subnet_capacity import Figure as KnownFigure
from inspector.network.address_needs import POD_BATCH
from inspector.network.addresses import AZURE_RESERVED, parse_range
from inspector.network.models import NetworkModel
from inspector.network.pool_sizes import Situation
from inspector.planning.arithmetic import (
    ONE,
    Reckoning,
    ceil_of,
    floor_of,
    number,
    plain,
    power_of_two,
    total,
)
from inspector.planning.basis import Basis, Taken, nodes_of, only_largest_surge, together
from inspector.planning.figures import Untellable, untellable
from inspector.resource_id import ResourceId
from inspector.snapshot import Gap, GapReason

_BATCH: Final = number(POD_BATCH)
_BITS: Final = number(32)
_KEPT: Final = number(AZURE_RESERVED)


class Draw(msgspec.Struct, frozen=True, kw_only=True):
    """What a pool draws from a subnet, as it is and as it is supposed."""

    today: PoolDraw
    then: PoolDraw


class SubnetDraws(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """A subnet with those who draw from it, to be reckoned with for the pools as supposed.

    ``hidden`` is why it is not known that nobody does, where ``draws`` are none. Every number
    raises ``Untellable`` where it cannot be told.
    """

    basis: Basis
    subnet: SubnetCapacity
    draws: tuple[Draw, ...]
    hidden: Untellable | None = None

    @property
    def is_of_pods(self) -> bool:
        """Whether pods draw from the subnet."""
        return any(each.today.drawer is Drawer.PODS for each in self.draws)

    def draws_of(self, drawer: Drawer) -> tuple[Draw, ...]:
        """Return what nodes draw, or what pods do."""
        return tuple(each for each in self.draws if each.today.drawer is drawer)

    def is_apart(self, situation: Situation) -> bool:
        """Whether it matters if pools are upgraded together: several are told to have a surge."""
        return self.basis.is_apart(situation, (each.today.pool for each in self.draws))

    def nodes(self, situation: Situation, *, one_by_one: bool = False) -> Reckoning:
        """Return the nodes that draw from the subnet, those of an upgrade among them.

        Here and below all pools are upgraded together, or only the one whose surge takes most.
        """
        taken = self._taken(situation, one_by_one=one_by_one)
        return nodes_of(taken) + self.basis.outside(situation, self.subnet.id).nodes

    def needed(self, situation: Situation, *, one_by_one: bool = False) -> Reckoning:
        """Return the addresses that nodes or their pods need."""
        return together(self._taken(situation, one_by_one=one_by_one)) + self._outside(situation)

    def needed_at_least(self, situation: Situation) -> Reckoning:
        """Return what they need if no node has more pods than its first addresses are for."""
        floors = (self._told(each.then, each.then.least_per_node) for each in self.draws)
        taken = zip(self._taken(situation), floors, strict=True)
        return together(one._replace(each=floor) for one, floor in taken) + self._outside(situation)

    def left(self, situation: Situation, *, one_by_one: bool = False) -> Reckoning:
        """Return what is left: the free addresses less those of further nodes.

        Further are those beside the nodes that have addresses today. Nodes of no pool may take
        any of it at the maximum.
        """
        if situation.is_maximum:
            self.basis.outside(situation)
        found = self.free
        for each in self._further(situation, one_by_one=one_by_one):
            found = found - each
        return found

    def left_when_full(self, situation: Situation, *, one_by_one: bool = False) -> Reckoning:
        """Return what is left of a pod subnet that nobody else draws from, its nodes full."""
        connected = number(self.subnet.use.connected)
        needed = self.needed(situation, one_by_one=one_by_one)
        return plain(self.usable) - connected - plain(needed)

    @cached_property
    def _left_now(self) -> Reckoning:
        now = Situation.NOW
        return plain(self.left_when_full(now) if self.is_of_pods else self.left(now))

    def nodes_that_fit(self, draw: Draw) -> Reckoning:
        """Return how many nodes more of a pool the subnet has addresses for, if it alone grows.

        Below zero it lacks the addresses of so many nodes already.
        """
        return floor_of(self._left_now, self.each(draw.then))

    def each(self, draw: PoolDraw) -> Reckoning:
        """Return what a node takes, to plan with."""
        formula, told = _per_node(draw), self._told(draw, draw.addresses_per_node)
        return formula if formula is not None and formula.value == told.value else told

    @property
    def usable(self) -> Reckoning:
        """The addresses of the subnet that Azure does not keep."""
        told = self.figure_of(self.subnet.use.usable)
        prefixes = self.subnet.subnet.prefixes if self.subnet.subnet is not None else ()
        ranges = [each for each in map(parse_range, prefixes) if isinstance(each, IPv4Network)]
        powers = (power_of_two(_BITS - number(each.prefixlen)) - _KEPT for each in ranges)
        formula = total(powers)
        return formula if formula.value == told.value else told

    @property
    def free(self) -> Reckoning:
        """The addresses that are free today, as ARM shows it."""
        return self.figure_of(self.subnet.use.free)

    @property
    def given_out(self) -> Reckoning:
        """The addresses that are given out today: all of them show only where the free ones do."""
        free = self.subnet.use.free
        return self.figure_of(self.subnet.use.used if isinstance(free, int) else free)

    @property
    def others(self) -> Reckoning:
        """The addresses that are given out to what are not nodes of the cluster."""
        hidden = (each.gap for each in self.subnet.devices if _may_be_a_nodes(each.gap))
        gap = next(chain(self.subnet.use.unplaced, hidden), None)
        if gap is not None:
            raise untellable(self.subnet.id, "", gap)
        return self.figure_of(self.subnet.extras)

    def figure_of(self, known: KnownFigure | None) -> Reckoning:
        """Return a figure of the subnet's survey to reckon with."""
        name = self.subnet.name
        if known is None:
            raise untellable(self.subnet.id, f"subnet {name} has no IPv4 range")
        if isinstance(known, Untold):
            raise untellable(self.subnet.id, f"subnet {name}: {known.reason}", known.gap)
        return number(known)

    def _outside(self, situation: Situation) -> Reckoning:
        return self.basis.outside(situation, self.subnet.id).addresses

    def _taken(self, situation: Situation, *, one_by_one: bool = False) -> tuple[Taken, ...]:
        if self.hidden is not None:
            raise self.hidden
        taken = tuple(
            Taken(
                self.basis.nodes(each.today.pool, situation),
                self.basis.surge(each.today.pool, situation),
                self.each(each.then),
            )
            for each in self.draws
        )
        return only_largest_surge(taken) if one_by_one else taken

    def _further(self, situation: Situation, *, one_by_one: bool) -> Iterator[Reckoning]:
        """Yield what is taken beyond today: by further nodes, and more by those there are."""
        alike: dict[tuple[Reckoning, Reckoning], list[tuple[Reckoning, Reckoning]]] = {}
        taken = self._taken(situation, one_by_one=one_by_one)
        for draw, then in zip(self.draws, taken, strict=True):
            today = self.basis.holding(draw.today.pool)
            key = (self.each(draw.today), then.each)
            alike.setdefault(key, []).append((today, then.nodes + then.surge))
        for (was, each), pools in alike.items():
            today = plain(total(one for one, _ in pools))
            then_nodes = plain(total(other for _, other in pools))
            if then_nodes != today:
                yield (then_nodes - today) * each
            if was != each:
                yield today * (each - was)

    def _told(self, draw: PoolDraw, addresses: int | None) -> Reckoning:
        if addresses is not None:
            return number(addresses)
        pool = draw.pool.name
        reason = next(draw.doubts, f"it cannot be told what a node of pool {pool} takes")
        raise untellable(self.basis.topology.cluster.pool_id(pool), reason)


def _may_be_a_nodes(gap: Gap | None) -> bool:
    """Whether a device that was not seen may be a node's: those of others are never asked for."""
    return gap is not None and gap.reason is not GapReason.NOT_REQUESTED


class DrawnSubnets(msgspec.Struct, frozen=True, kw_only=True):
    """Every subnet that nodes or pods draw from, and what may hide one."""

    every: tuple[SubnetDraws, ...]
    basis: Basis
    gaps: tuple[Gap, ...]
    doubts: tuple[str, ...]

    def on(self, basis: Basis) -> "DrawnSubnets":
        """Return the same subnets for pools with other numbers of nodes."""
        if basis is self.basis:
            return self
        every = tuple(msgspec.structs.replace(each, basis=basis) for each in self.every)
        return msgspec.structs.replace(self, basis=basis, every=every)

    def require_all(self) -> None:
        """Raise ``Untellable`` if there may be a subnet that was not found."""
        cluster = self.basis.topology.cluster.id
        hidden = _hidden(cluster, self.gaps, self.doubts)
        if hidden is not None:
            raise hidden
        if not self.every:
            raise untellable(cluster, "no subnet of nodes or pods was found")


def _hidden(
    cluster: ResourceId, gaps: tuple[Gap, ...], doubts: tuple[str, ...]
) -> Untellable | None:
    """Return why a pool's subnet may not be known, if one may not."""
    if gaps:
        return untellable(cluster, "", gaps[0])
    return untellable(cluster, doubts[0]) if doubts else None


def drawn_subnets(basis: Basis) -> DrawnSubnets:
    """Return the subnets with what the pools as supposed draw from them."""
    found = basis.topology.once(subnet_capacities)
    hidden = _hidden(basis.topology.cluster.id, found.gaps, found.doubts)
    every = tuple(
        SubnetDraws(
            basis=basis,
            subnet=subnet,
            draws=tuple(Draw(today=each, then=_then(basis, each)) for each in subnet.draws),
            hidden=None if subnet.draws else hidden,
        )
        for subnet in found.subnets
    )
    return DrawnSubnets(every=every, basis=basis, gaps=found.gaps, doubts=found.doubts)


def _then(basis: Basis, today: PoolDraw) -> PoolDraw:
    supposed = basis.of(today.pool)
    if supposed is today.pool:
        return today
    return draw_of(supposed, today.drawer, today.model)


def _per_node(draw: PoolDraw) -> Reckoning | None:
    """Return how the addresses of a node come about; ``None`` where the formula is not known.

    The formulas are those of :func:`inspector.network.address_needs.addresses_per_node`.
    """
    max_pods = draw.pool.max_pods
    match draw.model, draw.drawer:
        case (NetworkModel.CNI_NODE_SUBNET, Drawer.NODES) if max_pods is not None:
            return ONE + number(max_pods)
        case (NetworkModel.CNI_POD_SUBNET_DYNAMIC, Drawer.PODS) if max_pods:
            return _BATCH * ceil_of(number(max_pods), _BATCH)
        case (NetworkModel.CNI_POD_SUBNET_STATIC, Drawer.PODS) if max_pods is not None:
            return _BATCH * ceil_of(number(max_pods) + ONE, _BATCH)
        case _:
            return None
