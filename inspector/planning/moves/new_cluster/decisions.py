"""Clusters of which no command builds the like: what is to be decided for another one.

Sources: AKS "concepts-network-isolated", "intro-aks-automatic" and "use-byo-cni".
"""

from collections.abc import Iterator
from typing import Final

from inspector.resources import ManagedCluster, same_text

_KNOWN_WAYS: Final = frozenset(
    {"loadbalancer", "userdefinedrouting", "managednatgateway", "userassignednatgateway"}
)
_NO_WAY: Final = frozenset({"none", "block"})


def decisions(cluster: ManagedCluster) -> tuple[str, ...]:
    """Return what is open where a command would build something else, none where none is."""
    return tuple(_decisions(cluster))


def _decisions(cluster: ManagedCluster) -> Iterator[str]:
    profile, bootstrap = cluster.properties.network_profile, cluster.properties.bootstrap_profile
    way = (profile.outbound_type or "loadBalancer").lower()
    if way in _NO_WAY:
        registry = (bootstrap.container_registry_id or "").rpartition("/")[2]
        source = f"today {registry}" if registry else "none that ARM shows"
        yield (
            f"Nothing leaves this cluster (outboundType {profile.outbound_type}): decide from "
            f"which registry the nodes of the new one get AKS's images ({source}), by which "
            "private endpoint they reach it, and what else they have to reach."
        )
    elif way not in _KNOWN_WAYS:
        yield (
            f"Its outboundType {profile.outbound_type} is not known here: decide how the nodes of "
            "the new one leave."
        )
    if same_text(cluster.sku.name, "Automatic"):
        yield (
            "AKS Automatic chooses the network model itself: decide whether a cluster of SKU Base "
            "will do, and who looks after what Automatic does today, as nodes, upgrades and "
            "policies."
        )
    if same_text(profile.network_plugin, "none"):
        yield (
            "Pods have their addresses from a CNI of your own: decide what takes the place of its "
            "policies, its encryption and its way out."
        )
