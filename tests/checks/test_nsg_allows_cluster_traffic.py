"""nsg-allows-cluster-traffic: when it passes, fails, does not know, and does not apply."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.findings import Severity, Status
from tests.checks.balancers import shown
from tests.checks.kit import ask, the_finding
from tests.checks.security_groups import add_rule, attach_to_subnet, group_of
from tests.odd_clusters import (
    ROUTE_TABLES,
    SCALE_SET_INTERFACES,
    SECURITY_GROUPS,
    Draft,
    bundled,
    gap_of,
    refusal_of,
    refusal_of_list,
)

CHECK = "nsg-allows-cluster-traffic"
EVERY_PAIR = "no rule denies traffic from nodes to nodes, nodes to pods, pods to pods"
NODES_ALONE = "no rule denies traffic from nodes to nodes"
BY_DEFAULT = "; from nodes to pods, pods to pods by Azure's default rules, documented as enough"


def problem(draft: Draft) -> tuple[Severity, str, str]:
    """Return severity, name and message of the only finding."""
    finding = the_finding(ask(CHECK, draft))
    assert finding.cause == "denied"
    return finding.severity, finding.name, finding.message


@pytest.mark.parametrize(
    ("cluster", "message"),
    [
        ("kubenet-vmss", f"3 of 3 nodes: {EVERY_PAIR}"),
        ("kubenet-dual-stack", f"2 of 2 nodes: {EVERY_PAIR}"),
        ("cni-podsubnet", f"4 of 4 nodes: {EVERY_PAIR}"),
        ("cni-overlay", f"4 of 4 nodes: {EVERY_PAIR}{BY_DEFAULT}"),
        ("isolated", f"3 of 3 nodes: {EVERY_PAIR}{BY_DEFAULT}"),
        ("cni-nodesubnet", f"3 of 3 nodes: {NODES_ALONE}"),
        ("byo-cni", f"4 of 4 nodes: {NODES_ALONE}"),
    ],
)
def test_it_passes_with_the_default_rules(cluster: str, message: str) -> None:
    outcome = ask(CHECK, cluster)
    assert (outcome.status, outcome.message) == (Status.PASSED, message)


def test_it_fails_for_a_rule_that_denies_the_rest() -> None:
    draft = Draft("kubenet-vmss")
    rule = add_rule(draft, "deny-all", 4096)
    outcome = ask(CHECK, draft)
    finding = the_finding(outcome)
    assert outcome.message == (
        "rules deny traffic from nodes to nodes, nodes to pods, pods to pods"
    )
    assert (finding.severity, finding.cause, finding.name) == (
        Severity.CRITICAL,
        "denied",
        "deny-all",
    )
    assert str(finding.subject) == rule["id"]
    assert finding.message == (
        "deny-all (4096) of aks-agentpool-30517864-nsg denies traffic from nodes to nodes (any "
        "protocol from 10.224.0.0/16 to 10.224.0.0/16), nodes to pods (any "
        "protocol from 10.224.0.0/16 to 10.244.0.0/23, 10.244.2.0/24) and 1 more"
    )
    assert shown(finding)[0] == ("deny-all", "properties.priority", 4096)
    assert shown(finding)[-2:] == [
        ("aks-subnet", "properties.networkSecurityGroup.id", group_of(draft)["id"]),
        ("aks-nodepool1-18264093-vmss000000", "properties.networkSecurityGroup.id", None),
    ]
    assert finding.remediation.startswith("Take the rule out of this group, which AKS keeps")
    assert finding.commands == (
        f"az network nsg rule show --ids {rule['id']}",
        f"az network nsg show --ids {group_of(draft)['id']} --query securityRules --output table",
    )


def test_a_rule_for_the_virtual_network_before_it_lets_kubenet_s_pods_in() -> None:
    draft = Draft("kubenet-vmss")
    add_rule(draft, "deny-all", 4096)
    add_rule(draft, "allow-network", 4000, source="VirtualNetwork", access="Allow")
    assert ask(CHECK, draft).message == f"3 of 3 nodes: {EVERY_PAIR}"


def test_the_nodes_range_alone_does_not_let_pods_in() -> None:
    draft = Draft("kubenet-vmss")
    add_rule(draft, "deny-all", 4096)
    add_rule(draft, "allow-nodes", 4000, source="10.224.0.0/16", access="Allow")
    assert problem(draft) == (
        Severity.CRITICAL,
        "deny-all",
        (
            "deny-all (4096) of aks-agentpool-30517864-nsg denies traffic from pods to pods (any "
            "protocol from 10.244.0.0/23, 10.244.2.0/24 to 10.244.0.0/23, 10.244.2.0/24)"
        ),
    )


@pytest.mark.parametrize(
    ("ports", "protocol", "severity"),
    [
        ("53", "Udp", Severity.MEDIUM),
        (["80", "443"], "Tcp", Severity.MEDIUM),
        ("*", "Udp", Severity.MEDIUM),
        ("*", "Tcp", Severity.CRITICAL),
        ("1024-65535", "*", Severity.CRITICAL),
        ("22", "Tcp", Severity.INFO),
        (["22", "3389"], "*", Severity.INFO),
        (["22", "53"], "*", Severity.MEDIUM),
        ("*", "Icmp", Severity.INFO),
    ],
)
def test_the_severity_is_that_of_the_ports(
    ports: str | list[str], protocol: str, severity: Severity
) -> None:
    draft = Draft("kubenet-vmss")
    add_rule(draft, "deny-some", 300, ports=ports, protocol=protocol)
    assert problem(draft)[:2] == (severity, "deny-some")


def test_a_group_that_allows_tcp_and_udp_and_denies_the_rest_is_a_note() -> None:
    draft = Draft("kubenet-vmss")
    for priority, protocol in ((200, "Tcp"), (210, "Udp")):
        add_rule(draft, f"allow-{protocol}", priority, ports="*", protocol=protocol, access="Allow")
    add_rule(draft, "deny-rest", 300, ports="*", protocol="*")
    assert problem(draft)[:2] == (Severity.INFO, "deny-rest")


@given(st.integers(1, 65_535), st.integers(1, 65_535))
def test_most_ports_of_tcp_are_critical(one: int, other: int) -> None:
    draft = Draft("byo-cni")
    low, high = sorted((one, other))
    add_rule(draft, "deny-range", 300, ports=f"{low}-{high}", protocol="Tcp")
    critical = high - low + 1 > 65_535 / 2
    assert (problem(draft)[0] is Severity.CRITICAL) is critical


def test_a_rule_out_of_the_sender_s_subnet_counts() -> None:
    draft = Draft("byo-cni")
    add_rule(draft, "deny-private", 300, destination="10.0.0.0/8", direction="Outbound")
    severity, name, message = problem(draft)
    assert (severity, name) == (Severity.CRITICAL, "deny-private")
    assert "denies traffic from nodes to nodes (any protocol from 10.224.0.0/16" in message


def test_in_a_group_of_the_user_s_the_ranges_are_to_be_allowed() -> None:
    draft = Draft("cni-nodesubnet")
    add_rule(draft, "deny-all", 110, "nsg-snet-aks")
    remediation = the_finding(ask(CHECK, draft)).remediation
    assert remediation.startswith("Allow the ranges of nodes and pods (10.")


def test_what_is_denied_to_others_does_not_matter() -> None:
    draft = Draft("kubenet-vmss")
    add_rule(draft, "deny-internet", 300, source="Internet")
    add_rule(draft, "deny-out", 300, destination="Internet", direction="Outbound")
    add_rule(draft, "deny-jump-box", 301, source="10.224.9.9")
    add_rule(draft, "deny-balancer", 302, source="AzureLoadBalancer")
    assert ask(CHECK, draft).status is Status.PASSED


def test_the_slices_of_no_node_do_not_matter_to_kubenet() -> None:
    draft = Draft("kubenet-vmss")
    add_rule(draft, "deny-slice", 300, source="10.244.77.0/24")
    assert ask(CHECK, draft).status is Status.PASSED


def test_every_address_of_the_pod_cidr_matters_to_overlay() -> None:
    draft = Draft("cni-overlay")
    add_rule(draft, "deny-slice", 300, source="10.244.77.0/24", ports="53", protocol="Udp")
    severity, name, message = problem(draft)
    assert (severity, name) == (Severity.MEDIUM, "deny-slice")
    assert message.endswith(
        "denies traffic from pods to pods (Udp 53 from 10.244.77.0/24 to 10.244.0.0/16)"
    )


def test_a_rule_for_overlay_s_pods_before_it_lets_them_in() -> None:
    draft = Draft("cni-overlay")
    add_rule(draft, "deny-all", 4096)
    ranges = ["10.224.0.0/16", "10.244.0.0/16"]
    add_rule(draft, "allow", 4000, source=ranges, destination=ranges, access="Allow")
    assert ask(CHECK, draft).message == f"4 of 4 nodes: {EVERY_PAIR}{BY_DEFAULT}"


def test_it_does_not_know_whether_the_virtual_network_holds_overlay_s_pods() -> None:
    draft = Draft("cni-overlay")
    add_rule(draft, "deny-all", 4096)
    add_rule(
        draft,
        "allow-network",
        4000,
        source="VirtualNetwork",
        destination="VirtualNetwork",
        access="Allow",
    )
    outcome = ask(CHECK, draft)
    assert (outcome.status, outcome.missing) == (Status.UNKNOWN, ())
    assert "allow-network (4000) may allow it" in outcome.message
    assert "else deny-all (4096) would deny it" in outcome.message
    assert "nodes to nodes" not in outcome.message


def test_a_rule_that_allows_changes_nothing_about_overlay() -> None:
    draft = Draft("cni-overlay")
    add_rule(draft, "allow-web", 300, ports="443", source="VirtualNetwork", access="Allow")
    assert ask(CHECK, draft).status is Status.PASSED


def test_the_group_of_the_pods_subnet_is_asked() -> None:
    draft = Draft("cni-podsubnet")
    attach_to_subnet(draft, "nsg-pods", "snet-pods-apps")
    add_rule(draft, "deny-dns", 300, "nsg-pods", ports="53")
    severity, name, message = problem(draft)
    assert (severity, name) == (Severity.MEDIUM, "deny-dns")
    assert message == (
        "deny-dns (300) of nsg-pods denies traffic from nodes to pods (Tcp/Udp 53 from "
        "10.70.0.0/25 to 10.70.8.0/23), pods to pods (Tcp/Udp 53 from "
        "10.70.4.0/22, 10.70.8.0/23 to 10.70.8.0/23)"
    )


def test_two_rules_are_two_faults_and_one_rule_at_two_places_is_one() -> None:
    draft = Draft("cni-podsubnet")
    add_rule(draft, "deny-dns", 300, ports="53")
    add_rule(draft, "deny-web", 301, ports="443")
    outcome = ask(CHECK, draft)
    assert [each.name for each in outcome.findings] == ["deny-dns", "deny-web"]


def test_it_does_not_know_what_an_application_security_group_holds() -> None:
    draft = Draft("kubenet-vmss")
    rule = add_rule(draft, "deny-group", 300)["properties"]
    del rule["sourceAddressPrefix"]
    rule["sourceApplicationSecurityGroups"] = [{"id": f"{draft.group}/x/asg-web"}]
    outcome = ask(CHECK, draft)
    assert outcome.status is Status.UNKNOWN
    assert "the members of application security group asg-web are not known" in outcome.message


def test_it_does_not_know_which_of_two_rules_denies_overlay_s_pods() -> None:
    """A rule for ``VirtualNetwork`` denies them, or a default one does and is documented as enough.

    The nodes are in the virtual network for certain.
    """
    draft = Draft("cni-overlay")
    add_rule(draft, "deny-network", 300, source="VirtualNetwork", destination="10.244.0.0/16")
    add_rule(draft, "allow-nodes", 200, source="10.224.0.0/16", access="Allow")
    outcome = ask(CHECK, draft)
    assert outcome.status is Status.UNKNOWN
    assert outcome.message.startswith("pods to pods (any protocol from 10.244.0.0/16")


def test_it_does_not_know_a_group_without_a_rule_for_the_traffic() -> None:
    draft = Draft("byo-cni")
    rules = group_of(draft)["properties"]["defaultSecurityRules"]
    rules[:] = [each for each in rules if each["properties"]["direction"] == "Outbound"]
    outcome = ask(CHECK, draft)
    assert outcome.status is Status.UNKNOWN
    assert "not known at aks-agentpool-71394062-nsg" in outcome.message


def test_it_does_not_know_a_network_plugin_it_does_not_recognise() -> None:
    draft = Draft("byo-cni")
    draft.network_profile["networkPlugin"] = "magic"
    outcome = ask(CHECK, draft)
    assert (outcome.status, outcome.message) == (
        Status.UNKNOWN,
        "network plugin magic is not recognised",
    )


@pytest.mark.parametrize("kind", [SECURITY_GROUPS, ROUTE_TABLES])
def test_it_does_not_know_without_a_document(kind: str) -> None:
    refusal = refusal_of(bundled("kubenet-vmss"), kind)
    outcome = ask(CHECK, "kubenet-vmss", refusal)
    assert (outcome.status, outcome.missing) == (Status.UNKNOWN, (gap_of(refusal),))


def test_it_does_not_know_without_the_interfaces() -> None:
    refusal = refusal_of_list(bundled("kubenet-vmss"), SCALE_SET_INTERFACES)
    outcome = ask(CHECK, "kubenet-vmss", refusal)
    assert (outcome.status, outcome.missing) == (Status.UNKNOWN, (gap_of(refusal),))


def test_it_does_not_apply_without_nodes() -> None:
    draft = Draft("kubenet-vmss")
    draft.remove(SCALE_SET_INTERFACES)
    outcome = ask(CHECK, draft)
    assert (outcome.status, outcome.message) == (
        Status.SKIPPED,
        "no node with a subnet was found",
    )
