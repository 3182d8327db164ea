"""The infrastructure resource group: everything in it, and what each thing is for."""

from collections.abc import Callable
from typing import Final

from inspector.nodes import Node, pool_of
from inspector.ownership import OwnerKind, owner_of_frontend, owner_of_public_ip
from inspector.report.answer import TextAnswer, Unknown, View, ask, noting
from inspector.resource_id import ResourceId
from inspector.resources import (
    InventoryItem,
    LoadBalancer,
    NetworkInterface,
    PublicIPAddress,
    ResourceGroup,
)
from inspector.topology import Topology

_TYPE_NAMES: Final = {
    "microsoft.compute/availabilitysets": "Availability set",
    "microsoft.compute/disks": "Disk",
    "microsoft.compute/virtualmachines": "Virtual machine",
    "microsoft.compute/virtualmachines/extensions": "Virtual machine extension",
    "microsoft.compute/virtualmachinescalesets": "Virtual machine scale set",
    "microsoft.managedidentity/userassignedidentities": "Managed identity",
    "microsoft.network/loadbalancers": "Load balancer",
    "microsoft.network/natgateways": "NAT gateway",
    "microsoft.network/networkinterfaces": "Network interface",
    "microsoft.network/networksecuritygroups": "Network security group",
    "microsoft.network/privatednszones": "Private DNS zone",
    "microsoft.network/privateendpoints": "Private endpoint",
    "microsoft.network/privatelinkservices": "Private link service",
    "microsoft.network/publicipaddresses": "Public IP address",
    "microsoft.network/publicipprefixes": "Public IP prefix",
    "microsoft.network/routetables": "Route table",
    "microsoft.network/virtualnetworks": "Virtual network",
}


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
    """The infrastructure (``MC_``) resource group."""

    group: str | None
    location: str | None
    managed_by: ResourceId | None
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
    return Infrastructure(
        group=group_id.name if group_id is not None else None,
        location=group.location if group is not None else None,
        managed_by=group.managed_by if group is not None else None,
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
    if item.title.lower() == "kube-apiserver":
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
    return f"{owner.kind}: {owner.words}" if owner.services else owner.words


def _of_interface(topology: Topology, item: InventoryItem) -> str | None:
    interface = topology.get(item.id, NetworkInterface)
    if interface is None:
        return None
    if interface.properties.private_endpoint is not None:
        return f"private endpoint {interface.properties.private_endpoint.id.name}"
    return _of_node(topology.node_of(interface))


def _of_virtual_machine(topology: Topology, item: InventoryItem) -> str | None:
    machine = item.id.ancestor("Microsoft.Compute/virtualMachines")
    return _of_node(topology.node_by_machine.get(machine.key)) if machine is not None else None


def _of_node(node: Node | None) -> str | None:
    return f"node {node.name}" if node is not None else None


def _of_pool(_topology: Topology, item: InventoryItem) -> str | None:
    pool = pool_of(item)
    return f"nodes of pool {pool}" if pool is not None else None


def _of_disk(topology: Topology, item: InventoryItem) -> str | None:
    name = item.title.lower()
    if "kubernetes-dynamic-pvc-" in name or name.startswith("pvc-"):
        return "persistent volume"
    node = topology.node_by_machine.get(item.managed_by.key) if item.managed_by else None
    return f"disk of {_of_node(node)}" if node is not None else None


def _of_identity(topology: Topology, item: InventoryItem) -> str | None:
    cluster, name = topology.cluster.title.lower(), item.title.lower()
    if name == f"{cluster}-agentpool":
        return "identity of the kubelets"
    return "identity of an add-on" if name.endswith(f"-{cluster}") else None


def _of_private_endpoint(_topology: Topology, item: InventoryItem) -> str | None:
    return "private way to the API server" if item.title.lower() == "kube-apiserver" else None


def _always(purpose: str) -> Callable[[Topology, InventoryItem], str]:
    return lambda _topology, _item: purpose


_PURPOSES: Final[dict[str, Callable[[Topology, InventoryItem], str | None]]] = {
    "microsoft.compute/availabilitysets": _of_pool,
    "microsoft.compute/disks": _of_disk,
    "microsoft.compute/virtualmachines": _of_virtual_machine,
    "microsoft.compute/virtualmachines/extensions": _of_virtual_machine,
    "microsoft.compute/virtualmachinescalesets": _of_pool,
    "microsoft.managedidentity/userassignedidentities": _of_identity,
    "microsoft.network/loadbalancers": _of_load_balancer,
    "microsoft.network/natgateways": _always("outbound traffic of its subnets"),
    "microsoft.network/networkinterfaces": _of_interface,
    "microsoft.network/networksecuritygroups": _always("filters traffic of the nodes"),
    "microsoft.network/privatednszones": _always("name of the private API server"),
    "microsoft.network/privateendpoints": _of_private_endpoint,
    "microsoft.network/privatelinkservices": _always("private link to a service"),
    "microsoft.network/publicipaddresses": _of_public_ip,
    "microsoft.network/routetables": _always("routes of the nodes' subnet"),
    "microsoft.network/virtualnetworks": _always("network of the nodes"),
}
