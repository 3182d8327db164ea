"""Pools as they might be."""

from collections.abc import Mapping
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fixtures.scenarios import SCENARIOS
from inspector.errors import UsageError
from inspector.network.pool_sizes import Situation, most_nodes, pool_size
from inspector.nodes import pool_profiles
from inspector.planning import WhatIf, suppose
from inspector.resources import AgentPoolProfile
from inspector.snapshot import Snapshot
from inspector.topology import Topology
from tests.odd_clusters import Draft, bundled


def pools(snapshot: Snapshot, what_if: WhatIf) -> dict[str, AgentPoolProfile]:
    return {each.name: each for each in pool_profiles(Topology(suppose(snapshot, what_if)))}


def document(snapshot: Snapshot) -> Any:
    return msgspec.json.decode(snapshot.documents[snapshot.cluster])


def test_nothing_supposed_is_the_snapshot_itself() -> None:
    snapshot = bundled("cni-overlay")
    assert not WhatIf()
    assert suppose(snapshot, WhatIf()) is snapshot


def test_a_pool_has_the_nodes_that_are_supposed() -> None:
    found = pools(bundled("cni-overlay"), WhatIf(nodes={"SPOT": 9}))
    assert (found["spot"].node_count, found["system"].node_count) == (9, 2)


def test_a_pool_scaled_past_its_maximum_has_the_nodes_that_are_supposed() -> None:
    found = pools(bundled("cni-overlay"), WhatIf(nodes={"spot": 9}))["spot"]
    assert found.max_count == 3
    assert [pool_size(found, each).nodes for each in Situation] == [9, 9, 9, 9]


def test_a_pool_of_single_virtual_machines_can_be_scaled() -> None:
    found = pools(bundled("virtual-machines"), WhatIf(nodes={"system": 8}))["system"]
    assert (found.node_count, most_nodes(found)) == (8, 8)
    assert len(found.virtual_machine_nodes_status) == 2


def test_a_pools_own_value_comes_before_that_of_every_pool() -> None:
    what_if = WhatIf(max_pods={"": 60, "win22": 30}, max_surge={"": "33%", "Spot": "2"})
    found = pools(bundled("cni-overlay"), what_if)
    assert {name: each.max_pods for name, each in found.items()} == {
        "system": 60,
        "win22": 30,
        "spot": 60,
        "batch": 60,
    }
    assert found["system"].upgrade_settings.max_surge == "33%"
    assert found["spot"].upgrade_settings.max_surge == "2"


def test_what_else_is_set_of_an_upgrade_stays() -> None:
    draft = Draft("kubenet-vmss")
    (pool,) = draft.cluster["properties"]["agentPoolProfiles"]
    pool["upgradeSettings"] = {"maxUnavailable": "1", "drainTimeoutInMinutes": 30}
    snapshot = draft.snapshot()
    changed = document(suppose(snapshot, WhatIf(max_surge={"": "5"})))
    assert changed["properties"]["agentPoolProfiles"][0]["upgradeSettings"] == {
        "maxUnavailable": "1",
        "drainTimeoutInMinutes": 30,
        "maxSurge": "5",
    }


def test_only_the_clusters_document_changes_and_nothing_is_parsed_twice() -> None:
    snapshot = bundled("cni-overlay")
    changed = suppose(snapshot, WhatIf(max_pods={"": 60}))
    assert {
        each for each in snapshot.documents if snapshot.documents[each] != changed.documents[each]
    } == {snapshot.cluster}
    for resource_id, resource in snapshot.resources.items():
        is_same = changed.resources[resource_id] is resource
        assert is_same == (resource_id != snapshot.cluster)
    assert document(snapshot)["properties"]["agentPoolProfiles"][0]["maxPods"] == 250


@pytest.mark.parametrize("name", SCENARIOS)
@settings(max_examples=15)
@given(nodes=st.integers(1, 1_000), max_pods=st.integers(10, 250), surge=st.integers(0, 999))
def test_what_is_supposed_of_every_pool_is_so(
    name: str, nodes: int, max_pods: int, surge: int
) -> None:
    names = [each.name for each in pool_profiles(Topology(bundled(name)))]
    what_if = WhatIf(
        nodes=dict.fromkeys(names, nodes), max_pods={"": max_pods}, max_surge={"": f"{surge}%"}
    )
    for found in pools(bundled(name), what_if).values():
        assert (found.node_count, found.max_pods) == (nodes, max_pods)
        assert found.upgrade_settings.max_surge == f"{surge}%"


@pytest.mark.parametrize(
    ("supposed", "message"),
    [
        ({"nodes": {"none": 3}}, "--scale none: the cluster has no such pool; it has nodepool1"),
        ({"max_pods": {"other": 30}}, "--max-pods other: the cluster has no such pool"),
        ({"nodes": {"nodepool1": 1_001}}, "--scale 1001: AKS allows 0 to 1000"),
        ({"nodes": {"nodepool1": -1}}, "--scale -1: AKS allows 0 to 1000"),
        ({"nodes": {"nodepool1": 0}}, "--scale nodepool1=0: a system pool keeps one node"),
        ({"max_pods": {"": 9}}, "--max-pods 9: AKS allows 10 to 250"),
        ({"max_pods": {"": 251}}, "--max-pods 251: AKS allows 10 to 250"),
        ({"max_surge": {"": "a third"}}, "--max-surge 'a third': give a number of nodes"),
        ({"max_surge": {"": "-1"}}, "--max-surge '-1': give a number of nodes"),
    ],
)
def test_what_cannot_be_is_an_error(
    supposed: Mapping[str, Mapping[str, Any]], message: str
) -> None:
    with pytest.raises(UsageError) as error:
        suppose(bundled("kubenet-vmss"), WhatIf(**supposed))
    assert str(error.value).startswith(message)


def test_a_cluster_without_pools_has_none_to_suppose_anything_of() -> None:
    draft = Draft("kubenet-vmss")
    draft.cluster["properties"]["agentPoolProfiles"] = None
    with pytest.raises(UsageError, match="it has none"):
        suppose(draft.snapshot(), WhatIf(nodes={"nodepool1": 3}))
