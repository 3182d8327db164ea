"""pod-subnet-size: when it passes, fails, does not know, and does not apply."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inspector.findings import Severity, Status
from tests.checks.crowded import connect, gateways, pool_of, resize, scale
from tests.checks.kit import ask, the_finding
from tests.odd_clusters import NETWORKS, USAGES, Draft, bundled, gap_of, refusal_of, refusal_of_list

CHECK = "pod-subnet-size"
UNSHOWN = "; Azure does not show how many the pods take now"
DYNAMIC, STATIC = 2, 3
"""The places of the pod subnets: pool system's one by one, pool apps' in blocks."""


def sized(prefix: str, most: int, surge: str = "1", place: int = DYNAMIC) -> Draft:
    """Return a cluster with another pod subnet, whose pool may grow."""
    draft = Draft("cni-podsubnet")
    resize(draft, prefix, place=place)
    scale(draft, most, surge, place=place - DYNAMIC)
    return draft


def test_it_passes_with_what_fits_and_what_azure_does_not_show() -> None:
    outcome = ask(CHECK, "cni-podsubnet")
    assert outcome.status is Status.PASSED
    assert outcome.message == (
        "room for the pods of all nodes in 2 pod subnets: 192 of 507 in snet-pods-apps, "
        f"336 of 1019 in snet-pods-system{UNSHOWN}"
    )
    assert [(each.name, each.field, each.value) for each in outcome.evidence[:6]] == [
        ("snet-pods-apps", "properties.addressPrefix", "10.70.8.0/23"),
        ("snet-pods-apps", "usages.currentValue", 0),
        ("apps", "properties.count", 2),
        ("apps", "properties.upgradeSettings.maxSurge", "10%"),
        ("apps", "properties.maxPods", 63),
        ("snet-pods-system", "properties.addressPrefix", "10.70.4.0/22"),
    ]


def test_nodes_that_do_not_get_their_first_batch_are_high() -> None:
    outcome = ask(CHECK, sized("10.70.4.0/26", 3))
    finding = the_finding(outcome)
    assert outcome.message == f"1 of 2 pod subnets too small{UNSHOWN}"
    assert (finding.cause, finding.severity) == ("too-small", Severity.HIGH)
    assert finding.name == "snet-pods-system"
    assert finding.message == (
        "subnet snet-pods-system has 59 addresses for pods, and nodes take at least 64 at their "
        f"maximum, 448 when full of pods: 4 nodes of pool system, 16 to 112 each{UNSHOWN}"
    )
    assert finding.impact == "pods of further nodes get no address and stay pending"
    assert finding.remediation == (
        "Give further pools a larger pod subnet of their own in the same network, a /23 for all "
        "of them, or lower the maximum of pool system, which takes most."
    )


def test_nodes_that_cannot_all_be_full_are_medium() -> None:
    assert ask(CHECK, sized("10.70.4.0/23", 3)).status is Status.PASSED
    finding = the_finding(ask(CHECK, sized("10.70.4.0/24", 3)))
    assert finding.severity is Severity.MEDIUM
    assert finding.impact.startswith("pods stay pending once most nodes are full")


def test_blocks_are_taken_whole_from_the_start() -> None:
    finding = the_finding(ask(CHECK, sized("10.70.8.0/24", 4, place=STATIC)))
    assert finding.severity is Severity.HIGH
    assert "nodes take at least 320 at their maximum, 320 when full of pods: 5 nodes of pool " in (
        finding.message
    )
    assert "apps, 64 each;" in finding.message


def test_pools_that_share_a_pod_subnet_are_added_up() -> None:
    draft = Draft("cni-podsubnet")
    shared = pool_of(draft, 0)["podSubnetID"]
    pool_of(draft, 1).update(podSubnetID=shared, podIPAllocationMode=None)
    resize(draft, "10.70.4.0/25", place=DYNAMIC)
    finding = the_finding(ask(CHECK, draft))
    assert finding.message.endswith(
        "3 nodes of pool system, 16 to 112 each, 3 nodes of pool apps, 16 to 64 each" + UNSHOWN
    )
    assert "nodes take at least 80 at their maximum, 528 when full" in finding.message
    assert finding.severity is Severity.MEDIUM


def test_what_else_is_connected_takes_room() -> None:
    draft = sized("10.70.4.0/26", 2)
    assert the_finding(ask(CHECK, draft)).severity is Severity.MEDIUM
    connect(draft, *gateways(12), place=DYNAMIC)
    finding = the_finding(ask(CHECK, draft))
    assert finding.severity is Severity.HIGH
    assert "has 47 addresses for pods" in finding.message


@settings(max_examples=40, deadline=None)
@given(
    st.integers(20, 28), st.integers(2, 60), st.integers(0, 5), st.integers(10, 250), st.booleans()
)
def test_it_agrees_with_handing_out_batches(
    length: int, most: int, surge: int, max_pods: int, is_static: bool
) -> None:
    place = STATIC if is_static else DYNAMIC
    draft = sized(f"10.70.0.0/{length}", most, str(surge), place)
    pool_of(draft, place - DYNAMIC)["maxPods"] = max_pods
    batch = 16
    full = batch
    while full < max_pods + is_static:
        full += batch
    least = full if is_static else batch
    usable, nodes = (1 << 32 - length) - 5, most + min(surge, most)
    outcome = ask(CHECK, draft)
    if nodes * least > usable:
        assert the_finding(outcome).severity is Severity.HIGH
    elif nodes * full > usable:
        assert the_finding(outcome).severity is Severity.MEDIUM
    else:
        assert outcome.status is Status.PASSED


def test_it_does_not_know_without_max_pods_or_the_subnet() -> None:
    draft = Draft("cni-podsubnet")
    pool_of(draft)["maxPods"] = None
    assert ask(CHECK, draft).message == "ARM does not tell maxPods of pool system"
    gone = Draft("cni-podsubnet")
    gone.one(NETWORKS)["properties"]["subnets"].pop(STATIC)
    assert ask(CHECK, gone).message == "subnet snet-pods-apps does not exist"
    snapshot = sized("10.70.4.0/26", 30).snapshot()
    refusal = refusal_of(snapshot, NETWORKS)
    outcome = ask(CHECK, snapshot, refusal)
    assert (outcome.status, outcome.missing) == (Status.UNKNOWN, (gap_of(refusal),))


def test_arms_figure_is_not_needed() -> None:
    snapshot = bundled("cni-podsubnet")
    refusal = refusal_of_list(snapshot, USAGES)
    assert ask(CHECK, snapshot, refusal).status is Status.PASSED


@pytest.mark.parametrize("cluster", ["kubenet-vmss", "cni-nodesubnet", "isolated", "automatic"])
def test_it_does_not_apply_without_pod_subnets(cluster: str) -> None:
    outcome = ask(CHECK, cluster)
    assert (outcome.status, outcome.message) == (
        Status.SKIPPED,
        "no pool takes addresses for its pods from a subnet of their own",
    )
