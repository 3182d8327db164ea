"""Which security rules deny the internet outbound."""

from collections.abc import Sequence
from typing import Any

import msgspec
import pytest

import fixtures.documents as arm
from inspector.network.internet_denials import InternetDenial, internet_denials
from inspector.network.spaces import Family
from inspector.resources import NetworkSecurityGroup, SecurityRule

GROUP = arm.resource_id(arm.group_id("rg"), "Microsoft.Network/networkSecurityGroups", "nsg")


def rule(name: str, priority: int, destination: str | Sequence[str], **fields: Any) -> SecurityRule:
    options = {
        "access": "Deny",
        "direction": "Outbound",
        "protocol": "*",
        "ports": "*",
        "source": "*",
    } | fields
    document = arm.security_rule(GROUP, name, priority=priority, destination=destination, **options)
    return SecurityRule.parse(msgspec.json.encode(document))


def denials(*rules: SecurityRule, family: Family = Family.IPV4) -> tuple[InternetDenial, ...]:
    return internet_denials(rules, family)


@pytest.mark.parametrize(
    "destination",
    ["Internet", "internet", "*", "0.0.0.0/0", ["10.0.0.0/8", "0.0.0.0/1", "128.0.0.0/1"]],
    ids=str,
)
def test_a_rule_for_the_whole_internet_denies_it(destination: str | list[str]) -> None:
    (found,) = denials(rule("no-internet", 100, destination))
    assert found == InternetDenial(rule="no-internet", priority=100)
    assert found.is_total


@pytest.mark.parametrize(
    "other",
    [
        rule("in", 100, "*", direction="Inbound"),
        rule("allow", 100, "*", access="Allow"),
        rule("private", 100, "10.0.0.0/8"),
        rule("half", 100, "0.0.0.0/1"),
        rule("cloud", 100, "AzureCloud"),
        rule("network", 100, "VirtualNetwork"),
    ],
    ids=lambda each: each.title,
)
def test_other_rules_do_not(other: SecurityRule) -> None:
    assert denials(other) == ()


def test_azures_own_rules_are_not_asked() -> None:
    document = arm.network_security_group(arm.group_id("rg"), "nsg", location="westeurope")
    group = NetworkSecurityGroup.parse(msgspec.json.encode(document))
    assert denials(*group.properties.security_rules) == ()
    assert {each.rule for each in denials(*group.properties.default_security_rules)} == set()


def test_what_is_allowed_before_is_named() -> None:
    (found,) = denials(
        rule("deny", 4000, "Internet"),
        rule("registry", 200, "MicrosoftContainerRegistry", access="Allow", protocol="Tcp"),
        rule("partner", 300, "203.0.113.7", access="Allow"),
        rule("network", 100, "VirtualNetwork", access="Allow"),
        rule("private", 110, "10.1.0.0/16", access="Allow"),
        rule("later", 4090, "AzureCloud", access="Allow"),
    )
    assert found.allowed_before == ("registry (200)", "partner (300)")
    assert not found.is_total


def test_a_rule_that_allows_everything_before_leaves_nothing_to_deny() -> None:
    assert denials(rule("deny", 200, "*"), rule("allow", 100, "*", access="Allow")) == ()


def test_limits_are_told() -> None:
    (tcp, total) = denials(
        rule("web", 100, "Internet", protocol="Tcp", ports=["80", "443"], source="10.1.0.0/24"),
        rule("rest", 200, "Internet"),
        rule("never", 300, "Internet"),
    )
    assert tcp.only == "Tcp, port 80, 443, from 10.1.0.0/24"
    assert not tcp.is_total
    assert total.rule == "rest"
    assert total.is_total


def test_families_are_apart() -> None:
    v4, v6 = rule("v4", 100, "0.0.0.0/0"), rule("v6", 110, "::/0")
    assert [each.rule for each in denials(v4, v6)] == ["v4"]
    assert [each.rule for each in denials(v4, v6, family=Family.IPV6)] == ["v6"]
    both = rule("both", 100, "Internet")
    assert denials(both) == denials(both, family=Family.IPV6)
