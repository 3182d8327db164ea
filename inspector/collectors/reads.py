"""Every read this program makes of Azure Resource Manager, in one table.

Documentation and the least-privilege role are generated from it. All of them are GET requests.
"""

from typing import Final

import msgspec

from inspector.resource_id import ResourceId
from inspector.resources import (
    SCALE_SET_INTERFACE_TYPE,
    SCALE_SET_PUBLIC_IP_TYPE,
    AgentPool,
    AvailabilitySet,
    InventoryItem,
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
    SubnetUsage,
    VirtualMachine,
    VirtualNetwork,
    VirtualNetworkLink,
)

_CONTAINER_SERVICE: Final = "2025-05-01"  # the first stable version we rely on for machines
_NETWORK: Final = "2024-07-01"  # the first with a NAT gateway's IPv6 addresses
_COMPUTE: Final = "2024-07-01"
_PRIVATE_DNS: Final = "2020-06-01"
_RESOURCES: Final = "2022-09-01"
_SCALE_SET_NETWORK: Final = "2018-10-01"  # the SDK pins every scale-set network operation to it


class Read(msgspec.Struct, frozen=True, kw_only=True):
    """How one ARM type is read: its api-version, its list's path, the RBAC action it takes.

    ``list_path`` is relative to the scope of the list; a single resource is read at its own id.
    """

    type: str
    api_version: str
    action: str
    list_path: str


class Request(msgspec.Struct, frozen=True):
    """One read to make: a resource, or the list of one type at a scope."""

    read: Read
    target: ResourceId
    is_list: bool

    @property
    def path(self) -> str:
        """The path to GET, without the query."""
        return f"{self.target}/{self.read.list_path}" if self.is_list else str(self.target)


def _in_group(kind: str, api_version: str, action: str | None = None) -> Read:
    return Read(
        type=kind,
        api_version=api_version,
        action=action or f"{kind}/read",
        list_path=f"providers/{kind}",
    )


def _below(kind: str, api_version: str, action: str | None = None) -> Read:
    """Describe a list that is a child segment of its scope."""
    return Read(
        type=kind,
        api_version=api_version,
        action=action or f"{kind}/read",
        list_path=kind.rsplit("/", 1)[1],
    )


CLUSTER: Final = _in_group(ManagedCluster.arm_type, _CONTAINER_SERVICE)
AGENT_POOLS: Final = _below(AgentPool.arm_type, _CONTAINER_SERVICE)
MACHINES: Final = _below(Machine.arm_type, _CONTAINER_SERVICE)
GROUP: Final = _below(
    ResourceGroup.arm_type, _RESOURCES, "Microsoft.Resources/subscriptions/resourceGroups/read"
)
INVENTORY: Final = _below(
    InventoryItem.arm_type,
    _RESOURCES,
    "Microsoft.Resources/subscriptions/resourceGroups/resources/read",
)
SCALE_SET_INTERFACES: Final = _below(
    SCALE_SET_INTERFACE_TYPE,
    _SCALE_SET_NETWORK,
    "Microsoft.Compute/virtualMachineScaleSets/networkInterfaces/read",
)
SCALE_SET_PUBLIC_IPS: Final = _below(
    SCALE_SET_PUBLIC_IP_TYPE,
    _SCALE_SET_NETWORK,
    "Microsoft.Compute/virtualMachineScaleSets/publicIPAddresses/read",
)
SUBNET_USAGES: Final = _below(SubnetUsage.arm_type, _NETWORK)
AVAILABILITY_SETS: Final = _in_group(AvailabilitySet.arm_type, _COMPUTE)
PRIVATE_DNS_ZONES: Final = _in_group(PrivateDNSZone.arm_type, _PRIVATE_DNS)
VIRTUAL_NETWORK_LINKS: Final = _below(VirtualNetworkLink.arm_type, _PRIVATE_DNS)
GROUP_LISTS: Final = (
    _in_group(LoadBalancer.arm_type, _NETWORK),
    _in_group(PublicIPAddress.arm_type, _NETWORK),
    _in_group(PublicIPPrefix.arm_type, _NETWORK),
    _in_group(NetworkInterface.arm_type, _NETWORK),
    _in_group(ScaleSet.arm_type, _COMPUTE),
    _in_group(VirtualMachine.arm_type, _COMPUTE),
    _in_group(VirtualNetwork.arm_type, _NETWORK),
    _in_group(RouteTable.arm_type, _NETWORK),
    _in_group(NetworkSecurityGroup.arm_type, _NETWORK),
    _in_group(NATGateway.arm_type, _NETWORK),
    _in_group(PrivateEndpoint.arm_type, _NETWORK),
)
"""What is listed in every infrastructure group.

Availability sets and private DNS zones are listed only where the cluster has any.
"""

READS: Final = (
    CLUSTER,
    AGENT_POOLS,
    MACHINES,
    GROUP,
    INVENTORY,
    *GROUP_LISTS,
    AVAILABILITY_SETS,
    SCALE_SET_INTERFACES,
    SCALE_SET_PUBLIC_IPS,
    SUBNET_USAGES,
    PRIVATE_DNS_ZONES,
    VIRTUAL_NETWORK_LINKS,
)

_FOREIGN: Final = {
    read.type.lower(): read for read in (*GROUP_LISTS, AVAILABILITY_SETS, PRIVATE_DNS_ZONES)
}


def foreign_request(target: ResourceId) -> Request | None:
    """Return the read of the resource that holds ``target``; ``None`` where there is none."""
    here: ResourceId | None = target
    while here is not None:
        read = _FOREIGN.get(here.type.lower())
        if read is not None:
            return Request(read, here, is_list=False)
        here = here.parent
    return None
