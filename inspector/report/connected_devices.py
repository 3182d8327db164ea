"""Virtual networks: their subnets with used and free addresses, and every connected device."""

from ipaddress import IPv4Address, IPv6Address
from typing import Final

from inspector.network.addresses import usable_addresses
from inspector.nodes import pool_profiles
from inspector.report.addresses import name_of
from inspector.report.answer import Unknown, View, ask, noting
from inspector.report.devices import Device, DeviceType, connected_devices
from inspector.resource_id import ResourceId
from inspector.resources import Peering, Subnet, SubnetUsage, VirtualNetwork, same_text
from inspector.topology import Topology

_CLUSTER_SERVICE: Final = "microsoft.containerservice/managedclusters"
_CONTAINER_GROUPS: Final = "microsoft.containerinstance/containergroups"

_Counts = tuple[int | Unknown | None, int | Unknown | None, str | None]
"""Used and free addresses, and what a reader must know about the figures."""


class SubnetView(View, frozen=True):
    """A subnet; ``used`` and ``free`` count IPv4 addresses, net of Azure's reserved five.

    ``used`` is the larger of ARM's usage figure and the connected configurations; without the
    figure it is a lower bound and ``free`` is unknown. Both are ``None`` without an IPv4 range.
    ``pods_of`` names the pools whose pods draw addresses from it: those are not visible in ARM.
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
    service_association_links: tuple[str, ...]
    default_outbound_access: bool | None
    pods_of: tuple[str, ...]
    devices: tuple[Device, ...]


class PeeringView(View, frozen=True):
    """A peering to another network."""

    name: str
    remote: str | None
    state: str | None
    remote_prefixes: tuple[str, ...]


class NetworkView(View, frozen=True):
    """A virtual network; without ``dns_servers`` it asks Azure's own resolver.

    ``subscription`` is there where it is not the cluster's.
    """

    name: str
    id: ResourceId
    resource_group: str | None
    subscription: str | None
    prefixes: tuple[str, ...]
    dns_servers: tuple[str, ...]
    subnets: tuple[SubnetView, ...]
    peerings: tuple[PeeringView, ...]


class VirtualNetworks(View, frozen=True):
    """The networks of the cluster, and what of them could not be seen."""

    networks: tuple[NetworkView, ...]
    missing: tuple[Unknown, ...]


def build_virtual_networks(topology: Topology) -> VirtualNetworks:
    """Return every network the cluster is in, with its subnets and their devices."""
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
    is_near = same_text(network.id.subscription, topology.cluster.id.subscription)
    return NetworkView(
        name=network.title,
        id=network.id,
        resource_group=network.id.resource_group,
        subscription=None if is_near else network.id.subscription,
        prefixes=properties.address_space.address_prefixes,
        dns_servers=properties.dhcp_options.dns_servers,
        subnets=tuple(
            _subnet(
                topology,
                each,
                by_subnet.get(each.id.key, unseen),
                is_used=each.id in in_use or _is_of_virtual_nodes(topology, each),
            )
            for each in properties.subnets
        ),
        peerings=tuple(map(_peering, properties.virtual_network_peerings)),
    )


def _is_of_virtual_nodes(topology: Topology, subnet: Subnet) -> bool:
    """Whether the add-on of virtual nodes, which is on, names the subnet."""
    addon = topology.cluster.virtual_nodes
    return addon is not None and same_text(addon.config.get("SubnetName"), subnet.title)


def _subnet(
    topology: Topology, subnet: Subnet, usage: SubnetUsage | Unknown | None, *, is_used: bool
) -> SubnetView:
    properties = subnet.properties
    devices = connected_devices(topology, (each.id for each in properties.ip_configurations))
    usable = usable_addresses(subnet.prefixes)
    pods_of = _pods_of(topology, subnet)
    used, free, note = _counts(subnet, devices, usage, usable, pods_of)
    return SubnetView(
        name=subnet.title,
        id=subnet.id,
        prefixes=subnet.prefixes,
        is_cluster_subnet=is_used,
        usable=usable,
        used=used,
        free=free,
        note=note,
        route_table=name_of(properties.route_table),
        security_group=name_of(properties.network_security_group),
        nat_gateway=name_of(properties.nat_gateway),
        delegations=subnet.delegated_to,
        service_association_links=tuple(each.name for each in properties.service_association_links),
        default_outbound_access=properties.default_outbound_access,
        pods_of=pods_of,
        devices=devices,
    )


def _pods_of(topology: Topology, subnet: Subnet) -> tuple[str, ...]:
    return tuple(each.name for each in pool_profiles(topology) if each.pod_subnet_id == subnet.id)


def _counts(
    subnet: Subnet,
    devices: tuple[Device, ...],
    usage: SubnetUsage | Unknown | None,
    usable: int | None,
    pods_of: tuple[str, ...],
) -> _Counts:
    if usable is None:
        return None, None, None
    services = set(map(str.lower, subnet.delegated_to))
    if pods_of or _CLUSTER_SERVICE in services:
        hidden = _hidden(subnet, "addresses given to pods or to the API server")
        return hidden, hidden, _note_of_hidden(pods_of)
    used, note = _used(subnet, devices, usage)
    unseen = _unseen(subnet, devices, usage)
    if _CONTAINER_GROUPS in services:
        hidden = _hidden(subnet, "addresses given to container groups")
        note = f"at least {used} used: the addresses of virtual nodes' pods are not visible in ARM"
        return used, hidden, note
    return used, unseen or max(0, usable - used), note


def _unseen(
    subnet: Subnet, devices: tuple[Device, ...], usage: SubnetUsage | Unknown | None
) -> Unknown | None:
    """Return what leaves the number of free addresses open."""
    if isinstance(usage, Unknown):
        return usage
    if _has_ipv6(subnet):
        return next((each.unseen for each in devices if each.unseen is not None), None)
    return None if _reported(usage) is not None else _hidden(subnet, "how many are used")


def _has_ipv6(subnet: Subnet) -> bool:
    return any(":" in prefix for prefix in subnet.prefixes)


def _reported(usage: SubnetUsage | None) -> int | None:
    """Return ARM's figure; gateway subnets report -1."""
    value = usage.current_value if usage is not None else None
    return int(value) if value is not None and value >= 0 else None


def _hidden(subnet: Subnet, what: str) -> Unknown:
    return Unknown(
        unknown=str(subnet.id), reason=f"ARM does not show {what}", action="Kubernetes API"
    )


def _note_of_hidden(pods_of: tuple[str, ...]) -> str:
    if not pods_of:
        return "delegated to AKS: only load balancers show of its addresses in ARM"
    pools = f"pool{'s' if len(pods_of) > 1 else ''} {', '.join(pods_of)}"
    return f"the pods of {pools} draw addresses from it, which are not visible in ARM"


def _used(
    subnet: Subnet, devices: tuple[Device, ...], usage: SubnetUsage | Unknown | None
) -> tuple[int, str | None]:
    """Return the IPv4 addresses taken, and what a reader must know about the figure."""
    if _has_ipv6(subnet):  # what ARM's figure counts then is unclear
        connected = sum(isinstance(each.address, IPv4Address) for each in devices)
        hidden = sum(each.unseen is not None for each in devices)
        note = f"at least {connected} used: {hidden} configurations could not be seen"
        return connected, note if hidden else None
    connected = sum(not isinstance(each.address, IPv6Address) for each in devices)
    if isinstance(usage, Unknown):
        return connected, f"at least {connected} used: ARM's usage figure could not be read"
    reported = _reported(usage)
    if reported is None or reported == connected:
        return connected, None
    note = f"ARM's usage says {reported}, {connected} configurations are connected"
    return max(connected, reported), note


def _peering(peering: Peering) -> PeeringView:
    properties = peering.properties
    remote = properties.remote_virtual_network
    return PeeringView(
        name=peering.title,
        remote=str(remote.id) if remote is not None else None,
        state=properties.peering_state,
        remote_prefixes=properties.remote_address_space.address_prefixes,
    )


__all__ = [
    "Device",
    "DeviceType",
    "NetworkView",
    "PeeringView",
    "SubnetView",
    "VirtualNetworks",
    "build_virtual_networks",
]
