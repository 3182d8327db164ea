"""The cluster itself: version, network profile, API access, add-ons."""

from collections.abc import Iterable
from typing import Final

from inspector.changes.answer import Thing, Topic
from inspector.changes.entries import About, Area, Entries, Entry, Key, Said, Value, texts
from inspector.network.addresses import parse_range
from inspector.network.models import NetworkModel, network_model
from inspector.resources import ManagedCluster, NetworkProfile, same_text
from inspector.topology import Topology

CLUSTER_KEY: Final[Key] = (Thing.CLUSTER,)
VERSION: Final = "Kubernetes version"
OUTBOUND_TYPE: Final = "outbound type"
POOL_TYPE: Final = "backend pool type"
PORTS_PER_NODE: Final = "SNAT ports per node"
IDLE_MINUTES: Final = "outbound idle minutes"

_BROKEN: Final = ("failed", "canceled", "deleting")
"""The provisioning states that mean something; the others are settled, or soon will be."""

_RUNNING: Final = "Running"
_MANAGED: Final = "msi"


def state(text: str | None) -> Said:
    """Return a provisioning state: those of a cluster in order, or in motion, are all alike."""
    folded = (text or "").casefold()
    return Said(text, folded if folded in _BROKEN else None)


def power(code: str | None) -> str:
    """Return a power state; documents from before there were any mean a running cluster."""
    return code or _RUNNING


def ports(allocated: int | None) -> Said:
    """Return the SNAT ports given to each node; by default Azure divides them itself."""
    return Said(allocated or None, allocated or None, str(allocated or "automatic"))


def asked_for(wanted: str | None, current: str | None) -> str | None:
    """Return the version that is asked for while another one runs."""
    is_there = wanted is None or current is None or f"{current}.".startswith(f"{wanted}.")
    return None if is_there else wanted


def range_texts(ranges: Iterable[str]) -> Said:
    """Return address ranges, however their host bits and their lengths are written."""
    labels = {canonical_range(each): each for each in texts(ranges)}
    return Said(tuple(labels.values()), tuple(sorted(labels)), labels=labels)


def canonical_range(text: str) -> str:
    """Return a range in one form, ``10.0.0.4`` as ``10.0.0.4/32``; other text folded."""
    try:
        return str(parse_range(text))
    except ValueError:
        return text.casefold()


def _entries(topology: Topology) -> Entries:
    cluster = topology.cluster
    yield (
        CLUSTER_KEY,
        Entry(
            subject=cluster.id,
            about=lambda: About(name=cluster.title),
            values={
                **_of_cluster(cluster),
                **_of_network(cluster),
                **_of_access(cluster),
                **_of_surroundings(cluster),
            },
        ),
    )


def _of_cluster(cluster: ManagedCluster) -> dict[str, Value]:
    properties = cluster.properties
    current = properties.current_kubernetes_version or properties.kubernetes_version
    return {
        "power state": power(properties.power_state.code),
        "provisioning state": state(properties.provisioning_state),
        VERSION: current,
        "version asked for": asked_for(properties.kubernetes_version, current),
    }


def _of_surroundings(cluster: ManagedCluster) -> dict[str, Value]:
    properties = cluster.properties
    restriction = properties.node_resource_group_profile.restriction_level
    return {
        **_of_identity(cluster),
        "infrastructure group": properties.node_resource_group,
        "infrastructure group restriction": restriction or "Unrestricted",
        "node auto-provisioning": properties.node_provisioning_profile.mode or "Manual",
        "HTTPS proxy": properties.http_proxy_config.https_proxy,
        "image source": properties.bootstrap_profile.artifact_source or "Direct",
        "add-ons": texts(_addons(cluster)),
        "SKU": cluster.sku.name,
        "tier": cluster.sku.tier,
    }


def _of_identity(cluster: ManagedCluster) -> dict[str, Value]:
    """Return who the cluster and its nodes are to Azure: roles are granted to these."""
    kubelet = cluster.properties.identity_profile.kubeletidentity.resource_id
    client = cluster.properties.service_principal_profile.client_id
    return {
        "identity": _identity(cluster),
        "kubelet identity": _named((kubelet,) if kubelet else ()),
        "service principal": None if same_text(client, _MANAGED) else client,
    }


def _identity(cluster: ManagedCluster) -> Said:
    """Return the identities: the system-assigned one by its principal, others by their ids."""
    identity = cluster.identity
    if not same_text(identity.type, "SystemAssigned"):
        return _named(identity.user_assigned_identities)
    own = identity.principal_id or ""
    return Said(
        (own,), (own.casefold(),), labels={own.casefold(): f"system-assigned {own}".strip()}
    )


def _named(several: Iterable[str]) -> Said:
    """Return a set of ids, said by the last part of each."""
    found = texts(several)
    labels = {each.casefold(): each.rpartition("/")[2] for each in found}
    return Said(found, tuple(labels), labels=labels)


def _addons(cluster: ManagedCluster) -> list[str]:
    properties = cluster.properties
    enabled = [name for name, addon in properties.addon_profiles.items() if addon.enabled]
    routing = properties.ingress_profile.web_app_routing
    return [*enabled, *(["application routing"] if routing.enabled else [])]


def _of_network(cluster: ManagedCluster) -> dict[str, Value]:
    network = cluster.properties.network_profile
    return {
        "network model": _model(cluster),
        "pod CIDR": range_texts(network.all_pod_cidrs),
        "service CIDR": range_texts(network.all_service_cidrs),
        OUTBOUND_TYPE: network.outbound_type,
        "network data plane": network.network_dataplane or "azure",
        "network policy": network.network_policy or "none",
        "IP families": texts(network.ip_families),
        "DNS service IP": network.dns_service_ip,
        "Docker bridge CIDR": network.docker_bridge_cidr,
        **_of_balancer(network),
        **_of_nat_gateway(network),
    }


def _model(cluster: ManagedCluster) -> Said:
    """Return the network model; a plugin that is not recognised is said as ARM has it."""
    network = cluster.properties.network_profile
    model = network_model(network, cluster.properties.agent_pool_profiles)
    if model is NetworkModel.UNRECOGNISED:
        return Said(network.network_plugin, (network.network_plugin or "").casefold())
    return Said(model, model, model.words)


def _of_balancer(network: NetworkProfile) -> dict[str, Value]:
    profile = network.load_balancer_profile
    managed = profile.managed_outbound_ips
    return {
        "load balancer SKU": network.load_balancer_sku,
        POOL_TYPE: profile.backend_pool_type,
        "health probe mode": profile.cluster_service_load_balancer_health_probe_mode,
        "several load balancers": profile.enable_multiple_standard_load_balancers is True,
        PORTS_PER_NODE: ports(profile.allocated_outbound_ports),
        IDLE_MINUTES: profile.idle_timeout_in_minutes,
        "managed outbound IPs": managed.count if managed is not None else None,
        "managed outbound IPv6": (managed.count_ipv6 or None) if managed is not None else None,
    }


def _of_nat_gateway(network: NetworkProfile) -> dict[str, Value]:
    profile = network.nat_gateway_profile
    managed = profile.managed_outbound_ip_profile
    return {
        "NAT gateway SKU": profile.sku,
        "NAT gateway idle minutes": profile.idle_timeout_in_minutes,
        "NAT gateway managed IPs": managed.count,
        "NAT gateway managed IPv6": managed.count_ipv6 or None,
    }


def _of_access(cluster: ManagedCluster) -> dict[str, Value]:
    properties = cluster.properties
    access = properties.api_server_access_profile
    return {
        "private cluster": access.enable_private_cluster is True,
        "public FQDN of a private cluster": access.enable_private_cluster_public_fqdn is True,
        "authorized IP ranges": range_texts(access.authorized_ip_ranges),
        "API server VNet integration": access.enable_vnet_integration is True,
        "API server subnet": _named((access.subnet_id,) if access.subnet_id else ()),
        "private DNS zone": access.private_dns_zone,
        "FQDN": properties.fqdn,
        "private FQDN": properties.private_fqdn,
    }


CLUSTER: Final = Area(topic=Topic.CLUSTER, thing=Thing.CLUSTER, entries=_entries)
