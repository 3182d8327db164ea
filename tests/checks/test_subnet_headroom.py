"""subnet-headroom: when it passes, fails, does not know, and does not apply."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inspector.findings import Severity, Status
from tests.checks.crowded import connect, gateways, pool_of, resize, scale
from tests.checks.kit import ask, the_finding
from tests.odd_clusters import (
    NETWORKS,
    SCALE_SET_INTERFACES,
    USAGES,
    Draft,
    bundled,
    gap_of,
    refusal_of,
    refusal_of_list,
)

CHECK = "subnet-headroom"


def growing(most: int, surge: str = "1", prefix: str = "10.224.0.0/28") -> Draft:
    """Return a kubenet cluster of three nodes that may grow, in a smaller subnet."""
    draft = Draft("kubenet-vmss")
    resize(draft, prefix)
    scale(draft, most, surge)
    return draft


def two_pools(most: int) -> Draft:
    """Return a cluster of two pools of two nodes each in a subnet of eleven addresses."""
    draft = Draft("multi-balancer")
    resize(draft, "10.224.0.0/28")
    scale(draft, most, place=0)
    scale(draft, most, place=1)
    return draft


def flat(prefix: str) -> Draft:
    """Return a cluster of three nodes with 29 addresses each, in a smaller subnet."""
    draft = Draft("cni-nodesubnet")
    resize(draft, prefix)
    return draft


def test_it_passes_with_what_is_free_and_needed() -> None:
    outcome = ask(CHECK, growing(10))
    assert outcome.status is Status.PASSED
    assert outcome.message == (
        "room for the pools' maximum and an upgrade in 1 subnet: 8 free and 8 needed in aks-subnet"
    )
    assert [(each.name, each.field, each.value) for each in outcome.evidence] == [
        ("aks-subnet", "properties.addressPrefix", "10.224.0.0/28"),
        ("aks-subnet", "usages.currentValue", 3),
        ("nodepool1", "properties.count", 3),
        ("nodepool1", "properties.maxCount", 10),
        ("nodepool1", "properties.upgradeSettings.maxSurge", "1"),
    ]


def test_a_maximum_that_does_not_fit_is_high() -> None:
    draft = growing(12, "2")
    outcome = ask(CHECK, draft)
    finding = the_finding(outcome)
    assert outcome.message == "1 of 1 subnet too small for what the pools may need"
    assert (finding.cause, finding.severity) == ("too-small", Severity.HIGH)
    assert finding.message == (
        "subnet aks-subnet has 8 free addresses, and its pools may need 11 more: pool nodepool1 "
        "of 3 nodes may grow to 12, and by 2 more in an upgrade, with 1 address each"
    )
    assert finding.impact.startswith("pool nodepool1 cannot grow to its maximum")
    assert finding.remediation == (
        "Pool nodepool1 runs out first: there is room for 11 nodes of it in all if no other pool "
        "grows. Give it a larger subnet, by a new pool, or lower its maximum."
    )
    assert [each.split(" --")[0] for each in finding.commands] == [
        "az network vnet subnet show",
        "az aks nodepool show",
    ]


def test_where_only_the_surge_does_not_fit_an_upgrade_in_place_does() -> None:
    finding = the_finding(ask(CHECK, growing(11)))
    assert finding.severity is Severity.HIGH
    assert "maxUnavailable and a maxSurge of 0" in finding.remediation


def test_pools_that_only_fit_one_after_the_other_are_medium() -> None:
    assert ask(CHECK, two_pools(4)).status is Status.PASSED
    finding = the_finding(ask(CHECK, two_pools(5)))
    assert finding.severity is Severity.MEDIUM
    assert "its pools may need 8 more: pool nodepool1 of 2 nodes" in finding.message
    assert finding.impact == (
        "pools that are upgraded at the same time run out of addresses half way"
    )
    assert the_finding(ask(CHECK, two_pools(6))).severity is Severity.HIGH


def test_the_pool_that_may_take_most_runs_out_first() -> None:
    draft = two_pools(5)
    scale(draft, 9, place=1)
    assert (
        "Pool teamb runs out first: there is room for 9 nodes"
        in the_finding(ask(CHECK, draft)).remediation
    )


def test_a_node_subnet_needs_addresses_for_the_pods_of_each_node() -> None:
    draft = flat("10.60.0.0/25")
    passed = ask(CHECK, draft)
    assert passed.message.endswith("36 free and 31 needed in snet-aks")
    assert passed.evidence[-1].value == 30
    scale(draft, 4)
    finding = the_finding(ask(CHECK, draft))
    assert finding.message == (
        "subnet snet-aks has 36 free addresses, and its pools may need 62 more: pool nodepool1 of "
        "3 nodes may grow to 4, and by 1 more in an upgrade, with 31 addresses each"
    )
    assert finding.severity is Severity.HIGH
    assert finding.remediation.endswith("or Azure CNI Overlay, save addresses.")


@pytest.mark.parametrize(
    ("others", "severity"),
    [(5, None), (6, Severity.MEDIUM), (7, Severity.MEDIUM), (8, Severity.HIGH)],
)
def test_the_nodes_there_are_tell_the_least_a_node_takes(
    others: int, severity: Severity | None
) -> None:
    """The upgrade's node takes 31 as planned, and 29 as those of today do."""
    draft = flat("10.60.0.0/25")
    connect(draft, *gateways(others))
    outcome = ask(CHECK, draft)
    if severity is None:
        assert outcome.status is Status.PASSED
    else:
        finding = the_finding(outcome)
        assert finding.severity is severity
        assert finding.message.endswith("; an upgrade of today's nodes alone needs 31")


@settings(max_examples=40, deadline=None)
@given(st.integers(3, 60), st.integers(0, 9), st.integers(25, 29), st.integers(0, 20))
def test_it_agrees_with_giving_out_addresses_one_by_one(
    most: int, surge: int, length: int, others: int
) -> None:
    draft = growing(most, str(surge), f"10.224.0.0/{length}")
    connect(draft, *gateways(others))
    left = max(0, (1 << 32 - length) - 5 - 3 - others)
    wanted = [1] * (most + min(surge, most) - 3)
    fits = len(wanted[:left]) == len(wanted)
    status = ask(CHECK, draft).status
    if not wanted:
        assert status is Status.SKIPPED
    else:
        assert status is (Status.PASSED if fits else Status.FAILED)


def test_while_the_cluster_changes_only_what_never_fits_is_a_fault() -> None:
    """A node of the upgrade is there already, and not in the pool's count."""
    draft = growing(10)
    pool_of(draft)["count"] = 2
    assert ask(CHECK, draft).status is Status.FAILED
    draft.cluster["properties"]["provisioningState"] = "Upgrading"
    outcome = ask(CHECK, draft)
    assert outcome.status is Status.UNKNOWN
    assert outcome.message.startswith("the cluster is in state Upgrading; subnet aks-subnet has 8")
    scale(draft, 11)
    assert the_finding(ask(CHECK, draft)).severity is Severity.HIGH


@pytest.mark.parametrize("is_whole_cluster", [True, False])
def test_nodes_of_stopped_pools_may_come_on_top(is_whole_cluster: bool) -> None:
    draft = growing(10)
    stopped = draft.cluster["properties"] if is_whole_cluster else pool_of(draft)
    stopped["powerState"] = {"code": "Stopped"}
    outcome = ask(CHECK, draft)
    assert outcome.status is Status.UNKNOWN
    assert outcome.message == "stopped pools take addresses of aks-subnet when they start"
    scale(draft, 7)
    assert ask(CHECK, draft).status is Status.PASSED


@pytest.mark.parametrize(
    ("change", "doubt"),
    [
        ({"maxPods": None}, "ARM does not tell maxPods of pool nodepool1"),
        ({"count": None}, "ARM does not tell how many nodes pool nodepool1 has"),
        (
            {"enableAutoScaling": True, "maxCount": None},
            "ARM does not tell how many nodes pool nodepool1 may have",
        ),
        (
            {"upgradeSettings": {"maxSurge": "many"}},
            "maxSurge 'many' of pool nodepool1 is not recognised",
        ),
    ],
)
def test_it_does_not_know_without_a_term_of_the_formula(
    change: dict[str, object], doubt: str
) -> None:
    draft = flat("10.60.0.0/22")
    pool_of(draft).update(change)
    outcome = ask(CHECK, draft)
    assert outcome.status is Status.UNKNOWN
    assert doubt in outcome.message.split("; ")


def test_it_does_not_know_with_auto_provisioning_or_an_unknown_model() -> None:
    assert ask(CHECK, "automatic").message == (
        "node auto-provisioning adds nodes up to limits that ARM does not show"
    )
    draft = growing(10)
    draft.network_profile["networkPlugin"] = "cilium"
    assert ask(CHECK, draft).message == "the network model of pool nodepool1 is not recognised"


@pytest.mark.parametrize("kind", [NETWORKS, USAGES])
def test_it_does_not_know_without_the_network_or_arms_figure(kind: str) -> None:
    snapshot = growing(40).snapshot()
    refusal = (
        refusal_of(snapshot, NETWORKS) if kind == NETWORKS else refusal_of_list(snapshot, USAGES)
    )
    outcome = ask(CHECK, snapshot, refusal)
    assert outcome.status is Status.UNKNOWN
    assert outcome.missing == (gap_of(refusal),)


def test_nodes_that_are_hidden_make_no_finding_worse() -> None:
    draft = flat("10.60.0.0/25")
    connect(draft, *gateways(6))
    snapshot = draft.snapshot()
    assert the_finding(ask(CHECK, snapshot)).severity is Severity.MEDIUM
    refusal = refusal_of_list(snapshot, SCALE_SET_INTERFACES)
    assert the_finding(ask(CHECK, snapshot, refusal)).severity is Severity.MEDIUM


@pytest.mark.parametrize(
    "settings_of_upgrade", [{"maxSurge": "0", "maxUnavailable": "1"}, {"maxSurge": "0"}]
)
def test_it_does_not_apply_where_no_pool_can_grow(settings_of_upgrade: dict[str, str]) -> None:
    draft = Draft("kubenet-vmss")
    pool_of(draft)["upgradeSettings"] = settings_of_upgrade
    outcome = ask(CHECK, draft, refusal_of(bundled("kubenet-vmss"), NETWORKS))
    assert (outcome.status, outcome.message) == (
        Status.SKIPPED,
        "no pool can grow: no autoscaler, and upgrades without surge",
    )


def test_a_cni_of_the_users_own_may_take_more() -> None:
    assert ask(CHECK, "byo-cni").message.endswith("; a CNI of the user's own may take more")
