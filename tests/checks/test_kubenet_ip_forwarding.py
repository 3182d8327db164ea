"""kubenet-ip-forwarding: when it passes, fails, does not know, and does not apply."""

import pytest

from inspector.findings import Severity, Status
from tests.checks.kit import ask, commands_of, the_finding
from tests.odd_clusters import (
    INTERFACES,
    MACHINES,
    SCALE_SET_INTERFACES,
    Draft,
    bundled,
    gap_of,
    refusal_of,
    refusal_of_list,
)

CHECK = "kubenet-ip-forwarding"
SET = "aks-nodepool1-18264093-vmss"


def forwarding(value: bool | None, *places: int) -> Draft:
    draft = Draft("kubenet-vmss")
    for place in places:
        properties = draft.one(SCALE_SET_INTERFACES, place)["properties"]
        properties["enableIPForwarding"] = value
    return draft


def test_it_passes_where_every_node_forwards() -> None:
    outcome = ask(CHECK, "kubenet-vmss")
    assert outcome.status is Status.PASSED
    assert outcome.message == "IP forwarding on for 3 of 3 nodes"
    assert [(each.name, each.field, each.value) for each in outcome.evidence] == [
        (f"{SET}00000{number}", "properties.enableIPForwarding", True) for number in range(3)
    ]


def test_it_fires_for_a_node_that_does_not_forward() -> None:
    outcome = ask(CHECK, forwarding(False, 1))
    finding = the_finding(outcome)
    assert outcome.message == "IP forwarding off for 1 of 3 nodes"
    assert (finding.severity, finding.cause, finding.name) == (
        Severity.HIGH,
        "forwarding-off",
        "nodepool1",
    )
    assert finding.message == f"IP forwarding off on 1 of 3 nodes of pool nodepool1: {SET}000001"
    (evidence,) = finding.evidence
    assert (evidence.name, evidence.value) == (f"{SET}000001", False)
    assert commands_of(finding)[0].startswith("az vmss nic show ")
    assert commands_of(finding)[1] == (
        "az aks nodepool upgrade --resource-group rg-shop --cluster-name aks-shop "
        "--name nodepool1 --node-image-only"
    )


def test_nodes_of_a_pool_are_one_finding() -> None:
    finding = the_finding(ask(CHECK, forwarding(False, 0, 1, 2)))
    assert "on 3 of 3 nodes" in finding.message
    assert len(finding.evidence) == 3


def test_the_node_of_2020_is_shown_by_its_own_command() -> None:
    draft = Draft("seed-kubenet")
    draft.one(INTERFACES)["properties"]["enableIPForwarding"] = False
    finding = the_finding(ask(CHECK, draft))
    assert commands_of(finding)[0].startswith("az network nic show --ids /subscriptions/")


def test_a_fault_stands_while_the_cluster_is_changing() -> None:
    draft = forwarding(False, 2)
    draft.cluster["properties"]["provisioningState"] = "Upgrading"
    assert the_finding(ask(CHECK, draft)).cause == "forwarding-off"


def test_it_does_not_know_where_arm_does_not_tell() -> None:
    outcome = ask(CHECK, forwarding(None, 0))
    assert outcome.status is Status.UNKNOWN
    assert outcome.message == f"ARM does not tell whether {SET}000000 may forward"


@pytest.mark.parametrize("kind", [MACHINES, SCALE_SET_INTERFACES])
def test_it_does_not_know_when_a_list_is_refused(kind: str) -> None:
    refusal = refusal_of_list(bundled("kubenet-vmss"), kind)
    outcome = ask(CHECK, "kubenet-vmss", refusal)
    assert (outcome.status, outcome.missing) == (Status.UNKNOWN, (gap_of(refusal),))


def test_a_fault_that_was_seen_stays_one() -> None:
    refusal = refusal_of(bundled("kubenet-vmss"), SCALE_SET_INTERFACES, 0)
    outcome = ask(CHECK, forwarding(False, 0, 1), refusal)
    assert "on 1 of 3 nodes" in the_finding(outcome).message
    assert outcome.missing == (gap_of(refusal),)


@pytest.mark.parametrize(
    ("cluster", "plugin"),
    [("cni-overlay", "azure"), ("cni-nodesubnet", "azure"), ("byo-cni", "none")],
)
def test_it_does_not_apply_to_other_models(cluster: str, plugin: str) -> None:
    outcome = ask(CHECK, cluster)
    assert (outcome.status, outcome.message) == (
        Status.SKIPPED,
        f"the network plugin is {plugin}, not kubenet",
    )


def test_it_does_not_know_where_the_plugin_is_not_told() -> None:
    draft = Draft("kubenet-vmss")
    del draft.cluster["properties"]["networkProfile"]
    assert ask(CHECK, draft).message == "ARM does not tell the cluster's network plugin"
