"""Whether the subnets suffice for a move, and for a cluster of another model beside this one.

Sources: AKS "upgrade-aks-node-pools-rolling" for the nodes that a reimage adds;
"concepts-network-azure-cni-overlay" for names; "configure-azure-cni-dynamic-ip-allocation" for the
subnet of pods, which lies in the same network.
"""

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from inspector.cluster.move_conditions.kinds import (
    Answer,
    Condition,
    Reading,
    Requirement,
    Situation,
    met,
    open_answer,
    reading,
)
from inspector.cluster.subnet_capacity import (
    Drawer,
    SubnetCapacity,
    Untold,
    draw_of,
    subnet_capacities,
)
from inspector.collected import NotCollected
from inspector.network.address_needs import needs
from inspector.network.addresses import usable_addresses
from inspector.network.models import NetworkModel
from inspector.nodes import makes_nodes_without_pool, pool_profiles
from inspector.resource_id import ResourceId
from inspector.resources import Subnet, VirtualNetwork, same_text
from inspector.snapshot import Gap
from inspector.topology import Topology
from inspector.wording import count

LONGEST_NAME: Final = 63
"""What a label of a Kubernetes node holds."""

_AKS: Final = "Microsoft.ContainerService/managedClusters"
_FOR_GATEWAYS: Final = frozenset(
    {
        "gatewaysubnet",
        "azurefirewallsubnet",
        "azurefirewallmanagementsubnet",
        "azurebastionsubnet",
        "routeserversubnet",
    }
)
_OPEN_ENDED: Final = "node auto-provisioning adds nodes up to limits that ARM does not show"


def network_names(today: Topology) -> Requirement:
    """Return whether the names of the user's own network fit into labels of nodes."""
    named = sorted(_names(today), key=lambda each: -len(str(each.value)))
    long = [each for each in named if len(str(each.value)) > LONGEST_NAME]
    return Requirement(
        condition=Condition.NETWORK_NAMES,
        words=f"network, subnets and their group named in {LONGEST_NAME} characters at most",
        answer=met(is_met=not long),
        readings=tuple(long or named[:1]),
    )


def _names(today: Topology) -> Iterator[Reading]:
    """Yield the names of the subnets that pools name, of their networks and of these' groups."""
    found: dict[tuple[ResourceId, str], str] = {}
    for subnet in own_subnets(today):
        found[subnet, "name"] = subnet.name
        network = subnet.parent
        if network is not None:
            found[network, "name"] = network.name
            found[network, "resourceGroup"] = network.resource_group or ""
    for (owner, field), value in found.items():
        yield Reading(resource=owner, name=owner.name, field=field, value=value)


def own_subnets(today: Topology) -> tuple[ResourceId, ...]:
    """Return the subnets that pools name: none where AKS made the network."""
    named = {each.vnet_subnet_id for each in pool_profiles(today)}
    return tuple(sorted(each for each in named if each is not None))


def identity_rights(situation: Situation) -> Requirement:
    """Return that role assignments, which let the identity change the subnets, are not read."""
    subnets = own_subnets(situation.today)
    return Requirement(
        condition=Condition.IDENTITY_RIGHTS,
        words="an identity that may change the subnets and their route table",
        answer=Answer.NOT_VISIBLE,
        readings=tuple(
            Reading(resource=each, name=each.name, field="Microsoft.Authorization/roleAssignments")
            for each in subnets
        ),
    )


def surge_room(situation: Situation) -> Requirement:
    """Return whether the nodes' subnets have room for the nodes that the reimage adds.

    AKS reimages all pools at the same time, so that all of them surge together.
    """
    capacities = situation.supposed.once(subnet_capacities)
    before = {each.id: each for each in situation.today.once(subnet_capacities).subnets}
    rooms = [
        _room_in(each, _further_addresses(before.get(each.id), each))
        for each in capacities.of(Drawer.NODES)
    ]
    gaps = (*capacities.gaps, *(gap for each in rooms for gap in each.gaps))
    doubts = (*capacities.doubts, *(doubt for each in rooms for doubt in each.doubts))
    told = "; ".join(each.words for each in rooms if each.words)
    is_supposed = any(
        each.id not in before or before[each.id].needs.now != each.needs.now
        for each in capacities.of(Drawer.NODES)
    )
    to_what = " to the pools as supposed" if is_supposed else ""
    return Requirement(
        condition=Condition.SUBNET_ROOM,
        words=f"addresses for the nodes that the reimage adds{to_what}{told and f': {told}'}",
        answer=open_answer(
            is_broken=any(each.is_short for each in rooms), is_open=bool(gaps or doubts)
        ),
        readings=tuple(part for each in rooms for part in each.readings),
        gaps=tuple(dict.fromkeys(gaps)),
        doubts=tuple(dict.fromkeys(doubts)),
    )


class _Room(NamedTuple):
    """What one subnet has for further nodes."""

    words: str = ""
    is_short: bool = False
    readings: tuple[Reading, ...] = ()
    gaps: tuple[Gap, ...] = ()
    doubts: tuple[str, ...] = ()


def _room_in(subnet: SubnetCapacity, needed: int | None) -> _Room:
    free = subnet.use.free
    if needed is None:
        doubts = (doubt for draw in subnet.of(Drawer.NODES) for doubt in draw.doubts)
        return _Room(doubts=tuple(doubts))
    if needed and isinstance(free, Untold):
        gaps = () if free.gap is None else (free.gap,)
        return _Room(gaps=gaps, doubts=() if gaps else (f"subnet {subnet.name}: {free.reason}",))
    if needed and free is None:
        return _Room(doubts=(f"subnet {subnet.name} has no IPv4 range",))
    free_words = f"{free:,} free, " if isinstance(free, int) else ""
    return _Room(
        words=f"{subnet.name} {free_words}{needed:,} needed",
        is_short=isinstance(free, int) and free < needed,
        readings=tuple(_size(subnet)),
    )


def _size(subnet: SubnetCapacity) -> Iterator[Reading]:
    """Yield the ranges of a subnet, and what ARM says is taken of them."""
    if subnet.subnet is None:
        return
    prefixes = ", ".join(subnet.subnet.prefixes)
    yield reading(subnet.subnet, "properties.addressPrefix", prefixes)
    if isinstance(subnet.use.usage, int):
        yield reading(subnet.subnet, "usages.currentValue", subnet.use.usage)


def _further_addresses(before: SubnetCapacity | None, after: SubnetCapacity) -> int | None:
    """Return what an upgrade of all pools takes of a subnet beyond the nodes there are today."""
    now = before.needs.now if before is not None else 0
    upgrade = after.needs.now_with_surge.documented
    return None if now is None or upgrade is None else max(0, upgrade - now)


def room_for_pods(situation: Situation) -> Requirement:
    """Return whether a cluster with addresses of the node subnet for pods fits beside this one."""
    wanted = _wanted(situation, NetworkModel.CNI_NODE_SUBNET, Drawer.NODES)
    return _room(situation, Condition.NODE_SUBNET, wanted, _beside(situation, _is_free))


def subnet_for_pods(situation: Situation) -> Requirement:
    """Return whether the network has a subnet for pods alone that is large enough."""
    wanted = _wanted(situation, NetworkModel.CNI_POD_SUBNET_DYNAMIC, Drawer.PODS)
    return _room(situation, Condition.POD_SUBNET, wanted, _beside(situation, _is_free_for_pods))


def _wanted(situation: Situation, model: NetworkModel, drawer: Drawer) -> int | None:
    """Return what the supposed pools take at the most, all of them upgraded together."""
    draws = (draw_of(each, drawer, model) for each in pool_profiles(situation.supposed))
    return needs(
        (each.pool, each.addresses_per_node) for each in draws
    ).at_most_with_surge.documented


class _Beside(NamedTuple):
    """The subnets of the cluster's networks that nobody uses, and what may hide one."""

    subnets: tuple[Subnet, ...]
    gaps: tuple[Gap, ...]


def _beside(situation: Situation, is_fit: Callable[[Subnet], bool]) -> _Beside:
    today = situation.today
    found: list[Subnet] = []
    gaps: dict[Gap, None] = {}
    taken = {*own_subnets(today), *(each.pod_subnet_id for each in pool_profiles(today))}
    for network_id in sorted({each.parent for each in own_subnets(today) if each.parent}):
        try:
            network = today.get(network_id, VirtualNetwork)
        except NotCollected as unseen:
            gaps[unseen.gap] = None
            continue
        subnets = network.properties.subnets if network is not None else ()
        found += [each for each in subnets if each.id not in taken and is_fit(each)]
    return _Beside(tuple(found), tuple(gaps))


def _is_free(subnet: Subnet) -> bool:
    """Whether a subnet holds nothing and is for nothing else."""
    is_for_gateways = subnet.title.lower() in _FOR_GATEWAYS
    is_claimed = subnet.properties.service_association_links or subnet.delegated_to
    return not (is_for_gateways or is_claimed or subnet.properties.ip_configurations)


def _is_free_for_pods(subnet: Subnet) -> bool:
    """Whether pods may have it: AKS adds the delegation itself where there is none."""
    is_delegated = all(same_text(each, _AKS) for each in subnet.delegated_to)
    is_claimed = subnet.properties.service_association_links or subnet.properties.ip_configurations
    return _is_free(subnet) or bool(subnet.delegated_to and is_delegated and not is_claimed)


def _room(
    situation: Situation, condition: Condition, wanted: int | None, beside: _Beside
) -> Requirement:
    """Return whether a subnet is large enough; ``wanted`` is ``None`` where that is not told."""
    sizes = [(each, usable_addresses(each.prefixes) or 0) for each in beside.subnets]
    fitting = [each for each, usable in sizes if wanted is not None and usable >= wanted]
    doubts = [] if wanted is not None else ["ARM does not tell maxPods or the size of a pool"]
    doubts += [_OPEN_ENDED] * makes_nodes_without_pool(situation.supposed)
    size = f" with {count(wanted, 'address')}" if wanted is not None else ""
    is_open = bool(doubts or (beside.gaps and not fitting))
    what = "nodes and pods" if condition is Condition.NODE_SUBNET else "pods"
    return Requirement(
        condition=condition,
        words=f"an empty subnet{size} for the {what} of a new cluster",
        answer=Answer.NOT_VISIBLE if is_open else met(is_met=bool(fitting)),
        readings=tuple(
            reading(each, "properties.addressPrefix", ", ".join(each.prefixes))
            for each in fitting or beside.subnets
        ),
        gaps=beside.gaps if is_open else (),
        doubts=tuple(doubts),
    )
