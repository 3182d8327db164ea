"""service-cidr-overlap: when it passes, fails, and does not know."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.findings import Severity, Status
from tests.checks.kit import ask, commands_of, the_finding
from tests.odd_clusters import NETWORKS, Draft, bundled, gap_of, refusal_of

CHECK = "service-cidr-overlap"
NETWORK = (
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-network"
    "/providers/Microsoft.Network/virtualNetworks/vnet-payments"
)


def services_in(cluster: str, *cidrs: str) -> Draft:
    draft = Draft(cluster)
    draft.network_profile.update(serviceCidr=cidrs[0], serviceCidrs=list(cidrs))
    return draft


def test_it_passes_where_nothing_is_shared() -> None:
    outcome = ask(CHECK, "cni-nodesubnet")
    assert outcome.status is Status.PASSED
    assert outcome.message == "no overlap of service CIDR 10.96.0.0/16 with 4 other ranges"
    (evidence,) = outcome.evidence
    assert (evidence.field, evidence.value) == (
        "properties.networkProfile.serviceCidrs",
        "10.96.0.0/16",
    )


def test_a_pass_names_the_ranges_that_do_not_show() -> None:
    assert ask(CHECK, "cni-overlay").message == (
        "no overlap of service CIDR 10.0.0.0/16 with 4 other ranges; "
        "ranges of ServiceCIDR objects in the cluster do not show in ARM"
    )


def test_it_fires_for_a_network() -> None:
    outcome = ask(CHECK, services_in("cni-nodesubnet", "10.60.128.0/17"))
    finding = the_finding(outcome)
    assert outcome.message == "overlap of service CIDR 10.60.128.0/17 with 1 of 4 other ranges"
    assert (finding.cause, finding.severity) == ("virtual-network", Severity.HIGH)
    assert finding.message == (
        "service CIDR 10.60.128.0/17 overlaps virtual network vnet-payments (10.60.0.0/16)"
    )
    assert [(each.name, each.value) for each in finding.evidence] == [
        ("aks-payments", "10.60.128.0/17"),
        ("vnet-payments", "10.60.0.0/16"),
    ]
    assert finding.remediation == (
        "Build a new cluster with another service CIDR, 10.0.0.0/17 for example, which meets no "
        "range seen here: it cannot be changed. "
        "Until then give no device an address in the shared part."
    )
    assert commands_of(finding) == (
        "az aks show --resource-group rg-payments --name aks-payments --query networkProfile",
        f"az resource show --ids {NETWORK}",
    )


def test_it_fires_once_for_a_subnet_of_the_cluster() -> None:
    finding = the_finding(ask(CHECK, services_in("cni-nodesubnet", "10.60.0.0/16")))
    assert (finding.cause, finding.severity) == ("node-subnet", Severity.HIGH)
    assert finding.name == "snet-aks"


def test_it_fires_for_a_pod_subnet() -> None:
    finding = the_finding(ask(CHECK, services_in("cni-podsubnet", "10.70.4.0/24")))
    assert (finding.cause, finding.name) == ("pod-subnet", "snet-pods-system")


def test_it_fires_for_a_peered_network() -> None:
    finding = the_finding(ask(CHECK, services_in("cni-nodesubnet", "10.50.0.0/20")))
    assert (finding.cause, finding.severity) == ("peered-network", Severity.HIGH)
    assert (
        finding.message == "service CIDR 10.50.0.0/20 overlaps peered network to-hub (10.50.0.0/16)"
    )
    assert "behind the peering" in finding.impact


def test_it_fires_for_a_range_on_premises() -> None:
    finding = the_finding(ask(CHECK, "cni-nodesubnet", on_premises=("10.0.0.0/8",)))
    assert (finding.cause, finding.name) == ("on-premises-range", "aks-payments")


def test_it_fires_for_ipv6() -> None:
    draft = services_in("dual-stack", "10.0.0.0/16", "fd00:db8:90:0:1::/108")
    finding = the_finding(ask(CHECK, draft))
    assert finding.cause == "node-subnet"
    assert "fd00:db8:90::/64" in finding.message


def test_what_aks_built_itself_is_a_note() -> None:
    finding = the_finding(ask(CHECK, "seed-kubenet"))
    assert (finding.cause, finding.severity) == ("virtual-network", Severity.INFO)
    assert finding.remediation == "Make no subnet where the service CIDR is."


def test_the_pod_cidr_is_left_to_its_own_check() -> None:
    assert ask(CHECK, services_in("cni-overlay", "10.244.0.0/20")).status is Status.PASSED


def test_it_does_not_know_a_network_that_was_refused() -> None:
    refusal = refusal_of(bundled("cni-nodesubnet"), NETWORKS)
    outcome = ask(CHECK, "cni-nodesubnet", refusal)
    assert outcome.status is Status.UNKNOWN
    assert outcome.missing == (gap_of(refusal),)


def test_it_does_not_know_without_a_service_cidr() -> None:
    draft = Draft("cni-nodesubnet")
    del draft.network_profile["serviceCidr"], draft.network_profile["serviceCidrs"]
    outcome = ask(CHECK, draft)
    assert (outcome.status, outcome.message) == (
        Status.UNKNOWN,
        "ARM does not tell the cluster's service CIDR",
    )


@pytest.mark.parametrize("text", ["", "10.0.0.0/33", "services"])
def test_it_does_not_know_a_service_cidr_that_is_no_range(text: str) -> None:
    assert ask(CHECK, services_in("cni-nodesubnet", text)).status is Status.UNKNOWN


@given(st.integers(0, 255), st.integers(13, 24))
def test_it_fires_exactly_where_a_network_or_a_peer_is_met(second: int, length: int) -> None:
    """The cluster is in 10.60.0.0/16 and peered to 10.50.0.0/16."""
    outcome = ask(CHECK, services_in("cni-nodesubnet", f"10.{second}.0.0/{length}"))
    around = range(second, second + 1) if length >= 16 else _aligned(second, 1 << (16 - length))
    assert (outcome.status is Status.FAILED) is (50 in around or 60 in around)


def _aligned(second: int, width: int) -> range:
    return range(second // width * width, second // width * width + width)
