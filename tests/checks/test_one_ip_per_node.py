"""one-ip-per-node: when it passes, fails, does not know, and does not apply."""

import pytest

from fixtures import documents as arm
from inspector.findings import Severity, Status
from tests.checks.kit import ask, commands_of, the_finding
from tests.odd_clusters import (
    INTERFACES,
    MACHINES,
    SCALE_SET_INTERFACES,
    SCALE_SETS,
    VIRTUAL_MACHINES,
    Draft,
    bundled,
    gap_of,
    refusal_of,
    refusal_of_list,
)

CHECK = "one-ip-per-node"
SET = "aks-nodepool1-50632197-vmss"


def add_address(draft: Draft, kind: str, place: int, address: str) -> None:
    found = draft.configurations(kind, place)
    interface, subnet = draft.one(kind, place)["id"], found[0]["properties"]["subnet"]["id"]
    name = f"ipconfig{len(found) + 1}"
    found.append(arm.ip_configuration(interface, name, address, subnet=subnet, is_primary=False))


@pytest.mark.parametrize(
    ("cluster", "message"),
    [
        ("cni-podsubnet", "exactly one IPv4 configuration on 4 of 4 nodes"),
        ("virtual-machines", "exactly one IPv4 configuration on 5 of 5 nodes"),
        ("automatic", "exactly one IPv4 configuration on 5 of 5 nodes"),
        ("byo-cni", "exactly one IPv4 configuration on 4 of 4 nodes"),
        ("dual-stack", "exactly one IPv4 configuration on 3 of 3 nodes"),
    ],
)
def test_it_passes_on_every_model_with_pods_elsewhere(cluster: str, message: str) -> None:
    outcome = ask(CHECK, cluster)
    assert (outcome.status, outcome.message) == (Status.PASSED, message)


def test_a_pass_shows_each_node_s_address() -> None:
    first = ask(CHECK, "dual-stack").evidence[0]
    assert first.field == "properties.ipConfigurations"
    assert str(first.value).startswith("ipconfig1 10.")
    assert "," not in str(first.value)


def test_it_fires_for_the_node_that_was_not_replaced() -> None:
    outcome = ask(CHECK, "half-migrated")
    finding = the_finding(outcome)
    assert outcome.message == "not exactly one IPv4 configuration on 1 of 3 nodes"
    assert (finding.severity, finding.cause, finding.name) == (
        Severity.HIGH,
        "several-ipv4",
        "nodepool1",
    )
    assert finding.message == (
        f"more than one IPv4 configuration on 1 of 3 nodes of pool nodepool1: {SET}000001"
    )
    (evidence,) = finding.evidence
    assert (evidence.name, evidence.value) == (
        f"{SET}000001",
        "ipconfig1 10.96.4.4, ipconfig2 10.96.4.7",
    )
    assert commands_of(finding) == (
        (
            "az vmss nic show --resource-group MC_rg-orders_aks-orders_westus2 "
            f"--vmss-name {SET} --instance-id 1 --name {SET}"
        ),
        (
            "az aks nodepool upgrade --resource-group rg-orders --cluster-name aks-orders "
            "--name nodepool1 --node-image-only"
        ),
    )


def test_a_node_without_an_address_is_another_cause() -> None:
    draft = Draft("half-migrated")
    draft.configurations(SCALE_SET_INTERFACES, 0).clear()
    outcome = ask(CHECK, draft)
    assert outcome.message == "not exactly one IPv4 configuration on 2 of 3 nodes"
    several, none = sorted(outcome.findings, key=lambda each: each.cause, reverse=True)
    assert (several.cause, none.cause) == ("several-ipv4", "no-ipv4")
    assert none.message.endswith(
        f"no IPv4 configuration on 1 of 3 nodes of pool nodepool1: {SET}000000"
    )
    assert none.evidence[0].value == "none"


def test_a_stand_alone_interface_has_its_own_command() -> None:
    draft = Draft("automatic")
    add_address(draft, INTERFACES, 0, "10.224.0.99")
    finding = the_finding(ask(CHECK, draft))
    assert finding.name == "aks-bookings"
    assert "on 1 of 3 nodes of no pool: aks-default-" in finding.message
    assert finding.remediation.startswith("Delete the nodes' NodeClaims")
    (command,) = commands_of(finding)
    assert command.startswith("az network nic show --ids /subscriptions/")


def test_each_pool_is_a_finding_of_its_own() -> None:
    draft = Draft("multi-balancer")
    for place in range(4):
        add_address(draft, SCALE_SET_INTERFACES, place, f"10.224.9.{place}")
    outcome = ask(CHECK, draft)
    assert {each.name for each in outcome.findings} == {"nodepool1", "teamb"}
    assert all("on 2 of 2 nodes" in each.message for each in outcome.findings)


def test_an_egress_gateway_gives_its_nodes_more() -> None:
    draft = Draft("half-migrated")
    draft.cluster["properties"]["agentPoolProfiles"][0]["mode"] = "Gateway"
    outcome = ask(CHECK, draft)
    assert outcome.status is Status.PASSED
    assert outcome.message == (
        "exactly one IPv4 configuration on 2 of 3 nodes, more on gateway nodes of nodepool1"
    )


def test_a_cni_of_the_user_s_may_have_added_addresses() -> None:
    draft = Draft("byo-cni")
    add_address(draft, SCALE_SET_INTERFACES, 0, "10.30.0.99")
    outcome = ask(CHECK, draft)
    assert outcome.status is Status.UNKNOWN
    assert outcome.message.startswith("more than one IPv4 configuration on aks-")
    assert outcome.message.endswith(": the CNI may have added them")


def test_ipv6_is_left_to_ip_families() -> None:
    draft = Draft("half-migrated")
    draft.configurations(SCALE_SET_INTERFACES, 1).pop()
    add_address(draft, SCALE_SET_INTERFACES, 1, "fd00::9")
    assert ask(CHECK, draft).status is Status.PASSED


def test_it_does_not_know_how_a_block_of_addresses_shows() -> None:
    draft = Draft("cni-podsubnet")
    add_address(draft, SCALE_SET_INTERFACES, 0, "10.106.0.16")
    draft.configurations(SCALE_SET_INTERFACES, 0)[1]["properties"][
        "privateIPAddressPrefixLength"
    ] = 28
    outcome = ask(CHECK, draft)
    assert outcome.status is Status.UNKNOWN
    assert outcome.message.startswith("a configuration of aks-apps-82935016-vmss00000")
    assert outcome.message.endswith(" holds a block of addresses")


def test_a_number_proves_nothing_while_the_cluster_is_changing() -> None:
    draft = Draft("half-migrated")
    draft.cluster["properties"]["provisioningState"] = "Updating"
    outcome = ask(CHECK, draft)
    assert outcome.status is Status.UNKNOWN
    assert outcome.message.startswith("the cluster is in state Updating; more than one IPv4")


@pytest.mark.parametrize("kind", [MACHINES, SCALE_SETS, SCALE_SET_INTERFACES, VIRTUAL_MACHINES])
def test_it_does_not_know_when_a_list_is_refused(kind: str) -> None:
    refusal = refusal_of_list(bundled("dual-stack"), kind)
    outcome = ask(CHECK, "dual-stack", refusal)
    assert outcome.status is Status.UNKNOWN
    assert gap_of(refusal) in outcome.missing


def test_a_fault_that_was_seen_stays_one() -> None:
    refusal = refusal_of(bundled("half-migrated"), SCALE_SET_INTERFACES, 0)
    outcome = ask(CHECK, "half-migrated", refusal)
    assert the_finding(outcome).cause == "several-ipv4"
    assert outcome.missing == (gap_of(refusal),)
    assert outcome.message == "not exactly one IPv4 configuration on 1 of 3 nodes"


def test_it_does_not_know_the_model_of_nodes_outside_pools_with_pod_subnets() -> None:
    draft = Draft("cni-podsubnet")
    draft.cluster["properties"]["nodeProvisioningProfile"] = {"mode": "Auto"}
    draft.remove(MACHINES, 0)
    for scale_set in draft.all(SCALE_SETS):
        scale_set["tags"]["aks-managed-poolName"] = "default"
    outcome = ask(CHECK, draft)
    assert outcome.status is Status.UNKNOWN
    assert "no pool declares the network model of the nodes that are in none" in outcome.message


@pytest.mark.parametrize(
    ("cluster", "message"),
    [
        ("kubenet-vmss", "kubenet-one-ip-per-node counts under kubenet"),
        ("cni-nodesubnet", "cni-ips-per-node counts under Azure CNI, node subnet"),
    ],
)
def test_it_does_not_apply_to_what_others_count(cluster: str, message: str) -> None:
    outcome = ask(CHECK, cluster)
    assert (outcome.status, outcome.message) == (Status.SKIPPED, message)


def test_it_does_not_know_a_plugin_that_is_new() -> None:
    draft = Draft("byo-cni")
    draft.network_profile["networkPlugin"] = "antrea"
    assert ask(CHECK, draft).message == "network plugin antrea is not recognised"
