"""ARM documents as frozen typed values, and the only place that knows ARM's wire names."""

import msgspec

from inspector.resource_id import ResourceId
from inspector.resources.agent_pool import AgentPool, AgentPoolProfile, Machine
from inspector.resources.arm import (
    IPAddress,
    Link,
    Reference,
    Relation,
    Resource,
    decode,
    same_text,
)
from inspector.resources.load_balancer import (
    BackendAddress,
    BackendAddressPool,
    FrontendIPConfiguration,
    LoadBalancer,
    LoadBalancingRule,
    OutboundRule,
    Probe,
)
from inspector.resources.managed_cluster import ManagedCluster, pools_with_machines
from inspector.resources.nat_gateway import NATGateway
from inspector.resources.network_interface import (
    SCALE_SET_INTERFACE_TYPE,
    IPConfiguration,
    NetworkInterface,
    is_ip_configuration,
)
from inspector.resources.network_profile import LoadBalancerProfile, NetworkProfile
from inspector.resources.network_security_group import NetworkSecurityGroup, SecurityRule
from inspector.resources.private_dns import PrivateDNSZone, VirtualNetworkLink
from inspector.resources.private_endpoint import PrivateEndpoint
from inspector.resources.public_ip import (
    SCALE_SET_PUBLIC_IP_TYPE,
    PublicIPAddress,
    PublicIPPrefix,
)
from inspector.resources.resource_group import InventoryItem, ResourceGroup
from inspector.resources.route_table import Route, RouteTable
from inspector.resources.virtual_machine import AvailabilitySet, ScaleSet, VirtualMachine
from inspector.resources.virtual_network import Peering, Subnet, SubnetUsage, VirtualNetwork

_KINDS: tuple[type[Resource], ...] = (
    AgentPool,
    AvailabilitySet,
    LoadBalancer,
    Machine,
    ManagedCluster,
    NATGateway,
    NetworkInterface,
    NetworkSecurityGroup,
    PrivateDNSZone,
    PrivateEndpoint,
    PublicIPAddress,
    PublicIPPrefix,
    ResourceGroup,
    RouteTable,
    ScaleSet,
    VirtualMachine,
    VirtualNetwork,
    VirtualNetworkLink,
)

DOCUMENT_KINDS = {kind.arm_type.lower(): kind for kind in _KINDS} | {
    SCALE_SET_INTERFACE_TYPE.lower(): NetworkInterface,
    SCALE_SET_PUBLIC_IP_TYPE.lower(): PublicIPAddress,
}
"""The types that have documents of their own, by folded ARM type."""


ENTRY_KINDS: dict[str, type[InventoryItem | SubnetUsage]] = {
    InventoryItem.arm_type.lower(): InventoryItem,
    SubnetUsage.arm_type.lower(): SubnetUsage,
}
"""The types whose lists have entries that are not documents, by folded ARM type."""


def parse_document(resource_id: ResourceId, raw: msgspec.Raw | bytes) -> Resource | None:
    """Parse one document by the type its id names; ``None`` for a type we do not read.

    Raises ``msgspec.ValidationError`` naming the JSON path when the shape is not ARM's.
    """
    kind = DOCUMENT_KINDS.get(resource_id.type.lower())
    if kind is None:
        return None
    document = kind.parse(raw)
    if document.id != resource_id:
        raise msgspec.ValidationError(f"Expected the id {resource_id} - at `$.id`")
    return document


__all__ = [
    "DOCUMENT_KINDS",
    "ENTRY_KINDS",
    "SCALE_SET_INTERFACE_TYPE",
    "SCALE_SET_PUBLIC_IP_TYPE",
    "AgentPool",
    "AgentPoolProfile",
    "AvailabilitySet",
    "BackendAddress",
    "BackendAddressPool",
    "FrontendIPConfiguration",
    "IPAddress",
    "IPConfiguration",
    "InventoryItem",
    "Link",
    "LoadBalancer",
    "LoadBalancerProfile",
    "LoadBalancingRule",
    "Machine",
    "ManagedCluster",
    "NATGateway",
    "NetworkInterface",
    "NetworkProfile",
    "NetworkSecurityGroup",
    "OutboundRule",
    "Peering",
    "PrivateDNSZone",
    "PrivateEndpoint",
    "Probe",
    "PublicIPAddress",
    "PublicIPPrefix",
    "Reference",
    "Relation",
    "Resource",
    "ResourceGroup",
    "ResourceId",
    "Route",
    "RouteTable",
    "ScaleSet",
    "SecurityRule",
    "Subnet",
    "SubnetUsage",
    "VirtualMachine",
    "VirtualNetwork",
    "VirtualNetworkLink",
    "decode",
    "is_ip_configuration",
    "parse_document",
    "pools_with_machines",
    "same_text",
]
