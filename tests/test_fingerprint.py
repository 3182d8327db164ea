"""What a pool's nodes look like, and whether that is what the cluster declares."""

from typing import Any

import pytest

from fixtures import documents as arm
from inspector.cluster.fingerprint import Agreement, Fingerprint, fingerprints
from inspector.network.models import NetworkModel
from inspector.snapshot import Snapshot
from inspector.topology import Topology
from tests.odd_clusters import (
    MACHINES,
    NETWORKS,
    ROUTE_TABLES,
    SCALE_SET_INTERFACES,
    SCALE_SETS,
    Draft,
    Refusal,
    bundled,
    refusal_of,
    refusal_of_list,
    refused,
)

MODELS = {
    "seed-kubenet": NetworkModel.KUBENET,
    "kubenet-vmss": NetworkModel.KUBENET,
    "cni-nodesubnet": NetworkModel.CNI_NODE_SUBNET,
}


def only(snapshot: Snapshot) -> Fingerprint:
    (found,) = fingerprints(Topology(snapshot))
    return found


def declare(draft: Draft, **fields: Any) -> None:
    draft.network_profile.update(fields)


def overlay(draft: Draft) -> None:
    """Turn a kubenet cluster into what a finished migration to overlay leaves."""
    declare(draft, networkPlugin="azure", networkPluginMode="overlay")
    draft.one(NETWORKS)["properties"]["subnets"][0]["properties"].pop("routeTable")
    draft.remove(ROUTE_TABLES)


@pytest.mark.parametrize("name", MODELS)
def test_a_bundled_cluster_looks_as_declared(name: str) -> None:
    found = only(bundled(name))
    assert found.declared is MODELS[name]
    assert found.fits == (MODELS[name],)
    assert found.agreement is Agreement.AGREES


def test_counts_nodes_configurations_and_routes() -> None:
    kubenet, node_subnet = only(bundled("kubenet-vmss")), only(bundled("cni-nodesubnet"))
    assert (kubenet.nodes, kubenet.routed, kubenet.ipv4, kubenet.ipv6) == (3, 3, {1: 3}, {0: 3})
    assert (node_subnet.nodes, node_subnet.routed, node_subnet.ipv4) == (3, 0, {29: 3})
    assert node_subnet.expected == range(21, 32)


def test_overlay_has_one_address_and_no_routes() -> None:
    draft = Draft("kubenet-vmss")
    overlay(draft)
    found = only(draft.snapshot())
    assert found.declared is NetworkModel.CNI_OVERLAY
    assert found.fits == (NetworkModel.CNI_OVERLAY, NetworkModel.BYO_CNI)
    assert found.agreement is Agreement.AGREES


def test_the_scale_sets_tag_tells_overlay_from_another_cni() -> None:
    draft = Draft("kubenet-vmss")
    overlay(draft)
    draft.one(SCALE_SETS)["tags"]["aks-managed-azure-cni-overlay"] = "true"
    found = only(draft.snapshot())
    assert found.fits == (NetworkModel.CNI_OVERLAY,)


def test_a_tag_that_says_overlay_differs_from_kubenet() -> None:
    draft = Draft("kubenet-vmss")
    draft.one(SCALE_SETS)["tags"]["aks-managed-azure-cni-overlay"] = "true"
    found = only(draft.snapshot())
    assert found.agreement is Agreement.DIFFERS
    assert found.differences == ("the scale set's tag aks-managed-azure-cni-overlay says overlay",)


def test_routes_left_over_differ_from_overlay() -> None:
    draft = Draft("kubenet-vmss")
    declare(draft, networkPlugin="azure", networkPluginMode="overlay")
    found = only(draft.snapshot())
    assert found.fits == (NetworkModel.KUBENET,)
    assert found.differences == ("pod routes of kubenet lead to 3 of 3 nodes",)


def test_kubenet_without_routes_differs() -> None:
    draft = Draft("kubenet-vmss")
    draft.one(ROUTE_TABLES)["properties"]["routes"].clear()
    found = only(draft.snapshot())
    assert found.differences == ("routes of the nodes' subnet lead to 0 of 3 nodes",)


def test_kubenet_with_a_route_missing_differs() -> None:
    draft = Draft("kubenet-vmss")
    draft.one(ROUTE_TABLES)["properties"]["routes"].pop()
    found = only(draft.snapshot())
    assert found.differences == ("routes of the nodes' subnet lead to 2 of 3 nodes",)


def test_a_configuration_that_does_not_say_it_is_primary_counts() -> None:
    draft = Draft("kubenet-vmss")
    for place in range(3):
        del draft.configurations(SCALE_SET_INTERFACES, place)[0]["properties"]["primary"]
    assert only(draft.snapshot()).agreement is Agreement.AGREES


def test_a_table_on_no_subnet_of_the_nodes_routes_nothing() -> None:
    draft = Draft("kubenet-vmss")
    draft.one(NETWORKS)["properties"]["subnets"][0]["properties"].pop("routeTable")
    assert only(draft.snapshot()).routed == 0


@pytest.mark.parametrize(("plugin", "expected"), [("kubenet", "1"), ("none", "1")])
def test_pod_addresses_on_the_nic_differ_where_one_is_expected(plugin: str, expected: str) -> None:
    draft = Draft("cni-nodesubnet")
    declare(draft, networkPlugin=plugin)
    found = only(draft.snapshot())
    assert found.fits == (NetworkModel.CNI_NODE_SUBNET,)
    assert f"3 nodes with 29 IPv4 configurations, not {expected}" in found.differences


@pytest.mark.parametrize(
    ("max_pods", "differences"),
    [
        (28, ()),
        (30, ()),
        (38, ()),
        (27, ("3 nodes with 29 IPv4 configurations, not 18 to 28",)),
        (39, ("3 nodes with 29 IPv4 configurations, not 30 to 40",)),
    ],
)
def test_node_subnet_goes_by_the_pools_max_pods(
    max_pods: int, differences: tuple[str, ...]
) -> None:
    draft = Draft("cni-nodesubnet")
    draft.cluster["properties"]["agentPoolProfiles"][0]["maxPods"] = max_pods
    assert only(draft.snapshot()).differences == differences


def test_one_node_unlike_the_others_is_counted() -> None:
    draft = Draft("cni-nodesubnet")
    del draft.configurations(SCALE_SET_INTERFACES)[1:]
    found = only(draft.snapshot())
    assert found.ipv4 == {1: 1, 29: 2}
    assert found.differences == ("1 node with 1 IPv4 configuration, not 21 to 31",)


def test_an_address_family_that_is_missing_differs() -> None:
    draft = Draft("kubenet-vmss")
    declare(draft, ipFamilies=["IPv4", "IPv6"])
    assert only(draft.snapshot()).differences == ("3 nodes with 0 IPv6 configurations, not 1",)


def pod_subnet(draft: Draft, *, is_delegated: bool, allocation: str | None = None) -> None:
    network = draft.one(NETWORKS)
    service = "Microsoft.ContainerService/managedClusters" if is_delegated else None
    pods = arm.subnet(network["id"], "snet-pods", ["10.225.0.0/16"], delegated_to=service)
    network["properties"]["subnets"].append(pods)
    profile = draft.cluster["properties"]["agentPoolProfiles"][0]
    profile.update({"podSubnetID": pods["id"], "podIPAllocationMode": allocation})


@pytest.mark.parametrize(
    ("allocation", "model"),
    [
        (None, NetworkModel.CNI_POD_SUBNET_DYNAMIC),
        ("StaticBlock", NetworkModel.CNI_POD_SUBNET_STATIC),
    ],
)
def test_a_delegated_pod_subnet_fits(allocation: str | None, model: NetworkModel) -> None:
    draft = Draft("kubenet-vmss")
    overlay(draft)
    declare(draft, networkPluginMode=None)
    pod_subnet(draft, is_delegated=True, allocation=allocation)
    found = only(draft.snapshot())
    assert found.declared is model
    assert model in found.fits
    assert found.agreement is Agreement.AGREES


def test_a_pod_subnet_that_is_not_delegated_differs() -> None:
    draft = Draft("kubenet-vmss")
    overlay(draft)
    declare(draft, networkPluginMode=None)
    pod_subnet(draft, is_delegated=False)
    found = only(draft.snapshot())
    delegation = "Microsoft.ContainerService/managedClusters"
    assert found.differences == (f"the pod subnet is not delegated to {delegation}",)


def test_blocks_of_addresses_are_not_judged() -> None:
    draft = Draft("kubenet-vmss")
    overlay(draft)
    declare(draft, networkPluginMode=None)
    pod_subnet(draft, is_delegated=True, allocation="StaticBlock")
    configurations = draft.configurations(SCALE_SET_INTERFACES)
    block = arm.ip_configuration(
        draft.one(SCALE_SET_INTERFACES)["id"],
        "block",
        "10.225.0.16",
        subnet=configurations[0]["properties"]["subnet"]["id"],
        is_primary=False,
    )
    block["properties"]["privateIPAddressPrefixLength"] = 28
    configurations.append(block)
    found = only(draft.snapshot())
    assert found.differences == ()
    assert (found.ipv4, found.has_blocks) == ({1: 3}, True)
    assert found.agreement is Agreement.UNKNOWN


def test_a_plugin_we_do_not_know_is_not_judged() -> None:
    draft = Draft("cni-nodesubnet")
    declare(draft, networkPlugin="new")
    found = only(draft.snapshot())
    assert found.expected is None
    assert found.agreement is Agreement.UNKNOWN


def test_the_number_of_an_egress_gateway_s_addresses_is_not_judged() -> None:
    draft = Draft("half-migrated")
    assert any("IPv4" in each for each in only(draft.snapshot()).differences)
    draft.cluster["properties"]["agentPoolProfiles"][0]["mode"] = "Gateway"
    seen = only(draft.snapshot())
    assert seen.expected is None
    assert not any("IPv4" in each for each in seen.differences)


def test_a_pool_without_nodes_tells_nothing() -> None:
    draft = Draft("kubenet-vmss")
    draft.remove(MACHINES)
    draft.remove(SCALE_SET_INTERFACES)
    found = only(draft.snapshot())
    assert found.fits == ()
    assert found.agreement is Agreement.UNKNOWN


def test_nodes_of_no_pool_come_last() -> None:
    draft = Draft("kubenet-vmss")
    draft.cluster["properties"]["agentPoolProfiles"][0]["name"] = "other"
    known, outside = fingerprints(Topology(draft.snapshot()))
    assert (known.pool, known.nodes) == ("other", 0)
    assert (outside.pool, outside.nodes) == (None, 3)


@pytest.mark.parametrize("kind", [SCALE_SET_INTERFACES, MACHINES])
def test_nodes_that_may_be_hidden_leave_it_unknown(kind: str) -> None:
    snapshot = bundled("kubenet-vmss")
    refusal = refusal_of_list(snapshot, kind)
    found = only(refused(snapshot, [refusal]))
    assert found.agreement is Agreement.UNKNOWN
    assert refusal.target in {gap.target for gap in found.missing}


@pytest.mark.parametrize("kind", [ROUTE_TABLES, NETWORKS])
def test_routes_that_may_be_hidden_leave_it_unknown(kind: str) -> None:
    snapshot = bundled("kubenet-vmss")
    refusals = [refusal_of(snapshot, kind), Refusal(refusal_of_list(snapshot, kind).target, kind)]
    found = only(refused(snapshot, refusals))
    assert found.agreement is Agreement.UNKNOWN
    assert found.differences == ()
    assert found.missing


def test_a_difference_stands_whatever_else_is_hidden() -> None:
    draft = Draft("cni-nodesubnet")
    declare(draft, networkPlugin="kubenet")
    snapshot = draft.snapshot()
    found = only(refused(snapshot, [refusal_of_list(snapshot, MACHINES)]))
    assert found.agreement is Agreement.DIFFERS
