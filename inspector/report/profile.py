"""The AKS resource: its networking profile and its pools."""

from inspector.network.models import describe_network, network_model
from inspector.nodes import pool_profiles
from inspector.report.answer import View
from inspector.resources import AgentPoolProfile, ManagedCluster
from inspector.topology import Topology

_HTTP_APPLICATION_ROUTING = "httpapplicationrouting"


class Pool(View, frozen=True):
    """A node pool as AKS describes it; ``subnet`` is ``None`` in a network AKS made itself."""

    name: str
    mode: str | None
    type: str | None
    os: str | None
    vm_size: str | None
    count: int | None
    autoscaling: str | None
    max_pods: int | None
    subnet: str | None
    pod_subnet: str | None
    version: str | None
    provisioning_state: str | None
    power_state: str | None


class Addon(View, frozen=True):
    """An add-on the cluster knows."""

    name: str
    enabled: bool


class NetworkingProfile(View, frozen=True):
    """The portal's networking blade and what it leaves out; ``None`` is what ARM did not return."""

    cluster: str
    resource_group: str | None
    subscription: str
    location: str | None
    kubernetes_version: str | None
    provisioning_state: str | None
    power_state: str | None
    infrastructure_group: str | None
    model: str
    model_words: str
    network_plugin: str | None
    network_plugin_mode: str | None
    network_dataplane: str | None
    network_policy: str | None
    ip_families: tuple[str, ...]
    pod_cidrs: tuple[str, ...]
    service_cidrs: tuple[str, ...]
    dns_service_ip: str | None
    docker_bridge_cidr: str | None
    dns_prefix: str | None
    fqdn: str | None
    private_fqdn: str | None
    load_balancer_sku: str | None
    outbound_type: str | None
    backend_pool_type: str | None
    http_application_routing: bool | None
    application_routing: bool
    addons: tuple[Addon, ...]
    api_server_access: str
    authorized_ip_ranges: tuple[str, ...]
    private_dns_zone: str | None
    pools: tuple[Pool, ...]


def build_profile(topology: Topology) -> NetworkingProfile:
    """Return the cluster's own description of its network."""
    cluster = topology.cluster
    properties, network = cluster.properties, cluster.properties.network_profile
    access, pools = properties.api_server_access_profile, pool_profiles(topology)
    addons = {name.lower(): addon.enabled for name, addon in properties.addon_profiles.items()}
    return NetworkingProfile(
        cluster=cluster.title,
        resource_group=cluster.id.resource_group,
        subscription=cluster.id.subscription,
        location=cluster.location,
        kubernetes_version=properties.current_kubernetes_version or properties.kubernetes_version,
        provisioning_state=properties.provisioning_state,
        power_state=properties.power_state.code,
        infrastructure_group=properties.node_resource_group,
        model=network_model(network, pools),
        model_words=describe_network(network, pools),
        network_plugin=network.network_plugin,
        network_plugin_mode=network.network_plugin_mode,
        network_dataplane=network.network_dataplane,
        network_policy=network.network_policy,
        ip_families=network.ip_families,
        pod_cidrs=network.all_pod_cidrs,
        service_cidrs=network.all_service_cidrs,
        dns_service_ip=network.dns_service_ip,
        docker_bridge_cidr=network.docker_bridge_cidr,
        dns_prefix=properties.dns_prefix,
        fqdn=properties.fqdn,
        private_fqdn=properties.private_fqdn,
        load_balancer_sku=network.load_balancer_sku,
        outbound_type=network.outbound_type,
        backend_pool_type=network.load_balancer_profile.backend_pool_type,
        http_application_routing=addons.get(_HTTP_APPLICATION_ROUTING),
        application_routing=properties.ingress_profile.web_app_routing.enabled,
        addons=_addons(cluster),
        api_server_access=_api_server_access(cluster),
        authorized_ip_ranges=access.authorized_ip_ranges,
        private_dns_zone=access.private_dns_zone,
        pools=tuple(map(_pool, pools)),
    )


def _addons(cluster: ManagedCluster) -> tuple[Addon, ...]:
    return tuple(
        Addon(name=name, enabled=addon.enabled)
        for name, addon in sorted(cluster.properties.addon_profiles.items())
        if name.lower() != _HTTP_APPLICATION_ROUTING
    )


def _api_server_access(cluster: ManagedCluster) -> str:
    access = cluster.properties.api_server_access_profile
    if access.enable_vnet_integration:
        reach = "private" if access.enable_private_cluster else "public"
        return f"{reach}, with API server VNet integration"
    if access.enable_private_cluster:
        return "private endpoint"
    if access.authorized_ip_ranges:
        return f"public, {len(access.authorized_ip_ranges)} authorised ranges"
    return "public, from any address"


def _pool(profile: AgentPoolProfile) -> Pool:
    limits = f"{profile.min_count}-{profile.max_count}" if profile.enable_auto_scaling else "off"
    system = " ".join(filter(None, (profile.os_type, profile.os_sku)))
    return Pool(
        name=profile.name,
        mode=profile.mode,
        type=profile.type,
        os=system or None,
        vm_size=profile.vm_size or None,
        count=profile.count,
        autoscaling=None if profile.enable_auto_scaling is None else limits,
        max_pods=profile.max_pods,
        subnet=str(profile.vnet_subnet_id) if profile.vnet_subnet_id else None,
        pod_subnet=str(profile.pod_subnet_id) if profile.pod_subnet_id else None,
        version=profile.current_orchestrator_version or profile.orchestrator_version,
        provisioning_state=profile.provisioning_state,
        power_state=profile.power_state.code,
    )
