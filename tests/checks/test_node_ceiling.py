"""node-ceiling: when it passes, fails, and does not know."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures import documents as arm
from inspector.findings import Severity, Status
from tests.checks.kit import ask, commands_of, the_finding
from tests.odd_clusters import (
    MACHINES,
    NETWORKS,
    ROUTE_TABLES,
    Draft,
    bundled,
    gap_of,
    refusal_of,
    refusal_of_list,
)

CHECK = "node-ceiling"
SHOW = (
    "az aks show --resource-group rg-shop --name aks-shop "
    "--query 'agentPoolProfiles[].[name, count, maxCount, upgradeSettings.maxSurge]' --output table"
)


def sized(name: str, count: int | None, **fields: Any) -> Draft:
    """Return the cluster with another size of its first pool, which upgrades in place."""
    draft = Draft(name)
    pool = draft.cluster["properties"]["agentPoolProfiles"][0]
    pool.update({"count": count, "upgradeSettings": {"maxSurge": "0"}} | fields)
    return draft


def growing(name: str, most: int, surge: str = "0") -> Draft:
    return sized(
        name,
        3,
        enableAutoScaling=True,
        minCount=1,
        maxCount=most,
        upgradeSettings={"maxSurge": surge},
    )


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "seed-kubenet",
            "1 node now, 2 at most with surge, below the ceiling of 100 (availability sets)",
        ),
        ("kubenet-vmss", "3 nodes now, 4 at most with surge, below the ceiling of 400 (kubenet)"),
        (
            "kubenet-dual-stack",
            "2 nodes now, 3 at most with surge, below the ceiling of 200 (kubenet, dual stack)",
        ),
        (
            "automatic",
            (
                "5 nodes now, 6 at most with surge, below the ceiling of 5000 (one AKS cluster); "
                "auto-provisioned nodes have no maximum"
            ),
        ),
    ],
)
def test_it_passes_below_the_lowest_ceiling(name: str, message: str) -> None:
    outcome = ask(CHECK, name)
    assert (outcome.status, outcome.message) == (Status.PASSED, message)


def test_a_pass_rests_on_counts_and_surge() -> None:
    outcome = ask(CHECK, "kubenet-vmss")
    assert [(each.name, each.field, each.value) for each in outcome.evidence] == [
        ("nodepool1", "properties.count", 3),
        ("nodepool1", "properties.upgradeSettings.maxSurge", "10%"),
    ]


def test_it_fires_at_the_ceiling_of_kubenet() -> None:
    outcome = ask(CHECK, sized("kubenet-vmss", 400))
    finding = the_finding(outcome)
    words = "400 nodes now, 400 at most with surge, with a ceiling of 400 (kubenet)"
    assert outcome.message == words
    assert (finding.cause, finding.severity, finding.name) == ("cluster", Severity.HIGH, "aks-shop")
    assert finding.message == f"{words}; also met: 400 (route table of 400 routes)"
    assert (finding.evidence[0].field, finding.evidence[0].value) == ("properties.count", 400)
    assert commands_of(finding) == (SHOW,)


def test_it_is_medium_where_only_the_maximum_with_surge_goes_beyond() -> None:
    assert ask(CHECK, growing("kubenet-vmss", 400)).status is Status.PASSED
    finding = the_finding(ask(CHECK, growing("kubenet-vmss", 400, "1")))
    assert (finding.cause, finding.severity) == ("cluster", Severity.MEDIUM)
    assert finding.message.startswith("3 nodes now, 401 at most with surge, with a ceiling of 400")
    assert [each.value for each in finding.evidence] == [3, 400, "1"]


@given(st.integers(0, 450), st.integers(0, 450), st.integers(0, 60))
def test_it_fires_at_a_ceiling_now_and_beyond_it_at_most(now: int, more: int, surge: int) -> None:
    draft = sized(
        "kubenet-vmss",
        now,
        enableAutoScaling=True,
        maxCount=now + more,
        upgradeSettings={"maxSurge": str(surge)},
    )
    outcome = ask(CHECK, draft)
    most = now + more + min(surge, now + more)
    expected = Severity.HIGH if now >= 400 else Severity.MEDIUM if most > 400 else None
    assert [each.severity for each in outcome.findings] == ([expected] if expected else [])


def test_routes_of_others_lower_the_ceiling() -> None:
    draft = growing("kubenet-vmss", 398)
    table = draft.one(ROUTE_TABLES)
    assert ask(CHECK, draft).status is Status.PASSED
    for number in range(3):
        table["properties"]["routes"].append(
            arm.route(table["id"], f"to-{number}", f"172.20.{number}.0/24", "10.40.0.4")
        )
    finding = the_finding(ask(CHECK, draft))
    assert "with a ceiling of 397 (route table of 400 routes, 3 of them not for nodes)" in (
        finding.message
    )


def test_a_route_left_over_takes_a_place() -> None:
    draft = growing("kubenet-vmss", 400)
    table = draft.one(ROUTE_TABLES)
    name = "aks-nodepool1-18264093-vmss000009"
    table["properties"]["routes"].append(
        arm.route(table["id"], name, "10.244.9.0/24", "10.224.0.13")
    )
    assert "with a ceiling of 399 " in the_finding(ask(CHECK, draft)).message


@pytest.mark.parametrize(
    ("name", "profile", "reason"),
    [
        ("cni-overlay", {"networkPolicy": "azure"}, "250 (Azure Network Policy Manager)"),
        ("cni-overlay", {"loadBalancerSku": "basic"}, "100 (Basic load balancer)"),
        ("basic-balancer", {}, "100 (availability sets)"),
    ],
)
def test_other_ceilings(name: str, profile: dict[str, str], reason: str) -> None:
    draft = sized(name, 300)
    draft.network_profile.update(profile | {"networkDataplane": "azure"})
    assert f"with a ceiling of {reason}" in the_finding(ask(CHECK, draft)).message


def test_network_policy_manager_stops_no_node() -> None:
    draft = sized("cni-overlay", 300)
    draft.network_profile.update({"networkPolicy": "azure", "networkDataplane": "azure"})
    finding = the_finding(ask(CHECK, draft))
    assert finding.severity is Severity.HIGH
    assert finding.impact.startswith("Network Policy Manager is not made for so many nodes")


def test_a_pool_has_a_ceiling_of_its_own() -> None:
    finding = the_finding(ask(CHECK, sized("cni-nodesubnet", 1000)))
    assert (finding.cause, finding.severity) == ("pool", Severity.HIGH)
    assert finding.name == "nodepool1"
    assert finding.message == (
        "pool nodepool1: 1000 nodes now, 1000 at most with surge, with a ceiling of 1000 "
        "(one scale set)"
    )
    outcome = ask(CHECK, sized("cni-nodesubnet", 999, upgradeSettings={"maxSurge": "2"}))
    assert outcome.message == "1 pool too large"
    assert the_finding(outcome).severity is Severity.MEDIUM


def test_the_room_of_the_pod_cidr_is_another_check_s() -> None:
    draft = sized("cni-overlay", 300)
    draft.network_profile.update(podCidr="10.244.0.0/16", podCidrs=["10.244.0.0/16"])
    assert ask(CHECK, draft).status is Status.PASSED


def test_a_ceiling_that_is_met_stays_so_whatever_is_hidden() -> None:
    snapshot = sized("kubenet-vmss", 400).snapshot()
    whole = the_finding(ask(CHECK, snapshot))
    refusal = refusal_of(snapshot, ROUTE_TABLES)
    assert the_finding(ask(CHECK, snapshot, refusal)).fingerprint == whole.fingerprint


@pytest.mark.parametrize("kind", [NETWORKS, ROUTE_TABLES])
def test_under_kubenet_it_does_not_know_without_the_table(kind: str) -> None:
    refusal = refusal_of(bundled("kubenet-vmss"), kind)
    outcome = ask(CHECK, "kubenet-vmss", refusal)
    assert outcome.status is Status.UNKNOWN
    assert gap_of(refusal) in outcome.missing


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("kubenet-vmss", Status.UNKNOWN),
        ("automatic", Status.UNKNOWN),
        ("cni-nodesubnet", Status.PASSED),
    ],
)
def test_hidden_nodes_matter_where_they_are_counted(name: str, status: Status) -> None:
    refusal = refusal_of_list(bundled(name), MACHINES)
    assert ask(CHECK, name, refusal).status is status


def test_it_does_not_know_a_maximum_that_is_not_told() -> None:
    outcome = ask(CHECK, sized("cni-nodesubnet", 3, enableAutoScaling=True, maxCount=None))
    assert outcome.status is Status.UNKNOWN
    assert outcome.message == "the most nodes of nodepool1 cannot be told"


def test_a_pool_without_a_count_has_the_nodes_that_were_seen() -> None:
    outcome = ask(CHECK, sized("cni-nodesubnet", None))
    assert outcome.status is Status.UNKNOWN
    snapshot = sized("cni-nodesubnet", None, enableAutoScaling=True, maxCount=9).snapshot()
    assert ask(CHECK, snapshot).message.startswith("3 nodes now, 9 at most with surge")
    refusal = refusal_of_list(snapshot, MACHINES)
    assert ask(CHECK, snapshot, refusal).status is Status.UNKNOWN
