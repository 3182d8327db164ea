"""The AKS resource: its networking profile and its pools."""

from inspector.network.models import describe_network, network_model
from inspector.nodes import pool_profiles
from inspector.report.answer import View
from inspector.resources import AgentPoolProfile, ManagedCluster, NetworkProfile
from inspector.topology import Topology

_HTTP_APPLICATION_ROUTING = "httpapplicationrouting"


class Pool(View, frozen=True):
    """A node pool as AKS describes it.

    ``subnet`` is ``None`` in a network AKS made itself: ``managed_subnet`` is its name there, if
    it could be seen. ``max_surge`` is how many nodes an upgrade adds, a number or a percentage.
    """

    name: str
    mode: str | None
    type: str | None
    priority: str | None
    os: str | None
    vm_size: str | None
    count: int | None
    autoscaling: str | None
    max_pods: int | None
    max_surge: str | None
    subnet: str | None
    managed_subnet: str | None
    pod_subnet: str | None
    pod_ip_allocation: str | None
    node_public_ip: bool | None
    node_public_ip_prefix: str | None
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
    sku: str | None
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
    load_balancer_sku: str | None
    outbound_type: str | None
    outbound_addresses: str | None
    allocated_outbound_ports: int | None
    backend_pool_type: str | None
    health_probe_mode: str | None
    node_provisioning: str | None
    virtual_nodes_subnet: str | None
    http_application_routing: bool | None
    application_routing: bool
    addons: tuple[Addon, ...]
    pools: tuple[Pool, ...]


def build_profile(topology: Topology) -> NetworkingProfile:
    """Return the cluster's own description of its network."""
    cluster = topology.cluster
    properties, network = cluster.properties, cluster.properties.network_profile
    pools = pool_profiles(topology)
    balancer = network.load_balancer_profile
    addons = {name.lower(): addon.enabled for name, addon in properties.addon_profiles.items()}
    return NetworkingProfile(
        cluster=cluster.title,
        resource_group=cluster.id.resource_group,
        subscription=cluster.id.subscription,
        location=cluster.location,
        sku=", ".join(filter(None, (cluster.sku.name, cluster.sku.tier))) or None,
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
        load_balancer_sku=network.load_balancer_sku,
        outbound_type=network.outbound_type,
        outbound_addresses=_outbound_addresses(network),
        allocated_outbound_ports=balancer.allocated_outbound_ports,
        backend_pool_type=balancer.backend_pool_type,
        health_probe_mode=balancer.cluster_service_load_balancer_health_probe_mode,
        node_provisioning=properties.node_provisioning_profile.mode,
        virtual_nodes_subnet=_virtual_nodes_subnet(cluster),
        http_application_routing=addons.get(_HTTP_APPLICATION_ROUTING),
        application_routing=properties.ingress_profile.web_app_routing.enabled,
        addons=_addons(cluster),
        pools=tuple(_pool(topology, each) for each in pools),
    )


def _addons(cluster: ManagedCluster) -> tuple[Addon, ...]:
    return tuple(
        Addon(name=name, enabled=addon.enabled)
        for name, addon in sorted(cluster.properties.addon_profiles.items())
        if name.lower() != _HTTP_APPLICATION_ROUTING
    )


def _outbound_addresses(network: NetworkProfile) -> str | None:
    """Return who brings the outbound addresses, a NAT gateway's or a load balancer's."""
    gateway, balancer = network.nat_gateway_profile, network.load_balancer_profile
    if gateway.managed_outbound_ip_profile.count:
        return f"made by AKS: {gateway.managed_outbound_ip_profile.count} IPv4"
    managed = balancer.managed_outbound_ips
    if managed is not None:
        families = ((managed.count, "IPv4"), (managed.count_ipv6, "IPv6"))
        return (
            f"made by AKS: {', '.join(f'{number} {name}' for number, name in families if number)}"
        )
    if balancer.outbound_ips.public_ips:
        number = len(balancer.outbound_ips.public_ips)
        return f"own: {number} public IP address{'' if number == 1 else 'es'}"
    number = len(balancer.outbound_ip_prefixes.public_ip_prefixes)
    return f"own: {number} public IP prefix{'' if number == 1 else 'es'}" if number else None


def _virtual_nodes_subnet(cluster: ManagedCluster) -> str | None:
    """Return the subnet of the virtual nodes, in which container instances run."""
    addon = cluster.virtual_nodes
    return None if addon is None else addon.config.get("SubnetName") or "not named"


def _pool(topology: Topology, profile: AgentPoolProfile) -> Pool:
    limits = f"{profile.min_count}-{profile.max_count}" if profile.enable_auto_scaling else "off"
    prefix = profile.node_public_ip_prefix_id
    kind, release = profile.os_type or "", profile.os_sku or ""
    system = release if kind and release.startswith(kind) else f"{kind} {release}".strip()
    return Pool(
        name=profile.name,
        mode=profile.mode,
        type=profile.type,
        priority=profile.scale_set_priority,
        os=system or None,
        vm_size=profile.vm_size or _sizes(profile),
        count=profile.node_count,
        autoscaling=None if profile.enable_auto_scaling is None else limits,
        max_pods=profile.max_pods,
        max_surge=profile.upgrade_settings.max_surge,
        subnet=str(profile.vnet_subnet_id) if profile.vnet_subnet_id else None,
        managed_subnet=None if profile.vnet_subnet_id else _managed_subnet(topology),
        pod_subnet=str(profile.pod_subnet_id) if profile.pod_subnet_id else None,
        pod_ip_allocation=profile.pod_ip_allocation_mode,
        node_public_ip=profile.enable_node_public_ip,
        node_public_ip_prefix=prefix.name if prefix is not None else None,
        version=profile.current_orchestrator_version or profile.orchestrator_version,
        provisioning_state=profile.provisioning_state,
        power_state=profile.power_state.code,
    )


def _sizes(profile: AgentPoolProfile) -> str | None:
    sizes = (each.size for each in profile.virtual_machine_nodes_status if each.size)
    return ", ".join(sizes) or None


def _managed_subnet(topology: Topology) -> str | None:
    return next((subnet.name for subnet in topology.managed_subnets), None)
