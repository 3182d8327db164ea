"""outbound-rule-drift: each setting of an outbound rule against the cluster's profile."""

from typing import Any

import pytest

from inspector.findings import Severity, Status
from tests.checks.balancers import with_jump_host
from tests.checks.kit import ask, commands_of, the_finding
from tests.odd_clusters import (
    INTERFACES,
    LOAD_BALANCERS,
    Draft,
    bundled,
    gap_of,
    refusal_of_list,
)

CHECK = "outbound-rule-drift"
PROFILE = "properties.networkProfile.loadBalancerProfile"


def draft_of(cluster: str = "kubenet-vmss", **changes: Any) -> Draft:
    """Return a cluster with settings of its first outbound rule changed; ``None`` removes one."""
    draft = Draft(cluster)
    properties = draft.one(LOAD_BALANCERS)["properties"]["outboundRules"][0]["properties"]
    properties |= changes
    for field in [field for field, value in changes.items() if value is None]:
        del properties[field]
    return draft


def declared(draft: Draft, **profile: Any) -> Draft:
    draft.network_profile["loadBalancerProfile"] |= profile
    return draft


@pytest.mark.parametrize(
    ("cluster", "message"),
    [
        (
            "kubenet-vmss",
            (
                "1 outbound rule with 30 minutes of idle timeout and 0 allocated ports (Azure "
                "divides them), the defaults of a profile that is silent"
            ),
        ),
        (
            "dual-stack",
            (
                "2 outbound rules with 30 minutes of idle timeout and 0 allocated ports (Azure "
                "divides them), the defaults of a profile that is silent"
            ),
        ),
        (
            "cni-overlay",
            "1 outbound rule with 30 minutes of idle timeout and 8,000 allocated ports",
        ),
    ],
)
def test_it_passes_where_rule_and_profile_agree(cluster: str, message: str) -> None:
    outcome = ask(CHECK, cluster)
    assert (outcome.status, outcome.message) == (Status.PASSED, message)


def test_a_pass_rests_on_every_setting() -> None:
    assert [(each.field, each.value) for each in ask(CHECK, "kubenet-vmss").evidence] == [
        ("properties.idleTimeoutInMinutes", 30),
        ("properties.allocatedOutboundPorts", 0),
        ("properties.protocol", "All"),
        ("properties.enableTcpReset", True),
    ]


@pytest.mark.parametrize(
    ("profile", "message", "wanted"),
    [
        (
            {},
            (
                "drops idle flows after 4 minutes, not after 30 minutes, the default where the "
                "profile is silent"
            ),
            30,
        ),
        (
            {"idleTimeoutInMinutes": 60},
            "drops idle flows after 4 minutes, not after 60 minutes",
            60,
        ),
    ],
)
def test_it_fires_for_another_idle_timeout(
    profile: dict[str, int], message: str, wanted: int
) -> None:
    outcome = ask(CHECK, declared(draft_of(idleTimeoutInMinutes=4), **profile))
    finding = the_finding(outcome)
    assert outcome.message == "1 of 1 outbound rule not as the profile says: aksOutboundRule"
    assert (finding.severity, finding.cause) == (Severity.MEDIUM, "idle-timeout")
    assert finding.message == f"outbound rule aksOutboundRule {message}"
    assert [(each.field, each.value) for each in finding.evidence] == [
        ("properties.idleTimeoutInMinutes", 4),
        (f"{PROFILE}.idleTimeoutInMinutes", profile.get("idleTimeoutInMinutes")),
    ]
    assert commands_of(finding) == (
        f"az network lb outbound-rule show --ids {finding.subject}",
        (
            "az aks update --resource-group rg-shop --name aks-shop "
            f"--load-balancer-idle-timeout {wanted}"
        ),
    )


@pytest.mark.parametrize(
    ("cluster", "found", "message"),
    [
        (
            "kubenet-vmss",
            1_024,
            (
                "has 1,024 allocated ports, not 0 allocated ports (Azure divides them), the "
                "default where the profile is silent"
            ),
        ),
        (
            "cni-overlay",
            0,
            "has 0 allocated ports (Azure divides them), not 8,000 allocated ports",
        ),
    ],
)
def test_it_fires_for_another_allocation(cluster: str, found: int, message: str) -> None:
    finding = the_finding(ask(CHECK, draft_of(cluster, allocatedOutboundPorts=found)))
    assert finding.cause == "allocated-ports"
    assert finding.message == f"outbound rule aksOutboundRule {message}"


@pytest.mark.parametrize(
    ("changes", "cause", "message"),
    [
        ({"protocol": "Tcp"}, "protocol", "is for protocol Tcp, not All"),
        (
            {"enableTcpReset": False},
            "tcp-reset",
            "sends no TCP reset when a flow has been idle for too long",
        ),
    ],
)
def test_it_fires_for_settings_that_no_profile_has(
    changes: dict[str, Any], cause: str, message: str
) -> None:
    finding = the_finding(ask(CHECK, draft_of(**changes)))
    assert (finding.severity, finding.cause) == (Severity.MEDIUM, cause)
    assert finding.message == f"outbound rule aksOutboundRule {message}"
    assert [each.value for each in finding.evidence] == list(changes.values())
    assert commands_of(finding)[1] == "az aks update --resource-group rg-shop --name aks-shop"


def test_each_setting_is_a_finding_of_its_own() -> None:
    outcome = ask(CHECK, draft_of(protocol="Udp", enableTcpReset=False, idleTimeoutInMinutes=5))
    assert {each.cause for each in outcome.findings} == {"protocol", "tcp-reset", "idle-timeout"}


def test_a_protocol_is_compared_without_regard_to_case() -> None:
    assert ask(CHECK, draft_of(protocol="all")).status is Status.PASSED


def test_a_rule_behind_its_profile_proves_nothing_while_the_cluster_changes() -> None:
    draft = draft_of(idleTimeoutInMinutes=4)
    draft.cluster["properties"]["provisioningState"] = "Updating"
    outcome = ask(CHECK, draft)
    assert outcome.status is Status.UNKNOWN
    assert outcome.message.startswith("the cluster is in state Updating; outbound rule ")


@pytest.mark.parametrize(
    "field", ["idleTimeoutInMinutes", "allocatedOutboundPorts", "protocol", "enableTcpReset"]
)
def test_it_does_not_know_what_arm_leaves_out(field: str) -> None:
    changes: dict[str, Any] = {field: None}
    outcome = ask(CHECK, draft_of(**changes))
    assert (outcome.status, outcome.message) == (
        Status.UNKNOWN,
        f"ARM does not tell {field} of outbound rule aksOutboundRule",
    )


def test_it_does_not_know_without_the_load_balancers() -> None:
    refusal = refusal_of_list(bundled("kubenet-vmss"), LOAD_BALANCERS)
    outcome = ask(CHECK, "kubenet-vmss", refusal)
    assert (outcome.status, outcome.missing) == (Status.UNKNOWN, (gap_of(refusal),))


@pytest.mark.parametrize(
    ("cluster", "reason"),
    [
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


def test_rules_for_machines_that_are_no_nodes_are_not_judged() -> None:
    assert ask(CHECK, with_jump_host(Draft("kubenet-vmss"))).status is Status.PASSED


def test_rules_of_a_users_load_balancer_are_judged_where_nodes_leave_by_them() -> None:
    draft = Draft("kubenet-vmss")
    pools = draft.one(LOAD_BALANCERS)["properties"]["backendAddressPools"]
    member = pools[0]["properties"]["backendIPConfigurations"][0]["id"]
    outcome = ask(CHECK, with_jump_host(draft, member))
    assert {each.name for each in outcome.findings} == {"out"}


def test_a_rule_whose_members_are_hidden_may_be_for_nodes() -> None:
    snapshot = with_jump_host(Draft("kubenet-vmss")).snapshot()
    refusal = refusal_of_list(snapshot, INTERFACES)
    outcome = ask(CHECK, snapshot, refusal)
    assert (outcome.status, outcome.missing) == (Status.UNKNOWN, (gap_of(refusal),))
