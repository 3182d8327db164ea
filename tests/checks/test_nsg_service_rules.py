"""nsg-service-rules: when it passes, fails, does not know, and does not apply."""

from typing import Any

import pytest

from fixtures import documents as arm
from fixtures.documents import Document
from inspector.config import Thresholds
from inspector.findings import Severity, Status
from tests.checks.balancers import FRONTENDS, RULES, parts, shown, without_rules
from tests.checks.kit import ask, commands_of, the_finding
from tests.odd_clusters import (
    PUBLIC_IPS,
    SECURITY_GROUPS,
    Draft,
    bundled,
    gap_of,
    refusal_of,
    refusal_of_list,
)

CHECK = "nsg-service-rules"
WEB = "a336126d516cb5156aea106e4a4f67c2"
OWN = "aks-agentpool-30517864-nsg"
USERS = "nsg-snet-aks"


def group(draft: Draft, name: str) -> Document:
    return next(each for each in draft.all(SECURITY_GROUPS) if each["name"] == name)


def rules(draft: Draft, name: str = OWN) -> list[Document]:
    found: list[Document] = group(draft, name)["properties"]["securityRules"]
    return found


def add(draft: Draft, to: str, name: str, **fields: Any) -> None:
    rules(draft, to).append(arm.security_rule(group(draft, to)["id"], name, **fields))


@pytest.mark.parametrize(
    ("cluster", "message"),
    [
        ("kubenet-vmss", "3 of 3 public ports let in; 2 rules of Kubernetes for live addresses"),
        ("seed-kubenet", "2 of 2 public ports let in; 2 rules of Kubernetes for live addresses"),
        ("dual-stack", "4 of 4 public ports let in; 2 rules of Kubernetes for live addresses"),
        ("multi-balancer", "5 of 5 public ports let in; 3 rules of Kubernetes for live addresses"),
        ("cni-nodesubnet", "2 of 2 public ports let in; 1 rule of Kubernetes for live addresses"),
    ],
)
def test_it_passes_where_each_port_is_let_in(cluster: str, message: str) -> None:
    outcome = ask(CHECK, cluster)
    assert (outcome.status, outcome.message) == (Status.PASSED, message)


def test_a_subnet_s_group_without_the_ports_closes_the_services() -> None:
    draft = Draft("cni-nodesubnet")
    rules(draft, USERS).clear()
    outcome = ask(CHECK, draft)
    finding = the_finding(outcome)
    assert outcome.message == "0 of 2 public ports let in; 1 fault in security groups"
    assert (finding.severity, finding.cause, finding.name) == (Severity.HIGH, "unreachable", USERS)
    assert finding.message == (
        "security group nsg-snet-aks lets nobody in to 203.0.113.140 Tcp 80, "
        "203.0.113.140 Tcp 443 at 3 nodes: denied by DenyAllInBound (65500)"
    )
    assert finding.impact == "the services answer nobody from outside"
    show, allow = commands_of(finding)
    assert show.startswith("az network nsg show --ids ")
    assert allow == (
        "az network nsg rule create --resource-group rg-network --nsg-name nsg-snet-aks "
        "--name allow-ac660536c362f56049627ef0738b3201-TCP-80 --priority 4096 --direction Inbound "
        "--access Allow --source-address-prefixes Internet --destination-address-prefixes "
        "203.0.113.140 --destination-port-ranges 80 --protocol Tcp"
    )


def test_a_missing_rule_of_kubernetes_closes_a_port_in_aks_s_group() -> None:
    draft = Draft("kubenet-vmss")
    rules(draft)[:] = rules(draft)[1:]
    finding = the_finding(ask(CHECK, draft))
    assert (finding.severity, finding.cause, finding.name) == (Severity.HIGH, "unreachable", OWN)
    assert "198.51.100.43 Tcp 80 at 3 nodes" in finding.message


def test_a_port_that_a_rule_of_others_opens_is_counted() -> None:
    draft = Draft("kubenet-vmss")
    rules(draft)[:] = rules(draft)[1:]
    add(draft, OWN, "mine", priority=200, ports="80")
    outcome = ask(CHECK, draft)
    assert (outcome.status, outcome.message) == (
        Status.PASSED,
        "3 of 3 public ports let in, 1 by rules of others; 1 rule of Kubernetes for live addresses",
    )


def test_a_denial_before_kubernetes_rules_closes_the_port() -> None:
    draft = Draft("kubenet-vmss")
    add(draft, OWN, "deny-web", priority=200, ports="80", access="Deny")
    finding = the_finding(ask(CHECK, draft))
    assert "denied by deny-web (200)" in finding.message
    assert ("deny-web", "properties.priority", 200) in shown(finding)


def test_a_service_for_some_sources_is_asked_about_these() -> None:
    draft = Draft("kubenet-vmss")
    own = next(each for each in rules(draft) if "198.51.100.43" in str(each))["properties"]
    own["sourceAddressPrefix"] = "203.0.113.0/24"
    assert ask(CHECK, draft).status is Status.PASSED
    add(draft, OWN, "deny", priority=200, ports="80", source="203.0.112.0/23", access="Deny")
    assert the_finding(ask(CHECK, draft)).cause == "unreachable"


def test_a_group_before_some_of_the_nodes_is_medium() -> None:
    draft = Draft("kubenet-vmss")
    (source,) = (each for each in draft.all(SECURITY_GROUPS) if each["name"] == OWN)
    place = source["id"].rsplit("/providers/", 1)[0]
    extra = arm.network_security_group(place, "nsg-node", location=source["location"])
    draft.add(extra)
    nic = draft.one("Microsoft.Compute/virtualMachineScaleSets/virtualMachines/networkInterfaces")
    nic["properties"]["networkSecurityGroup"] = {"id": extra["id"]}
    finding = the_finding(ask(CHECK, draft))
    assert (finding.severity, finding.name) == (Severity.MEDIUM, "nsg-node")
    assert " at 1 node: " in finding.message


def test_without_floating_ip_the_nodes_own_addresses_count() -> None:
    draft = Draft("kubenet-vmss")
    (lb_rule,) = (each for each in parts(draft, RULES) if each["name"].startswith(WEB))
    lb_rule["properties"] |= {"enableFloatingIP": False, "backendPort": 30080}
    own = next(each for each in rules(draft) if "198.51.100.43" in str(each))["properties"]
    assert the_finding(ask(CHECK, draft)).cause == "unreachable"
    own |= {"destinationAddressPrefix": "10.224.0.0/16", "destinationPortRanges": ["30080"]}
    assert ask(CHECK, draft).status is Status.PASSED


def test_a_port_that_does_not_fit_floating_ip_is_left_to_another_check() -> None:
    draft = Draft("kubenet-vmss")
    (lb_rule,) = (each for each in parts(draft, RULES) if each["name"].startswith(WEB))
    lb_rule["properties"]["enableFloatingIP"] = False
    assert ask(CHECK, draft).message.startswith("2 of 2 public ports let in")


def test_the_rule_of_a_deleted_service_is_low() -> None:
    draft = Draft("kubenet-vmss")
    without_rules(draft, WEB)
    kept = [each for each in parts(draft, FRONTENDS) if each["name"] != WEB]
    parts(draft, FRONTENDS)[:] = kept
    outcome = ask(CHECK, draft)
    finding = the_finding(outcome)
    assert outcome.message == "2 of 2 public ports let in; 1 fault in security groups"
    assert (finding.severity, finding.cause, finding.name) == (
        Severity.LOW,
        "dead-destination",
        OWN,
    )
    name = "k8s-azure-lb_allow_IPv4_583de5a3acb92adaed9c1870881d4bc6"
    assert finding.message == (
        f"1 rule of Kubernetes in security group {OWN} for addresses that no frontend and no node "
        f"has: 198.51.100.43 in {name} (500)"
    )
    assert (name, "properties.destinationAddressPrefix", "198.51.100.43") in shown(finding)
    listing, show = commands_of(finding)
    assert listing.startswith("az aks command invoke ")
    assert show.startswith("az network nsg rule show --ids ")


def test_rules_to_tags_and_to_nodes_are_not_dead() -> None:
    draft = Draft("kubenet-vmss")
    for place, to in enumerate(("*", "VirtualNetwork", "10.224.0.0/16")):
        name = f"k8s-azure-lb_allow_IPv4_{place}"
        add(draft, OWN, name, priority=600 + place, ports="9", destination=to)
    assert ask(CHECK, draft).status is Status.PASSED


def test_inbound_rules_of_others_among_kubernetes_priorities_are_low() -> None:
    draft = Draft("kubenet-vmss")
    add(draft, OWN, "mine", priority=600, ports="22")
    add(draft, OWN, "before", priority=499, ports="22")
    add(draft, OWN, "out", priority=601, ports="22", direction="Outbound")
    finding = the_finding(ask(CHECK, draft))
    assert (finding.severity, finding.cause) == (Severity.LOW, "rules-of-others")
    assert finding.message == (
        "1 inbound rule that Kubernetes did not write in security group "
        f"{OWN} with its priorities, 500 to 4096: mine (600)"
    )


def test_aks_writes_rules_itself_for_allowed_host_ports() -> None:
    draft = Draft("kubenet-vmss")
    add(draft, OWN, "host-ports", priority=600, ports="8080")
    ports = [{"portStart": 8080, "portEnd": 8080, "protocol": "TCP"}]
    for pool in draft.cluster["properties"]["agentPoolProfiles"]:
        pool["networkProfile"] = {"allowedHostPorts": ports}
    assert ask(CHECK, draft).status is Status.PASSED


def test_a_group_that_is_nearly_full_is_medium() -> None:
    draft = Draft("kubenet-vmss")
    for number in range(899):
        name = f"k8s-azure-lb_allow_IPv4_{number}"
        add(draft, OWN, name, priority=600 + number, ports="9", destination="198.51.100.43")
    finding = the_finding(ask(CHECK, draft))
    assert (finding.severity, finding.cause) == (Severity.MEDIUM, "nearly-full")
    assert finding.message == (
        f"security group {OWN} has 901 of 1,000 rules in use, more than 90 %"
    )
    assert shown(finding) == [(OWN, "length(properties.securityRules)", 901)]
    raised = Thresholds(security_rule_priorities_percent=91)
    assert ask(CHECK, draft, thresholds=raised).status is Status.PASSED


def test_source_addresses_are_counted_too() -> None:
    draft = Draft("kubenet-vmss")
    sources = [f"20.{place // 250}.{place % 250}.0/24" for place in range(3_599)]
    own = next(each for each in rules(draft) if "198.51.100.43" in str(each))["properties"]
    del own["sourceAddressPrefix"]
    own["sourceAddressPrefixes"] = sources
    assert ask(CHECK, draft).status is Status.PASSED
    sources.append("21.0.0.0/24")
    assert "3,601 of 4,000 source addresses" in the_finding(ask(CHECK, draft)).message


def test_a_port_that_is_let_in_for_a_service_tag_alone_is_not_closed() -> None:
    draft = Draft("cni-nodesubnet")
    own = rules(draft, USERS)[0]["properties"]
    own["sourceAddressPrefix"] = "AzureFrontDoor.Backend"
    assert ask(CHECK, draft).status is Status.PASSED
    own["destinationAddressPrefix"] = "203.0.113.9"
    assert the_finding(ask(CHECK, draft)).cause == "unreachable"


def test_the_commands_do_not_write_into_aks_s_own_group() -> None:
    draft = Draft("kubenet-vmss")
    add(draft, OWN, "deny-web", priority=200, ports="80", access="Deny")
    finding = the_finding(ask(CHECK, draft))
    assert not [each for each in commands_of(finding) if "rule create" in each]
    assert "az aks command invoke" in commands_of(finding)[1]
    assert "which AKS keeps" in finding.remediation


def test_each_family_of_a_service_without_floating_ip_meets_rules_of_its_own() -> None:
    draft = Draft("dual-stack")
    for each in parts(draft, RULES):
        each["properties"] |= {"enableFloatingIP": False, "backendPort": 30080}
    for name, source in (("allow-four", "0.0.0.0/0"), ("allow-six", "::/0")):
        for target in draft.all(SECURITY_GROUPS):
            family = {"source": source, "destination": source}
            place = 110 + len(name)
            add(draft, target["name"], name, priority=place, ports="30080", **family)
    assert ask(CHECK, draft).message.startswith("4 of 4 public ports let in")


def test_it_does_not_know_what_a_rule_for_some_source_ports_lets_in() -> None:
    draft = Draft("cni-nodesubnet")
    rules(draft, USERS)[0]["properties"]["sourcePortRange"] = "1024-65535"
    outcome = ask(CHECK, draft)
    assert outcome.status is Status.UNKNOWN
    assert "203.0.113.140 Tcp 80 (" in outcome.message


def test_it_does_not_know_an_address_that_is_not_given_out() -> None:
    draft = Draft("kubenet-vmss")
    address = next(each for each in draft.all(PUBLIC_IPS) if WEB in each["name"])
    del address["properties"]["ipAddress"]
    outcome = ask(CHECK, draft)
    assert (outcome.status, outcome.message) == (
        Status.UNKNOWN,
        f"public IP address kubernetes-{WEB} has no address yet",
    )


def test_it_does_not_know_without_the_groups() -> None:
    refusal = refusal_of_list(bundled("kubenet-vmss"), SECURITY_GROUPS)
    outcome = ask(CHECK, "kubenet-vmss", refusal)
    assert outcome.status is Status.UNKNOWN
    assert gap_of(refusal) in outcome.missing


def test_a_rule_is_not_dead_while_an_address_is_unseen() -> None:
    draft = Draft("kubenet-vmss")
    add(draft, OWN, "k8s-azure-lb_allow_IPv4_0", priority=600, ports="9", destination="192.0.2.9")
    assert ask(CHECK, draft).status is Status.FAILED
    refusal = refusal_of(draft.snapshot(), PUBLIC_IPS, 1)
    outcome = ask(CHECK, draft, refusal)
    assert outcome.status is Status.UNKNOWN
    assert outcome.missing == (gap_of(refusal),)


@pytest.mark.parametrize("cluster", ["virtual-nodes", "private-udr", "isolated"])
def test_it_does_not_apply_without_public_ports_and_rules(cluster: str) -> None:
    outcome = ask(CHECK, cluster)
    assert (outcome.status, outcome.message) == (
        Status.SKIPPED,
        "no service has a public port, and AKS's own security group has no rule for one",
    )
