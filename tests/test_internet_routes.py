"""Which routes capture internet-bound packets, told from routes alone."""

from collections.abc import Sequence
from ipaddress import IPv4Network
from random import Random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import fixtures.documents as arm
from inspector.network.internet_routes import InternetRoutes, NextHop, internet_routes
from inspector.network.spaces import Family
from inspector.resources import Route

TABLE = arm.resource_id(arm.group_id("rg"), "Microsoft.Network/routeTables", "rt")
APPLIANCE, GATEWAY, INTERNET, NONE = (
    "VirtualAppliance",
    "VirtualNetworkGateway",
    "Internet",
    "None",
)
FIREWALL = "10.50.0.4"


def route(prefix: str, kind: str = APPLIANCE, address: str | None = None) -> Route:
    name = prefix.replace("/", "-")
    hop = address or (FIREWALL if kind == APPLIANCE else "")
    return Route.parse(msgspec.json.encode(arm.route(TABLE, name, prefix, hop, kind)))


def captured(
    *routes: Route, family: Family = Family.IPV4, inside: Sequence[str] = ()
) -> InternetRoutes:
    return internet_routes(routes, family, inside)


@pytest.mark.parametrize(
    ("kind", "next_hop", "words"),
    [
        (
            APPLIANCE,
            NextHop.APPLIANCE,
            "user-defined route 0.0.0.0/0 to virtual appliance 10.50.0.4",
        ),
        (
            "virtualappliance",
            NextHop.APPLIANCE,
            "user-defined route 0.0.0.0/0 to a virtual appliance",
        ),
        (GATEWAY, NextHop.GATEWAY, "user-defined route 0.0.0.0/0 to the virtual network gateway"),
        (NONE, NextHop.NOWHERE, "user-defined route 0.0.0.0/0: dropped"),
        ("VnetLocal", NextHop.NETWORK, "user-defined route 0.0.0.0/0 to the virtual network"),
        ("Wormhole", NextHop.OTHER, "user-defined route 0.0.0.0/0 to a next hop of type Wormhole"),
    ],
)
def test_a_default_route_captures(kind: str, next_hop: NextHop, words: str) -> None:
    found = captured(route("0.0.0.0/0", kind))
    assert (found.next_hop, found.words, found.exceptions) == (next_hop, words, ())
    assert found.addresses == ((FIREWALL,) if kind == APPLIANCE else ())


def test_a_default_route_to_the_internet_is_as_if_there_were_none() -> None:
    assert captured(route("0.0.0.0/0", INTERNET)) == InternetRoutes()


def test_two_halves_are_a_default_route() -> None:
    found = captured(route("128.0.0.0/1"), route("0.0.0.0/1"))
    assert found.next_hop is NextHop.APPLIANCE
    assert found.words == (
        "user-defined routes 0.0.0.0/1, 128.0.0.0/1 to virtual appliance 10.50.0.4"
    )


def test_halves_that_part_are_told_apart() -> None:
    found = captured(route("0.0.0.0/1", NONE), route("128.0.0.0/1"))
    assert found.next_hop is NextHop.APPLIANCE
    assert "0.0.0.0/1: dropped" in found.words
    assert "128.0.0.0/1 to virtual appliance" in found.words


def test_half_of_the_internet_is_an_exception() -> None:
    found = captured(route("128.0.0.0/1"))
    assert found.next_hop is None
    assert found.exceptions == ("128.0.0.0/1 goes to virtual appliance 10.50.0.4",)


def test_all_but_the_private_ranges_is_the_internet() -> None:
    public = IPv4Network("0.0.0.0/0").address_exclude(IPv4Network("10.0.0.0/8"))
    found = captured(*(route(str(each)) for each in public))
    assert found.next_hop is NextHop.APPLIANCE
    assert " more to virtual appliance 10.50.0.4" in found.words


def test_routes_overridden_by_others_count_for_nothing() -> None:
    halves = (route("0.0.0.0/1", INTERNET), route("128.0.0.0/1", INTERNET))
    assert captured(route("0.0.0.0/0"), *halves) == InternetRoutes()
    found = captured(route("0.0.0.0/0", INTERNET), route("0.0.0.0/1"), route("128.0.0.0/1"))
    assert found.next_hop is NextHop.APPLIANCE
    assert found.exceptions == ()


def test_more_specific_routes_are_exceptions() -> None:
    found = captured(
        route("0.0.0.0/0"),
        route("157.56.178.157/32", INTERNET),
        route("203.0.113.0/24", APPLIANCE, "10.50.0.9"),
        route("198.51.100.0/24", NONE),
        route("192.0.2.0/24", APPLIANCE),
        route("AzureCloud", INTERNET),
    )
    assert found.exceptions == (
        "198.51.100.0/24 is dropped",
        "203.0.113.0/24 goes to virtual appliance 10.50.0.9",
        "157.56.178.157/32 has a route of its own, to the internet",
        "AzureCloud has a route of its own, to the internet",
    )


def test_without_a_default_route_only_what_leaves_otherwise_is_an_exception() -> None:
    found = captured(route("157.56.178.157/32", INTERNET), route("Storage", GATEWAY))
    assert found.exceptions == ("Storage goes to the virtual network gateway",)


def test_routes_of_pods_and_networks_do_not_count() -> None:
    pods = [route(f"10.244.{node}.0/24", address=f"10.224.0.{4 + node}") for node in range(3)]
    private = [route("10.0.0.0/8"), route("192.168.0.0/16", GATEWAY), route("172.16.0.0/12")]
    assert captured(*pods, *private) == InternetRoutes()


def test_public_ranges_that_are_the_clusters_own_do_not_count() -> None:
    pods = route("172.200.3.0/24", address="10.224.0.4")
    assert captured(pods, inside=["172.200.0.0/16"]) == InternetRoutes()
    assert captured(pods).exceptions


def test_families_are_apart() -> None:
    both = (route("0.0.0.0/0"), route("::/0", APPLIANCE, "fd00::4"), route("AzureCloud", INTERNET))
    v4, v6 = captured(*both), captured(*both, family=Family.IPV6)
    assert (v4.addresses, v6.addresses) == ((FIREWALL,), ("fd00::4",))
    assert v6.exceptions == ()
    assert captured(route("0.0.0.0/0"), family=Family.IPV6) == InternetRoutes()


def test_the_global_unicast_range_is_the_internet_of_ipv6() -> None:
    assert captured(route("2000::/3"), family=Family.IPV6).next_hop is NextHop.APPLIANCE
    assert captured(route("fc00::/7"), family=Family.IPV6) == InternetRoutes()


def test_a_route_without_prefix_or_hop_does_no_harm() -> None:
    bare = Route.parse(msgspec.json.encode({"id": f"{TABLE}/routes/x", "properties": {}}))
    assert captured(bare) == InternetRoutes()
    assert captured(bare, route("0.0.0.0/0")).exceptions == ()


def test_four_hundred_routes_of_single_addresses() -> None:
    single = [route(f"198.51.{number >> 8}.{number & 255}/32", INTERNET) for number in range(400)]
    found = captured(route("0.0.0.0/0"), *single)
    assert found.next_hop is NextHop.APPLIANCE
    assert len(found.exceptions) == 400


PUBLIC_EIGHTS = [each for each in range(1, 224) if each not in {10, 127}]
PREFIXES = st.integers(0, 8).flatmap(
    lambda length: st.integers(0, 2**length - 1).map(
        lambda number: str(IPv4Network((number << (32 - length), length)))
    )
)
ROUTES = st.dictionaries(
    PREFIXES, st.sampled_from([APPLIANCE, GATEWAY, INTERNET, NONE]), max_size=9
)


def winners(routes: dict[str, str]) -> list[str | None]:
    """Return the next hop of each public /8, the slow way."""
    found = []
    for eight in PUBLIC_EIGHTS:
        block = IPv4Network(f"{eight}.0.0.0/8")
        matching = [each for each in routes if block.subnet_of(IPv4Network(each))]
        best = max(matching, key=lambda each: IPv4Network(each).prefixlen, default=None)
        found.append(routes[best] if best is not None else None)
    return found


@given(ROUTES)
def test_capturing_agrees_with_looking_at_every_block(routes: dict[str, str]) -> None:
    found = captured(*(route(prefix, kind) for prefix, kind in routes.items()))
    hops = winners(routes)
    if all(each not in {None, INTERNET} for each in hops):
        assert found.next_hop is not None
    if all(each in {None, INTERNET} for each in hops):
        assert found.next_hop is None
        assert found.exceptions == ()
    if found.next_hop is not None:
        assert None not in hops
        straight = any("to the internet" in each for each in found.exceptions)
        assert straight == (INTERNET in hops)


@given(ROUTES, st.randoms())
def test_the_order_of_the_routes_changes_nothing(routes: dict[str, str], random: Random) -> None:
    listed = [route(prefix, kind) for prefix, kind in routes.items()]
    shuffled = list(listed)
    random.shuffle(shuffled)
    assert captured(*listed) == captured(*shuffled)
