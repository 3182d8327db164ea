"""default-route: routes that the outbound type asks for, and routes that come before it."""

from collections.abc import Callable
from ipaddress import ip_address, ip_network
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import fixtures.documents as arm
from inspector.cluster.egress import default_route
from inspector.findings import Severity, Status
from inspector.network.spaces import Family
from inspector.resources import Subnet
from inspector.topology import Topology
from tests.checks.kit import ask, the_finding
from tests.odd_clusters import (
    NETWORKS,
    ROUTE_TABLES,
    SCALE_SET_INTERFACES,
    Draft,
    bundled,
    gap_of,
    refusal_of,
    refusal_of_list,
)

CHECK = "default-route"
FIREWALL = "10.88.0.4"
NETWORK = (
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-claims-network"
    "/providers/Microsoft.Network"
)


def routed(**route: Any) -> Draft:
    """Return the cluster behind a firewall, its default route changed."""
    draft = Draft("private-udr")
    default_of(draft).update(route)
    return draft


def default_of(draft: Draft) -> Any:
    return draft.one(ROUTE_TABLES)["properties"]["routes"][0]["properties"]


def subnet_of(draft: Draft, name: str) -> Any:
    subnets = draft.one(NETWORKS)["properties"]["subnets"]
    return next(each for each in subnets if each["name"] == name)["properties"]


def balanced(prefix: str, hop: str | None, kind: str = "VirtualAppliance") -> Draft:
    """Return a kubenet cluster behind a load balancer, with one route more."""
    draft = Draft("kubenet-vmss")
    table = draft.one(ROUTE_TABLES)
    table["properties"]["routes"].append(arm.route(table["id"], "out", prefix, hop, kind))
    return draft


def test_it_passes_with_the_route_and_says_where_it_leads() -> None:
    outcome = ask(CHECK, "private-udr")
    assert (outcome.status, outcome.message) == (
        Status.PASSED,
        (
            "a default route on 1 of 1 subnet: "
            "user-defined route 0.0.0.0/0 to virtual appliance 10.88.0.4"
        ),
    )
    (evidence,) = outcome.evidence
    assert (evidence.name, evidence.field, evidence.value) == (
        "snet-aks",
        "properties.routeTable.id",
        f"{NETWORK}/routeTables/rt-claims",
    )


def test_two_halves_are_a_default_route() -> None:
    draft = routed(addressPrefix="0.0.0.0/1")
    table = draft.one(ROUTE_TABLES)
    half = arm.route(table["id"], "half", "128.0.0.0/1", FIREWALL)
    table["properties"]["routes"].append(half)
    assert ask(CHECK, draft).status is Status.PASSED
    table["properties"]["routes"].remove(half)
    assert the_finding(ask(CHECK, draft)).cause == "no-default-route"


def test_a_gateway_needs_no_address() -> None:
    draft = routed(nextHopType="VirtualNetworkGateway", nextHopIpAddress="")
    assert ask(CHECK, draft).status is Status.PASSED


def test_it_fires_for_a_subnet_without_table() -> None:
    draft = Draft("private-udr")
    del subnet_of(draft, "snet-aks")["routeTable"]
    outcome = ask(CHECK, draft)
    finding = the_finding(outcome)
    assert outcome.message == "wrong on 1 of 1 subnet"
    assert (finding.severity, finding.cause, finding.name) == (
        Severity.CRITICAL,
        "no-route-table",
        "snet-aks",
    )
    assert finding.message == "subnet snet-aks has no route table"
    assert "past the firewall" in finding.impact
    assert [(each.field, each.value) for each in finding.evidence] == [
        ("properties.routeTable.id", None)
    ]
    assert finding.commands == (
        (
            f"az network vnet subnet show --ids {NETWORK}/virtualNetworks/vnet-claims"
            "/subnets/snet-aks --query routeTable.id"
        ),
    )


TABLE = "route table rt-claims of subnet snet-aks"


@pytest.mark.parametrize(
    ("changes", "cause", "severity", "message"),
    [
        (
            {"addressPrefix": "10.0.0.0/8"},
            "no-default-route",
            Severity.CRITICAL,
            f"{TABLE} has no route for 0.0.0.0/0",
        ),
        (
            {"nextHopType": "Internet", "nextHopIpAddress": ""},
            "default-route-to-internet",
            Severity.CRITICAL,
            f"{TABLE} sends 0.0.0.0/0 straight to the internet",
        ),
        (
            {"nextHopType": "None", "nextHopIpAddress": None},
            "default-route-drops",
            Severity.CRITICAL,
            f"{TABLE} leads internet-bound traffic nowhere: user-defined route 0.0.0.0/0: dropped",
        ),
        (
            {"nextHopIpAddress": ""},
            "no-next-hop",
            Severity.CRITICAL,
            f"{TABLE} routes 0.0.0.0/0 to an appliance without an address",
        ),
        (
            {"nextHopIpAddress": "10.99.0.4"},
            "next-hop-outside",
            Severity.HIGH,
            (
                f"{TABLE} routes 0.0.0.0/0 to 10.99.0.4, "
                "neither in the network nor in one that it is peered with"
            ),
        ),
    ],
    ids=lambda value: value if isinstance(value, str) and " " not in value else "",
)
def test_it_fires_for_a_route_that_leads_nowhere_good(
    changes: dict[str, Any], cause: str, severity: Severity, message: str
) -> None:
    draft = routed(**changes)
    finding = the_finding(ask(CHECK, draft))
    assert (finding.cause, finding.severity, finding.message) == (cause, severity, message)
    assert (finding.name, finding.subject.name) == ("rt-claims", "rt-claims")
    assert finding.commands == (
        f"az network route-table show --ids {NETWORK}/routeTables/rt-claims --query routes",
    )
    told = {(each.name, each.field): each.value for each in finding.evidence}
    if cause != "no-default-route":
        kind = default_of(draft)["nextHopType"]
        assert told["default-via-firewall", "properties.nextHopType"] == kind


def test_subnets_of_one_table_are_one_finding() -> None:
    draft = routed(nextHopType="Internet", nextHopIpAddress="")
    home = subnet_of(draft, "snet-mgmt")
    profiles = draft.cluster["properties"]["agentPoolProfiles"]
    second = f"{NETWORK}/virtualNetworks/vnet-claims/subnets/snet-mgmt"
    profiles.append({**profiles[0], "name": "second", "vnetSubnetID": second, "count": 0})
    assert home["routeTable"]["id"] == f"{NETWORK}/routeTables/rt-claims"
    outcome = ask(CHECK, draft)
    finding = the_finding(outcome)
    assert outcome.message == "wrong on 2 of 2 subnets"
    assert finding.message.startswith("route table rt-claims of subnets snet-aks, snet-mgmt sends")


def test_a_next_hop_may_be_in_the_network_itself() -> None:
    assert ask(CHECK, routed(nextHopIpAddress="10.80.15.250")).status is Status.PASSED


@given(
    st.sampled_from(["10.80.0.0", "10.80.16.0", "10.88.0.0", "10.88.4.0"]).flatmap(
        lambda edge: st.integers(-3, 3).map(lambda step: str(ip_address(edge) + step))
    )
)
def test_a_next_hop_is_outside_exactly_if_no_range_holds_it(hop: str) -> None:
    topology = Topology(routed(nextHopIpAddress=hop).snapshot())
    (network,) = (each for each in topology.snapshot.documents if each.name == "vnet-claims")
    subnet = topology.get(network.child("subnets", "snet-aks"), Subnet)
    assert subnet is not None
    held = any(ip_address(hop) in ip_network(each) for each in ("10.80.0.0/20", "10.88.0.0/22"))
    assert bool(default_route(topology, subnet, Family.IPV4).outside) is not held


def without_ranges(draft: Draft) -> None:
    default_of(draft)["nextHopIpAddress"] = "10.99.0.4"
    for peering in draft.one(NETWORKS)["properties"]["virtualNetworkPeerings"]:
        for field in ("remoteAddressSpace", "remoteVirtualNetworkAddressSpace"):
            peering["properties"].pop(field, None)


def with_gateway(draft: Draft) -> None:
    default_of(draft)["addressPrefix"] = "10.0.0.0/8"
    draft.one(ROUTE_TABLES)["properties"]["disableBgpRoutePropagation"] = False
    network = draft.one(NETWORKS)
    gateways = arm.subnet(network["id"], "GatewaySubnet", ["10.80.4.0/27"])
    network["properties"]["subnets"].append(gateways)


def of_new_type(draft: Draft) -> None:
    default_of(draft)["nextHopType"] = "Wormhole"


def of_new_outbound_type(draft: Draft) -> None:
    draft.network_profile["outboundType"] = "teleport"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            without_ranges,
            "whether next hop 10.99.0.4 of rt-claims is in a peered network is not told",
        ),
        (
            with_gateway,
            (
                "no route of subnet snet-aks covers 0.0.0.0/0; a gateway behind GatewaySubnet of "
                "network vnet-claims may announce one, which ARM does not show"
            ),
        ),
        (
            of_new_type,
            (
                "where user-defined route 0.0.0.0/0 to a next hop of type Wormhole leads "
                "is not known here"
            ),
        ),
        (of_new_outbound_type, "outbound type teleport is not recognised"),
    ],
    ids=lambda value: "" if isinstance(value, str) else value.__name__,
)
def test_it_does_not_know(change: Callable[[Draft], None], message: str) -> None:
    draft = Draft("private-udr")
    change(draft)
    outcome = ask(CHECK, draft)
    assert (outcome.status, outcome.message) == (Status.UNKNOWN, message)


def test_a_route_that_names_the_internet_comes_before_what_a_gateway_announces() -> None:
    draft = routed(nextHopType="Internet", nextHopIpAddress="")
    with_gateway(draft)
    default_of(draft)["addressPrefix"] = "0.0.0.0/0"
    assert the_finding(ask(CHECK, draft)).cause == "default-route-to-internet"


@pytest.mark.parametrize("kind", [NETWORKS, ROUTE_TABLES])
def test_it_does_not_know_what_it_may_not_see(kind: str) -> None:
    refusal = refusal_of(bundled("private-udr"), kind)
    outcome = ask(CHECK, "private-udr", refusal)
    assert (outcome.status, outcome.missing) == (Status.UNKNOWN, (gap_of(refusal),))


def test_it_does_not_know_where_a_node_and_so_its_subnet_may_hide() -> None:
    snapshot = bundled("private-udr")
    refusal = refusal_of_list(snapshot, SCALE_SET_INTERFACES)
    outcome = ask(CHECK, snapshot, refusal)
    assert (outcome.status, outcome.missing) == (Status.UNKNOWN, (gap_of(refusal),))


def test_dual_stack_wants_a_route_for_ipv6() -> None:
    draft = Draft("private-udr")
    draft.network_profile["ipFamilies"] = ["IPv4", "IPv6"]
    finding = the_finding(ask(CHECK, draft))
    assert (finding.cause, finding.severity) == ("no-ipv6-default-route", Severity.LOW)
    assert finding.message == f"{TABLE} has no route for ::/0"
    table = draft.one(ROUTE_TABLES)
    route = arm.route(table["id"], "six", "::/0", None, "VirtualNetworkGateway")
    table["properties"]["routes"].append(route)
    assert ask(CHECK, draft).status is Status.PASSED


def test_it_passes_where_no_route_comes_before_the_load_balancer() -> None:
    outcome = ask(CHECK, "virtual-nodes")
    assert (outcome.status, outcome.message) == (
        Status.PASSED,
        "no default route before the load balancer on 2 of 2 subnets",
    )


def test_a_pass_names_gateways_that_may_announce_what_arm_does_not_show() -> None:
    draft = Draft("cni-nodesubnet")
    network = draft.one(NETWORKS)
    gateways = arm.subnet(network["id"], "GatewaySubnet", ["10.10.254.0/27"])
    network["properties"]["subnets"].append(gateways)
    outcome = ask(CHECK, draft)
    assert outcome.status is Status.PASSED
    assert outcome.message.endswith(
        f"a gateway behind GatewaySubnet of network {network['name']} may announce one, "
        "which ARM does not show"
    )


@pytest.mark.parametrize(
    ("prefix", "hop", "kind", "severity"),
    [
        ("0.0.0.0/0", "10.224.0.250", "VirtualAppliance", Severity.HIGH),
        ("0.0.0.0/0", None, "None", Severity.CRITICAL),
    ],
)
def test_it_fires_for_a_default_route_before_a_load_balancer(
    prefix: str, hop: str | None, kind: str, severity: Severity
) -> None:
    finding = the_finding(ask(CHECK, balanced(prefix, hop, kind)))
    assert (finding.cause, finding.severity) == ("route-overrides", severity)
    assert finding.message.startswith(
        "route table aks-agentpool-30517864-routetable of subnet aks-subnet "
        "comes before the outbound type loadBalancer: user-defined route 0.0.0.0/0"
    )
    assert ("public services" in finding.impact) is (severity is Severity.HIGH)


@pytest.mark.parametrize("prefix", ["10.0.0.0/8", "203.0.113.0/24", "0.0.0.0/1"])
def test_other_routes_leave_the_load_balancer_its_traffic(prefix: str) -> None:
    assert ask(CHECK, balanced(prefix, "10.224.0.250")).status is Status.PASSED


def test_it_fires_for_a_default_route_before_a_nat_gateway() -> None:
    draft = balanced("0.0.0.0/0", "10.224.0.250")
    draft.network_profile["outboundType"] = "managedNATGateway"
    finding = the_finding(ask(CHECK, draft))
    assert "comes before the outbound type managedNATGateway" in finding.message
    assert "load balancer" not in finding.impact


@pytest.mark.parametrize(
    ("cluster", "type_"), [("virtual-machines", "none"), ("isolated", "block")]
)
def test_it_does_not_apply_where_nothing_is_to_leave(cluster: str, type_: str) -> None:
    outcome = ask(CHECK, cluster)
    assert outcome.status is Status.SKIPPED
    assert outcome.message == f"the outbound type is {type_}: nothing is to leave"


def test_a_subnet_that_is_not_there_is_said() -> None:
    draft = Draft("private-udr")
    gone = f"{NETWORK}/virtualNetworks/vnet-claims/subnets/gone"
    draft.cluster["properties"]["agentPoolProfiles"][0]["vnetSubnetID"] = gone
    outcome = ask(CHECK, draft)
    assert (outcome.status, outcome.message) == (Status.UNKNOWN, "subnet gone does not exist")
