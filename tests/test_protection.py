"""What protects nodes and pods, the addresses behind it, and what is around their subnets."""

from ipaddress import IPv4Address, IPv6Address

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.cluster.protection import (
    Protection,
    folded,
    protections,
    spaces_of,
    surroundings,
    touching,
)
from inspector.collected import NotCollected
from inspector.network.security_rules.parsed_rules import Access
from inspector.network.security_rules.surroundings import Surroundings, parse_ranges
from inspector.network.security_rules.traffic import Direction, Flow
from inspector.network.spaces import Family
from inspector.topology import Topology
from tests.odd_clusters import (
    NETWORKS,
    ROUTE_TABLES,
    SCALE_SET_INTERFACES,
    SECURITY_GROUPS,
    Draft,
    bundled,
    gap_of,
    refusal_of,
    refusal_of_list,
    refused,
)


def told(each: Protection) -> tuple[str, str | None, str | None, int]:
    """Return subnet, group there, group at the interface, and the number of nodes."""
    groups = each.at_subnet, each.at_interface
    at_subnet, at_interface = (group.title if group is not None else None for group in groups)
    return each.subnet.title, at_subnet, at_interface, len(each.nodes)


def the_only(draft: Draft) -> tuple[Topology, Protection]:
    topology = Topology(draft.snapshot())
    (found,) = protections(topology).nodes
    return topology, found


@pytest.mark.parametrize(
    ("cluster", "nodes", "pods"),
    [
        ("kubenet-vmss", [("aks-subnet", "aks-agentpool-30517864-nsg", None, 3)], []),
        ("cni-nodesubnet", [("snet-aks", "nsg-snet-aks", "aks-agentpool-42906158-nsg", 3)], []),
        (
            "cni-podsubnet",
            [
                ("snet-nodes-apps", None, "aks-agentpool-71364209-nsg", 2),
                ("snet-nodes-system", None, "aks-agentpool-71364209-nsg", 2),
            ],
            [("snet-pods-apps", None, None, 0), ("snet-pods-system", None, None, 0)],
        ),
    ],
)
def test_nodes_are_told_once_for_each_combination(
    cluster: str, nodes: list[object], pods: list[object]
) -> None:
    found = protections(Topology(bundled(cluster)))
    assert list(map(told, found.nodes)) == nodes
    assert list(map(told, found.pods)) == pods
    assert found.missing == ()


def test_nodes_of_one_subnet_with_other_interface_groups_stand_apart() -> None:
    draft = Draft("cni-nodesubnet")
    del draft.one(SCALE_SET_INTERFACES)["properties"]["networkSecurityGroup"]
    found = protections(Topology(draft.snapshot())).nodes
    assert sorted(map(told, found), key=str) == [
        ("snet-aks", "nsg-snet-aks", "aks-agentpool-42906158-nsg", 2),
        ("snet-aks", "nsg-snet-aks", None, 1),
    ]
    assert {each.groups[0].title for each in found} == {"nsg-snet-aks"}


def test_one_group_at_both_places_is_one_group() -> None:
    draft = Draft("kubenet-vmss")
    group = draft.one(SECURITY_GROUPS)["id"]
    for each in draft.all(SCALE_SET_INTERFACES):
        each["properties"]["networkSecurityGroup"] = {"id": group.upper()}
    _, found = the_only(draft)
    assert [each.title for each in found.groups] == ["aks-agentpool-30517864-nsg"]


def test_a_group_that_is_not_there_protects_nothing() -> None:
    draft = Draft("kubenet-vmss")
    draft.remove(SECURITY_GROUPS)
    _, found = the_only(draft)
    assert told(found) == ("aks-subnet", None, None, 3)


@pytest.mark.parametrize("kind", [SECURITY_GROUPS, NETWORKS])
def test_a_group_that_was_not_seen_is_missing_and_not_absent(kind: str) -> None:
    snapshot = bundled("kubenet-vmss")
    refusal = refusal_of(snapshot, kind)
    found = protections(Topology(refused(snapshot, [refusal])))
    assert found.nodes == ()
    assert found.missing == (gap_of(refusal),)


def test_what_hides_nodes_is_missing() -> None:
    snapshot = bundled("kubenet-vmss")
    refusal = refusal_of_list(snapshot, SCALE_SET_INTERFACES)
    found = protections(Topology(refused(snapshot, [refusal])))
    assert (found.nodes, found.missing) == ((), (gap_of(refusal),))


def test_the_addresses_are_all_of_the_nodes_or_those_of_the_pods_subnet() -> None:
    (nodes,) = protections(Topology(bundled("dual-stack"))).nodes
    expected = parse_ranges(["10.90.0.4/31", "10.90.0.6", "fd00:db8:90::4/127", "fd00:db8:90::6"])
    assert nodes.space(Family.IPV4) == expected.ipv4
    assert nodes.space(Family.IPV6) == expected.ipv6
    (flat,) = protections(Topology(bundled("cni-nodesubnet"))).nodes
    assert sum(high - low + 1 for low, high in flat.space(Family.IPV4)) == 3 * 29
    pods = protections(Topology(bundled("cni-podsubnet"))).pods
    ranges = parse_ranges(["10.70.8.0/23"]), parse_ranges(["10.70.4.0/22"])
    assert [each.space(Family.IPV4) for each in pods] == [each.ipv4 for each in ranges]


def test_parts_are_cut_down_to_the_addresses_they_meet() -> None:
    topology, found = the_only(Draft("cni-nodesubnet"))
    flow = Flow(
        direction=Direction.INBOUND, source=("10.60.0.0/24",), destination=found.subnet.prefixes
    )
    parts = found.evaluate(flow, surroundings(topology, found))
    first, other = parse_ranges(["10.60.0.4"]).ipv4, parse_ranges(["10.99.0.0/16"]).ipv4
    (part,) = touching(parts, first, None)
    assert part.shares[0].sources == first
    assert part.shares[0].destinations == parts[0].shares[0].destinations
    assert part.traffic == parts[0].traffic
    assert list(touching(parts, first, other)) == []
    assert list(touching(parts, other, None)) == []
    assert list(touching(parts, None, None)) == list(parts)


@given(st.sets(st.integers(0, 64).map(IPv4Address)), st.sets(st.integers(1, 64).map(IPv6Address)))
def test_addresses_become_spans_that_hold_them_and_no_other(
    four: set[IPv4Address], six: set[IPv6Address]
) -> None:
    spans = spaces_of([*six, *four])
    held = {
        family: [number for low, high in found for number in range(low, high + 1)]
        for family, found in spans.items()
    }
    assert held == {Family.IPV4: [*map(int, sorted(four))], Family.IPV6: [*map(int, sorted(six))]}


def test_the_area_is_the_subnet_s_unless_an_address_is_outside_of_it() -> None:
    _, found = the_only(Draft("cni-nodesubnet"))
    assert found.area == found.subnet.prefixes
    other = msgspec.structs.replace(
        found.subnet,
        properties=msgspec.structs.replace(
            found.subnet.properties, address_prefix="10.99.0.0/24", address_prefixes=()
        ),
    )
    moved = msgspec.structs.replace(found, subnet=other)
    assert parse_ranges(moved.area).ipv4 == found.space(Family.IPV4)


@given(st.lists(st.tuples(st.integers(0, 255), st.integers(24, 32)), max_size=6))
def test_folded_ranges_hold_the_same(found: list[tuple[int, int]]) -> None:
    texts = [f"10.0.0.{low}/{length}" for low, length in found]
    assert parse_ranges(folded(texts)).ipv4 == parse_ranges(texts).ipv4
    assert len(folded(texts)) <= len(set(texts))


def test_text_that_is_no_range_is_dropped() -> None:
    assert folded(["AzureCloud", "10.0.0.0/25", "10.0.0.128/25", "?"]) == ("10.0.0.0/24",)


def test_the_surroundings_are_the_network_its_peers_and_the_routes() -> None:
    topology, found = the_only(Draft("cni-nodesubnet"))
    assert surroundings(topology, found) == Surroundings(
        prefixes=("10.60.0.0/16", "10.50.0.0/16"), is_complete=True
    )
    topology, found = the_only(Draft("kubenet-vmss"))
    around = surroundings(topology, found)
    assert sorted(around.routed) == ["10.244.0.0/24", "10.244.1.0/24", "10.244.2.0/24"]
    assert around.is_complete


def peering_of(draft: Draft) -> dict[str, object]:
    found: dict[str, object] = draft.one(NETWORKS)["properties"]["virtualNetworkPeerings"][0][
        "properties"
    ]
    return found


@pytest.mark.parametrize("change", ["remote gateways", "space", "gateway subnet"])
def test_what_may_be_connected_besides_leaves_them_open(change: str) -> None:
    draft = Draft("cni-nodesubnet")
    if change == "remote gateways":
        peering_of(draft)["useRemoteGateways"] = True
    elif change == "space":
        for field in ("remoteAddressSpace", "remoteVirtualNetworkAddressSpace"):
            peering_of(draft)[field] = {"addressPrefixes": []}
    else:
        network = draft.one(NETWORKS)
        subnet = f"{network['id']}/subnets/GatewaySubnet"
        used = {"id": f"{network['id']}/virtualNetworkGateways/gw/ipConfigurations/one"}
        network["properties"]["subnets"].append(
            {
                "id": subnet,
                "name": "GatewaySubnet",
                "properties": {"addressPrefix": "10.60.255.0/27", "ipConfigurations": [used]},
            }
        )
    assert not surroundings(*the_only(draft)).is_complete


def test_a_gateway_subnet_that_nothing_uses_connects_nothing() -> None:
    draft = Draft("cni-nodesubnet")
    network = draft.one(NETWORKS)
    network["properties"]["subnets"].append(
        {
            "id": f"{network['id']}/subnets/GatewaySubnet",
            "name": "GatewaySubnet",
            "properties": {"addressPrefix": "10.60.255.0/27"},
        }
    )
    assert surroundings(*the_only(draft)).is_complete


def test_without_the_route_table_nobody_knows_the_surroundings() -> None:
    snapshot = bundled("kubenet-vmss")
    refusal = refusal_of(snapshot, ROUTE_TABLES)
    topology = Topology(refused(snapshot, [refusal]))
    (found,) = protections(topology).nodes
    with pytest.raises(NotCollected) as unseen:
        surroundings(topology, found)
    assert unseen.value.gap == gap_of(refusal)


def test_a_flow_meets_both_groups() -> None:
    topology, found = the_only(Draft("cni-nodesubnet"))
    flow = Flow(direction=Direction.INBOUND, source=("10.60.0.4",), destination=("10.60.0.5",))
    (part,) = found.evaluate(flow, surroundings(topology, found))
    assert [(each.group.name, each.rules[0].name) for each in part.steps] == [
        ("nsg-snet-aks", "AllowVnetInBound"),
        ("aks-agentpool-42906158-nsg", "AllowVnetInBound"),
    ]
    assert {rule.access for each in part.steps for rule in each.rules} == {Access.ALLOW}
