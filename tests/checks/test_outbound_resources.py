"""outbound-resources: when it passes, fails, does not know, and does not apply."""

from typing import Any

import pytest

from fixtures import documents as arm
from inspector.findings import Severity, Status
from tests.checks.balancers import (
    FRONTENDS,
    OUTBOUND_RULES,
    balancer,
    parts,
    shown,
    values,
    with_jump_host,
)
from tests.checks.kit import ask, commands_of, the_finding
from tests.odd_clusters import (
    LOAD_BALANCERS,
    NETWORKS,
    PUBLIC_IPS,
    Draft,
    bundled,
    gap_of,
    refusal_of,
    refusal_of_list,
)

CHECK = "outbound-resources"
TYPE = "properties.networkProfile.outboundType"
NAT_GATEWAYS = "Microsoft.Network/natGateways"
UPDATE = "az aks update --resource-group rg-shop --name aks-shop"


def test_it_passes_with_an_outbound_rule_for_the_load_balancer() -> None:
    outcome = ask(CHECK, "kubenet-vmss")
    assert outcome.status is Status.PASSED
    assert outcome.message == (
        "1 outbound rule and nothing left over, as outbound type loadBalancer wants it"
    )
    assert [(each.name, each.field) for each in outcome.evidence] == [
        ("aks-shop", TYPE),
        ("aksOutboundRule", "properties.frontendIPConfigurations[].id"),
    ]


@pytest.mark.parametrize(
    ("cluster", "message"),
    [
        ("dual-stack", "2 outbound rules and nothing left over, as outbound type loadBalancer"),
        ("byo-cni", "1 outbound rule and nothing left over, as outbound type loadBalancer"),
        ("private-udr", "no outbound rule and nothing left over, as outbound type userDefined"),
        ("automatic", "no outbound rule and nothing left over, as outbound type managedNATGa"),
        ("cni-podsubnet", "no outbound rule and nothing left over, as outbound type userAssign"),
        ("virtual-machines", "no outbound rule and nothing left over, as outbound type none"),
        ("isolated", "no outbound rule and nothing left over, as outbound type block"),
    ],
)
def test_it_passes_for_every_type(cluster: str, message: str) -> None:
    outcome = ask(CHECK, cluster)
    assert outcome.status is Status.PASSED
    assert outcome.message.startswith(message)


def test_a_type_that_arm_leaves_out_is_the_load_balancer() -> None:
    draft = Draft("kubenet-vmss")
    del draft.network_profile["outboundType"]
    assert ask(CHECK, draft).status is Status.PASSED
    parts(draft, OUTBOUND_RULES).clear()
    assert the_finding(ask(CHECK, draft)).evidence[0].value is None


def test_it_fails_without_an_outbound_rule() -> None:
    draft = Draft("kubenet-vmss")
    parts(draft, OUTBOUND_RULES).clear()
    outcome = ask(CHECK, draft)
    finding = the_finding(outcome)
    assert outcome.message == ("1 part of the way out at odds with outbound type loadBalancer")
    assert (finding.severity, finding.cause, finding.name) == (
        Severity.HIGH,
        "no-outbound-rule",
        "kubernetes",
    )
    assert finding.message == (
        "load balancer kubernetes has no outbound rule, the outbound type is loadBalancer"
    )
    assert shown(finding) == [
        ("aks-shop", TYPE, "loadBalancer"),
        ("kubernetes", "properties.outboundRules", None),
    ]
    show, update = commands_of(finding)
    assert show == (
        "az aks show --resource-group rg-shop --name aks-shop "
        "--query 'networkProfile.[outboundType, loadBalancerProfile]'"
    )
    assert update == UPDATE


def test_it_fails_without_a_load_balancer() -> None:
    draft = Draft("kubenet-vmss")
    draft.remove(LOAD_BALANCERS)
    finding = the_finding(ask(CHECK, draft))
    assert (finding.severity, finding.cause, finding.name) == (
        Severity.HIGH,
        "no-load-balancer",
        "aks-shop",
    )
    assert finding.message == (
        "there is no load balancer kubernetes, the outbound type is loadBalancer"
    )


def test_a_cluster_that_is_being_made_has_no_rule_yet() -> None:
    draft = Draft("kubenet-vmss")
    draft.remove(LOAD_BALANCERS)
    draft.cluster["properties"]["provisioningState"] = "Creating"
    outcome = ask(CHECK, draft)
    assert (outcome.status, outcome.message) == (
        Status.UNKNOWN,
        (
            "the cluster is in state Creating; there is no load balancer kubernetes, "
            "the outbound type is loadBalancer"
        ),
    )


def test_it_fails_for_a_rule_without_a_public_address() -> None:
    draft = Draft("kubenet-vmss")
    del parts(draft, FRONTENDS)[0]["properties"]["publicIPAddress"]
    finding = the_finding(ask(CHECK, draft))
    assert (finding.severity, finding.cause, finding.name) == (
        Severity.HIGH,
        "no-public-address",
        "aksOutboundRule",
    )
    assert finding.message == (
        "no frontend of outbound rule aksOutboundRule has a public address, "
        "the outbound type is loadBalancer"
    )


@pytest.mark.parametrize(
    "told",
    [
        "userDefinedRouting",
        "none",
        "block",
        "managedNATGateway",
        "managedNATGatewayV2",
        "userAssignedNATGateway",
        "USERDEFINEDROUTING",
    ],
)
def test_it_fails_for_a_rule_that_another_type_left(told: str) -> None:
    draft = Draft("kubenet-vmss")
    draft.network_profile["outboundType"] = told
    finding = the_finding(ask(CHECK, draft))
    assert (finding.severity, finding.cause, finding.name) == (
        Severity.HIGH,
        "left-over-rule",
        "kubernetes",
    )
    assert finding.message == (
        "load balancer kubernetes has 1 outbound rule (aksOutboundRule) with 1 public address, "
        f"the outbound type is {told}"
    )
    assert shown(finding)[2][1:] == ("properties.ipAddress", "198.51.100.12")
    assert commands_of(finding)[1] == f"{UPDATE} --outbound-type {told}"


def left_address(draft: Draft) -> arm.Document:
    """Change to a NAT gateway and leave the address of the outbound rule, attached to nothing."""
    draft.network_profile["outboundType"] = "userAssignedNATGateway"
    draft.network_profile["loadBalancerProfile"].pop("effectiveOutboundIPs")
    parts(draft, OUTBOUND_RULES).clear()
    del parts(draft, FRONTENDS)[0]
    address = draft.one(PUBLIC_IPS)
    del address["properties"]["ipConfiguration"]
    return address


def test_a_rule_is_not_left_over_while_the_type_changes() -> None:
    draft = Draft("kubenet-vmss")
    draft.network_profile["outboundType"] = "managedNATGateway"
    draft.cluster["properties"]["provisioningState"] = "Updating"
    outcome = ask(CHECK, draft)
    assert outcome.status is Status.UNKNOWN
    assert outcome.message.startswith("the cluster is in state Updating; load balancer kubernetes ")


@pytest.mark.parametrize("told", ["loadBalancer", "userDefinedRouting"])
def test_rules_for_machines_that_are_no_nodes_are_no_way_out(told: str) -> None:
    draft = with_jump_host(Draft("kubenet-vmss"))
    draft.network_profile["outboundType"] = told
    parts(draft, OUTBOUND_RULES).clear()
    causes = [each.cause for each in ask(CHECK, draft).findings]
    assert causes == (["no-outbound-rule"] if told == "loadBalancer" else [])


def test_it_fails_for_an_address_that_another_type_left() -> None:
    draft = Draft("kubenet-vmss")
    address = left_address(draft)
    finding = the_finding(ask(CHECK, draft))
    assert (finding.severity, finding.cause, finding.name) == (
        Severity.LOW,
        "left-over-address",
        address["name"],
    )
    assert finding.message == (
        f"public IP address {address['name']} (198.51.100.12) was made for an outbound rule and "
        "is attached to nothing, the outbound type is userAssignedNATGateway"
    )
    assert commands_of(finding) == (
        f"az network public-ip show --ids {address['id']}",
        f"az network public-ip delete --ids {address['id']}",
    )
    assert ask("orphaned-public-ip", draft).status is Status.PASSED


def gateway(draft: Draft, group: str | None = None) -> str:
    """Add a NAT gateway, and return its id."""
    document = arm.nat_gateway(group or draft.group, "nat-old", location="westeurope")
    draft.add(document)
    return str(document["id"])


def node_subnet(draft: Draft) -> Any:
    """Return the properties of the nodes' subnet."""
    return draft.one(NETWORKS)["properties"]["subnets"][0]["properties"]


@pytest.mark.parametrize("group", [None, "rg-network"])
def test_it_fails_for_a_gateway_that_takes_the_traffic(group: str | None) -> None:
    draft = Draft("kubenet-vmss")
    target = gateway(draft, arm.group_id(group) if group else None)
    node_subnet(draft)["natGateway"] = {"id": target}
    finding = the_finding(ask(CHECK, draft))
    assert (finding.severity, finding.cause, finding.name) == (
        Severity.HIGH,
        "nat-gateway",
        "nat-old",
    )
    assert finding.message == (
        "NAT gateway nat-old takes the traffic of 1 subnet (aks-subnet), "
        "the outbound type is loadBalancer"
    )
    fitting = "userAssignedNATGateway" if group else "managedNATGateway"
    assert commands_of(finding)[1] == f"{UPDATE} --outbound-type {fitting}"
    assert shown(finding)[1] == ("aks-subnet", "properties.natGateway.id", target)


def test_a_gateway_of_the_users_beside_routes_is_the_users_business() -> None:
    draft = Draft("private-udr")
    target = gateway(draft, arm.group_id("rg-network"))
    node_subnet(draft)["natGateway"] = {"id": target}
    assert ask(CHECK, draft).status is Status.PASSED
    node_subnet(draft)["natGateway"] = {"id": gateway(draft)}
    assert the_finding(ask(CHECK, draft)).cause == "nat-gateway"


def test_it_fails_for_a_gateway_that_is_left() -> None:
    draft = Draft("kubenet-vmss")
    target = gateway(draft)
    finding = the_finding(ask(CHECK, draft))
    assert (finding.severity, finding.cause) == (Severity.LOW, "left-over-gateway")
    assert finding.message == (
        "NAT gateway nat-old is on no subnet, the outbound type is loadBalancer"
    )
    assert commands_of(finding)[1] == f"az network nat gateway delete --ids {target}"


def test_a_gateway_on_another_subnet_is_not_left() -> None:
    draft = Draft("kubenet-vmss")
    gateway(draft)
    draft.one(NAT_GATEWAYS)["properties"]["subnets"] = [{"id": f"{draft.group}/providers/x/y/z"}]
    assert ask(CHECK, draft).status is Status.PASSED


def test_a_type_that_is_new_is_not_guessed_at() -> None:
    draft = Draft("kubenet-vmss")
    draft.network_profile["outboundType"] = "teleport"
    outcome = ask(CHECK, draft)
    assert (outcome.status, outcome.message) == (
        Status.UNKNOWN,
        "outbound type teleport is not recognised",
    )


@pytest.mark.parametrize("kind", [LOAD_BALANCERS, NETWORKS, NAT_GATEWAYS])
def test_it_does_not_know_of_the_load_balancer_without(kind: str) -> None:
    refusal = refusal_of_list(bundled("kubenet-vmss"), kind)
    outcome = ask(CHECK, "kubenet-vmss", refusal)
    assert outcome.status is Status.UNKNOWN
    assert gap_of(refusal) in outcome.missing


@pytest.mark.parametrize("kind", [LOAD_BALANCERS, PUBLIC_IPS, NAT_GATEWAYS])
def test_it_does_not_know_of_routing_without(kind: str) -> None:
    refusal = refusal_of_list(bundled("private-udr"), kind)
    outcome = ask(CHECK, "private-udr", refusal)
    assert outcome.status is Status.UNKNOWN
    assert gap_of(refusal) in outcome.missing


def test_an_address_is_not_left_while_its_user_may_be_hidden() -> None:
    draft = Draft("kubenet-vmss")
    left_address(draft)
    refusal = refusal_of_list(draft.snapshot(), LOAD_BALANCERS)
    outcome = ask(CHECK, draft, refusal)
    assert outcome.status is Status.UNKNOWN
    assert gap_of(refusal) in outcome.missing


def test_a_rule_that_was_seen_is_left_whatever_is_hidden() -> None:
    draft = Draft("cni-overlay")
    draft.network_profile["outboundType"] = "none"
    refusal = refusal_of(draft.snapshot(), LOAD_BALANCERS, 1)
    outcome = ask(CHECK, draft, refusal)
    assert the_finding(outcome).cause == "left-over-rule"
    assert gap_of(refusal) in outcome.missing


def test_it_does_not_apply_to_a_basic_load_balancer() -> None:
    outcome = ask(CHECK, "basic-balancer")
    assert (outcome.status, outcome.message) == (
        Status.SKIPPED,
        "a Basic load balancer has no outbound rules",
    )


def test_the_rule_may_be_in_any_load_balancer() -> None:
    draft = Draft("kubenet-vmss")
    balancer(draft)["name"] = "Kubernetes"
    values(draft, OUTBOUND_RULES, "aksOutboundRule")["allocatedOutboundPorts"] = 64
    assert ask(CHECK, draft).status is Status.PASSED
