"""Virtual networks: their subnets with used and free addresses, and every connected device."""

from collections.abc import Mapping

from inspector.cluster.devices import classify_devices
from inspector.cluster.subnet_capacity import (
    AddressUse,
    Figure,
    Unshown,
    Untold,
    address_use,
    usage_of,
    usages_of,
)
from inspector.nodes import pool_profiles
from inspector.report.addresses import name_of
from inspector.report.answer import Unknown, View, noting, unknown_of
from inspector.report.devices import Device, DeviceType, device_views
from inspector.resource_id import ResourceId
from inspector.resources import Peering, Subnet, SubnetUsage, VirtualNetwork, same_text
from inspector.snapshot import Gap
from inspector.topology import Topology


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
    usages = usages_of(topology, network.id)
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
                usages,
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
    topology: Topology,
    subnet: Subnet,
    usages: Mapping[str, SubnetUsage] | Gap,
    *,
    is_used: bool,
) -> SubnetView:
    properties = subnet.properties
    devices = classify_devices(topology, (each.id for each in properties.ip_configurations))
    pods_of = _pods_of(topology, subnet)
    use = address_use(subnet, devices, usage_of(usages, subnet.id), has_pods=bool(pods_of))
    return SubnetView(
        name=subnet.title,
        id=subnet.id,
        prefixes=subnet.prefixes,
        is_cluster_subnet=is_used,
        usable=use.usable if isinstance(use.usable, int) else None,
        used=_answer(use.used, subnet),
        free=_answer(use.free, subnet),
        note=_note(use, pods_of),
        route_table=name_of(properties.route_table),
        security_group=name_of(properties.network_security_group),
        nat_gateway=name_of(properties.nat_gateway),
        delegations=subnet.delegated_to,
        service_association_links=tuple(each.name for each in properties.service_association_links),
        default_outbound_access=properties.default_outbound_access,
        pods_of=pods_of,
        devices=device_views(devices),
    )


def _pods_of(topology: Topology, subnet: Subnet) -> tuple[str, ...]:
    return tuple(each.name for each in pool_profiles(topology) if each.pod_subnet_id == subnet.id)


def _answer(figure: Figure | None, subnet: Subnet) -> int | Unknown | None:
    if not isinstance(figure, Untold):
        return figure
    if figure.gap is not None:
        return unknown_of(figure.gap)
    return Unknown(unknown=str(subnet.id), reason=figure.reason, action="Kubernetes API")


def _note(use: AddressUse, pods_of: tuple[str, ...]) -> str | None:
    """Return what a reader must know about the figures."""
    if use.usable is None:
        return None
    if pods_of:
        pools = f"pool{'s' if len(pods_of) > 1 else ''} {', '.join(pods_of)}"
        return f"the pods of {pools} draw addresses from it, which are not visible in ARM"
    if use.unshown is Unshown.AKS:
        return "delegated to AKS: only load balancers show of its addresses in ARM"
    at_least = f"at least {use.used} used"
    if use.unshown is Unshown.CONTAINER_GROUPS:
        return f"{at_least}: the addresses of virtual nodes' pods are not visible in ARM"
    if use.unplaced:
        return f"{at_least}: {len(use.unplaced)} configurations could not be seen"
    return _note_on_usage(use, at_least)


def _note_on_usage(use: AddressUse, at_least: str) -> str | None:
    """Return what there is to say of ARM's figure; with two families it is unclear what counts."""
    if isinstance(use.usage, Gap) and not use.is_dual_stack:
        return f"{at_least}: ARM's usage figure could not be read"
    if use.is_dual_stack or use.usage in {None, use.connected}:
        return None
    return f"ARM's usage says {use.usage}, {use.connected} configurations are connected"


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
