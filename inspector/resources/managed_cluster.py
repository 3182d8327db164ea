"""``Microsoft.ContainerService/managedClusters``."""

from collections.abc import Iterator
from typing import ClassVar, Final

import msgspec

from inspector.resource_id import ResourceId, as_segment
from inspector.resources.agent_pool import AgentPoolProfile, PowerState
from inspector.resources.arm import Link, Relation, Resource, Wire, refer, same_text
from inspector.resources.network_profile import NetworkProfile


class APIServerAccessProfile(Wire, frozen=True):
    """How the API server is reached; absent means a public one without restrictions."""

    enable_private_cluster: bool | None = None
    enable_vnet_integration: bool | None = None
    subnet_id: str | None = None
    authorized_ip_ranges: tuple[str, ...] = msgspec.field(name="authorizedIPRanges", default=())
    private_dns_zone: str | None = msgspec.field(name="privateDNSZone", default=None)
    enable_private_cluster_public_fqdn: bool | None = msgspec.field(
        name="enablePrivateClusterPublicFQDN", default=None
    )
    disable_run_command: bool | None = None

    def __post_init__(self) -> None:
        if self.subnet_id:  # empty in clusters that have none
            ResourceId(self.subnet_id)
        if (self.private_dns_zone or "").startswith("/"):
            ResourceId(self.private_dns_zone or "")

    @property
    def own_dns_zone(self) -> ResourceId | None:
        """The zone the user brought; the field also says ``system`` and ``none``."""
        zone = self.private_dns_zone or ""
        return ResourceId(zone) if zone.startswith("/") else None


_VIRTUAL_NODES: Final = "aciconnectorlinux"
_PREFIX: Final = "Microsoft.Network/publicIPPrefixes"


class AddonProfile(Wire, frozen=True):
    """One add-on of the cluster."""

    enabled: bool = False
    config: dict[str, str] = msgspec.field(default_factory=dict)


class WebAppRoutingNginx(Wire, frozen=True):
    """The add-on's default NGINX controller; ARM's word for having none is the text ``None``."""

    default_ingress_controller_type: str | None = None


class WebAppRouting(Wire, frozen=True):
    """The application routing add-on."""

    enabled: bool = False
    nginx: WebAppRoutingNginx = WebAppRoutingNginx()


class IngressProfile(Wire, frozen=True):
    """``properties.ingressProfile``."""

    web_app_routing: WebAppRouting = WebAppRouting()


class NodeProvisioningProfile(Wire, frozen=True):
    """``properties.nodeProvisioningProfile``: ``Auto`` where AKS makes nodes without a pool."""

    mode: str | None = None


class NodeResourceGroupProfile(Wire, frozen=True):
    """``properties.nodeResourceGroupProfile``: ``ReadOnly`` locks the infrastructure group."""

    restriction_level: str | None = None


class HTTPProxyConfig(Wire, frozen=True):
    """``properties.httpProxyConfig``: the proxy that the nodes ask, pods by their environment."""

    https_proxy: str | None = None


class WindowsProfile(Wire, frozen=True):
    """``properties.windowsProfile``: absent in clusters that were built without Windows."""

    admin_username: str | None = None


class BootstrapProfile(Wire, frozen=True):
    """``properties.bootstrapProfile``: ``Cache`` where images come from a registry of one's own."""

    artifact_source: str | None = None
    container_registry_id: str | None = None


class AADProfile(Wire, frozen=True):
    """``properties.aadProfile``: sign-in by Entra ID; absent in clusters without it."""

    managed: bool | None = None
    enable_azure_rbac: bool | None = msgspec.field(name="enableAzureRBAC", default=None)
    admin_group_object_ids: tuple[str, ...] = msgspec.field(name="adminGroupObjectIDs", default=())
    tenant_id: str | None = msgspec.field(name="tenantID", default=None)


class ServicePrincipalProfile(Wire, frozen=True):
    """``properties.servicePrincipalProfile``: ``msi`` where a managed identity has its place."""

    client_id: str | None = None


class KubeletIdentity(Wire, frozen=True):
    """``identityProfile.kubeletidentity``: the managed identity of the nodes."""

    resource_id: str | None = None


class IdentityProfile(Wire, frozen=True):
    """``properties.identityProfile``."""

    kubeletidentity: KubeletIdentity = KubeletIdentity()


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
    node_provisioning_profile: NodeProvisioningProfile = NodeProvisioningProfile()
    node_resource_group_profile: NodeResourceGroupProfile = NodeResourceGroupProfile()
    http_proxy_config: HTTPProxyConfig = HTTPProxyConfig()
    bootstrap_profile: BootstrapProfile = BootstrapProfile()
    windows_profile: WindowsProfile | None = None
    service_principal_profile: ServicePrincipalProfile = ServicePrincipalProfile()
    identity_profile: IdentityProfile = IdentityProfile()
    aad_profile: AADProfile | None = None
    disable_local_accounts: bool | None = None

    def __post_init__(self) -> None:
        names = [pool.name for pool in self.agent_pool_profiles]
        for name in (*names, self.node_resource_group or "-"):
            if as_segment(name) != name:
                raise ValueError(f"not a name of a pool or resource group: {name!r}")


class ClusterSku(Wire, frozen=True):
    """``sku``: ``Base`` or ``Automatic``, and what is paid for the control plane."""

    name: str | None = None
    tier: str | None = None


class UserAssignedIdentity(Wire, frozen=True):
    """An entry of ``identity.userAssignedIdentities``: its key is the id, roles go by the other."""

    principal_id: str | None = None


class ClusterIdentity(Wire, frozen=True):
    """``identity``: ``SystemAssigned`` or ``UserAssigned``; absent with a service principal.

    ``principal_id`` is the system-assigned one's; the user-assigned ones are by id.
    """

    type: str | None = None
    principal_id: str | None = None
    user_assigned_identities: dict[str, UserAssignedIdentity] = msgspec.field(default_factory=dict)


class ManagedCluster(Resource, frozen=True):
    """The AKS resource."""

    arm_type: ClassVar[str] = "Microsoft.ContainerService/managedClusters"

    sku: ClusterSku = ClusterSku()
    identity: ClusterIdentity = ClusterIdentity()
    properties: ManagedClusterProperties = ManagedClusterProperties()

    @property
    def infrastructure_group(self) -> ResourceId | None:
        """The id of the infrastructure (``MC_``) resource group, read, never built."""
        group = self.properties.node_resource_group
        if not group:
            return None
        return ResourceId(f"/subscriptions/{self.id.subscription}/resourceGroups/{group}")

    @property
    def virtual_nodes(self) -> AddonProfile | None:
        """The add-on of virtual nodes, if it is on; its ``config`` may name ``SubnetName``."""
        addons = self.properties.addon_profiles.items()
        found = (addon for name, addon in addons if name.lower() == _VIRTUAL_NODES)
        return next((addon for addon in found if addon.enabled), None)

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
        zone = self.properties.api_server_access_profile.own_dns_zone
        if zone is not None:
            yield Link(self.id, Relation.RESOLVED_BY, zone)
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
            is_prefix = same_text(reference.id.type, _PREFIX)
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
