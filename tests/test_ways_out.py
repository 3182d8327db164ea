"""The ways out as the report tells them: addresses, SNAT ports, verdict, notes, and the layout."""

import json
from collections.abc import Callable
from random import Random
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

import fixtures.documents as arm
from inspector.cluster.egress import EgressKind, Traffic
from inspector.cluster.fingerprint import Agreement
from inspector.network.spaces import Family
from inspector.renderers.blocks import Text
from inspector.renderers.json_format import json_schema, render_json
from inspector.renderers.layout.egress import in_short, lay_out_ways_out
from inspector.renderers.markdown import render_markdown
from inspector.renderers.terminal import render_terminal
from inspector.report.answer import Unknown
from inspector.report.snat_ports import SNATPorts
from inspector.report.ways_out import WayOut, WaysOut, build_ways_out
from inspector.snapshot import Snapshot, decode_snapshot, encode_snapshot
from inspector.topology import Topology
from tests.odd_clusters import (
    LOAD_BALANCERS,
    NETWORKS,
    PUBLIC_IPS,
    ROUTE_TABLES,
    SCALE_SET_INTERFACES,
    SECURITY_GROUPS,
    Draft,
    refusal_of,
    refusal_of_list,
    refused,
)

VMSS = "kubenet-vmss"
PREFIXES = "Microsoft.Network/publicIPPrefixes"
NAT_GATEWAYS = "Microsoft.Network/natGateways"


def ways(drawn: Draft | Snapshot) -> WaysOut:
    return build_ways_out(Topology(drawn.snapshot() if isinstance(drawn, Draft) else drawn))


def only(drawn: Draft | Snapshot) -> WayOut:
    (row,) = ways(drawn).rows
    return row


def ports(drawn: Draft | Snapshot) -> SNATPorts:
    found = only(drawn).ports
    assert found is not None
    return found


def profile(draft: Draft) -> Any:
    return draft.cluster["properties"]["agentPoolProfiles"][0]


def balancer(draft: Draft) -> Any:
    return draft.one(LOAD_BALANCERS)["properties"]


def subnet(draft: Draft) -> Any:
    return draft.one(NETWORKS)["properties"]["subnets"][0]["properties"]


def outbound(draft: Draft) -> Any:
    return balancer(draft)["outboundRules"][0]["properties"]


def add_route(draft: Draft, prefix: str, hop: str, kind: str = "VirtualAppliance") -> None:
    table = draft.one(ROUTE_TABLES)
    name = prefix.replace("/", "-")
    table["properties"]["routes"].append(arm.route(table["id"], name, prefix, hop, kind))


def add_nat_gateway(draft: Draft, *, addresses: int = 1, prefix: str | None = None) -> Any:
    made = [
        arm.public_ip(draft.group, f"nat-{last}", f"203.0.113.{last}", location="westeurope")
        for last in range(70, 70 + addresses)
    ]
    if prefix is not None:
        draft.add(arm.public_ip_prefix(draft.group, "nat-prefix", prefix, location="westeurope"))
    gateway = arm.nat_gateway(
        draft.group,
        "natgw",
        location="westeurope",
        public_ips=[each["id"] for each in made],
        public_ip_prefixes=[each["id"] for each in draft.all(PREFIXES)],
    )
    subnet(draft)["natGateway"] = {"id": gateway["id"]}
    draft.add(*made, gateway)
    return gateway


def use_prefix(draft: Draft, prefix: str) -> None:
    """Let the outbound rule's frontend take its addresses from a prefix of the user's."""
    document = arm.public_ip_prefix(arm.group_id("rg-net"), "own", prefix, location="westeurope")
    (name,) = [each["id"].rsplit("/", 1)[1] for each in outbound(draft)["frontendIPConfigurations"]]
    (frontend,) = [
        each for each in balancer(draft)["frontendIPConfigurations"] if each["name"] == name
    ]
    frontend["properties"].pop("publicIPAddress")
    frontend["properties"]["publicIPPrefix"] = {"id": document["id"]}
    draft.add(document)


def test_azures_division_now_and_at_the_maximum() -> None:
    draft = Draft(VMSS)
    profile(draft).update({"enableAutoScaling": True, "maxCount": 50})
    profile(draft)["upgradeSettings"] = {"maxSurge": "33%"}
    assert ports(draft) == SNATPorts(
        is_explicit=False,
        addresses=1,
        nodes=3,
        per_node=1_024,
        nodes_at_maximum=67,
        per_node_at_maximum=512,
        fewer_from=51,
        fewer=512,
    )
    (note,) = ways(draft).notes
    assert note == (
        "outbound rule aksOutboundRule of load balancer kubernetes: Azure divides the ports; from "
        "51 nodes on each has 512 instead of 1,024"
    )


def test_an_explicit_allocation_with_its_headroom() -> None:
    draft = Draft(VMSS)
    outbound(draft)["allocatedOutboundPorts"] = 4_000
    assert ports(draft) == SNATPorts(
        is_explicit=True,
        addresses=1,
        nodes=3,
        per_node=4_000,
        nodes_at_maximum=4,
        per_node_at_maximum=4_000,
        nodes_supported=16,
        headroom=12,
    )
    assert "4,000 ports for each node are enough for 16 nodes, 12 more" in ways(draft).notes[0]
    profile(draft).update({"enableAutoScaling": True, "maxCount": 30})
    assert ports(draft).headroom == -17
    assert "enough for 16 nodes, 17 fewer than there may be" in ways(draft).notes[0]


def test_addresses_of_ones_own_count() -> None:
    draft = Draft(VMSS)
    outbound(draft)["allocatedOutboundPorts"] = 1_000
    use_prefix(draft, "203.0.113.8/31")
    row = only(draft)
    assert row.addresses == ("203.0.113.8/31",)
    assert row.ports is not None
    assert (row.ports.addresses, row.ports.nodes_supported) == (2, 128)


def test_a_prefix_that_was_refused_leaves_the_ports_unknown() -> None:
    draft = Draft(VMSS)
    outbound(draft)["allocatedOutboundPorts"] = 1_000
    use_prefix(draft, "203.0.113.8/31")
    snapshot = draft.snapshot()
    row = only(refused(snapshot, [refusal_of(snapshot, PREFIXES)]))
    assert row.kind is EgressKind.OUTBOUND_RULE
    assert isinstance(row.addresses[0], Unknown)
    assert row.ports is not None
    assert row.ports.per_node == 1_000
    assert isinstance(row.ports.nodes_supported, Unknown)
    assert isinstance(row.ports.headroom, Unknown)
    outbound(draft)["allocatedOutboundPorts"] = 0
    snapshot = draft.snapshot()
    assert isinstance(ports(refused(snapshot, [refusal_of(snapshot, PREFIXES)])).per_node, Unknown)


def test_a_prefix_that_is_no_range_is_unknown() -> None:
    draft = Draft(VMSS)
    use_prefix(draft, "203.0.113.8/31")
    draft.one(PREFIXES)["properties"]["ipPrefix"] = "junk"
    assert isinstance(ports(draft).addresses, Unknown)


def test_a_public_address_that_was_refused_still_counts_for_one() -> None:
    snapshot = Draft(VMSS).snapshot()
    row = only(refused(snapshot, [refusal_of_list(snapshot, PUBLIC_IPS)]))
    assert isinstance(row.addresses[0], Unknown)
    assert row.ports is not None
    assert row.ports.addresses == 1


def test_a_pool_without_nodes_counts_at_the_maximum() -> None:
    draft = Draft(VMSS)
    empty = json.loads(json.dumps(profile(draft)))
    empty |= {"name": "burst", "count": 0, "enableAutoScaling": True, "maxCount": 60}
    draft.cluster["properties"]["agentPoolProfiles"].append(empty)
    assert ports(draft).nodes_at_maximum == 4 + 66
    assert ports(draft).per_node_at_maximum == 512


def test_the_maximum_is_unknown_where_nothing_bounds_it() -> None:
    draft = Draft(VMSS)
    profile(draft)["upgradeSettings"] = {"maxSurge": "many"}
    assert isinstance(ports(draft).nodes_at_maximum, Unknown)
    assert isinstance(ports(draft).per_node_at_maximum, Unknown)
    draft = Draft(VMSS)
    draft.cluster["properties"]["nodeProvisioningProfile"] = {"mode": "Auto"}
    assert isinstance(ports(draft).nodes_at_maximum, Unknown)
    draft = Draft(VMSS)
    profile(draft)["name"] = "another"
    assert isinstance(ports(draft).nodes_at_maximum, Unknown)


def test_members_not_seen_leave_the_maximum_unknown() -> None:
    snapshot = Draft(VMSS).snapshot()
    found = ways(refused(snapshot, [refusal_of(snapshot, SCALE_SET_INTERFACES)]))
    (row,) = [each for each in found.rows if each.ports is not None]
    assert row.ports is not None
    assert row.ports.nodes == 3
    assert isinstance(row.ports.nodes_at_maximum, Unknown)


def test_above_a_thousand_nodes_no_source_says() -> None:
    draft = Draft(VMSS)
    profile(draft).update({"enableAutoScaling": True, "maxCount": 1_000})
    found = ports(draft)
    assert found.nodes_at_maximum == 1_100
    assert isinstance(found.per_node_at_maximum, Unknown)


def test_of_several_rules_the_tightest_counts() -> None:
    draft = Draft(VMSS)
    another = json.loads(json.dumps(balancer(draft)["outboundRules"][0]))
    another["id"], another["name"] = f"{another['id']}Udp", f"{another['name']}Udp"
    another["properties"] |= {"protocol": "Udp", "allocatedOutboundPorts": 64}
    balancer(draft)["outboundRules"].append(another)
    assert ports(draft).per_node == 64


def test_a_nat_gateway_shares_its_ports() -> None:
    draft = Draft(VMSS)
    add_nat_gateway(draft, addresses=2, prefix="198.51.100.32/30")
    row = only(draft)
    assert row.addresses == ("203.0.113.70", "203.0.113.71", "198.51.100.32/30")
    assert row.shared_ports == 6 * 64_512
    assert row.ports is None


def test_translating_rules_have_azures_default() -> None:
    draft = Draft(VMSS)
    balancer(draft)["outboundRules"] = []
    for rule in balancer(draft)["loadBalancingRules"]:
        rule["properties"]["disableOutboundSnat"] = False
    row = only(draft)
    assert row.addresses == ("198.51.100.43", "198.51.100.97")
    assert row.ports is not None
    assert (row.ports.addresses, row.ports.is_explicit) == (2, False)
    draft.one(LOAD_BALANCERS)["sku"]["name"] = "Basic"
    assert ports(draft).addresses == 1


@pytest.mark.parametrize(
    ("hop", "kind", "reason"),
    [
        ("VirtualAppliance", EgressKind.APPLIANCE, "what lies behind the next hop is not read"),
        ("VirtualNetworkGateway", EgressKind.GATEWAY, "what lies behind the next hop is not read"),
        ("Wormhole", EgressKind.UNKNOWN, "it cannot be told how the traffic leaves"),
        ("None", EgressKind.DROPPED, None),
    ],
)
def test_the_address_behind_a_route_is_not_known(
    hop: str, kind: EgressKind, reason: str | None
) -> None:
    draft = Draft(VMSS)
    add_route(draft, "0.0.0.0/0", "10.50.0.4" if hop == "VirtualAppliance" else "", hop)
    row = only(draft)
    assert row.kind is kind
    assert [each.reason for each in row.addresses if isinstance(each, Unknown)] == (
        [reason] if reason else []
    )


def test_default_access_has_an_address_nobody_knows() -> None:
    draft = Draft(VMSS)
    draft.remove(LOAD_BALANCERS)
    found = ways(draft)
    assert isinstance(found.rows[0].addresses[0], Unknown)
    assert "31 March 2026" in found.notes[0]
    assert found.in_short[0].addresses == ()


def dual_stack_with_v2(draft: Draft) -> Any:
    draft.network_profile["ipFamilies"] = ["IPv4", "IPv6"]
    for number, interface in enumerate(draft.all(SCALE_SET_INTERFACES)):
        configurations = interface["properties"]["ipConfigurations"]
        home = configurations[0]["properties"]["subnet"]["id"]
        configurations.append(
            arm.ip_configuration(
                interface["id"], "second", f"fd00::{number + 4}", subnet=home, is_primary=False
            )
        )
    gateway = add_nat_gateway(draft)
    gateway["sku"]["name"] = "StandardV2"
    return gateway


def test_a_nat_gateways_addresses_are_told_by_family() -> None:
    draft = Draft(VMSS)
    gateway = dual_stack_with_v2(draft)
    v4, v6 = ways(draft).rows
    assert v4.addresses == ("203.0.113.70",)
    assert (v6.kind, v6.shared_ports) == (EgressKind.UNKNOWN, None)
    assert v6.words == "unknown: NAT gateway natgw has no IPv6 address"
    address = arm.public_ip(draft.group, "nat6", "2001:db8::7", location="westeurope")
    gateway["properties"]["publicIpAddressesV6"] = [{"id": address["id"]}]
    draft.add(address)
    v4, v6 = ways(draft).rows
    assert (v4.addresses, v6.addresses) == (("203.0.113.70",), ("2001:db8::7",))
    assert (v4.shared_ports, v6.shared_ports) == (64_512, 64_512)
    assert v6.family is Family.IPV6


def lines(found: WaysOut) -> list[Text]:
    return in_short(found.in_short, 40, is_all_seen=not found.missing)


def declared(draft: Draft, outbound_type: str | None) -> WaysOut:
    draft.network_profile["outboundType"] = outbound_type
    return ways(draft)


@pytest.mark.parametrize(
    ("outbound_type", "agreement"),
    [
        ("loadBalancer", Agreement.AGREES),
        ("LOADBALANCER", Agreement.AGREES),
        ("managedNATGateway", Agreement.DIFFERS),
        ("managedNATGatewayV2", Agreement.DIFFERS),
        ("userAssignedNATGateway", Agreement.DIFFERS),
        ("userDefinedRouting", Agreement.DIFFERS),
        ("none", Agreement.DIFFERS),
        ("block", Agreement.DIFFERS),
        ("carrierPigeon", Agreement.UNKNOWN),
        (None, Agreement.UNKNOWN),
    ],
)
def test_a_load_balancer_beside_what_is_declared(
    outbound_type: str | None, agreement: Agreement
) -> None:
    found = declared(Draft(VMSS), outbound_type)
    assert found.outbound_type == outbound_type
    assert found.agreement is agreement
    assert bool(found.differences) == (agreement is Agreement.DIFFERS)


def test_a_difference_says_what_differs() -> None:
    (difference,) = declared(Draft(VMSS), "none").differences
    assert difference == (
        "declared none, but nodes and pods of nodepool1 (IPv4): outbound rule "
        "aksOutboundRule of load balancer kubernetes"
    )


@pytest.mark.parametrize(
    "outbound_type", ["managedNATGateway", "managedNATGatewayV2", "userAssignedNATGateway"]
)
def test_a_nat_gateway_as_declared(outbound_type: str) -> None:
    draft = Draft(VMSS)
    add_nat_gateway(draft)
    assert declared(draft, outbound_type).agreement is Agreement.AGREES


def test_ipv6_is_not_spoken_of_by_a_type_for_ipv4() -> None:
    draft = Draft(VMSS)
    gateway = dual_stack_with_v2(draft)
    gateway["sku"]["name"] = "Standard"
    assert declared(draft, "managedNATGateway").agreement is Agreement.AGREES
    assert declared(draft, "managedNATGatewayV2").agreement is Agreement.DIFFERS


@pytest.mark.parametrize("hop", ["VirtualAppliance", "VirtualNetworkGateway"])
def test_user_defined_routing_as_declared(hop: str) -> None:
    draft = Draft(VMSS)
    add_route(draft, "0.0.0.0/0", "10.50.0.4", hop)
    assert declared(draft, "userDefinedRouting").agreement is Agreement.AGREES


def test_a_basic_load_balancer_as_declared() -> None:
    draft = Draft(VMSS)
    draft.remove(LOAD_BALANCERS)
    assert declared(draft, "loadBalancer").agreement is Agreement.DIFFERS
    draft.network_profile["loadBalancerSku"] = "Basic"
    assert declared(draft, "loadBalancer").agreement is Agreement.AGREES


def without_way_out(draft: Draft) -> None:
    draft.remove(LOAD_BALANCERS)
    subnet(draft)["defaultOutboundAccess"] = False


@pytest.mark.parametrize("outbound_type", ["none", "block"])
def test_nothing_as_declared(outbound_type: str) -> None:
    draft = Draft(VMSS)
    without_way_out(draft)
    found = declared(draft, outbound_type)
    assert found.agreement is Agreement.AGREES
    assert found.rows[0].addresses == ()
    assert found.in_short[0].words == "none"


def add_denial(draft: Draft, place: int = 0, **fields: Any) -> None:
    group = draft.one(SECURITY_GROUPS, place)
    options: dict[str, Any] = {"priority": 100, "ports": "*", "protocol": "*", "source": "*"}
    rule = arm.security_rule(
        group["id"],
        "no-internet",
        destination="Internet",
        access="Deny",
        direction="Outbound",
        **(options | fields),
    )
    group["properties"]["securityRules"].append(rule)


def test_a_security_rule_that_blocks_is_named_and_agrees_with_block() -> None:
    draft = Draft(VMSS)
    add_denial(draft)
    found = declared(draft, "block")
    assert found.agreement is Agreement.AGREES
    (denial,) = found.rows[0].denied_by
    assert (denial.rule, denial.priority, denial.is_total) == ("no-internet", 100, True)
    assert denial.words in found.notes
    assert denial.words == (
        f"security group {denial.security_group} on subnet aks-subnet denies the internet: "
        "rule no-internet, priority 100"
    )


def test_a_rule_that_blocks_a_part_does_not() -> None:
    draft = Draft(VMSS)
    add_denial(draft, protocol="Tcp", ports="25")
    found = declared(draft, "block")
    assert found.agreement is Agreement.DIFFERS
    assert not found.rows[0].denied_by[0].is_total
    assert "for Tcp, port 25" in found.notes[0]


def test_security_rules_at_the_interfaces_count_too() -> None:
    draft = Draft("cni-nodesubnet")
    group = draft.configurations(SCALE_SET_INTERFACES)
    assert group
    attached = draft.one(SCALE_SET_INTERFACES)["properties"]["networkSecurityGroup"]["id"].lower()
    places = [each["id"].lower() for each in draft.all(SECURITY_GROUPS)]
    add_denial(draft, places.index(attached))
    (denial,) = only(draft).denied_by
    assert denial.attached_to == "3 of 3 interfaces"
    assert denial.is_total
    del draft.one(SCALE_SET_INTERFACES)["properties"]["networkSecurityGroup"]
    (denial,) = only(draft).denied_by
    assert denial.attached_to == "2 of 3 interfaces"
    assert not denial.is_total


def test_a_security_group_not_seen_may_block() -> None:
    draft = Draft(VMSS)
    draft.network_profile["outboundType"] = "block"
    snapshot = draft.snapshot()
    found = ways(refused(snapshot, [refusal_of(snapshot, SECURITY_GROUPS)]))
    assert found.agreement is Agreement.UNKNOWN
    assert found.differences == ()
    assert [each.unknown for each in found.missing] == [
        str(refusal_of(snapshot, SECURITY_GROUPS).target)
    ]


@pytest.mark.parametrize("kind", [ROUTE_TABLES, NETWORKS, SCALE_SET_INTERFACES])
def test_what_was_refused_leaves_the_verdict_unknown(kind: str) -> None:
    snapshot = Draft(VMSS).snapshot()
    found = ways(refused(snapshot, [refusal_of(snapshot, kind)]))
    assert found.agreement is Agreement.UNKNOWN
    assert found.differences == ()
    assert len(found.missing) == 1
    hidden = [each for each in found.rows if each.kind is EgressKind.UNKNOWN]
    assert all(isinstance(each.addresses[0], Unknown) for each in hidden)


def test_routes_past_the_way_out_are_notes() -> None:
    draft = Draft(VMSS)
    add_route(draft, "0.0.0.0/0", "10.50.0.4")
    add_route(draft, "157.56.178.157/32", "", "Internet")
    (note,) = ways(draft).notes
    assert note.startswith("route table aks-agentpool-30517864-routetable of subnet aks-subnet: ")
    assert note.endswith("157.56.178.157/32 has a route of its own, to the internet")


def announced(draft: Draft) -> list[str]:
    return [each for each in ways(draft).notes if "BGP" in each]


def test_a_gateway_may_announce_a_default_route() -> None:
    draft = Draft(VMSS)
    network = draft.one(NETWORKS)
    gateway = arm.subnet(network["id"], "GatewaySubnet", ["10.225.0.0/27"])
    network["properties"]["subnets"].append(gateway)
    (note,) = announced(draft)
    assert "GatewaySubnet of network" in note
    table = draft.one(ROUTE_TABLES)["properties"]
    table["disableBgpRoutePropagation"] = True
    assert announced(draft) == []
    table["disableBgpRoutePropagation"] = False
    add_route(draft, "0.0.0.0/0", "10.50.0.4")
    assert announced(draft) == []


def test_so_may_one_behind_a_peering() -> None:
    draft = Draft("cni-nodesubnet")
    assert announced(draft) == []
    (peering,) = draft.one(NETWORKS)["properties"]["virtualNetworkPeerings"]
    peering["properties"]["useRemoteGateways"] = True
    (note,) = announced(draft)
    assert "peering to-hub of network vnet-payments" in note


def test_a_plugin_of_ones_own_is_noted() -> None:
    draft = Draft(VMSS)
    draft.network_profile["networkPlugin"] = "none"
    found = ways(draft)
    assert found.rows[0].traffic == (Traffic.NODES,)
    assert any("network plugin the cluster brings" in each for each in found.notes)


def mixed() -> Draft:
    """Return a cluster with a node that leaves by an address of its own."""
    draft = Draft(VMSS)
    address = arm.public_ip(draft.group, "own", "203.0.113.250", location="westeurope")
    configuration = draft.configurations(SCALE_SET_INTERFACES)[0]
    configuration["properties"]["publicIPAddress"] = {"id": address["id"]}
    draft.add(address)
    return draft


def test_in_short_begins_with_the_way_of_most_nodes() -> None:
    first, second = ways(mixed()).in_short
    assert (first.words, first.addresses) == ("load balancer", ("198.51.100.12",))
    assert (second.words, second.addresses) == (
        "the nodes' own public addresses",
        ("203.0.113.250",),
    )


def test_the_line_for_the_summary() -> None:
    (line,) = lines(ways(Draft(VMSS)))
    assert line.text == "load balancer, from 198.51.100.12"


def test_several_lines_say_what_each_is_for() -> None:
    rule, own = (each.text for each in lines(ways(mixed())))
    scope = "(nodepool1: nodes, pods; IPv4)"
    assert rule == f"load balancer, from 198.51.100.12 {scope}"
    assert own == f"the nodes' own public addresses, from 203.0.113.250 {scope}"


def test_a_route_is_in_short_where_it_leads_to() -> None:
    draft = Draft(VMSS)
    add_route(draft, "0.0.0.0/0", "10.50.0.4")
    (line,) = lines(ways(draft))
    assert line.text == "user-defined route, to 10.50.0.4"


def shown(found: WaysOut, width: int, most: int | None = 40) -> str:
    return render_terminal(lay_out_ways_out(found, most), width=width, color=False)


@pytest.mark.parametrize("width", [80, 200])
def test_the_section_fits_the_terminal(width: int) -> None:
    draft = mixed()
    add_denial(draft)
    add_route(draft, "203.0.113.0/24", "10.50.0.9")
    text = shown(ways(draft), width)
    assert max(map(len, text.splitlines())) <= width
    for words in ("Ways out", "loadBalancer", "198.51.100.12", "1,024", "denied by security rule"):
        assert words in text
    assert "203.0.113.0/24 goes to virtual appliance 10.50.0.9" in " ".join(text.split())


def test_at_two_hundred_columns_it_is_a_table() -> None:
    lines = shown(ways(Draft(VMSS)), 200).splitlines()
    (header,) = [each for each in lines if "Leaves by" in each]
    assert header.split()[:4] == ["Pool", "Traffic", "Subnet", "Nodes"]
    assert "1,024 with 3 nodes now, 1,024 with 4 at the maximum" in "\n".join(lines)


def test_many_addresses_and_notes_are_cut_unless_all_are_asked_for() -> None:
    draft = Draft(VMSS)
    add_nat_gateway(draft, addresses=9)
    add_route(draft, "203.0.113.0/24", "10.50.0.9")
    add_route(draft, "198.51.100.0/24", "10.50.0.9")
    found = ways(draft)
    cut, whole = shown(found, 200, 1), shown(found, 200, None)
    assert "203.0.113.73 and 5 more" in cut
    assert "203.0.113.78" not in cut
    assert "1 more of 2 notes: --all shows them" in cut
    assert "203.0.113.78" in whole
    assert "more" not in whole


def test_explicit_and_shared_ports_are_told_apart() -> None:
    draft = Draft(VMSS)
    outbound(draft)["allocatedOutboundPorts"] = 4_000
    assert "4,000 by the rule, enough for 16 nodes; at most 4" in shown(ways(draft), 250)
    add_nat_gateway(draft)
    assert "64,512 shared by all" in shown(ways(draft), 250)


def test_unknown_shows_as_unknown() -> None:
    snapshot = Draft(VMSS).snapshot()
    found = ways(refused(snapshot, [refusal_of_list(snapshot, LOAD_BALANCERS)]))
    text = shown(found, 200)
    assert "unknown: Microsoft.Network/loadBalancers could not be seen" in text
    assert "Not visible here" in text
    assert lines(found)[0].text == "unknown"


def test_a_cluster_without_nodes_and_one_that_nobody_saw() -> None:
    draft = Draft(VMSS)
    draft.remove(SCALE_SET_INTERFACES)
    draft.remove("Microsoft.ContainerService/managedClusters/agentPools/machines")
    found = ways(draft)
    assert found.rows == ()
    assert found.agreement is Agreement.UNKNOWN
    assert lines(found)[0].text == "no node"
    assert "no node" in shown(found, 80)
    snapshot = draft.snapshot()
    hidden = refused(snapshot, [refusal_of_list(snapshot, SCALE_SET_INTERFACES)])
    assert lines(ways(hidden))[0].text == "unknown"


def test_json_is_by_its_schema() -> None:
    draft = mixed()
    add_denial(draft)
    snapshot = draft.snapshot()
    hidden = refused(snapshot, [refusal_of_list(snapshot, PUBLIC_IPS)])
    for found in (ways(snapshot), ways(hidden)):
        Draft202012Validator(json_schema(WaysOut)).validate(msgspec.json.decode(render_json(found)))


def recased(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, dict):
        return {recased(key, change): recased(each, change) for key, each in value.items()}
    if isinstance(value, list):
        return [recased(each, change) for each in value]
    return change(value) if isinstance(value, str) and value.startswith("/sub") else value


@given(st.randoms(use_true_random=False))
def test_the_casing_of_ids_changes_nothing(random: Random) -> None:
    snapshot = mixed().snapshot()

    def recase(text: str) -> str:
        return random.choice((str.lower, str.upper, str))(text)

    changed = recased(msgspec.json.decode(encode_snapshot(snapshot)), recase)
    found = ways(decode_snapshot(msgspec.json.encode(changed), "recased"))
    assert render_json(found) == render_json(ways(snapshot))


def test_hostile_names_are_escaped_in_markdown() -> None:
    draft = Draft(VMSS)
    gateway = add_nat_gateway(draft)
    gateway["name"] = "nat|<b>\n# x"
    text = render_markdown(lay_out_ways_out(ways(draft), 40))
    assert "<b>" not in text
    assert "\n# x" not in text


def test_a_route_that_a_gateway_may_announce_leaves_the_verdict_open() -> None:
    """Forced tunnelling by ExpressRoute looks so: the default route is nowhere in ARM."""
    draft = Draft("cni-nodesubnet")
    draft.network_profile["outboundType"] = "userDefinedRouting"
    assert ways(draft).agreement is Agreement.DIFFERS
    peering = draft.one(NETWORKS)["properties"]["virtualNetworkPeerings"][0]
    peering["properties"]["useRemoteGateways"] = True
    found = ways(draft)
    assert (found.agreement, found.differences) == (Agreement.UNKNOWN, ())
    assert any("may announce a default route" in note for note in found.notes)


def test_an_outbound_rule_without_an_address_is_no_way_out_as_declared() -> None:
    draft = Draft(VMSS)
    (rule,) = draft.one(LOAD_BALANCERS)["properties"]["outboundRules"]
    rule["properties"]["frontendIPConfigurations"] = []
    found = ways(draft)
    assert found.rows[0].words.endswith("which has no public address")
    assert found.agreement is Agreement.DIFFERS
