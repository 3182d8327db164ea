"""empty-backend-pool: when it passes, fails, does not know, and does not apply."""

import pytest

from fixtures import documents as arm
from inspector.findings import Severity, Status
from tests.checks.balancers import (
    OUTBOUND_RULES,
    POOLS,
    RULES,
    addresses,
    balancer,
    members,
    parts,
    shown,
    with_jump_host,
)
from tests.checks.kit import ask, commands_of, the_finding
from tests.odd_clusters import LOAD_BALANCERS, Draft, bundled, gap_of, refusal_of_list

CHECK = "empty-backend-pool"
SIZE = "length(properties.backendIPConfigurations)"


def test_it_passes_where_each_pool_has_members() -> None:
    outcome = ask(CHECK, "kubenet-vmss")
    assert (outcome.status, outcome.message) == (
        Status.PASSED,
        "2 of 2 backend pools with members",
    )
    assert [(each.name, each.field, each.value) for each in outcome.evidence] == [
        ("kubernetes", SIZE, 3),
        ("aksOutboundBackendPool", SIZE, 3),
    ]


def test_what_is_behind_the_api_server_is_not_judged() -> None:
    draft = Draft("automatic")
    names = [each["name"] for each in draft.all(LOAD_BALANCERS)]
    assert "kube-apiserver" in names
    assert ask(CHECK, draft).message == "1 of 1 backend pool with members"


def test_it_fails_for_rules_that_lead_to_nobody() -> None:
    draft = Draft("kubenet-vmss")
    members(draft).clear()
    outcome = ask(CHECK, draft)
    finding = the_finding(outcome)
    assert outcome.message == "1 of 2 backend pools without members or without rules"
    assert (finding.severity, finding.cause, finding.name) == (
        Severity.CRITICAL,
        "no-members",
        "kubernetes",
    )
    assert finding.message == (
        "backend pool kubernetes of load balancer kubernetes has no member; "
        "3 load balancing rules lead to it"
    )
    assert finding.impact == "every packet to the service is dropped"
    pool = str(finding.subject)
    assert shown(finding) == [
        ("kubernetes", SIZE, 0),
        *((each["name"], "properties.backendAddressPool.id", pool) for each in parts(draft, RULES)),
    ]
    assert commands_of(finding) == (
        f"az network lb address-pool show --ids {pool}",
        "az aks update --resource-group rg-shop --name aks-shop",
    )


def test_it_fails_for_a_way_out_for_nobody() -> None:
    draft = Draft("kubenet-vmss")
    members(draft, "aksOutboundBackendPool").clear()
    finding = the_finding(ask(CHECK, draft))
    assert finding.severity is Severity.CRITICAL
    assert finding.message == (
        "backend pool aksOutboundBackendPool of load balancer kubernetes has no member; "
        "1 outbound rule leads to it"
    )
    assert finding.impact == "no node has a way out through the load balancer"
    assert finding.evidence[1].name == "aksOutboundRule"


def test_rules_of_both_kinds_are_counted() -> None:
    draft = Draft("kubenet-vmss")
    members(draft).clear()
    rule = parts(draft, OUTBOUND_RULES)[0]["properties"]
    rule["backendAddressPool"] = parts(draft, RULES)[0]["properties"]["backendAddressPool"]
    assert the_finding(ask(CHECK, draft)).message.endswith(
        "has no member; 3 load balancing rules and 1 outbound rule lead to it"
    )


def test_a_service_that_keeps_to_its_nodes_may_have_no_pod_that_is_ready() -> None:
    draft = Draft("multi-balancer")
    addresses(draft, "booking-chat").clear()
    finding = the_finding(ask(CHECK, draft))
    assert finding.severity is Severity.MEDIUM
    assert finding.message == (
        "backend pool booking-chat of load balancer kubernetes has no member; "
        "1 load balancing rule leads to it; it holds the nodes with pods of one service"
    )


def test_an_empty_pool_of_the_users_is_not_the_clusters_traffic() -> None:
    draft = with_jump_host(Draft("kubenet-vmss"))
    parts(draft, OUTBOUND_RULES, 1).clear()
    members(draft, "back", 1).clear()
    finding = the_finding(ask(CHECK, draft))
    assert (finding.severity, finding.name) == (Severity.MEDIUM, "back")


def test_a_pool_that_nobody_uses_is_a_note() -> None:
    draft = Draft("kubenet-vmss")
    pool = arm.backend_address_pool(balancer(draft)["id"], "shop-old")
    parts(draft, POOLS).append(pool)
    finding = the_finding(ask(CHECK, draft))
    assert (finding.severity, finding.cause) == (Severity.INFO, "no-rules")
    assert finding.message == "no rule of load balancer kubernetes leads to backend pool shop-old"
    assert shown(finding) == [
        ("shop-old", "properties.loadBalancingRules", None),
        ("shop-old", SIZE, 0),
    ]


def test_aks_keeps_its_pools_ready_without_rules() -> None:
    draft = Draft("kubenet-vmss")
    members(draft).clear()
    parts(draft, RULES).clear()
    outcome = ask(CHECK, draft)
    assert (outcome.status, outcome.message) == (
        Status.PASSED,
        "1 of 2 backend pools with members; 1 kept ready by AKS",
    )


@pytest.mark.parametrize("code", ["Stopped", "stopped"])
def test_it_does_not_know_of_a_cluster_that_is_stopped(code: str) -> None:
    draft = Draft("kubenet-vmss")
    draft.cluster["properties"]["powerState"] = {"code": code}
    members(draft).clear()
    outcome = ask(CHECK, draft)
    assert outcome.status is Status.UNKNOWN
    assert outcome.message.startswith("the cluster is stopped; backend pool kubernetes ")


def test_it_does_not_know_without_the_load_balancers() -> None:
    refusal = refusal_of_list(bundled("kubenet-vmss"), LOAD_BALANCERS)
    outcome = ask(CHECK, "kubenet-vmss", refusal)
    assert outcome.status is Status.UNKNOWN
    assert outcome.missing == (gap_of(refusal),)


def test_it_does_not_apply_without_a_pool() -> None:
    outcome = ask(CHECK, "isolated")
    assert (outcome.status, outcome.message) == (
        Status.SKIPPED,
        "no load balancer of the cluster has a backend pool",
    )
