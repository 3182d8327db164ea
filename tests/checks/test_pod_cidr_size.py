"""pod-cidr-size: when it passes, fails, does not know, and does not apply."""

from ipaddress import ip_network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inspector.config import Thresholds
from inspector.findings import Severity, Status
from tests.checks.crowded import pool_of, scale
from tests.checks.kit import ask, commands_of, the_finding
from tests.odd_clusters import (
    NETWORKS,
    ROUTE_TABLES,
    Draft,
    bundled,
    gap_of,
    refusal_of,
    refusal_of_list,
)

CHECK = "pod-cidr-size"


def sized(cluster: str, cidr: str, most: int, surge: str = "1") -> Draft:
    """Return a cluster with another pod CIDR, whose first pool may grow."""
    draft = Draft(cluster)
    draft.network_profile.update(podCidr=cidr, podCidrs=[cidr])
    scale(draft, most, surge)
    return draft


def slices_of(draft: Draft, length: int) -> Draft:
    """Give the nodes' routes slices of another size."""
    for route in draft.one(ROUTE_TABLES)["properties"]["routes"]:
        first = route["properties"]["addressPrefix"].partition("/")[0]
        route["properties"]["addressPrefix"] = f"{first}/{length}"
        route["name"] = route["name"].partition("____")[0]
    return draft


def test_it_passes_with_slices_and_nodes() -> None:
    outcome = ask(CHECK, sized("kubenet-vmss", "10.244.0.0/20", 11))
    assert outcome.status is Status.PASSED
    assert outcome.message == (
        "12 of 16 node slices of the pod CIDR taken by the pools' maximum and an upgrade"
    )
    assert [(each.name, each.field, each.value) for each in outcome.evidence] == [
        ("aks-shop", "properties.networkProfile.podCidrs", "10.244.0.0/20"),
        ("nodepool1", "properties.count", 3),
        ("nodepool1", "properties.maxCount", 11),
        ("nodepool1", "properties.upgradeSettings.maxSurge", "1"),
    ]


@pytest.mark.parametrize(
    ("most", "severity", "share"),
    [
        (12, Severity.MEDIUM, "13 during an upgrade, 81 %"),
        (16, Severity.HIGH, "17 during an upgrade, 106 %"),
    ],
)
def test_a_pod_cidr_that_gets_or_is_too_small(most: int, severity: Severity, share: str) -> None:
    outcome = ask(CHECK, sized("kubenet-vmss", "10.244.0.0/20", most))
    finding = the_finding(outcome)
    assert (finding.cause, finding.severity) == ("too-small", severity)
    assert finding.message == (
        "pod CIDR 10.244.0.0/20 has 16 slices of /24; 3 nodes of today may become "
        f"{most}, and {share}"
    )
    assert finding.name == "aks-shop"
    assert outcome.message == (
        f"{most + 1} of 16 node slices of the pod CIDR needed for the pools' maximum and an upgrade"
    )


def test_the_threshold_is_the_users() -> None:
    draft = sized("kubenet-vmss", "10.244.0.0/20", 15)
    assert ask(CHECK, draft, thresholds=Thresholds(pod_cidr_used_percent=100)).status is (
        Status.PASSED
    )


@settings(max_examples=40, deadline=None)
@given(st.integers(16, 26), st.integers(3, 300), st.integers(0, 40))
def test_it_agrees_with_handing_out_slices(length: int, most: int, surge: int) -> None:
    cidr = ip_network(f"10.244.0.0/{length}")
    slots = 0 if length > 24 else len(list(cidr.subnets(new_prefix=24)))
    outcome = ask(CHECK, sized("kubenet-vmss", str(cidr), most, str(surge)))
    taken = most + min(surge, most)
    if taken > slots:
        assert the_finding(outcome).severity is Severity.HIGH
    elif taken / max(slots, 1) > 0.8:
        assert the_finding(outcome).severity is Severity.MEDIUM
    else:
        assert outcome.status is Status.PASSED


def test_kubenet_is_to_migrate_with_a_larger_range_that_meets_nothing() -> None:
    finding = the_finding(ask(CHECK, sized("kubenet-vmss", "10.244.0.0/20", 30)))
    assert finding.remediation == (
        "Migrate to Azure CNI Overlay with a larger pod CIDR, 10.244.0.0/18 for example, which "
        "meets no range seen here."
    )
    assert commands_of(finding) == (
        "az aks show --resource-group rg-shop --name aks-shop --query networkProfile",
    )


def test_overlay_enlarges_the_range_in_place() -> None:
    finding = the_finding(ask(CHECK, sized("isolated", "10.244.0.0/22", 5)))
    assert finding.remediation == (
        "Enlarge the pod CIDR to a range that holds the present one, 10.244.0.0/21 for example, "
        "which meets no range seen here."
    )
    assert commands_of(finding)[1].startswith("az aks update --resource-group ")
    assert commands_of(finding)[1].endswith(" --pod-cidr 10.244.0.0/21")


@pytest.mark.parametrize("cidr", ["10.224.4.0/22", "203.0.112.0/22"])
def test_no_range_is_proposed_that_meets_another_or_is_public(cidr: str) -> None:
    """The one lies in the nodes' network, the other in public space."""
    finding = the_finding(ask(CHECK, sized("isolated", cidr, 5)))
    assert finding.remediation == "Enlarge the pod CIDR to a range that holds the present one."
    assert len(commands_of(finding)) == 1


def test_no_range_is_proposed_that_is_in_use_on_premises() -> None:
    draft = sized("isolated", "10.244.0.0/22", 5)
    finding = the_finding(ask(CHECK, draft, on_premises=("10.244.4.0/24",)))
    assert len(commands_of(finding)) == 1


def test_windows_nodes_keep_the_pod_cidr_as_it_is() -> None:
    finding = the_finding(ask(CHECK, sized("cni-overlay", "10.244.0.0/22", 5)))
    assert finding.remediation == (
        "Lower the pools' maxima, or build a new cluster with a larger pod CIDR."
    )


def test_under_kubenet_the_routes_tell_the_size_of_a_slice() -> None:
    draft = slices_of(sized("kubenet-vmss", "10.244.0.0/22", 7), 25)
    finding = the_finding(ask(CHECK, draft))
    assert finding.message.startswith("pod CIDR 10.244.0.0/22 has 8 slices of /25")
    assert finding.severity is Severity.MEDIUM
    small = slices_of(sized("kubenet-vmss", "10.244.0.0/22", 5), 25)
    assert ask(CHECK, small).message.startswith("6 of 8 node slices")


@pytest.mark.parametrize("kind", [ROUTE_TABLES, NETWORKS])
def test_under_kubenet_it_does_not_know_without_the_routes(kind: str) -> None:
    """A slice of another size would make room for all."""
    snapshot = slices_of(sized("kubenet-vmss", "10.244.0.0/22", 5), 26).snapshot()
    refusal = refusal_of(snapshot, kind)
    outcome = ask(CHECK, snapshot, refusal)
    assert outcome.status is Status.UNKNOWN
    assert gap_of(refusal) in outcome.missing


def test_overlay_needs_no_routes() -> None:
    snapshot = bundled("isolated")
    assert ask(CHECK, snapshot, refusal_of_list(snapshot, ROUTE_TABLES)).status is Status.PASSED


@pytest.mark.parametrize(
    ("cidr", "doubt"),
    [
        (None, "ARM does not tell an IPv4 pod CIDR of the cluster"),
        ("pods", "a pod CIDR is no range: 'pods' does not appear to be an IPv4 or IPv6 network"),
        ("fd00::/64", "ARM does not tell an IPv4 pod CIDR of the cluster"),
    ],
)
def test_it_does_not_know_without_an_ipv4_pod_cidr(cidr: str | None, doubt: str) -> None:
    draft = Draft("kubenet-vmss")
    draft.network_profile.update(podCidr=cidr, podCidrs=[cidr] if cidr else [])
    outcome = ask(CHECK, draft)
    assert (outcome.status, outcome.message) == (Status.UNKNOWN, doubt)


def test_it_does_not_know_how_many_nodes_there_may_be() -> None:
    assert ask(CHECK, "automatic").message == (
        "node auto-provisioning adds nodes up to limits that ARM does not show"
    )
    draft = Draft("kubenet-vmss")
    pool_of(draft)["count"] = None
    assert "how many nodes pool nodepool1 has" in ask(CHECK, draft).message
    draft.network_profile["networkPlugin"] = "new"
    assert ask(CHECK, draft).message == "network plugin new is not recognised"


@pytest.mark.parametrize("cluster", ["cni-nodesubnet", "cni-podsubnet", "byo-cni"])
def test_it_does_not_apply_without_slices(cluster: str) -> None:
    outcome = ask(CHECK, cluster)
    assert outcome.status is Status.SKIPPED
    assert outcome.message.startswith("nodes take no slice of a pod CIDR under ")
