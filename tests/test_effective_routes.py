"""Which route decides: the documented example, and an oracle that looks at every route."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from random import Random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import fixtures.documents as arm
from inspector.network.effective_routes import (
    INTERNET,
    NOWHERE,
    VIRTUAL_NETWORK_GATEWAY,
    VNET_LOCAL,
    VNET_PEERING,
    EffectiveRoute,
    EffectiveRoutes,
    RouteSource,
)
from inspector.network.ranges import IPRange
from inspector.network.spaces import Family, internet_space
from inspector.resources import Route

TABLE = arm.resource_id(arm.group_id("rg"), "Microsoft.Network/routeTables", "rt")
APPLIANCE = "VirtualAppliance"
FIREWALL = "10.0.100.4"


def route(prefix: str, kind: str = APPLIANCE, name: str = "") -> Route:
    hop = FIREWALL if kind == APPLIANCE else ""
    return Route.parse(
        msgspec.json.encode(arm.route(TABLE, name or prefix.replace("/", "-"), prefix, hop, kind))
    )


def taken(found: EffectiveRoute) -> tuple[str, str | None]:
    return str(found.prefix), found.next_hop_type


DOCUMENTED = EffectiveRoutes(
    [
        route("10.0.0.0/16", name="Within-VNet1"),
        route("10.0.0.0/24", "VnetLocal", "Within-Subnet1"),
        route("10.1.0.0/16", "None", "ToVNet2-1-Drop"),
        route("10.2.0.0/16", "None", "ToVNet2-2-Drop"),
        route("10.10.0.0/16", name="To-On-Prem"),
        route("0.0.0.0/0", name="Default-NVA"),
    ],
    network=["10.0.0.0/16"],
    peers={"Virtual-network-2": ["10.1.0.0/16", "10.2.0.0/16"]},
    learned=["10.10.0.0/16"],
)
"""The page's routing example, the subnet with a route table."""

DOCUMENTED_WITHOUT_TABLE = EffectiveRoutes(
    [],
    network=["10.0.0.0/16"],
    peers={"Virtual-network-2": ["10.1.0.0/16", "10.2.0.0/16"]},
    learned=["10.10.0.0/16"],
)
"""The page's routing example, the subnet without one."""


@pytest.mark.parametrize(
    ("address", "name", "without"),
    [
        ("10.0.0.5", "Within-Subnet1", ("10.0.0.0/16", VNET_LOCAL)),
        ("10.0.1.5", "Within-VNet1", ("10.0.0.0/16", VNET_LOCAL)),
        ("10.1.0.5", "ToVNet2-1-Drop", ("10.1.0.0/16", VNET_PEERING)),
        ("10.2.0.5", "ToVNet2-2-Drop", ("10.2.0.0/16", VNET_PEERING)),
        ("10.10.0.5", "To-On-Prem", ("10.10.0.0/16", VIRTUAL_NETWORK_GATEWAY)),
        ("8.8.8.8", "Default-NVA", ("0.0.0.0/0", INTERNET)),
        ("10.3.0.5", "Default-NVA", ("10.0.0.0/8", NOWHERE)),
        ("100.64.0.5", "Default-NVA", ("100.64.0.0/10", NOWHERE)),
        ("192.168.0.5", "Default-NVA", ("192.168.0.0/16", NOWHERE)),
        ("172.16.0.5", "Default-NVA", ("172.16.0.0/12", NOWHERE)),
        ("172.32.0.5", "Default-NVA", ("0.0.0.0/0", INTERNET)),
    ],
)
def test_the_documented_example(address: str, name: str, without: tuple[str, str]) -> None:
    found = DOCUMENTED.deciding(ip_address(address))
    assert found.source is RouteSource.USER
    assert found.user_defined is not None
    assert found.user_defined.title == name
    assert taken(DOCUMENTED_WITHOUT_TABLE.deciding(ip_address(address))) == without


def test_an_answer_tells_where_the_route_comes_from_and_leads_to() -> None:
    appliance = DOCUMENTED.deciding(ip_address("10.10.0.5"))
    assert (appliance.next_hop_type, appliance.next_hop_ip_address) == (APPLIANCE, FIREWALL)
    assert (appliance.peer, appliance.may) == (None, ())
    dropped = DOCUMENTED.deciding(ip_address("10.1.0.5"))
    assert (dropped.next_hop_type, dropped.next_hop_ip_address) == ("None", None)
    peered = DOCUMENTED_WITHOUT_TABLE.deciding(ip_address("10.1.0.5"))
    assert (peered.source, peered.peer) == (RouteSource.SYSTEM, "Virtual-network-2")
    learned = DOCUMENTED_WITHOUT_TABLE.deciding(ip_address("10.10.0.5"))
    assert (learned.source, learned.user_defined) == (RouteSource.BGP, None)


def test_half_a_node_subnet_is_shadowed() -> None:
    routes = EffectiveRoutes([route("10.224.0.128/25")], network=["10.224.0.0/12"])
    subnet = ip_network("10.224.0.0/24")
    assert [(str(part), taken(found)) for part, found in routes.split(subnet)] == [
        ("10.224.0.0/25", ("10.224.0.0/12", VNET_LOCAL)),
        ("10.224.0.128/25", ("10.224.0.128/25", APPLIANCE)),
    ]
    assert [each.title for each in routes.shadowing(subnet)] == ["10.224.0.128-25"]
    assert routes.shadowing(ip_network("10.224.1.0/24")) == ()


def test_a_route_that_a_longer_one_hides_entirely_shadows_nothing() -> None:
    halves = [route("10.244.0.0/25", "VnetLocal"), route("10.244.0.128/25", "VnetLocal")]
    routes = EffectiveRoutes([route("10.244.0.0/24"), *halves], network=["10.224.0.0/12"])
    found = routes.shadowing(ip_network("10.244.0.0/24"))
    assert [each.title for each in found] == ["10.244.0.0-25", "10.244.0.128-25"]


def test_a_range_that_holds_a_route_in_its_midst_comes_in_ranges() -> None:
    routes = EffectiveRoutes([route("10.224.0.64/26")], network=["10.224.0.0/12"])
    parts = routes.split(ip_network("10.224.0.0/24"))
    assert [str(part) for part, _ in parts] == [
        "10.224.0.0/26",
        "10.224.0.64/26",
        "10.224.0.128/25",
    ]


@pytest.mark.parametrize(
    ("network", "peers", "next_hop"),
    [
        (["10.0.0.0/16"], {}, NOWHERE),
        (["172.16.0.0/12"], {}, VNET_LOCAL),
        (["172.0.0.0/8"], {}, VNET_LOCAL),
        (["10.0.0.0/16"], {"hub": ["172.16.0.0/12"]}, VNET_PEERING),
        (["10.0.0.0/16"], {"hub": ["172.0.0.0/8"]}, VNET_PEERING),
        (["10.0.0.0/16"], {"hub": ["172.17.0.0/16"]}, NOWHERE),
    ],
)
def test_private_ranges_that_are_not_in_use_lead_nowhere(
    network: list[str], peers: dict[str, list[str]], next_hop: str
) -> None:
    routes = EffectiveRoutes([], network=network, peers=peers)
    assert routes.deciding(ip_address("172.16.0.1")).next_hop_type == next_hop


def test_bgp_wins_over_the_internet_and_over_nowhere_but_not_over_a_user_defined_route() -> None:
    learned = ["0.0.0.0/0", "192.168.0.0/16", "203.0.113.0/24"]
    routes = EffectiveRoutes([route("203.0.113.0/24")], network=["10.0.0.0/16"], learned=learned)
    for address in ("8.8.8.8", "192.168.0.1", "172.16.0.1"):
        assert routes.deciding(ip_address(address)).source is RouteSource.BGP
    assert routes.deciding(ip_address("203.0.113.1")).source is RouteSource.USER


def test_the_network_and_its_peers_win_over_more_specific_bgp_routes() -> None:
    learned = ["10.0.1.0/24", "10.1.1.0/24", "10.0.0.0/16", "10.2.0.0/24"]
    routes = EffectiveRoutes(
        [], network=["10.0.0.0/16"], peers={"hub": ["10.1.0.0/16"]}, learned=learned
    )
    assert routes.deciding(ip_address("10.0.1.1")).next_hop_type == VNET_LOCAL
    assert routes.deciding(ip_address("10.1.1.1")).next_hop_type == VNET_PEERING
    assert routes.deciding(ip_address("10.2.0.1")).source is RouteSource.BGP


def test_families_are_apart() -> None:
    routes = EffectiveRoutes([route("::/0")], network=["10.0.0.0/16", "fd00::/48"])
    assert routes.deciding(ip_address("fd00::1")).next_hop_type == VNET_LOCAL
    assert routes.deciding(ip_address("fd01::1")).next_hop_type == APPLIANCE
    assert routes.deciding(ip_address("8.8.8.8")).next_hop_type == INTERNET
    assert routes.deciding(ip_address("192.168.0.1")).next_hop_type == NOWHERE
    without = EffectiveRoutes([], network=["10.0.0.0/16"])
    assert taken(without.deciding(ip_address("2001:db8::1"))) == ("::/0", INTERNET)


def test_a_service_tag_is_told_beside_the_answer_for_public_addresses() -> None:
    storage, monitor = route("Storage", "Internet"), route("AzureMonitor")
    single = route("20.0.0.1/32")
    routes = EffectiveRoutes(
        [route("0.0.0.0/0"), storage, monitor, single], network=["10.224.0.0/12"]
    )
    public = routes.deciding(ip_address("20.0.0.2"))
    assert taken(public) == ("0.0.0.0/0", APPLIANCE)
    assert public.may == (storage, monitor)
    assert routes.deciding(ip_address("2603:1030::1")).may == (storage, monitor)
    assert routes.deciding(ip_address("20.0.0.1")).may == ()
    for private in ("10.224.0.4", "192.168.0.1", "172.16.0.1", "100.64.0.1", "fd00::1"):
        assert routes.deciding(ip_address(private)).may == ()
    assert storage not in routes.shadowing(ip_network("0.0.0.0/0"))


def test_a_range_is_cut_where_public_addresses_begin() -> None:
    routes = EffectiveRoutes([route("0.0.0.0/0"), route("Storage")], network=["10.224.0.0/12"])
    parts = routes.split(ip_network("192.168.0.0/15"))
    assert [(str(part), len(found.may)) for part, found in parts] == [
        ("192.168.0.0/16", 0),
        ("192.169.0.0/16", 1),
    ]


def test_a_route_without_a_prefix_or_with_odd_text_does_no_harm() -> None:
    bare = Route.parse(msgspec.json.encode({"id": f"{TABLE}/routes/x", "properties": {}}))
    routes = EffectiveRoutes([bare, route("10.0.0/24")], network=["10.0.0.0/16"])
    assert taken(routes.deciding(ip_address("10.0.0.1"))) == ("10.0.0.0/16", VNET_LOCAL)
    assert len(routes.deciding(ip_address("8.8.8.8")).may) == 1


@pytest.mark.parametrize("argument", ["network", "learned", "peers"])
def test_a_prefix_that_is_no_range_is_named(argument: str) -> None:
    texts = ["10.0.0.0/8", "VirtualNetwork"]
    with pytest.raises(ValueError, match="'VirtualNetwork' does not appear"):
        EffectiveRoutes(
            [],
            network=texts if argument == "network" else [],
            peers={"hub": texts} if argument == "peers" else None,
            learned=texts if argument == "learned" else [],
        )


def test_host_bits_of_prefixes_are_ignored() -> None:
    routes = EffectiveRoutes([route("10.0.1.7/24")], network=["10.0.3.4/16"])
    assert taken(routes.deciding(ip_address("10.0.1.1"))) == ("10.0.1.0/24", APPLIANCE)


NARROW = [("10.224.0.0", range(24, 33)), ("203.0.113.0", range(24, 33))]
WIDE = ["0.0.0.0/0", "0.0.0.0/1", "10.0.0.0/8", "10.224.0.0/12", "172.16.0.0/12", "100.64.0.0/10"]
WIDE += ["192.168.0.0/16", "192.0.0.0/8", "192.168.0.0/15", "224.0.0.0/3", "::/0", "2000::/3"]


@st.composite
def prefixes(draw: st.DrawFn) -> str:
    """Draw ranges that are near each other, and wide ones around Azure's own."""
    if draw(st.booleans()):
        return draw(st.sampled_from(WIDE))
    base, lengths = draw(st.sampled_from(NARROW))
    length = draw(st.sampled_from(lengths))
    if draw(st.integers(0, 4)) == 0:
        number = int(IPv6Address("fd00::")) + draw(st.integers(0, 255))
        return str(ip_network(f"{IPv6Address(number)}/{length + 96}", strict=False))
    number = int(IPv4Address(base)) + draw(st.integers(0, 255))
    return str(ip_network(f"{IPv4Address(number)}/{length}", strict=False))


LISTS = st.lists(prefixes(), max_size=6)
USER = st.lists(prefixes(), max_size=8, unique=True)


def build(
    user: Sequence[str], network: list[str], peer: list[str], learned: list[str]
) -> EffectiveRoutes:
    return EffectiveRoutes(
        [route(prefix) for prefix in user], network=network, peers={"hub": peer}, learned=learned
    )


def looked_up(
    address: IPv4Address | IPv6Address,
    user: Sequence[str],
    network: list[str],
    peer: list[str],
    learned: list[str],
) -> tuple[str, str]:
    """Return the prefix and the next hop type of the route that wins, by looking at each one."""
    inside = [ip_network(each) for each in (*network, *peer)]
    is_inside = any(address in each for each in inside)
    table = [(each, 5, APPLIANCE) for each in user]
    table += [(each, 4, VIRTUAL_NETWORK_GATEWAY) for each in learned if not is_inside]
    table += [(each, 3, VNET_LOCAL) for each in network]
    table += [(each, 2, VNET_PEERING) for each in peer]
    table += [("0.0.0.0/0", 1, INTERNET), ("::/0", 1, INTERNET)]
    if "0.0.0.0/0" not in (*user, *learned, *network, *peer):
        for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"):
            private = ip_network(text)
            if not any(
                each.prefixlen <= private.prefixlen and private[0] in each for each in inside
            ):
                table.append((text, 1, NOWHERE))
    matching = [
        (ip_network(text).prefixlen, weight, text, kind)
        for text, weight, kind in table
        if address in ip_network(text)
    ]
    _, _, text, kind = max(matching)
    return text, kind


def probes(*texts: str) -> list[IPv4Address | IPv6Address]:
    """Return the addresses at the edges of every range, and those beside them."""
    found = []
    for text in texts:
        network = ip_network(text)
        whole = range(2**network.max_prefixlen)
        edges = int(network[0]), int(network[-1])
        kind = type(network[0])
        found += [
            kind(edge + step) for edge in edges for step in (-1, 0, 1) if edge + step in whole
        ]
    return found


@given(USER, LISTS, LISTS, LISTS)
def test_the_decision_agrees_with_looking_at_every_route(
    user: list[str], network: list[str], peer: list[str], learned: list[str]
) -> None:
    routes = build(user, network, peer, learned)
    for address in probes(*user, *network, *peer, *learned, *WIDE):
        assert taken(routes.deciding(address)) == looked_up(address, user, network, peer, learned)


@given(USER, LISTS, prefixes())
def test_the_parts_make_up_the_range_and_each_has_one_route(
    user: list[str], learned: list[str], destination: str
) -> None:
    routes = build([*user, "Storage"], ["10.224.0.0/16"], [], learned)
    whole = ip_network(destination)
    parts = routes.split(whole)
    following = int(whole[0])
    for part, found in parts:
        assert int(part[0]) == following
        following = int(part[-1]) + 1
        inner = [each for each in probes(*user, *learned) if each in part]
        for address in (part[0], part[-1], *inner):
            assert routes.deciding(address) == found
    assert following == int(whole[-1]) + 1


@given(USER, LISTS, st.integers(0, 255), st.integers(24, 32))
def test_the_routes_that_shadow_are_those_that_decide_for_an_address(
    user: list[str], learned: list[str], number: int, length: int
) -> None:
    routes = build(user, ["10.224.0.0/16"], [], learned)
    whole: IPRange = ip_network(f"10.224.0.{number}/{length}", strict=False)
    decided = [routes.deciding(whole[place]).user_defined for place in range(whole.num_addresses)]
    expected = list(dict.fromkeys(each.title for each in decided if each is not None))
    assert [each.title for each in routes.shadowing(whole)] == expected


@given(USER, LISTS)
def test_a_tag_may_decide_for_every_public_address_but_those_with_a_route_of_their_own(
    user: list[str], network: list[str]
) -> None:
    plain = build(user, network, [], [])
    tagged = build([*user, "Storage"], network, [], [])
    for address in probes(*user, *network, *WIDE):
        found, without = tagged.deciding(address), plain.deciding(address)
        assert taken(found) == taken(without)
        space = internet_space(Family.IPV4 if address.version == 4 else Family.IPV6)
        is_public = any(low <= int(address) <= high for low, high in space)
        is_final = f"{address}/{address.max_prefixlen}" in user
        assert len(found.may) == (is_public and not is_final)


@given(USER, LISTS, LISTS, st.randoms())
def test_the_order_of_user_defined_routes_changes_nothing(
    user: list[str], network: list[str], learned: list[str], random: Random
) -> None:
    shuffled = list(user)
    random.shuffle(shuffled)
    one, other = build(user, network, [], learned), build(shuffled, network, [], learned)
    for everything in ("0.0.0.0/0", "::/0"):
        assert one.split(ip_network(everything)) == other.split(ip_network(everything))
