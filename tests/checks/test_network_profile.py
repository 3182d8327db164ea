"""network-profile: when it passes, fails, does not know."""

from collections.abc import Callable
from typing import Any

import pytest

from inspector.findings import Severity, Status
from tests.checks.kit import ask, commands_of, the_finding
from tests.odd_clusters import (
    MACHINES,
    ROUTE_TABLES,
    SCALE_SET_INTERFACES,
    SCALE_SETS,
    Draft,
    bundled,
    gap_of,
    refusal_of,
    refusal_of_list,
)

CHECK = "network-profile"
TAG = "aks-managed-azure-cni-overlay"
SHOW = "az aks show --resource-group rg-payments --name aks-payments --query networkProfile"


def declared(cluster: str, **fields: Any) -> Draft:
    draft = Draft(cluster)
    draft.network_profile.update(fields)
    return draft


@pytest.mark.parametrize(
    ("cluster", "pools"),
    [
        ("kubenet-vmss", "1 of 1 pool"),
        ("cni-podsubnet", "2 of 2 pools"),
        ("byo-cni", "2 of 2 pools"),
    ],
)
def test_it_passes_where_profile_and_nodes_agree(cluster: str, pools: str) -> None:
    outcome = ask(CHECK, cluster)
    assert outcome.status is Status.PASSED
    assert outcome.message == (
        f"the profile agrees with itself, and nothing marks {pools} as of another model"
    )


def test_a_pass_shows_the_model_s_fields() -> None:
    plugin, mode = ask(CHECK, "cni-overlay").evidence
    assert (plugin.field, plugin.value) == ("properties.networkProfile.networkPlugin", "azure")
    assert (mode.field, mode.value) == ("properties.networkProfile.networkPluginMode", "overlay")


def test_it_fires_for_a_contradiction() -> None:
    outcome = ask(CHECK, declared("kubenet-vmss", networkPolicy="azure"))
    finding = the_finding(outcome)
    assert (
        outcome.message == "1 contradiction in the profile, 0 of 1 pool looking like another model"
    )
    assert (finding.severity, finding.cause, finding.name) == (
        Severity.MEDIUM,
        "policy-with-kubenet",
        "aks-shop",
    )
    assert finding.message == "network policy azure with kubenet, which knows calico alone"
    assert [(each.field, each.value) for each in finding.evidence] == [
        ("properties.networkProfile.networkPlugin", "kubenet"),
        ("properties.networkProfile.networkPolicy", "azure"),
    ]
    assert finding.remediation == (
        "Take the policy engine off, or plan the move to Azure CNI Overlay."
    )
    assert commands_of(finding) == (
        "az aks show --resource-group rg-shop --name aks-shop --query networkProfile",
    )


def test_evidence_of_a_pool_is_under_the_pool_s_name() -> None:
    draft = Draft("cni-overlay")
    for pool in draft.cluster["properties"]["agentPoolProfiles"][:2]:
        pool["podSubnetID"] = "/subscriptions/s/resourceGroups/g/providers/P/v/v/subnets/pods"
    finding = the_finding(ask(CHECK, draft))
    assert finding.cause == "pod-subnet-unused"
    assert [(each.name, each.field) for each in finding.evidence[2:]] == [
        ("system", "properties.podSubnetID"),
        ("win22", "properties.podSubnetID"),
    ]


def test_several_contradictions_are_several_findings() -> None:
    outcome = ask(
        CHECK, declared("kubenet-vmss", networkPolicy="cilium", networkDataplane="cilium")
    )
    assert {each.cause for each in outcome.findings} == {
        "policy-with-kubenet",
        "cilium-with-kubenet",
    }
    assert outcome.message.startswith("2 contradictions in the profile")


@pytest.mark.parametrize(
    ("draft", "severity"),
    [
        (Draft("kubenet-dual-stack"), Severity.INFO),
        (declared("dual-stack", networkPluginMode=None), Severity.LOW),
    ],
)
def test_dual_stack_without_overlay_is_a_note(draft: Draft, severity: Severity) -> None:
    outcome = ask(CHECK, draft)
    (finding,) = [each for each in outcome.findings if each.cause == "dual-stack-without-overlay"]
    assert finding.severity is severity
    assert finding.evidence[1].value == "IPv4, IPv6"


def test_it_fires_where_all_nodes_bear_the_tag_of_overlay() -> None:
    draft = Draft("kubenet-vmss")
    draft.one(SCALE_SETS)["tags"][TAG] = "true"
    outcome = ask(CHECK, draft)
    finding = the_finding(outcome)
    assert outcome.message == (
        "0 contradictions in the profile, 1 of 1 pool looking like another model"
    )
    assert (finding.severity, finding.cause) == (Severity.MEDIUM, "looks-like-cni-overlay")
    assert finding.message == (
        "all nodes of 1 of 1 pool look like Azure CNI Overlay, and the profile declares kubenet: "
        "nodepool1"
    )
    assert (finding.evidence[-1].field, finding.evidence[-1].value) == (f"tags.{TAG}", "true")
    assert commands_of(finding)[1] == (
        "az aks nodepool show --resource-group rg-shop --cluster-name aks-shop --name nodepool1"
    )


def test_it_fires_where_all_nodes_have_as_many_addresses_as_node_subnet_gives() -> None:
    draft = declared("cni-nodesubnet", networkPluginMode="overlay", podCidr="10.244.0.0/16")
    finding = the_finding(ask(CHECK, draft))
    assert finding.cause == "looks-like-cni-nodesubnet"
    assert finding.message.endswith("the profile declares Azure CNI Overlay: nodepool1")
    assert [each.field for each in finding.evidence[2:]] == [
        "properties.maxPods",
        *["properties.ipConfigurations"] * 3,
    ]
    assert str(finding.evidence[-1].value).startswith("29 configurations: 10.60.0.4-32")
    assert commands_of(finding)[0] == SHOW


def test_it_fires_where_a_pod_route_leads_to_every_node() -> None:
    draft = declared("kubenet-vmss", networkPlugin="azure")
    finding = the_finding(ask(CHECK, draft))
    assert finding.cause == "looks-like-kubenet"
    assert {(each.field, each.value) for each in finding.evidence[2:]} == {
        ("properties.nextHopIpAddress", f"10.224.0.{last}") for last in (4, 5, 6)
    }


def test_pools_that_look_the_same_are_one_finding() -> None:
    outcome = ask(CHECK, declared("cni-overlay", networkPluginMode=None))
    finding = the_finding(outcome)
    assert finding.message == (
        "all nodes of 3 of 3 pools look like Azure CNI Overlay, and the profile declares "
        "Azure CNI, node subnet: system, win22, spot"
    )


def one_odd_node(draft: Draft) -> None:
    found = draft.configurations(SCALE_SET_INTERFACES, 1)
    found.append({**found[0], "id": f"{found[0]['id']}x", "name": "ipconfig1x"})


def one_route_fewer(draft: Draft) -> None:
    draft.one(ROUTE_TABLES)["properties"]["routes"].pop()


def tagged(draft: Draft) -> None:
    """Leave all routes of kubenet to a cluster that was migrated."""
    draft.network_profile.update(networkPlugin="azure", networkPluginMode="overlay")
    draft.one(SCALE_SETS)["tags"][TAG] = "true"


def untagged(draft: Draft) -> None:
    """Leave all routes of kubenet to a cluster migrated before scale sets were tagged."""
    draft.network_profile.update(networkPlugin="azure", networkPluginMode="overlay")


def of_another_cni(draft: Draft) -> None:
    draft.network_profile["networkPlugin"] = "none"


@pytest.mark.parametrize(
    "change", [one_odd_node, one_route_fewer, tagged, untagged, of_another_cni]
)
def test_what_other_checks_report_is_left_to_them(change: Callable[[Draft], None]) -> None:
    draft = Draft("kubenet-vmss")
    change(draft)
    assert ask(CHECK, draft).status is Status.PASSED


def test_the_half_migrated_cluster_is_left_to_other_checks() -> None:
    assert ask(CHECK, "half-migrated").status is Status.PASSED


def test_marks_prove_nothing_while_the_cluster_is_changing() -> None:
    draft = Draft("kubenet-vmss")
    draft.one(SCALE_SETS)["tags"][TAG] = "true"
    draft.cluster["properties"]["provisioningState"] = "Updating"
    outcome = ask(CHECK, draft)
    assert outcome.status is Status.UNKNOWN
    assert outcome.message.startswith("the cluster is in state Updating; all nodes of 1 of 1 pool")


@pytest.mark.parametrize("kind", [MACHINES, SCALE_SETS, SCALE_SET_INTERFACES])
def test_it_does_not_know_when_a_list_is_refused(kind: str) -> None:
    refusal = refusal_of_list(bundled("cni-nodesubnet"), kind)
    outcome = ask(CHECK, "cni-nodesubnet", refusal)
    assert outcome.status is Status.UNKNOWN
    assert gap_of(refusal) in outcome.missing


def test_marks_are_not_concluded_from_what_was_seen_in_part() -> None:
    draft = declared("kubenet-vmss", networkPlugin="azure")
    refusal = refusal_of(draft.snapshot(), SCALE_SET_INTERFACES, 2)
    outcome = ask(CHECK, draft, refusal)
    assert (outcome.status, outcome.missing) == (Status.UNKNOWN, (gap_of(refusal),))


def test_a_contradiction_stands_whatever_could_not_be_seen() -> None:
    draft = declared("kubenet-vmss", networkPolicy="azure")
    refusal = refusal_of_list(draft.snapshot(), SCALE_SETS)
    outcome = ask(CHECK, draft, refusal)
    assert the_finding(outcome).cause == "policy-with-kubenet"
    assert gap_of(refusal) in outcome.missing


@pytest.mark.parametrize(
    ("plugin", "message"),
    [
        ("antrea", "network plugin antrea is not recognised"),
        (None, "ARM does not tell the cluster's network plugin"),
    ],
)
def test_it_does_not_know_a_plugin_that_is_new_or_not_told(
    plugin: str | None, message: str
) -> None:
    outcome = ask(CHECK, declared("cni-nodesubnet", networkPlugin=plugin))
    assert (outcome.status, outcome.message) == (Status.UNKNOWN, message)
