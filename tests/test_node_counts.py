"""What is counted of a pool: which counts there are for its kind, and what hides them."""

import pytest

from inspector.cluster.node_counts import NodeCounts, node_counts, nodes_outside_pools
from inspector.snapshot import Snapshot
from inspector.topology import Topology
from tests.odd_clusters import (
    INTERFACES,
    MACHINES,
    SCALE_SET_INTERFACES,
    SCALE_SETS,
    VIRTUAL_MACHINES,
    Draft,
    bundled,
    gap_of,
    refusal_of,
    refusal_of_list,
    refused,
)


def counts_of(snapshot: Snapshot) -> tuple[NodeCounts, ...]:
    return node_counts(Topology(snapshot))


@pytest.mark.parametrize(
    ("cluster", "expected"),
    [
        (
            "kubenet-vmss",
            {
                "declared": 3,
                "machines listed by AKS": 3,
                "scale-set instances": 3,
                "with an interface": 3,
            },
        ),
        ("seed-kubenet", {"declared": 1, "virtual machines": 1, "with an interface": 1}),
        (
            "virtual-machines",
            {
                "declared": 3,
                "machines listed by AKS": 3,
                "virtual machines": 3,
                "with an interface": 3,
            },
        ),
    ],
)
def test_each_kind_of_pool_has_its_counts(cluster: str, expected: dict[str, int]) -> None:
    first = counts_of(bundled(cluster))[0]
    assert first.by_source == expected
    assert first.agrees


def test_a_flexible_scale_set_has_capacity_and_machines() -> None:
    flexible = counts_of(bundled("virtual-machines"))[1]
    assert (flexible.capacity, flexible.virtual_machines, flexible.attached) == (2, 2, 2)


def test_a_scale_set_that_does_not_tell_is_no_count() -> None:
    draft = Draft("kubenet-vmss")
    del draft.one(SCALE_SETS)["sku"]
    (found,) = counts_of(draft.snapshot())
    assert found.capacity is None
    assert found.agrees


def test_a_pool_whose_scale_set_is_gone_has_none_of_its_instances() -> None:
    draft = Draft("kubenet-vmss")
    draft.remove(SCALE_SETS)
    draft.remove(SCALE_SET_INTERFACES)
    (found,) = counts_of(draft.snapshot())
    assert (found.capacity, found.virtual_machines, found.attached) == (0, None, 0)
    assert len(found.bare) == 3
    assert not found.agrees


@pytest.mark.parametrize(
    ("cluster", "kind", "left"),
    [
        ("kubenet-vmss", MACHINES, {"declared", "scale-set instances"}),
        ("kubenet-vmss", SCALE_SETS, {"declared", "machines listed by AKS"}),
        (
            "kubenet-vmss",
            SCALE_SET_INTERFACES,
            {"declared", "machines listed by AKS", "scale-set instances"},
        ),
        ("seed-kubenet", VIRTUAL_MACHINES, {"declared"}),
        ("seed-kubenet", INTERFACES, {"declared", "virtual machines"}),
    ],
)
def test_what_could_not_be_seen_is_no_count(cluster: str, kind: str, left: set[str]) -> None:
    refusal = refusal_of_list(bundled(cluster), kind)
    (found,) = counts_of(refused(bundled(cluster), [refusal]))
    assert {*found.by_source} == left
    assert gap_of(refusal) in found.missing
    assert (found.bare, found.unlisted) == ((), ())


@pytest.mark.parametrize(("later", "has_scaled"), [(3, False), (4, True)])
def test_two_reads_tell_whether_a_pool_has_scaled(later: int, has_scaled: bool) -> None:
    draft = Draft("kubenet-vmss")
    pool = "Microsoft.ContainerService/managedClusters/agentPools"
    draft.one(pool)["properties"]["count"] = later
    assert counts_of(draft.snapshot())[0].has_scaled is False
    draft.cluster["properties"]["agentPoolProfiles"][0]["enableAutoScaling"] = True
    snapshot = draft.snapshot()
    assert counts_of(snapshot)[0].has_scaled is has_scaled
    refusal = refusal_of(snapshot, pool)
    (found,) = counts_of(refused(snapshot, [refusal]))
    assert (found.has_scaled, found.missing) == (None, (gap_of(refusal),))


def test_nodes_outside_pools_are_those_of_a_pool_that_is_gone() -> None:
    draft = Draft("multi-balancer")
    assert nodes_outside_pools(Topology(draft.snapshot())) == ()
    del draft.cluster["properties"]["agentPoolProfiles"][1]
    outside = nodes_outside_pools(Topology(draft.snapshot()))
    assert [each.pool for each in outside] == ["teamb", "teamb"]
    draft.cluster["properties"]["nodeProvisioningProfile"] = {"mode": "Auto"}
    assert nodes_outside_pools(Topology(draft.snapshot())) == ()
