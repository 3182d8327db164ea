"""nat-gateway: the gateway on each subnet, and whether it is the one the cluster declares."""

from typing import Any

import pytest

from inspector.findings import Severity, Status
from tests.checks.kit import ask, commands_of, the_finding
from tests.odd_clusters import (
    MACHINES,
    NETWORKS,
    Draft,
    bundled,
    gap_of,
    refusal_of,
    refusal_of_list,
)

CHECK = "nat-gateway"
GATEWAYS = "Microsoft.Network/natGateways"
MANAGED = "aks-natgateway-14790283"
ELSEWHERE = (
    "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg-spoke-analytics"
    "/providers/Microsoft.Network"
)


def managed(**profile: Any) -> Draft:
    """Return a cluster whose gateway AKS manages, in no zone's way, its profile changed."""
    draft = Draft("automatic")
    for pool in draft.cluster["properties"]["agentPoolProfiles"]:
        pool.pop("availabilityZones", None)
    draft.network_profile["natGatewayProfile"] |= profile
    return draft


def subnet_of(draft: Draft, name: str) -> Any:
    subnets = draft.one(NETWORKS)["properties"]["subnets"]
    return next(each for each in subnets if each["name"] == name)["properties"]


def zoned(*zones: str, of_gateway: tuple[str, ...] = ()) -> Draft:
    draft = managed()
    draft.cluster["properties"]["agentPoolProfiles"][0]["availabilityZones"] = list(zones)
    draft.one(GATEWAYS)["zones"] = list(of_gateway)
    return draft


def test_it_passes_with_a_gateway_on_every_subnet_of_nodes_and_pods() -> None:
    outcome = ask(CHECK, "cni-podsubnet")
    assert (outcome.status, outcome.message) == (
        Status.PASSED,
        "NAT gateway ng-analytics on 4 of 4 subnets",
    )
    assert {(each.name, each.value) for each in outcome.evidence} == {
        (name, f"{ELSEWHERE}/natGateways/ng-analytics")
        for name in ("snet-nodes-apps", "snet-nodes-system", "snet-pods-apps", "snet-pods-system")
    }


@pytest.mark.parametrize("name", ["snet-nodes-apps", "snet-pods-system"])
def test_it_fires_for_a_subnet_without_gateway(name: str) -> None:
    draft = Draft("cni-podsubnet")
    del subnet_of(draft, name)["natGateway"]
    outcome = ask(CHECK, draft)
    finding = the_finding(outcome)
    assert outcome.message == "a NAT gateway on 3 of 4 subnets, 1 finding"
    assert (finding.severity, finding.cause, finding.name) == (
        Severity.CRITICAL,
        "no-gateway",
        name,
    )
    assert finding.message == f"subnet {name} has no NAT gateway"
    assert [(each.field, each.value) for each in finding.evidence] == [
        ("properties.natGateway.id", None)
    ]
    subnet = f"{ELSEWHERE}/virtualNetworks/vnet-analytics/subnets/{name}"
    assert commands_of(finding) == (
        f"az network vnet subnet show --ids {subnet} --query natGateway.id",
        (
            f"az network vnet subnet update --ids {subnet} "
            f"--nat-gateway {ELSEWHERE}/natGateways/ng-analytics"
        ),
    )


def test_without_any_gateway_the_command_holds_its_place() -> None:
    draft = Draft("cni-podsubnet")
    for subnet in draft.one(NETWORKS)["properties"]["subnets"]:
        subnet["properties"].pop("natGateway", None)
    outcome = ask(CHECK, draft)
    assert {each.cause for each in outcome.findings} == {"no-gateway"}
    assert all(each.commands[1].endswith(" --nat-gateway NAT_GATEWAY") for each in outcome.findings)


def test_aks_associates_its_own_subnet() -> None:
    draft = Draft("automatic")
    del subnet_of(draft, "aks-subnet")["natGateway"]
    finding = the_finding(ask(CHECK, draft))
    update = commands_of(finding)[1]
    assert update == "az aks update --resource-group rg-bookings --name aks-bookings"
    assert finding.remediation == "Reconcile the cluster by an update without changes."


def test_a_gateway_of_the_whole_network_serves_every_subnet() -> None:
    draft = managed()
    gateway = subnet_of(draft, "aks-subnet").pop("natGateway")
    draft.one(NETWORKS)["properties"]["defaultPublicNatGateway"] = gateway
    outcome = ask(CHECK, draft)
    assert outcome.status is Status.PASSED
    assert [(each.field, each.value) for each in outcome.evidence] == [
        ("properties.defaultPublicNatGateway.id", gateway["id"])
    ]
    outcome = ask(CHECK, draft, refusal_of(draft.snapshot(), GATEWAYS))
    assert outcome.status is Status.UNKNOWN


def test_a_gateway_is_not_missing_while_the_outbound_type_changes() -> None:
    draft = Draft("cni-podsubnet")
    del subnet_of(draft, "snet-nodes-apps")["natGateway"]
    draft.cluster["properties"]["provisioningState"] = "Updating"
    assert ask(CHECK, draft).status is Status.UNKNOWN


def test_it_fires_for_a_gateway_without_address() -> None:
    draft = Draft("cni-podsubnet")
    properties = draft.one(GATEWAYS)["properties"]
    del properties["publicIpAddresses"]
    assert ask(CHECK, draft).status is Status.PASSED
    del properties["publicIpPrefixes"]
    finding = the_finding(ask(CHECK, draft))
    assert (finding.severity, finding.cause) == (Severity.CRITICAL, "no-address")
    assert finding.message == "NAT gateway ng-analytics has no public IPv4 address or prefix"
    assert commands_of(finding) == (
        f"az network nat gateway show --ids {ELSEWHERE}/natGateways/ng-analytics",
    )


def test_a_managed_gateway_passes_as_its_profile_says() -> None:
    outcome = ask(CHECK, managed())
    assert (outcome.status, outcome.message) == (
        Status.PASSED,
        f"NAT gateway {MANAGED} on 1 of 1 subnet",
    )


def test_it_fires_for_a_gateway_of_the_users_where_aks_manages_the_way_out() -> None:
    draft = Draft("cni-podsubnet")
    draft.network_profile["outboundType"] = "managedNATGateway"
    finding = the_finding(ask(CHECK, draft))
    assert (finding.severity, finding.cause) == (Severity.HIGH, "not-managed")
    assert finding.message == (
        "NAT gateway ng-analytics is not in the infrastructure group, though AKS manages "
        "the way out"
    )
    assert len(finding.evidence) == 4


def test_it_fires_for_another_idle_timeout() -> None:
    finding = the_finding(ask(CHECK, managed(idleTimeoutInMinutes=30)))
    assert (finding.severity, finding.cause) == (Severity.LOW, "idle-timeout")
    assert finding.message == f"NAT gateway {MANAGED} drops idle flows after 4 minutes, not 30"
    assert [each.value for each in finding.evidence] == [4, 30]
    assert commands_of(finding)[1] == (
        "az aks update --resource-group rg-bookings --name aks-bookings "
        "--nat-gateway-idle-timeout 30"
    )


def test_the_users_own_gateway_may_have_any_idle_timeout() -> None:
    draft = Draft("cni-podsubnet")
    draft.network_profile["natGatewayProfile"] = {
        "idleTimeoutInMinutes": 30,
        "managedOutboundIPProfile": {"count": 1},
    }
    assert ask(CHECK, draft).status is Status.PASSED


@pytest.mark.parametrize(
    ("outbound", "profile", "sku", "message"),
    [
        ("managedNATGatewayV2", None, "Standard", "is of SKU Standard, not StandardV2"),
        ("managedNATGateway", "StandardV2", "Standard", "is of SKU Standard, not StandardV2"),
        ("managedNATGateway", "Standard", "StandardV2", "is of SKU StandardV2, not Standard"),
        ("managedNATGatewayV2", None, "standardv2", None),
        ("managedNATGateway", None, "StandardV2", None),
    ],
)
def test_it_fires_for_another_sku(
    outbound: str, profile: str | None, sku: str, message: str | None
) -> None:
    draft = managed(sku=profile)
    draft.network_profile["outboundType"] = outbound
    draft.one(GATEWAYS)["sku"] = {"name": sku}
    outcome = ask(CHECK, draft)
    if message is None:
        assert outcome.status is Status.PASSED
        return
    finding = the_finding(outcome)
    assert (finding.severity, finding.cause) == (Severity.MEDIUM, "sku")
    assert finding.message == f"NAT gateway {MANAGED} {message}"


def test_it_fires_for_another_number_of_addresses() -> None:
    draft = managed(managedOutboundIPProfile={"count": 2, "countIPv6": 1})
    finding = the_finding(ask(CHECK, draft))
    assert (finding.severity, finding.cause) == (Severity.MEDIUM, "address-count")
    assert finding.message == "the NAT gateway has 2 outbound addresses, not 3"
    assert finding.name == "aks-bookings"


def test_a_number_proves_nothing_while_the_cluster_changes() -> None:
    draft = managed(managedOutboundIPProfile={"count": 3})
    draft.cluster["properties"]["provisioningState"] = "Updating"
    outcome = ask(CHECK, draft)
    assert outcome.status is Status.UNKNOWN
    assert outcome.message == (
        "the cluster is in state Updating; the NAT gateway has 2 outbound addresses, not 3"
    )


@pytest.mark.parametrize(
    ("zones", "of_gateway", "words"),
    [
        (("1", "2"), (), "is in a zone of Azure's choice, its nodes are in zones 1, 2"),
        (("2", "1"), ("1",), "is in zone 1, its nodes are in zones 1, 2"),
        (("2",), ("1",), "is in zone 1, its nodes are in zone 2"),
        (("1",), ("1",), None),
        (("1",), (), None),
        ((), ("1",), None),
    ],
)
def test_a_gateway_of_one_zone_is_noted(
    zones: tuple[str, ...], of_gateway: tuple[str, ...], words: str | None
) -> None:
    outcome = ask(CHECK, zoned(*zones, of_gateway=of_gateway))
    if words is None:
        assert outcome.status is Status.PASSED
        return
    finding = the_finding(outcome)
    assert (finding.severity, finding.cause) == (Severity.INFO, "zonal")
    assert finding.message == f"NAT gateway {MANAGED} of SKU Standard {words}"


def test_a_gateway_for_each_zone_is_as_it_should_be() -> None:
    draft = Draft("cni-podsubnet")
    first = draft.one(GATEWAYS)
    first["zones"] = ["1"]
    second = {**first, "id": f"{first['id']}-2", "name": "ng-analytics-2", "zones": ["2"]}
    draft.add(second)
    for name in ("snet-nodes-apps", "snet-pods-apps"):
        subnet_of(draft, name)["natGateway"] = {"id": second["id"]}
    system, apps = draft.cluster["properties"]["agentPoolProfiles"]
    system["availabilityZones"], apps["availabilityZones"] = ["1"], ["2"]
    outcome = ask(CHECK, draft)
    assert (outcome.status, outcome.message) == (
        Status.PASSED,
        "NAT gateway ng-analytics-2, ng-analytics on 4 of 4 subnets",
    )
    apps["availabilityZones"] = ["1"]
    assert the_finding(ask(CHECK, draft)).name == "ng-analytics-2"


def test_a_standard_v2_gateway_serves_all_zones() -> None:
    draft = zoned("1", "2", "3")
    draft.one(GATEWAYS)["sku"] = {"name": "StandardV2"}
    assert ask(CHECK, draft).status is Status.PASSED


@pytest.mark.parametrize("kind", [NETWORKS, GATEWAYS])
def test_it_does_not_know_what_it_may_not_see(kind: str) -> None:
    refusal = refusal_of(bundled("cni-podsubnet"), kind)
    outcome = ask(CHECK, "cni-podsubnet", refusal)
    assert (outcome.status, outcome.missing) == (Status.UNKNOWN, (gap_of(refusal),))


def test_it_does_not_know_where_nodes_may_hide() -> None:
    refusal = refusal_of_list(bundled("cni-podsubnet"), MACHINES)
    outcome = ask(CHECK, "cni-podsubnet", refusal)
    assert (outcome.status, outcome.missing) == (Status.UNKNOWN, (gap_of(refusal),))


def test_it_does_not_know_about_what_is_not_there() -> None:
    draft = Draft("cni-podsubnet")
    draft.remove(GATEWAYS)
    outcome = ask(CHECK, draft)
    assert outcome.status is Status.UNKNOWN
    assert "NAT gateway ng-analytics of snet-nodes-apps does not exist" in outcome.message


def test_it_does_not_know_a_new_outbound_type() -> None:
    draft = Draft("automatic")
    draft.network_profile["outboundType"] = "teleport"
    outcome = ask(CHECK, draft)
    assert (outcome.status, outcome.message) == (
        Status.UNKNOWN,
        "outbound type teleport is not recognised",
    )


@pytest.mark.parametrize(
    ("cluster", "type_"),
    [("kubenet-vmss", "loadBalancer"), ("basic-balancer", "loadBalancer"), ("isolated", "block")],
)
def test_it_does_not_apply_to_other_outbound_types(cluster: str, type_: str) -> None:
    outcome = ask(CHECK, cluster)
    assert (outcome.status, outcome.message) == (
        Status.SKIPPED,
        f"the outbound type is {type_}",
    )


def test_the_gateway_of_the_bundled_cluster_stands_in_one_zone() -> None:
    finding = the_finding(ask(CHECK, "automatic"))
    assert (finding.cause, finding.severity) == ("zonal", Severity.INFO)
