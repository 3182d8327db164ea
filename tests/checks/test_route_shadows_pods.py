"""route-shadows-pods: when it passes, fails, does not know, and does not apply."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures import documents as arm
from inspector.findings import Severity, Status
from inspector.network.addresses import parse_range
from tests.checks.kit import ask, the_finding
from tests.odd_clusters import (
    INTERFACES,
    MACHINES,
    NETWORKS,
    ROUTE_TABLES,
    SCALE_SET_INTERFACES,
    Draft,
    Refusal,
    bundled,
    gap_of,
    refusal_of,
    refusal_of_list,
)

CHECK = "route-shadows-pods"
SET = "aks-nodepool1-18264093-vmss"
TABLE = "aks-agentpool-30517864-routetable"
FIREWALL = "10.40.0.4"
APPLIANCE = "VirtualAppliance"


def add_route(
    draft: Draft, prefix: str, kind: str = APPLIANCE, hop: str | None = None, name: str = "custom"
) -> Draft:
    table = draft.one(ROUTE_TABLES)
    hop = hop or (FIREWALL if kind == APPLIANCE else None)
    table["properties"]["routes"].append(arm.route(table["id"], name, prefix, hop, kind))
    return draft


def with_route(prefix: str, kind: str = APPLIANCE, hop: str | None = None) -> Draft:
    return add_route(Draft("kubenet-vmss"), prefix, kind, hop)


def on_node_subnet(prefix: str, kind: str = APPLIANCE) -> Draft:
    """Return a cluster with Azure CNI and a route of the user's."""
    return add_route(Draft("private-udr"), prefix, kind)


def routes(draft: Draft) -> list[Any]:
    found: list[Any] = draft.one(ROUTE_TABLES)["properties"]["routes"]
    return found


def test_it_passes_where_there_are_pod_routes_alone() -> None:
    outcome = ask(CHECK, "kubenet-vmss")
    assert outcome.status is Status.PASSED
    assert outcome.message == (
        "no packets of nodes or pods taken by 0 routes of the user's in 1 route table; "
        "an address on 3 of 3 pod routes"
    )


def test_it_passes_for_routes_to_elsewhere() -> None:
    outcome = ask(CHECK, "private-udr")
    assert outcome.status is Status.PASSED
    assert outcome.message == (
        "no packets of nodes or pods taken by 1 route of the user's in 1 route table"
    )
    assert [each.value for each in outcome.evidence] == ["198.51.100.200/32", "Internet"]


@pytest.mark.parametrize("prefix", ["0.0.0.0/0", "10.0.0.0/8", "10.192.0.0/10", "172.20.0.0/16"])
def test_wider_routes_and_those_to_elsewhere_take_nothing(prefix: str) -> None:
    assert ask(CHECK, with_route(prefix)).status is Status.PASSED


@pytest.mark.parametrize("prefix", ["10.244.1.0/24", "10.244.1.128/25", "10.244.1.7/32"])
@pytest.mark.parametrize("kind", [APPLIANCE, "None", "VnetLocal", "VirtualNetworkGateway"])
def test_it_fires_for_a_route_that_wins_over_a_pod_route(prefix: str, kind: str) -> None:
    draft = with_route(prefix, kind)
    outcome = ask(CHECK, draft)
    finding = the_finding(outcome)
    assert outcome.message == "in the way of nodes or pods: 1 route"
    assert (finding.cause, finding.severity) == ("takes-pods", Severity.HIGH)
    assert (str(finding.subject), finding.name) == (routes(draft)[-1]["id"], "custom")
    hop = FIREWALL if kind == APPLIANCE else kind
    assert finding.message == (
        f"route custom ({prefix} to {hop}) takes packets for pods of {SET}000000"
    )
    assert finding.evidence[0].value == prefix
    assert finding.evidence[1].value == kind
    assert (finding.evidence[-1].name, finding.evidence[-1].value) == (
        f"{SET}000000____102441024",
        "10.244.1.0/24",
    )
    assert finding.commands == (f"az network route-table route show --ids {finding.subject}",)


@pytest.mark.parametrize(
    ("prefix", "severity"),
    [
        ("10.244.77.0/24", Severity.MEDIUM),
        ("10.244.77.128/25", Severity.MEDIUM),
        ("10.244.64.0/18", Severity.LOW),
        ("10.244.0.0/17", Severity.LOW),
        ("10.244.0.0/16", Severity.LOW),
    ],
)
def test_a_route_in_the_pod_cidr_that_takes_no_slice_is_less_bad(
    prefix: str, severity: Severity
) -> None:
    finding = the_finding(ask(CHECK, with_route(prefix)))
    assert (finding.cause, finding.severity) == ("takes-pods", severity)
    assert finding.message == f"route custom ({prefix} to 10.40.0.4) lies in the pod CIDR"


@given(st.integers(0, 255), st.integers(20, 28))
def test_it_is_high_just_where_the_longest_prefix_wins(third: int, length: int) -> None:
    """Slices are 10.244.0.0/24 to 10.244.2.0/24."""
    prefix = parse_range(f"10.244.{third}.0/{length}")
    slices = [parse_range(f"10.244.{each}.0/24") for each in range(3)]
    is_taken = any(length >= each.prefixlen and prefix.overlaps(each) for each in slices)
    finding = the_finding(ask(CHECK, with_route(str(prefix))))
    assert (finding.severity is Severity.HIGH) is is_taken


def test_an_ipv6_route_takes_ipv6_slices() -> None:
    draft = add_route(Draft("kubenet-dual-stack"), "fd5c:8a41:77d2:1f:1:8000::/81", hop="fd00::4")
    finding = the_finding(ask(CHECK, draft))
    assert (finding.cause, finding.severity) == ("takes-pods", Severity.HIGH)
    assert finding.evidence[-1].value == "fd5c:8a41:77d2:1f:1::/80"


def test_a_route_by_hand_to_the_node_itself_is_a_pod_route() -> None:
    assert ask(CHECK, with_route("10.244.1.128/25", hop="10.224.0.6")).status is Status.PASSED


def test_the_pod_cidr_of_overlay_is_not_routed_by_tables() -> None:
    draft = with_route("10.244.1.128/25")
    draft.network_profile.update({"networkPlugin": "azure", "networkPluginMode": "overlay"})
    assert ask(CHECK, draft).status is Status.PASSED


@pytest.mark.parametrize(
    ("prefix", "kind", "severity", "part"),
    [
        ("10.80.0.0/25", APPLIANCE, Severity.HIGH, "10.80.0.0/25 of subnet snet-aks"),
        ("10.80.0.0/24", APPLIANCE, Severity.MEDIUM, "subnet snet-aks"),
        ("10.80.0.0/20", APPLIANCE, Severity.MEDIUM, "subnet snet-aks"),
        ("10.80.0.0/24", "None", Severity.HIGH, "subnet snet-aks"),
        ("10.80.0.0/24", "VirtualNetworkGateway", Severity.HIGH, "subnet snet-aks"),
    ],
)
def test_it_fires_for_a_route_that_wins_over_the_network(
    prefix: str, kind: str, severity: Severity, part: str
) -> None:
    finding = the_finding(ask(CHECK, on_node_subnet(prefix, kind)))
    hop = FIREWALL if kind == APPLIANCE else kind
    assert (finding.cause, finding.severity) == ("takes-nodes", severity)
    assert finding.message == f"route custom ({prefix} to {hop}) takes packets for {part}"
    assert (finding.evidence[-1].name, finding.evidence[-1].field) == (
        "snet-aks",
        "properties.addressPrefix",
    )


@pytest.mark.parametrize("prefix", ["10.80.0.0/16", "10.0.0.0/8", "10.80.2.0/24"])
def test_routes_that_lose_to_the_network_take_nothing(prefix: str) -> None:
    assert ask(CHECK, on_node_subnet(prefix)).status is Status.PASSED


def test_a_route_to_vnetlocal_keeps_the_subnet_out_of_a_wider_one() -> None:
    draft = on_node_subnet("10.80.0.0/20")
    assert ask(CHECK, draft).status is Status.FAILED
    add_route(draft, "10.80.0.0/24", "VnetLocal", name="keep")
    assert ask(CHECK, draft).status is Status.PASSED


def test_what_a_vnetlocal_route_leaves_of_the_subnet_is_a_part() -> None:
    draft = on_node_subnet("10.80.0.0/20")
    add_route(draft, "10.80.0.0/25", "VnetLocal", name="keep")
    finding = the_finding(ask(CHECK, draft))
    assert finding.severity is Severity.MEDIUM
    assert finding.message.endswith(
        "10.80.0.128/25 of subnet snet-aks; no node has an address there now"
    )


@pytest.mark.parametrize(
    ("prefix", "severity"),
    [
        ("10.80.0.20/32", Severity.HIGH),
        ("10.80.0.200/32", Severity.LOW),
        ("10.80.0.200/31", Severity.MEDIUM),
        ("10.80.0.0/26", Severity.HIGH),
    ],
)
def test_it_is_high_only_where_nodes_have_addresses(prefix: str, severity: Severity) -> None:
    """A private endpoint in the nodes' subnet may have a route of its own, past a firewall."""
    finding = the_finding(ask(CHECK, on_node_subnet(prefix)))
    is_empty = finding.message.endswith("; no node has an address there now")
    assert (finding.severity, is_empty) == (severity, severity is not Severity.HIGH)


def test_that_no_node_is_there_is_not_said_while_nodes_may_be_hidden() -> None:
    snapshot = on_node_subnet("10.80.0.200/32").snapshot()
    finding = the_finding(ask(CHECK, snapshot, refusal_of_list(snapshot, MACHINES)))
    assert finding.message.endswith(" takes packets for 10.80.0.200/32 of subnet snet-aks")


def test_a_subnet_of_pods_is_looked_at_too() -> None:
    draft = Draft("cni-podsubnet")
    network = draft.one(NETWORKS)
    group = network["id"].partition("/providers/")[0]
    table = arm.route_table(group, "rt-pods", location="westeurope")
    by_name = {each["name"]: each for each in network["properties"]["subnets"]}
    profiles = draft.cluster["properties"]["agentPoolProfiles"]
    nodes, pods = (
        by_name[profiles[0][field].rpartition("/")[2]] for field in ("vnetSubnetID", "podSubnetID")
    )
    nodes["properties"]["routeTable"] = {"id": table["id"]}
    prefix = pods["properties"]["addressPrefix"]
    table["properties"]["routes"] = [arm.route(table["id"], "custom", prefix, FIREWALL)]
    draft.add(table)
    finding = the_finding(ask(CHECK, draft))
    assert finding.message.endswith(f" takes packets for subnet {pods['name']}")
    half = str(next(parse_range(prefix).subnets()))
    table["properties"]["routes"][0]["properties"]["addressPrefix"] = half
    assert the_finding(ask(CHECK, draft)).severity is Severity.HIGH


@pytest.mark.parametrize("kind", ["None", "VnetLocal", "Internet"])
def test_it_fires_for_a_pod_route_without_an_address(kind: str) -> None:
    draft = Draft("kubenet-vmss")
    route = routes(draft)[0]
    route["properties"].update(nextHopType=kind, nextHopIpAddress=None)
    finding = the_finding(ask(CHECK, draft))
    assert (finding.cause, finding.severity) == ("next-hop-type", Severity.HIGH)
    assert finding.name == TABLE
    assert finding.message == (
        f"1 of 3 pod routes of {TABLE} without an address to lead to: {route['name']} to {kind}"
    )
    assert finding.evidence[1].value == kind


def test_a_service_tag_takes_no_private_address() -> None:
    assert ask(CHECK, with_route("Storage")).status is Status.PASSED


def test_it_does_not_know_what_a_service_tag_takes_of_a_public_subnet() -> None:
    draft = Draft("private-udr")
    properties = draft.one(NETWORKS)["properties"]
    properties["addressSpace"]["addressPrefixes"].append("20.1.0.0/16")
    subnet = next(each for each in properties["subnets"] if each["name"] == "snet-aks")
    subnet["properties"]["addressPrefix"] = "20.1.0.0/24"
    add_route(draft, "AzureCloud")
    outcome = ask(CHECK, draft)
    assert outcome.status is Status.UNKNOWN
    assert outcome.message == (
        "whether route custom for AzureCloud takes packets for subnet snet-aks is not known"
    )


@pytest.mark.parametrize("name", ["kubenet-vmss", "private-udr"])
@pytest.mark.parametrize("kind", [NETWORKS, ROUTE_TABLES])
def test_it_does_not_know_without_network_or_table(name: str, kind: str) -> None:
    refusal = refusal_of(bundled(name), kind)
    outcome = ask(CHECK, name, refusal)
    assert outcome.status is Status.UNKNOWN
    assert gap_of(refusal) in outcome.missing


@pytest.mark.parametrize("kind", [MACHINES, INTERFACES])
def test_a_route_that_takes_a_node_s_packets_stays_a_fault(kind: str) -> None:
    snapshot = with_route("10.244.1.128/25", "None").snapshot()
    refusal = refusal_of_list(snapshot, kind)
    assert the_finding(ask(CHECK, snapshot, refusal)).severity is Severity.HIGH


@pytest.mark.parametrize("kind", [MACHINES, SCALE_SET_INTERFACES])
def test_a_route_that_may_lead_to_a_hidden_node_is_not_the_user_s(kind: str) -> None:
    snapshot = with_route("10.244.77.0/24").snapshot()
    listing = refusal_of_list(snapshot, kind)
    refusal = Refusal(listing.target, listing.listing)
    outcome = ask(CHECK, snapshot, refusal)
    assert outcome.status is Status.UNKNOWN
    assert outcome.missing == (gap_of(refusal),)


def test_it_does_not_apply_without_a_table_or_a_route_of_the_user_s() -> None:
    outcome = ask(CHECK, "cni-overlay")
    assert outcome.status is Status.SKIPPED
    assert outcome.message == "no subnet of nodes or pods has a route table"
    draft = Draft("private-udr")
    routes(draft).clear()
    outcome = ask(CHECK, draft)
    assert outcome.status is Status.SKIPPED
    assert outcome.message == "the route tables on the subnets hold no route of the user's"
