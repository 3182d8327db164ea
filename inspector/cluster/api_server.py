"""What AKS makes for the way to the API server: endpoint, zone, load balancer and subnet."""

from collections.abc import Iterable
from typing import Final

from inspector.resource_id import ResourceId
from inspector.resources import (
    LoadBalancer,
    ManagedCluster,
    PrivateDNSZone,
    PrivateEndpoint,
    VirtualNetworkLink,
    same_text,
)
from inspector.topology import Topology

API_SERVER: Final = "kube-apiserver"
"""What AKS names the API server's private endpoint, or its load balancer (facts, C.1 and H)."""

OWN_API_SERVER: Final = "API server of this cluster"

AZURE_RESOLVER: Final = "168.63.129.16"
"""Azure's own resolver: the one that answers from the zones a network is linked to (facts, H)."""


def service_of_endpoint(topology: Topology, endpoint: PrivateEndpoint) -> str | None:
    """Return what a private endpoint leads to, by name; ``None`` if it names no service."""
    targets = (each.properties.private_link_service_id for each in endpoint.connections)
    words = [_service_words(topology, each) for each in targets if each is not None]
    if OWN_API_SERVER in words or (not words and is_api_server(topology, endpoint.id)):
        return OWN_API_SERVER
    return ", ".join(words) or None


def is_api_server(topology: Topology, resource_id: ResourceId) -> bool:
    """Whether the name, and the group it stands in, are those of the cluster's own API server."""
    group = topology.cluster.infrastructure_group
    is_ours = group is not None and resource_id.resource_group_id == group
    return is_ours and resource_id.name.lower() == API_SERVER


def _service_words(topology: Topology, target: ResourceId) -> str:
    if target == topology.snapshot.cluster:
        return OWN_API_SERVER
    if target.type.lower() == ManagedCluster.arm_type.lower():
        return f"API server of AKS cluster {target.name}"
    return f"{target.name} ({target.type.rpartition('/')[2]})"


def endpoints_seen(topology: Topology) -> tuple[PrivateEndpoint, ...]:
    """Return the private endpoints that lead to the API server, as far as they were seen."""
    return tuple(
        each
        for each in topology.all(PrivateEndpoint)
        if service_of_endpoint(topology, each) == OWN_API_SERVER
    )


def find_load_balancer(topology: Topology) -> LoadBalancer | None:
    """Return the load balancer in front of an integrated API server.

    Raises ``NotCollected`` if it was not seen and may be hidden.
    """
    own = (each for each in topology.all(LoadBalancer) if is_api_server(topology, each.id))
    found = next(own, None)
    if found is None:
        topology.listed(_group(topology), LoadBalancer)
    return found


def subnet_of_api_server(topology: Topology, balancer: LoadBalancer | None) -> ResourceId | None:
    """Return the subnet of an integrated API server, by the cluster or by its load balancer.

    The cluster's field is empty where AKS made the subnet: then the frontend stands in it.
    """
    named = topology.cluster.properties.api_server_access_profile.subnet_id
    if named:
        return ResourceId(named)
    frontends = balancer.properties.frontend_ip_configurations if balancer is not None else ()
    subnets = (each.properties.subnet for each in frontends)
    return next((each.id for each in subnets if each is not None), None)


def is_api_server_zone(topology: Topology, zone: str) -> bool:
    """Whether a private zone is the one that has the cluster's own API server's name."""
    name = topology.cluster.properties.private_fqdn or ""
    return name.lower().endswith(f".{zone.lower()}")


def find_zone(topology: Topology) -> PrivateDNSZone | None:
    """Return the zone the user brought, else the one in the group that the private FQDN is in.

    Without that name the group's only zone is it. Raises ``NotCollected`` if that is hidden.
    """
    properties = topology.cluster.properties
    own = properties.api_server_access_profile.own_dns_zone
    if own is not None:
        return topology.get(own, PrivateDNSZone)
    zones = topology.listed(_group(topology), PrivateDNSZone)
    if not properties.private_fqdn and len(zones) == 1:
        return zones[0]
    return next((each for each in zones if is_api_server_zone(topology, each.title)), None)


def _group(topology: Topology) -> ResourceId:
    """Return the infrastructure group; clusters of 2018 name none, and nothing was listed."""
    return topology.cluster.infrastructure_group or topology.cluster.id


def is_linked(links: Iterable[VirtualNetworkLink], network: ResourceId) -> bool:
    """Whether one of a zone's links lets the network ask it."""
    return any(
        each.properties.virtual_network is not None
        and each.properties.virtual_network.id == network
        and same_text(each.properties.virtual_network_link_state, "Completed")
        for each in links
    )


def own_resolvers(servers: tuple[str, ...]) -> tuple[str, ...]:
    """Return a network's DNS servers, none of them if it may ask Azure's own resolver."""
    return () if AZURE_RESOLVER in servers else servers
