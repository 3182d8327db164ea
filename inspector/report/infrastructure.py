"""The infrastructure resource group: everything in it, and what each thing is for."""

from collections.abc import Callable
from typing import Final

from inspector.cluster.api_server import API_SERVER, is_api_server_zone, service_of_endpoint
from inspector.cluster.ownership import (
    OwnerKind,
    node_of_public_ip,
    owner_of_frontend,
    owner_of_prefix,
    owner_of_public_ip,
)
from inspector.nodes import Node, makes_nodes_without_pool, pool_of
from inspector.report.answer import TextAnswer, Unknown, View, ask, noting
from inspector.resource_id import ResourceId
from inspector.resources import (
    InventoryItem,
    LoadBalancer,
    NetworkInterface,
    NetworkSecurityGroup,
    PrivateEndpoint,
    PublicIPAddress,
    Relation,
    ResourceGroup,
    RouteTable,
    VirtualNetwork,
)
from inspector.topology import Topology

_TYPE_NAMES: Final = {
    "microsoft.compute/availabilitysets": "Availability set",
    "microsoft.compute/disks": "Disk",
    "microsoft.compute/virtualmachines": "Virtual machine",
    "microsoft.compute/virtualmachines/extensions": "Virtual machine extension",
    "microsoft.compute/virtualmachinescalesets": "Virtual machine scale set",
    "microsoft.containerinstance/containergroups": "Container group",
    "microsoft.managedidentity/userassignedidentities": "Managed identity",
    "microsoft.network/applicationgateways": "Application gateway",
    "microsoft.network/loadbalancers": "Load balancer",
    "microsoft.network/natgateways": "NAT gateway",
    "microsoft.network/networkinterfaces": "Network interface",
    "microsoft.network/networkprofiles": "Network profile",
    "microsoft.network/networksecuritygroups": "Network security group",
    "microsoft.network/privatednszones": "Private DNS zone",
    "microsoft.network/privatednszones/virtualnetworklinks": "Virtual network link",
    "microsoft.network/privateendpoints": "Private endpoint",
    "microsoft.network/privatelinkservices": "Private link service",
    "microsoft.network/publicipaddresses": "Public IP address",
    "microsoft.network/publicipprefixes": "Public IP prefix",
    "microsoft.network/routetables": "Route table",
    "microsoft.network/virtualnetworks": "Virtual network",
}
_OWNER_SERVICE_TAG: Final = "k8s-azure-owner-service"
"""The tag of a private link service (cloud-provider-azure, ``pkg/consts/consts.go``)."""


class GroupResource(View, frozen=True):
    """A resource of the group.

    ``purpose`` is ``None`` where neither name nor use tells it, unknown where the resource itself
    could not be seen.
    """

    name: str
    type: str
    arm_type: str
    location: str | None
    purpose: TextAnswer
    id: ResourceId


class Infrastructure(View, frozen=True):
    """The infrastructure (``MC_``) resource group.

    ``restriction_level`` is the cluster's: ``ReadOnly`` locks the group against changes.
    """

    group: str | None
    location: str | None
    managed_by: ResourceId | None
    restriction_level: str | None
    resources: tuple[GroupResource, ...]
    missing: tuple[Unknown, ...]


def build_infrastructure(topology: Topology) -> Infrastructure:
    """Return the group with every resource ARM lists in it, by type and name."""
    group_id = topology.cluster.infrastructure_group
    missing: list[Unknown] = []
    group: ResourceGroup | None = None
    items: tuple[InventoryItem, ...] = ()
    if group_id is not None:
        with noting(missing):
            group = topology.get(group_id, ResourceGroup)
        with noting(missing):
            items = topology.entries(group_id, InventoryItem)
    resources = (_resource(topology, item) for item in items)
    profile = topology.cluster.properties.node_resource_group_profile
    return Infrastructure(
        group=group_id.name if group_id is not None else None,
        location=group.location if group is not None else None,
        managed_by=group.managed_by if group is not None else None,
        restriction_level=profile.restriction_level,
        resources=tuple(sorted(resources, key=lambda each: (each.type, each.name.lower()))),
        missing=tuple(missing),
    )


def _resource(topology: Topology, item: InventoryItem) -> GroupResource:
    arm_type = item.type or item.id.type
    return GroupResource(
        name=item.title,
        type=_TYPE_NAMES.get(arm_type.lower(), arm_type),
        arm_type=arm_type,
        location=item.location,
        purpose=_purpose(topology, item, arm_type.lower()),
        id=item.id,
    )


def _purpose(topology: Topology, item: InventoryItem, arm_type: str) -> TextAnswer:
    told = _PURPOSES.get(arm_type)
    return ask(lambda: told(topology, item)) if told is not None else None


def _of_load_balancer(topology: Topology, item: InventoryItem) -> str | None:
    if item.title.lower() == API_SERVER:
        return "API server inside the virtual network"
    balancer = topology.get(item.id, LoadBalancer)
    if balancer is None:
        return None
    owners = [
        (owner_of_frontend(topology, frontend).kind, frontend.properties.subnet is not None)
        for frontend in balancer.properties.frontend_ip_configurations
    ]
    uses = {
        "outbound traffic": (OwnerKind.OUTBOUND, False) in owners,
        "public services": (OwnerKind.SERVICE, False) in owners,
        "internal services": (OwnerKind.SERVICE, True) in owners,
    }
    return " and ".join(use for use, is_there in uses.items() if is_there) or None


def _of_public_ip(topology: Topology, item: InventoryItem) -> str | None:
    address = topology.get(item.id, PublicIPAddress)
    if address is None:
        return None
    owner = owner_of_public_ip(topology, address)
    if owner.services:
        return f"{owner.kind}: {owner.words}"
    node = node_of_public_ip(topology, item.id) if owner.kind is OwnerKind.NODE else None
    return _of_node(topology, node, owner.words)


def _of_prefix(topology: Topology, item: InventoryItem) -> str | None:
    owner = owner_of_prefix(topology, item.id)
    if owner.kind is OwnerKind.UNRECOGNISED:
        return None
    return f"addresses of {owner.words}" if owner.kind is OwnerKind.NODE else owner.words


def _of_interface(topology: Topology, item: InventoryItem) -> str | None:
    interface = topology.get(item.id, NetworkInterface)
    if interface is None:
        return None
    own = interface.properties.private_endpoint
    endpoints = (own.id,) if own is not None else topology.referring(item.id, Relation.CONNECTED_BY)
    if endpoints:
        return f"private endpoint {endpoints[0].name}"
    return _of_node(topology, topology.node_of(interface))


def _of_virtual_machine(topology: Topology, item: InventoryItem) -> str | None:
    machine = item.id.ancestor("Microsoft.Compute/virtualMachines")
    node = topology.node_by_machine.get(machine.key) if machine is not None else None
    return _of_node(topology, node)


def _of_node(topology: Topology, node: Node | None, otherwise: str | None = None) -> str | None:
    if node is None:
        return otherwise
    if node.pool is None and makes_nodes_without_pool(topology):
        return f"{topology.outside_pools} node {node.name}"
    return f"node {node.name}"


def _of_pool(_topology: Topology, item: InventoryItem) -> str | None:
    pool = pool_of(item)
    return f"nodes of pool {pool}" if pool is not None else None


def _of_disk(topology: Topology, item: InventoryItem) -> str | None:
    name = item.title.lower()
    if "kubernetes-dynamic-pvc-" in name or name.startswith("pvc-"):
        return "persistent volume"
    node = topology.node_by_machine.get(item.managed_by.key) if item.managed_by else None
    return f"disk of {_of_node(topology, node)}" if node is not None else None


def _of_identity(topology: Topology, item: InventoryItem) -> str | None:
    cluster, name = topology.cluster.title.lower(), item.title.lower()
    if name == f"{cluster}-agentpool":
        return "identity of the kubelets"
    return "identity of an add-on" if name.endswith(f"-{cluster}") else None


def _of_private_endpoint(topology: Topology, item: InventoryItem) -> str | None:
    if item.title.lower() == API_SERVER:
        return "private way to the API server"
    endpoint = topology.get(item.id, PrivateEndpoint)
    service = service_of_endpoint(topology, endpoint) if endpoint is not None else None
    return f"private way to {service}" if service is not None else None


def _of_zone(topology: Topology, item: InventoryItem) -> str | None:
    is_own = is_api_server_zone(topology, item.id.name)
    return "name of the private API server" if is_own else None


def _of_zone_link(topology: Topology, item: InventoryItem) -> str | None:
    is_own = item.id.parent is not None and is_api_server_zone(topology, item.id.parent.name)
    return "lets a network find the private API server" if is_own else None


def _of_nat_gateway(topology: Topology, item: InventoryItem) -> str:
    subnets = [each.name for each in topology.referring(item.id, Relation.LEAVES_THROUGH)]
    return f"outbound traffic of {', '.join(subnets) or 'its subnets'}"


def _of_application_gateway(topology: Topology, item: InventoryItem) -> str | None:
    """Return whether the ingress add-on works with it: the add-on's configuration names it."""
    names = {item.id.key, item.id.name.lower()}
    for name, addon in topology.cluster.properties.addon_profiles.items():
        named = {value.lower() for value in addon.config.values()}
        if name.lower() == "ingressapplicationgateway" and names & named:
            return "way in of the ingress add-on"
    return None


def _of_private_link(_topology: Topology, item: InventoryItem) -> str:
    service = item.tags.get(_OWNER_SERVICE_TAG)
    return f"private link to service {service}" if service else "private link to a service"


def _of_virtual_nodes(purpose: str) -> Callable[[Topology, InventoryItem], str]:
    def told(topology: Topology, _item: InventoryItem) -> str:
        is_on = topology.cluster.virtual_nodes is not None
        return purpose if is_on else "left over by virtual nodes, which are off"

    return told


def _of_security_group(topology: Topology, item: InventoryItem) -> str | None:
    group = topology.get(item.id, NetworkSecurityGroup)
    if group is None:
        return None
    is_attached = bool(group.properties.subnets or group.properties.network_interfaces)
    return "filters traffic of the nodes" if is_attached else "attached to nothing"


def _of_route_table(topology: Topology, item: InventoryItem) -> str | None:
    table = topology.get(item.id, RouteTable)
    if table is None:
        return None
    return "routes of the nodes' subnet" if table.properties.subnets else "used by no subnet"


def _of_network(topology: Topology, item: InventoryItem) -> str | None:
    network = topology.get(item.id, VirtualNetwork)
    in_use = set(topology.subnets_in_use)
    subnets = network.properties.subnets if network is not None else ()
    return "network of the nodes" if any(each.id in in_use for each in subnets) else None


_PURPOSES: Final[dict[str, Callable[[Topology, InventoryItem], str | None]]] = {
    "microsoft.compute/availabilitysets": _of_pool,
    "microsoft.compute/disks": _of_disk,
    "microsoft.compute/virtualmachines": _of_virtual_machine,
    "microsoft.compute/virtualmachines/extensions": _of_virtual_machine,
    "microsoft.compute/virtualmachinescalesets": _of_pool,
    "microsoft.containerinstance/containergroups": _of_virtual_nodes("pod on a virtual node"),
    "microsoft.managedidentity/userassignedidentities": _of_identity,
    "microsoft.network/applicationgateways": _of_application_gateway,
    "microsoft.network/loadbalancers": _of_load_balancer,
    "microsoft.network/natgateways": _of_nat_gateway,
    "microsoft.network/networkinterfaces": _of_interface,
    "microsoft.network/networkprofiles": _of_virtual_nodes("network of pods on virtual nodes"),
    "microsoft.network/networksecuritygroups": _of_security_group,
    "microsoft.network/privatednszones": _of_zone,
    "microsoft.network/privatednszones/virtualnetworklinks": _of_zone_link,
    "microsoft.network/privateendpoints": _of_private_endpoint,
    "microsoft.network/privatelinkservices": _of_private_link,
    "microsoft.network/publicipaddresses": _of_public_ip,
    "microsoft.network/publicipprefixes": _of_prefix,
    "microsoft.network/routetables": _of_route_table,
    "microsoft.network/virtualnetworks": _of_network,
}
