"""The ceilings of the cluster's nodes, which of them binds, and the room each pool has."""

from collections.abc import Iterator, Sequence
from typing import Final, Protocol, TypeVar

import msgspec

from inspector.cluster.node_room import NodeRoom, node_room
from inspector.cluster.subnet_capacity import Drawer
from inspector.network.limits import ROUTES_PER_TABLE, CeilingKind, NodeCeiling
from inspector.network.pool_sizes import Situation
from inspector.planning.arithmetic import NOTHING, Reckoning, floor_of, number, plain
from inspector.planning.basis import Basis, Taken, nodes_of
from inspector.planning.draws import DrawnSubnets, SubnetDraws
from inspector.planning.figures import Figure, figure, reckoned, untellable
from inspector.planning.runway import slices_of
from inspector.report.answer import View
from inspector.wording import names

_SOURCE_OF_SUBNETS: Final = "AKS: concepts-network-ip-address-planning"


class ClusterSize(View, frozen=True):
    """The cluster's nodes in one situation, all pools upgraded together if any is."""

    situation: Situation
    nodes: Figure


class SubnetCeiling(View, frozen=True):
    """The most nodes that one of several subnets allows; what is left is of those in it."""

    subnet: str
    nodes: Figure
    left_now: Figure
    left_at_maximum: Figure


class Ceiling(View, frozen=True):
    """The most nodes that something allows, beside those there are and there may be.

    ``nodes`` does not depend on how many nodes are supposed. ``words`` are what allows no more,
    ``source`` the page that says so. ``left_now`` and ``left_at_maximum``, which is with an
    upgrade, are below zero where it lacks so many nodes. ``is_at_most`` says that what ARM does not
    show may allow fewer. ``subnets`` are those whose room is summed, empty unless several are.
    """

    kind: CeilingKind
    words: str
    source: str
    nodes: Figure
    left_now: Figure
    left_at_maximum: Figure
    is_at_most: bool = False
    subnets: tuple[SubnetCeiling, ...] = ()


class Cause(View, frozen=True):
    """What allows no more nodes, in ``words``."""

    kind: CeilingKind
    words: str


class Ceilings(View, frozen=True):
    """What the number of nodes ends at; limits of Azure's come before those of the subnets.

    ``binding`` is the lowest one, ``nodes`` how many it allows, beside what is left of these. If
    one of the ``rows`` is unknown so are these, and ``binding`` is ``None``. ``is_at_most`` says
    that there may be a lower one all the same, in what ARM does not show.
    """

    sizes: tuple[ClusterSize, ...]
    binding: Cause | None
    nodes: Figure
    left_now: Figure
    left_at_maximum: Figure
    is_at_most: bool
    rows: tuple[Ceiling, ...]


def build_ceilings(basis: Basis, subnets: DrawnSubnets) -> Ceilings:
    """Return the ceilings of the cluster's nodes."""
    room = basis.topology.once(node_room)
    rows = [_of_limit(basis, room, each) for each in room.ceilings.cluster]
    rows += _of_subnets(basis, subnets)
    lowest = lowest_of(rows)
    return Ceilings(
        sizes=tuple(
            ClusterSize(situation=each, nodes=figure(cluster_nodes, basis, each))
            for each in Situation
        ),
        binding=cause_of(lowest) if lowest.nodes.unknown is None else None,
        nodes=lowest.nodes,
        left_now=lowest.left_now,
        left_at_maximum=lowest.left_at_maximum,
        is_at_most=any(each.is_at_most for each in rows),
        rows=tuple(rows),
    )


def cluster_nodes(basis: Basis, situation: Situation) -> Reckoning:
    """Return the nodes of the cluster, all pools upgraded together if any is."""
    return nodes_of(basis.taken(situation))


class Bound(Protocol):
    """What allows some nodes."""

    @property
    def kind(self) -> CeilingKind:
        """What it is."""

    @property
    def words(self) -> str:
        """What it is, in words."""

    @property
    def nodes(self) -> Figure:
        """How many nodes it allows."""


B = TypeVar("B", bound=Bound)


def lowest_of(bounds: Sequence[B]) -> B:
    """Return the one that allows the fewest nodes, an unknown one if there is any."""
    unseen = (each for each in bounds if each.nodes.unknown is not None)
    return next(unseen, None) or min(bounds, key=lambda each: each.nodes.number or 0)


def cause_of(bound: Bound) -> Cause:
    """Return what allows no more."""
    return Cause(kind=bound.kind, words=bound.words)


def _of_limit(basis: Basis, room: NodeRoom, ceiling: NodeCeiling) -> Ceiling:
    return _ceiling(
        basis,
        ceiling.kind,
        (ceiling.reason, ceiling.source),
        figure(limit_of, basis, room, ceiling),
    )


def limit_of(basis: Basis, room: NodeRoom, ceiling: NodeCeiling) -> Reckoning:
    """Return the nodes that a limit of Azure's or of the network allows."""
    if ceiling.kind is CeilingKind.POD_CIDR:
        return slices_of(basis)
    if ceiling.kind is CeilingKind.ROUTE_TABLE and basis.topology.hidden_nodes:
        # A route to a node that nobody saw looks like one of others, or may be one.
        raise untellable(basis.topology.cluster.id, "", basis.topology.hidden_nodes[0])
    if ceiling.nodes is None:
        gap = room.gaps[0] if room.gaps else None
        raise untellable(basis.topology.cluster.id, f"{ceiling.reason}: not told", gap)
    if ceiling.kind is CeilingKind.ROUTE_TABLE and room.other_routes:
        left = number(ROUTES_PER_TABLE) - number(room.other_routes)
        is_dual = basis.topology.cluster.properties.network_profile.is_dual_stack
        formula = floor_of(left, number(2 if is_dual else 1))
        if formula.value == ceiling.nodes:
            return formula
    return number(ceiling.nodes)


def _of_subnets(basis: Basis, subnets: DrawnSubnets) -> Iterator[Ceiling]:
    """Yield the room of node subnets, and of pod subnets, as nodes of the cluster."""
    today = subnets.on(basis.with_todays_nodes)
    for drawer, kind in (
        (Drawer.NODES, CeilingKind.NODE_SUBNET),
        (Drawer.PODS, CeilingKind.POD_SUBNET),
    ):
        drawn = [each for each in today.every if each.subnet.of(drawer)]
        if drawn or drawer is Drawer.NODES:
            words = f"addresses of {names(each.subnet.name for each in drawn) or 'the nodes'}"
            is_sum = len(drawn) > 1
            summed = f"{words}, summed" if is_sum else words
            nodes = figure(_room, today, drawn, drawer)
            found = _ceiling(basis, kind, (summed, _SOURCE_OF_SUBNETS), nodes)
            parts = (_of_subnet(basis, each, drawer) for each in drawn if is_sum)
            yield msgspec.structs.replace(found, subnets=tuple(parts))


def _room(today: DrawnSubnets, drawn: Sequence[SubnetDraws], drawer: Drawer) -> Reckoning:
    """Return the nodes there are, and as many as fit if the pools that take least grow."""
    today.require_all()
    found = today.basis.nodes_now
    for subnet in drawn:
        found = found + _fitting(subnet, drawer)
    return found


def _fitting(subnet: SubnetDraws, drawer: Drawer) -> Reckoning:
    """Return how many nodes more fit in a subnet, if the pool that takes least grows."""
    fitting = [subnet.nodes_that_fit(each) for each in subnet.draws_of(drawer)]
    return max(fitting, key=lambda each: each.value, default=NOTHING)


def _of_subnet(basis: Basis, today: SubnetDraws, drawer: Drawer) -> SubnetCeiling:
    """Return how many nodes one subnet allows, and what that leaves of it."""
    supposed = msgspec.structs.replace(today, basis=basis)

    def allowed() -> Reckoning:
        return plain(_nodes_in(today, drawer, Situation.NOW)) + _fitting(today, drawer)

    def left(situation: Situation) -> Reckoning:
        return plain(allowed()) - plain(_nodes_in(supposed, drawer, situation))

    return SubnetCeiling(
        subnet=today.subnet.name,
        nodes=figure(allowed),
        left_now=figure(left, Situation.NOW),
        left_at_maximum=figure(left, Situation.MAXIMUM_AND_UPGRADE),
    )


def _nodes_in(subnet: SubnetDraws, drawer: Drawer, situation: Situation) -> Reckoning:
    """Return the nodes that draw from a subnet themselves, or whose pods do."""
    basis, pools = subnet.basis, (each.today.pool for each in subnet.draws_of(drawer))
    found = nodes_of(
        Taken(basis.nodes(each, situation), basis.surge(each, situation)) for each in pools
    )
    is_of_nodes = drawer is Drawer.NODES
    return found + basis.outside(situation, subnet.subnet.id).nodes if is_of_nodes else found


def _ceiling(basis: Basis, kind: CeilingKind, texts: tuple[str, str], nodes: Figure) -> Ceiling:
    words, source = texts
    return Ceiling(
        kind=kind,
        words=words,
        source=source,
        nodes=nodes,
        left_now=figure(_left, basis, nodes, Situation.NOW),
        left_at_maximum=figure(_left, basis, nodes, Situation.MAXIMUM_AND_UPGRADE),
        is_at_most=kind is CeilingKind.POD_SUBNET,
    )


def _left(basis: Basis, nodes: Figure, situation: Situation) -> Reckoning:
    return reckoned(nodes) - plain(cluster_nodes(basis, situation))
