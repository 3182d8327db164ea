"""kubenet-pod-cidrs: when it passes, fails, does not know, and does not apply."""

from ipaddress import ip_network
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures import documents as arm
from inspector.findings import Severity, Status
from tests.checks.kit import ask, the_finding
from tests.odd_clusters import (
    INTERFACES,
    MACHINES,
    NETWORKS,
    ROUTE_TABLES,
    SCALE_SETS,
    Draft,
    bundled,
    gap_of,
    refusal_of,
    refusal_of_list,
)

CHECK = "kubenet-pod-cidrs"
SET = "aks-nodepool1-18264093-vmss"
TABLE = "aks-agentpool-30517864-routetable"


def routes(draft: Draft) -> list[Any]:
    found: list[Any] = draft.one(ROUTE_TABLES)["properties"]["routes"]
    return found


def sliced(*prefixes: str) -> Draft:
    """Return the cluster with these slices, under the nodes' plain names."""
    draft = Draft("kubenet-vmss")
    for number, (route, prefix) in enumerate(zip(routes(draft), prefixes, strict=True)):
        route["name"] = f"{SET}00000{number}"
        route["properties"]["addressPrefix"] = prefix
    return draft


def test_it_passes_where_the_slices_are_apart_and_inside() -> None:
    outcome = ask(CHECK, "kubenet-vmss")
    assert outcome.status is Status.PASSED
    assert outcome.message == "3 of 3 slices apart and inside 10.244.0.0/16"
    assert {each.field for each in outcome.evidence} == {"properties.addressPrefix"}
    assert sorted(str(each.value) for each in outcome.evidence) == [
        "10.244.0.0/24",
        "10.244.1.0/24",
        "10.244.2.0/24",
    ]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("seed-kubenet", "1 of 1 slice apart and inside 10.244.0.0/16"),
        (
            "kubenet-dual-stack",
            "4 of 4 slices apart and inside 10.244.0.0/16, fd5c:8a41:77d2:1f::/64",
        ),
    ],
)
def test_it_passes_on_sound_kubenet_clusters(name: str, message: str) -> None:
    outcome = ask(CHECK, name)
    assert (outcome.status, outcome.message) == (Status.PASSED, message)


def test_a_slice_of_another_size_is_named_and_no_fault() -> None:
    outcome = ask(CHECK, sliced("10.244.0.0/25", "10.244.0.128/25", "10.244.1.0/26"))
    assert outcome.status is Status.PASSED
    assert outcome.message.endswith(" inside 10.244.0.0/16; 2 of them a /25, 1 of them a /26")


@pytest.mark.parametrize("second", ["10.244.0.0/24", "10.244.0.128/25", "10.244.0.0/23"])
def test_it_fires_for_two_nodes_with_overlapping_slices(second: str) -> None:
    draft = sliced("10.244.0.0/24", second, "10.244.9.0/24")
    outcome = ask(CHECK, draft)
    finding = the_finding(outcome)
    assert outcome.message == "wrong on 2 of 3 slices"
    assert (finding.cause, finding.severity) == ("overlap", Severity.CRITICAL)
    assert (str(finding.subject), finding.name) == (draft.one(ROUTE_TABLES)["id"], TABLE)
    assert finding.message.startswith(f"slices overlap in {TABLE}: ")
    assert f"10.244.0.0/24 of {SET}000000" in finding.message
    assert f"{second} of {SET}000001" in finding.message
    assert sorted(str(each.value) for each in finding.evidence) == sorted(["10.244.0.0/24", second])
    assert finding.commands == (
        f"az network route-table show --ids {finding.subject} --query routes --output table",
    )


@given(st.lists(st.tuples(st.integers(0, 15), st.integers(28, 32)), min_size=3, max_size=3))
def test_it_fires_just_where_an_address_is_in_two_slices(drawn: list[tuple[int, int]]) -> None:
    prefixes = [str(ip_network(f"10.244.0.{each}/{size}", strict=False)) for each, size in drawn]
    members = [set(ip_network(each)) for each in prefixes]
    is_shared = any(one & other for one, other in combinations(members, 2))
    outcome = ask(CHECK, sliced(*prefixes))
    assert (outcome.status is Status.FAILED) is is_shared
    if is_shared:
        hit = [each for each in members if sum(bool(each & other) for other in members) > 1]
        assert outcome.message == f"wrong on {len(hit)} of 3 slices"


@pytest.mark.parametrize("prefix", ["10.245.0.0/24", "10.0.0.0/8", "10.243.255.0/24"])
def test_it_fires_for_a_slice_outside_the_pod_cidr(prefix: str) -> None:
    outcome = ask(CHECK, sliced("10.244.0.0/24", prefix, "192.168.0.0/24"))
    causes = {each.cause: each for each in outcome.findings}
    finding = causes["outside"]
    assert finding.severity is Severity.CRITICAL
    assert finding.message == (
        f"2 of 3 slices in {TABLE} outside 10.244.0.0/16: {prefix} of {SET}000001, "
        f"192.168.0.0/24 of {SET}000002"
    )
    assert [each.value for each in finding.evidence] == [prefix, "192.168.0.0/24"]


def test_slices_outside_are_told_in_each_family() -> None:
    draft = Draft("kubenet-dual-stack")
    draft.network_profile["podCidrs"][1] = "fd00:1::/64"
    finding = the_finding(ask(CHECK, draft))
    assert finding.message.startswith("2 of 4 slices")
    assert "fd5c:8a41:77d2:1f::/80" in finding.message


def test_it_fires_for_a_name_that_holds_another_prefix() -> None:
    draft = Draft("kubenet-vmss")
    route = routes(draft)[0]
    route["properties"]["addressPrefix"] = "10.244.77.0/24"
    finding = the_finding(ask(CHECK, draft))
    assert (finding.cause, finding.severity) == ("name", Severity.LOW)
    assert finding.message == (
        f"1 of 3 pod routes in {TABLE} named after another prefix: "
        f"{route['name']} for 10.244.77.0/24"
    )


def test_an_ipv6_prefix_may_be_written_in_another_form_than_its_name() -> None:
    draft = Draft("kubenet-dual-stack")
    for route in routes(draft):
        prefix = route["properties"]["addressPrefix"]
        route["properties"]["addressPrefix"] = prefix.upper().replace("::/80", ":0:0:0:0/80")
    assert ask(CHECK, draft).status is Status.PASSED


def test_two_slices_of_one_node_are_another_check_s() -> None:
    draft = Draft("kubenet-vmss")
    route = routes(draft)[0]
    again = route | {"id": f"{route['id']}-2", "name": route["name"].partition("____")[0]}
    routes(draft).append(again)
    assert ask(CHECK, draft).message == "4 of 4 slices apart and inside 10.244.0.0/16"


def test_a_slice_that_overlaps_with_a_gone_node_s_is_another_check_s() -> None:
    draft = Draft("kubenet-vmss")
    table = draft.one(ROUTE_TABLES)["id"]
    routes(draft).append(arm.route(table, f"{SET}000009", "10.244.0.0/24", "10.224.0.9"))
    assert ask(CHECK, draft).status is Status.PASSED


@pytest.mark.parametrize("value", [None, "no range"])
def test_it_does_not_know_without_a_pod_cidr(value: str | None) -> None:
    draft = Draft("kubenet-vmss")
    draft.network_profile.update(podCidr=value, podCidrs=None)
    outcome = ask(CHECK, draft)
    assert outcome.status is Status.UNKNOWN
    assert outcome.message == "the cluster names no IPv4 pod CIDR that can be read"


@pytest.mark.parametrize("kind", [NETWORKS, ROUTE_TABLES])
def test_it_does_not_know_without_the_table(kind: str) -> None:
    refusal = refusal_of(bundled("kubenet-vmss"), kind)
    outcome = ask(CHECK, "kubenet-vmss", refusal)
    assert outcome.status is Status.UNKNOWN
    assert gap_of(refusal) in outcome.missing


@pytest.mark.parametrize("kind", [MACHINES, SCALE_SETS, INTERFACES])
def test_an_overlap_stays_a_fault_while_other_nodes_may_be_hidden(kind: str) -> None:
    snapshot = sliced("10.244.0.0/24", "10.244.0.0/24", "10.244.9.0/24").snapshot()
    refusal = refusal_of_list(snapshot, kind, with_documents=False)
    outcome = ask(CHECK, snapshot, refusal)
    assert the_finding(outcome).cause == "overlap"
    assert gap_of(refusal) in outcome.missing


def test_it_does_not_apply_without_pod_routes_or_to_cni() -> None:
    draft = Draft("kubenet-vmss")
    routes(draft).clear()
    outcome = ask(CHECK, draft)
    assert outcome.status is Status.SKIPPED
    assert outcome.message == "there is no pod route of a node: kubenet-node-route tells of it"
    assert ask(CHECK, "cni-overlay").status is Status.SKIPPED
