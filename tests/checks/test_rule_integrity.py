"""rule-integrity: when it passes, fails, does not know, and does not apply."""

from collections.abc import Callable
from typing import Any

import pytest

from inspector.findings import Severity, Status
from tests.checks.balancers import FRONTENDS, POOLS, PROBES, RULES, parts, shown
from tests.checks.kit import ask, the_finding
from tests.odd_clusters import LOAD_BALANCERS, Draft, bundled, gap_of, refusal_of_list

CHECK = "rule-integrity"
BASE = "a336126d516cb5156aea106e4a4f67c2"
RULE = f"{BASE}-TCP-80"


def rule(draft: Draft) -> Any:
    """Return the properties of the first rule."""
    first = parts(draft, RULES)[0]
    assert first["name"] == RULE
    return first["properties"]


@pytest.mark.parametrize(
    ("cluster", "count"),
    [
        ("kubenet-vmss", "3 of 3 rules"),
        ("dual-stack", "4 of 4 rules"),
        ("multi-balancer", "5 of 5 rules"),
        ("basic-balancer", "2 of 2 rules"),
        ("private-udr", "1 of 1 rule"),
        ("automatic", "2 of 2 rules"),
    ],
)
def test_it_passes_where_all_that_rules_name_is_there(cluster: str, count: str) -> None:
    outcome = ask(CHECK, cluster)
    assert (outcome.status, outcome.message) == (
        Status.PASSED,
        f"frontend, backend pool and probe of {count} are there",
    )


def frontend_gone(draft: Draft) -> str:
    gone = str(rule(draft)["frontendIPConfiguration"]["id"]) + "-gone"
    rule(draft)["frontendIPConfiguration"]["id"] = gone
    return gone


def frontend_lost(draft: Draft) -> None:
    del rule(draft)["frontendIPConfiguration"]


def pool_gone(draft: Draft) -> str:
    gone = str(rule(draft)["backendAddressPool"]["id"]) + "-gone"
    rule(draft)["backendAddressPools"][0]["id"] = gone
    return gone


def pools_lost(draft: Draft) -> None:
    del rule(draft)["backendAddressPool"]
    rule(draft)["backendAddressPools"].clear()


def probe_gone(draft: Draft) -> str:
    gone = str(rule(draft)["probe"]["id"]) + "-gone"
    rule(draft)["probe"]["id"] = gone
    return gone


def probe_lost(draft: Draft) -> None:
    del rule(draft)["probe"]


FRONTEND = "properties.frontendIPConfiguration.id"
POOL = "properties.backendAddressPool.id"
PROBE = "properties.probe.id"


@pytest.mark.parametrize(
    ("break_rule", "cause", "severity", "words", "field"),
    [
        (frontend_gone, "frontend", Severity.CRITICAL, "without a frontend", FRONTEND),
        (frontend_lost, "frontend", Severity.CRITICAL, "without a frontend", FRONTEND),
        (pool_gone, "backend-pool", Severity.CRITICAL, "without a backend pool", POOL),
        (pools_lost, "backend-pool", Severity.CRITICAL, "without a backend pool", POOL),
        (probe_gone, "probe", Severity.CRITICAL, "with a probe that is not there", PROBE),
        (probe_lost, "no-probe", Severity.LOW, "for TCP without a probe", PROBE),
    ],
)
def test_it_fails_for_what_is_not_there(
    break_rule: Callable[[Draft], str | None],
    cause: str,
    severity: Severity,
    words: str,
    field: str,
) -> None:
    draft = Draft("kubenet-vmss")
    gone = break_rule(draft)
    outcome = ask(CHECK, draft)
    finding = the_finding(outcome)
    assert outcome.message == "1 of 3 rules at fault"
    assert (finding.cause, finding.severity, finding.name) == (cause, severity, "kubernetes")
    assert finding.message == f"1 of 3 rules of load balancer kubernetes {words}: {RULE}"
    assert shown(finding) == [(RULE, field, gone)]
    assert finding.commands == (
        f"az network lb show --ids {finding.subject} --query loadBalancingRules",
    )


def test_either_field_of_pools_will_do() -> None:
    draft = Draft("kubenet-vmss")
    del rule(draft)["backendAddressPool"]
    rule(draft).pop("backendAddressPools")
    first = parts(draft, RULES)[1]["properties"]
    rule(draft)["backendAddressPool"] = first["backendAddressPool"]
    del first["backendAddressPool"]
    assert ask(CHECK, draft).status is Status.PASSED


def test_a_probe_of_another_load_balancer_is_not_there() -> None:
    draft = Draft("cni-overlay")
    probe = parts(draft, PROBES, 1)[0]["id"]
    parts(draft, RULES)[2]["properties"]["probe"]["id"] = probe
    assert the_finding(ask(CHECK, draft)).cause == "probe"


@pytest.mark.parametrize("protocol", ["Udp", "UDP", "Sctp", "All"])
def test_other_protocols_than_tcp_may_go_without_a_probe(protocol: str) -> None:
    draft = Draft("kubenet-vmss")
    probe_lost(draft)
    rule(draft)["protocol"] = protocol
    name = "TCP" if protocol == "All" else protocol.upper()
    parts(draft, RULES)[0]["name"] = RULE.replace("TCP", name)
    assert ask(CHECK, draft).status is Status.PASSED


@pytest.mark.parametrize(
    ("changes", "value"),
    [
        ({"frontendPort": 8080, "backendPort": 8080}, "Tcp, 8080"),
        ({"frontendPort": 8080, "enableFloatingIP": False}, "Tcp, 8080"),
        ({"protocol": "Udp"}, "Udp, 80"),
        ({"protocol": "Udp", "frontendPort": 8080}, "Udp, 8080"),
    ],
)
def test_it_fails_for_another_port_or_protocol_than_the_name_says(
    changes: dict[str, Any], value: str
) -> None:
    draft = Draft("kubenet-vmss")
    rule(draft).update(changes)
    finding = the_finding(ask(CHECK, draft))
    assert (finding.cause, finding.severity) == ("name", Severity.MEDIUM)
    assert finding.message == (
        "1 of 3 rules of load balancer kubernetes for another port or protocol than their names "
        f"say: {RULE}"
    )
    assert shown(finding) == [(RULE, "properties.[protocol, frontendPort]", value)]


def test_a_port_that_floating_ip_does_not_allow_is_told_once() -> None:
    draft = Draft("kubenet-vmss")
    rule(draft)["frontendPort"] = 8080
    assert ask(CHECK, draft).status is Status.PASSED
    assert the_finding(ask("rule-floating-ip", draft)).cause == "backend-port"


def test_a_basic_load_balancer_has_no_other_check_of_its_ports() -> None:
    draft = Draft("basic-balancer")
    parts(draft, RULES)[0]["properties"]["frontendPort"] = 8080
    assert the_finding(ask(CHECK, draft)).cause == "name"


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        (RULE, {"protocol": "All", "frontendPort": 0, "backendPort": 0}),
        (
            "a336126d516cb5156aea106e4a4f67c2-snet-TCP-8080",
            {"frontendPort": 8080, "backendPort": 8080},
        ),
        (
            "a336126d516cb5156aea106e4a4f67c2-TCP-8080-IPv6",
            {"frontendPort": 8080, "backendPort": 8080},
        ),
        ("rule-of-ours-TCP-443", {}),
        (BASE, {}),
    ],
)
def test_names_that_fit_or_say_nothing_are_no_fault(name: str, changes: dict[str, Any]) -> None:
    draft = Draft("kubenet-vmss")
    rule(draft).update(changes)
    parts(draft, RULES)[0]["name"] = name
    assert ask(CHECK, draft).status is Status.PASSED


@pytest.mark.parametrize("field", [FRONTENDS, POOLS, PROBES])
def test_it_fails_for_a_part_that_does_not_list_its_rule(field: str) -> None:
    draft = Draft("kubenet-vmss")
    other = parts(draft, RULES)[2]["id"]
    listing = [
        each
        for each in parts(draft, field)
        for back in each["properties"].get("loadBalancingRules", ())
        if back["id"].endswith(RULE)
    ]
    listing[0]["properties"]["loadBalancingRules"] = [{"id": other}]
    found = ask(CHECK, draft).findings[0]
    assert (found.cause, found.severity) == ("back-reference", Severity.LOW)
    assert RULE in found.message
    assert shown(found)[0] == (
        listing[0]["name"],
        "properties.loadBalancingRules[].id",
        other,
    )


def test_a_part_that_lists_no_rule_at_all_says_nothing() -> None:
    draft = Draft("kubenet-vmss")
    for field in (FRONTENDS, POOLS, PROBES):
        for each in parts(draft, field):
            each["properties"].pop("loadBalancingRules", None)
    assert ask(CHECK, draft).status is Status.PASSED


def test_rules_with_the_same_fault_are_one_finding() -> None:
    draft = Draft("kubenet-vmss")
    for each in parts(draft, RULES):
        del each["properties"]["probe"]
    outcome = ask(CHECK, draft)
    finding = the_finding(outcome)
    assert outcome.message == "3 of 3 rules at fault"
    assert finding.message.startswith("3 of 3 rules of load balancer kubernetes for TCP")
    assert len(finding.evidence) == 3


def test_it_does_not_know_without_the_load_balancers() -> None:
    refusal = refusal_of_list(bundled("kubenet-vmss"), LOAD_BALANCERS)
    outcome = ask(CHECK, "kubenet-vmss", refusal)
    assert outcome.status is Status.UNKNOWN
    assert outcome.missing == (gap_of(refusal),)


@pytest.mark.parametrize("cluster", ["virtual-nodes", "isolated"])
def test_it_does_not_apply_without_rules(cluster: str) -> None:
    outcome = ask(CHECK, cluster)
    assert (outcome.status, outcome.message) == (
        Status.SKIPPED,
        "no load balancer of the cluster has a load balancing rule",
    )


def test_a_probe_may_be_switched_off_by_an_annotation() -> None:
    draft = Draft("kubenet-vmss")
    probe_lost(draft)
    assert the_finding(ask(CHECK, draft)).remediation.startswith("Look whether an annotation of ")
