"""Small clusters as ARM would describe them, written by hand."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from inspector.resource_id import ResourceId
from inspector.snapshot import Listing, Snapshot
from inspector.version import __version__

Document = dict[str, Any]

SUBSCRIPTION: Final = "/subscriptions/00000000-0000-0000-0000-000000000001"
CLUSTER: Final = (
    f"{SUBSCRIPTION}/resourcegroups/shop/providers/Microsoft.ContainerService/managedClusters/shop"
)
GROUP: Final = f"{SUBSCRIPTION}/resourceGroups/MC_shop_shop_westeurope"
FOREIGN: Final = f"{SUBSCRIPTION}/resourceGroups/network/providers/Microsoft.Network"
VNET: Final = f"{FOREIGN}/virtualNetworks/hub"
CAPTURED_AT: Final = datetime(2026, 3, 1, 12, tzinfo=UTC)

_GROUP_TYPES: Final = (
    "Microsoft.Compute/virtualMachineScaleSets",
    "Microsoft.Compute/virtualMachines",
    "Microsoft.Network/loadBalancers",
    "Microsoft.Network/natGateways",
    "Microsoft.Network/networkInterfaces",
    "Microsoft.Network/networkSecurityGroups",
    "Microsoft.Network/privateEndpoints",
    "Microsoft.Network/publicIPAddresses",
    "Microsoft.Network/publicIPPrefixes",
    "Microsoft.Network/routeTables",
    "Microsoft.Network/virtualNetworks",
)
_BELOW: Final = {
    "microsoft.containerservice/managedclusters": (
        "Microsoft.ContainerService/managedClusters/agentPools"
    ),
    "microsoft.containerservice/managedclusters/agentpools": (
        "Microsoft.ContainerService/managedClusters/agentPools/machines"
    ),
    "microsoft.compute/virtualmachinescalesets": (
        "Microsoft.Compute/virtualMachineScaleSets/virtualMachines/networkInterfaces"
    ),
}
_INVENTORY: Final = "Microsoft.Resources/resourceGroups/resources"
_USAGES: Final = "Microsoft.Network/virtualNetworks/usages"


def snapshot_of(
    documents: Sequence[Document],
    *,
    absent: Iterable[str] = (),
    usages: Mapping[str, Sequence[Document]] | None = None,
) -> Snapshot:
    """Return the complete snapshot of a cluster that has these documents.

    Every list a collection makes is there; ``usages`` gives the entries of a network's.
    """
    by_id = {ResourceId(each["id"]): msgspec.Raw(msgspec.json.encode(each)) for each in documents}
    group = ResourceId(GROUP)
    inside = [each for each in by_id if each.resource_group_id == group and each != group]
    inventory = tuple(
        _raw({"id": str(each), "name": each.name, "type": each.type, "location": "westeurope"})
        for each in inside
        if each.parent == group
    )
    listings = [Listing(scope=group, type=_INVENTORY, entries=inventory)]
    for kind in _GROUP_TYPES:
        ids = sorted(each for each in inside if each.type.lower() == kind.lower())
        listings.append(Listing(scope=group, type=kind, ids=tuple(ids)))
    for scope in by_id:
        below = _BELOW.get(scope.type.lower())
        if below is not None:
            ids = sorted(each for each in by_id if _lies_below(each, scope, below))
            listings.append(Listing(scope=scope, type=below, ids=tuple(ids)))
    for network, entries in (usages or {}).items():
        raws = tuple(_raw(entry) for entry in entries)
        listings.append(Listing(scope=ResourceId(network), type=_USAGES, entries=raws))
    return Snapshot(
        cluster=ResourceId(CLUSTER),
        captured_at=CAPTURED_AT,
        tool_version=__version__,
        documents=dict(sorted(by_id.items(), key=lambda item: item[0].key)),
        absent=tuple(sorted(ResourceId(each) for each in absent)),
        listings=tuple(sorted(listings, key=lambda each: (each.scope, each.type))),
    )


def small_cluster(*, pools: int = 2, nodes: int = 2, frontends: int = 2) -> Snapshot:
    """Return kubenet in a network of the user's own, ``nodes`` in each pool.

    Five foreign resources: the network, the route table and security group of the nodes' subnet,
    an outbound address, and an outbound prefix that is gone. The network's second subnet belongs
    to others.
    """
    names = tuple(f"pool{number}" for number in range(1, pools + 1))
    gone = f"{FOREIGN}/publicIPPrefixes/gone"
    outbound = {
        "outboundIPs": {"publicIPs": [{"id": f"{FOREIGN}/publicIPAddresses/outbound"}]},
        "outboundIPPrefixes": {"publicIPPrefixes": [{"id": gone}]},
    }
    # AKS repeats the id as the user typed it, here with the group in capitals.
    subnet = f"{VNET}/subnets/nodes".replace("/network/", "/NETWORK/")
    documents = [
        cluster_document([{"name": name, "vnetSubnetID": subnet} for name in names], outbound),
        resource(GROUP, managed_by=CLUSTER),
        *(each for name in names for each in _pool(name, nodes, subnet)),
        *_balancer(frontends),
        resource(f"{FOREIGN}/publicIPAddresses/outbound", ipAddress="20.0.0.1"),
        vnet_document(
            nodes={
                "routeTable": {"id": f"{FOREIGN}/routeTables/nodes"},
                "networkSecurityGroup": {"id": f"{FOREIGN}/networkSecurityGroups/nodes"},
            },
            others={
                "routeTable": {"id": f"{FOREIGN}/routeTables/others"},
                "networkSecurityGroup": {"id": f"{FOREIGN}/networkSecurityGroups/others"},
            },
        ),
        resource(f"{FOREIGN}/routeTables/nodes", routes=[]),
        resource(f"{FOREIGN}/networkSecurityGroups/nodes", securityRules=[]),
    ]
    return snapshot_of(documents, absent=[gone], usages={VNET: _usages("nodes", "others")})


def far_cluster() -> Snapshot:
    """Return a cluster whose nodes' addresses lie one step beyond the last wave.

    The pool does not name its subnet: interface, network, NAT gateway, address follow in turn.
    """
    gateway = f"{FOREIGN}/natGateways/far"
    address = f"{FOREIGN}/publicIPAddresses/far"
    documents = [
        cluster_document([{"name": "pool1"}], {}),
        resource(GROUP, managed_by=CLUSTER),
        *_pool("pool1", 1, f"{VNET}/subnets/nodes"),
        vnet_document(nodes={"natGateway": {"id": gateway}}),
        resource(gateway, publicIpAddresses=[{"id": address}]),
        resource(address, ipAddress="20.0.0.2"),
    ]
    return snapshot_of(documents, usages={VNET: _usages("nodes")})


def resource(resource_id: str, *, managed_by: str | None = None, **properties: Any) -> Document:
    """Return a document with the usual envelope."""
    known = ResourceId(resource_id)
    envelope: Document = {"id": resource_id, "name": known.name, "type": known.type}
    if managed_by is not None:
        envelope["managedBy"] = managed_by
    return envelope | {"location": "westeurope", "properties": properties}


def cluster_document(profiles: list[Document], load_balancer_profile: Document) -> Document:
    """Return the document of the cluster with these pools."""
    network = {
        "networkPlugin": "kubenet",
        "podCidr": "10.244.0.0/16",
        "serviceCidr": "10.0.0.0/16",
        "loadBalancerSku": "standard",
        "loadBalancerProfile": load_balancer_profile,
    }
    return resource(
        CLUSTER,
        nodeResourceGroup="MC_shop_shop_westeurope",
        agentPoolProfiles=profiles,
        networkProfile=network,
    )


def vnet_document(**subnets: Document) -> Document:
    """Return the document of the foreign network with these subnets' properties."""
    parts = [
        resource(f"{VNET}/subnets/{name}", addressPrefix=f"10.1.{number}.0/24", **properties)
        for number, (name, properties) in enumerate(subnets.items())
    ]
    return resource(VNET, addressSpace={"addressPrefixes": ["10.1.0.0/16"]}, subnets=parts)


def _pool(name: str, nodes: int, subnet: str) -> list[Document]:
    pool = f"{CLUSTER}/agentPools/{name}"
    scale_set = (
        f"{GROUP}/providers/Microsoft.Compute/virtualMachineScaleSets/aks-{name}-12345678-vmss"
    )
    documents = [
        resource(pool, count=nodes, mode="System"),
        resource(scale_set, orchestrationMode="Uniform"),
    ]
    for number in range(nodes):
        machine = f"{scale_set}/virtualMachines/{number}"
        interface = f"{machine}/networkInterfaces/aks-{name}-12345678-vmss"
        configuration = {
            "id": f"{interface}/ipConfigurations/ipconfig1",
            "properties": {"privateIPAddress": f"10.1.0.{number + 4}", "subnet": {"id": subnet}},
        }
        documents += [
            resource(f"{pool}/machines/aks-{name}-vmss{number:06}", resourceId=machine),
            {"id": interface, "properties": {"ipConfigurations": [configuration]}},
        ]
    return documents


def _balancer(frontends: int) -> list[Document]:
    balancer = f"{GROUP}/providers/Microsoft.Network/loadBalancers/kubernetes"
    addresses = [
        f"{GROUP}/providers/Microsoft.Network/publicIPAddresses/kubernetes-{number}"
        for number in range(frontends)
    ]
    parts = [
        {
            "id": f"{balancer}/frontendIPConfigurations/{ResourceId(address).name}",
            "properties": {"publicIPAddress": {"id": address}},
        }
        for address in addresses
    ]
    return [
        resource(balancer, frontendIPConfigurations=parts),
        *(resource(address, publicIPAllocationMethod="Static") for address in addresses),
    ]


def _usages(*subnets: str) -> list[Document]:
    return [
        {"id": f"{VNET}/subnets/{subnet}", "currentValue": 2.0, "limit": 251.0, "unit": "Count"}
        for subnet in subnets
    ]


def _lies_below(resource_id: ResourceId, scope: ResourceId, kind: str) -> bool:
    return resource_id.type.lower() == kind.lower() and resource_id.key.startswith(scope.key + "/")


def _raw(value: Document) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(value))
