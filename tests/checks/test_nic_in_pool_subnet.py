"""nic-in-pool-subnet: when it passes, fails, does not know, and does not apply."""

import pytest

from fixtures import documents as arm
from inspector.findings import Severity, Status
from tests.checks.kit import ask, the_finding
from tests.odd_clusters import (
    INTERFACES,
    MACHINES,
    NETWORKS,
    SCALE_SET_INTERFACES,
    Draft,
    bundled,
    gap_of,
    refusal_of,
    refusal_of_list,
)

CHECK = "nic-in-pool-subnet"
SET = "aks-nodepool1-75130482-vmss"


def properties(draft: Draft, node: int, configuration: int) -> arm.Document:
    found: arm.Document = draft.configurations(SCALE_SET_INTERFACES, node)[configuration][
        "properties"
    ]
    return found


def subnet_id(draft: Draft, name: str) -> str:
    return f"{draft.one(NETWORKS)['id']}/subnets/{name}"


def moved(*places: tuple[int, int]) -> Draft:
    """Move configurations of nodes into the data subnet."""
    draft = Draft("cni-nodesubnet")
    for number, (node, configuration) in enumerate(places):
        found = properties(draft, node, configuration)
        found["subnet"] = {"id": subnet_id(draft, "snet-data")}
        found["privateIPAddress"] = f"10.60.8.{40 + number}"
    return draft


def addressed(address: str, node: int = 1) -> Draft:
    draft = Draft("cni-nodesubnet")
    properties(draft, node, 0)["privateIPAddress"] = address
    return draft


@pytest.mark.parametrize("cluster", ["cni-nodesubnet", "kubenet-vmss", "dual-stack"])
def test_it_passes_in_a_network_of_the_users_and_of_aks(cluster: str) -> None:
    outcome = ask(CHECK, cluster)
    assert outcome.status is Status.PASSED
    assert outcome.message == (
        "IP configurations of 3 of 3 nodes in their pool's subnet and within its ranges"
    )


def test_a_pass_shows_the_ranges() -> None:
    (evidence,) = ask(CHECK, "cni-nodesubnet").evidence
    assert (evidence.name, evidence.field, evidence.value) == (
        "snet-aks",
        "properties.addressPrefix",
        "10.60.0.0/22",
    )


def test_it_fires_for_configurations_in_another_subnet() -> None:
    draft = moved((1, 3), (1, 7), (2, 5))
    outcome = ask(CHECK, draft)
    finding = the_finding(outcome)
    assert outcome.message == "IP configurations out of place on 2 of 3 nodes"
    assert (finding.severity, finding.cause, finding.name) == (
        Severity.HIGH,
        "wrong-subnet",
        "nodepool1",
    )
    assert finding.message == (
        "IP configurations in snet-data, not in snet-aks, on 2 of 3 nodes of pool nodepool1: "
        f"{SET}000001, {SET}000002"
    )
    own, data = subnet_id(draft, "snet-aks"), subnet_id(draft, "snet-data")
    assert [(each.name, each.field, each.value) for each in finding.evidence] == [
        ("nodepool1", "properties.vnetSubnetID", own),
        (f"{SET}000001", "properties.ipConfigurations[ipconfig12].properties.subnet.id", data),
        (f"{SET}000002", "properties.ipConfigurations[ipconfig14].properties.subnet.id", data),
    ]
    assert finding.commands[0].startswith("az vmss nic show ")
    assert "--node-image-only" in finding.commands[1]


def test_ids_are_compared_without_case() -> None:
    draft = Draft("cni-nodesubnet")
    for node in range(3):
        for configuration in range(29):
            found = properties(draft, node, configuration)
            found["subnet"] = {"id": found["subnet"]["id"].replace("rg-network", "RG-NETWORK")}
    assert ask(CHECK, draft).status is Status.PASSED


def test_without_a_subnet_of_its_own_a_pool_is_in_the_one_aks_made() -> None:
    draft = Draft("kubenet-vmss")
    found = draft.configurations(SCALE_SET_INTERFACES)[0]["properties"]
    network = draft.one(NETWORKS)
    network["properties"]["subnets"].append(
        arm.subnet(network["id"], "snet-mine", ["10.225.0.0/24"])
    )
    found["subnet"] = {"id": f"{network['id']}/subnets/snet-mine"}
    found["privateIPAddress"] = "10.225.0.9"
    finding = the_finding(ask(CHECK, draft))
    assert finding.message.startswith(
        "IP configurations in snet-mine, not in aks-subnet, on 1 of 3"
    )
    assert finding.evidence[0].value is None


def test_auto_provisioned_nodes_may_be_in_any_subnet() -> None:
    draft = Draft("automatic")
    network = draft.one(NETWORKS)
    network["properties"]["subnets"].append(
        arm.subnet(network["id"], "snet-mine", ["10.227.0.0/24"])
    )
    found = draft.configurations(INTERFACES)[0]["properties"]
    found["subnet"] = {"id": f"{network['id']}/subnets/snet-mine"}
    found["privateIPAddress"] = "10.227.0.9"
    assert ask(CHECK, draft).status is Status.PASSED
    found["privateIPAddress"] = "10.227.1.9"
    assert the_finding(ask(CHECK, draft)).cause == "outside-address"


@pytest.mark.parametrize(
    ("address", "cause", "words"),
    [
        ("10.60.4.9", "outside-address", "outside the ranges"),
        ("10.60.0.1", "reserved-address", "among those that Azure keeps"),
        ("10.60.3.255", "reserved-address", "among those that Azure keeps"),
    ],
)
def test_it_fires_for_an_address_that_azure_cannot_have_given_out(
    address: str, cause: str, words: str
) -> None:
    outcome = ask(CHECK, addressed(address))
    finding = the_finding(outcome)
    assert outcome.message == "IP configurations out of place on 1 of 3 nodes"
    assert (finding.severity, finding.cause, finding.name) == (Severity.HIGH, cause, "snet-aks")
    assert finding.message == (
        f"1 address on 1 of 3 nodes {words} of subnet snet-aks (10.60.0.0/22): {SET}000001"
    )
    assert [(each.name, each.field, each.value) for each in finding.evidence] == [
        ("snet-aks", "properties.addressPrefix", "10.60.0.0/22"),
        (
            f"{SET}000001",
            "properties.ipConfigurations[ipconfig1].properties.privateIPAddress",
            address,
        ),
    ]
    (command,) = finding.commands
    assert command.startswith("az network vnet subnet show --ids /subscriptions/")
    assert command.endswith("/subnets/snet-aks")


def test_a_range_taken_off_the_subnet_is_one_finding_for_all_addresses() -> None:
    draft = Draft("cni-nodesubnet")
    subnets = draft.one(NETWORKS)["properties"]["subnets"]
    subnets[0]["properties"]["addressPrefix"] = "10.60.1.0/24"
    finding = the_finding(ask(CHECK, draft))
    assert finding.message.startswith("87 addresses on 3 of 3 nodes outside the ranges of subnet")


def test_a_family_without_a_range_is_left_to_ip_families() -> None:
    assert ask(CHECK, addressed("fd00::9")).status is Status.PASSED


def test_it_does_not_know_without_the_network() -> None:
    for cluster in ("cni-nodesubnet", "kubenet-vmss"):
        refusal = refusal_of(bundled(cluster), NETWORKS)
        outcome = ask(CHECK, cluster, refusal)
        assert (outcome.status, outcome.missing) == (Status.UNKNOWN, (gap_of(refusal),))


def test_another_subnet_is_seen_without_the_network() -> None:
    refusal = refusal_of(bundled("cni-nodesubnet"), NETWORKS)
    outcome = ask(CHECK, moved((0, 4)), refusal)
    assert the_finding(outcome).cause == "wrong-subnet"
    assert outcome.missing == (gap_of(refusal),)


def test_aks_s_own_subnet_may_not_be_found() -> None:
    draft = Draft("kubenet-vmss")
    (subnet,) = draft.one(NETWORKS)["properties"]["subnets"]
    subnet["id"] = subnet["id"].replace("aks-subnet", "other")
    subnet["name"] = "other"
    outcome = ask(CHECK, draft)
    assert outcome.status is Status.UNKNOWN
    assert "the subnet that AKS made for pool nodepool1 was not found" in outcome.message


@pytest.mark.parametrize("field", ["subnet", "privateIPAddress"])
def test_it_does_not_know_where_arm_does_not_tell(field: str) -> None:
    draft = Draft("cni-nodesubnet")
    del properties(draft, 1, 5)[field]
    outcome = ask(CHECK, draft)
    assert outcome.status is Status.UNKNOWN
    assert outcome.message == (f"ARM does not tell every address of {SET}000001 and its subnet")


def test_it_does_not_know_a_subnet_that_is_not_there() -> None:
    draft = Draft("cni-nodesubnet")
    draft.one(NETWORKS)["properties"]["subnets"].clear()
    outcome = ask(CHECK, draft)
    assert outcome.status is Status.UNKNOWN
    assert outcome.message == "ARM tells no range of subnet snet-aks"


@pytest.mark.parametrize("kind", [MACHINES, SCALE_SET_INTERFACES])
def test_it_does_not_know_when_a_list_is_refused(kind: str) -> None:
    refusal = refusal_of_list(bundled("cni-nodesubnet"), kind)
    outcome = ask(CHECK, "cni-nodesubnet", refusal)
    assert (outcome.status, outcome.missing) == (Status.UNKNOWN, (gap_of(refusal),))


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
