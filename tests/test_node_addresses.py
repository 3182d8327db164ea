"""The interface each node goes by, by pool: who is in which group, and what is hidden."""

from copy import deepcopy

import pytest

from inspector.cluster.node_addresses import PoolNodes, node_addresses
from inspector.topology import Topology
from tests.odd_clusters import (
    MACHINES,
    SCALE_SET_INTERFACES,
    SCALE_SETS,
    Draft,
    bundled,
    gap_of,
    refusal_of,
    refusal_of_list,
    refused,
)

SET = "aks-nodepool1-18264093-vmss"


def pools_of(cluster: str | Draft) -> tuple[PoolNodes, ...]:
    snapshot = bundled(cluster) if isinstance(cluster, str) else cluster.snapshot()
    return node_addresses(Topology(snapshot))


def test_pools_come_in_the_cluster_s_order_and_nodes_of_none_last() -> None:
    found = pools_of("cni-overlay")
    assert [(each.name, each.total) for each in found] == [
        ("system", 2),
        ("win22", 1),
        ("spot", 1),
        ("batch", 0),
    ]
    assert [(each.name, each.total) for each in pools_of("automatic")] == [
        ("systempool", 2),
        (None, 3),
    ]


def test_families_are_told_apart() -> None:
    (pool,) = pools_of("dual-stack")
    for node in pool.nodes:
        (ipv4,), (ipv6,) = node.ipv4, node.ipv6
        assert (ipv4.title, ipv6.title) == ("ipconfig1", "ipconfig2")
        assert node.blocks == ()
        assert node.subnet is not None
        assert node.subnet.name == "snet-aks"


def test_a_block_of_addresses_is_of_neither_family() -> None:
    draft = Draft("cni-nodesubnet")
    last = draft.configurations(SCALE_SET_INTERFACES)[28]
    last["properties"]["privateIPAddressPrefixLength"] = 28
    (pool,) = pools_of(draft)
    assert [(len(each.ipv4), len(each.blocks)) for each in pool.nodes] == [
        (28, 1),
        (29, 0),
        (29, 0),
    ]


def test_the_primary_interface_is_the_node_s_own() -> None:
    draft = Draft("kubenet-vmss")
    other = deepcopy(draft.one(SCALE_SET_INTERFACES))
    other["id"] += "-eth0"
    other["name"] = "eth0"
    other["properties"]["primary"] = False
    draft.add(other)
    (pool,) = pools_of(draft)
    assert pool.nodes[0].interface.title == SET
    assert len(pool.nodes[0].node.interfaces) == 2


@pytest.mark.parametrize("primary", [True, None])
def test_an_interface_beside_a_hidden_one_is_the_node_s_own_only_if_it_says_so(
    primary: bool | None,
) -> None:
    draft = Draft("kubenet-vmss")
    draft.one(SCALE_SET_INTERFACES, 1)["properties"]["primary"] = primary
    refusal = refusal_of(draft.snapshot(), SCALE_SET_INTERFACES, 0)
    (pool,) = node_addresses(Topology(refused(draft.snapshot(), [refusal])))
    assert [each.node.name for each in pool.nodes] == [
        f"{SET}00000{number}" for number in ((1, 2) if primary else (2,))
    ]
    assert [each.name for each in pool.hidden] == [
        f"{SET}00000{number}" for number in ((0,) if primary else (0, 1))
    ]
    assert (pool.missing, pool.unattached, pool.total) == ((gap_of(refusal),), (), 3)


def test_a_node_without_an_interface_is_told() -> None:
    draft = Draft("kubenet-vmss")
    draft.remove(SCALE_SET_INTERFACES, 1)
    (pool,) = pools_of(draft)
    assert [each.name for each in pool.unattached] == [f"{SET}000001"]
    assert list(pool.doubts) == [f"no primary network interface was found for {SET}000001"]
    assert (pool.missing, pool.total) == ((), 3)


def without_nodes() -> Draft:
    draft = Draft("kubenet-vmss")
    draft.remove(MACHINES)
    draft.remove(SCALE_SET_INTERFACES)
    return draft


def test_nodes_that_a_pool_claims_and_nobody_found_are_a_doubt() -> None:
    draft = without_nodes()
    (pool,) = pools_of(draft)
    assert (pool.claimed, list(pool.doubts)) == (
        3,
        ["pool nodepool1 claims 3 nodes, and none was found"],
    )


@pytest.mark.parametrize("whole", [True, False])
def test_what_is_stopped_claims_no_nodes(whole: bool) -> None:
    draft = without_nodes()
    properties = draft.cluster["properties"]
    stopped = properties if whole else properties["agentPoolProfiles"][0]
    stopped["powerState"] = {"code": "Stopped"}
    (pool,) = pools_of(draft)
    assert (pool.claimed, list(pool.doubts)) == (0, [])


def test_hidden_nodes_are_no_reason_to_say_that_none_was_found() -> None:
    refusal = refusal_of_list(bundled("kubenet-vmss"), SCALE_SET_INTERFACES)
    (pool,) = node_addresses(Topology(refused(bundled("kubenet-vmss"), [refusal])))
    assert (len(pool.hidden), list(pool.doubts)) == (3, [])


def test_the_nodes_of_a_pool_that_is_not_declared_are_of_none() -> None:
    draft = Draft("kubenet-vmss")
    draft.remove(MACHINES)
    draft.one(SCALE_SETS)["tags"]["aks-managed-poolName"] = "gone"
    assert [(each.name, each.total) for each in pools_of(draft)] == [("nodepool1", 0), (None, 3)]
