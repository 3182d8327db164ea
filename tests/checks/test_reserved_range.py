"""reserved-range: when it passes, fails, and does not know."""

from typing import Any

import pytest

from fixtures import documents as arm
from inspector.findings import Severity, Status
from tests.checks.kit import ask, commands_of, the_finding
from tests.odd_clusters import NETWORKS, Draft, bundled, gap_of, refusal_of

CHECK = "reserved-range"


def moved(cluster: str, *prefixes: str, subnet: str | None = None) -> Draft:
    """Return a cluster in a network of other ranges."""
    draft = Draft(cluster)
    properties: Any = draft.one(NETWORKS)["properties"]
    properties["addressSpace"]["addressPrefixes"] = list(prefixes)
    if subnet is not None:
        properties["subnets"][0]["properties"]["addressPrefix"] = subnet
    return draft


def test_it_passes_where_none_is_in_use() -> None:
    outcome = ask(CHECK, "cni-podsubnet")
    assert outcome.status is Status.PASSED
    assert outcome.message == "no reserved range among 6 ranges"
    assert len(outcome.evidence) == 6


@pytest.mark.parametrize(
    "cidr", ["169.254.0.0/16", "172.30.0.0/16", "172.31.8.0/21", "192.0.2.0/24", "192.0.0.0/16"]
)
def test_it_fires_for_the_service_cidr(cidr: str) -> None:
    draft = Draft("cni-overlay")
    draft.network_profile.update(serviceCidr=cidr, serviceCidrs=[cidr])
    outcome = ask(CHECK, draft)
    finding = the_finding(outcome)
    assert outcome.message == "1 of 4 ranges reserved by AKS in part or whole"
    assert (finding.cause, finding.severity) == ("service-cidr", Severity.HIGH)
    assert finding.name == "aks-retail"
    (evidence,) = finding.evidence
    assert (evidence.field, evidence.value) == ("properties.networkProfile.serviceCidrs", cidr)


def test_a_wide_range_meets_several_reserved_ones() -> None:
    draft = Draft("kubenet-vmss")
    draft.network_profile.update(podCidr="172.16.0.0/12", podCidrs=["172.16.0.0/12"])
    finding = the_finding(ask(CHECK, draft))
    assert (finding.cause, finding.severity) == ("pod-cidr", Severity.HIGH)
    assert finding.message == (
        "pod CIDR 172.16.0.0/12 overlaps 172.30.0.0/16, 172.31.0.0/16, reserved by AKS"
    )
    assert finding.remediation == (
        "Plan the next cluster without the reserved range: it cannot be changed in place. "
        "AKS leaves clusters alone that were built before it refused this."
    )
    assert commands_of(finding) == (
        "az aks show --resource-group rg-shop --name aks-shop --query networkProfile",
    )


def test_it_fires_for_the_rest_of_a_network() -> None:
    draft = moved("cni-nodesubnet", "172.16.0.0/12", subnet="172.16.0.0/22")
    finding = the_finding(ask(CHECK, draft))
    assert (finding.cause, finding.severity) == ("virtual-network", Severity.MEDIUM)
    assert finding.name == "vnet-payments"
    assert finding.message == (
        "virtual network vnet-payments (172.16.0.0/12) overlaps 172.30.0.0/16, 172.31.0.0/16, "
        "reserved by AKS"
    )
    assert commands_of(finding)[1].startswith("az resource show --ids /subscriptions/")


def test_a_network_is_not_reported_for_what_its_subnet_is() -> None:
    draft = moved("cni-nodesubnet", "172.30.0.0/16", subnet="172.30.4.0/22")
    finding = the_finding(ask(CHECK, draft))
    assert (finding.cause, finding.severity) == ("node-subnet", Severity.HIGH)
    assert finding.name == "snet-aks"


def test_a_network_is_reported_for_the_reserved_range_its_subnet_does_not_touch() -> None:
    draft = moved("cni-nodesubnet", "172.16.0.0/12", subnet="172.30.4.0/22")
    subnet, network = ask(CHECK, draft).findings
    assert (subnet.cause, network.cause) == ("node-subnet", "virtual-network")
    assert network.message.endswith("overlaps 172.31.0.0/16, reserved by AKS")


def test_two_prefixes_of_one_network_are_one_finding() -> None:
    draft = moved("cni-nodesubnet", "10.60.0.0/16", "172.30.0.0/24", "192.0.2.0/25")
    finding = the_finding(ask(CHECK, draft))
    assert [each.value for each in finding.evidence] == ["172.30.0.0/24", "192.0.2.0/25"]


def test_other_subnets_count_to_their_network() -> None:
    draft = moved("cni-nodesubnet", "10.60.0.0/16", "172.30.0.0/24")
    network = draft.one(NETWORKS)
    network["properties"]["subnets"].append(arm.subnet(network["id"], "vm", ["172.30.0.0/24"]))
    assert the_finding(ask(CHECK, draft)).cause == "virtual-network"


def test_it_does_not_know_a_network_that_was_refused() -> None:
    refusal = refusal_of(bundled("cni-nodesubnet"), NETWORKS)
    outcome = ask(CHECK, "cni-nodesubnet", refusal)
    assert outcome.status is Status.UNKNOWN
    assert outcome.missing == (gap_of(refusal),)


def test_it_does_not_know_without_a_service_cidr_or_with_one_that_is_no_range() -> None:
    draft = Draft("cni-nodesubnet")
    draft.network_profile.update(serviceCidr="no", serviceCidrs=["no"])
    assert ask(CHECK, draft).status is Status.UNKNOWN
    del draft.network_profile["serviceCidr"], draft.network_profile["serviceCidrs"]
    assert ask(CHECK, draft).message == "ARM does not tell the cluster's service CIDR"


def test_peers_are_not_judged() -> None:
    draft = Draft("cni-nodesubnet")
    peering: Any = draft.one(NETWORKS)["properties"]["virtualNetworkPeerings"][0]["properties"]
    peering["remoteAddressSpace"]["addressPrefixes"] = ["172.30.0.0/16"]
    assert ask(CHECK, draft).status is Status.PASSED
