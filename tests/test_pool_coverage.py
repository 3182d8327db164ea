"""Which nodes backend pools lack, and which they hold against a label."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.cluster.pool_coverage import EXCLUDING_LABEL, Coverage, coverage, wanted_nodes
from inspector.cluster.pool_members import PoolPurpose
from inspector.topology import Topology
from tests.checks.balancers import OUTBOUND_RULES, RULES, addresses, members, parts
from tests.odd_clusters import (
    LOAD_BALANCERS,
    SCALE_SET_INTERFACES,
    Draft,
    refusal_of,
    refusal_of_list,
    refused,
)

OUTBOUND = "aksOutboundBackendPool"


def covered(draft: Draft) -> Coverage:
    return coverage(Topology(draft.snapshot()))


def lacks(draft: Draft) -> list[tuple[str | None, list[str], int, int, bool]]:
    """Return what is lacking as balancer, pools, missing, wanted, and whether it is the way out."""
    return [
        (
            each.balancer.title if each.balancer is not None else None,
            [pool.title for pool in each.pools],
            len(each.nodes),
            each.wanted,
            each.is_way_out,
        )
        for each in covered(draft).lacks
    ]


@pytest.mark.parametrize(
    "cluster",
    [
        "seed-kubenet",
        "kubenet-dual-stack",
        "cni-overlay",
        "automatic",
        "multi-balancer",
        "isolated",
    ],
)
def test_healthy_clusters_lack_nothing(cluster: str) -> None:
    assert covered(Draft(cluster)) == Coverage(lacks=(), kept=())


def test_each_load_balancer_and_each_family_is_searched() -> None:
    draft = Draft("cni-overlay")
    del members(draft, "kubernetes", 1)[0]
    assert lacks(draft) == [("kubernetes-internal", ["kubernetes"], 1, 4, False)]
    draft = Draft("dual-stack")
    del members(draft, "kubernetes-IPv6")[0]
    del members(draft, "aksOutboundBackendPool-ipv6")[1:]
    assert lacks(draft) == [
        ("kubernetes", ["aksOutboundBackendPool-ipv6"], 2, 3, True),
        ("kubernetes", ["kubernetes-IPv6"], 1, 3, False),
    ]


@given(st.sets(st.integers(0, 3)))
def test_what_is_taken_out_is_what_is_lacking(gone: set[int]) -> None:
    draft = Draft("cni-overlay")
    references = members(draft, OUTBOUND)
    references[:] = [each for number, each in enumerate(references) if number not in gone]
    wanted = [("kubernetes", [OUTBOUND], len(gone), 4, True)] if references and gone else []
    assert lacks(draft) == wanted


@pytest.mark.parametrize("field", [RULES, OUTBOUND_RULES])
def test_pools_without_rules_are_not_searched(field: str) -> None:
    draft = Draft("kubenet-vmss")
    parts(draft, field).clear()
    pool = "kubernetes" if field == RULES else OUTBOUND
    del members(draft, pool)[0]
    assert lacks(draft) == []


def test_several_load_balancers_are_searched_together() -> None:
    draft = Draft("multi-balancer")
    del addresses(draft, "kubernetes", 1)[0]
    assert lacks(draft) == [(None, ["kubernetes", "kubernetes"], 1, 4, False)]
    addresses(draft, "kubernetes", 1).clear()
    assert lacks(draft) == []


def test_nothing_is_said_while_something_is_hidden() -> None:
    draft = Draft("kubenet-vmss")
    del members(draft)[0]
    snapshot = draft.snapshot()
    assert len(coverage(Topology(snapshot)).lacks) == 1
    for refusal in (
        refusal_of_list(snapshot, LOAD_BALANCERS, with_documents=False),
        refusal_of(snapshot, SCALE_SET_INTERFACES, 1),
    ):
        assert coverage(Topology(refused(snapshot, [refusal]))).lacks == ()


def wanted(draft: Draft, purpose: PoolPurpose, *, is_ipv6: bool = False) -> int:
    return len(wanted_nodes(Topology(draft.snapshot()), purpose, is_ipv6=is_ipv6))


@pytest.mark.parametrize(
    ("changes", "for_services", "for_the_way_out", "for_ipv6"),
    [
        ({}, 3, 3, 3),
        ({"mode": "Gateway"}, 0, 3, 0),
        ({"nodeLabels": {EXCLUDING_LABEL: "false"}}, 0, 3, 0),
        ({"nodeLabels": {"team": "a"}}, 3, 3, 3),
        ({"osType": "Windows", "osSKU": "Windows2019"}, 3, 3, 0),
        ({"osType": "Windows", "osSKU": None}, 3, 3, 0),
        ({"osType": "Windows", "osSKU": "Windows2025"}, 3, 3, 3),
    ],
)
def test_pools_of_nodes_may_be_left_out(
    changes: dict[str, Any], for_services: int, for_the_way_out: int, for_ipv6: int
) -> None:
    draft = Draft("dual-stack")
    draft.cluster["properties"]["agentPoolProfiles"][0].update(changes)
    assert wanted(draft, PoolPurpose.EVERY_NODE) == for_services
    assert wanted(draft, PoolPurpose.WAY_OUT) == for_the_way_out
    assert wanted(draft, PoolPurpose.EVERY_NODE, is_ipv6=True) == for_ipv6


def test_a_node_without_an_interface_or_without_the_family_is_not_wanted() -> None:
    draft = Draft("kubenet-vmss")
    assert wanted(draft, PoolPurpose.WAY_OUT, is_ipv6=True) == 0
    draft.remove(SCALE_SET_INTERFACES, 1)
    assert wanted(draft, PoolPurpose.WAY_OUT) == 2


def test_members_of_a_labelled_pool_are_kept_where_rules_use_the_pool() -> None:
    draft = Draft("kubenet-vmss")
    draft.cluster["properties"]["agentPoolProfiles"][0]["nodeLabels"] = {EXCLUDING_LABEL: ""}
    (kept,) = covered(draft).kept
    assert (kept.balancer.title, kept.pool.title, len(kept.nodes)) == ("kubernetes",) * 2 + (3,)
    parts(draft, RULES).clear()
    assert covered(draft).kept == ()
