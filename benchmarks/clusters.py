"""Clusters of any size AKS allows, in the shape ARM gives them; same sizes, same bytes.

``python -m benchmarks.clusters FILE KIND [SIZES]`` writes a snapshot. One limit is passed: the 300
services of two ports make 600 load balancing rules, and Azure lets an interface be in 300.
"""

import argparse
from collections.abc import Callable, Sequence
from ipaddress import ip_network
from itertools import islice
from pathlib import Path
from typing import Any, Final

from fixtures.documents import (
    Document,
    agent_pool_profile,
    load_balancer_profile,
    network_profile,
)
from fixtures.pools import ScaleSetPool, consecutive_addresses, pod_routes, pool_documents
from fixtures.services import Service, service_rules
from fixtures.sites import Site
from inspector.snapshot import Snapshot, save_snapshot

ROUTES_PER_TABLE: Final = 400
NODES_PER_SCALE_SET: Final = 1000
NODES_PER_CLUSTER: Final = 5000
POOLS_PER_CLUSTER: Final = 100
SERVICES_PER_CLUSTER: Final = 300
ADDRESSES_PER_INTERFACE: Final = 256
ADDRESSES_OF_SUBNET: Final = 65_531
PODS_PER_CLUSTER: Final = 200_000
PODS_PER_NODE: Final = 250
_SITE: Final = Site(
    resource_group="rg-bench",
    name="aks-bench",
    location="westeurope",
    version="1.33.5",
    suffix="42906158",
)
_FIRST_NODE: Final = "10.224.0.4"
_KUBENET_PODS: Final = "10.240.0.0/15"
_OVERLAY_PODS: Final = "10.128.0.0/11"
_OUTBOUND_BLOCK: Final = "198.18.0.0/24"
_SERVICE_BLOCK: Final = "198.19.0.0/16"
_FIRST_NODE_PORT: Final = 30000
_FIRST_HEALTH_PORT: Final = 32000
_PORTS_OF_NODE: Final = 256
_PORTS_OF_ADDRESS: Final = 64_000
_PORT_SETS: Final = ((80, 443), (443, 8443), (5671, 5672), (8080, 9090), (1883, 8883))


def kubenet_cluster(nodes: int) -> Snapshot:
    """Return a kubenet cluster of one pool, a route to each node in its table."""
    _require("routes in a table", nodes, ROUTES_PER_TABLE)
    pool = _pools(nodes, 1, addresses_per_node=1, enable_ip_forwarding=True)[0]
    slices = ip_network(_KUBENET_PODS).subnets(new_prefix=24)
    prefixes = {number: str(each) for number, each in zip(range(nodes), slices, strict=False)}
    table = _SITE.route_table(pod_routes(_SITE.route_table_id, pool, prefixes))
    network = [_SITE.network([_SITE.subnet(has_route_table=True)]), table]
    return _cluster([pool], network, "kubenet", max_pods=110, pod_cidr=_KUBENET_PODS)


def cni_cluster(nodes: int, addresses_per_node: int) -> Snapshot:
    """Return an Azure CNI node-subnet cluster, each pod's address on the node's interface.

    A recent node has two addresses less than its pods and itself, those of host-network pods.
    """
    _require("addresses of an interface", addresses_per_node, ADDRESSES_PER_INTERFACE)
    _require("addresses in the subnet", nodes * addresses_per_node, ADDRESSES_OF_SUBNET)
    count = -(-nodes // NODES_PER_SCALE_SET)
    pools = _pools(nodes, count, addresses_per_node=addresses_per_node)
    return _cluster(pools, [_SITE.network()], "azure", max_pods=addresses_per_node + 1)


def overlay_cluster(nodes: int, pools: int, services: int) -> Snapshot:
    """Return an Azure CNI Overlay cluster with public services of two ports each.

    Every second service is answered only by nodes that run it, so it has one probe, not two.
    """
    return _cluster(
        _pools(
            nodes,
            pools,
            addresses_per_node=1,
            enable_ip_forwarding=True,
            tags={"aks-managed-azure-cni-overlay": "true"},
        ),
        [_SITE.network()],
        "azure",
        services=services,
        max_pods=min(PODS_PER_NODE, PODS_PER_CLUSTER // nodes),
        pod_cidr=_OVERLAY_PODS,
        mode="overlay",
        dataplane="azure",
    )


def _pools(nodes: int, count: int, *, addresses_per_node: int, **fields: Any) -> list[ScaleSetPool]:
    """Return the pools with the nodes dealt out evenly, and all their addresses in a row."""
    _require("nodes in a cluster", nodes, NODES_PER_CLUSTER)
    _require("pools in a cluster", count, POOLS_PER_CLUSTER)
    _require("nodes in a scale set", -(-nodes // count), NODES_PER_SCALE_SET)
    every = iter(consecutive_addresses(_FIRST_NODE, nodes * addresses_per_node))
    sizes = [nodes // count + (number < nodes % count) for number in range(count)]
    return [
        _SITE.pool(
            f"pool{number}",
            str(75130482 + number * 1013),
            [list(islice(every, addresses_per_node)) for _ in range(size)],
            **fields,
        )
        for number, size in enumerate(sizes, start=1)
    ]


def _cluster(
    pools: Sequence[ScaleSetPool],
    network: Sequence[Document],
    plugin: str,
    *,
    max_pods: int,
    services: int = 1,
    **profile: Any,
) -> Snapshot:
    nodes = sum(len(pool.addresses) for pool in pools)
    addresses = -(-nodes * _PORTS_OF_NODE // _PORTS_OF_ADDRESS)
    outbound = _hosts(_OUTBOUND_BLOCK, addresses)
    exposed = _services(services)
    profiles = [
        agent_pool_profile(
            pool.name,
            count=len(pool.addresses),
            version=_SITE.version,
            max_pods=max_pods,
            extras={"mode": "User" if place else "System"},
        )
        for place, pool in enumerate(pools)
    ]
    ids = [_SITE.outbound_ip_id(number) for number in range(1, addresses + 1)]
    balancer = load_balancer_profile(ids, allocated_outbound_ports=_PORTS_OF_NODE)
    return _SITE.snapshot(
        _SITE.cluster(profiles, network_profile(plugin, balancer=balancer, **profile)),
        network,
        [_SITE.security_group(service_rules(_SITE.lowered_security_group_id, exposed))],
        *(pool_documents(pool) for pool in pools),
        _SITE.balancing(outbound, exposed, allocated_outbound_ports=_PORTS_OF_NODE),
    )


def _services(count: int) -> list[Service]:
    _require("services in a cluster", count, SERVICES_PER_CLUSTER)
    return [
        Service(
            namespace=f"team-{number % 20:02}",
            name=f"service-{number:03}",
            ports={
                port: _FIRST_NODE_PORT + 2 * number + place
                for place, port in enumerate(_PORT_SETS[number % len(_PORT_SETS)])
            },
            address=address,
            health_check_node_port=_FIRST_HEALTH_PORT + number if number % 2 else None,
        )
        for number, address in enumerate(_hosts(_SERVICE_BLOCK, count))
    ]


def _hosts(block: str, count: int) -> list[str]:
    return [str(each) for each in islice(ip_network(block).hosts(), count)]


def _require(what: str, count: int, most: int) -> None:
    if not 0 < count <= most:
        raise ValueError(f"{count} {what}: 1 to {most} are allowed")


KINDS: Final[dict[str, tuple[Callable[..., Snapshot], dict[str, int]]]] = {
    "kubenet": (kubenet_cluster, {"nodes": 400}),
    "cni": (cni_cluster, {"nodes": 1000, "addresses_per_node": 31}),
    "overlay": (overlay_cluster, {"nodes": 5000, "pools": 10, "services": 300}),
}
"""What makes each kind of cluster, and the sizes it has unless told otherwise."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the snapshot that the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.clusters")
    parser.add_argument("file", type=Path, help="the snapshot to write")
    kinds = parser.add_subparsers(dest="kind", required=True)
    for kind, (make, sizes) in KINDS.items():
        of_kind = kinds.add_parser(kind, help=make.__doc__)
        for name, default in sizes.items():
            of_kind.add_argument(name, type=int, nargs="?", default=default)
    options = parser.parse_args(arguments)
    make, sizes = KINDS[options.kind]
    try:
        cluster = make(*(getattr(options, name) for name in sizes))
    except ValueError as error:
        parser.error(str(error))
    save_snapshot(cluster, options.file)


if __name__ == "__main__":
    main()
