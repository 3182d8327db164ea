"""Clusters of any size, in the shape ARM gives them.

``python -m benchmarks.clusters FILE NODES ADDRESSES`` writes an Azure CNI cluster's snapshot.
"""

import sys
from pathlib import Path
from typing import Final

from fixtures.assemble import assemble
from fixtures.connections import connected
from fixtures.documents import (
    Document,
    agent_pool,
    agent_pool_profile,
    cluster_id,
    group_id,
    guid,
    managed_cluster,
    network_profile,
    network_security_group,
    outbound_public_ip,
    resource_group,
    resource_id,
    subnet,
    virtual_network,
)
from fixtures.pools import ScaleSetPool, consecutive_addresses, pool_documents
from fixtures.services import Service, public_balancer, service_public_ip
from inspector.snapshot import Snapshot, save_snapshot

_RESOURCE_GROUP: Final = "rg-bench"
_NAME: Final = "aks-bench"
_LOCATION: Final = "westeurope"
_VERSION: Final = "1.30.9"
_CLUSTER: Final = cluster_id(_RESOURCE_GROUP, _NAME)
_GROUP: Final = group_id(f"MC_{_RESOURCE_GROUP}_{_NAME}_{_LOCATION}")
_NETWORK: Final = resource_id(_GROUP, "Microsoft.Network/virtualNetworks", "aks-vnet-42906158")
_SUBNET: Final = f"{_NETWORK}/subnets/aks-subnet"
_SECURITY_GROUP: Final = "aks-agentpool-42906158-nsg"
_OUTBOUND: Final = resource_id(
    _GROUP, "Microsoft.Network/publicIPAddresses", guid("outbound", _NAME)
)
_SERVICE: Final = Service(
    namespace="ingress-nginx",
    name="ingress-nginx-controller",
    ports={80: 31506, 443: 30962},
    address="203.0.113.140",
)


def cni_cluster(nodes: int, addresses_per_node: int) -> Snapshot:
    """Return an Azure CNI node-subnet cluster with one pool of ``nodes`` nodes."""
    addresses = consecutive_addresses("10.0.0.4", nodes * addresses_per_node)
    pool = ScaleSetPool(
        cluster=_CLUSTER,
        group=_GROUP,
        name="nodepool1",
        number="75130482",
        location=_LOCATION,
        subnet=_SUBNET,
        addresses=[
            addresses[start : start + addresses_per_node]
            for start in range(0, len(addresses), addresses_per_node)
        ],
        tags={"aks-managed-poolName": "nodepool1"},
    )
    documents = [*_cluster(nodes), *_network(), *_balancing(), *pool_documents(pool)]
    return assemble(connected(documents), _CLUSTER)


def _cluster(nodes: int) -> list[Document]:
    pool = agent_pool_profile("nodepool1", count=nodes, version=_VERSION, max_pods=30)
    network = network_profile("azure", outbound_ips=[_OUTBOUND])
    cluster = managed_cluster(
        _CLUSTER,
        location=_LOCATION,
        version=_VERSION,
        infrastructure_group=_GROUP,
        pools=[pool],
        network=network,
    )
    return [
        cluster,
        agent_pool(_CLUSTER, pool),
        resource_group(_GROUP, location=_LOCATION, managed_by=_CLUSTER),
    ]


def _network() -> list[Document]:
    security_group = resource_id(_GROUP, "Microsoft.Network/networkSecurityGroups", _SECURITY_GROUP)
    nodes = subnet(_NETWORK, "aks-subnet", ["10.0.0.0/16"], security_group=security_group)
    return [
        virtual_network(
            _GROUP,
            "aks-vnet-42906158",
            location=_LOCATION,
            prefixes=["10.0.0.0/8"],
            subnets=[nodes],
        ),
        network_security_group(_GROUP, _SECURITY_GROUP, location=_LOCATION),
    ]


def _balancing() -> list[Document]:
    outbound = outbound_public_ip(
        _GROUP,
        _OUTBOUND.rsplit("/", 1)[1],
        "203.0.113.66",
        location=_LOCATION,
        cluster=_NAME,
        cluster_group=_RESOURCE_GROUP,
    )
    return [
        outbound,
        service_public_ip(_GROUP, _SERVICE, location=_LOCATION),
        public_balancer(_GROUP, location=_LOCATION, outbound_ips=[_OUTBOUND], services=[_SERVICE]),
    ]


if __name__ == "__main__":
    target, nodes, addresses = sys.argv[1:]
    save_snapshot(cni_cluster(int(nodes), int(addresses)), Path(target))
