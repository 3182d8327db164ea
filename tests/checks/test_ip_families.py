"""ip-families: when it passes, fails, does not know, and does not apply."""

import pytest

from fixtures import documents as arm
from inspector.findings import Severity, Status
from tests.checks.kit import ask, the_finding
from tests.odd_clusters import (
    MACHINES,
    NETWORKS,
    SCALE_SET_INTERFACES,
    Draft,
    bundled,
    gap_of,
    refusal_of,
    refusal_of_list,
)

CHECK = "ip-families"
SET = "aks-nodepool1-53901746-vmss"


def add_ipv6(draft: Draft, place: int, address: str = "fd00::9") -> None:
    found = draft.configurations(SCALE_SET_INTERFACES, place)
    interface = draft.one(SCALE_SET_INTERFACES, place)["id"]
    subnet = found[0]["properties"]["subnet"]["id"]
    name = f"ipconfig{len(found) + 1}"
    found.append(arm.ip_configuration(interface, name, address, subnet=subnet, is_primary=False))


def without_ipv6(*places: int) -> Draft:
    draft = Draft("dual-stack")
    for place in places:
        found = draft.configurations(SCALE_SET_INTERFACES, place)
        found[:] = [each for each in found if ":" not in each["properties"]["privateIPAddress"]]
    return draft


def without_range(draft: Draft) -> Draft:
    """Take the IPv6 range off the nodes' subnet."""
    (subnet,) = draft.one(NETWORKS)["properties"]["subnets"]
    prefixes = subnet["properties"]["addressPrefixes"]
    prefixes[:] = [each for each in prefixes if ":" not in each]
    return draft


def test_it_passes_on_one_family() -> None:
    outcome = ask(CHECK, "cni-nodesubnet")
    assert outcome.status is Status.PASSED
    assert outcome.message == "no IPv6 configuration on 3 of 3 nodes"
    (evidence,) = outcome.evidence
    assert (evidence.field, evidence.value) == ("properties.networkProfile.ipFamilies", "IPv4")


@pytest.mark.parametrize(
    ("cluster", "nodes"), [("dual-stack", "3 of 3"), ("kubenet-dual-stack", "2 of 2")]
)
def test_it_passes_on_both_families(cluster: str, nodes: str) -> None:
    outcome = ask(CHECK, cluster)
    assert outcome.status is Status.PASSED
    assert outcome.message == (
        f"one IPv6 configuration beside IPv4 on {nodes} nodes, an IPv6 range in 1 of 1 subnet"
    )
    assert outcome.evidence[0].value == "IPv4, IPv6"
    assert str(outcome.evidence[1].value).startswith("ipconfig2 fd")


def test_it_fires_for_a_node_without_ipv6() -> None:
    outcome = ask(CHECK, without_ipv6(1))
    finding = the_finding(outcome)
    assert outcome.message == "address families other than declared on 1 of 3 nodes"
    assert (finding.severity, finding.cause, finding.name) == (
        Severity.HIGH,
        "no-ipv6",
        "nodepool1",
    )
    assert finding.message == (
        f"no IPv6 configuration on 1 of 3 nodes of pool nodepool1: {SET}000001"
    )
    (evidence,) = finding.evidence
    assert evidence.name == f"{SET}000001"
    assert str(evidence.value).startswith("ipconfig1 10.")
    assert finding.commands[0].startswith("az vmss nic show ")


def test_it_fires_for_a_second_ipv6_configuration() -> None:
    draft = Draft("dual-stack")
    add_ipv6(draft, 0)
    finding = the_finding(ask(CHECK, draft))
    assert finding.cause == "several-ipv6"
    assert finding.message.startswith("more than one IPv6 configuration on 1 of 3 nodes")
    assert str(finding.evidence[0].value).endswith("ipconfig3 fd00::9")


def test_it_fires_for_ipv6_that_nobody_declared() -> None:
    draft = Draft("cni-nodesubnet")
    add_ipv6(draft, 2)
    finding = the_finding(ask(CHECK, draft))
    assert finding.cause == "undeclared-ipv6"
    assert finding.message == (
        "an IPv6 configuration that ipFamilies does not declare on 1 of 3 nodes of pool nodepool1: "
        "aks-nodepool1-75130482-vmss000002"
    )
    assert finding.evidence[0].value == "ipconfig1 10.60.0.4, ipconfig30 fd00::9"


def test_it_fires_for_an_ipv6_configuration_that_is_primary() -> None:
    draft = Draft("dual-stack")
    for each in draft.configurations(SCALE_SET_INTERFACES, 0):
        each["properties"]["primary"] = ":" in each["properties"]["privateIPAddress"]
    finding = the_finding(ask(CHECK, draft))
    assert finding.cause == "ipv6-primary"
    assert "primary instead of an IPv4 one on 1 of 3 nodes" in finding.message


def test_two_primary_ones_are_left_to_primary_ip_configuration() -> None:
    draft = Draft("dual-stack")
    for each in draft.configurations(SCALE_SET_INTERFACES, 0):
        each["properties"]["primary"] = True
    assert ask(CHECK, draft).status is Status.PASSED


def test_a_subnet_without_an_ipv6_range_stands_for_its_nodes() -> None:
    outcome = ask(CHECK, without_range(without_ipv6(0, 1, 2)))
    finding = the_finding(outcome)
    assert outcome.message == "address families other than declared on 3 of 3 nodes"
    assert (finding.cause, finding.name) == ("subnet-without-ipv6", "snet-aks")
    assert finding.message == "subnet snet-aks has no IPv6 range, so 3 nodes without IPv6"
    assert finding.evidence[0].field == "properties.addressPrefixes"
    assert "/" in str(finding.evidence[0].value)
    assert [each.name for each in finding.evidence[1:]] == [f"{SET}00000{n}" for n in range(3)]
    (command,) = finding.commands
    assert command.startswith("az network vnet subnet show --ids /subscriptions/")
    assert command.endswith("/subnets/snet-aks")


def test_a_subnet_without_a_range_is_a_fault_even_if_its_nodes_have_ipv6() -> None:
    finding = the_finding(ask(CHECK, without_range(Draft("dual-stack"))))
    assert finding.message == "subnet snet-aks has no IPv6 range"


def test_names_of_configurations_tell_nothing() -> None:
    draft = Draft("dual-stack")
    for each in draft.configurations(SCALE_SET_INTERFACES, 0):
        each["name"] = "ipconfigv4"
    assert ask(CHECK, draft).status is Status.PASSED


def test_kubenet_is_left_to_its_own_check() -> None:
    draft = Draft("kubenet-vmss")
    add_ipv6(draft, 0)
    outcome = ask(CHECK, draft)
    assert outcome.status is Status.UNKNOWN
    assert outcome.message == (
        "an IPv6 configuration that ipFamilies does not declare on 1 of 3 nodes: "
        "kubenet-one-ip-per-node reports it"
    )
    assert ask("kubenet-one-ip-per-node", draft).status is Status.FAILED


def test_under_kubenet_a_subnet_without_a_range_fires_once() -> None:
    draft = Draft("kubenet-vmss")
    draft.network_profile["ipFamilies"] = ["IPv4", "IPv6"]
    outcome = ask(CHECK, draft)
    assert outcome.status is Status.UNKNOWN
    assert outcome.message == (
        "subnet aks-subnet has no IPv6 range: kubenet-one-ip-per-node reports it"
    )
    assert ask("kubenet-one-ip-per-node", draft).status is Status.FAILED


def test_a_cni_of_the_users_own_decides_in_dual_stack() -> None:
    draft = Draft("byo-cni")
    draft.network_profile["ipFamilies"] = ["IPv4", "IPv6"]
    outcome = ask(CHECK, draft)
    assert outcome.status is Status.UNKNOWN
    assert outcome.message == "subnet aks-subnet has no IPv6 range: the CNI decides"


def test_a_number_proves_nothing_while_the_cluster_is_changing() -> None:
    draft = without_ipv6(0)
    draft.cluster["properties"]["provisioningState"] = "Upgrading"
    outcome = ask(CHECK, draft)
    assert outcome.status is Status.UNKNOWN
    assert outcome.message.startswith("the cluster is in state Upgrading; no IPv6")


def test_it_does_not_know_without_the_subnet() -> None:
    refusal = refusal_of(bundled("dual-stack"), NETWORKS)
    outcome = ask(CHECK, "dual-stack", refusal)
    assert (outcome.status, outcome.missing) == (Status.UNKNOWN, (gap_of(refusal),))
    outcome = ask(CHECK, without_ipv6(1), refusal)
    assert (outcome.status, outcome.missing) == (Status.UNKNOWN, (gap_of(refusal),))
    assert f"no IPv6 configuration on {SET}000001, in a subnet that was not seen" in outcome.message


@pytest.mark.parametrize("kind", [MACHINES, SCALE_SET_INTERFACES])
def test_it_does_not_know_when_a_list_is_refused(kind: str) -> None:
    refusal = refusal_of_list(bundled("cni-nodesubnet"), kind)
    outcome = ask(CHECK, "cni-nodesubnet", refusal)
    assert (outcome.status, outcome.missing) == (Status.UNKNOWN, (gap_of(refusal),))


def test_it_does_not_know_a_family_that_is_new() -> None:
    draft = Draft("cni-nodesubnet")
    draft.network_profile["ipFamilies"] = ["IPv4", "IPv8"]
    outcome = ask(CHECK, draft)
    assert (outcome.status, outcome.message) == (
        Status.UNKNOWN,
        "address family IPv8 is not recognised",
    )


def test_it_does_not_know_where_the_plugin_is_not_told() -> None:
    draft = Draft("kubenet-vmss")
    del draft.cluster["properties"]["networkProfile"]
    assert ask(CHECK, draft).message == "ARM does not tell the cluster's network plugin"


def test_it_does_not_apply_without_nodes() -> None:
    draft = Draft("cni-nodesubnet")
    draft.remove(MACHINES)
    draft.remove(SCALE_SET_INTERFACES)
    draft.cluster["properties"]["agentPoolProfiles"][0]["count"] = 0
    outcome = ask(CHECK, draft)
    assert (outcome.status, outcome.message) == (
        Status.SKIPPED,
        "there are no nodes that it applies to",
    )
