"""The network, the ways out and the guards of a new cluster as options of ``az aks create``."""

from typing import Final

from inspector.cluster.move_conditions import Situation, own_subnets
from inspector.network.targets import Target
from inspector.planning.moves.steps import POD_CIDR
from inspector.planning.moves.views import Placeholder
from inspector.resources import ManagedCluster, NetworkProfile, same_text

Options = dict[str, str | None]
"""Options of a command by name; ``None`` leaves one out, and an empty text makes a flag."""

ADDRESSES: Final = Placeholder(
    name="OUTBOUND_IP_IDS",
    meaning="ids of as many other public addresses as this cluster brought, comma between them",
)
PREFIXES: Final = Placeholder(
    name="OUTBOUND_PREFIX_IDS",
    meaning="ids of other public address prefixes than this cluster brought, comma between them",
)
PROXY: Final = Placeholder(
    name="PROXY_FILE",
    meaning="a JSON file with the httpProxyConfig that az aks show prints of this cluster",
)
DNS_ZONE: Final = "system"


def is_cilium(situation: Situation, target: Target) -> bool:
    """Whether the new cluster has the Cilium data plane."""
    profile = situation.today.cluster.properties.network_profile
    return target is Target.CILIUM or same_text(profile.network_dataplane, "cilium")


def network_options(situation: Situation, target: Target, pod_cidr: str | None) -> Options:
    """Return how pods get addresses, who decides on their traffic, and the ranges of services."""
    profile = situation.today.cluster.properties.network_profile
    is_overlay = target in {Target.OVERLAY, Target.CILIUM}
    has_cilium = is_cilium(situation, target)
    policy = None if same_text(profile.network_policy or "none", "none") else profile.network_policy
    return {
        "network_plugin": "azure",
        "network_plugin_mode": "overlay" if is_overlay else None,
        "network_dataplane": "cilium" if has_cilium else None,
        "network_policy": "cilium" if has_cilium and policy else policy,
        "pod_cidr": (pod_cidr or POD_CIDR.name) if is_overlay else None,
        "service_cidr": _of_ipv4(profile.all_service_cidrs),
        "dns_service_ip": profile.dns_service_ip,
        "load_balancer_sku": "standard",
        **_way_out(profile),
    }


def _of_ipv4(ranges: tuple[str, ...]) -> str | None:
    return next((each for each in ranges if ":" not in each), None)


def _way_out(profile: NetworkProfile) -> Options:
    balancer, gateway = profile.load_balancer_profile, profile.nat_gateway_profile
    way = profile.outbound_type or "loadBalancer"
    common: Options = {
        "outbound_type": way,
        "load_balancer_backend_pool_type": balancer.backend_pool_type,
    }
    if same_text(way, "managedNATGateway"):
        return {
            **common,
            "nat_gateway_managed_outbound_ip_count": _number(
                gateway.managed_outbound_ip_profile.count
            ),
            "nat_gateway_idle_timeout": _number(gateway.idle_timeout_in_minutes),
        }
    if not same_text(way, "loadBalancer"):
        return common
    managed = balancer.managed_outbound_ips
    has_prefixes = bool(balancer.outbound_ip_prefixes.public_ip_prefixes)
    return {
        **common,
        "load_balancer_managed_outbound_ip_count": _number(managed.count) if managed else None,
        "load_balancer_outbound_ips": ADDRESSES.name if balancer.outbound_ips.public_ips else None,
        "load_balancer_outbound_ip_prefixes": PREFIXES.name if has_prefixes else None,
        "load_balancer_outbound_ports": _number(balancer.allocated_outbound_ports),
        "load_balancer_idle_timeout": _number(balancer.idle_timeout_in_minutes),
    }


def _number(value: int | None) -> str | None:
    return str(value) if value is not None else None


def guard_options(situation: Situation) -> Options:
    """Return who reaches the API server, who signs in, and what the cluster trusts."""
    cluster = situation.today.cluster
    properties = cluster.properties
    bootstrap, aad = properties.bootstrap_profile, properties.aad_profile
    is_locked = same_text(properties.node_resource_group_profile.restriction_level, "ReadOnly")
    has_cache = same_text(bootstrap.artifact_source, "Cache")
    options: Options = {
        **_api_server(cluster, has_network=bool(own_subnets(situation.today))),
        "disable_local_accounts": "" if properties.disable_local_accounts else None,
        "nrg_lockdown_restriction_level": "ReadOnly" if is_locked else None,
        "http_proxy_config": PROXY.name if properties.http_proxy_config.https_proxy else None,
        "bootstrap_artifact_source": "Cache" if has_cache else None,
        "bootstrap_container_registry_resource_id": bootstrap.container_registry_id
        if has_cache
        else None,
    }
    if aad is not None and aad.managed:
        options |= {
            "enable_aad": "",
            "aad_tenant_id": aad.tenant_id,
            "aad_admin_group_object_ids": ",".join(aad.admin_group_object_ids) or None,
            "enable_azure_rbac": "" if aad.enable_azure_rbac else None,
        }
    return options


def _api_server(cluster: ManagedCluster, *, has_network: bool) -> Options:
    """Return who reaches the API server; a private one takes no authorized ranges.

    The subnet of an API server may serve several clusters (AKS: "api-server-vnet-integration").
    """
    access = cluster.properties.api_server_access_profile
    options: Options = {
        "disable_run_command": "" if access.disable_run_command else None,
        "enable_apiserver_vnet_integration": "" if access.enable_vnet_integration else None,
        "apiserver_subnet_id": access.subnet_id
        if access.enable_vnet_integration and has_network
        else None,
    }
    if access.enable_private_cluster:
        is_hidden = access.enable_private_cluster_public_fqdn is False
        return {
            "enable_private_cluster": "",
            "private_dns_zone": access.private_dns_zone or DNS_ZONE,
            "disable_public_fqdn": "" if is_hidden else None,
            **options,
        }
    ranges = ",".join(access.authorized_ip_ranges)
    return {"api_server_authorized_ip_ranges": ranges or None, **options}
