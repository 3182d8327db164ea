"""cni-ips-per-node: when it passes, fails, does not know, and does not apply."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inspector.config import Thresholds
from inspector.findings import Severity, Status
from tests.checks.kit import ask, commands_of, the_finding
from tests.odd_clusters import (
    MACHINES,
    ROUTE_TABLES,
    SCALE_SET_INTERFACES,
    SCALE_SETS,
    Draft,
    bundled,
    gap_of,
    refusal_of,
    refusal_of_list,
)

CHECK = "cni-ips-per-node"
SET = "aks-nodepool1-75130482-vmss"
UPGRADE = (
    "az aks nodepool upgrade --resource-group rg-payments --cluster-name aks-payments "
    "--name nodepool1 --node-image-only"
)


def with_addresses(number: int, *places: int) -> Draft:
    """Give nodes another number of addresses; the first 29 are their own."""
    draft = Draft("cni-nodesubnet")
    for place in places:
        found = draft.configurations(SCALE_SET_INTERFACES, place)
        del found[number:]
        last = found[-1] if found else None
        while last is not None and len(found) < number:
            name = f"ipconfig{len(found) + 1}"
            found.append({**last, "id": last["id"].replace(last["name"], name), "name": name})
    return draft


def test_it_passes_and_tells_the_pods_on_the_host_s_network() -> None:
    outcome = ask(CHECK, "cni-nodesubnet")
    assert outcome.status is Status.PASSED
    assert outcome.message == (
        "IPv4 configurations fit maxPods on 3 of 3 nodes: "
        "pool nodepool1 at maxPods 30 has 29 on 3 nodes (2 host-network pods)"
    )
    (evidence,) = outcome.evidence
    assert (evidence.name, evidence.field, evidence.value) == (
        "nodepool1",
        "properties.maxPods",
        30,
    )


def test_nodes_of_two_generations_pass_and_are_told_apart() -> None:
    outcome = ask(CHECK, with_addresses(31, 1))
    assert outcome.status is Status.PASSED
    assert outcome.message.endswith(
        "29 on 2 nodes (2 host-network pods) and 31 on 1 node (0 host-network pods)"
    )


@pytest.mark.parametrize(
    ("number", "cause", "message", "shown"),
    [
        (
            32,
            "too-many",
            "32 IPv4 configurations, more than 1 + maxPods = 31, on 1 of 3 nodes",
            "32 configurations: 10.60.0.33-61",
        ),
        (
            20,
            "too-few",
            "20 IPv4 configurations, fewer than 21, where maxPods is 30, on 1 of 3 nodes",
            "20 configurations: ",
        ),
        (
            1,
            "no-pod-addresses",
            "one IPv4 configuration and none for pods on 1 of 3 nodes",
            "ipconfig1 10.60.0.33",
        ),
        (0, "no-address", "no IPv4 configuration on 1 of 3 nodes", "none"),
    ],
)
def test_it_fires_for_a_number_that_does_not_fit(
    number: int, cause: str, message: str, shown: str
) -> None:
    outcome = ask(CHECK, with_addresses(number, 1))
    finding = the_finding(outcome)
    assert outcome.message == "IPv4 configurations do not fit maxPods on 1 of 3 nodes"
    assert (finding.severity, finding.cause, finding.name) == (
        Severity.HIGH,
        cause,
        "nodepool1",
    )
    assert finding.message == f"{message} of pool nodepool1: {SET}000001"
    assert finding.evidence[0].value == 30
    assert finding.evidence[1].name == f"{SET}000001"
    assert str(finding.evidence[1].value).startswith(shown)
    assert commands_of(finding) == (
        (
            "az vmss nic show --resource-group MC_rg-payments_aks-payments_northeurope "
            f"--vmss-name {SET} --instance-id 1 --name {SET}"
        ),
        UPGRADE,
    )


def test_each_cause_is_one_finding_and_nodes_are_counted_once() -> None:
    draft = with_addresses(1, 0)
    del draft.configurations(SCALE_SET_INTERFACES, 2)[10:]
    outcome = ask(CHECK, draft)
    assert outcome.message == "IPv4 configurations do not fit maxPods on 2 of 3 nodes"
    assert {each.cause for each in outcome.findings} == {"no-pod-addresses", "too-few"}


def test_nodes_with_different_numbers_are_one_finding_that_tells_all_numbers() -> None:
    draft = with_addresses(20, 1)
    del draft.configurations(SCALE_SET_INTERFACES, 2)[10:]
    finding = the_finding(ask(CHECK, draft))
    assert finding.message.startswith("10, 20 IPv4 configurations, fewer than 21, where maxPods")


def test_an_egress_gateway_gives_its_nodes_more() -> None:
    draft = with_addresses(33, 0, 1, 2)
    pool = draft.cluster["properties"]["agentPoolProfiles"][0]
    pool["mode"] = "Gateway"
    outcome = ask(CHECK, draft)
    assert outcome.status is Status.PASSED
    assert outcome.message.endswith("33 on 3 nodes (2 addresses of the egress gateway)")
    del draft.configurations(SCALE_SET_INTERFACES, 1)[20:]
    assert the_finding(ask(CHECK, draft)).cause == "too-few"


def test_the_threshold_widens_and_narrows_the_window() -> None:
    assert ask(
        CHECK, with_addresses(20, 1), thresholds=Thresholds(host_network_pods=11)
    ).status is (Status.PASSED)
    outcome = ask(CHECK, "cni-nodesubnet", thresholds=Thresholds(host_network_pods=1))
    assert the_finding(outcome).cause == "too-few"


@settings(max_examples=30, deadline=None)
@given(st.integers(10, 40), st.integers(0, 40))
def test_what_fits_is_between_one_plus_max_pods_and_ten_less(max_pods: int, number: int) -> None:
    draft = with_addresses(number, 0, 1, 2)
    draft.cluster["properties"]["agentPoolProfiles"][0]["maxPods"] = max_pods
    fits = 1 + max_pods - 10 <= number <= 1 + max_pods and number > 1
    assert ask(CHECK, draft).status is (Status.PASSED if fits else Status.FAILED)


def test_a_pool_that_bears_the_marks_of_overlay_is_left_to_network_profile() -> None:
    draft = with_addresses(1, 0, 1, 2)
    draft.one(SCALE_SETS)["tags"]["aks-managed-azure-cni-overlay"] = "true"
    outcome = ask(CHECK, draft)
    assert outcome.status is Status.UNKNOWN
    assert outcome.message == "pool nodepool1 looks like Azure CNI Overlay: see network-profile"


def test_what_marks_a_pool_may_be_hidden() -> None:
    draft = Draft("kubenet-vmss")
    draft.network_profile["networkPlugin"] = "azure"
    assert "looks like kubenet" in ask(CHECK, draft).message
    refusal = refusal_of(draft.snapshot(), ROUTE_TABLES)
    outcome = ask(CHECK, draft, refusal)
    assert (outcome.status, outcome.missing) == (Status.UNKNOWN, (gap_of(refusal),))


def test_a_difference_proves_nothing_while_the_pool_is_changing() -> None:
    draft = with_addresses(1, 1)
    draft.cluster["properties"]["agentPoolProfiles"][0]["provisioningState"] = "Upgrading"
    outcome = ask(CHECK, draft)
    assert outcome.status is Status.UNKNOWN
    assert outcome.message.startswith("pool nodepool1 is in state Upgrading; one IPv4")


def test_another_pool_that_is_stopped_hides_no_fault() -> None:
    draft = Draft("virtual-nodes")
    del draft.configurations(SCALE_SET_INTERFACES, 0)[1:]
    system, workers = draft.cluster["properties"]["agentPoolProfiles"]
    assert (system["name"], workers["name"]) == ("system", "workers")
    workers["powerState"] = {"code": "Stopped"}
    assert the_finding(ask(CHECK, draft)).name == "system"


def test_it_does_not_know_without_max_pods() -> None:
    draft = Draft("cni-nodesubnet")
    del draft.cluster["properties"]["agentPoolProfiles"][0]["maxPods"]
    outcome = ask(CHECK, draft)
    assert outcome.status is Status.UNKNOWN
    assert outcome.message == "ARM does not tell maxPods of pool nodepool1"


def auto_provisioned() -> Draft:
    """Take the nodes out of their pool, as node auto-provisioning makes them."""
    draft = Draft("cni-nodesubnet")
    draft.cluster["properties"]["nodeProvisioningProfile"] = {"mode": "Auto"}
    draft.cluster["properties"]["agentPoolProfiles"][0]["count"] = 0
    draft.remove(MACHINES)
    draft.one(SCALE_SETS)["tags"]["aks-managed-poolName"] = "default"
    return draft


def test_it_does_not_know_what_auto_provisioned_nodes_should_have() -> None:
    outcome = ask(CHECK, auto_provisioned())
    assert outcome.status is Status.UNKNOWN
    assert outcome.message == "ARM does not tell maxPods of nodes of no pool"


def test_an_auto_provisioned_node_without_addresses_for_pods_is_a_fault() -> None:
    draft = auto_provisioned()
    del draft.configurations(SCALE_SET_INTERFACES, 0)[1:]
    finding = the_finding(ask(CHECK, draft))
    assert finding.message == (
        f"one IPv4 configuration and none for pods on 1 of 3 nodes of no pool: {SET}000000"
    )
    assert finding.name == "aks-payments"
    assert finding.remediation.startswith("Delete the nodes' NodeClaims")
    (command,) = commands_of(finding)
    assert command.startswith("az vmss nic show ")


@pytest.mark.parametrize("kind", [MACHINES, SCALE_SETS, SCALE_SET_INTERFACES])
def test_it_does_not_know_when_a_list_is_refused(kind: str) -> None:
    refusal = refusal_of_list(bundled("cni-nodesubnet"), kind)
    outcome = ask(CHECK, "cni-nodesubnet", refusal)
    assert outcome.status is Status.UNKNOWN
    assert gap_of(refusal) in outcome.missing


def test_it_does_not_know_about_a_node_without_an_interface() -> None:
    draft = Draft("cni-nodesubnet")
    draft.remove(SCALE_SET_INTERFACES, 2)
    outcome = ask(CHECK, draft)
    assert outcome.status is Status.UNKNOWN
    assert outcome.message == f"no primary network interface was found for {SET}000002"


@pytest.mark.parametrize(
    ("cluster", "words"),
    [("kubenet-vmss", "kubenet"), ("cni-overlay", "Azure CNI Overlay")],
)
def test_it_does_not_apply_to_other_models(cluster: str, words: str) -> None:
    outcome = ask(CHECK, cluster)
    assert (outcome.status, outcome.message) == (
        Status.SKIPPED,
        f"nodes hold no addresses of pods under {words}",
    )


def test_it_does_not_apply_without_nodes() -> None:
    draft = Draft("cni-nodesubnet")
    draft.remove(MACHINES)
    draft.remove(SCALE_SET_INTERFACES)
    assert ask(CHECK, draft).message == "pool nodepool1 claims 3 nodes, and none was found"
    draft.cluster["properties"]["agentPoolProfiles"][0]["count"] = 0
    outcome = ask(CHECK, draft)
    assert (outcome.status, outcome.message) == (
        Status.SKIPPED,
        "there are no nodes that it applies to",
    )


def test_it_does_not_know_a_plugin_that_is_new_or_not_told() -> None:
    draft = Draft("cni-nodesubnet")
    draft.network_profile["networkPlugin"] = "antrea"
    assert ask(CHECK, draft).message == "network plugin antrea is not recognised"
    del draft.network_profile["networkPlugin"]
    assert ask(CHECK, draft).message == "ARM does not tell the cluster's network plugin"
