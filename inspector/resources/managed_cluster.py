"""``Microsoft.ContainerService/managedClusters`` and what hangs below it: pools and machines."""

from collections.abc import Iterator
from typing import ClassVar

import msgspec

from inspector.resource_id import ResourceId
from inspector.resources.arm import (
    Link,
    Reference,
    Relation,
    Resource,
    Wire,
    refer,
    same_text,
)


class OutboundIPs(Wire, frozen=True):
    """Outbound addresses the user brought."""

    public_ips: tuple[Reference, ...] = msgspec.field(name="publicIPs", default=())


class OutboundIPPrefixes(Wire, frozen=True):
    """Outbound prefixes the user brought."""

    public_ip_prefixes: tuple[Reference, ...] = msgspec.field(name="publicIPPrefixes", default=())


class LoadBalancerProfile(Wire, frozen=True):
    """``networkProfile.loadBalancerProfile``; absent with a Basic load balancer."""

    outbound_ips: OutboundIPs = msgspec.field(name="outboundIPs", default=OutboundIPs())
    outbound_ip_prefixes: OutboundIPPrefixes = msgspec.field(
        name="outboundIPPrefixes", default=OutboundIPPrefixes()
    )
    effective_outbound_ips: tuple[Reference, ...] = msgspec.field(
        name="effectiveOutboundIPs", default=()
    )
    allocated_outbound_ports: int | None = None
    idle_timeout_in_minutes: int | None = None
    backend_pool_type: str | None = None


class NATGatewayProfile(Wire, frozen=True):
    """``networkProfile.natGatewayProfile``."""

    effective_outbound_ips: tuple[Reference, ...] = msgspec.field(
        name="effectiveOutboundIPs", default=()
    )
    idle_timeout_in_minutes: int | None = None


class NetworkProfile(Wire, frozen=True):
    """``properties.networkProfile`` as stored; clusters of 2018 have none."""

    network_plugin: str | None = None
    network_plugin_mode: str | None = None
    network_policy: str | None = None
    network_dataplane: str | None = None
    pod_cidr: str | None = None
    pod_cidrs: tuple[str, ...] = ()
    service_cidr: str | None = None
    service_cidrs: tuple[str, ...] = ()
    dns_service_ip: str | None = msgspec.field(name="dnsServiceIP", default=None)
    docker_bridge_cidr: str | None = None
    ip_families: tuple[str, ...] = ()
    outbound_type: str | None = None
    load_balancer_sku: str | None = None
    load_balancer_profile: LoadBalancerProfile = LoadBalancerProfile()
    nat_gateway_profile: NATGatewayProfile = NATGatewayProfile()

    @property
    def all_pod_cidrs(self) -> tuple[str, ...]:
        """The plural field, else the singular one that older clusters have alone."""
        return self.pod_cidrs or _one(self.pod_cidr)

    @property
    def all_service_cidrs(self) -> tuple[str, ...]:
        """The plural field, else the singular one that older clusters have alone."""
        return self.service_cidrs or _one(self.service_cidr)

    @property
    def is_dual_stack(self) -> bool:
        """Whether nodes and pods carry IPv6 beside IPv4."""
        families = any(same_text(family, "IPv6") for family in self.ip_families)
        return families or len(self.pod_cidrs) > 1


class PowerState(Wire, frozen=True):
    """``Running`` or ``Stopped``."""

    code: str | None = None


class AgentPoolProfile(Wire, frozen=True):
    """A pool's properties: flat in the cluster, under ``properties`` in its own document."""

    name: str = ""
    count: int | None = None
    vm_size: str | None = None
    os_type: str | None = None
    os_sku: str | None = msgspec.field(name="osSKU", default=None)
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

    def placement(self, source: ResourceId) -> Iterator[Link]:
        """Yield the subnets the pool's nodes and pods draw from."""
        if self.vnet_subnet_id is not None:
            yield Link(source, Relation.IN_SUBNET, self.vnet_subnet_id)
        if self.pod_subnet_id is not None:
            yield Link(source, Relation.PODS_IN_SUBNET, self.pod_subnet_id)


class AgentPool(Resource, frozen=True):
    """A node pool as a resource of its own."""

    arm_type: ClassVar[str] = "Microsoft.ContainerService/managedClusters/agentPools"

    properties: AgentPoolProfile = AgentPoolProfile()

    def links(self) -> Iterator[Link]:
        """Yield the pool's subnets."""
        return self.properties.placement(self.id)


class APIServerAccessProfile(Wire, frozen=True):
    """How the API server is reached; absent means a public one without restrictions."""

    enable_private_cluster: bool | None = None
    enable_vnet_integration: bool | None = None
    subnet_id: str | None = None
    authorized_ip_ranges: tuple[str, ...] = msgspec.field(name="authorizedIPRanges", default=())
    private_dns_zone: str | None = msgspec.field(name="privateDNSZone", default=None)

    def __post_init__(self) -> None:
        if self.subnet_id:  # empty in clusters that have none
            ResourceId(self.subnet_id)


class AddonProfile(Wire, frozen=True):
    """One add-on of the cluster."""

    enabled: bool = False


class WebAppRouting(Wire, frozen=True):
    """The application routing add-on."""

    enabled: bool = False


class IngressProfile(Wire, frozen=True):
    """``properties.ingressProfile``."""

    web_app_routing: WebAppRouting = WebAppRouting()


class ManagedClusterProperties(Wire, frozen=True):
    """``properties`` of a cluster."""

    provisioning_state: str | None = None
    power_state: PowerState = PowerState()
    kubernetes_version: str | None = None
    current_kubernetes_version: str | None = None
    dns_prefix: str | None = None
    fqdn: str | None = None
    private_fqdn: str | None = msgspec.field(name="privateFQDN", default=None)
    node_resource_group: str | None = None
    agent_pool_profiles: tuple[AgentPoolProfile, ...] = ()
    network_profile: NetworkProfile = NetworkProfile()
    api_server_access_profile: APIServerAccessProfile = APIServerAccessProfile()
    addon_profiles: dict[str, AddonProfile] = msgspec.field(default_factory=dict)
    ingress_profile: IngressProfile = IngressProfile()

    def __post_init__(self) -> None:
        names = [pool.name for pool in self.agent_pool_profiles]
        for name in (*names, self.node_resource_group or "-"):
            if not name or "/" in name:
                raise ValueError(f"not a name of a pool or resource group: {name!r}")


class ManagedCluster(Resource, frozen=True):
    """The AKS resource."""

    arm_type: ClassVar[str] = "Microsoft.ContainerService/managedClusters"

    properties: ManagedClusterProperties = ManagedClusterProperties()

    @property
    def infrastructure_group(self) -> ResourceId | None:
        """The id of the infrastructure (``MC_``) resource group, read, never built."""
        group = self.properties.node_resource_group
        if not group:
            return None
        return ResourceId(f"/subscriptions/{self.id.subscription}/resourceGroups/{group}")

    def pool_id(self, name: str) -> ResourceId:
        """Return the id of the pool of that name."""
        return self.id.child("agentPools", name)

    def links(self) -> Iterator[Link]:
        """Yield the infrastructure group, the pools, their subnets and the outbound addresses."""
        if self.infrastructure_group is not None:
            yield Link(self.id, Relation.MANAGES, self.infrastructure_group)
        for profile in self.properties.agent_pool_profiles:
            pool = self.pool_id(profile.name)
            yield Link(self.id, Relation.CONTAINS, pool)
            yield from profile.placement(pool)
        api_server_subnet = self.properties.api_server_access_profile.subnet_id
        if api_server_subnet:
            yield Link(self.id, Relation.IN_SUBNET, ResourceId(api_server_subnet))
        yield from self._outbound_links()

    def _outbound_links(self) -> Iterator[Link]:
        network = self.properties.network_profile
        balancer, nat = network.load_balancer_profile, network.nat_gateway_profile
        addresses = (
            *balancer.effective_outbound_ips,
            *balancer.outbound_ips.public_ips,
            *nat.effective_outbound_ips,
        )
        for reference in addresses:
            is_prefix = "publicipprefixes" in reference.id.key
            relation = Relation.PUBLIC_IP_PREFIX if is_prefix else Relation.PUBLIC_IP
            yield Link(self.id, relation, reference.id)
        prefixes = balancer.outbound_ip_prefixes.public_ip_prefixes
        yield from refer(self.id, Relation.PUBLIC_IP_PREFIX, *prefixes)


def pools_with_machines(cluster: ManagedCluster) -> tuple[AgentPoolProfile, ...]:
    """Return the pools whose machines AKS lists: not those on availability sets."""
    return tuple(
        pool
        for pool in cluster.properties.agent_pool_profiles
        if not same_text(pool.type, "AvailabilitySet")
    )


class MachineProperties(Wire, frozen=True):
    """``properties`` of a machine."""

    resource_id: ResourceId | None = None


class Machine(Resource, frozen=True):
    """A Kubernetes node as AKS itself counts it."""

    arm_type: ClassVar[str] = "Microsoft.ContainerService/managedClusters/agentPools/machines"

    properties: MachineProperties = MachineProperties()


def _one(value: str | None) -> tuple[str, ...]:
    return (value,) if value else ()
