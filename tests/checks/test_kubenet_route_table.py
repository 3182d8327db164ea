"""kubenet-route-table: when it passes, fails, does not know, and does not apply."""

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
    PUBLIC_IPS,
    ROUTE_TABLES,
    SCALE_SET_INTERFACES,
    Draft,
    bundled,
    gap_of,
    refusal_of,
    refusal_of_list,
)

CHECK = "kubenet-route-table"
TABLE = "aks-agentpool-30517864-routetable"


def subnets(draft: Draft) -> list[Any]:
    found: list[Any] = draft.one(NETWORKS)["properties"]["subnets"]
    return found


def unassociated() -> Draft:
    """Return the cluster after a template took the table off the subnet."""
    draft = Draft("kubenet-vmss")
    del subnets(draft)[0]["properties"]["routeTable"]
    del draft.one(ROUTE_TABLES)["properties"]["subnets"]
    return draft


def second_pool(draft: Draft, table: str | None) -> str:
    """Add a pool in a subnet of its own, with a table or without, and return the subnet's id."""
    network = draft.one(NETWORKS)
    added = arm.subnet(network["id"], "snet-batch", ["10.225.0.0/24"], route_table=table)
    network["properties"]["subnets"].append(added)
    profile = arm.agent_pool_profile(
        "batch", count=0, version="1.30.9", max_pods=110, subnet=added["id"]
    )
    draft.cluster["properties"]["agentPoolProfiles"].append(profile)
    return str(added["id"])


def other_table(draft: Draft, name: str = "rt-batch", **fields: Any) -> str:
    """Add a table without routes, and return its id."""
    added = arm.route_table(draft.group, name, location="westeurope", **fields)
    draft.add(added)
    return str(added["id"])


def test_it_passes_where_the_nodes_subnet_has_the_table() -> None:
    outcome = ask(CHECK, "kubenet-vmss")
    assert outcome.status is Status.PASSED
    assert outcome.message == f"route table {TABLE} on 1 of 1 subnet of the nodes"
    (evidence,) = outcome.evidence
    assert (evidence.name, evidence.field) == ("aks-subnet", "properties.routeTable.id")
    assert str(evidence.value).endswith(f"/routeTables/{TABLE}")


@pytest.mark.parametrize("name", ["seed-kubenet", "basic-balancer", "kubenet-dual-stack"])
def test_it_passes_on_every_sound_kubenet_cluster(name: str) -> None:
    assert ask(CHECK, name).status is Status.PASSED


def test_it_fires_for_a_subnet_that_lost_its_table() -> None:
    draft = unassociated()
    outcome = ask(CHECK, draft)
    finding = the_finding(outcome)
    subnet, table = subnets(draft)[0]["id"], draft.one(ROUTE_TABLES)["id"]
    assert outcome.message == "not the right route table on 1 of 1 subnet"
    assert (finding.cause, finding.severity) == ("no-table", Severity.CRITICAL)
    assert (str(finding.subject), finding.name) == (subnet, "aks-subnet")
    assert finding.message == f"subnet aks-subnet has no route table; {TABLE} holds 3 pod routes"
    (evidence,) = finding.evidence
    assert (evidence.field, evidence.value) == ("properties.routeTable.id", None)
    assert finding.commands == (
        f"az network vnet subnet show --ids {subnet} --query routeTable.id",
        f"az network route-table show --ids {table} --query routes --output table",
        f"az network vnet subnet update --ids {subnet} --route-table {table}",
    )


def test_it_fires_for_the_one_subnet_of_two_that_has_none() -> None:
    draft = Draft("kubenet-vmss")
    subnet = second_pool(draft, None)
    outcome = ask(CHECK, draft)
    assert outcome.message == "not the right route table on 1 of 2 subnets"
    assert str(the_finding(outcome).subject) == subnet


def test_where_no_table_holds_pod_routes_aks_s_own_is_the_one_to_associate() -> None:
    draft = unassociated()
    table = draft.one(ROUTE_TABLES)
    table["properties"]["routes"].clear()
    finding = the_finding(ask(CHECK, draft))
    assert finding.message == (
        "subnet aks-subnet has no route table; no pod routes were seen in any table"
    )
    assert finding.commands[-1].endswith(f" --route-table {table['id']}")


def test_where_there_is_no_table_the_commands_look_for_one() -> None:
    draft = unassociated()
    draft.remove(ROUTE_TABLES)
    finding = the_finding(ask(CHECK, draft))
    subscription = draft.group.split("/")[2]
    assert finding.commands[-1] == f"az network route-table list --subscription {subscription}"


def test_it_fires_for_a_table_that_is_gone() -> None:
    draft = Draft("kubenet-vmss")
    draft.remove(ROUTE_TABLES)
    finding = the_finding(ask(CHECK, draft))
    assert finding.cause == "no-table"
    assert finding.message.startswith(f"subnet aks-subnet names {TABLE}, which is gone")


def test_it_fires_for_subnets_with_different_tables() -> None:
    draft = Draft("kubenet-vmss")
    table = arm.resource_id(draft.group, ROUTE_TABLES, "rt-batch")
    subnet = second_pool(draft, table)
    other_table(draft)
    outcome = ask(CHECK, draft)
    finding = the_finding(outcome)
    assert outcome.message == "not the right route table on 2 of 2 subnets"
    assert (finding.cause, finding.severity) == ("different-tables", Severity.CRITICAL)
    assert finding.name == "aks-shop"
    assert finding.message == (
        f"the nodes' subnets use different route tables: aks-subnet uses {TABLE}, "
        f"snet-batch uses rt-batch; {TABLE} holds 3 pod routes"
    )
    assert [each.name for each in finding.evidence] == ["aks-subnet", "snet-batch"]
    assert finding.evidence[1].value == table
    assert finding.commands[1] == (
        f"az network vnet subnet show --ids {subnet} --query routeTable.id"
    )


def test_ids_of_one_table_in_two_cases_are_the_same() -> None:
    draft = Draft("kubenet-vmss")
    table = draft.one(ROUTE_TABLES)
    subnet = second_pool(draft, table["id"].upper())
    table["properties"]["subnets"].append({"id": subnet.upper()})
    assert ask(CHECK, draft).status is Status.PASSED


def test_it_fires_where_aks_filled_another_table() -> None:
    """Issue 1460: the user's table stays empty, and AKS's own is on no subnet."""
    draft = unassociated()
    own = arm.resource_id(draft.group, ROUTE_TABLES, "rt-own")
    subnet = subnets(draft)[0]
    subnet["properties"]["routeTable"] = {"id": own}
    other_table(draft, "rt-own")
    draft.one(ROUTE_TABLES, 1)["properties"]["subnets"] = [{"id": subnet["id"]}]
    finding = the_finding(ask(CHECK, draft))
    assert (finding.cause, finding.severity) == ("other-table", Severity.CRITICAL)
    assert (str(finding.subject), finding.name) == (own, "rt-own")
    assert finding.message == (
        f"rt-own is on aks-subnet and holds no pod route; {TABLE} holds 3 pod routes, "
        "and is on none of the nodes' subnets"
    )
    assert finding.commands[-1].startswith(
        f"az network vnet subnet update --ids {subnet['id']} --route-table "
    )


def test_an_empty_table_is_the_right_one_while_no_other_has_pod_routes() -> None:
    draft = Draft("kubenet-vmss")
    draft.one(ROUTE_TABLES)["properties"]["routes"].clear()
    assert ask(CHECK, draft).status is Status.PASSED


def test_it_does_not_know_where_the_table_does_not_list_the_subnet() -> None:
    draft = Draft("kubenet-vmss")
    draft.one(ROUTE_TABLES)["properties"]["subnets"].clear()
    outcome = ask(CHECK, draft)
    assert outcome.status is Status.UNKNOWN
    assert outcome.message == f"route table {TABLE} does not list subnet aks-subnet"


def test_it_does_not_know_of_a_subnet_that_does_not_exist() -> None:
    draft = Draft("kubenet-vmss")
    second_pool(draft, None)
    subnets(draft).pop()
    outcome = ask(CHECK, draft)
    assert outcome.status is Status.UNKNOWN
    assert outcome.message == "subnet snet-batch does not exist"


@pytest.mark.parametrize("name", ["kubenet-vmss", "kubenet-dual-stack"])
@pytest.mark.parametrize("kind", [NETWORKS, ROUTE_TABLES])
def test_it_does_not_know_without_the_network_or_the_table(name: str, kind: str) -> None:
    refusal = refusal_of(bundled(name), kind)
    outcome = ask(CHECK, name, refusal)
    assert outcome.status is Status.UNKNOWN
    assert outcome.missing == (gap_of(refusal),)


@pytest.mark.parametrize(
    "kind", [NETWORKS, ROUTE_TABLES, MACHINES, INTERFACES, SCALE_SET_INTERFACES]
)
def test_it_does_not_know_without_a_list(kind: str) -> None:
    refusal = refusal_of_list(bundled("kubenet-vmss"), kind)
    outcome = ask(CHECK, "kubenet-vmss", refusal)
    assert outcome.status is Status.UNKNOWN
    assert gap_of(refusal) in outcome.missing


@pytest.mark.parametrize("kind", [MACHINES, INTERFACES])
def test_a_subnet_without_a_table_stays_a_fault(kind: str) -> None:
    snapshot = unassociated().snapshot()
    outcome = ask(CHECK, snapshot, refusal_of_list(snapshot, kind))
    assert the_finding(outcome).cause == "no-table"


@pytest.mark.parametrize("kind", [LOAD_BALANCERS, PUBLIC_IPS])
def test_what_it_does_not_need_may_be_refused(kind: str) -> None:
    refusal = refusal_of_list(bundled("kubenet-vmss"), kind)
    assert ask(CHECK, "kubenet-vmss", refusal).status is Status.PASSED


def test_it_does_not_apply_to_cni() -> None:
    outcome = ask(CHECK, "cni-overlay")
    assert outcome.status is Status.SKIPPED
    assert outcome.message == "the network plugin is azure, not kubenet"


def test_it_does_not_know_a_cluster_without_a_network_plugin() -> None:
    draft = Draft("kubenet-vmss")
    del draft.cluster["properties"]["networkProfile"]
    outcome = ask(CHECK, draft)
    assert outcome.status is Status.UNKNOWN
    assert "plugin" in outcome.message
