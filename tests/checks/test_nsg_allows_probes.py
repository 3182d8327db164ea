"""nsg-allows-probes: when it passes, fails, does not know, and does not apply."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.findings import Severity, Status
from tests.checks.balancers import PROBES, RULES, parts, shown
from tests.checks.kit import ask, commands_of, the_finding
from tests.checks.security_groups import add_rule, group_of
from tests.odd_clusters import (
    LOAD_BALANCERS,
    ROUTE_TABLES,
    SCALE_SET_INTERFACES,
    SECURITY_GROUPS,
    Draft,
    bundled,
    gap_of,
    refusal_of,
    refusal_of_list,
)

CHECK = "nsg-allows-probes"
TAG = "AzureLoadBalancer"


def ports_of(draft: Draft) -> list[int]:
    """Return the ports that are probed, the lowest first."""
    return sorted(each["properties"]["port"] for each in parts(draft, PROBES))


@pytest.mark.parametrize(
    ("cluster", "message"),
    [
        ("kubenet-vmss", "health probes admitted on 3 of 3 ports at 3 of 3 addresses"),
        ("basic-balancer", "health probes admitted on 2 of 2 ports at 2 of 2 addresses"),
        ("cni-nodesubnet", "health probes admitted on 2 of 2 ports at 3 of 3 addresses"),
        ("dual-stack", "health probes admitted on 2 of 2 ports at 6 of 6 addresses"),
        ("multi-balancer", "health probes admitted on 5 of 5 ports at 4 of 4 addresses"),
    ],
)
def test_it_passes_where_both_groups_let_probes_in(cluster: str, message: str) -> None:
    outcome = ask(CHECK, cluster)
    assert (outcome.status, outcome.message) == (Status.PASSED, message)


def test_it_fails_for_a_rule_that_denies_probes() -> None:
    draft = Draft("kubenet-vmss")
    rule = add_rule(draft, "deny-all", 4096)
    low, middle, high = ports_of(draft)
    outcome = ask(CHECK, draft)
    finding = the_finding(outcome)
    assert outcome.message == "health probes denied on 3 of 3 ports at 3 of 3 addresses"
    assert (finding.severity, finding.cause, finding.name) == (
        Severity.CRITICAL,
        "denied",
        "deny-all",
    )
    assert str(finding.subject) == rule["id"]
    assert finding.message == (
        "deny-all (4096) of aks-agentpool-30517864-nsg denies health probes on 3 of 3 ports "
        f"(Tcp {low}, {middle}, {high}) at 3 of 3 addresses"
    )
    group = group_of(draft)
    assert shown(finding) == [
        ("deny-all", "properties.priority", 4096),
        ("deny-all", "properties.access", "Deny"),
        ("deny-all", "properties.protocol", "*"),
        ("deny-all", "properties.sourceAddressPrefix", "*"),
        ("deny-all", "properties.destinationAddressPrefix", "*"),
        ("deny-all", "properties.destinationPortRange", "*"),
        ("aks-subnet", "properties.networkSecurityGroup.id", group["id"]),
        ("aks-nodepool1-18264093-vmss000000", "properties.networkSecurityGroup.id", None),
    ]
    assert commands_of(finding) == (f"az network nsg rule show --ids {rule['id']}",)
    assert finding.remediation.startswith("Take the rule out of this group, which AKS keeps")


def test_a_command_allows_probes_in_a_group_of_the_user_s() -> None:
    draft = Draft("cni-nodesubnet")
    add_rule(draft, "deny-all", 100, "nsg-snet-aks", source=TAG)
    assert "--priority PRIORITY " in commands_of(the_finding(ask(CHECK, draft)))[1]
    rule = add_rule(draft, "deny-more", 4096, "nsg-snet-aks", source=TAG)
    group_of(draft, "nsg-snet-aks")["properties"]["securityRules"][:] = [rule]
    assert commands_of(the_finding(ask(CHECK, draft))) == (
        f"az network nsg rule show --ids {rule['id']}",
        (
            "az network nsg rule create --resource-group rg-network --nsg-name nsg-snet-aks "
            "--name allow-load-balancer --priority 4095 --direction Inbound --access Allow "
            "--protocol '*' --source-address-prefixes AzureLoadBalancer "
            "--destination-port-ranges '*'"
        ),
    )


@pytest.mark.parametrize("source", [TAG, "168.63.129.16", "VirtualNetwork", "azureloadbalancer"])
def test_a_rule_before_it_that_allows_lets_probes_in(source: str) -> None:
    draft = Draft("kubenet-vmss")
    add_rule(draft, "deny-all", 4096)
    add_rule(draft, "allow", 4000, source=source, access="Allow")
    assert ask(CHECK, draft).status is Status.PASSED


def test_a_rule_behind_it_that_allows_does_not() -> None:
    draft = Draft("kubenet-vmss")
    add_rule(draft, "deny-all", 4000)
    add_rule(draft, "allow", 4096, source=TAG, access="Allow")
    assert the_finding(ask(CHECK, draft)).name == "deny-all"


def test_only_the_ports_that_are_denied_are_told() -> None:
    draft = Draft("kubenet-vmss")
    first = ports_of(draft)[0]
    add_rule(draft, "deny-one", 300, ports=str(first), source=TAG, protocol="Tcp")
    finding = the_finding(ask(CHECK, draft))
    assert finding.message == (
        "deny-one (300) of aks-agentpool-30517864-nsg denies health probes on 1 of 3 ports "
        f"(Tcp {first}) at 3 of 3 addresses"
    )


@given(st.integers(1, 65_535), st.integers(1, 65_535))
def test_a_denied_range_counts_if_a_probed_port_is_in_it(one: int, other: int) -> None:
    draft = Draft("kubenet-vmss")
    low, high = sorted((one, other))
    add_rule(draft, "deny-range", 300, ports=f"{low}-{high}", source=TAG)
    hit = any(low <= port <= high for port in ports_of(draft))
    assert (ask(CHECK, draft).status is Status.FAILED) is hit


def test_the_group_at_the_interface_denies_as_well() -> None:
    draft = Draft("cni-nodesubnet")
    add_rule(draft, "deny-probes", 300, "aks-agentpool-42906158-nsg", source=TAG)
    finding = the_finding(ask(CHECK, draft))
    assert finding.name == "deny-probes"
    assert [each[0] for each in shown(finding)[-2:]] == [
        "snet-aks",
        "aks-nodepool1-75130482-vmss000000",
    ]


def test_a_denial_for_udp_or_of_other_addresses_does_not_matter() -> None:
    draft = Draft("kubenet-vmss")
    add_rule(draft, "deny-udp", 300, protocol="Udp")
    add_rule(draft, "deny-other", 301, destination="10.224.9.0/24")
    add_rule(draft, "deny-out", 302, direction="Outbound")
    add_rule(draft, "deny-private", 303, source="10.0.0.0/8")
    assert ask(CHECK, draft).status is Status.PASSED


def test_probes_that_no_rule_uses_are_not_judged() -> None:
    draft = Draft("kubenet-vmss")
    port = parts(draft, PROBES)[0]["properties"]["port"]
    parts(draft, RULES).pop(0)
    add_rule(draft, "deny-one", 300, ports=str(port))
    outcome = ask(CHECK, draft)
    assert outcome.message == "health probes admitted on 2 of 2 ports at 3 of 3 addresses"


def test_it_does_not_know_what_an_application_security_group_holds() -> None:
    draft = Draft("kubenet-vmss")
    rule = add_rule(draft, "deny-group", 300)["properties"]
    del rule["destinationAddressPrefix"]
    rule["destinationApplicationSecurityGroups"] = [{"id": f"{draft.group}/x/asg-web"}]
    outcome = ask(CHECK, draft)
    assert outcome.status is Status.UNKNOWN
    assert "the members of application security group asg-web are not known" in outcome.message


@pytest.mark.parametrize("kind", [SECURITY_GROUPS, ROUTE_TABLES])
def test_it_does_not_know_without_a_document(kind: str) -> None:
    refusal = refusal_of(bundled("kubenet-vmss"), kind)
    outcome = ask(CHECK, "kubenet-vmss", refusal)
    assert (outcome.status, outcome.missing) == (Status.UNKNOWN, (gap_of(refusal),))


@pytest.mark.parametrize("kind", [LOAD_BALANCERS, SCALE_SET_INTERFACES])
def test_it_does_not_know_without_a_list(kind: str) -> None:
    refusal = refusal_of_list(bundled("kubenet-vmss"), kind)
    outcome = ask(CHECK, "kubenet-vmss", refusal)
    assert outcome.status is Status.UNKNOWN
    assert gap_of(refusal) in outcome.missing


@pytest.mark.parametrize("cluster", ["kubenet-dual-stack", "isolated"])
def test_it_does_not_apply_where_nothing_is_probed(cluster: str) -> None:
    outcome = ask(CHECK, cluster)
    assert (outcome.status, outcome.message) == (
        Status.SKIPPED,
        "no rule of a load balancer probes a node",
    )
