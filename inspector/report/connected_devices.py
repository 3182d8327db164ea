"""Virtual networks: their subnets with used and free addresses, and every connected device."""

from ipaddress import IPv4Address, IPv6Address
from typing import Final

from inspector.collected import NotCollected
from inspector.network.addresses import usable_addresses
from inspector.report.addresses import name_of
from inspector.report.answer import Unknown, View, ask, noting, unknown_of
from inspector.resource_id import ResourceId
from inspector.resources import (
    FrontendIPConfiguration,
    IPAddress,
    IPConfiguration,
    NetworkInterface,
    Peering,
    Resource,
    Subnet,
    SubnetUsage,
    VirtualNetwork,
)
from inspector.topology import Topology

_CLUSTER_SERVICE: Final = "microsoft.containerservice/managedclusters"
_FOREIGN_DEVICES: Final = (
    ("/applicationgateways/", "Application gateway"),
    ("/virtualnetworkgateways/", "Virtual network gateway"),
    ("/loadbalancers/", "Load balancer frontend"),
    ("/virtualmachinescalesets/", "Scale set interface"),
    ("/networkinterfaces/", "Network interface"),
)


class Device(View, frozen=True):
    """An IP configuration connected to a subnet, as the portal lists it.

    Without an ``address``, ``unseen`` says what hides it; a foreign device has neither.
    """

    device: str
    type: str
    address: IPAddress | None
    ip_configuration: str
    unseen: Unknown | None = None


class SubnetView(View, frozen=True):
    """A subnet; ``used`` and ``free`` count IPv4 addresses, net of Azure's reserved five.

    ``used`` is the larger of ARM's usage figure and the connected configurations; without the
    figure it is a lower bound and ``free`` is unknown. Both are ``None`` without an IPv4 range.
    Devices are listed for the cluster's subnets.
    """

    name: str
    id: ResourceId
    prefixes: tuple[str, ...]
    is_cluster_subnet: bool
    usable: int | None
    used: int | Unknown | None
    free: int | Unknown | None
    note: str | None
    route_table: str | None
    security_group: str | None
    nat_gateway: str | None
    delegations: tuple[str, ...]
    devices: tuple[Device, ...]


class PeeringView(View, frozen=True):
    """A peering to another network."""

    name: str
    remote: str | None
    state: str | None
    remote_prefixes: tuple[str, ...]


class NetworkView(View, frozen=True):
    """A virtual network."""

    name: str
    id: ResourceId
    resource_group: str | None
    prefixes: tuple[str, ...]
    subnets: tuple[SubnetView, ...]
    peerings: tuple[PeeringView, ...]


class VirtualNetworks(View, frozen=True):
    """The networks of the cluster, and what of them could not be seen."""

    networks: tuple[NetworkView, ...]
    missing: tuple[Unknown, ...]


def build_virtual_networks(topology: Topology) -> VirtualNetworks:
    """Return every network the cluster is in, the cluster's subnets with their devices."""
    missing: list[Unknown] = []
    group = topology.cluster.infrastructure_group
    if group is not None:
        with noting(missing):
            topology.listed(group, VirtualNetwork)
    for subnet_id in topology.subnets_in_use:
        with noting(missing):
            topology.get(subnet_id, Subnet)
    for network in topology.all(VirtualNetwork):
        with noting(missing):
            topology.entries(network.id, SubnetUsage)
    networks = tuple(_network(topology, each) for each in topology.all(VirtualNetwork))
    return VirtualNetworks(networks=networks, missing=tuple(missing))


def _network(topology: Topology, network: VirtualNetwork) -> NetworkView:
    in_use = set(topology.subnets_in_use)
    usages = ask(lambda: topology.entries(network.id, SubnetUsage))
    by_subnet = {} if isinstance(usages, Unknown) else {each.id.key: each for each in usages}
    unseen = usages if isinstance(usages, Unknown) else None
    properties = network.properties
    return NetworkView(
        name=network.title,
        id=network.id,
        resource_group=network.id.resource_group,
        prefixes=properties.address_space.address_prefixes,
        subnets=tuple(
            _subnet(topology, each, by_subnet.get(each.id.key, unseen), is_used=each.id in in_use)
            for each in properties.subnets
        ),
        peerings=tuple(map(_peering, properties.virtual_network_peerings)),
    )


def _subnet(
    topology: Topology, subnet: Subnet, usage: SubnetUsage | Unknown | None, *, is_used: bool
) -> SubnetView:
    properties = subnet.properties
    devices = _devices(topology, subnet)
    usable = usable_addresses(subnet.prefixes)
    used, note = _used(subnet, devices, usage) if usable is not None else (None, None)
    return SubnetView(
        name=subnet.title,
        id=subnet.id,
        prefixes=subnet.prefixes,
        is_cluster_subnet=is_used,
        usable=usable,
        used=used,
        free=_free(usable, used, usage),
        note=note,
        route_table=name_of(properties.route_table),
        security_group=name_of(properties.network_security_group),
        nat_gateway=name_of(properties.nat_gateway),
        delegations=_delegated_to(subnet),
        devices=devices if is_used else (),
    )


def _delegated_to(subnet: Subnet) -> tuple[str, ...]:
    delegations = subnet.properties.delegations
    return tuple(each.properties.service_name or each.name for each in delegations)


def _free(
    usable: int | None, used: int | Unknown | None, usage: SubnetUsage | Unknown | None
) -> int | Unknown | None:
    if usable is None or not isinstance(used, int):
        return used
    return usage if isinstance(usage, Unknown) else max(0, usable - used)


def _used(
    subnet: Subnet, devices: tuple[Device, ...], usage: SubnetUsage | Unknown | None
) -> tuple[int | Unknown, str | None]:
    """Return the IPv4 addresses taken, and what a reader must know about the figure."""
    if _CLUSTER_SERVICE in map(str.lower, _delegated_to(subnet)):
        hidden = Unknown(
            unknown=str(subnet.id),
            reason="ARM does not show addresses given to pods or to the API server",
            action="Kubernetes API",
        )
        return hidden, "delegated to AKS: its addresses are not visible in ARM"
    connected = sum(not isinstance(each.address, IPv6Address) for each in devices)
    if isinstance(usage, Unknown):
        return connected, f"at least {connected} used: ARM's usage figure could not be read"
    reported = int(usage.current_value) if usage and usage.current_value is not None else None
    has_ipv6 = any(":" in prefix for prefix in subnet.prefixes)  # what usage counts then is unclear
    if has_ipv6 or reported is None or reported < 0 or reported == connected:
        return connected, None
    note = f"ARM's usage says {reported}, {connected} configurations are connected"
    return max(connected, reported), note


def _devices(topology: Topology, subnet: Subnet) -> tuple[Device, ...]:
    devices = [_device(topology, each.id) for each in subnet.properties.ip_configurations]
    return tuple(sorted(devices, key=_order))


def _order(device: Device) -> tuple[int, int, str, str]:
    address = device.address
    if isinstance(address, IPv4Address | IPv6Address):
        return address.version, int(address), device.device, device.ip_configuration
    return 9, 0, device.device, device.ip_configuration


def _device(topology: Topology, configuration_id: ResourceId) -> Device:
    try:
        found = topology.get(configuration_id, Resource)
    except NotCollected as unseen:
        return _unseen(configuration_id, unknown_of(unseen.gap))
    if isinstance(found, IPConfiguration):
        return _interface_device(topology, found)
    if isinstance(found, FrontendIPConfiguration):
        balancer = found.id.parent
        return Device(
            device=balancer.name if balancer is not None else found.title,
            type="Internal load balancer",
            address=found.properties.private_ip_address,
            ip_configuration=found.title,
        )
    return _unseen(configuration_id, None)


def _interface_device(topology: Topology, configuration: IPConfiguration) -> Device:
    interface = topology.holder(configuration, NetworkInterface)
    node = topology.node_of(interface) if interface is not None else None
    kind = "Network interface"
    if node is not None:
        kind = "Node"
    elif interface is not None and interface.properties.private_endpoint is not None:
        kind = "Private endpoint"
    holder = interface.title if interface is not None else configuration.title
    return Device(
        device=node.name if node is not None else holder,
        type=kind,
        address=configuration.properties.private_ip_address,
        ip_configuration=configuration.title,
    )


def _unseen(configuration_id: ResourceId, unseen: Unknown | None) -> Device:
    """Return a device told by its id alone: not the cluster's, or not readable."""
    kinds = (words for mark, words in _FOREIGN_DEVICES if mark in configuration_id.key)
    holder = configuration_id.parent
    return Device(
        device=holder.name if holder is not None else configuration_id.name,
        type=next(kinds, "Other"),
        address=None,
        ip_configuration=configuration_id.name,
        unseen=unseen,
    )


def _peering(peering: Peering) -> PeeringView:
    properties = peering.properties
    remote = properties.remote_virtual_network
    return PeeringView(
        name=peering.title,
        remote=str(remote.id) if remote is not None else None,
        state=properties.peering_state,
        remote_prefixes=properties.remote_address_space.address_prefixes,
    )
