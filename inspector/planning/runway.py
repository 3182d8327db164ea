"""The runway of subnets and of the pod CIDR: what is needed and left in four situations."""

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Network

from inspector.cluster.node_room import SLICED, slice_length
from inspector.cluster.subnet_capacity import Drawer
from inspector.network.address_needs import pod_cidr_slots, smallest_prefix
from inspector.network.addresses import parse_range
from inspector.network.models import network_model
from inspector.network.pool_sizes import Situation
from inspector.planning.arithmetic import Reckoning, number, plain, power_of_two, total
from inspector.planning.basis import Basis, nodes_of, only_largest_surge, unrest
from inspector.planning.draws import SubnetDraws
from inspector.planning.figures import Figure, figure, untellable
from inspector.report.answer import Unknown, View, unknown_of
from inspector.resource_id import ResourceId

NOW = Situation.NOW


class OneAtATime(View, frozen=True):
    """The same while only the pool whose surge takes most is upgraded."""

    nodes: Figure
    needed: Figure
    left: Figure
    left_when_full: Figure | None = None


class Stretch(View, frozen=True):
    """What is needed and left in one situation, all pools upgraded together if any is.

    ``nodes`` are those that draw, the surge of an upgrade among them. ``left`` is below zero where
    it lacks so many. ``one_at_a_time`` is ``None`` unless several pools have a surge.
    ``needed_at_least`` is what nodes take before they are full of pods, ``None`` where that is the
    same. ``left_when_full`` is what is left of a pod subnet that nobody else draws from, once the
    nodes are full of pods; it is ``None`` for other subnets.
    """

    situation: Situation
    nodes: Figure
    needed: Figure
    left: Figure
    one_at_a_time: OneAtATime | None = None
    needed_at_least: Figure | None = None
    left_when_full: Figure | None = None


class PoolShare(View, frozen=True):
    """Who draws from a subnet: a pool's nodes or their pods, with the addresses of one node."""

    pool: str
    drawer: Drawer
    per_node: Figure


class SubnetRunway(View, frozen=True):
    """A subnet: its addresses, who draws from it, and how far it goes.

    All figures are of IPv4. ``usable`` are the addresses that Azure does not keep; ``given_out``
    and ``free`` are of today, as ARM shows it. ``others`` are given out to what are not nodes of
    the cluster. ``stretches`` are in the order of the situations. ``smallest_prefix`` is the
    length of the smallest prefix that holds the others, and the pools at their maximum and in an
    upgrade; it is ``None`` if no subnet is large enough. ``notes`` say what the figures do not.
    """

    subnet: str
    id: ResourceId
    prefixes: tuple[str, ...]
    pools: tuple[PoolShare, ...]
    usable: Figure
    given_out: Figure
    free: Figure
    others: Figure
    stretches: tuple[Stretch, ...]
    smallest_prefix: int | Unknown | None
    notes: tuple[str, ...]


class PodCIDRRunway(View, frozen=True):
    """The IPv4 pod CIDR as slices, one for each node.

    ``slice_length`` is the prefix length of a slice. A node needs one slice in ``stretches``.
    """

    ranges: tuple[str, ...]
    slice_length: int | Unknown
    slices: Figure
    stretches: tuple[Stretch, ...]


def subnet_runway(draws: SubnetDraws) -> SubnetRunway:
    """Return how far a subnet goes."""
    subnet = draws.subnet
    return SubnetRunway(
        subnet=subnet.name,
        id=subnet.id,
        prefixes=subnet.subnet.prefixes if subnet.subnet is not None else (),
        pools=tuple(_shares(draws)),
        usable=figure(lambda: draws.usable),
        given_out=figure(lambda: draws.given_out),
        free=figure(lambda: draws.free),
        others=figure(lambda: draws.others),
        stretches=tuple(_stretch_of_subnet(draws, each) for each in Situation),
        smallest_prefix=_smallest_prefix(draws),
        notes=tuple(_notes(draws)),
    )


def _shares(draws: SubnetDraws) -> Iterator[PoolShare]:
    for each in draws.draws:
        then = each.then
        per_node = figure(draws.each, then)
        yield PoolShare(pool=then.pool.name, drawer=then.drawer, per_node=per_node)


def _stretch_of_subnet(draws: SubnetDraws, situation: Situation) -> Stretch:
    needed = figure(draws.needed, situation)
    least = figure(draws.needed_at_least, situation) if draws.is_of_pods else None
    return Stretch(
        situation=situation,
        nodes=figure(draws.nodes, situation),
        needed=needed,
        left=figure(draws.left, situation),
        one_at_a_time=_one_at_a_time(draws, situation),
        needed_at_least=least if least is not None and least.value != needed.value else None,
        left_when_full=figure(draws.left_when_full, situation) if draws.is_of_pods else None,
    )


def _one_at_a_time(draws: SubnetDraws, situation: Situation) -> OneAtATime | None:
    if not draws.is_apart(situation):
        return None
    return OneAtATime(
        nodes=figure(draws.nodes, situation, one_by_one=True),
        needed=figure(draws.needed, situation, one_by_one=True),
        left=figure(draws.left, situation, one_by_one=True),
        left_when_full=figure(draws.left_when_full, situation, one_by_one=True)
        if draws.is_of_pods
        else None,
    )


def _smallest_prefix(draws: SubnetDraws) -> int | Unknown | None:
    """Return the length for the pools at their largest; where that is unknown, as much is."""
    needed = figure(lambda: draws.needed(Situation.MAXIMUM_AND_UPGRADE) + draws.others)
    return needed.unknown if needed.number is None else smallest_prefix(needed.number)


def _notes(draws: SubnetDraws) -> Iterator[str]:
    basis = draws.basis
    for each in draws.subnet.of(Drawer.NODES):
        state = unrest(basis.topology, each.pool)
        if state is not None:
            held, counted = figure(basis.holding, each.pool), figure(basis.nodes, each.pool, NOW)
            yield (
                f"pool {each.pool.name} is {state}: {_known(held)} of its nodes have addresses "
                f"now, and it counts here with {_known(counted)}"
            )
    if draws.is_of_pods:
        yield (
            "ARM does not show what pods take of a subnet (Azure/AKS issue 3243): what is left is "
            "as if every node were full of pods and nobody else drew from it"
        )


def _known(answer: Figure) -> str:
    return "an unknown number" if answer.number is None else f"{answer.number:,}"


def pod_cidr_runway(basis: Basis) -> PodCIDRRunway | None:
    """Return how far the pod CIDR goes; ``None`` where nodes take no slice of one."""
    profile = basis.topology.cluster.properties.network_profile
    if network_model(profile, basis.pools) not in SLICED:
        return None
    found = basis.topology.once(slice_length)
    slices = figure(slices_of, basis)
    return PodCIDRRunway(
        ranges=tuple(each for each in profile.all_pod_cidrs if ":" not in each),
        slice_length=unknown_of(found.gaps[0]) if found.length is None else found.length,
        slices=slices,
        stretches=tuple(_stretch_of_slices(basis, each) for each in Situation),
    )


def slices_of(basis: Basis) -> Reckoning:
    """Return how many slices for nodes the pod CIDR has."""
    topology = basis.topology
    cidrs = topology.cluster.properties.network_profile.all_pod_cidrs
    found = topology.once(slice_length)
    if found.length is None:
        raise untellable(topology.cluster.id, "", found.gaps[0])
    try:
        slots = pod_cidr_slots(cidrs, found.length)
    except ValueError as error:
        raise untellable(topology.cluster.id, f"a pod CIDR is no range: {error}") from None
    if slots is None:
        raise untellable(topology.cluster.id, "ARM does not tell an IPv4 pod CIDR of the cluster")
    return _powers(cidrs, found.length)


def _powers(cidrs: Iterable[str], length: int) -> Reckoning:
    ranges = [each for each in map(parse_range, cidrs) if isinstance(each, IPv4Network)]
    return total(
        power_of_two(number(length) - number(each.prefixlen))
        for each in ranges
        if each.prefixlen <= length
    )


def _stretch_of_slices(basis: Basis, situation: Situation) -> Stretch:
    needed = figure(_slices_needed, basis, situation)
    alone = figure(_slices_needed, basis, situation, one_by_one=True)
    left = figure(_slices_left, basis, situation, one_by_one=True)
    return Stretch(
        situation=situation,
        nodes=needed,
        needed=needed,
        left=figure(_slices_left, basis, situation),
        one_at_a_time=OneAtATime(nodes=alone, needed=alone, left=left)
        if basis.is_apart(situation, basis.pools)
        else None,
    )


def _slices_needed(basis: Basis, situation: Situation, *, one_by_one: bool = False) -> Reckoning:
    taken = basis.taken(situation)
    return nodes_of(only_largest_surge(taken) if one_by_one else taken)


def _slices_left(basis: Basis, situation: Situation, *, one_by_one: bool = False) -> Reckoning:
    needed = _slices_needed(basis, situation, one_by_one=one_by_one)
    return plain(slices_of(basis)) - plain(needed)
