"""effective-outbound-ips: what the cluster reports against what its outbound rules have."""

from typing import Any

import pytest

from inspector.findings import Severity, Status
from tests.checks.balancers import with_jump_host
from tests.checks.kit import ask, commands_of, the_finding
from tests.odd_clusters import (
    LOAD_BALANCERS,
    PUBLIC_IPS,
    Draft,
    bundled,
    gap_of,
    refusal_of,
    refusal_of_list,
)

CHECK = "effective-outbound-ips"
PROFILE = "properties.networkProfile.loadBalancerProfile"
PREFIXES = "Microsoft.Network/publicIPPrefixes"


def profile(draft: Draft) -> Any:
    return draft.network_profile["loadBalancerProfile"]


def outbound(draft: Draft) -> Any:
    return draft.one(LOAD_BALANCERS)["properties"]["outboundRules"][0]["properties"]


def another(draft: Draft) -> str:
    """Return the id of a public address that does not exist so far."""
    return f"{draft.group}/providers/{PUBLIC_IPS}/second"


@pytest.mark.parametrize(
    ("cluster", "message"),
    [
        ("kubenet-vmss", "1 outbound address reported, the same on 1 outbound rule"),
        ("cni-overlay", "2 outbound addresses reported, the same on 1 outbound rule"),
        ("dual-stack", "2 outbound addresses reported, the same on 2 outbound rules"),
        ("byo-cni", "1 outbound address reported, the same on 1 outbound rule"),
        ("kubenet-dual-stack", "2 outbound addresses reported, the same on 2 outbound rules"),
    ],
)
def test_it_passes_where_both_sets_are_the_same(cluster: str, message: str) -> None:
    outcome = ask(CHECK, cluster)
    assert (outcome.status, outcome.message) == (Status.PASSED, message)
    assert outcome.evidence[0].field == f"{PROFILE}.effectiveOutboundIPs"
    assert outcome.evidence[1].field == "properties.frontendIPConfigurations[].id"


def test_ids_are_compared_without_regard_to_case() -> None:
    draft = Draft("kubenet-vmss")
    for each in profile(draft)["effectiveOutboundIPs"]:
        each["id"] = each["id"].upper()
    assert ask(CHECK, draft).status is Status.PASSED


def test_it_fires_for_an_address_that_no_rule_has() -> None:
    draft = Draft("kubenet-vmss")
    gone = another(draft)
    profile(draft)["effectiveOutboundIPs"].append({"id": gone})
    profile(draft)["managedOutboundIPs"]["count"] = 2
    outcome = ask(CHECK, draft)
    finding = the_finding(outcome)
    assert outcome.message == "2 outbound addresses reported, 1 address on 1 outbound rule"
    assert (finding.severity, finding.cause) == (Severity.HIGH, "not-used")
    assert finding.message == "1 outbound address reported and on no outbound rule: second"
    assert gone in str(finding.evidence[0].value)
    show, rule, update = commands_of(finding)
    assert show.endswith("--query networkProfile.loadBalancerProfile")
    assert rule.startswith("az network lb outbound-rule show --ids /subscriptions/")
    assert update.startswith("az aks update --resource-group ")


def test_it_fires_for_an_address_that_is_not_reported() -> None:
    draft = Draft("cni-overlay")
    gone = profile(draft)["effectiveOutboundIPs"].pop()["id"].rsplit("/", 1)[1]
    profile(draft)["managedOutboundIPs"]["count"] = 1
    finding = the_finding(ask(CHECK, draft))
    assert finding.cause == "not-reported"
    assert finding.message == (
        f"1 address on an outbound rule that the cluster does not report: {gone}"
    )


def test_it_fires_for_another_number_than_aks_is_to_manage() -> None:
    draft = Draft("dual-stack")
    profile(draft)["managedOutboundIPs"] = {"count": 1, "countIPv6": 2}
    finding = the_finding(ask(CHECK, draft))
    assert (finding.severity, finding.cause) == (Severity.HIGH, "managed-count")
    assert (
        finding.message == "the cluster has 2 outbound addresses, not the 3 that AKS is to manage"
    )
    assert [(each.field, each.value) for each in finding.evidence[:2]] == [
        (f"{PROFILE}.managedOutboundIPs.count", 1),
        (f"{PROFILE}.managedOutboundIPs.countIPv6", 2),
    ]


def test_sets_that_differ_are_one_finding_whatever_the_number() -> None:
    draft = Draft("cni-overlay")
    profile(draft)["effectiveOutboundIPs"].pop()
    assert profile(draft)["managedOutboundIPs"]["count"] > 1
    assert the_finding(ask(CHECK, draft)).cause == "not-reported"


def test_rules_for_machines_that_are_no_nodes_do_not_count() -> None:
    assert ask(CHECK, with_jump_host(Draft("kubenet-vmss"))).status is Status.PASSED


def test_a_cluster_that_failed_is_judged() -> None:
    draft = Draft("kubenet-vmss")
    profile(draft)["managedOutboundIPs"]["count"] = 2
    draft.cluster["properties"]["provisioningState"] = "Failed"
    assert the_finding(ask(CHECK, draft)).cause == "managed-count"


def test_it_fires_for_a_prefix_other_than_the_users() -> None:
    draft = Draft("byo-cni")
    named = profile(draft)["outboundIPPrefixes"]["publicIPPrefixes"][0]
    named["id"] = named["id"].replace("ippre-voice-egress", "ippre-voice-new")
    finding = the_finding(ask(CHECK, draft))
    assert finding.cause == "own-addresses"
    assert finding.message == (
        "ippre-voice-egress, ippre-voice-new: the outbound addresses the cluster reports are not "
        "those that were given to it"
    )
    assert finding.evidence[1].field == f"{PROFILE}.outboundIPPrefixes.publicIPPrefixes"


def test_a_difference_proves_nothing_while_the_cluster_changes() -> None:
    draft = Draft("kubenet-vmss")
    profile(draft)["managedOutboundIPs"]["count"] = 2
    draft.cluster["properties"]["provisioningState"] = "Updating"
    outcome = ask(CHECK, draft)
    assert outcome.status is Status.UNKNOWN
    assert outcome.message == (
        "the cluster is in state Updating; the cluster has 1 outbound address, not the 2 that AKS "
        "is to manage"
    )


@pytest.mark.parametrize(("cluster", "kind"), [("kubenet-vmss", PUBLIC_IPS), ("byo-cni", PREFIXES)])
def test_an_address_that_was_refused_counts_all_the_same(cluster: str, kind: str) -> None:
    outcome = ask(CHECK, cluster, refusal_of(bundled(cluster), kind))
    assert outcome.status is Status.PASSED


def test_it_does_not_know_without_the_load_balancers() -> None:
    refusal = refusal_of_list(bundled("kubenet-vmss"), LOAD_BALANCERS)
    outcome = ask(CHECK, "kubenet-vmss", refusal)
    assert (outcome.status, outcome.missing) == (Status.UNKNOWN, (gap_of(refusal),))


def test_a_rule_without_an_address_is_told_elsewhere() -> None:
    draft = Draft("kubenet-vmss")
    outbound(draft)["frontendIPConfigurations"] = []
    outcome = ask(CHECK, draft)
    assert (outcome.status, outcome.message) == (
        Status.UNKNOWN,
        "no frontend of an outbound rule has a public address",
    )


@pytest.mark.parametrize(
    ("cluster", "reason"),
    [
        ("automatic", "the outbound type is managedNATGateway"),
        ("private-udr", "the outbound type is userDefinedRouting"),
        ("basic-balancer", "a Basic load balancer has no outbound rules"),
    ],
)
def test_it_does_not_apply_to_other_ways_out(cluster: str, reason: str) -> None:
    outcome = ask(CHECK, cluster)
    assert (outcome.status, outcome.message) == (Status.SKIPPED, reason)


def test_it_does_not_apply_without_an_outbound_rule() -> None:
    draft = Draft("kubenet-vmss")
    draft.one(LOAD_BALANCERS)["properties"]["outboundRules"] = []
    outcome = ask(CHECK, draft)
    assert (outcome.status, outcome.message) == (
        Status.SKIPPED,
        "there is no outbound rule: outbound-resources tells what that means",
    )


def test_it_does_not_know_a_new_outbound_type() -> None:
    draft = Draft("kubenet-vmss")
    draft.network_profile["outboundType"] = "teleport"
    outcome = ask(CHECK, draft)
    assert (outcome.status, outcome.message) == (
        Status.UNKNOWN,
        "outbound type teleport is not recognised",
    )
