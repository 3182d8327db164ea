"""route-table-shared: when it passes, fails, does not know, and does not apply."""

from typing import Any

import pytest

from fixtures import documents as arm
from inspector.findings import Severity, Status
from tests.checks.kit import ask, the_finding
from tests.odd_clusters import (
    LOAD_BALANCERS,
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

CHECK = "route-table-shared"
TABLE = "aks-agentpool-30517864-routetable"
OTHER_SET = "aks-agents-77120934-vmss"
OTHER_GROUP = arm.group_id("MC_rg-test_aks-test_westeurope")
OTHER_NODE = arm.part_id(
    arm.scale_set_interface_id(
        arm.resource_id(OTHER_GROUP, "Microsoft.Compute/virtualMachineScaleSets", OTHER_SET), 0
    ),
    "ipConfigurations",
    "ipconfig1",
)
JUMP_BOX = arm.part_id(
    arm.resource_id(OTHER_GROUP, "Microsoft.Network/networkInterfaces", "nic-jump"),
    "ipConfigurations",
    "ipconfig1",
)


def with_route(name: str, prefix: str = "10.250.9.0/24") -> Draft:
    draft = Draft("kubenet-vmss")
    table = draft.one(ROUTE_TABLES)
    table["properties"]["routes"].append(arm.route(table["id"], name, prefix, "10.224.0.13"))
    return draft


def with_subnet(*devices: str, network: str | None = None) -> Draft:
    """Return the cluster with another subnet on its table."""
    draft = Draft("kubenet-vmss")
    document, table = draft.one(NETWORKS), draft.one(ROUTE_TABLES)
    added: Any = arm.subnet(
        network or document["id"],
        "snet-other",
        ["10.225.0.0/24"],
        route_table=table["id"],
        devices=devices,
    )
    if network is None:
        document["properties"]["subnets"].append(added)
    table["properties"]["subnets"].append({"id": added["id"]})
    return draft


def test_it_passes_for_a_table_of_the_cluster_s_own() -> None:
    outcome = ask(CHECK, "kubenet-vmss")
    assert outcome.status is Status.PASSED
    assert outcome.message == (f"{TABLE} with 3 pod routes on 1 subnet serves this cluster alone")


@pytest.mark.parametrize("name", ["seed-kubenet", "basic-balancer", "kubenet-dual-stack"])
def test_it_passes_on_every_sound_kubenet_cluster(name: str) -> None:
    assert ask(CHECK, name).status is Status.PASSED


def test_it_fires_for_the_route_of_another_cluster_s_node() -> None:
    draft = with_route(f"{OTHER_SET}000001____102509024")
    outcome = ask(CHECK, draft)
    finding = the_finding(outcome)
    assert outcome.message == "used by others: 1 of 1 route table"
    assert (finding.cause, finding.severity) == ("another-cluster", Severity.MEDIUM)
    assert (str(finding.subject), finding.name) == (draft.one(ROUTE_TABLES)["id"], TABLE)
    assert finding.message == (
        f"1 of 4 routes of {TABLE} for nodes of another cluster: {OTHER_SET}000001"
    )
    assert [each.value for each in finding.evidence] == ["10.250.9.0/24", "10.224.0.13"]
    assert finding.commands == (
        f"az network route-table show --ids {finding.subject} --query routes --output table",
        "az aks list --query '[].[name, nodeResourceGroup]' --output table",
    )


@pytest.mark.parametrize("name", ["to-branch", "default", "aks-nodepool1-18264093-vmss000009"])
def test_routes_of_the_user_s_and_old_ones_are_not_another_cluster_s(name: str) -> None:
    assert ask(CHECK, with_route(name)).status is Status.PASSED


def test_it_fires_for_a_subnet_of_another_cluster_on_the_table() -> None:
    finding = the_finding(ask(CHECK, with_subnet(OTHER_NODE)))
    assert (finding.cause, finding.severity) == ("another-cluster", Severity.MEDIUM)
    assert finding.message == (
        f"{TABLE} is on subnet snet-other with nodes of MC_RG-TEST_AKS-TEST_WESTEUROPE"
    )
    (evidence,) = finding.evidence
    assert (evidence.name, evidence.field) == ("snet-other", "properties.ipConfigurations[].id")
    assert str(evidence.value).lower() == OTHER_NODE.lower()


def test_routes_and_subnet_of_one_cluster_are_one_finding() -> None:
    draft = with_subnet(OTHER_NODE.upper())
    table = draft.one(ROUTE_TABLES)
    name = f"{OTHER_SET}000000____102449024"
    table["properties"]["routes"].append(arm.route(table["id"], name, "10.244.9.0/24", "10.1.0.4"))
    finding = the_finding(ask(CHECK, draft))
    assert finding.cause == "another-cluster"
    assert f"{OTHER_SET}000000; {TABLE} is on subnet snet-other" in finding.message


@pytest.mark.parametrize("devices", [(), (JUMP_BOX,)])
def test_a_subnet_of_nobody_s_nodes_is_a_note(devices: tuple[str, ...]) -> None:
    finding = the_finding(ask(CHECK, with_subnet(*devices)))
    assert (finding.cause, finding.severity) == ("other-subnet", Severity.INFO)
    assert finding.message == f"{TABLE} is on 1 subnet that is none of the cluster's: snet-other"
    assert "application gateway" in finding.remediation


def test_a_subnet_with_a_device_of_the_cluster_s_is_its_own() -> None:
    draft = with_subnet()
    frontend = f"{draft.group}/providers/Microsoft.Network/loadBalancers/kubernetes-internal"
    subnet = draft.one(NETWORKS)["properties"]["subnets"][-1]["properties"]
    subnet["ipConfigurations"] = [{"id": f"{frontend}/frontendIPConfigurations/a1"}]
    assert ask(CHECK, draft).status is Status.PASSED


def test_it_does_not_know_what_is_in_a_subnet_that_was_not_read() -> None:
    network = arm.resource_id(arm.group_id("rg-other"), NETWORKS, "vnet-other")
    outcome = ask(CHECK, with_subnet(network=network))
    assert outcome.status is Status.UNKNOWN
    assert outcome.message == "snet-other could not be seen"


@pytest.mark.parametrize("kind", [MACHINES, SCALE_SETS, LOAD_BALANCERS])
def test_a_subnet_is_nobody_s_only_while_everything_was_seen(kind: str) -> None:
    snapshot = with_subnet().snapshot()
    refusal = refusal_of_list(snapshot, kind)
    outcome = ask(CHECK, snapshot, refusal)
    assert outcome.status is Status.UNKNOWN
    assert gap_of(refusal) in outcome.missing


@pytest.mark.parametrize("kind", [MACHINES, SCALE_SETS])
def test_no_route_is_another_cluster_s_while_nodes_may_be_hidden(kind: str) -> None:
    snapshot = with_route(f"{OTHER_SET}000001").snapshot()
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


def test_it_does_not_apply_to_cni_or_without_a_table() -> None:
    assert ask(CHECK, "private-udr").status is Status.SKIPPED
    draft = Draft("kubenet-vmss")
    del draft.one(NETWORKS)["properties"]["subnets"][0]["properties"]["routeTable"]
    draft.remove(ROUTE_TABLES)
    outcome = ask(CHECK, draft)
    assert outcome.status is Status.SKIPPED
    assert outcome.message == "there is no route table: kubenet-route-table tells of it"
