"""``diff`` of what happens to clusters: each story is told as one, its main fact first."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import msgspec
import pytest

from benchmarks.clusters import kubenet_cluster, overlay_cluster
from fixtures import aging
from fixtures.aging import aged
from fixtures.planting import Fault, Garden
from inspector.changes import Change, Changes, Kind, Thing, diff
from tests.odd_clusters import bundled
from tests.test_changes import leaves, told

IDENTITIES = (
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-shop/providers/"
    "Microsoft.ManagedIdentity/userAssignedIdentities"
)
TABLE = "route table aks-agentpool-30517864-routetable"
NODE = "aks-nodepool1-18264093-vmss00000"


def properties_of(garden: Garden) -> Any:
    return aging.one(garden, aging.CLUSTERS)["properties"]


def moves_to_overlay(garden: Garden) -> None:
    """Do what ``az aks update --network-plugin-mode overlay`` does to a kubenet cluster."""
    network = properties_of(garden)["networkProfile"]
    network.update(networkPlugin="azure", networkPluginMode="overlay", networkDataplane="azure")
    garden.remove(aging.one(garden, aging.TABLES)["id"])
    for subnet in aging.one(garden, aging.NETWORKS)["properties"]["subnets"]:
        subnet["properties"].pop("routeTable", None)
    for scale_set in aging.all_of(garden, aging.SCALE_SETS):
        scale_set["tags"]["aks-managed-azure-cni-overlay"] = "true"


def identity_is_exchanged(garden: Garden) -> None:
    aging.one(garden, aging.CLUSTERS)["identity"] = {
        "type": "UserAssigned",
        "userAssignedIdentities": {f"{IDENTITIES}/id-aks": {"principalId": "5", "clientId": "6"}},
    }


def identity_is_made_anew(garden: Garden) -> None:
    aging.one(garden, aging.CLUSTERS)["identity"]["principalId"] = "another"


def kubelet_identity_is_exchanged(garden: Garden) -> None:
    kubelet = properties_of(garden)["identityProfile"]["kubeletidentity"]
    kubelet["resourceId"] = f"{IDENTITIES}/id-kubelet"


def image_rises(garden: Garden) -> None:
    for pool in properties_of(garden)["agentPoolProfiles"]:
        pool["nodeImageVersion"] = "AKSUbuntu-2204gen2containerd-202511.20.0"


def stops(garden: Garden) -> None:
    """Stop the cluster: its instances go, and with them their routes."""
    properties_of(garden)["powerState"] = {"code": "Stopped"}
    for pool in properties_of(garden)["agentPoolProfiles"]:
        pool.update(powerState={"code": "Stopped"}, count=0)
    for kind in (aging.INTERFACES, aging.MACHINES):
        for document in aging.all_of(garden, kind):
            garden.remove(document["id"])
    for table in aging.all_of(garden, aging.TABLES):
        table["properties"]["routes"] = []


def addresses_of(garden: Garden) -> list[str]:
    return [
        each["properties"]["ipConfigurations"][0]["properties"]["privateIPAddress"]
        for each in aging.all_of(garden, aging.INTERFACES)
    ]


def readdress(garden: Garden, addresses: Mapping[str, str]) -> None:
    """Give the nodes other addresses wherever theirs are written."""
    kinds = (aging.INTERFACES, aging.MACHINES, aging.TABLES, aging.BALANCERS)
    for document in [each for kind in kinds for each in aging.all_of(garden, kind)]:
        garden.add(_exchanged(document, addresses))


def _exchanged(value: Any, texts: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: _exchanged(each, texts) for name, each in value.items()}
    if isinstance(value, list):
        return [_exchanged(each, texts) for each in value]
    return texts.get(value, value) if isinstance(value, str) else value


def nodes_are_reimaged(garden: Garden) -> None:
    """Give every node, which stays the same machine, the address of the next one."""
    every = addresses_of(garden)
    readdress(garden, dict(zip(every, every[1:] + every[:1], strict=True)))


def a_node_is_readdressed(garden: Garden, *, number: int) -> None:
    readdress(garden, {addresses_of(garden)[number]: "10.224.0.99"})


def after(name: str, *happened: Fault) -> Changes:
    return diff(bundled(name), aged(bundled(name), happened))


def heads(changes: Changes) -> list[str]:
    return [each.words for each in changes.tallies]


def tops(changes: Changes) -> list[Change]:
    return [each for topic in changes.topics for each in topic.changes]


def test_a_move_to_overlay_is_told_by_the_model_and_the_route_table() -> None:
    changes = after("kubenet-vmss", moves_to_overlay)
    assert heads(changes) == ["cluster changed (network model)", "1 route table removed"]
    cluster, table = tops(changes)
    assert cluster.words == "network model kubenet → Azure CNI Overlay"
    assert [(each.before, each.after) for each in cluster.fields] == [("kubenet", "cni-overlay")]
    assert table.with_it == "1 route table of subnet detached, 3 routes removed"
    assert [each.check for each in changes.findings.gone] == ["retirements"]
    assert changes.findings.appeared == ()


IDENTITY_CHANGES: dict[str, tuple[Fault, str]] = {
    "exchanged": (
        identity_is_exchanged,
        "identity system-assigned 980a95e0-596d-55aa-8a34-09c76da3bc36 → id-aks",
    ),
    "made anew": (
        identity_is_made_anew,
        "identity system-assigned 980a95e0-596d-55aa-8a34-09c76da3bc36 → system-assigned another",
    ),
    "of the kubelet": (
        kubelet_identity_is_exchanged,
        "kubelet identity aks-shop-agentpool → id-kubelet",
    ),
}


@pytest.mark.parametrize(
    ("change", "words"), IDENTITY_CHANGES.values(), ids=IDENTITY_CHANGES.keys()
)
def test_another_identity_is_a_change(change: Fault, words: str) -> None:
    """Roles are granted to an identity: with another one the cluster may lose its subnet."""
    assert told(after("kubenet-vmss", change)) == [f"cluster aks-shop: {words}"]


def test_a_cluster_without_a_system_assigned_identity_has_those_by_id() -> None:
    def recased(garden: Garden) -> None:
        identity = aging.one(garden, aging.CLUSTERS)["identity"]
        by_id = identity["userAssignedIdentities"]
        identity["userAssignedIdentities"] = {each.upper(): by_id[each] for each in by_id}

    before = aged(bundled("kubenet-vmss"), [identity_is_exchanged])
    assert told(diff(before, aged(before, [recased]))) == []


def test_routes_follow_a_node_that_has_another_address() -> None:
    changes = after("kubenet-vmss", nodes_are_reimaged)
    assert heads(changes) == ["3 nodes changed (address)"]
    assert {each.with_it for each in tops(changes)} == {"1 route changed (next hop)"}


def test_a_route_that_leads_to_another_node_does_not_follow_one() -> None:
    """The route of the third node moves to the first, which has another address as well."""
    changes = after("kubenet-vmss", aging.route_moves, partial(a_node_is_readdressed, number=0))
    assert [each.sentence for each in tops(changes) if each.thing is Thing.ROUTE] == [
        f"route 10.244.0.0/24 of {TABLE}: next hop {NODE}2 (10.224.0.5) → {NODE}0 (10.224.0.99)"
    ]


def test_entries_of_a_pool_of_addresses_follow_their_nodes() -> None:
    changes = after("multi-balancer", nodes_are_reimaged)
    assert {each.thing for each in tops(changes)} == {Thing.NODE}


def test_addresses_of_many_nodes_are_one_change() -> None:
    before = kubenet_cluster(60)
    changes = diff(before, aged(before, [nodes_are_reimaged]))
    (change,) = tops(changes)
    assert change.words == (
        "address: 60 nodes changed, aks-pool1-75131495-vmss000000, aks-pool1-75131495-vmss000001, "
        "aks-pool1-75131495-vmss000002 and 57 more"
    )
    assert change.with_it == "60 routes changed (next hop)"
    assert change.fields == ()
    assert {len(each.fields) for each in change.members} == {1}


def routes_vanish(garden: Garden) -> None:
    del aging.one(garden, aging.TABLES)["properties"]["routes"][5:]


def routes_lead_astray(garden: Garden) -> None:
    for each in aging.one(garden, aging.TABLES)["properties"]["routes"]:
        each["properties"]["nextHopIpAddress"] = "10.100.0.4"


@pytest.mark.parametrize(
    ("change", "start"),
    [
        (routes_vanish, "55 routes removed: 10.240.10.0/24, "),
        (routes_lead_astray, "next hop: 60 routes changed, 10.240.0.0/24, "),
    ],
)
def test_pod_routes_that_change_together_are_one_change(change: Fault, start: str) -> None:
    before = kubenet_cluster(60)
    (found,) = tops(diff(before, aged(before, [change])))
    assert found.name == "pod routes of route table aks-agentpool-42906158-routetable"
    assert found.words.startswith(start)


def test_an_image_upgrade_is_told_by_the_pool() -> None:
    (change,) = tops(after("kubenet-vmss", image_rises))
    assert change.thing is Thing.NODE_POOL
    assert change.words == (
        "node image AKSUbuntu-2204gen2containerd-202502.09.0 → "
        "AKSUbuntu-2204gen2containerd-202511.20.0"
    )


def test_an_image_upgrade_of_many_pools_is_one_change() -> None:
    before = overlay_cluster(20, 10, 1)
    (change,) = tops(diff(before, aged(before, [image_rises])))
    assert change.name == "node pools"
    assert change.number == 10
    assert len(change.fields) == 1


def test_the_nodes_of_a_cluster_that_was_stopped_are_told_with_their_pool() -> None:
    changes = after("kubenet-vmss", stops)
    assert heads(changes) == [
        "cluster changed (power state)",
        "1 node pool changed (nodes, power state)",
    ]
    cluster, pool = tops(changes)
    assert cluster.words == "power state Running → Stopped"
    assert pool.with_it == "3 nodes left, 3 routes removed"


def grows(garden: Garden, *, nodes: int) -> None:
    scale_set, interface = (
        aging.one(garden, aging.SCALE_SETS),
        aging.all_of(garden, aging.INTERFACES)[-1],
    )
    machine = aging.all_of(garden, aging.MACHINES)[-1]
    for number in range(3, 3 + nodes):
        texts = {"/virtualMachines/2": f"/virtualMachines/{number}"}
        garden.add(_rewritten(interface, {**texts, '"10.224.0.5"': f'"10.224.1.{number}"'}))
        garden.add(_rewritten(machine, {**texts, "vmss000002": f"vmss1{number:05}"}))
    scale_set["sku"]["capacity"] += nodes
    properties_of(garden)["agentPoolProfiles"][0]["count"] += nodes


def _rewritten(document: Any, texts: Mapping[str, str]) -> Any:
    written = msgspec.json.encode(document).decode()
    for old, new in texts.items():
        written = written.replace(old, new)
    return msgspec.json.decode(written)


@pytest.mark.parametrize(("nodes", "ports"), [(30, None), (60, "SNAT ports per node 1024 → 512")])
def test_a_cluster_that_grows_is_one_change_and_the_ports_it_loses(
    nodes: int, ports: str | None
) -> None:
    changes = after("kubenet-vmss", partial(grows, nodes=nodes))
    first, *others = tops(changes)
    assert (first.kind, first.thing, first.number) == (Kind.APPEARED, Thing.NODE, nodes)
    assert f"node pool nodepool1: nodes 3 → {nodes + 3}" in (first.with_it or "")
    assert [each.words for each in others] == ([ports] if ports else [])


def test_ports_that_no_source_tells_are_not_none() -> None:
    """Azure's table of default ports ends at 1,000 nodes."""
    before = bundled("kubenet-vmss")
    place = next(each for each in before.documents if each.type == aging.BALANCERS)
    balancer = msgspec.json.decode(before.documents[place])
    for pool in balancer["properties"]["backendAddressPools"]:
        pool["properties"]["loadBalancerBackendAddresses"] = [
            {"name": str(each), "properties": {"ipAddress": f"10.225.{each // 250}.{each % 250}"}}
            for each in range(1001)
        ]
    raw = msgspec.Raw(msgspec.json.encode(balancer))
    large = msgspec.structs.replace(before, documents={**before.documents, place: raw})
    (way,) = (each for each in leaves(diff(before, large)) if each.thing is Thing.WAY_OUT)
    assert way.words == "SNAT ports per node 1024 → not known"
    assert way.fields[0].after is None


def members_become_addresses(garden: Garden) -> None:
    profile = properties_of(garden)["networkProfile"]["loadBalancerProfile"]
    profile["backendPoolType"] = "nodeIP"
    entries = [
        {"name": f"n{number}", "properties": {"ipAddress": each}}
        for number, each in enumerate(addresses_of(garden))
    ]
    for pool in aging.one(garden, aging.BALANCERS)["properties"]["backendAddressPools"]:
        if pool["name"] == "kubernetes":
            pool["properties"] = {"loadBalancerBackendAddresses": entries}
    for each in aging.all_of(garden, aging.INTERFACES):
        configuration = each["properties"]["ipConfigurations"][0]["properties"]
        configuration["loadBalancerBackendAddressPools"] = [
            one
            for one in configuration["loadBalancerBackendAddressPools"]
            if not one["id"].endswith("/kubernetes")
        ]


def test_pools_that_hold_addresses_now_come_with_the_cluster_s_setting() -> None:
    (change,) = tops(after("cni-nodesubnet", members_become_addresses))
    assert change.words == "backend pool type nodeIPConfiguration → nodeIP"
    assert (change.with_it or "").endswith(
        "backend pool kubernetes: members interfaces → IP addresses"
    )


def goes_with_its_group(garden: Garden) -> None:
    garden.remove(aging.one(garden, aging.GROUPS)["id"])
    for subnet in aging.one(garden, aging.NETWORKS)["properties"]["subnets"]:
        subnet["properties"].pop("networkSecurityGroup", None)


def test_a_security_group_that_is_gone_is_on_no_subnet() -> None:
    (change,) = tops(after("kubenet-vmss", goes_with_its_group))
    assert change.thing is Thing.SECURITY_GROUP
    assert (change.with_it or "").startswith("1 security group of subnet detached, ")


DEFAULTS: dict[str, Callable[[Any], None]] = {
    "data plane": lambda properties: properties["networkProfile"].update(networkDataplane="azure"),
    "policy": lambda properties: properties["networkProfile"].pop("networkPolicy"),
    "provisioning": lambda properties: properties.update(
        nodeProvisioningProfile={"mode": "Manual"}
    ),
    "image source": lambda properties: properties.update(
        bootstrapProfile={"artifactSource": "Direct"}
    ),
    "restriction": lambda properties: properties.update(
        nodeResourceGroupProfile={"restrictionLevel": "Unrestricted"}
    ),
}


@pytest.mark.parametrize("change", DEFAULTS.values(), ids=DEFAULTS.keys())
def test_a_default_that_is_written_out_is_no_change(change: Callable[[Any], None]) -> None:
    changes = after("kubenet-vmss", lambda garden: change(properties_of(garden)))
    assert told(changes) == []


def test_what_replaces_a_default_is_told_with_the_default() -> None:
    def becomes_cilium(garden: Garden) -> None:
        properties_of(garden)["networkProfile"]["networkDataplane"] = "cilium"

    assert told(after("kubenet-vmss", becomes_cilium)) == [
        "cluster aks-shop: network data plane azure → cilium"
    ]


def test_nodes_that_auto_provisioning_made_are_called_what_they_are() -> None:
    def machines_go(garden: Garden) -> None:
        for kind in ("Microsoft.Network/networkInterfaces", "Microsoft.Compute/virtualMachines"):
            for document in aging.all_of(garden, kind):
                garden.remove(document["id"])

    nodes = [each for each in tops(after("automatic", machines_go)) if each.thing is Thing.NODE]
    assert [each.name for each in nodes] == ["nodes outside node pools"]
