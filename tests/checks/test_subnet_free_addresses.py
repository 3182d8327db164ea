"""subnet-free-addresses: when it passes, fails, and does not know."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fixtures import documents as arm
from fixtures.assemble import assemble
from inspector.config import Thresholds
from inspector.findings import Severity, Status
from tests.checks.crowded import connect, gateways, resize, subnet_of
from tests.checks.kit import ask, the_finding
from tests.odd_clusters import NETWORKS, USAGES, Draft, bundled, gap_of, refusal_of, refusal_of_list

CHECK = "subnet-free-addresses"


def crowded(others: int, prefix: str = "10.224.0.0/28", cluster: str = "kubenet-vmss") -> Draft:
    """Return a cluster with a smaller subnet and so many devices beside its nodes."""
    draft = Draft(cluster)
    resize(draft, prefix)
    connect(draft, *gateways(others))
    return draft


def test_it_passes_with_the_figures_of_each_subnet() -> None:
    outcome = ask(CHECK, "virtual-nodes")
    assert outcome.status is Status.PASSED
    assert outcome.message == (
        "free addresses in 2 subnets: 65 of 123 in snet-system, 222 of 251 in snet-workers"
    )
    assert [(each.name, each.field, each.value) for each in outcome.evidence] == [
        ("snet-system", "properties.addressPrefix", "10.100.0.0/25"),
        ("snet-system", "usages.currentValue", 58),
        ("snet-workers", "properties.addressPrefix", "10.100.1.0/24"),
        ("snet-workers", "usages.currentValue", 29),
    ]


def test_a_full_subnet_is_critical() -> None:
    draft = crowded(0, "10.224.0.0/29")
    outcome = ask(CHECK, draft)
    finding = the_finding(outcome)
    assert outcome.message == "1 of 1 subnet short of free addresses"
    assert (finding.cause, finding.severity) == ("full", Severity.CRITICAL)
    assert finding.message == "subnet aks-subnet has no free address: 3 of 3 are used"
    assert finding.name == "aks-subnet"
    assert [each.value for each in finding.evidence] == ["10.224.0.0/29", 3]
    assert finding.commands == (f"az network vnet subnet show --ids {subnet_of(draft)['id']}",)
    assert "Overlay" not in finding.remediation


@pytest.mark.parametrize(
    ("others", "severity", "free"),
    [
        (7, Severity.HIGH, "1 of 11 addresses free, 9 %"),
        (6, Severity.MEDIUM, "2 of 11 addresses free, 18 %"),
    ],
)
def test_a_subnet_that_fills_up_is_told_by_its_share(
    others: int, severity: Severity, free: str
) -> None:
    finding = the_finding(ask(CHECK, crowded(others)))
    assert (finding.cause, finding.severity) == ("nearly-full", severity)
    assert finding.message == f"subnet aks-subnet has {free}"


def test_it_passes_just_above_the_threshold() -> None:
    assert ask(CHECK, crowded(5)).message == "free addresses in 1 subnet: 3 of 11 in aks-subnet"


def test_the_thresholds_are_the_users() -> None:
    limits = Thresholds(subnet_free_percent=15, subnet_free_percent_high=5)
    assert ask(CHECK, crowded(6), thresholds=limits).status is Status.PASSED
    finding = the_finding(ask(CHECK, crowded(7), thresholds=limits))
    assert finding.severity is Severity.MEDIUM


def test_room_for_less_than_one_node_of_a_pool_is_high() -> None:
    draft = crowded(8, "10.60.0.0/25", "cni-nodesubnet")
    finding = the_finding(ask(CHECK, draft))
    assert finding.severity is Severity.HIGH
    assert finding.message == (
        "subnet snet-aks has 28 of 123 addresses free, 22 %: fewer than the 29 that a node of "
        "pool nodepool1 takes"
    )
    assert "migrate to Azure CNI Overlay" in finding.remediation
    assert ask(CHECK, crowded(7, "10.60.0.0/25", "cni-nodesubnet")).status is Status.PASSED


@settings(max_examples=30, deadline=None)
@given(st.integers(24, 29), st.integers(0, 260))
def test_the_severity_is_that_of_counting_the_addresses(length: int, others: int) -> None:
    usable = (1 << 32 - length) - 5
    left = [None] * usable
    for _ in range(3 + others):
        left = left[1:]
    outcome = ask(CHECK, crowded(others, f"10.224.0.0/{length}"))
    if not left:
        expected = Severity.CRITICAL
    elif len(left) / usable < 0.1:
        expected = Severity.HIGH
    elif len(left) / usable < 0.2:
        expected = Severity.MEDIUM
    else:
        assert outcome.status is Status.PASSED
        return
    assert the_finding(outcome).severity is expected


def test_arms_figure_counts_where_it_is_the_larger() -> None:
    draft = crowded(0)
    usage = arm.usage(subnet_of(draft)["id"], 10, 11)
    snapshot = assemble(draft.documents, str(bundled("kubenet-vmss").cluster), usages=[usage])
    assert the_finding(ask(CHECK, snapshot)).evidence[1].value == 10


def test_with_ipv6_the_connected_configurations_are_counted() -> None:
    draft = Draft("dual-stack")
    resize(draft, "10.90.0.0/29", "fd00:db8:90::/64")
    finding = the_finding(ask(CHECK, draft))
    assert finding.cause == "full"
    assert [(each.field, each.value) for each in finding.evidence] == [
        ("properties.addressPrefixes", "10.90.0.0/29, fd00:db8:90::/64"),
        ("properties.ipConfigurations", "3 of IPv4"),
    ]


def test_pod_subnets_leave_it_open_and_hide_no_fault_of_the_nodes_subnets() -> None:
    outcome = ask(CHECK, "cni-podsubnet")
    assert outcome.status is Status.UNKNOWN
    assert outcome.message == (
        "Azure does not show the addresses that pods take of snet-pods-apps, snet-pods-system"
    )
    draft = Draft("cni-podsubnet")
    resize(draft, "10.70.0.0/29")
    connect(draft, *gateways(1))
    assert the_finding(ask(CHECK, draft)).name == "snet-nodes-system"


@pytest.mark.parametrize("kind", [NETWORKS, USAGES])
def test_it_does_not_know_without_the_network_or_arms_figure(kind: str) -> None:
    snapshot = crowded(0, "10.224.0.0/29").snapshot()
    refusal = (
        refusal_of(snapshot, NETWORKS) if kind == NETWORKS else refusal_of_list(snapshot, USAGES)
    )
    outcome = ask(CHECK, snapshot, refusal)
    assert outcome.status is Status.UNKNOWN
    assert outcome.missing == (gap_of(refusal),)


def test_it_does_not_know_where_arm_has_no_figure() -> None:
    draft = crowded(0)
    snapshot = assemble(draft.documents, str(bundled("kubenet-vmss").cluster), usages=[])
    assert ask(CHECK, snapshot).message == (
        "subnet aks-subnet: ARM does not show how many are used"
    )


def test_it_does_not_know_without_a_subnet_or_an_ipv4_range() -> None:
    gone = Draft("kubenet-vmss")
    gone.one(NETWORKS)["properties"]["subnets"] = []
    assert ask(CHECK, gone).message == (
        "ARM does not tell the subnet of pool nodepool1; subnet aks-subnet does not exist"
    )
    named = Draft("cni-nodesubnet")
    named.one(NETWORKS)["properties"]["subnets"] = []
    assert ask(CHECK, named).message == "subnet snet-aks does not exist"
    ipv6 = Draft("kubenet-vmss")
    resize(ipv6, "fd00::/64")
    assert ask(CHECK, ipv6).message == "subnet aks-subnet has no IPv4 range"
