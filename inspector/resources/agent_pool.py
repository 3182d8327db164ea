"""``agentPools`` and the machines AKS counts in them."""

from collections.abc import Iterator
from typing import ClassVar

import msgspec

from inspector.resource_id import ResourceId
from inspector.resources.arm import Link, Relation, Resource, Wire


class PowerState(Wire, frozen=True):
    """``Running`` or ``Stopped``."""

    code: str | None = None


class UpgradeSettings(Wire, frozen=True):
    """How many nodes more a pool has while it upgrades, and how many it does without.

    Each is a number, or a percentage.
    """

    max_surge: str | None = None
    max_unavailable: str | None = None


class VirtualMachineNodes(Wire, frozen=True):
    """How many nodes of one size a pool of single virtual machines has."""

    size: str | None = None
    count: int | None = None


class MachineScale(Wire, frozen=True):
    """How many machines of one size: a number, or the autoscaler's limits."""

    max_count: int | None = None


class VirtualMachinesScale(Wire, frozen=True):
    """``virtualMachinesProfile.scale``: one entry for each size that the autoscaler may add."""

    autoscale: tuple[MachineScale, ...] = ()


class VirtualMachinesProfile(Wire, frozen=True):
    """``virtualMachinesProfile`` of a pool of single virtual machines."""

    scale: VirtualMachinesScale = VirtualMachinesScale()


class HostPorts(Wire, frozen=True):
    """An entry of ``allowedHostPorts``: ports of the nodes that AKS opens in its security group."""

    port_start: int | None = None
    port_end: int | None = None
    protocol: str | None = None


class AgentPoolNetworkProfile(Wire, frozen=True):
    """``networkProfile`` of a pool."""

    allowed_host_ports: tuple[HostPorts, ...] = ()


class AgentPoolProfile(Wire, frozen=True):
    """A pool's properties: flat in the cluster, under ``properties`` in its own document."""

    name: str = ""
    count: int | None = None
    vm_size: str | None = None
    os_type: str | None = None
    os_sku: str | None = msgspec.field(name="osSKU", default=None)
    node_image_version: str | None = None
    availability_zones: tuple[str, ...] = ()
    enable_custom_ca_trust: bool | None = msgspec.field(name="enableCustomCATrust", default=None)
    mode: str | None = None
    type: str | None = None
    max_pods: int | None = None
    vnet_subnet_id: ResourceId | None = msgspec.field(name="vnetSubnetID", default=None)
    pod_subnet_id: ResourceId | None = msgspec.field(name="podSubnetID", default=None)
    pod_ip_allocation_mode: str | None = msgspec.field(name="podIPAllocationMode", default=None)
    enable_auto_scaling: bool | None = None
    min_count: int | None = None
    max_count: int | None = None
    orchestrator_version: str | None = None
    current_orchestrator_version: str | None = None
    provisioning_state: str | None = None
    power_state: PowerState = PowerState()
    scale_set_priority: str | None = None
    scale_down_mode: str | None = None
    node_labels: dict[str, str] = msgspec.field(default_factory=dict)
    node_taints: tuple[str, ...] = ()
    os_disk_size_gb: int | None = msgspec.field(name="osDiskSizeGB", default=None)
    os_disk_type: str | None = None
    enable_encryption_at_host: bool | None = None
    enable_fips: bool | None = msgspec.field(name="enableFIPS", default=None)
    enable_node_public_ip: bool | None = msgspec.field(name="enableNodePublicIP", default=None)
    node_public_ip_prefix_id: ResourceId | None = msgspec.field(
        name="nodePublicIPPrefixID", default=None
    )
    upgrade_settings: UpgradeSettings = UpgradeSettings()
    network_profile: AgentPoolNetworkProfile = AgentPoolNetworkProfile()
    virtual_machines_profile: VirtualMachinesProfile = VirtualMachinesProfile()
    virtual_machine_nodes_status: tuple[VirtualMachineNodes, ...] = ()

    @property
    def node_count(self) -> int | None:
        """The nodes AKS says there are; a pool of single machines has a count for each size."""
        if self.count is not None or not self.virtual_machine_nodes_status:
            return self.count
        return sum(each.count or 0 for each in self.virtual_machine_nodes_status)

    def placement(self, source: ResourceId) -> Iterator[Link]:
        """Yield the subnets the pool's nodes and pods draw from."""
        if self.vnet_subnet_id is not None:
            yield Link(source, Relation.IN_SUBNET, self.vnet_subnet_id)
        if self.pod_subnet_id is not None:
            yield Link(source, Relation.PODS_IN_SUBNET, self.pod_subnet_id)
        if self.node_public_ip_prefix_id is not None:
            yield Link(source, Relation.PUBLIC_IP_PREFIX, self.node_public_ip_prefix_id)


class AgentPool(Resource, frozen=True):
    """A node pool as a resource of its own."""

    arm_type: ClassVar[str] = "Microsoft.ContainerService/managedClusters/agentPools"

    properties: AgentPoolProfile = AgentPoolProfile()

    def links(self) -> Iterator[Link]:
        """Yield the pool's subnets."""
        return self.properties.placement(self.id)


class MachineProperties(Wire, frozen=True):
    """``properties`` of a machine."""

    resource_id: ResourceId | None = None


class Machine(Resource, frozen=True):
    """A Kubernetes node as AKS itself counts it."""

    arm_type: ClassVar[str] = "Microsoft.ContainerService/managedClusters/agentPools/machines"

    properties: MachineProperties = MachineProperties()
