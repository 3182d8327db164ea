"""What a move would take: addresses of each subnet before and after, and how large it must be."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Final, NamedTuple

from inspector.checking.subnets import OPEN_ENDED
from inspector.cluster.devices import DeviceType
from inspector.cluster.subnet_capacity import (
    POD_SUBNET_MODELS,
    Drawer,
    PoolDraw,
    SubnetCapacity,
    Untold,
    subnet_capacities,
)
from inspector.network.address_needs import addresses_per_node, smallest_prefix
from inspector.network.models import NetworkModel, pool_model
from inspector.network.pool_sizes import Situation
from inspector.network.targets import Target
from inspector.planning.arithmetic import number
from inspector.planning.figures import Figure
from inspector.planning.moves.effects.move import Move, PodPlace, Way, place_of_pods
from inspector.planning.moves.effects.situations import (
    Reckoned,
    Share,
    plain,
    shown,
    sum_of,
    taken,
)
from inspector.report.answer import Unknown, View, unknown_of
from inspector.resource_id import ResourceId
from inspector.resources import AgentPoolProfile, VirtualNetwork

_NEW_POD_SUBNETS: Final = (
    NetworkModel.CNI_POD_SUBNET_DYNAMIC,
    NetworkModel.CNI_POD_SUBNET_STATIC,
)
_PerNode = Callable[[AgentPoolProfile], int | None]


class SituationNeeds(View, frozen=True):
    """The IPv4 addresses that the cluster's pools take; in an upgrade all pools surge at once."""

    now: Figure
    upgrade: Figure
    maximum: Figure
    maximum_and_upgrade: Figure


class SubnetNeed(View, frozen=True):
    """A subnet before and after the move; all figures are of IPv4.

    ``model`` is the one it is reckoned for. A subnet that is still to be made has neither ``id``
    nor ``before``. ``usable``, ``given_out`` and ``others`` are ``None`` without an IPv4 range or
    subnet: ``given_out`` is as ARM shows it today, ``others`` is what is not the pools'. ``needed``
    is the most the subnet has to hold, with others; ``smallest_prefix`` the longest prefix that
    holds it, ``None`` where none does and where nothing is needed or told. ``difference`` is that
    of after to before during an upgrade at the maximum. ``is_enough`` is ``None`` where not told.
    For a new cluster ``needed_beside`` is what it takes while this one still runs in the subnet.
    ``is_own`` says that the subnet is in a network of the user's, in which a new cluster may be.
    """

    role: Drawer
    model: NetworkModel
    id: ResourceId | None
    name: str | None
    prefixes: tuple[str, ...]
    usable: int | Unknown | None
    given_out: int | Unknown | None
    others: int | Unknown | None
    before: SituationNeeds | None
    after: SituationNeeds
    difference: int | None
    needed: Figure
    needed_beside: Figure | None
    smallest_prefix: int | None
    is_enough: bool | None
    is_enough_beside: bool | None
    is_own: bool


class AddressEffects(View, frozen=True):
    """What the move does to addresses of the virtual network, subnet by subnet, by id.

    Subnets that are still to be made come last. ``before`` and ``after`` are what all pools take,
    whether their subnets were seen or not; in new subnets of pods with dynamic allocation.
    """

    subnets: tuple[SubnetNeed, ...]
    before: SituationNeeds
    after: SituationNeeds
    notes: tuple[str, ...]
    doubts: tuple[str, ...]
    missing: tuple[Unknown, ...]


class _Need(NamedTuple):
    """What pools take, by situation."""

    reckoned: dict[Situation, Reckoned]

    @property
    def view(self) -> SituationNeeds:
        """The need as a view."""
        found = {each: shown(self.reckoned[each]) for each in Situation}
        return SituationNeeds(
            now=found[Situation.NOW],
            upgrade=found[Situation.UPGRADE],
            maximum=found[Situation.MAXIMUM],
            maximum_and_upgrade=found[Situation.MAXIMUM_AND_UPGRADE],
        )

    @property
    def most(self) -> Reckoned:
        """The largest of them."""
        return self.reckoned[Situation.MAXIMUM_AND_UPGRADE]


def addresses_of(move: Move) -> AddressEffects:
    """Return what each subnet has to hold before and after the move."""
    capacities = move.today.once(subnet_capacities)
    rows = [row for each in capacities.subnets for row in _rows(move, each)]
    if move.way is Way.NEW_CLUSTER:
        rows.append(_new_subnet(move, move.after, Drawer.NODES))
        models = _NEW_POD_SUBNETS if move.to is Target.POD_SUBNET else ()
        rows += [_new_subnet(move, model, Drawer.PODS) for model in models]
    profile = move.today.cluster.properties.network_profile
    before = _total(move, lambda pool: pool_model(profile, pool))
    after = _total(move, lambda _: move.after) if move.changes_addresses else before
    return AddressEffects(
        subnets=tuple(rows),
        before=before.view,
        after=after.view,
        notes=tuple(_notes(move)),
        doubts=(*capacities.doubts, *([OPEN_ENDED] if capacities.is_open_ended else ())),
        missing=tuple(map(unknown_of, capacities.gaps)),
    )


def _rows(move: Move, capacity: SubnetCapacity) -> Iterator[SubnetNeed]:
    for drawer in Drawer:
        draws = capacity.of(drawer)
        if draws:
            yield _row(move, capacity, drawer, draws)


def _row(
    move: Move, capacity: SubnetCapacity, drawer: Drawer, draws: tuple[PoolDraw, ...]
) -> SubnetNeed:
    pools = [move.pool_by_name.get(each.pool.name.lower(), each.pool) for each in draws]
    models = {pool.name: draw.model for pool, draw in zip(pools, draws, strict=True)}
    before = _need(move, pools, lambda pool: _per_node(models[pool.name], pool, drawer))
    after = before
    if move.changes_addresses:
        after = _need(move, pools, lambda pool: _per_node(move.after, pool, drawer))
    use = capacity.use
    usable, given_out = plain(capacity.id, use.usable), _given_out(capacity)
    others = _others(capacity)
    needed = _with(after.most, others)
    beside = _with(after.most, given_out) if move.way is Way.NEW_CLUSTER else None
    return SubnetNeed(
        role=drawer,
        model=move.after if move.changes_addresses else draws[0].model,
        id=capacity.id,
        name=capacity.name,
        prefixes=capacity.subnet.prefixes if capacity.subnet is not None else (),
        usable=usable,
        given_out=given_out,
        others=others,
        before=before.view,
        after=after.view,
        difference=_difference(after.most, before.most),
        needed=shown(needed),
        needed_beside=shown(beside) if beside is not None else None,
        smallest_prefix=_smallest(needed),
        is_enough=_is_enough(usable, needed),
        is_enough_beside=_is_enough(usable, beside),
        is_own=capacity.id.resource_group_id != move.today.cluster.infrastructure_group,
    )


def _given_out(capacity: SubnetCapacity) -> int | Unknown | None:
    """Return what is given out; without ARM's own figure that is not told, as more may be."""
    use = capacity.use
    is_hidden = isinstance(use.free, Untold) and use.free.gap is not None
    return plain(capacity.id, use.free if is_hidden else use.used)


def _others(capacity: SubnetCapacity) -> int | Unknown | None:
    """Return what others take; what a node that was not read has may be left over, and is one."""
    gaps = (each.gap for each in capacity.devices if each.type is DeviceType.NODE)
    hidden = next((each for each in gaps if each is not None), None)
    return plain(capacity.id, capacity.extras) if hidden is None else unknown_of(hidden)


def _new_subnet(move: Move, model: NetworkModel, drawer: Drawer) -> SubnetNeed:
    """Return a subnet that a new cluster needs for all its pools, with nodes full of pods."""
    after = _need(move, move.pools, lambda pool: _per_node(model, pool, drawer))
    return SubnetNeed(
        role=drawer,
        model=model,
        id=None,
        name=None,
        prefixes=(),
        usable=None,
        given_out=None,
        others=None,
        before=None,
        after=after.view,
        difference=None,
        needed=shown(after.most),
        needed_beside=None,
        smallest_prefix=_smallest(after.most),
        is_enough=None,
        is_enough_beside=None,
        is_own=drawer is Drawer.PODS or any(each.vnet_subnet_id for each in move.pools),
    )


def _per_node(model: NetworkModel, pool: AgentPoolProfile, drawer: Drawer) -> int | None:
    """Return what a node takes of its own subnet or of its pods', none of a subnet of no pods."""
    if drawer is Drawer.PODS:
        of_pods = addresses_per_node(model, pool.max_pods).pod_subnet
        return of_pods if model in POD_SUBNET_MODELS else 0
    return addresses_per_node(model, pool.max_pods).node_subnet


def _need(move: Move, pools: Iterable[AgentPoolProfile], each: _PerNode) -> _Need:
    shares = [Share(pool, each(pool)) for pool in pools]
    return _Need({situation: taken(move.today, shares, situation) for situation in Situation})


def _total(move: Move, model_of: Callable[[AgentPoolProfile], NetworkModel]) -> _Need:
    """Return what all pools take of all subnets together, seen or not."""
    parts = [
        _need(move, move.pools, partial(_of_model, model_of=model_of, drawer=drawer))
        for drawer in Drawer
    ]
    return _Need({key: sum_of(each.reckoned[key] for each in parts) for key in Situation})


def _of_model(
    pool: AgentPoolProfile, *, model_of: Callable[[AgentPoolProfile], NetworkModel], drawer: Drawer
) -> int | None:
    return _per_node(model_of(pool), pool, drawer)


def _with(need: Reckoned, others: int | Unknown | None) -> Reckoned:
    """Return a need with what others take."""
    return sum_of((need, others if isinstance(others, Unknown) else number(others or 0)))


def _difference(after: Reckoned, before: Reckoned) -> int | None:
    if isinstance(after, Unknown) or isinstance(before, Unknown):
        return None
    return after.value - before.value


def _smallest(needed: Reckoned) -> int | None:
    if isinstance(needed, Unknown) or not needed.value:
        return None
    return smallest_prefix(needed.value)


def _is_enough(usable: int | Unknown | None, needed: Reckoned | None) -> bool | None:
    if not isinstance(usable, int) or needed is None or isinstance(needed, Unknown):
        return None
    return usable >= needed.value


def _notes(move: Move) -> Iterator[str]:
    if move.way is Way.NEW_CLUSTER:
        yield "Each pool keeps its maxPods here: with another one for the new cluster, ask again."
        for network in move.today.all(VirtualNetwork):
            if network.id in move.plan.made_by_aks:
                yield (
                    f"Network {network.title} is AKS's own and goes with this cluster; AKS makes "
                    "another one for the new cluster unless you make its subnets."
                )
    if move.way is Way.NEW_CLUSTER and place_of_pods(move.after) is PodPlace.IN_NETWORK:
        yield "Azure keeps five addresses of every subnet; the prefixes named here hold them too."
