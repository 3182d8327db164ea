"""How nodes and pods leave: every kind, every pair of precedence, and what cannot be told."""

from collections.abc import Callable
from functools import cache
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import fixtures.documents as arm
from fixtures.scenarios import SCENARIOS
from inspector.cluster.egress import EgressGroup, EgressKind, Traffic, derive_egress
from inspector.network.spaces import Family
from inspector.snapshot import Snapshot
from inspector.topology import Topology
from tests.odd_clusters import (
    INTERFACES,
    LOAD_BALANCERS,
    MACHINES,
    NETWORKS,
    PUBLIC_IPS,
    ROUTE_TABLES,
    SCALE_SET_INTERFACES,
    VIRTUAL_MACHINES,
    Draft,
    Refusal,
    refusal_of,
    refusal_of_list,
    refused,
)

VMSS = "kubenet-vmss"
NAT_GATEWAYS = "Microsoft.Network/natGateways"
BOTH = (Traffic.NODES, Traffic.PODS)
Change = Callable[[Draft], None]


def groups(drawn: Draft | Snapshot) -> tuple[EgressGroup, ...]:
    snapshot = drawn.snapshot() if isinstance(drawn, Draft) else drawn
    return derive_egress(Topology(snapshot))


def only(drawn: Draft | Snapshot) -> EgressGroup:
    (found,) = groups(drawn)
    return found


def subnet_of(draft: Draft, place: int = 0) -> Any:
    return draft.one(NETWORKS)["properties"]["subnets"][place]["properties"]


def balancer_of(draft: Draft) -> Any:
    return draft.one(LOAD_BALANCERS)["properties"]


def make_members(draft: Draft, pool_name: str, *, ipv6: bool = False) -> None:
    """Put the nodes' own configurations into a backend pool."""
    (pool,) = [
        each for each in balancer_of(draft)["backendAddressPools"] if each["name"] == pool_name
    ]
    pool["properties"]["backendIPConfigurations"] = [
        {"id": configuration["id"]}
        for interface in draft.all(SCALE_SET_INTERFACES)
        for configuration in interface["properties"]["ipConfigurations"]
        if (configuration["properties"]["privateIPAddressVersion"] == "IPv6") == ipv6
    ]


def bare() -> Draft:
    """Return a cluster whose nodes nothing takes out but Azure's default."""
    draft = Draft(VMSS)
    properties = balancer_of(draft)
    properties["outboundRules"] = []
    for pool in properties["backendAddressPools"]:
        pool["properties"].pop("backendIPConfigurations", None)
        pool["properties"].pop("loadBalancerBackendAddresses", None)
    return draft


def default_route(kind: str, *, prefix: str = "0.0.0.0/0", hop: str = "") -> Change:
    def change(draft: Draft) -> None:
        table = draft.one(ROUTE_TABLES)
        table["properties"]["routes"].append(arm.route(table["id"], "default", prefix, hop, kind))

    return change


def nat_gateway(draft: Draft, sku: str = "Standard", subnet: int = 0) -> None:
    address = arm.public_ip(draft.group, "nat-ip", "203.0.113.77", location="westeurope")
    gateway = arm.nat_gateway(
        draft.group, "natgw", location="westeurope", public_ips=[address["id"]]
    )
    gateway["sku"]["name"] = sku
    subnet_of(draft, subnet)["natGateway"] = {"id": gateway["id"]}
    draft.add(address, gateway)


def node_public_ips(draft: Draft) -> None:
    for number, interface in enumerate(draft.all(SCALE_SET_INTERFACES)):
        address = arm.public_ip(
            draft.group, f"node-{number}", f"203.0.113.{200 + number}", location="westeurope"
        )
        configuration = interface["properties"]["ipConfigurations"][0]
        configuration["properties"]["publicIPAddress"] = {"id": address["id"]}
        draft.add(address)


def outbound_rule(draft: Draft, **fields: Any) -> None:
    document = draft.one(LOAD_BALANCERS)
    frontend = document["properties"]["frontendIPConfigurations"][0]["name"]
    rule = arm.outbound_rule(document["id"], [frontend], **fields)
    document["properties"]["outboundRules"].append(rule)
    make_members(draft, "aksOutboundBackendPool")


def translating_rule(draft: Draft) -> None:
    for rule in balancer_of(draft)["loadBalancingRules"]:
        rule["properties"]["disableOutboundSnat"] = False
    make_members(draft, "kubernetes")


def nothing(draft: Draft) -> None:
    del draft


IN_ORDER: dict[EgressKind, Change] = {
    EgressKind.APPLIANCE: default_route("VirtualAppliance", hop="10.50.0.4"),
    EgressKind.NAT_GATEWAY: nat_gateway,
    EgressKind.NODE_PUBLIC_IP: node_public_ips,
    EgressKind.OUTBOUND_RULE: outbound_rule,
    EgressKind.LOAD_BALANCING_RULE: translating_rule,
    EgressKind.DEFAULT_ACCESS: nothing,
}
WORDS = {
    EgressKind.APPLIANCE: "user-defined route 0.0.0.0/0 to virtual appliance 10.50.0.4",
    EgressKind.NAT_GATEWAY: "NAT gateway natgw",
    EgressKind.NODE_PUBLIC_IP: "each node's own public IP address",
    EgressKind.OUTBOUND_RULE: "outbound rule aksOutboundRule of load balancer kubernetes",
    EgressKind.LOAD_BALANCING_RULE: (
        "load balancing rules of load balancer kubernetes, which translate outbound as well"
    ),
    EgressKind.DEFAULT_ACCESS: "Azure's default outbound access",
}


@pytest.mark.parametrize("kind", IN_ORDER)
def test_each_kind_by_itself(kind: EgressKind) -> None:
    draft = bare()
    IN_ORDER[kind](draft)
    found = only(draft)
    assert (found.egress.kind, found.egress.words) == (kind, WORDS[kind])
    assert (found.pool, found.traffic, found.family) == ("nodepool1", BOTH, Family.IPV4)
    assert found.subnet is not None
    assert found.subnet.name == "aks-subnet"
    assert len(found.nodes) == 3
    assert found.missing == ()


@pytest.mark.parametrize(("first", "second"), tuple(combinations(IN_ORDER, 2)))
def test_of_two_kinds_the_first_decides(first: EgressKind, second: EgressKind) -> None:
    draft = bare()
    IN_ORDER[second](draft)
    IN_ORDER[first](draft)
    assert only(draft).egress.kind is first


def test_a_subnets_route_decides_by_its_next_hop() -> None:
    kinds = {
        "VirtualNetworkGateway": EgressKind.GATEWAY,
        "None": EgressKind.DROPPED,
        "VnetLocal": EgressKind.DROPPED,
        "Internet": EgressKind.OUTBOUND_RULE,
        "Wormhole": EgressKind.UNKNOWN,
    }
    for hop, kind in kinds.items():
        draft = Draft(VMSS)
        default_route(hop)(draft)
        assert only(draft).egress.kind is kind


def test_two_halves_are_a_default_route() -> None:
    draft = Draft(VMSS)
    for prefix in ("0.0.0.0/1", "128.0.0.0/1"):
        default_route("VirtualAppliance", prefix=prefix, hop="10.50.0.4")(draft)
    found = only(draft).egress
    assert found.kind is EgressKind.APPLIANCE
    assert found.next_hops == ("10.50.0.4",)


def test_the_public_addresses_of_each_kind() -> None:
    expected = {
        EgressKind.APPLIANCE: 0,
        EgressKind.NAT_GATEWAY: 1,
        EgressKind.NODE_PUBLIC_IP: 3,
        EgressKind.OUTBOUND_RULE: 1,
        EgressKind.LOAD_BALANCING_RULE: 2,
        EgressKind.DEFAULT_ACCESS: 0,
    }
    for kind, change in IN_ORDER.items():
        draft = bare()
        change(draft)
        assert len(only(draft).public_ips) == expected[kind], kind


def test_nodes_that_leave_otherwise_are_apart() -> None:
    draft = Draft(VMSS)
    first = draft.configurations(SCALE_SET_INTERFACES, 0)[0]
    first["properties"]["publicIPAddress"] = {"id": draft.one(PUBLIC_IPS)["id"]}
    counts = {each.egress.kind: len(each.nodes) for each in groups(draft)}
    assert counts == {EgressKind.NODE_PUBLIC_IP: 1, EgressKind.OUTBOUND_RULE: 2}


def test_a_pool_of_addresses_gives_its_nodes_a_way_out() -> None:
    draft = bare()
    outbound_rule(draft)
    (pool,) = [
        each["properties"]
        for each in balancer_of(draft)["backendAddressPools"]
        if each["name"] == "aksOutboundBackendPool"
    ]
    del pool["backendIPConfigurations"]
    pool["loadBalancerBackendAddresses"] = [
        {"name": f"node-{last}", "properties": {"ipAddress": f"10.224.0.{last}"}}
        for last in (4, 5, 6)
    ]
    assert only(draft).egress.kind is EgressKind.OUTBOUND_RULE


def test_a_rule_for_one_protocol_says_so() -> None:
    draft = bare()
    outbound_rule(draft)
    balancer_of(draft)["outboundRules"][0]["properties"]["protocol"] = "Tcp"
    assert only(draft).egress.words == (
        "outbound rule aksOutboundRule for Tcp of load balancer kubernetes"
    )


def basic(draft: Draft) -> None:
    draft.one(LOAD_BALANCERS)["sku"]["name"] = "Basic"
    make_members(draft, "kubernetes")


def test_a_basic_load_balancer_translates_whatever_its_rules_say() -> None:
    draft = bare()
    basic(draft)
    assert only(draft).egress.kind is EgressKind.LOAD_BALANCING_RULE
    del draft.one(LOAD_BALANCERS)["sku"]
    assert only(draft).egress.kind is EgressKind.LOAD_BALANCING_RULE


def test_a_basic_load_balancer_without_rules_leaves_default_access() -> None:
    draft = bare()
    basic(draft)
    balancer_of(draft)["loadBalancingRules"] = []
    assert only(draft).egress.kind is EgressKind.DEFAULT_ACCESS


def test_members_of_a_standard_load_balancer_have_no_default_access() -> None:
    draft = bare()
    make_members(draft, "kubernetes")
    found = only(draft).egress
    assert found.kind is EgressKind.NONE
    assert found.words == "no way out: no rule of load balancer kubernetes translates outbound"


def test_neither_have_those_of_an_internal_one() -> None:
    draft = bare()
    translating_rule(draft)
    subnet = draft.one(NETWORKS)["properties"]["subnets"][0]["id"]
    for frontend in balancer_of(draft)["frontendIPConfigurations"]:
        frontend["properties"].pop("publicIPAddress")
        frontend["properties"] |= {"privateIPAddress": "10.224.0.99", "subnet": {"id": subnet}}
    assert only(draft).egress.kind is EgressKind.NONE


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (False, EgressKind.NONE),
        (True, EgressKind.DEFAULT_ACCESS),
        (None, EgressKind.DEFAULT_ACCESS),
    ],
)
def test_a_private_subnet_has_no_default_access(value: bool | None, kind: EgressKind) -> None:
    draft = bare()
    subnet_of(draft)["defaultOutboundAccess"] = value
    assert only(draft).egress.kind is kind


def single_machines(*, flexible: bool) -> Draft:
    """Return the cluster of 2020 with its node out of every backend pool."""
    draft = Draft("seed-kubenet")
    properties = balancer_of(draft)
    properties["outboundRules"] = []
    for pool in properties["backendAddressPools"]:
        pool["properties"].pop("backendIPConfigurations", None)
    if flexible:
        scale_set = f"{draft.group}/providers/Microsoft.Compute/virtualMachineScaleSets/flex"
        draft.one(VIRTUAL_MACHINES)["properties"]["virtualMachineScaleSet"] = {"id": scale_set}
    return draft


def test_a_flexible_scale_set_has_no_default_access() -> None:
    assert only(single_machines(flexible=False)).egress.kind is EgressKind.DEFAULT_ACCESS
    found = only(single_machines(flexible=True)).egress
    assert found.kind is EgressKind.NONE
    assert found.words == "no way out: a flexible scale set has no default outbound access"


def test_a_machine_not_seen_may_be_of_a_flexible_scale_set() -> None:
    snapshot = single_machines(flexible=False).snapshot()
    found = only(refused(snapshot, [refusal_of(snapshot, VIRTUAL_MACHINES)]))
    assert found.egress.kind is EgressKind.UNKNOWN
    assert found.egress.words == f"unknown: {VIRTUAL_MACHINES} could not be seen"


def dual_stack(draft: Draft) -> None:
    """Give every node an IPv6 configuration, in no backend pool."""
    draft.network_profile["ipFamilies"] = ["IPv4", "IPv6"]
    subnet = draft.one(NETWORKS)["properties"]["subnets"][0]["id"]
    for number, interface in enumerate(draft.all(SCALE_SET_INTERFACES)):
        interface["properties"]["ipConfigurations"].append(
            arm.ip_configuration(
                interface["id"], "second", f"fd00::{4 + number}", subnet=subnet, is_primary=False
            )
        )


def kinds(drawn: Draft | Snapshot) -> dict[Family, EgressKind]:
    found = {each.family: each.egress.kind for each in groups(drawn)}
    assert len(found) == len(groups(drawn))
    return found


def test_ipv6_has_no_default_access() -> None:
    draft = bare()
    dual_stack(draft)
    assert kinds(draft) == {Family.IPV4: EgressKind.DEFAULT_ACCESS, Family.IPV6: EgressKind.NONE}


@pytest.mark.parametrize(
    ("sku", "kind"),
    [
        ("Standard", EgressKind.NONE),
        ("standard", EgressKind.NONE),
        ("StandardV2", EgressKind.UNKNOWN),
        ("standardv2", EgressKind.UNKNOWN),
    ],
)
def test_only_the_newer_nat_gateway_may_carry_ipv6_and_needs_an_address(
    sku: str, kind: EgressKind
) -> None:
    draft = bare()
    dual_stack(draft)
    nat_gateway(draft, sku)
    assert kinds(draft) == {Family.IPV4: EgressKind.NAT_GATEWAY, Family.IPV6: kind}


def test_a_default_route_is_of_one_family() -> None:
    draft = Draft(VMSS)
    dual_stack(draft)
    default_route("VirtualAppliance", prefix="::/0", hop="fd00::99")(draft)
    assert kinds(draft) == {
        Family.IPV4: EgressKind.OUTBOUND_RULE,
        Family.IPV6: EgressKind.APPLIANCE,
    }


def test_ipv6_leaves_by_a_pool_of_its_own() -> None:
    draft = Draft(VMSS)
    dual_stack(draft)
    document = draft.one(LOAD_BALANCERS)
    pool = arm.backend_address_pool(document["id"], "aksOutboundBackendPool-ipv6")
    frontend = document["properties"]["frontendIPConfigurations"][0]["name"]
    rule = arm.outbound_rule(
        document["id"], [frontend], name="aksOutboundRule-ipv6", pool_name=pool["name"]
    )
    document["properties"]["backendAddressPools"].append(pool)
    document["properties"]["outboundRules"].append(rule)
    make_members(draft, pool["name"], ipv6=True)
    names = {each.family: each.egress.through[0].name for each in groups(draft)}
    assert names == {Family.IPV4: "aksOutboundRule", Family.IPV6: "aksOutboundRule-ipv6"}


def pod_subnet(draft: Draft) -> Any:
    """Give the pool's pods a subnet of their own, without table or gateway."""
    network = draft.one(NETWORKS)
    subnet = arm.subnet(network["id"], "pods", ["10.225.0.0/16"])
    network["properties"]["subnets"].append(subnet)
    draft.cluster["properties"]["agentPoolProfiles"][0]["podSubnetID"] = subnet["id"]
    return subnet["properties"]


def by_traffic(drawn: Draft | Snapshot) -> dict[tuple[Traffic, ...], EgressGroup]:
    return {each.traffic: each for each in groups(drawn)}


def test_pods_with_a_subnet_leave_by_its_nat_gateway() -> None:
    draft = Draft(VMSS)
    pod_subnet(draft)
    nat_gateway(draft, subnet=1)
    found = by_traffic(draft)
    assert found[Traffic.NODES,].egress.kind is EgressKind.OUTBOUND_RULE
    pods = found[Traffic.PODS,]
    assert pods.egress.kind is EgressKind.NAT_GATEWAY
    assert pods.subnet is not None
    assert pods.subnet.name == "pods"
    assert len(pods.nodes) == 3


def test_pods_with_a_subnet_leave_by_its_route_table() -> None:
    draft = Draft(VMSS)
    table = arm.route_table(draft.group, "rt-pods", location="westeurope")
    table["properties"]["routes"].append(arm.route(table["id"], "all", "0.0.0.0/0", "10.50.0.4"))
    pod_subnet(draft)["routeTable"] = {"id": table["id"]}
    draft.add(table)
    found = by_traffic(draft)
    assert found[Traffic.NODES,].egress.kind is EgressKind.OUTBOUND_RULE
    assert found[Traffic.PODS,].egress.kind is EgressKind.APPLIANCE


def test_pods_whose_subnet_decides_nothing_leave_as_their_node() -> None:
    draft = Draft(VMSS)
    pod_subnet(draft)
    found = by_traffic(draft)
    words = "outbound rule aksOutboundRule of load balancer kubernetes"
    assert found[Traffic.NODES,].egress.words == words
    assert found[Traffic.PODS,].egress.words == f"{words}, as their node"
    assert found[Traffic.PODS,].public_ips == found[Traffic.NODES,].public_ips


def test_what_the_nodes_subnet_decides_is_not_claimed_for_pods_of_another() -> None:
    draft = Draft(VMSS)
    pod_subnet(draft)
    nat_gateway(draft)
    found = by_traffic(draft)
    assert found[Traffic.NODES,].egress.words == "NAT gateway natgw"
    assert found[Traffic.PODS,].egress.kind is EgressKind.UNKNOWN
    assert "whether NAT gateway natgw takes pods" in found[Traffic.PODS,].egress.words


def test_a_pod_subnet_not_seen_leaves_only_the_pods_unknown() -> None:
    draft = Draft(VMSS)
    gateway = f"{draft.group}/providers/{NAT_GATEWAYS}/hidden"
    pod_subnet(draft)["natGateway"] = {"id": gateway}
    draft.add(arm.nat_gateway(draft.group, "hidden", location="westeurope"))
    snapshot = draft.snapshot()
    found = by_traffic(refused(snapshot, [refusal_of(snapshot, NAT_GATEWAYS)]))
    assert found[Traffic.NODES,].egress.kind is EgressKind.OUTBOUND_RULE
    assert found[Traffic.PODS,].egress.kind is EgressKind.UNKNOWN
    assert found[Traffic.PODS,].missing[0].target.name == "hidden"


def test_how_pods_leave_under_a_plugin_of_ones_own_is_not_said() -> None:
    draft = Draft(VMSS)
    draft.network_profile["networkPlugin"] = "none"
    assert only(draft).traffic == (Traffic.NODES,)


def test_a_gateway_without_address_says_so() -> None:
    draft = Draft(VMSS)
    nat_gateway(draft)
    draft.one(NAT_GATEWAYS)["properties"].pop("publicIpAddresses")
    assert only(draft).egress.words == "NAT gateway natgw, which has no public address"


def test_references_to_what_does_not_exist_decide_nothing() -> None:
    draft = Draft(VMSS)
    subnet_of(draft)["natGateway"] = {"id": f"{draft.group}/providers/{NAT_GATEWAYS}/gone"}
    subnet_of(draft)["routeTable"] = {"id": f"{draft.group}/providers/{ROUTE_TABLES}/gone"}
    assert only(draft).egress.kind is EgressKind.OUTBOUND_RULE


def test_a_node_without_interface_has_no_way_out() -> None:
    draft = Draft(VMSS)
    draft.remove(SCALE_SET_INTERFACES, 1)
    found = {each.egress.kind: each for each in groups(draft)}
    assert len(found[EgressKind.OUTBOUND_RULE].nodes) == 2
    assert found[EgressKind.NONE].egress.words == "no way out: the node has no network interface"


def test_a_node_without_address_has_no_way_out() -> None:
    draft = Draft(VMSS)
    draft.configurations(SCALE_SET_INTERFACES, 1).clear()
    assert {each.egress.kind for each in groups(draft)} == {
        EgressKind.OUTBOUND_RULE,
        EgressKind.NONE,
    }


def test_a_node_without_machine_is_unknown() -> None:
    draft = Draft(VMSS)
    draft.remove(SCALE_SET_INTERFACES, 1)
    del draft.one(MACHINES, 1)["properties"]["resourceId"]
    assert {each.egress.kind for each in groups(draft)} == {
        EgressKind.OUTBOUND_RULE,
        EgressKind.UNKNOWN,
    }


def hidden(draft: Draft, kind: str, *, listed: bool) -> EgressGroup:
    snapshot = draft.snapshot()
    refusal = refusal_of_list(snapshot, kind) if listed else refusal_of(snapshot, kind)
    return only(refused(snapshot, [refusal]))


@pytest.mark.parametrize(
    ("kind", "listed"),
    [(NETWORKS, False), (ROUTE_TABLES, False), (LOAD_BALANCERS, False), (LOAD_BALANCERS, True)],
)
def test_what_is_refused_makes_the_way_out_unknown(kind: str, listed: bool) -> None:
    found = hidden(Draft(VMSS), kind, listed=listed)
    assert found.egress.kind is EgressKind.UNKNOWN
    assert found.egress.words.startswith("unknown: ")
    (gap,) = found.missing
    assert kind.lower() in f"{gap.target.type} {gap.listing}".lower()


def test_a_refused_nat_gateway_makes_it_unknown() -> None:
    draft = Draft(VMSS)
    nat_gateway(draft)
    assert hidden(draft, NAT_GATEWAYS, listed=False).egress.kind is EgressKind.UNKNOWN


def test_a_refused_public_ip_address_does_not() -> None:
    assert hidden(Draft(VMSS), PUBLIC_IPS, listed=True).egress.kind is EgressKind.OUTBOUND_RULE


@pytest.mark.parametrize("kind", [NAT_GATEWAYS, LOAD_BALANCERS])
def test_a_default_route_decides_whatever_else_is_refused(kind: str) -> None:
    draft = Draft(VMSS)
    nat_gateway(draft)
    default_route("VirtualAppliance", hop="10.50.0.4")(draft)
    assert hidden(draft, kind, listed=False).egress.kind is EgressKind.APPLIANCE


def test_a_nat_gateway_decides_whatever_becomes_of_load_balancers() -> None:
    draft = Draft(VMSS)
    nat_gateway(draft)
    assert hidden(draft, LOAD_BALANCERS, listed=True).egress.kind is EgressKind.NAT_GATEWAY


@pytest.mark.parametrize("takes", [True, False])
def test_an_outbound_rule_decides_though_the_list_is_refused(takes: bool) -> None:
    snapshot = Draft(VMSS).snapshot()
    refusal = refusal_of_list(snapshot, LOAD_BALANCERS, with_documents=takes)
    found = only(refused(snapshot, [refusal])).egress.kind
    assert found is (EgressKind.UNKNOWN if takes else EgressKind.OUTBOUND_RULE)


def test_a_load_balancing_rule_does_not_decide_while_load_balancers_are_hidden() -> None:
    draft = bare()
    translating_rule(draft)
    snapshot = draft.snapshot()
    refusal = refusal_of_list(snapshot, LOAD_BALANCERS, with_documents=False)
    assert only(refused(snapshot, [refusal])).egress.kind is EgressKind.UNKNOWN


def test_interfaces_that_are_refused_leave_the_pools_subnet_to_tell() -> None:
    draft = Draft("cni-nodesubnet")
    found = hidden(draft, SCALE_SET_INTERFACES, listed=True)
    assert found.egress.kind is EgressKind.UNKNOWN
    assert found.missing[0].listing == SCALE_SET_INTERFACES
    nat_gateway(draft)
    found = hidden(draft, SCALE_SET_INTERFACES, listed=True)
    assert found.egress.kind is EgressKind.NAT_GATEWAY
    assert found.subnet is not None
    assert found.subnet.name == "snet-aks"


def test_a_secondary_interface_is_not_taken_for_the_nodes() -> None:
    draft = Draft("seed-kubenet")
    machine = draft.one(VIRTUAL_MACHINES)["id"]
    address = arm.public_ip(draft.group, "second", "203.0.113.99", location="canadacentral")
    configuration = arm.ip_configuration(
        f"{draft.group}/providers/{INTERFACES}/second",
        "ipconfig1",
        "10.240.0.99",
        subnet=draft.one(NETWORKS)["properties"]["subnets"][0]["id"],
        public_ip=address["id"],
    )
    second = arm.network_interface(
        draft.group,
        "second",
        location="canadacentral",
        configurations=[configuration],
        virtual_machine=machine,
    )
    second["properties"]["primary"] = False
    draft.add(address, second)
    assert only(draft).egress.kind is EgressKind.OUTBOUND_RULE


def dual_stack_with_pods(draft: Draft) -> None:
    dual_stack(draft)
    pod_subnet(draft)
    nat_gateway(draft, "StandardV2", subnet=1)


CHANGED: dict[str, tuple[str, tuple[Change, ...]]] = {
    **{name: (name, ()) for name in ("seed-kubenet", VMSS, "cni-nodesubnet")},
    "route": (VMSS, (IN_ORDER[EgressKind.APPLIANCE],)),
    "gateway": (VMSS, (nat_gateway,)),
    "public addresses": (VMSS, (node_public_ips,)),
    "dual stack": (VMSS, (dual_stack,)),
    "pods": (VMSS, (dual_stack_with_pods,)),
}


@cache
def everything_to_refuse() -> dict[str, tuple[Snapshot, tuple[Refusal, ...]]]:
    snapshots = {name: each.snapshot() for name, each in SCENARIOS.items()}
    for name, (origin, changes) in CHANGED.items():
        draft = Draft(origin)
        for change in changes:
            change(draft)
        snapshots[name] = draft.snapshot()
    for kind, change in IN_ORDER.items():
        draft = bare()
        change(draft)
        snapshots[f"bare, {kind}"] = draft.snapshot()
    snapshots["flexible"] = single_machines(flexible=True).snapshot()
    snapshots["single"] = single_machines(flexible=False).snapshot()
    return {name: (each, whatever_can_be_refused(each)) for name, each in snapshots.items()}


def whatever_can_be_refused(snapshot: Snapshot) -> tuple[Refusal, ...]:
    documents = (Refusal(each) for each in snapshot.documents if each != snapshot.cluster)
    lists = (
        Refusal(each.scope, each.type, with_documents=takes)
        for each in snapshot.listings
        for takes in (True, False)
    )
    return (*documents, *lists)


Row = tuple[str | None, str, tuple[Traffic, ...], Family]


def known_kinds(snapshot: Snapshot) -> dict[Row, set[EgressKind]]:
    found: dict[Row, set[EgressKind]] = {}
    for each in groups(snapshot):
        subnet = each.subnet.key if each.subnet is not None else ""
        row = (each.pool, subnet, each.traffic, each.family)
        found.setdefault(row, set()).add(each.egress.kind)
    return found


@pytest.mark.parametrize("name", everything_to_refuse())
def test_nothing_that_is_hidden_gives_another_way_out(name: str) -> None:
    snapshot, refusals = everything_to_refuse()[name]
    before = known_kinds(snapshot)
    for refusal in refusals:
        for row, kinds_after in known_kinds(refused(snapshot, [refusal])).items():
            assert kinds_after <= before.get(row, set()) | {EgressKind.UNKNOWN}, refusal


@st.composite
def inspections(draw: st.DrawFn) -> tuple[str, tuple[Refusal, ...]]:
    """Draw a cluster and several things of it that are refused, up to nearly all."""
    name = draw(st.sampled_from(tuple(everything_to_refuse())))
    possible = everything_to_refuse()[name][1]
    few = draw(st.lists(st.sampled_from(possible), unique=True, min_size=2, max_size=6))
    chosen = few if draw(st.booleans()) else [each for each in possible if each not in few]
    return name, tuple({(each.target, each.listing): each for each in chosen}.values())


@settings(max_examples=200)
@given(inspections())
def test_nor_does_all_that_is_hidden_at_once(inspection: tuple[str, tuple[Refusal, ...]]) -> None:
    name, refusals = inspection
    snapshot = everything_to_refuse()[name][0]
    before = known_kinds(snapshot)
    for row, kinds_after in known_kinds(refused(snapshot, refusals)).items():
        assert kinds_after <= before.get(row, set()) | {EgressKind.UNKNOWN}
