"""kubenet-stale-route: when it passes, fails, does not know, and does not apply."""

from typing import Any

import pytest

from fixtures import documents as arm
from inspector.findings import Severity, Status
from tests.checks.kit import ask, the_finding
from tests.odd_clusters import (
    INTERFACES,
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

CHECK = "kubenet-stale-route"
SET = "aks-nodepool1-18264093-vmss"
TABLE = "aks-agentpool-30517864-routetable"
OTHER_SET = "aks-agents-77120934-vmss"


def routes(draft: Draft) -> list[Any]:
    found: list[Any] = draft.one(ROUTE_TABLES)["properties"]["routes"]
    return found


def with_route(name: str, prefix: str, hop: str) -> Draft:
    draft = Draft("kubenet-vmss")
    routes(draft).append(arm.route(draft.one(ROUTE_TABLES)["id"], name, prefix, hop))
    return draft


def left_over() -> Draft:
    return with_route(f"{SET}000009____102449024", "10.244.9.0/24", "10.224.0.13")


def test_it_passes_where_every_route_is_for_a_node() -> None:
    outcome = ask(CHECK, "kubenet-vmss")
    assert outcome.status is Status.PASSED
    assert outcome.message == "3 of 3 pod routes for a node that is there"


@pytest.mark.parametrize("name", ["seed-kubenet", "basic-balancer", "kubenet-dual-stack"])
def test_it_passes_on_every_sound_kubenet_cluster(name: str) -> None:
    assert ask(CHECK, name).status is Status.PASSED


def test_it_fires_for_the_route_of_a_node_that_is_gone() -> None:
    draft = left_over()
    outcome = ask(CHECK, draft)
    finding = the_finding(outcome)
    table, name = draft.one(ROUTE_TABLES)["id"], f"{SET}000009____102449024"
    assert outcome.message == "left over: 1 of 4 pod routes"
    assert (finding.cause, finding.severity) == ("stale", Severity.MEDIUM)
    assert (str(finding.subject), finding.name) == (table, TABLE)
    assert finding.message == (
        f"1 of 4 pod routes of {TABLE} for no node that is there: "
        f"{SET}000009 (10.244.9.0/24 to 10.224.0.13)"
    )
    assert [(each.name, each.field, each.value) for each in finding.evidence] == [
        (name, "properties.addressPrefix", "10.244.9.0/24"),
        (name, "properties.nextHopIpAddress", "10.224.0.13"),
    ]
    assert finding.commands == (
        f"az network route-table route show --ids {table}/routes/{name}",
        f"az role assignment list --scope {table} --include-inherited",
    )


def test_routes_of_a_table_of_the_user_s_are_deleted_after_a_look() -> None:
    draft = left_over()
    table = draft.one(ROUTE_TABLES)
    draft.remove(ROUTE_TABLES)
    moved = table["id"].replace("MC_rg-shop_aks-shop_westeurope", "rg-shop-network")
    for each in table["properties"]["routes"]:
        each["id"] = each["id"].replace(table["id"], moved)
    draft.one(NETWORKS)["properties"]["subnets"][0]["properties"]["routeTable"]["id"] = moved
    draft.add(table | {"id": moved})
    finding = the_finding(ask(CHECK, draft))
    name = f"{moved}/routes/{SET}000009____102449024"
    assert finding.commands[0] == f"az network route-table route show --ids {name}"
    assert finding.commands[-1] == f"az network route-table route delete --ids {name}"


def test_it_is_worse_where_the_old_route_takes_a_node_s_packets() -> None:
    finding = the_finding(ask(CHECK, with_route(f"{SET}000009", "10.244.1.128/25", "10.224.0.13")))
    assert (finding.cause, finding.severity) == ("stale", Severity.HIGH)
    assert finding.message.endswith(f"; they overlap slices of {SET}000000")


def test_it_names_the_node_that_has_the_address_now() -> None:
    draft = with_route(f"{SET}000009", "10.244.9.0/24", "10.224.0.4")
    assert the_finding(ask(CHECK, draft)).message.endswith(
        f"{SET}000009 (10.244.9.0/24 to 10.224.0.4, now of {SET}000001)"
    )


def test_routes_that_are_left_over_are_one_finding() -> None:
    draft = left_over()
    table = draft.one(ROUTE_TABLES)["id"]
    routes(draft).append(arm.route(table, f"{SET}00000a", "10.244.10.0/24", "10.224.0.14"))
    finding = the_finding(ask(CHECK, draft))
    assert finding.message.startswith("2 of 5 pod routes")
    assert len(finding.evidence) == 4


def test_it_fires_for_a_node_with_two_slices() -> None:
    outcome = ask(CHECK, with_route(f"{SET}000001", "10.244.9.0/24", "10.224.0.4"))
    finding = the_finding(outcome)
    assert outcome.message == "left over: 1 of 4 pod routes"
    assert (finding.cause, finding.severity) == ("second-slice", Severity.LOW)
    assert finding.message == f"routes of {TABLE} give 1 node more than one slice: {SET}000001"
    assert [each.value for each in finding.evidence] == [
        "10.244.2.0/24",
        "10.224.0.4",
        "10.244.9.0/24",
        "10.224.0.4",
    ]


def test_one_slice_under_both_styles_of_name_is_one_slice() -> None:
    assert ask(CHECK, with_route(f"{SET}000001", "10.244.2.0/24", "10.224.0.4")).status is (
        Status.PASSED
    )


@pytest.mark.parametrize(
    ("name", "prefix"),
    [
        (f"{OTHER_SET}000001____102509024", "10.250.9.0/24"),
        ("to-branch", "172.20.0.0/16"),
        ("default", "0.0.0.0/0"),
        ("to-firewall", "10.244.0.0/16"),
    ],
)
def test_routes_of_others_are_not_left_over(name: str, prefix: str) -> None:
    assert ask(CHECK, with_route(name, prefix, "10.40.0.4")).status is Status.PASSED


def test_a_route_of_a_cluster_seen_in_the_subnet_is_not_left_over() -> None:
    draft = with_route(f"{OTHER_SET}000000____102449024", "10.244.9.0/24", "10.224.0.13")
    assert the_finding(ask(CHECK, draft)).cause == "stale"
    subnet = draft.one(NETWORKS)["properties"]["subnets"][0]["properties"]
    device = subnet["ipConfigurations"][0]["id"].upper()
    other = device.replace(SET.upper(), OTHER_SET.upper()).replace("AKS-SHOP", "AKS-OTHER")
    subnet["ipConfigurations"].append({"id": other})
    assert ask(CHECK, draft).status is Status.PASSED


def test_a_cluster_in_motion_may_have_such_routes_for_a_while() -> None:
    draft = left_over()
    draft.cluster["properties"]["agentPoolProfiles"][0]["provisioningState"] = "Scaling"
    outcome = ask(CHECK, draft)
    assert outcome.status is Status.UNKNOWN
    assert outcome.message.startswith("pool nodepool1 is in state Scaling; 1 of 4 pod routes")


def test_a_node_that_is_made_anew_may_have_two_slices_for_a_while() -> None:
    draft = with_route(f"{SET}000001____102449024", "10.244.9.0/24", "10.224.0.4")
    assert the_finding(ask(CHECK, draft)).cause == "second-slice"
    draft.cluster["properties"]["provisioningState"] = "Upgrading"
    assert ask(CHECK, draft).status is Status.UNKNOWN


@pytest.mark.parametrize("kind", [MACHINES, SCALE_SETS, SCALE_SET_INTERFACES, INTERFACES])
def test_no_route_is_left_over_while_nodes_may_be_hidden(kind: str) -> None:
    snapshot = left_over().snapshot()
    refusal = refusal_of_list(snapshot, kind, with_documents=False)
    outcome = ask(CHECK, snapshot, refusal)
    assert outcome.status is Status.UNKNOWN
    assert outcome.missing == (gap_of(refusal),)


@pytest.mark.parametrize("kind", [NETWORKS, ROUTE_TABLES])
def test_it_does_not_know_without_the_table(kind: str) -> None:
    refusal = refusal_of(bundled("kubenet-vmss"), kind)
    outcome = ask(CHECK, "kubenet-vmss", refusal)
    assert outcome.status is Status.UNKNOWN
    assert gap_of(refusal) in outcome.missing


def test_it_does_not_know_whose_a_route_is_while_a_subnet_of_the_table_is_hidden() -> None:
    """A subnet of a network that is none of the cluster's may hold the other cluster's nodes."""
    draft = with_route(f"{OTHER_SET}000000____102449024", "10.244.9.0/24", "10.224.0.13")
    network = arm.resource_id(arm.group_id("rg-other"), NETWORKS, "vnet-other")
    subnet = arm.part_id(network, "subnets", "snet-aks")
    draft.one(ROUTE_TABLES)["properties"]["subnets"].append({"id": subnet})
    outcome = ask(CHECK, draft)
    assert outcome.status is Status.UNKNOWN
    assert outcome.message == "snet-aks could not be seen"


def test_it_does_not_apply_without_pod_routes_or_to_cni() -> None:
    draft = Draft("kubenet-vmss")
    routes(draft).clear()
    outcome = ask(CHECK, draft)
    assert outcome.status is Status.SKIPPED
    assert outcome.message == "there is no pod route: kubenet-node-route tells of it"
    assert ask(CHECK, "half-migrated").status is Status.SKIPPED
