"""retirements: the severity turns on the day, and kubenet's finding says what a move needs."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.cluster.retirements import RETIREMENTS
from inspector.config import Thresholds
from inspector.findings import Finding, Severity, Status
from inspector.snapshot import Snapshot
from tests.checks.kit import ask, commands_of, the_finding
from tests.odd_clusters import Draft

CHECK = "retirements"
UP_TO_DATE = "AKSUbuntu-2404gen2containerd-202610.01.0"
KUBENET = date(2028, 3, 31)


def with_image(image: str | None = UP_TO_DATE, cluster: str = "cni-nodesubnet") -> Draft:
    """Return a cluster with one node image in all pools."""
    draft = Draft(cluster)
    for pool in draft.cluster["properties"]["agentPoolProfiles"]:
        pool["nodeImageVersion"] = image
    return draft


def kubenet(**identity: Any) -> Draft:
    draft = with_image(cluster="kubenet-vmss")
    if identity:
        draft.cluster["identity"] = identity
    return draft


_KUBENET_ALONE: Snapshot = kubenet().snapshot()


def of_cause(findings: tuple[Finding, ...], cause: str) -> Finding:
    (found,) = (each for each in findings if each.cause == cause)
    return found


def test_it_passes_with_nothing_of_the_table_in_use() -> None:
    outcome = ask(CHECK, with_image())
    assert (outcome.status, outcome.message) == (
        Status.PASSED,
        "none of 14 retired or retiring features in use on 2026-11-20",
    )


@pytest.mark.parametrize(
    ("days", "severity", "words"),
    [
        (1, Severity.HIGH, "retired on 2028-03-31, 1 day ago"),
        (0, Severity.HIGH, "retired on 2028-03-31, today"),
        (-1, Severity.MEDIUM, "retires on 2028-03-31, in 1 day"),
        (-365, Severity.MEDIUM, "retires on 2028-03-31, in 365 days"),
        (-366, Severity.INFO, "retires on 2028-03-31, in 366 days"),
    ],
)
def test_the_severity_turns_on_the_very_day(days: int, severity: Severity, words: str) -> None:
    day = KUBENET + timedelta(days=days)
    outcome = ask(CHECK, kubenet(), as_of=day)
    finding = the_finding(outcome)
    assert (finding.cause, finding.severity) == ("kubenet", severity)
    assert finding.message.startswith(f"kubenet: {words}; ")
    late = 1 if days >= 0 else 0
    assert outcome.message == (
        f"1 of 14 retired or retiring features in use, {late} past the date on {day}"
    )


@given(days=st.integers(-2000, 2000), notice=st.integers(0, 1500))
def test_the_severity_follows_from_the_days_left_and_the_notice(days: int, notice: int) -> None:
    thresholds = Thresholds(retirement_notice_days=notice)
    day = KUBENET - timedelta(days=days)
    outcome = ask(CHECK, _KUBENET_ALONE, as_of=day, thresholds=thresholds)
    expected = Severity.HIGH if days <= 0 else Severity.INFO
    if 0 < days <= notice:
        expected = Severity.MEDIUM
    assert the_finding(outcome).severity is expected


@pytest.mark.parametrize(
    ("predicate", "cluster"),
    [
        ("availability-set", "seed-kubenet"),
        ("kubenet", "kubenet-vmss"),
        ("ubuntu-22-04", "cni-overlay"),
        ("windows-2022", "cni-overlay"),
        ("app-routing-nginx", "automatic"),
    ],
)
def test_each_feature_turns_on_its_own_day(predicate: str, cluster: str) -> None:
    (day,) = (each.retired_on for each in RETIREMENTS if each.predicate == predicate)
    before = ask(CHECK, cluster, as_of=day - timedelta(days=1)).findings
    after = ask(CHECK, cluster, as_of=day).findings
    assert of_cause(before, predicate).severity is Severity.MEDIUM
    assert of_cause(after, predicate).severity is Severity.HIGH


def test_a_node_image_says_its_pools_and_when_images_go() -> None:
    finding = of_cause(ask(CHECK, "cni-overlay").findings, "ubuntu-22-04")
    assert finding.message == (
        "Ubuntu 22.04 in pools system, spot, batch: retires on 2027-06-30, in 222 days; "
        "node images are removed on 2028-04-30, in 527 days"
    )
    assert [(each.name, each.field) for each in finding.evidence] == [
        ("system", "properties.nodeImageVersion"),
        ("spot", "properties.nodeImageVersion"),
        ("batch", "properties.nodeImageVersion"),
    ]
    assert finding.evidence[0].resource.type.lower().endswith("/agentpools")
    assert commands_of(finding) == (
        (
            "az aks nodepool list --resource-group rg-retail --cluster-name aks-retail "
            "--query '[].[name, nodeImageVersion]'"
        ),
    )
    assert finding.impact == "it will have neither support nor security fixes"


def test_removed_images_are_said_and_what_that_breaks() -> None:
    finding = the_finding(ask(CHECK, with_image("AKSAzureLinux-V2gen2-202512.06.0")))
    assert (finding.severity, finding.name) == (Severity.HIGH, "aks-payments")
    assert finding.message == (
        "Azure Linux 2.0 in pool nodepool1: retired on 2025-11-30, 355 days ago; "
        "node images removed on 2026-03-31, 234 days ago"
    )
    assert "neither scale nor repair" in finding.impact
    assert commands_of(finding) == (
        (
            "az aks nodepool show --resource-group rg-payments --cluster-name aks-payments "
            "--name nodepool1 --query nodeImageVersion"
        ),
    )


def test_the_seeds_availability_set_has_retired() -> None:
    outcome = ask(CHECK, "seed-kubenet")
    assert outcome.message == (
        "2 of 14 retired or retiring features in use, 1 past the date on 2026-11-20"
    )
    finding = of_cause(outcome.findings, "availability-set")
    assert finding.severity is Severity.HIGH
    assert finding.message == (
        "availability sets in pool nodepool1: retired on 2025-09-30, 416 days ago"
    )
    assert finding.impact == "it has neither support nor security fixes"
    assert commands_of(finding)[1] == (
        "az aks update --resource-group rg-aks-demo --name aks-kubenet-demo --migrate-vmas-to-vms"
    )


def test_kubenets_finding_lists_the_conditions_of_the_move() -> None:
    finding = the_finding(ask(CHECK, kubenet()))
    assert finding.message == (
        "kubenet: retires on 2028-03-31, in 497 days; 7 of 9 conditions of a move to "
        "Azure CNI Overlay met; not met: a user-assigned identity"
    )
    assert [(each.field, each.value) for each in finding.evidence][:3] == [
        ("properties.networkProfile.networkPlugin", "kubenet"),
        ("properties.currentKubernetesVersion", "met: Kubernetes 1.27 or later (1.30.9)"),
        ("identity.type", "not met: a user-assigned identity (SystemAssigned)"),
    ]
    assert finding.evidence[-1].value == "not visible: no masquerading rules of the user's own"
    assert len(finding.evidence) == 1 + 9
    assert len(commands_of(finding)) == 1


def test_the_command_of_the_move_is_named_when_nothing_stands_against_it() -> None:
    finding = the_finding(ask(CHECK, kubenet(type="UserAssigned")))
    assert finding.message.endswith("8 of 9 conditions of a move to Azure CNI Overlay met")
    assert commands_of(finding) == (
        "az aks show --resource-group rg-shop --name aks-shop --query networkProfile.networkPlugin",
        (
            "az aks update --resource-group rg-shop --name aks-shop "
            "--network-plugin azure --network-plugin-mode overlay"
        ),
    )


def test_the_basic_load_balancer_is_another_checks_to_tell() -> None:
    causes = {each.cause for each in ask(CHECK, "basic-balancer").findings}
    assert causes == {"availability-set", "kubenet"}


def test_a_feature_is_one_finding_that_stays_the_same_from_day_to_day() -> None:
    early = ask(CHECK, "cni-overlay", as_of=date(2026, 1, 1)).findings
    late = ask(CHECK, "cni-overlay", as_of=date(2029, 1, 1)).findings
    assert {each.fingerprint for each in early} == {each.fingerprint for each in late}
    assert len(early) == len({each.cause for each in early})


@pytest.mark.parametrize(
    ("draft", "message"),
    [
        (with_image(None), "ARM does not tell the node image of pool nodepool1"),
        (
            with_image("custom"),
            "ARM does not tell the node image of pool nodepool1",
        ),
    ],
)
def test_it_does_not_know_what_a_pool_runs(draft: Draft, message: str) -> None:
    outcome = ask(CHECK, draft)
    assert (outcome.status, outcome.message) == (Status.UNKNOWN, message)


def test_it_does_not_know_what_auto_provisioned_nodes_run() -> None:
    draft = with_image(cluster="automatic")
    del draft.cluster["properties"]["ingressProfile"]
    outcome = ask(CHECK, draft)
    assert (outcome.status, outcome.message) == (
        Status.UNKNOWN,
        "ARM does not tell the node images of auto-provisioned nodes",
    )


def test_it_does_not_know_the_plugin_of_2018() -> None:
    draft = with_image()
    del draft.cluster["properties"]["networkProfile"]
    outcome = ask(CHECK, draft)
    assert (outcome.status, outcome.message) == (
        Status.UNKNOWN,
        "ARM does not tell the cluster's network plugin",
    )
