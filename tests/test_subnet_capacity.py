"""How full subnets are, and the terms of what pools need of them."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fixtures import documents as arm
from fixtures.assemble import assemble
from inspector.cluster.subnet_capacity import (
    Capacities,
    Drawer,
    SubnetCapacity,
    Unshown,
    Untold,
    subnet_capacities,
    untold_nodes,
)
from inspector.network.address_needs import SurgeNeed
from inspector.network.models import NetworkModel
from inspector.snapshot import Snapshot
from inspector.topology import Topology
from tests.checks.crowded import (
    connect,
    gateways,
    interfaces,
    pool_of,
    resize,
    scale,
    subnet_of,
)
from tests.odd_clusters import (
    NETWORKS,
    SCALE_SET_INTERFACES,
    USAGES,
    Draft,
    bundled,
    gap_of,
    refusal_of,
    refusal_of_list,
    refused,
)


def surveyed(source: str | Draft | Snapshot) -> Capacities:
    if isinstance(source, str):
        source = bundled(source)
    snapshot = source.snapshot() if isinstance(source, Draft) else source
    return subnet_capacities(Topology(snapshot))


def first(source: str | Draft | Snapshot) -> SubnetCapacity:
    return surveyed(source).subnets[0]


def with_usages(draft: Draft, *figures: float) -> Snapshot:
    """Return the cluster with ARM's figure for its first subnet, or with none at all."""
    usages = [arm.usage(subnet_of(draft)["id"], each, 251) for each in figures]
    return assemble(draft.documents, draft.cluster["id"], usages=usages)


def test_the_terms_of_a_kubenet_pool_are_fields() -> None:
    draft = Draft("kubenet-vmss")
    scale(draft, 20, "33%")
    found = first(draft)
    (draw,) = found.draws
    assert (draw.drawer, draw.model, draw.pool.name) == (
        Drawer.NODES,
        NetworkModel.KUBENET,
        "nodepool1",
    )
    assert (draw.nodes_now, draw.surge_now) == (3, 1)
    assert (draw.nodes_at_maximum, draw.surge_at_maximum, draw.further_nodes) == (20, 7, 24)
    assert (draw.addresses_per_node, draw.least_per_node) == (1, 1)
    assert (found.use.usable, found.use.used, found.use.free, found.extras) == (
        65_531,
        3,
        65_528,
        0,
    )
    assert found.needs.now == 3
    assert found.needs.now_with_surge == SurgeNeed(optimistic=4, documented=4)
    assert found.needs.at_most_with_surge == SurgeNeed(optimistic=27, documented=27)
    assert found.most_nodes(draw) == 65_531


def test_nodes_of_a_node_subnet_are_planned_with_more_than_they_have() -> None:
    found = first("cni-nodesubnet")
    (draw,) = found.draws
    assert (draw.addresses_per_node, draw.least_per_node) == (31, 29)
    assert (found.needs.now, found.least_needs.now) == (93, 87)
    assert (found.use.used, found.use.free, found.most_nodes(draw)) == (87, 932, 33)


def test_a_pool_in_a_pod_subnet_draws_from_both() -> None:
    found = surveyed("cni-podsubnet")
    drawn = {
        each.name: [
            (draw.drawer, draw.pool.name, draw.least_per_node, draw.addresses_per_node)
            for draw in each.draws
        ]
        for each in found.subnets
    }
    assert drawn == {
        "snet-nodes-apps": [(Drawer.NODES, "apps", 1, 1)],
        "snet-nodes-system": [(Drawer.NODES, "system", 1, 1)],
        "snet-pods-apps": [(Drawer.PODS, "apps", 64, 64)],
        "snet-pods-system": [(Drawer.PODS, "system", 16, 112)],
    }
    assert [each.name for each in found.of(Drawer.PODS)] == ["snet-pods-apps", "snet-pods-system"]
    assert (found.gaps, found.doubts, found.is_open_ended) == ((), (), False)


def test_what_pods_take_is_not_told() -> None:
    pods = surveyed("cni-podsubnet").of(Drawer.PODS)[0]
    assert pods.use.unshown is Unshown.AKS
    assert pods.use.used == pods.use.free
    assert pods.use.free == Untold(
        reason="ARM does not show addresses given to pods or to the API server"
    )
    assert (pods.use.usable, pods.extras, pods.most_nodes(pods.draws[0])) == (507, 0, None)


def test_addresses_of_container_groups_leave_only_the_free_ones_open() -> None:
    draft = Draft("kubenet-vmss")
    service = {"serviceName": "Microsoft.ContainerInstance/containerGroups"}
    subnet_of(draft)["properties"]["delegations"] = [{"name": "d", "properties": service}]
    use = first(draft).use
    assert use.used == 3
    assert use.free == Untold(reason="ARM does not show addresses given to container groups")


def test_what_others_take_are_the_extras() -> None:
    draft = Draft("kubenet-vmss")
    connect(draft, *gateways(2), *interfaces(3, draft.group))
    found = first(draft)
    assert (found.use.used, found.extras) == (8, 5)
    assert len(found.devices) == 8


def test_what_arm_counts_beyond_is_an_extra_too() -> None:
    draft = Draft("kubenet-vmss")
    connect(draft, *gateways(2))
    found = first(with_usages(draft, 9))
    assert (found.use.usage, found.use.connected, found.use.used, found.extras) == (9, 5, 9, 6)
    fewer = first(with_usages(draft, 4))
    assert (fewer.use.used, fewer.extras) == (5, 2)


@pytest.mark.parametrize("figures", [(), (-1,)])
def test_without_arms_figure_the_rest_is_not_told(figures: tuple[float, ...]) -> None:
    use = first(with_usages(Draft("kubenet-vmss"), *figures)).use
    assert (use.usage, use.used) == (None, 3)
    assert use.free == Untold(reason="ARM does not show how many are used")


def test_a_figure_that_is_hidden_is_a_gap() -> None:
    snapshot = bundled("kubenet-vmss")
    refusal = refusal_of_list(snapshot, USAGES)
    found = first(refused(snapshot, [refusal]))
    assert found.use.usage == gap_of(refusal)
    assert isinstance(found.use.free, Untold)
    assert found.use.free.gap == gap_of(refusal)
    assert found.extras == found.use.free
    assert found.use.used == 3


def test_a_subnet_that_is_hidden_still_has_its_needs() -> None:
    snapshot = bundled("cni-nodesubnet")
    refusal = refusal_of(snapshot, NETWORKS)
    found = first(refused(snapshot, [refusal]))
    assert (found.name, found.subnet, found.devices) == ("snet-aks", None, ())
    assert found.needs.now == 93
    for figure in (found.use.usable, found.use.used, found.use.free, found.extras):
        assert isinstance(figure, Untold)
        assert figure.gap == gap_of(refusal)
    assert found.most_nodes(found.draws[0]) is None


def test_with_ipv6_only_ipv4_addresses_count() -> None:
    found = first("dual-stack")
    assert found.use.is_dual_stack
    assert (found.use.usage, found.use.connected, found.use.used, found.use.free) == (6, 3, 3, 248)
    assert found.extras == 0
    draft = Draft("dual-stack")
    connect(draft, *gateways(1))
    other = first(draft)
    assert (other.use.used, len(other.use.unplaced)) == (3, 1)
    assert isinstance(other.use.free, Untold)


def test_a_subnet_of_ipv6_alone_has_no_figures() -> None:
    draft = Draft("kubenet-vmss")
    resize(draft, "fd00::/64")
    use = first(draft).use
    assert (use.usable, use.used, use.free) == (None, None, None)


def test_a_subnet_that_gave_out_more_than_it_holds_has_none_left() -> None:
    draft = Draft("cni-nodesubnet")
    resize(draft, "10.60.0.0/27")
    found = first(draft)
    assert (found.use.usable, found.use.used, found.use.free) == (27, 87, 0)
    assert found.most_nodes(found.draws[0]) == 3


def test_pools_of_one_subnet_are_summed_up() -> None:
    found = first("multi-balancer")
    assert [each.pool.name for each in found.draws] == ["nodepool1", "teamb"]
    assert found.needs.now == 4
    assert found.needs.now_with_surge == SurgeNeed(optimistic=5, documented=6)


def interface_of_no_node(draft: Draft) -> None:
    draft.remove(SCALE_SET_INTERFACES)


def nodes_elsewhere(draft: Draft) -> None:
    network = subnet_of(draft)["id"].rpartition("/")[0]
    for place in range(3):
        for each in draft.configurations(SCALE_SET_INTERFACES, place):
            each["properties"]["subnet"]["id"] = f"{network}/elsewhere"


@pytest.mark.parametrize("change", [interface_of_no_node, nodes_elsewhere])
def test_without_nodes_to_see_the_planning_figure_counts(change: Callable[[Draft], None]) -> None:
    draft = Draft("cni-nodesubnet")
    change(draft)
    assert first(draft).draws[0].least_per_node == 31


def test_while_nodes_may_be_hidden_the_least_a_node_takes_is_not_told() -> None:
    snapshot = bundled("cni-nodesubnet")
    refusal = refusal_of_list(snapshot, SCALE_SET_INTERFACES)
    found = first(refused(snapshot, [refusal]))
    assert (found.draws[0].least_per_node, found.draws[0].addresses_per_node) == (None, 31)
    assert found.least_needs.now is None


@pytest.mark.parametrize(
    ("counts", "least"), [((29, 29, 31), 29), ((31, 31, 29), 31), ((20, 30, 31), 20)]
)
def test_most_nodes_of_a_pool_tell_what_a_node_takes(
    counts: tuple[int, int, int], least: int
) -> None:
    draft = Draft("cni-nodesubnet")
    for place, number in enumerate(counts):
        configurations = draft.configurations(SCALE_SET_INTERFACES, place)
        more = [
            arm.ip_configuration(
                draft.one(SCALE_SET_INTERFACES, place)["id"],
                f"extra{each}",
                f"10.60.2.{40 * place + each}",
                subnet=subnet_of(draft)["id"],
                is_primary=False,
            )
            for each in range(max(0, number - len(configurations)))
        ]
        configurations[number:] = more
    assert first(draft).draws[0].least_per_node == least


def test_auto_provisioning_is_open_ended() -> None:
    found = surveyed("automatic")
    assert found.is_open_ended
    assert [each.name for each in found.subnets] == ["aks-subnet"]


def test_a_pool_that_names_no_subnet_is_in_the_one_that_aks_made() -> None:
    snapshot = bundled("kubenet-vmss")
    assert [each.name for each in surveyed(snapshot).subnets] == ["aks-subnet"]
    refusal = refusal_of_list(snapshot, NETWORKS)
    hidden = surveyed(refused(snapshot, [refusal]))
    assert gap_of(refusal) in hidden.gaps


def test_a_subnet_that_does_not_exist_is_a_doubt() -> None:
    draft = Draft("cni-nodesubnet")
    draft.one(NETWORKS)["properties"]["subnets"].pop(0)
    found = surveyed(draft)
    assert (found.subnets, found.doubts) == ((), ("subnet snet-aks does not exist",))


@pytest.mark.parametrize(
    ("fields", "doubts"),
    [
        ({}, []),
        ({"count": None}, ["ARM does not tell how many nodes pool nodepool1 has", "may have"]),
        ({"upgradeSettings": {"maxSurge": "all"}}, ["maxSurge 'all' of pool nodepool1"]),
        ({"maxPods": None}, ["ARM does not tell maxPods of pool nodepool1"]),
    ],
)
def test_a_term_that_is_missing_is_named(fields: dict[str, Any], doubts: list[str]) -> None:
    draft = Draft("cni-nodesubnet")
    pool_of(draft).update(fields)
    (draw,) = first(draft).draws
    found = list(draw.doubts)
    assert len(found) == len(doubts)
    assert all(part in said for part, said in zip(doubts, found, strict=True))
    if "maxPods" not in fields:
        assert list(untold_nodes(draw.pool)) == found


def test_the_model_of_a_pool_may_be_unknown() -> None:
    draft = Draft("kubenet-vmss")
    draft.network_profile["networkPlugin"] = "new"
    (draw,) = first(draft).draws
    assert list(draw.doubts) == ["the network model of pool nodepool1 is not recognised"]
    assert draw.addresses_per_node is None


@settings(max_examples=40, deadline=None)
@given(st.integers(22, 29), st.integers(0, 60), st.integers(10, 60))
def test_nodes_fit_until_the_addresses_run_out(length: int, others: int, max_pods: int) -> None:
    draft = Draft("cni-nodesubnet")
    resize(draft, f"10.60.0.0/{length}")
    connect(draft, *gateways(others))
    pool_of(draft)["maxPods"] = max_pods
    found = first(draft)
    left = (1 << 32 - length) - 5 - 87 - others
    nodes = 3
    while left >= 1 + max_pods:
        left -= 1 + max_pods
        nodes += 1
    assert found.most_nodes(found.draws[0]) == nodes
