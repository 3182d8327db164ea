"""What a private endpoint leads to, and how the cluster's own API server is told."""

from typing import Final

from inspector.resource_id import ResourceId
from inspector.resources import ManagedCluster, PrivateEndpoint
from inspector.topology import Topology

API_SERVER: Final = "kube-apiserver"
"""What AKS names the API server's private endpoint, or its load balancer (facts, C.1 and H)."""

OWN_API_SERVER: Final = "API server of this cluster"


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
