"""rule-floating-ip: backend ports with and without floating IP, and rules that translate."""

from typing import Any

import pytest

from inspector.findings import Severity, Status
from tests.checks.balancers import with_jump_host
from tests.checks.kit import ask, the_finding
from tests.odd_clusters import LOAD_BALANCERS, Draft, bundled, gap_of, refusal_of_list

CHECK = "rule-floating-ip"
FIRST = "a336126d516cb5156aea106e4a4f67c2-TCP-80"


def rules(draft: Draft, place: int = 0) -> list[Any]:
    found: list[Any] = draft.one(LOAD_BALANCERS, place)["properties"]["loadBalancingRules"]
    return found


def draft_of(cluster: str = "kubenet-vmss", **changes: Any) -> Draft:
    """Return a cluster with settings of its first rule changed."""
    draft = Draft(cluster)
    rules(draft)[0]["properties"] |= changes
    return draft


@pytest.mark.parametrize(
    ("cluster", "message"),
    [
        (
            "kubenet-vmss",
            (
                "3 rules with ports that fit floating IP, "
                "outbound SNAT disabled beside the outbound rule"
            ),
        ),
        ("automatic", "2 rules with ports that fit floating IP, no outbound rule"),
        ("private-udr", "1 rule with ports that fit floating IP, no outbound rule"),
    ],
)
def test_it_passes_where_the_ports_fit(cluster: str, message: str) -> None:
    outcome = ask(CHECK, cluster)
    assert (outcome.status, outcome.message) == (Status.PASSED, message)
    assert {each.field for each in outcome.evidence} == {"properties.enableFloatingIP"}


@pytest.mark.parametrize("port", [30_000, 32_767])
def test_a_rule_without_floating_ip_leads_to_a_node_port(port: int) -> None:
    outcome = ask(CHECK, draft_of(enableFloatingIP=False, backendPort=port))
    assert outcome.status is Status.PASSED


@pytest.mark.parametrize("floating", [True, False])
def test_a_rule_for_every_port_is_right_either_way(floating: bool) -> None:
    draft = draft_of(protocol="All", frontendPort=0, backendPort=0, enableFloatingIP=floating)
    assert ask(CHECK, draft).status is Status.PASSED


def test_it_fires_for_another_backend_port_with_floating_ip() -> None:
    outcome = ask(CHECK, draft_of(backendPort=30_419))
    finding = the_finding(outcome)
    assert outcome.message == "ports or outbound SNAT wrong on 1 of 3 rules"
    assert (finding.severity, finding.cause) == (Severity.MEDIUM, "backend-port")
    assert finding.name == "kubernetes"
    assert finding.message == (
        "1 rule of load balancer kubernetes has floating IP and a backend port other than the "
        f"frontend's: {FIRST} (80 to 30419)"
    )
    assert [(each.name, each.field, each.value) for each in finding.evidence] == [
        (FIRST, "properties.enableFloatingIP", True),
        (FIRST, "properties.frontendPort", 80),
        (FIRST, "properties.backendPort", 30_419),
    ]
    assert finding.commands == (
        f"az network lb rule show --ids {finding.subject}/loadBalancingRules/{FIRST}",
    )


@pytest.mark.parametrize("port", [80, 29_999, 32_768])
def test_it_fires_for_a_port_that_is_no_node_port(port: int) -> None:
    finding = the_finding(ask(CHECK, draft_of(enableFloatingIP=False, backendPort=port)))
    assert finding.cause == "node-port"
    assert finding.message == (
        "1 rule of load balancer kubernetes has no floating IP and a backend port that is no node "
        f"port: {FIRST} (80 to {port})"
    )


def test_it_fires_for_floating_ip_on_an_internal_ipv6_frontend() -> None:
    draft = Draft("private-udr")
    frontend = draft.one(LOAD_BALANCERS)["properties"]["frontendIPConfigurations"][0]
    frontend["properties"]["privateIPAddressVersion"] = "IPv6"
    finding = the_finding(ask(CHECK, draft))
    assert finding.cause == "internal-ipv6"
    assert "has floating IP on an internal IPv6 frontend" in finding.message
    rules(draft)[0]["properties"] |= {"enableFloatingIP": False, "backendPort": 31_000}
    assert ask(CHECK, draft).status is Status.PASSED


def test_rules_that_translate_are_one_finding() -> None:
    draft = Draft("kubenet-vmss")
    for rule in rules(draft):
        rule["properties"]["disableOutboundSnat"] = False
    finding = the_finding(ask(CHECK, draft))
    assert (finding.severity, finding.cause) == (Severity.MEDIUM, "outbound-snat")
    assert finding.message.startswith(
        "3 rules of load balancer kubernetes translate outbound traffic beside the outbound rule: "
    )
    assert [(each.field, each.value) for each in finding.evidence] == [
        ("properties.disableOutboundSnat", False)
    ] * 3
    assert len(finding.commands) == 3


def test_rules_may_translate_where_there_is_no_outbound_rule() -> None:
    draft = Draft("kubenet-vmss")
    draft.one(LOAD_BALANCERS)["properties"]["outboundRules"] = []
    rules(draft)[0]["properties"]["disableOutboundSnat"] = False
    assert ask(CHECK, draft).status is Status.PASSED


def test_rules_of_internal_frontends_translate_nothing() -> None:
    draft = Draft("cni-overlay")
    rules(draft, 1)[0]["properties"]["disableOutboundSnat"] = False
    assert ask(CHECK, draft).status is Status.PASSED


def test_an_outbound_rule_of_another_load_balancer_counts() -> None:
    draft = Draft("multi-balancer")
    rules(draft, 1)[0]["properties"]["disableOutboundSnat"] = False
    assert the_finding(ask(CHECK, draft)).name == "team-b"


def test_ports_of_rules_that_no_service_made_are_not_judged() -> None:
    draft = draft_of(enableFloatingIP=False, backendPort=8_080)
    rules(draft)[0]["name"] = "by-hand"
    assert ask(CHECK, draft).status is Status.PASSED


@pytest.mark.parametrize(
    ("field", "message"),
    [
        ("enableFloatingIP", f"ARM does not tell floating IP and ports of rule {FIRST}"),
        ("backendPort", f"ARM does not tell floating IP and ports of rule {FIRST}"),
        ("disableOutboundSnat", f"ARM does not tell disableOutboundSnat of rule {FIRST}"),
    ],
)
def test_it_does_not_know_what_arm_leaves_out(field: str, message: str) -> None:
    draft = Draft("kubenet-vmss")
    del rules(draft)[0]["properties"][field]
    outcome = ask(CHECK, draft)
    assert (outcome.status, outcome.message) == (Status.UNKNOWN, message)


def test_it_does_not_know_without_the_load_balancers() -> None:
    refusal = refusal_of_list(bundled("kubenet-vmss"), LOAD_BALANCERS)
    outcome = ask(CHECK, "kubenet-vmss", refusal)
    assert (outcome.status, outcome.missing) == (Status.UNKNOWN, (gap_of(refusal),))


@pytest.mark.parametrize(
    ("cluster", "reason"),
    [
        ("basic-balancer", "the load balancers are Basic"),
        ("virtual-nodes", "no Standard load balancer has a rule"),
        ("isolated", "no Standard load balancer has a rule"),
    ],
)
def test_it_does_not_apply_without_rules(cluster: str, reason: str) -> None:
    outcome = ask(CHECK, cluster)
    assert (outcome.status, outcome.message) == (Status.SKIPPED, reason)


def test_rules_for_machines_that_are_no_nodes_are_not_judged() -> None:
    assert ask(CHECK, with_jump_host(Draft("kubenet-vmss"))).status is Status.PASSED
