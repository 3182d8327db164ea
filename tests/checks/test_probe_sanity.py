"""probe-sanity: when it passes, fails, does not know, and does not apply."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.findings import Severity, Status
from tests.checks.balancers import PROBES, RULES, parts, shown, without_rules
from tests.checks.kit import ask, the_finding
from tests.odd_clusters import LOAD_BALANCERS, Draft, bundled, gap_of, refusal_of_list

CHECK = "probe-sanity"
FRONTEND = "a8eaff4026d02587182a32ad84786cca"
PROBE = "a336126d516cb5156aea106e4a4f67c2-TCP-80"


def probe(draft: Draft) -> Any:
    """Return the properties of the first probe."""
    first = parts(draft, PROBES)[0]
    assert first["name"] == PROBE
    return first["properties"]


@pytest.mark.parametrize(
    ("cluster", "message"),
    [
        ("kubenet-vmss", "3 of 3 probes in order"),
        ("cni-overlay", "3 of 3 probes in order"),
        ("multi-balancer", "5 of 5 probes in order"),
        ("automatic", "2 of 2 probes in order"),
    ],
)
def test_it_passes_where_each_probe_watches_a_rule(cluster: str, message: str) -> None:
    outcome = ask(CHECK, cluster)
    assert (outcome.status, outcome.message) == (Status.PASSED, message)


def test_it_fails_for_a_probe_that_no_rule_uses() -> None:
    draft = Draft("kubenet-vmss")
    parts(draft, RULES).pop()
    outcome = ask(CHECK, draft)
    finding = the_finding(outcome)
    assert outcome.message == "1 of 3 probes at fault"
    assert (finding.severity, finding.cause, finding.name) == (
        Severity.MEDIUM,
        "unused",
        "kubernetes",
    )
    assert finding.message == (
        f"1 of 3 probes of load balancer kubernetes that no rule uses: {FRONTEND}-TCP-443"
    )
    assert shown(finding) == [(f"{FRONTEND}-TCP-443", "properties.loadBalancingRules", None)]
    assert finding.commands == (f"az network lb show --ids {finding.subject} --query probes",)


def test_the_probes_of_a_deleted_service_are_told_with_its_frontend() -> None:
    draft = Draft("kubenet-vmss")
    without_rules(draft, FRONTEND)
    assert ask(CHECK, draft).status is Status.PASSED
    assert ask("unused-frontend", draft).status is Status.FAILED


def test_a_rule_that_lacks_its_probe_is_told_once() -> None:
    draft = Draft("kubenet-vmss")
    del parts(draft, RULES)[0]["properties"]["probe"]
    assert ask(CHECK, draft).status is Status.PASSED
    assert the_finding(ask("rule-integrity", draft)).cause == "no-probe"


def test_it_fails_for_a_probe_that_takes_too_long() -> None:
    draft = Draft("kubenet-vmss")
    probe(draft).update({"intervalInSeconds": 60, "probeThreshold": 2})
    finding = the_finding(ask(CHECK, draft))
    assert finding.cause == "interval"
    assert finding.message == (
        "1 of 3 probes of load balancer kubernetes that take 120 seconds or more to notice a node "
        f"that is down: {PROBE}"
    )
    assert shown(finding) == [
        (PROBE, "properties.intervalInSeconds", 60),
        (PROBE, "properties.probeThreshold", 2),
    ]


@given(
    interval=st.integers(1, 200),
    answers=st.integers(1, 200),
    field=st.sampled_from(["probeThreshold", "numberOfProbes"]),
)
def test_the_product_decides_in_either_field(interval: int, answers: int, field: str) -> None:
    draft = Draft("kubenet-vmss")
    del probe(draft)["probeThreshold"], probe(draft)["numberOfProbes"]
    probe(draft).update({"intervalInSeconds": interval, field: answers})
    outcome = ask(CHECK, draft)
    assert (outcome.status is Status.FAILED) is (interval * answers >= 120)
    if outcome.findings:
        assert the_finding(outcome).evidence[1].field == f"properties.{field}"


def test_a_probe_without_an_interval_is_not_judged_by_it() -> None:
    draft = Draft("kubenet-vmss")
    del probe(draft)["intervalInSeconds"]
    assert ask(CHECK, draft).status is Status.PASSED


@pytest.mark.parametrize("protocol", ["Http", "HTTPS"])
@pytest.mark.parametrize("path", [None, ""])
def test_it_fails_over_http_without_a_path(protocol: str, path: str | None) -> None:
    draft = Draft("kubenet-vmss")
    probe(draft).update({"protocol": protocol, "requestPath": path})
    finding = the_finding(ask(CHECK, draft))
    assert finding.cause == "no-path"
    assert finding.message == (
        f"1 of 3 probes of load balancer kubernetes over HTTP without a path: {PROBE}"
    )
    assert shown(finding) == [(PROBE, "properties.requestPath", path)]


@pytest.mark.parametrize(
    ("port", "is_odd"),
    [
        (80, True),
        (29_999, True),
        (30_000, False),
        (32_767, False),
        (32_768, True),
        (10_256, False),
        (10_356, False),
    ],
)
def test_ports_outside_the_node_ports_are_counted(port: int, is_odd: bool) -> None:
    draft = Draft("kubenet-vmss")
    probe(draft)["port"] = port
    outcome = ask(CHECK, draft)
    note = "; 1 on a port outside the node ports" if is_odd else ""
    assert (outcome.status, outcome.message) == (
        Status.PASSED,
        f"3 of 3 probes in order{note}",
    )


def test_it_does_not_know_without_the_load_balancers() -> None:
    refusal = refusal_of_list(bundled("kubenet-vmss"), LOAD_BALANCERS)
    outcome = ask(CHECK, "kubenet-vmss", refusal)
    assert outcome.status is Status.UNKNOWN
    assert outcome.missing == (gap_of(refusal),)


@pytest.mark.parametrize("cluster", ["kubenet-dual-stack", "isolated"])
def test_it_does_not_apply_without_probes(cluster: str) -> None:
    outcome = ask(CHECK, cluster)
    assert (outcome.status, outcome.message) == (
        Status.SKIPPED,
        "no load balancer of the cluster has a probe",
    )
