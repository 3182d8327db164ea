"""kubenet-node-route: when it passes, fails, does not know, and does not apply."""

from typing import Any

import pytest

from fixtures import documents as arm
from inspector.findings import Severity, Status
from tests.checks.kit import ask, the_finding
from tests.odd_clusters import (
    INTERFACES,
    LOAD_BALANCERS,
    MACHINES,
    NETWORKS,
    ROUTE_TABLES,
    SCALE_SET_INTERFACES,
    SCALE_SETS,
    VIRTUAL_MACHINES,
    Draft,
    bundled,
    gap_of,
    refusal_of,
    refusal_of_list,
)

CHECK = "kubenet-node-route"
SET = "aks-nodepool1-18264093-vmss"
TABLE = "aks-agentpool-30517864-routetable"


def routes(draft: Draft) -> list[Any]:
    found: list[Any] = draft.one(ROUTE_TABLES)["properties"]["routes"]
    return found


def take_route(draft: Draft, name: str) -> None:
    """Take away the routes whose name begins so."""
    routes(draft)[:] = [each for each in routes(draft) if not each["name"].startswith(name)]


def without_route(number: int) -> Draft:
    draft = Draft("kubenet-vmss")
    take_route(draft, f"{SET}00000{number}")
    return draft


def test_it_passes_where_every_node_has_a_route() -> None:
    outcome = ask(CHECK, "kubenet-vmss")
    assert outcome.status is Status.PASSED
    assert outcome.message == "a pod route for 3 of 3 nodes"
    (evidence,) = outcome.evidence
    assert (evidence.name, evidence.field, evidence.value) == (
        TABLE,
        "properties.routes",
        "3 pod routes of nodes, 3 routes in all",
    )


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("seed-kubenet", "a pod route for 1 of 1 node"),
        ("basic-balancer", "a pod route for 2 of 2 nodes"),
        ("kubenet-dual-stack", "an IPv4 and an IPv6 pod route for 2 of 2 nodes"),
    ],
)
def test_it_passes_with_names_of_every_style(name: str, message: str) -> None:
    outcome = ask(CHECK, name)
    assert (outcome.status, outcome.message) == (Status.PASSED, message)


def test_names_are_compared_whatever_their_case() -> None:
    draft = Draft("kubenet-vmss")
    for each in routes(draft):
        each["name"] = each["name"].upper()
    assert ask(CHECK, draft).status is Status.PASSED


def test_it_fires_for_a_node_that_is_ready_without_a_route() -> None:
    draft = without_route(1)
    outcome = ask(CHECK, draft)
    finding = the_finding(outcome)
    table = draft.one(ROUTE_TABLES)["id"]
    assert outcome.message == "no pod route for 1 of 3 nodes"
    assert (finding.cause, finding.severity) == ("no-route", Severity.CRITICAL)
    assert (str(finding.subject), finding.name) == (table, TABLE)
    assert finding.message == f"no pod route leads to 1 of 3 nodes: {SET}000001"
    assert "lock on the infrastructure group" in finding.remediation
    assert [(each.name, each.field, each.value) for each in finding.evidence] == [
        (TABLE, "properties.routes", "2 pod routes of nodes, 2 routes in all"),
        (f"{SET}000001", "properties.ipConfigurations", "10.224.0.4"),
    ]
    assert finding.commands == (
        f"az network route-table show --ids {table} --query routes --output table",
        f"az role assignment list --scope {table} --include-inherited",
        f"az policy state list --resource {table}",
    )


def test_nodes_without_a_route_are_one_finding() -> None:
    draft = Draft("kubenet-vmss")
    routes(draft).clear()
    outcome = ask(CHECK, draft)
    assert the_finding(outcome).message.startswith("no pod route leads to 3 of 3 nodes: ")
    assert len(the_finding(outcome).evidence) == 4


def test_a_table_of_the_user_s_needs_the_role_of_the_cluster_s_identity() -> None:
    draft = without_route(1)
    table = draft.one(ROUTE_TABLES)
    draft.remove(ROUTE_TABLES)
    moved = table["id"].replace("MC_rg-shop_aks-shop_westeurope", "rg-shop-network")
    assert moved != table["id"]
    draft.one(NETWORKS)["properties"]["subnets"][0]["properties"]["routeTable"]["id"] = moved
    draft.add(table | {"id": moved})
    finding = the_finding(ask(CHECK, draft))
    assert "Network Contributor" in finding.remediation


@pytest.mark.parametrize(
    ("prefix", "words"), [("fd", "(IPv6)"), ("10.", "(IPv4)")], ids=["IPv6", "IPv4"]
)
def test_under_dual_stack_a_route_of_each_family_is_needed(prefix: str, words: str) -> None:
    draft = Draft("kubenet-dual-stack")
    gone = next(
        each for each in routes(draft) if each["properties"]["addressPrefix"].startswith(prefix)
    )
    routes(draft).remove(gone)
    finding = the_finding(ask(CHECK, draft))
    node = gone["name"].partition("____")[0]
    assert finding.message == f"no pod route leads to 1 of 2 nodes: {node} {words}"


def test_under_dual_stack_a_node_without_both_is_named_once() -> None:
    draft = Draft("kubenet-dual-stack")
    take_route(draft, "aks-nodepool1-64018527-vmss000001")
    finding = the_finding(ask(CHECK, draft))
    assert finding.message.endswith(" to 1 of 2 nodes: aks-nodepool1-64018527-vmss000001")


def test_a_route_by_hand_to_the_node_s_address_is_one() -> None:
    draft = without_route(1)
    table = draft.one(ROUTE_TABLES)["id"]
    routes(draft).append(arm.route(table, "by-hand", "10.244.2.0/24", "10.224.0.4"))
    assert ask(CHECK, draft).status is Status.PASSED


def test_a_route_of_the_user_s_over_a_node_is_none() -> None:
    draft = without_route(1)
    table = draft.one(ROUTE_TABLES)["id"]
    routes(draft).append(arm.route(table, "vpn", "192.168.0.0/16", "10.224.0.4"))
    routes(draft).append(arm.route(table, "default", "0.0.0.0/0", "10.224.0.4"))
    assert the_finding(ask(CHECK, draft)).cause == "no-route"


def test_it_does_not_know_whether_a_route_of_another_name_is_the_node_s() -> None:
    draft = without_route(1)
    table = draft.one(ROUTE_TABLES)["id"]
    old = f"{SET}000007"
    routes(draft).append(arm.route(table, f"{old}____102447024", "10.244.7.0/24", "10.224.0.4"))
    outcome = ask(CHECK, draft)
    assert outcome.status is Status.UNKNOWN
    assert outcome.message == (
        f"the only route to {SET}000001 is named after {old}, which is no node"
    )


def test_routes_in_a_table_on_no_subnet_count_while_the_subnets_hold_none() -> None:
    """That the table is not associated is another check's finding."""
    draft = Draft("kubenet-vmss")
    del draft.one(NETWORKS)["properties"]["subnets"][0]["properties"]["routeTable"]
    assert ask(CHECK, draft).status is Status.PASSED
    take_route(draft, f"{SET}000002")
    assert the_finding(ask(CHECK, draft)).message.endswith(f": {SET}000002")


def test_routes_in_an_old_table_do_not_count_beside_the_subnets_own() -> None:
    draft = Draft("kubenet-vmss")
    old = arm.route_table(draft.group, "rt-old", location="westeurope")
    old["properties"]["routes"] = [
        arm.route(old["id"], f"{SET}000001", "10.244.2.0/24", "10.224.0.4")
    ]
    draft.add(old)
    take_route(draft, f"{SET}000001")
    assert the_finding(ask(CHECK, draft)).name == TABLE


def test_two_tables_hold_the_routes_together() -> None:
    """That subnets have different tables is another check's finding."""
    draft = without_route(1)
    table = arm.route_table(draft.group, "rt-batch", location="westeurope")
    network = draft.one(NETWORKS)
    subnet = arm.subnet(network["id"], "snet-batch", ["10.225.0.0/24"], route_table=table["id"])
    network["properties"]["subnets"].append(subnet)
    profile = arm.agent_pool_profile(
        "batch", count=0, version="1.30.9", max_pods=110, subnet=subnet["id"]
    )
    draft.cluster["properties"]["agentPoolProfiles"].append(profile)
    draft.add(table)
    assert the_finding(ask(CHECK, draft)).name == "aks-shop"
    table["properties"]["routes"] = [
        arm.route(table["id"], f"{SET}000001", "10.244.2.0/24", "10.224.0.4")
    ]
    assert ask(CHECK, draft).status is Status.PASSED


def test_a_cluster_in_motion_may_lack_a_route_for_a_while() -> None:
    draft = without_route(1)
    draft.cluster["properties"]["provisioningState"] = "Updating"
    outcome = ask(CHECK, draft)
    assert outcome.status is Status.UNKNOWN
    assert outcome.message.startswith("the cluster is in state Updating; no pod route leads to")


def test_a_pool_that_is_stopped_excuses_no_node_of_another() -> None:
    draft = without_route(1)
    (pool,) = draft.cluster["properties"]["agentPoolProfiles"]
    other = {**pool, "name": "batch", "count": 0, "powerState": {"code": "Stopped"}}
    draft.cluster["properties"]["agentPoolProfiles"].append(other)
    assert the_finding(ask(CHECK, draft)).message.endswith(f"{SET}000001")
    pool["powerState"] = {"code": "Stopped"}
    assert ask(CHECK, draft).status is Status.UNKNOWN


def test_a_scale_set_that_grows_has_nodes_without_a_route_for_a_while() -> None:
    draft = without_route(1)
    draft.one(SCALE_SETS)["properties"]["provisioningState"] = "Updating"
    outcome = ask(CHECK, draft)
    assert outcome.status is Status.UNKNOWN
    assert outcome.message.startswith(f"scale set {SET} is in state Updating; no pod route leads")


def test_no_table_and_a_gap_are_left_to_the_check_of_tables() -> None:
    draft = Draft("kubenet-vmss")
    del draft.one(NETWORKS)["properties"]["subnets"][0]["properties"]["routeTable"]
    draft.remove(ROUTE_TABLES)
    refusal = refusal_of_list(draft.snapshot(), VIRTUAL_MACHINES)
    outcome = ask(CHECK, draft, refusal)
    assert (outcome.status, outcome.missing) == (Status.UNKNOWN, (gap_of(refusal),))


@pytest.mark.parametrize("kind", [NETWORKS, ROUTE_TABLES])
def test_no_route_is_missing_while_a_table_may_be_hidden(kind: str) -> None:
    snapshot = without_route(1).snapshot()
    for refusal in (refusal_of(snapshot, kind), refusal_of_list(snapshot, kind)):
        outcome = ask(CHECK, snapshot, refusal)
        assert outcome.status is Status.UNKNOWN
        assert gap_of(refusal) in outcome.missing


@pytest.mark.parametrize("kind", [MACHINES, SCALE_SET_INTERFACES, INTERFACES, VIRTUAL_MACHINES])
def test_it_does_not_know_while_nodes_may_be_hidden(kind: str) -> None:
    refusal = refusal_of_list(bundled("kubenet-vmss"), kind)
    outcome = ask(CHECK, "kubenet-vmss", refusal)
    assert outcome.status is Status.UNKNOWN
    assert gap_of(refusal) in outcome.missing


@pytest.mark.parametrize("kind", [INTERFACES, VIRTUAL_MACHINES])
def test_a_missing_route_of_a_node_that_was_seen_stays_a_fault(kind: str) -> None:
    snapshot = without_route(1).snapshot()
    outcome = ask(CHECK, snapshot, refusal_of_list(snapshot, kind))
    assert the_finding(outcome).message.endswith(f"{SET}000001")


def test_it_does_not_know_of_a_node_without_an_interface() -> None:
    draft = without_route(1)
    draft.remove(SCALE_SET_INTERFACES, 1)
    outcome = ask(CHECK, draft)
    assert outcome.status is Status.UNKNOWN
    assert outcome.message == (f"neither pod route nor network interface was found for {SET}000001")


def test_a_node_without_an_interface_may_still_have_its_route() -> None:
    draft = Draft("kubenet-vmss")
    draft.remove(SCALE_SET_INTERFACES, 1)
    assert ask(CHECK, draft).status is Status.PASSED


def test_what_it_does_not_need_may_be_refused() -> None:
    refusal = refusal_of_list(bundled("kubenet-vmss"), LOAD_BALANCERS)
    assert ask(CHECK, "kubenet-vmss", refusal).status is Status.PASSED


def without_nodes(count: int) -> Draft:
    draft = Draft("kubenet-vmss")
    draft.remove(MACHINES)
    draft.remove(SCALE_SET_INTERFACES)
    draft.cluster["properties"]["agentPoolProfiles"][0]["count"] = count
    return draft


def test_it_does_not_apply_without_nodes_or_without_a_table() -> None:
    outcome = ask(CHECK, without_nodes(0))
    assert (outcome.status, outcome.message) == (Status.SKIPPED, "the cluster has no nodes")
    draft = Draft("kubenet-vmss")
    del draft.one(NETWORKS)["properties"]["subnets"][0]["properties"]["routeTable"]
    draft.remove(ROUTE_TABLES)
    outcome = ask(CHECK, draft)
    assert outcome.status is Status.SKIPPED
    assert outcome.message == "there is no route table: kubenet-route-table tells of it"


def test_a_stopped_cluster_has_no_nodes() -> None:
    draft = without_nodes(3)
    draft.cluster["properties"]["powerState"] = {"code": "Stopped"}
    outcome = ask(CHECK, draft)
    assert (outcome.status, outcome.message) == (Status.SKIPPED, "the cluster has no nodes")


def test_it_does_not_know_where_nodes_are_claimed_and_none_is_found() -> None:
    outcome = ask(CHECK, without_nodes(3))
    assert outcome.status is Status.UNKNOWN
    assert outcome.message == "the pools claim 3 nodes, and none was found"


def test_it_does_not_apply_to_cni() -> None:
    assert ask(CHECK, "cni-nodesubnet").status is Status.SKIPPED
