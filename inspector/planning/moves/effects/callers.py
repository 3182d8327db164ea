"""Who outside the cluster reaches pods at their own addresses, and what a move does to that.

Sources: AKS "configure-kubenet" for pods behind routes of a table, which lead there from every
subnet that has the table; "concepts-network-cni-overview" for pods in the network, and for those
that hide behind their nodes. Azure/AKS issue 4871 and azure-aks-docs issue 334 tell who noticed.
"""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Final

from inspector.cluster.devices import Device, DeviceType, classify_devices
from inspector.cluster.pod_routes import OWN_POD_ROUTES, ClassifiedTable, pod_routes
from inspector.cluster.subnet_capacity import subnet_capacities
from inspector.collected import NotCollected
from inspector.planning.moves.effects.move import Move, PodPlace, place_of_pods
from inspector.report.answer import Unknown, View, unknown_of
from inspector.resource_id import ResourceId
from inspector.resources import IPAddress, Peering, Subnet, VirtualNetwork, same_text

_CALLS_NOBODY: Final = frozenset(
    {
        DeviceType.NODE,
        DeviceType.INTERNAL_BALANCER,
        DeviceType.API_SERVER,
        DeviceType.PRIVATE_ENDPOINT,
    }
)
"""What the cluster has in a subnet itself, and what only ever answers."""

_GATEWAYS: Final = "gatewaysubnet"


class CallerKind(StrEnum):
    """Where callers of pods are."""

    SUBNET = "subnet"
    PEERING = "peering"
    GATEWAY = "gateway"


class ReachChange(StrEnum):
    """What a move does to reach."""

    LOSES = "loses reach"
    MAY_LOSE = "loses reach if it has any"
    GAINS = "gains reach"
    HAD_NONE = "had none"


class CallingDevice(View, frozen=True):
    """A device that may call pods; ``address`` is ``None`` where it was not read."""

    id: ResourceId
    name: str
    type: DeviceType
    address: IPAddress | None


class Caller(View, frozen=True):
    """A subnet, peering or gateway from which pods are reached today or after the move.

    ``place`` is the network, of a peering the remote one. ``through`` is the route table
    that leads to pods. ``devices`` are in ARM's order, unknown where the subnet was not seen.
    """

    kind: CallerKind
    id: ResourceId
    name: str
    place: ResourceId | None
    through: str | None
    devices: tuple[CallingDevice, ...] | Unknown
    change: ReachChange
    reason: str
    advice: str | None


def callers_of(move: Move, missing: list[Unknown]) -> tuple[Caller, ...]:
    """Return who gains or loses reach, subnets before peerings before gateways, each by id."""
    before, after = place_of_pods(move.before), place_of_pods(move.after)
    found: list[Caller] = []
    if before is PodPlace.BEHIND_ROUTES and after is PodPlace.BEHIND_NODES:
        found += _behind_routes(move, missing)
        found += _peerings(move, before, after)
    if PodPlace.IN_NETWORK in (before, after) and before is not after:
        found += _in_network(move, before, missing)
        found += _peerings(move, before, after)
        found += _gateways(move, before)
    order = list(CallerKind)
    return tuple(sorted(found, key=lambda each: (order.index(each.kind), each.id)))


def _behind_routes(move: Move, missing: list[Unknown]) -> Iterator[Caller]:
    """Yield the subnets whose table leads to pods, without those that hold but the cluster."""
    routes = move.today.once(pod_routes)
    missing += map(unknown_of, routes.missing)
    nodes = frozenset(move.today.subnets_of_nodes)
    for table in tables_to_pods(routes.tables):
        missing += map(unknown_of, table.missing)
        for subnet_id in table.subnets:
            devices = _devices(move, subnet_id, missing)
            if subnet_id not in nodes or isinstance(devices, Unknown) or devices:
                yield _routed(subnet_id, table, devices)


def tables_to_pods(tables: Iterable[ClassifiedTable]) -> tuple[ClassifiedTable, ...]:
    """Return the tables with routes of the cluster's pods, copies by others among them."""
    return tuple(each for each in tables if each.of(*OWN_POD_ROUTES))


def _routed(
    subnet_id: ResourceId, table: ClassifiedTable, devices: tuple[CallingDevice, ...] | Unknown
) -> Caller:
    return Caller(
        kind=CallerKind.SUBNET,
        id=subnet_id,
        name=subnet_id.name,
        place=subnet_id.parent,
        through=table.table.title,
        devices=devices,
        change=ReachChange.LOSES,
        reason=f"its route table {table.table.title} leads to pods through their nodes",
        advice=_advice(devices),
    )


def _advice(devices: tuple[CallingDevice, ...] | Unknown) -> str:
    types = set() if isinstance(devices, Unknown) else {each.type for each in devices}
    if DeviceType.APPLICATION_GATEWAY in types:
        return (
            "where the ingress controller for application gateways (AGIC) writes the backends, "
            "check that its version knows Overlay; otherwise make an internal load balancer the "
            "backend."
        )
    return "call pods through a service of type LoadBalancer with an internal address."


def _in_network(move: Move, before: PodPlace, missing: list[Unknown]) -> Iterator[Caller]:
    """Yield the subnets around the nodes': all in a network reach what has an address there."""
    own = frozenset((*move.today.subnets_of_nodes, *_pod_subnets(move)))
    for network in _networks(move, missing):
        for subnet in network.properties.subnets:
            if subnet.title.lower() == _GATEWAYS:
                continue
            devices = _devices(move, subnet.id, missing)
            if not isinstance(devices, Unknown) and not devices:
                continue
            where = "the nodes' subnet" if subnet.id in own else "the nodes' network"
            yield Caller(
                kind=CallerKind.SUBNET,
                id=subnet.id,
                name=subnet.title,
                place=network.id,
                through=None,
                devices=devices,
                change=_change(before),
                reason=f"in {where}, where pods {_tense(before)} addresses",
                advice=_advice(devices) if before is PodPlace.IN_NETWORK else None,
            )


def _peerings(move: Move, before: PodPlace, after: PodPlace) -> Iterator[Caller]:
    for network in _networks(move, []):
        for peering in network.properties.virtual_network_peerings:
            yield _peering(network, peering, before, after)


def _peering(
    network: VirtualNetwork, peering: Peering, before: PodPlace, after: PodPlace
) -> Caller:
    properties = peering.properties
    remote = properties.remote_virtual_network
    state = properties.peering_state
    change = _change(before)
    reason = f"peered with {network.title}, where pods {_tense(before)} addresses"
    if PodPlace.IN_NETWORK not in (before, after):
        change = ReachChange.MAY_LOSE
        reason = "reaches pods only where its own routes lead to their nodes, which do not show"
    if not same_text(state, "Connected"):
        change = ReachChange.HAD_NONE
        reason = f"the peering is not connected: {state or 'ARM does not tell its state'}"
    is_loss = change in {ReachChange.LOSES, ReachChange.MAY_LOSE}
    return Caller(
        kind=CallerKind.PEERING,
        id=peering.id,
        name=peering.title,
        place=remote.id if remote is not None else None,
        through=None,
        devices=(),
        change=change,
        reason=reason,
        advice="call pods through a service with an internal address, or a private link service."
        if is_loss
        else None,
    )


def _gateways(move: Move, before: PodPlace) -> Iterator[Caller]:
    """Yield the gateways of the networks, behind which ranges on premises are."""
    for network in _networks(move, []):
        gateways = (each for each in network.properties.subnets if _is_of_gateways(each))
        for subnet in gateways:
            yield Caller(
                kind=CallerKind.GATEWAY,
                id=subnet.id,
                name=subnet.title,
                place=network.id,
                through=None,
                devices=(),
                change=_change(before),
                reason=f"networks behind it reach {network.title}, where pods {_tense(before)} "
                "addresses",
                advice="tell those on premises who call pods, and give them a service with an "
                "internal address."
                if before is PodPlace.IN_NETWORK
                else None,
            )


def _is_of_gateways(subnet: Subnet) -> bool:
    has_gateway = bool(subnet.properties.ip_configurations)
    return subnet.title.lower() == _GATEWAYS and has_gateway


def _change(before: PodPlace) -> ReachChange:
    return ReachChange.LOSES if before is PodPlace.IN_NETWORK else ReachChange.GAINS


def _tense(before: PodPlace) -> str:
    return "have" if before is PodPlace.IN_NETWORK else "then have"


def _networks(move: Move, missing: list[Unknown]) -> Iterator[VirtualNetwork]:
    """Yield the networks that nodes or pods are in."""
    ids = {each.parent for each in (*move.today.subnets_of_nodes, *_pod_subnets(move))}
    for network_id in sorted(each for each in ids if each is not None):
        try:
            network = move.today.get(network_id, VirtualNetwork)
        except NotCollected as unseen:
            missing.append(unknown_of(unseen.gap))
            continue
        if network is not None:
            yield network


def _pod_subnets(move: Move) -> Iterator[ResourceId]:
    for pool in move.today.cluster.properties.agent_pool_profiles:
        if pool.pod_subnet_id is not None:
            yield pool.pod_subnet_id


def _devices(
    move: Move, subnet_id: ResourceId, missing: list[Unknown]
) -> tuple[CallingDevice, ...] | Unknown:
    """Return what is in a subnet and may call pods, from outside the cluster."""
    try:
        subnet = move.today.get(subnet_id, Subnet)
    except NotCollected as unseen:
        missing.append(unknown_of(unseen.gap))
        return missing[-1]
    if subnet is None:
        return ()
    devices = _known_devices(move).get(subnet_id)
    if devices is None:
        connected = (each.id for each in subnet.properties.ip_configurations)
        devices = classify_devices(move.today, connected)
    return tuple(
        _device(each) for each in devices if each.type not in _CALLS_NOBODY and not each.is_gone
    )


def _known_devices(move: Move) -> dict[ResourceId, tuple[Device, ...]]:
    """Return what is in the subnets of nodes and pods: they are large, and told once."""
    subnets = move.today.once(subnet_capacities).subnets
    return {each.id: each.devices for each in subnets if each.subnet is not None}


def _device(device: Device) -> CallingDevice:
    return CallingDevice(
        id=device.configuration, name=device.name, type=device.type, address=device.address
    )
