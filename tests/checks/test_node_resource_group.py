"""node-resource-group: whose the infrastructure group is, and what lies in it."""

from typing import Any

import pytest

import fixtures.documents as arm
from inspector.findings import Severity, Status
from tests.checks.kit import ask, commands_of, the_finding
from tests.odd_clusters import (
    MACHINES,
    SCALE_SETS,
    VIRTUAL_MACHINES,
    Draft,
    Refusal,
    bundled,
    gap_of,
    refusal_of,
    refusal_of_list,
)

CHECK = "node-resource-group"
GROUPS = "Microsoft.Resources/resourceGroups"
INVENTORY = "Microsoft.Resources/resourceGroups/resources"
GROUP = "MC_rg-shop_aks-shop_westeurope"
OTHER = (
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-other"
    "/providers/Microsoft.ContainerService/managedClusters/aks-other"
)


def group_with(**fields: Any) -> Draft:
    draft = Draft("kubenet-vmss")
    draft.one(GROUPS).update(fields)
    return draft


def with_resource(kind: str, name: str = "x", **fields: Any) -> Draft:
    """Return a cluster with one resource more in its group."""
    draft = Draft("kubenet-vmss")
    target = arm.resource_id(draft.group, kind, name)
    draft.add(arm.other_resource(target, kind, location="westeurope", **fields))
    return draft


def test_it_passes_and_says_what_is_there() -> None:
    outcome = ask(CHECK, "kubenet-vmss")
    assert (outcome.status, outcome.message) == (
        Status.PASSED,
        (
            f"group {GROUP} is managed by the cluster, 9 resources in it of types AKS makes, "
            "restriction level not set"
        ),
    )
    assert [each.field for each in outcome.evidence] == [
        "managedBy",
        "properties.nodeResourceGroupProfile.restrictionLevel",
    ]


def test_it_shows_the_restriction_level() -> None:
    outcome = ask(CHECK, "automatic")
    assert outcome.message.endswith("restriction level ReadOnly")
    assert outcome.evidence[-1].value == "ReadOnly"


def test_it_fires_for_a_group_that_is_not_there() -> None:
    draft = Draft("kubenet-vmss")
    draft.remove(GROUPS)
    finding = the_finding(ask(CHECK, draft))
    assert (finding.severity, finding.cause, finding.name) == (Severity.HIGH, "missing", GROUP)
    assert finding.message == f"resource group {GROUP} does not exist"
    assert commands_of(finding) == (f"az group show --name {GROUP}",)


@pytest.mark.parametrize("state", ["Creating", "Deleting"])
def test_a_cluster_that_comes_or_goes_may_have_no_group(state: str) -> None:
    draft = Draft("kubenet-vmss")
    draft.remove(GROUPS)
    draft.cluster["properties"]["provisioningState"] = state
    outcome = ask(CHECK, draft)
    assert (outcome.status, outcome.message) == (
        Status.UNKNOWN,
        f"resource group {GROUP} does not exist now",
    )


def test_the_registry_of_an_isolated_cluster_is_aks_s_own() -> None:
    draft = with_resource("Microsoft.ContainerRegistry/registries")
    assert ask(CHECK, draft).status is Status.PASSED


def test_it_fires_for_a_group_of_another_cluster() -> None:
    finding = the_finding(ask(CHECK, group_with(managedBy=OTHER)))
    assert (finding.severity, finding.cause) == (Severity.HIGH, "managed-by-another")
    assert finding.message == f"resource group {GROUP} is managed by {OTHER}"
    assert [each.value for each in finding.evidence] == [OTHER]


def test_the_casing_of_an_id_makes_no_other_cluster() -> None:
    draft = Draft("kubenet-vmss")
    draft.one(GROUPS)["managedBy"] = draft.cluster["id"].upper().replace("/SUB", "/sub", 1)
    assert ask(CHECK, draft).status is Status.PASSED


def test_it_does_not_know_what_manages_a_group_that_says_nothing() -> None:
    outcome = ask(CHECK, group_with(managedBy=None))
    assert (outcome.status, outcome.message) == (
        Status.UNKNOWN,
        f"ARM does not tell what manages resource group {GROUP}",
    )


@pytest.mark.parametrize(
    ("location", "is_other"),
    [("westeurope", False), ("West Europe", False), ("northeurope", True), (None, False)],
)
def test_it_fires_for_another_location(location: str | None, is_other: bool) -> None:
    outcome = ask(CHECK, group_with(location=location))
    if not is_other:
        assert outcome.status is Status.PASSED
        return
    finding = the_finding(outcome)
    assert (finding.severity, finding.cause) == (Severity.LOW, "location")
    assert finding.message == (
        f"resource group {GROUP} is in northeurope, the cluster in westeurope"
    )


@pytest.mark.parametrize(
    ("tags", "is_other"),
    [
        ({"aks-managed-cluster-name": "aks-other", "aks-managed-cluster-rg": "rg-shop"}, True),
        ({"aks-managed-cluster-name": "aks-shop", "aks-managed-cluster-rg": "rg-other"}, True),
        ({"aks-managed-cluster-name": "aks-other"}, True),
        ({"aks-managed-cluster-name": "AKS-SHOP", "aks-managed-cluster-rg": "RG-SHOP"}, False),
        ({"owner": "aks-other"}, False),
    ],
)
def test_it_fires_for_resources_tagged_by_another_cluster(
    tags: dict[str, str], is_other: bool
) -> None:
    outcome = ask(CHECK, with_resource("Microsoft.Compute/disks", "d", tags=tags))
    if not is_other:
        assert outcome.status is Status.PASSED
        return
    finding = the_finding(outcome)
    named = tags["aks-managed-cluster-name"]
    assert (finding.severity, finding.cause) == (Severity.HIGH, "of-another-cluster")
    assert finding.message == (
        f"in {GROUP} 1 of 9 resources with the tag of another cluster, {named}: d"
    )
    (evidence,) = finding.evidence
    assert (evidence.name, evidence.field, evidence.value) == (
        "d",
        "tags.aks-managed-cluster-name",
        named,
    )


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("Microsoft.Compute/disks", "pvc-0a1b"),
        ("Microsoft.Compute/snapshots", "snapshot-1"),
        ("microsoft.network/privatelinkservices", "pls-web"),
        ("Microsoft.ManagedIdentity/userAssignedIdentities", "omsagent-aks-shop"),
        ("Microsoft.Network/dnsZones", "0a1b.westeurope.aksapp.io"),
        ("Microsoft.Storage/storageAccounts", "f0a1b2c3"),
        ("Microsoft.Compute/virtualMachineScaleSets", "aksnpwin"),
    ],
)
def test_what_aks_and_its_drivers_make_is_fine(kind: str, name: str) -> None:
    assert ask(CHECK, with_resource(kind, name)).status is Status.PASSED


def test_what_lies_below_a_resource_is_judged_by_that() -> None:
    kind = "Microsoft.Network/privateDnsZones"
    draft = with_resource(kind, "zone")
    below = f"{arm.resource_id(draft.group, kind, 'zone')}/virtualNetworkLinks/link"
    draft.add(
        arm.other_resource(below, f"{kind}/virtualNetworkLinks", location="global"),
    )
    assert ask(CHECK, draft).status is Status.PASSED


def test_types_that_nobody_of_aks_makes_are_one_finding() -> None:
    draft = with_resource("Microsoft.Network/bastionHosts", "bas")
    vault = arm.resource_id(draft.group, "Microsoft.KeyVault/vaults", "kv")
    draft.add(arm.other_resource(vault, "Microsoft.KeyVault/vaults", location="westeurope"))
    finding = the_finding(ask(CHECK, draft))
    assert (finding.severity, finding.cause, finding.name) == (
        Severity.LOW,
        "foreign-types",
        GROUP,
    )
    assert finding.message == (
        f"in {GROUP} 2 of 10 resources are of a type that AKS does not make, "
        "Microsoft.KeyVault/vaults, Microsoft.Network/bastionHosts: kv, bas"
    )
    assert [(each.name, each.value) for each in finding.evidence] == [
        ("kv", "Microsoft.KeyVault/vaults"),
        ("bas", "Microsoft.Network/bastionHosts"),
    ]
    assert commands_of(finding) == (f"az resource list --resource-group {GROUP}",)


@pytest.mark.parametrize("kind", [VIRTUAL_MACHINES, SCALE_SETS])
def test_it_fires_for_machines_of_no_pool(kind: str) -> None:
    finding = the_finding(ask(CHECK, with_resource(kind, "jump")))
    assert (finding.severity, finding.cause) == (Severity.LOW, "foreign-machines")
    assert finding.message == f"in {GROUP} 1 of 9 resources is a machine of no pool: jump"


def test_a_machine_that_aks_lists_is_its_own_whatever_its_name() -> None:
    draft = with_resource(VIRTUAL_MACHINES, "odd-name")
    machine = draft.one(VIRTUAL_MACHINES)["id"]
    pool = f"{draft.cluster['id']}/agentPools/nodepool1"
    draft.add(arm.machine(pool, "odd-name", runs_on=machine, addresses=["10.224.0.9"]))
    assert ask(CHECK, draft).status is Status.PASSED
    snapshot = draft.snapshot()
    refusal = refusal_of_list(snapshot, MACHINES)
    outcome = ask(CHECK, snapshot, refusal)
    assert (outcome.status, outcome.missing) == (Status.UNKNOWN, (gap_of(refusal),))


@pytest.mark.parametrize("what", ["group", "inventory"])
def test_it_does_not_know_what_it_may_not_see(what: str) -> None:
    snapshot = bundled("kubenet-vmss")
    refusal: Refusal = (
        refusal_of(snapshot, GROUPS) if what == "group" else refusal_of_list(snapshot, INVENTORY)
    )
    outcome = ask(CHECK, snapshot, refusal)
    assert (outcome.status, outcome.missing) == (Status.UNKNOWN, (gap_of(refusal),))


def test_what_was_seen_in_the_group_stays_when_the_group_itself_is_hidden() -> None:
    snapshot = with_resource("Microsoft.Network/bastionHosts", "bas").snapshot()
    outcome = ask(CHECK, snapshot, refusal_of(snapshot, GROUPS))
    assert the_finding(outcome).cause == "foreign-types"


def test_it_does_not_know_a_group_that_the_cluster_does_not_name() -> None:
    draft = Draft("kubenet-vmss")
    del draft.cluster["properties"]["nodeResourceGroup"]
    outcome = ask(CHECK, draft)
    assert (outcome.status, outcome.message) == (
        Status.UNKNOWN,
        "the cluster names no infrastructure group",
    )
