"""pod-subnet-delegation: when it passes, fails, does not know, and does not apply."""

from typing import Any

import pytest

from inspector.findings import Severity, Status
from tests.checks.crowded import pool_of, subnet_of
from tests.checks.kit import ask, the_finding
from tests.odd_clusters import NETWORKS, Draft, bundled, gap_of, refusal_of

CHECK = "pod-subnet-delegation"
AKS = "Microsoft.ContainerService/managedClusters"
NODES, PODS = 0, 2
"""The places of the subnets of pool system's nodes and pods."""


def delegated(*services: str) -> list[dict[str, Any]]:
    return [{"name": each, "properties": {"serviceName": each}} for each in services]


def changed(place: int, **properties: Any) -> Draft:
    """Return the cluster with the properties of a subnet changed."""
    draft = Draft("cni-podsubnet")
    subnet_of(draft, place)["properties"].update(properties)
    return draft


def test_it_passes_with_delegation_and_link_of_each() -> None:
    outcome = ask(CHECK, "cni-podsubnet")
    assert outcome.status is Status.PASSED
    assert outcome.message == (
        "2 pod subnets delegated to AKS and in place: snet-pods-apps, snet-pods-system"
    )
    assert [(each.name, each.field, each.value) for each in outcome.evidence] == [
        ("snet-pods-apps", "properties.delegations", AKS),
        ("snet-pods-apps", "properties.serviceAssociationLinks", "AzureKubernetesService"),
        ("snet-pods-system", "properties.delegations", AKS),
        ("snet-pods-system", "properties.serviceAssociationLinks", "AzureKubernetesService"),
    ]


@pytest.mark.parametrize(
    ("services", "said"),
    [
        ([], "not delegated to"),
        (["Microsoft.Web/serverFarms"], "delegated to Microsoft.Web/serverFarms, not to"),
    ],
)
def test_a_pod_subnet_without_delegation(services: list[str], said: str) -> None:
    draft = changed(PODS, delegations=delegated(*services), serviceAssociationLinks=[])
    outcome = ask(CHECK, draft)
    finding = the_finding(outcome)
    assert outcome.message == "1 of 2 subnets not delegated as AKS needs it, or out of place"
    assert (finding.cause, finding.severity) == ("not-delegated", Severity.HIGH)
    assert finding.name == "snet-pods-system"
    assert finding.message == f"subnet snet-pods-system of the pods of pool system is {said} {AKS}"
    assert [each.value for each in finding.evidence] == [", ".join(services) or None]
    target = subnet_of(draft, PODS)["id"]
    assert finding.commands == (
        f"az network vnet subnet show --ids {target}",
        f"az network vnet subnet update --ids {target} --delegations {AKS}",
    )


def test_a_pod_subnet_without_association_link() -> None:
    finding = the_finding(ask(CHECK, changed(PODS, serviceAssociationLinks=[{"name": "acisal"}])))
    assert finding.cause == "no-association-link"
    assert finding.message == (
        "subnet snet-pods-system of the pods of pool system has no link AzureKubernetesService"
    )
    assert [each.value for each in finding.evidence] == [AKS, "acisal"]
    assert finding.commands[1].startswith("az aks update ")


def test_the_casing_of_services_and_links_does_not_matter() -> None:
    draft = changed(
        PODS,
        delegations=delegated(AKS.upper()),
        serviceAssociationLinks=[{"name": "azurekubernetesservice"}],
    )
    assert ask(CHECK, draft).status is Status.PASSED


@pytest.mark.parametrize("change", [{"delegations": []}, {"serviceAssociationLinks": []}])
def test_while_the_pool_is_made_the_delegation_may_be_to_come(change: dict[str, Any]) -> None:
    draft = changed(PODS, **change)
    pool_of(draft)["provisioningState"] = "Creating"
    outcome = ask(CHECK, draft)
    assert outcome.status is Status.UNKNOWN
    assert outcome.message.startswith("pool system is in state Creating; subnet snet-pods-system")


def test_a_delegated_node_subnet() -> None:
    outcome = ask(CHECK, changed(NODES, delegations=delegated(AKS)))
    finding = the_finding(outcome)
    assert (finding.cause, finding.name) == ("node-subnet-delegated", "snet-nodes-system")
    assert finding.message == f"subnet snet-nodes-system of nodes is delegated to {AKS}"
    assert "SubnetIsDelegated" in finding.impact
    assert outcome.message.startswith("1 of 3 subnets not delegated")


def test_one_subnet_for_nodes_and_pods() -> None:
    draft = Draft("cni-podsubnet")
    pool = pool_of(draft)
    pool["vnetSubnetID"] = pool["podSubnetID"]
    finding = the_finding(ask(CHECK, draft))
    assert finding.cause == "with-nodes"
    assert finding.message == (
        "subnet snet-pods-system is for pods, and for the nodes of system too"
    )
    assert [(each.name, each.field, each.value) for each in finding.evidence] == [
        ("system", "properties.vnetSubnetID", pool["podSubnetID"])
    ]


def test_a_pod_subnet_in_another_network() -> None:
    draft = Draft("cni-podsubnet")
    pool = pool_of(draft)
    network, _, name = pool["podSubnetID"].rpartition("/subnets/")
    pool["vnetSubnetID"] = f"{network}-other/subnets/nodes"
    finding = the_finding(ask(CHECK, draft))
    assert finding.cause == "other-network"
    assert finding.message == f"subnet {name} is in another network than the nodes of system"
    assert [each.field for each in finding.evidence] == [
        "properties.vnetSubnetID",
        "properties.podSubnetID",
    ]


def test_two_ways_of_handing_out_addresses_in_one_subnet() -> None:
    draft = Draft("cni-podsubnet")
    pool_of(draft, 1)["podSubnetID"] = pool_of(draft)["podSubnetID"]
    outcome = ask(CHECK, draft)
    finding = the_finding(outcome)
    assert finding.cause == "two-allocations"
    assert finding.message == (
        "subnet snet-pods-system hands out addresses in two ways: one by one to pool system, "
        "in blocks to pool apps"
    )
    assert [each.value for each in finding.evidence][1] == "StaticBlock"
    assert outcome.message == "1 of 1 subnet not delegated as AKS needs it, or out of place"


def test_it_does_not_know_without_the_network_or_the_subnet() -> None:
    refusal = refusal_of(bundled("cni-podsubnet"), NETWORKS)
    outcome = ask(CHECK, "cni-podsubnet", refusal)
    assert (outcome.status, outcome.missing) == (Status.UNKNOWN, (gap_of(refusal),))
    gone = Draft("cni-podsubnet")
    gone.one(NETWORKS)["properties"]["subnets"].pop(PODS)
    assert ask(CHECK, gone).message == "subnet snet-pods-system does not exist"


def test_what_the_cluster_says_is_a_fault_without_the_network() -> None:
    draft = Draft("cni-podsubnet")
    pool_of(draft, 1)["podSubnetID"] = pool_of(draft)["podSubnetID"]
    snapshot = draft.snapshot()
    refusal = refusal_of(snapshot, NETWORKS)
    outcome = ask(CHECK, snapshot, refusal)
    assert the_finding(outcome).cause == "two-allocations"
    assert outcome.missing == (gap_of(refusal),)


@pytest.mark.parametrize("cluster", ["kubenet-vmss", "cni-nodesubnet", "cni-overlay", "byo-cni"])
def test_it_does_not_apply_without_pod_subnets(cluster: str) -> None:
    outcome = ask(CHECK, cluster)
    assert (outcome.status, outcome.message) == (
        Status.SKIPPED,
        "no pool takes addresses for its pods from a subnet of their own",
    )
