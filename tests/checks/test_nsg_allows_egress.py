"""nsg-allows-egress: when it passes, fails, does not know, and does not apply."""

from typing import Any

import pytest

from fixtures import documents as arm
from fixtures.documents import Document
from inspector.findings import Finding, Severity, Status
from tests.checks.kit import ask, commands_of, the_finding
from tests.odd_clusters import (
    NETWORKS,
    SECURITY_GROUPS,
    Draft,
    bundled,
    gap_of,
    refusal_of,
)

CHECK = "nsg-allows-egress"
FILTER = "nsg-snet-aks"


def group(draft: Draft, name: str = FILTER) -> Document:
    return next(each for each in draft.all(SECURITY_GROUPS) if each["name"] == name)


def rule(draft: Draft, name: str, **fields: Any) -> None:
    """Add an outbound rule to the group of the nodes' subnet: it denies everything unless told."""
    target = group(draft)
    given: dict[str, Any] = {
        "priority": 300,
        "ports": "*",
        "protocol": "*",
        "source": "*",
        "destination": "Internet",
        "access": "Deny",
        "direction": "Outbound",
    }
    document = arm.security_rule(target["id"], name, **(given | fields))
    target["properties"]["securityRules"].append(document)


def use_dns(draft: Draft, *servers: str) -> None:
    network = next(each for each in draft.all(NETWORKS) if "snet-aks" in str(each))
    network["properties"]["dhcpOptions"] = {"dnsServers": [*servers]}


def facts(finding: Finding) -> tuple[Severity, str, str]:
    return finding.severity, finding.cause, finding.name


@pytest.mark.parametrize(
    ("cluster", "whom"),
    [
        ("kubenet-vmss", "3 of 3 nodes"),
        ("private-udr", "2 of 2 nodes"),
        ("cni-podsubnet", "4 of 4 nodes and for pods in snet-pods-apps, snet-pods-system"),
    ],
)
def test_it_passes_where_nothing_is_denied(cluster: str, whom: str) -> None:
    outcome = ask(CHECK, cluster)
    assert outcome.status is Status.PASSED
    assert outcome.message == f"HTTPS, DNS and NTP let out for {whom}"
    assert outcome.evidence


def test_it_fails_where_https_is_denied_and_names_the_rule() -> None:
    draft = Draft("cni-nodesubnet")
    rule(draft, "deny-https", ports="443", protocol="Tcp")
    outcome = ask(CHECK, draft)
    finding = the_finding(outcome)
    assert outcome.message == "traffic that AKS needs denied for 3 of 3 nodes"
    assert facts(finding) == (Severity.HIGH, "denied", FILTER)
    assert finding.message == (
        "security group nsg-snet-aks denies 3 nodes HTTPS to the internet (Tcp 443) "
        "by deny-https (300)"
    )
    assert "image registry" in finding.impact
    assert ("properties.access", "Deny") in [(each.field, each.value) for each in finding.evidence]
    show, allow = commands_of(finding)
    assert show.startswith("az network nsg show --ids ")
    assert allow == (
        "az network nsg rule create --resource-group rg-network --nsg-name nsg-snet-aks "
        "--name allow-tcp-443 --priority 299 --direction Outbound --access Allow --protocol Tcp "
        "--destination-address-prefixes Internet --destination-port-ranges 443"
    )


def test_a_denied_internet_is_one_finding_for_all_that_needs_it() -> None:
    draft = Draft("cni-nodesubnet")
    rule(draft, "deny-out")
    assert the_finding(ask(CHECK, draft)).message.endswith(
        "denies 3 nodes HTTPS to the internet (Tcp 443), NTP (Udp 123) by deny-out (300)"
    )


def test_a_route_to_a_firewall_does_not_undo_a_denial() -> None:
    draft = Draft("private-udr")
    target = draft.one(SECURITY_GROUPS)
    denial = arm.security_rule(
        target["id"],
        "deny-https",
        priority=300,
        ports="443",
        source="*",
        access="Deny",
        direction="Outbound",
    )
    target["properties"]["securityRules"].append(denial)
    assert facts(the_finding(ask(CHECK, draft)))[:2] == (Severity.HIGH, "denied")


def test_the_time_alone_is_low_for_old_nodes_and_a_note_for_others() -> None:
    draft = Draft("cni-nodesubnet")
    rule(draft, "deny-ntp", ports="123", protocol="Udp")
    assert facts(the_finding(ask(CHECK, draft))) == (Severity.INFO, "denied", FILTER)
    properties = draft.cluster["properties"]
    properties["kubernetesVersion"] = properties["currentKubernetesVersion"] = "1.20.15"
    finding = the_finding(ask(CHECK, draft))
    assert facts(finding) == (Severity.LOW, "denied", FILTER)
    assert finding.impact == "nodes of old images lose the time or the way to the API server"


def test_the_tunnel_counts_for_old_nodes_alone() -> None:
    draft = Draft("cni-nodesubnet")
    rule(draft, "deny-tunnel", ports=["1194", "9000"])
    assert ask(CHECK, draft).status is Status.PASSED
    properties = draft.cluster["properties"]
    properties["kubernetesVersion"] = properties["currentKubernetesVersion"] = "1.19.11"
    finding = the_finding(ask(CHECK, draft))
    assert finding.severity is Severity.LOW
    assert "the tunnel (Udp 1194), the tunnel (Tcp 9000) by deny-tunnel (300)" in finding.message


@pytest.mark.parametrize("tag", ["AzureCloud", "AzureCloud.northeurope"])
def test_azure_s_own_addresses_are_enough(tag: str) -> None:
    draft = Draft("cni-nodesubnet")
    rule(draft, "allow-azure", destination=tag, access="Allow", priority=200)
    rule(draft, "deny-https", ports="443", protocol="Tcp")
    assert ask(CHECK, draft).status is Status.PASSED


def test_it_does_not_know_which_addresses_other_tags_hold() -> None:
    draft = Draft("cni-nodesubnet")
    rule(draft, "allow-storage", destination="Storage", access="Allow", priority=200)
    rule(draft, "deny-https", ports="443", protocol="Tcp")
    outcome = ask(CHECK, draft)
    assert outcome.status is Status.UNKNOWN
    assert "the addresses of service tag Storage are not known" in outcome.message


def test_it_does_not_know_whether_some_denied_addresses_are_needed() -> None:
    draft = Draft("cni-nodesubnet")
    rule(draft, "deny-some", destination="198.18.0.0/15", ports="443", protocol="Tcp")
    outcome = ask(CHECK, draft)
    assert outcome.status is Status.UNKNOWN
    assert "deny-some (300)" in outcome.message


def test_a_denial_for_some_nodes_is_medium() -> None:
    draft = Draft("cni-nodesubnet")
    first = next(
        each["properties"]["privateIPAddress"]
        for each in draft.configurations(
            "Microsoft.Compute/virtualMachineScaleSets/virtualMachines/networkInterfaces"
        )
    )
    rule(draft, "deny-one", source=f"{first}/32", ports="443", protocol="Tcp")
    assert facts(the_finding(ask(CHECK, draft))) == (Severity.MEDIUM, "denied", FILTER)


def test_azure_s_dns_passes_all_rules_but_those_for_its_tag() -> None:
    draft = Draft("cni-nodesubnet")
    rule(draft, "deny-dns", destination="168.63.129.16", ports="53")
    assert ask(CHECK, draft).status is Status.PASSED
    rule(draft, "deny-platform", destination="AzurePlatformDNS", priority=310)
    finding = the_finding(ask(CHECK, draft))
    assert finding.severity is Severity.HIGH
    assert finding.message.endswith(
        "Azure's DNS (Udp 53), Azure's DNS (Tcp 53) by deny-platform (310)"
    )
    assert finding.impact == "names are not resolved, so nothing is found that goes by one"


@pytest.mark.parametrize(
    ("destination", "protocol", "severity"),
    [
        ("10.50.0.0/16", "*", Severity.HIGH),
        ("10.50.0.4", "*", Severity.MEDIUM),
        ("10.50.0.0/16", "Tcp", Severity.MEDIUM),
    ],
)
def test_the_network_s_own_dns_servers_have_to_be_let_out(
    destination: str, protocol: str, severity: Severity
) -> None:
    draft = Draft("cni-nodesubnet")
    use_dns(draft, "10.50.0.4", "10.50.0.5")
    rule(draft, "deny-dns", destination=destination, protocol=protocol, ports="53")
    finding = the_finding(ask(CHECK, draft))
    assert finding.severity is severity
    assert "DNS servers 10.50.0.4, 10.50.0.5 (" in finding.message


def test_it_does_not_know_of_a_dns_server_that_nothing_leads_to() -> None:
    draft = Draft("cni-nodesubnet")
    use_dns(draft, "172.20.0.4")
    outcome = ask(CHECK, draft)
    assert outcome.status is Status.UNKNOWN
    assert "DNS servers 172.20.0.4 (Udp 53 " in outcome.message
    assert "denied by DenyAllOutBound (65500)" in outcome.message


def test_it_does_not_know_what_a_dns_server_is_that_is_no_address() -> None:
    draft = Draft("cni-nodesubnet")
    use_dns(draft, "fd00::53")
    outcome = ask(CHECK, draft)
    assert (outcome.status, outcome.message) == (
        Status.UNKNOWN,
        "DNS server fd00::53 is no IPv4 address",
    )


def test_pods_with_a_subnet_of_their_own_have_needs_too() -> None:
    draft = Draft("cni-podsubnet")
    network = next(each for each in draft.all(NETWORKS) if "snet-pods-apps" in str(each))
    place = network["id"].rsplit("/providers/", 1)[0]
    target = f"{place}/providers/{SECURITY_GROUPS}/nsg-pods"
    denial = arm.security_rule(
        target,
        "deny-out",
        priority=300,
        ports="*",
        protocol="*",
        source="*",
        destination="Internet",
        access="Deny",
        direction="Outbound",
    )
    draft.add(
        arm.network_security_group(place, "nsg-pods", location=network["location"], rules=[denial])
    )
    subnets = network["properties"]["subnets"]
    pods = next(each for each in subnets if each["name"] == "snet-pods-apps")
    pods["properties"]["networkSecurityGroup"] = {"id": target}
    outcome = ask(CHECK, draft)
    finding = the_finding(outcome)
    assert finding.message == (
        "security group nsg-pods denies pods in snet-pods-apps HTTPS to the internet (Tcp 443) "
        "by deny-out (300)"
    )
    assert outcome.message == (
        "traffic that AKS needs denied for 0 of 4 nodes and for pods in snet-pods-apps"
    )

    assert (finding.severity, finding.impact) == (
        Severity.HIGH,
        "the pods reach neither API server nor anything else outside, which some add-ons need",
    )
    access = draft.cluster["properties"].setdefault("apiServerAccessProfile", {})
    access["enablePrivateCluster"] = True
    finding = the_finding(ask(CHECK, draft))
    assert (finding.severity, finding.impact) == (
        Severity.INFO,
        "the pods reach nothing outside, which some add-ons need",
    )


def test_nodes_of_an_isolated_private_cluster_may_do_without_https() -> None:
    draft = Draft("cni-nodesubnet")
    rule(draft, "deny-https", ports="443", protocol="Tcp")
    properties = draft.cluster["properties"]
    properties["bootstrapProfile"] = {"artifactSource": "Cache"}
    assert ask(CHECK, draft).status is Status.FAILED
    properties.setdefault("apiServerAccessProfile", {})["enablePrivateCluster"] = True
    outcome = ask(CHECK, draft)
    assert outcome.status is Status.UNKNOWN
    assert outcome.message.endswith("; the nodes take images from a registry of their own")


def test_the_name_of_a_rule_that_exists_is_not_proposed() -> None:
    draft = Draft("cni-nodesubnet")
    rule(draft, "Allow-tcp-443", ports="8443", protocol="Tcp", access="Allow", priority=200)
    rule(draft, "deny-https", ports="443", protocol="Tcp")
    assert " --name allow-tcp-443-2 " in commands_of(the_finding(ask(CHECK, draft)))[1]


def test_a_proxy_may_be_all_that_a_private_cluster_needs() -> None:
    draft = Draft("cni-nodesubnet")
    rule(draft, "deny-https", ports="443", protocol="Tcp")
    properties = draft.cluster["properties"]
    properties["httpProxyConfig"] = {"httpsProxy": "http://10.50.0.9:3128/"}
    assert ask(CHECK, draft).status is Status.FAILED
    properties.setdefault("apiServerAccessProfile", {})["enablePrivateCluster"] = True
    outcome = ask(CHECK, draft)
    assert outcome.status is Status.UNKNOWN
    assert outcome.message.endswith("; the nodes have an HTTP proxy")


def test_it_does_not_know_without_a_group_of_the_nodes() -> None:
    refusal = refusal_of(bundled("cni-nodesubnet"), SECURITY_GROUPS)
    outcome = ask(CHECK, "cni-nodesubnet", refusal)
    assert outcome.status is Status.UNKNOWN
    assert outcome.missing == (gap_of(refusal),)


def test_it_does_not_know_an_outbound_type_it_does_not_know() -> None:
    draft = Draft("cni-nodesubnet")
    draft.network_profile["outboundType"] = "wormhole"
    outcome = ask(CHECK, draft)
    assert (outcome.status, outcome.message) == (
        Status.UNKNOWN,
        "outbound type wormhole is not recognised",
    )


@pytest.mark.parametrize(("cluster", "declared"), [("isolated", "block"), ("cni-overlay", "none")])
def test_it_does_not_apply_where_nothing_is_to_leave(cluster: str, declared: str) -> None:
    draft = Draft(cluster)
    draft.network_profile["outboundType"] = declared
    outcome = ask(CHECK, draft)
    assert (outcome.status, outcome.message) == (
        Status.SKIPPED,
        f"the outbound type is {declared}: nothing is to leave",
    )
