"""snat-ports: what each node has of the outbound addresses, now and at the maximum."""

from typing import Any

import pytest

from inspector.findings import Severity, Status
from tests.checks.balancers import with_jump_host
from tests.checks.kit import ask, commands_of, the_finding
from tests.odd_clusters import (
    LOAD_BALANCERS,
    SCALE_SET_INTERFACES,
    Draft,
    bundled,
    gap_of,
    refusal_of,
    refusal_of_list,
)

CHECK = "snat-ports"
RULE = "outbound rule aksOutboundRule"


def draft_of(*, ports: int | None = None, **pool: Any) -> Draft:
    """Return a cluster of three nodes with an allocation and a pool profile changed."""
    draft = Draft("kubenet-vmss")
    if ports is not None:
        balancer = draft.one(LOAD_BALANCERS)["properties"]
        balancer["outboundRules"][0]["properties"]["allocatedOutboundPorts"] = ports
    draft.cluster["properties"]["agentPoolProfiles"][0] |= pool
    return draft


def scaled(most: int) -> Any:
    return {"enableAutoScaling": True, "maxCount": most, "upgradeSettings": {"maxSurge": "0"}}


def test_it_passes_where_azure_gives_the_most() -> None:
    outcome = ask(CHECK, "kubenet-vmss")
    assert outcome.status is Status.PASSED
    assert outcome.message == (
        f"{RULE}: 1,024 SNAT ports for each of 3 nodes, 1,024 for each of at most 4; from 51 nodes "
        "on each has 512"
    )
    (evidence,) = outcome.evidence
    assert (evidence.field, evidence.value) == ("properties.allocatedOutboundPorts", 0)


def test_it_passes_where_an_allocation_fits() -> None:
    outcome = ask(CHECK, draft_of(ports=4_000))
    assert (outcome.status, outcome.message) == (
        Status.PASSED,
        f"{RULE}: 4,000 SNAT ports for each of 3 nodes, enough for 16; at most 4, headroom 12",
    )


@pytest.mark.parametrize(
    ("most", "at_most", "addresses"), [(51, "512", 2), (150, "256", 4), (1_000, "32", 32)]
)
def test_it_fires_where_azure_would_give_fewer(most: int, at_most: str, addresses: int) -> None:
    outcome = ask(CHECK, draft_of(**scaled(most)))
    finding = the_finding(outcome)
    assert outcome.message == "SNAT ports short with 1 of 1 outbound rule"
    assert (finding.severity, finding.cause) == (Severity.MEDIUM, "small-division")
    assert finding.name == "aksOutboundRule"
    assert finding.message == (
        f"Azure divides the ports of 1 address under {RULE}: 1,024 SNAT ports for each of 3 nodes, "
        f"{at_most} for each of at most {most:,}; from 51 nodes on each has 512; {addresses} "
        "addresses would give 1,024"
    )
    assert [(each.field, each.value) for each in finding.evidence[::2]] == [
        ("properties.allocatedOutboundPorts", 0),
        ("properties.maxCount", most),
    ]
    assert commands_of(finding) == (
        f"az network lb outbound-rule show --ids {finding.subject}",
        (
            "az aks update --resource-group rg-shop --name aks-shop "
            f"--load-balancer-managed-outbound-ip-count {addresses}"
        ),
    )


def test_fifty_nodes_still_have_the_most() -> None:
    assert ask(CHECK, draft_of(**scaled(50))).status is Status.PASSED


def test_the_command_for_ipv6_addresses_is_another() -> None:
    draft = Draft("dual-stack")
    draft.cluster["properties"]["agentPoolProfiles"][0] |= scaled(60)
    outcome = ask(CHECK, draft)
    assert outcome.message == "SNAT ports short with 2 of 2 outbound rules"
    first, second = outcome.findings
    assert commands_of(first)[1].endswith(" --load-balancer-managed-outbound-ip-count 2")
    assert commands_of(second)[1].endswith(" --load-balancer-managed-outbound-ipv6-count 2")


def test_there_is_no_command_for_addresses_of_the_users() -> None:
    draft = Draft("byo-cni")
    draft.cluster["properties"]["agentPoolProfiles"][0] |= scaled(300)
    assert len(commands_of(the_finding(ask(CHECK, draft)))) == 1


def test_it_fires_where_an_allocation_does_not_fit() -> None:
    finding = the_finding(ask(CHECK, draft_of(ports=8_000, **scaled(9))))
    assert (finding.severity, finding.cause) == (Severity.HIGH, "over-allocated")
    assert finding.message == (
        f"{RULE} allocates 8,000 SNAT ports to each node: the ports of 1 address are enough for "
        "8 nodes, and there may be 9; 2 addresses would be enough"
    )
    assert commands_of(finding)[1].endswith(" --load-balancer-managed-outbound-ip-count 2")
    assert ask(CHECK, draft_of(ports=8_000, **scaled(8))).status is Status.PASSED


def test_the_surge_of_an_upgrade_has_to_fit_too() -> None:
    draft = draft_of(ports=8_000, count=8, upgradeSettings={"maxSurge": "1"})
    assert the_finding(ask(CHECK, draft)).cause == "over-allocated"


def test_ports_of_inbound_rules_are_not_there_to_allocate() -> None:
    draft = draft_of(ports=8_000, **scaled(8))
    balancer = draft.one(LOAD_BALANCERS)["properties"]
    (frontend,) = balancer["outboundRules"][0]["properties"]["frontendIPConfigurations"]
    balancer["loadBalancingRules"][0]["properties"]["frontendIPConfiguration"] = frontend
    assert the_finding(ask(CHECK, draft)).message == (
        f"{RULE} allocates 8,000 SNAT ports to each node: the ports of 1 address without the 8 "
        "that inbound rules keep are enough for 7 nodes, and there may be 8; 2 addresses would be "
        "enough"
    )


def test_it_fires_for_an_allocation_that_is_no_multiple_of_eight() -> None:
    finding = the_finding(ask(CHECK, draft_of(ports=1_030)))
    assert (finding.severity, finding.cause) == (Severity.LOW, "not-in-eights")
    assert finding.message == f"{RULE} allocates 1,030 SNAT ports, no multiple of 8"
    assert commands_of(finding)[1].endswith(" --load-balancer-outbound-ports 1024")


def test_it_fires_for_a_small_allocation() -> None:
    finding = the_finding(ask(CHECK, draft_of(ports=512)))
    assert (finding.severity, finding.cause) == (Severity.LOW, "small-allocation")
    assert finding.message == (
        f"{RULE} allocates 512 SNAT ports to each node, fewer than the 1,024 that a small cluster "
        "has by default"
    )


def test_a_fault_seen_now_needs_no_maximum() -> None:
    draft = draft_of(ports=32_000)
    snapshot = draft.snapshot()
    refusal = refusal_of(snapshot, SCALE_SET_INTERFACES)
    outcome = ask(CHECK, snapshot, refusal)
    assert the_finding(outcome).cause == "over-allocated"
    assert gap_of(refusal) in outcome.missing


def test_it_does_not_know_where_members_are_hidden() -> None:
    refusal = refusal_of(bundled("kubenet-vmss"), SCALE_SET_INTERFACES)
    outcome = ask(CHECK, "kubenet-vmss", refusal)
    assert (outcome.status, outcome.missing) == (Status.UNKNOWN, (gap_of(refusal),))


def test_it_does_not_know_without_the_load_balancers() -> None:
    refusal = refusal_of_list(bundled("kubenet-vmss"), LOAD_BALANCERS)
    outcome = ask(CHECK, "kubenet-vmss", refusal)
    assert (outcome.status, outcome.missing) == (Status.UNKNOWN, (gap_of(refusal),))


def test_it_does_not_know_a_prefix_that_was_refused() -> None:
    refusal = refusal_of(bundled("byo-cni"), "Microsoft.Network/publicIPPrefixes")
    outcome = ask(CHECK, "byo-cni", refusal)
    assert (outcome.status, outcome.missing) == (Status.UNKNOWN, (gap_of(refusal),))


def test_it_does_not_know_a_cluster_without_limit() -> None:
    draft = draft_of()
    draft.cluster["properties"]["nodeProvisioningProfile"] = {"mode": "Auto"}
    outcome = ask(CHECK, draft)
    assert (outcome.status, outcome.message) == (
        Status.UNKNOWN,
        "aks-shop: node auto-provisioning has no largest number of nodes",
    )


def test_it_does_not_know_what_azure_gives_to_more_than_a_thousand() -> None:
    outcome = ask(CHECK, draft_of(**scaled(1_001)))
    assert (outcome.status, outcome.message) == (
        Status.UNKNOWN,
        "aksOutboundBackendPool: no source says what Azure allocates above 1000 nodes",
    )


@pytest.mark.parametrize("ports", [0, 8_000])
def test_a_rule_without_an_address_is_told_elsewhere(ports: int) -> None:
    draft = draft_of(ports=ports)
    balancer = draft.one(LOAD_BALANCERS)["properties"]
    balancer["outboundRules"][0]["properties"]["frontendIPConfigurations"] = []
    outcome = ask(CHECK, draft)
    assert (outcome.status, outcome.message) == (
        Status.UNKNOWN,
        "no frontend of an outbound rule has a public address",
    )


def test_it_does_not_know_a_rule_without_a_pool() -> None:
    draft = draft_of()
    balancer = draft.one(LOAD_BALANCERS)["properties"]
    del balancer["outboundRules"][0]["properties"]["backendAddressPool"]
    outcome = ask(CHECK, draft)
    assert (outcome.status, outcome.message) == (
        Status.UNKNOWN,
        "no outbound rule names a backend pool that there is",
    )


@pytest.mark.parametrize(
    ("cluster", "reason"),
    [
        ("automatic", "the outbound type is managedNATGateway"),
        ("isolated", "the outbound type is block"),
        ("basic-balancer", "a Basic load balancer has no outbound rules"),
    ],
)
def test_it_does_not_apply_to_other_ways_out(cluster: str, reason: str) -> None:
    outcome = ask(CHECK, cluster)
    assert (outcome.status, outcome.message) == (Status.SKIPPED, reason)


def test_rules_for_machines_that_are_no_nodes_are_not_judged() -> None:
    assert ask(CHECK, with_jump_host(Draft("kubenet-vmss"))).status is Status.PASSED
