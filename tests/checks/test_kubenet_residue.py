"""kubenet-residue: when it passes, fails, does not know, and does not apply."""

from typing import Any

import pytest

from fixtures import documents as arm
from inspector.findings import Severity, Status
from tests.checks.kit import ask, the_finding
from tests.odd_clusters import (
    MACHINES,
    NETWORKS,
    ROUTE_TABLES,
    SCALE_SET_INTERFACES,
    SCALE_SETS,
    Draft,
    bundled,
    gap_of,
    refusal_of,
    refusal_of_list,
)

CHECK = "kubenet-residue"
SET = "aks-nodepool1-50632197-vmss"
SHOP_SET = "aks-nodepool1-18264093-vmss"
SHOP_TABLE = "aks-agentpool-30517864-routetable"


def migrated(**profile: Any) -> Draft:
    """Return a cluster that left kubenet for Overlay and kept its routes."""
    draft = Draft("kubenet-vmss")
    draft.network_profile.update({"networkPlugin": "azure", "networkPluginMode": "overlay"})
    draft.network_profile.update(profile)
    return draft


def detached() -> Draft:
    draft = migrated()
    del draft.one(NETWORKS)["properties"]["subnets"][0]["properties"]["routeTable"]
    del draft.one(ROUTE_TABLES)["properties"]["subnets"]
    return draft


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("cni-overlay", "no pod routes on 1 of 1 subnet (0 route tables)"),
        ("cni-nodesubnet", "no pod routes on 1 of 1 subnet (0 route tables)"),
        ("cni-podsubnet", "no pod routes on 4 of 4 subnets (0 route tables)"),
        ("private-udr", "no pod routes on 1 of 1 subnet (1 route table)"),
    ],
)
def test_it_passes_where_nothing_is_left(name: str, message: str) -> None:
    outcome = ask(CHECK, name)
    assert (outcome.status, outcome.message) == (Status.PASSED, message)


@pytest.mark.parametrize("name", ["byo-cni", "dual-stack", "isolated", "virtual-nodes"])
def test_it_passes_on_sound_clusters_of_other_models(name: str) -> None:
    assert ask(CHECK, name).status is Status.PASSED


def test_it_fires_for_routes_that_the_migration_left() -> None:
    outcome = ask(CHECK, "half-migrated")
    finding = the_finding(outcome)
    assert outcome.message == "left of kubenet: 1 of 1 route table"
    assert (finding.cause, finding.severity) == ("pod-routes", Severity.MEDIUM)
    assert finding.name == "rt-orders"
    assert finding.message == (
        "2 of 3 routes of rt-orders, on snet-aks, left of kubenet: "
        f"{SET}000000 (10.244.1.0/24), {SET}000001 (10.244.0.0/24)"
    )
    assert [(each.field, each.value) for each in finding.evidence[:2]] == [
        ("properties.addressPrefix", "10.244.1.0/24"),
        ("properties.nextHopIpAddress", "10.96.4.5"),
    ]
    assert finding.evidence[-1].field == "properties.routeTable.id"
    show, *deletes = finding.commands
    assert show == (
        f"az network route-table show --ids {finding.subject} --query routes --output table"
    )
    assert [each.rpartition("/")[2] for each in deletes] == [
        f"{SET}000000____102441024",
        f"{SET}000001____102440024",
    ]


def test_a_table_of_aks_s_own_is_taken_off_and_not_edited() -> None:
    finding = the_finding(ask(CHECK, migrated()))
    assert finding.cause == "pod-routes"
    assert "take it off the subnets" in finding.remediation
    assert not any("delete" in each for each in finding.commands)


@pytest.mark.parametrize(
    ("name", "prefix", "hop", "is_left"),
    [
        (f"{SHOP_SET}000009", "10.244.9.0/24", "10.224.0.13", True),
        (f"{SHOP_SET}000009", "10.250.9.0/24", "10.224.0.13", False),
        (f"{SHOP_SET}000009", "10.250.9.0/24", "10.224.0.4", True),
        (f"{SHOP_SET.upper()}000001", "10.250.9.0/24", "10.224.0.13", True),
        ("aks-agents-77120934-vmss000000", "10.244.9.0/24", "10.224.0.13", True),
        ("aks-agents-77120934-vmss000000", "10.250.9.0/24", "10.224.0.13", False),
        ("by-hand", "10.244.9.0/24", "10.224.0.4", False),
        ("to-branch", "172.20.0.0/16", "10.40.0.4", False),
        ("default", "0.0.0.0/0", "10.40.0.4", False),
    ],
)
def test_a_route_is_left_of_kubenet_by_name_and_node_or_prefix(
    name: str, prefix: str, hop: str, is_left: bool
) -> None:
    draft = migrated()
    table = draft.one(ROUTE_TABLES)
    table["properties"]["routes"] = [arm.route(table["id"], name, prefix, hop)]
    assert (ask(CHECK, draft).status is Status.FAILED) is is_left


def test_without_a_pod_cidr_a_route_to_a_node_is_left_all_the_same() -> None:
    draft = migrated(networkPluginMode=None, podCidr=None, podCidrs=None)
    assert the_finding(ask(CHECK, draft)).message.startswith("3 of 3 routes of ")


@pytest.mark.parametrize("has_routes", [True, False])
def test_a_table_of_kubenet_s_on_no_subnet_is_a_note(has_routes: bool) -> None:
    draft = detached()
    if not has_routes:
        draft.one(ROUTE_TABLES)["properties"]["routes"].clear()
    finding = the_finding(ask(CHECK, draft))
    assert (finding.cause, finding.severity) == ("leftover-table", Severity.INFO)
    content = "3 routes" if has_routes else "no routes"
    assert finding.message == (
        f"{SHOP_TABLE} is named as AKS names the tables of kubenet: it has {content} and "
        "is on no subnet"
    )
    assert finding.evidence[0].value == (3 if has_routes else 0)


def test_an_empty_table_on_a_subnet_is_a_note() -> None:
    draft = migrated()
    draft.one(ROUTE_TABLES)["properties"]["routes"].clear()
    finding = the_finding(ask(CHECK, draft))
    assert finding.cause == "leftover-table"
    assert finding.message.endswith("it has no routes and is on aks-subnet")


def test_a_table_of_the_user_s_in_the_group_is_none_of_kubenet_s() -> None:
    draft = Draft("cni-overlay")
    draft.add(arm.route_table(draft.group, "rt-spare", location="westeurope"))
    assert ask(CHECK, draft).status is Status.PASSED


@pytest.mark.parametrize("kind", [NETWORKS, ROUTE_TABLES])
def test_it_does_not_know_without_network_or_table(kind: str) -> None:
    snapshot = bundled("private-udr")
    refusal = refusal_of(snapshot, kind)
    outcome = ask(CHECK, snapshot, refusal)
    assert outcome.status is Status.UNKNOWN
    assert outcome.missing == (gap_of(refusal),)


@pytest.mark.parametrize("kind", [MACHINES, SCALE_SETS, NETWORKS, ROUTE_TABLES])
def test_it_does_not_know_without_a_list(kind: str) -> None:
    snapshot = bundled("cni-overlay")
    refusal = refusal_of_list(snapshot, kind)
    outcome = ask(CHECK, snapshot, refusal)
    assert outcome.status is Status.UNKNOWN
    assert gap_of(refusal) in outcome.missing


@pytest.mark.parametrize("kind", [MACHINES, SCALE_SETS, SCALE_SET_INTERFACES])
def test_routes_in_the_pod_cidr_stay_a_fault_while_nodes_are_hidden(kind: str) -> None:
    snapshot = migrated().snapshot()
    refusal = refusal_of_list(snapshot, kind)
    assert the_finding(ask(CHECK, snapshot, refusal)).cause == "pod-routes"


def test_a_table_is_on_no_subnet_only_while_all_were_seen() -> None:
    snapshot = detached().snapshot()
    outcome = ask(CHECK, snapshot, refusal_of_list(snapshot, NETWORKS))
    assert outcome.status is Status.UNKNOWN


def test_it_does_not_apply_to_kubenet() -> None:
    outcome = ask(CHECK, "kubenet-vmss")
    assert (outcome.status, outcome.message) == (Status.SKIPPED, "the cluster uses kubenet")


@pytest.mark.parametrize(
    ("plugin", "message"),
    [
        (None, "ARM does not tell the cluster's network plugin"),
        ("flannel", "network plugin flannel is not recognised"),
    ],
)
def test_it_does_not_know_a_plugin_that_is_not_recognised(plugin: str | None, message: str) -> None:
    outcome = ask(CHECK, migrated(networkPlugin=plugin))
    assert (outcome.status, outcome.message) == (Status.UNKNOWN, message)
