"""How many addresses are needed: the documented examples, and oracles that count them out."""

from collections.abc import Sequence
from ipaddress import ip_network
from itertools import islice
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.network.address_needs import (
    Needs,
    NodeAddresses,
    SurgeNeed,
    addresses_per_node,
    needs,
    nodes_that_fit,
    pod_cidr_slots,
    smallest_prefix,
)
from inspector.network.addresses import free_addresses, usable_addresses
from inspector.network.models import NetworkModel
from inspector.resources import AgentPoolProfile, decode

KUBENET, NODE_SUBNET, OVERLAY, BYO = (
    NetworkModel.KUBENET,
    NetworkModel.CNI_NODE_SUBNET,
    NetworkModel.CNI_OVERLAY,
    NetworkModel.BYO_CNI,
)
DYNAMIC, STATIC = NetworkModel.CNI_POD_SUBNET_DYNAMIC, NetworkModel.CNI_POD_SUBNET_STATIC


def pool(count: int | None, surge: str | None = "1", **fields: Any) -> AgentPoolProfile:
    written = {"name": "np", "count": count, "upgradeSettings": {"maxSurge": surge}, **fields}
    return decode(msgspec.json.encode(written), AgentPoolProfile)


def scaled(count: int, most: int, surge: str | None = "1") -> AgentPoolProfile:
    return pool(count, surge, enableAutoScaling=True, maxCount=most)


def in_node_subnet(max_pods: int | None) -> int | None:
    return addresses_per_node(NODE_SUBNET, max_pods).node_subnet


def test_the_documented_example_of_fifty_nodes() -> None:
    found = needs([(pool(50), in_node_subnet(30))])
    assert found.now_with_surge == SurgeNeed(optimistic=1_581, documented=1_581)
    assert smallest_prefix(1_581) == 21


def test_the_documented_example_of_fifty_nodes_that_become_sixty() -> None:
    found = needs([(scaled(50, 60), in_node_subnet(30))])
    assert found.at_most_with_surge == SurgeNeed(optimistic=1_891, documented=1_891)
    assert smallest_prefix(1_891) == 21


def test_the_documented_example_of_five_pools_that_surge_by_half() -> None:
    found = needs([(pool(4, "50%"), 1)] * 5)
    assert found.now == 20
    assert found.now_with_surge == SurgeNeed(optimistic=22, documented=30)


@pytest.mark.parametrize(
    ("model", "subnet", "nodes"),
    [
        (KUBENET, "10.0.0.0/27", 27),
        (KUBENET, "10.0.0.0/24", 251),
        (OVERLAY, "10.0.0.0/24", 251),
        (NODE_SUBNET, "10.0.0.0/24", 8),
    ],
)
def test_the_documented_examples_of_nodes_in_a_subnet(
    model: NetworkModel, subnet: str, nodes: int
) -> None:
    per_node = addresses_per_node(model, 30).node_subnet
    assert nodes_that_fit(usable_addresses([subnet]), per_node) == nodes


@pytest.mark.parametrize("count", range(20, 26))
def test_a_kubenet_subnet_of_27_has_room_for_20_to_25_nodes_and_their_upgrade(count: int) -> None:
    per_node = addresses_per_node(KUBENET, 110).node_subnet
    need = needs([(pool(count, "1"), per_node)]).now_with_surge.documented
    assert need is not None
    assert need <= 27
    assert smallest_prefix(need) == 27


@pytest.mark.parametrize(
    ("model", "max_pods", "taken"),
    [
        (KUBENET, 110, NodeAddresses(node_subnet=1)),
        (OVERLAY, None, NodeAddresses(node_subnet=1)),
        (BYO, 250, NodeAddresses(node_subnet=1)),
        (NODE_SUBNET, 30, NodeAddresses(node_subnet=31)),
        (NODE_SUBNET, 110, NodeAddresses(node_subnet=111)),
        (NODE_SUBNET, None, NodeAddresses(node_subnet=None)),
        (DYNAMIC, 30, NodeAddresses(node_subnet=1, pod_subnet_floor=16, pod_subnet=32)),
        (DYNAMIC, 16, NodeAddresses(node_subnet=1, pod_subnet_floor=16, pod_subnet=16)),
        (DYNAMIC, 250, NodeAddresses(node_subnet=1, pod_subnet_floor=16, pod_subnet=256)),
        (DYNAMIC, None, NodeAddresses(node_subnet=1, pod_subnet_floor=16, pod_subnet=None)),
        (STATIC, 15, NodeAddresses(node_subnet=1, pod_subnet_floor=16, pod_subnet=16)),
        (STATIC, 16, NodeAddresses(node_subnet=1, pod_subnet_floor=32, pod_subnet=32)),
        (STATIC, 250, NodeAddresses(node_subnet=1, pod_subnet_floor=256, pod_subnet=256)),
        (STATIC, None, NodeAddresses(node_subnet=1, pod_subnet_floor=None, pod_subnet=None)),
        (
            NetworkModel.UNRECOGNISED,
            30,
            NodeAddresses(node_subnet=None, pod_subnet_floor=None, pod_subnet=None),
        ),
    ],
)
def test_what_a_node_takes(model: NetworkModel, max_pods: int | None, taken: NodeAddresses) -> None:
    assert addresses_per_node(model, max_pods) == taken


@given(st.integers(1, 260))
def test_pod_subnets_are_taken_from_in_whole_batches(max_pods: int) -> None:
    dynamic, static = addresses_per_node(DYNAMIC, max_pods), addresses_per_node(STATIC, max_pods)
    batch = blocks = 16
    while batch < max_pods:
        batch += 16
    while blocks < max_pods + 1:
        blocks += 16
    assert dynamic.pod_subnet == batch
    assert static.pod_subnet == static.pod_subnet_floor == blocks


def counted(pools: Sequence[tuple[int, int, int]]) -> tuple[int, SurgeNeed]:
    """Return the need of pools, given by nodes, surge and what a node takes, taken one by one."""
    nodes = [each for count, _, each in pools for _ in range(count)]
    surging = [[each for _ in range(surge)] for _, surge, each in pools]
    together = [each for extra in surging for each in extra]
    alone = max((sum(nodes) + sum(extra) for extra in surging), default=0)
    return sum(nodes), SurgeNeed(optimistic=alone, documented=sum(nodes) + sum(together))


@given(
    st.lists(
        st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(0, 12), st.integers(1, 40)),
        max_size=5,
    )
)
def test_needs_agree_with_counting_every_node(pools: list[tuple[int, int, int, int]]) -> None:
    found = needs((scaled(now, now + more, str(surge)), each) for now, more, surge, each in pools)
    now = counted([(now, min(surge, now), each) for now, _, surge, each in pools])
    most = counted([(now + more, min(surge, now + more), each) for now, more, surge, each in pools])
    assert (found.now, found.now_with_surge) == now
    assert (found.at_most, found.at_most_with_surge) == most


def test_the_surge_is_a_share_of_the_nodes_there_are_then() -> None:
    found = needs([(scaled(3, 30, "33%"), 1)])
    assert found == Needs(
        now=3,
        now_with_surge=SurgeNeed(optimistic=4, documented=4),
        at_most=30,
        at_most_with_surge=SurgeNeed(optimistic=40, documented=40),
    )


def test_the_largest_surge_is_that_which_takes_most_addresses() -> None:
    found = needs([(pool(9, "5"), 31), (pool(9, "2"), 111)])
    assert found.now_with_surge.optimistic == 9 * 31 + 9 * 111 + 2 * 111


def test_a_pool_that_upgrades_in_place_needs_nothing_more() -> None:
    in_place = pool(4, upgradeSettings={"maxSurge": "0", "maxUnavailable": "1"})
    assert needs([(in_place, 31)]).now_with_surge == SurgeNeed(optimistic=124, documented=124)


UNTOLD = SurgeNeed(optimistic=None, documented=None)


@pytest.mark.parametrize(
    ("odd", "each", "now", "with_surge", "at_most"),
    [
        (pool(None), 1, None, UNTOLD, None),
        (pool(3), None, None, UNTOLD, None),
        (pool(3, "many"), 1, 5, UNTOLD, 5),
        (pool(3, enableAutoScaling=True), 1, 5, SurgeNeed(optimistic=6, documented=7), None),
    ],
)
def test_what_cannot_be_told_of_one_pool_cannot_be_told_of_all(
    odd: AgentPoolProfile, each: int | None, now: int | None, with_surge: SurgeNeed, at_most: int
) -> None:
    found = needs([(pool(2), 1), (odd, each)])
    assert (found.now, found.now_with_surge, found.at_most) == (now, with_surge, at_most)
    assert (found.at_most_with_surge == UNTOLD) == (with_surge == UNTOLD or at_most is None)


def test_no_pools_need_nothing() -> None:
    nothing = SurgeNeed(optimistic=0, documented=0)
    assert needs([]) == Needs(now=0, now_with_surge=nothing, at_most=0, at_most_with_surge=nothing)


@pytest.mark.parametrize(
    ("cidrs", "slots"),
    [
        (["10.244.0.0/16"], 256),
        (["10.244.0.0/15"], 512),
        (["10.240.0.0/12"], 4_096),
        (["10.244.0.0/24"], 1),
        (["10.244.0.0/25"], 0),
        (["10.244.0.0/16", "fd12:3456:789a::/64"], 256),
        (["10.244.0.0/16", "10.10.0.0/17"], 384),
        (["fd12:3456:789a::/64"], None),
        ([], None),
    ],
)
def test_the_nodes_a_pod_cidr_has_a_slice_for(cidrs: list[str], slots: int | None) -> None:
    assert pod_cidr_slots(cidrs) == slots


@given(st.integers(8, 30), st.integers(8, 20))
def test_slices_are_counted_one_by_one(node_prefix_length: int, length: int) -> None:
    text = f"10.0.0.0/{length}"
    slots = pod_cidr_slots([text], node_prefix_length)
    if node_prefix_length < length:
        assert slots == 0
    else:
        subnets = ip_network(text).subnets(new_prefix=node_prefix_length)
        assert slots == 1 << (node_prefix_length - length)
        assert len(list(islice(subnets, 300))) == min(slots, 300)


def test_a_pod_cidr_that_is_no_range_is_named() -> None:
    with pytest.raises(ValueError, match="'pods' does not appear"):
        pod_cidr_slots(["10.244.0.0/16", "pods"])


@given(st.integers(0, 2_000), st.integers(1, 120))
def test_nodes_fit_until_the_next_one_wants_more_than_is_left(free: int, per_node: int) -> None:
    left, nodes = free, 0
    while left >= per_node:
        left -= per_node
        nodes += 1
    assert nodes_that_fit(free, per_node) == nodes


def test_without_a_figure_nothing_is_said_of_the_nodes_that_fit() -> None:
    assert nodes_that_fit(None, 31) is None
    assert nodes_that_fit(free_addresses(["fd00::/64"], 0), 1) is None
    assert nodes_that_fit(251, None) is None


@given(st.integers(0, 2**30))
def test_the_smallest_prefix_is_the_first_that_is_large_enough(addresses: int) -> None:
    fitting = [
        length
        for length in range(29, 1, -1)
        if (usable_addresses([f"0.0.0.0/{length}"]) or 0) >= addresses
    ]
    assert smallest_prefix(addresses) == next(iter(fitting), None)


@pytest.mark.parametrize(
    ("addresses", "length"),
    [(0, 29), (3, 29), (4, 28), (251, 24), (252, 23), (2**30 - 5, 2), (2**30 - 4, None)],
)
def test_smallest_prefixes(addresses: int, length: int | None) -> None:
    assert smallest_prefix(addresses) == length
