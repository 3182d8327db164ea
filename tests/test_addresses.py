"""Address arithmetic, against oracles that enumerate."""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.network.addresses import (
    address_order,
    fold,
    free_addresses,
    is_reserved,
    parse_range,
    usable_addresses,
)

Address = IPv4Address | IPv6Address

RESERVED_FIRST = 4

ipv4_starts = st.one_of(
    st.sampled_from(
        [0, 2**32 - 300, int(IPv4Address("10.10.0.0")), int(IPv4Address("10.0.0.250"))]
    ),
    st.integers(0, 2**32 - 300),
)
ipv6_starts = st.one_of(
    st.sampled_from(
        [0, 2**128 - 300, int(IPv6Address("fd00::fff0")), int(IPv6Address("2001:db8::"))]
    ),
    st.integers(0, 2**128 - 300),
)
ADDRESSES = st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6))
offsets = st.sets(st.integers(0, 299), max_size=40)


@st.composite
def clustered(draw: st.DrawFn) -> list[Address]:
    """Draw addresses of both families in heaps, so that runs come up, twice now and then."""
    found: list[Address] = []
    for start in draw(st.lists(ipv4_starts, max_size=3)):
        found += [IPv4Address(start + each) for each in draw(offsets)]
    for start in draw(st.lists(ipv6_starts, max_size=3)):
        found += [IPv6Address(start + each) for each in draw(offsets)]
    again = draw(st.lists(st.sampled_from(found), max_size=3)) if found else []
    return draw(st.permutations([*found, *again]))


def listed(subnet: IPv4Network | IPv6Network) -> list[Address]:
    return [subnet[place] for place in range(subnet.num_addresses)]


def expanded(texts: Iterable[str]) -> list[Address]:
    """Return every address that a reader takes the runs for."""
    found: list[Address] = []
    for text in texts:
        first, _, end = text.partition("-")
        start = ip_address(first)
        mark = "." if start.version == 4 else ":"
        head = first.rpartition(mark)[0]
        last = start
        if end:
            last = ip_address(end if mark in end else f"{head}{mark}{end}")
        assert last.version == start.version
        assert int(start) <= int(last)
        family = type(start)
        found += [family(number) for number in range(int(start), int(last) + 1)]
    return found


@given(clustered())
def test_the_runs_hold_each_address_once_and_no_other(addresses: list[Address]) -> None:
    order = sorted(set(addresses), key=lambda each: (each.version, int(each)))
    assert expanded(fold(addresses)) == order


@given(clustered())
def test_there_are_as_few_runs_as_possible(addresses: list[Address]) -> None:
    present = {(each.version, int(each)) for each in addresses}
    beginnings = {(version, number) for version, number in present} - {
        (version, number + 1) for version, number in present
    }
    assert len(list(fold(addresses))) == len(beginnings)


@pytest.mark.parametrize(
    ("addresses", "text"),
    [
        ((), []),
        (("10.0.0.4",), ["10.0.0.4"]),
        (("10.0.0.5", "10.0.0.4"), ["10.0.0.4-5"]),
        (("10.0.0.255", "10.0.1.0"), ["10.0.0.255-10.0.1.0"]),
        (("fd00::a", "fd00::b", "10.0.0.4"), ["10.0.0.4", "fd00::a-b"]),
        (("255.255.255.255", "::1:0:0"), ["255.255.255.255", "::1:0:0"]),
    ],
)
def test_the_end_of_a_run_is_shortened(addresses: tuple[str, ...], text: list[str]) -> None:
    assert list(fold(map(ip_address, addresses))) == text


@given(st.lists(st.tuples(st.integers(0, 255), st.integers(22, 32)), min_size=1, max_size=4))
def test_usable_addresses_are_all_but_the_first_four_and_the_last(
    ranges: list[tuple[int, int]],
) -> None:
    prefixes = [f"10.{each}.0.0/{length}" for each, length in ranges]
    left = [list(ip_network(prefix))[RESERVED_FIRST:-1] for prefix in prefixes]
    assert usable_addresses(prefixes) == sum(map(len, left))
    assert usable_addresses([*prefixes, "fd00::/64"]) == sum(map(len, left))


@given(st.lists(st.integers(24, 32), min_size=1, max_size=3), st.integers(0, 600))
def test_free_addresses_are_those_neither_reserved_nor_given_out(
    lengths: list[int], used: int
) -> None:
    ranges = [parse_range(f"10.{place}.0.0/{length}") for place, length in enumerate(lengths)]
    free = [each for found in ranges for each in listed(found) if not is_reserved(each, found)]
    prefixes = [str(each) for each in ranges]
    assert free_addresses(prefixes, used) == len(free[used:])
    assert free_addresses([*prefixes, "fd00::/64"], used) == len(free[used:])


@given(ADDRESSES, st.integers(0, 8))
def test_the_first_four_addresses_and_the_last_are_reserved(address: Address, width: int) -> None:
    subnet = parse_range(f"{address}/{address.max_prefixlen - width}")
    every = listed(subnet)
    reserved = {*every[:RESERVED_FIRST], every[-1]}
    assert {each for each in every if is_reserved(each, subnet)} == reserved


@pytest.mark.parametrize(
    ("address", "subnet", "reserved"),
    [
        ("192.168.1.0", "192.168.1.0/24", True),
        ("192.168.1.1", "192.168.1.0/24", True),
        ("192.168.1.2", "192.168.1.0/24", True),
        ("192.168.1.3", "192.168.1.0/24", True),
        ("192.168.1.4", "192.168.1.0/24", False),
        ("192.168.1.254", "192.168.1.0/24", False),
        ("192.168.1.255", "192.168.1.0/24", True),
        ("192.168.1.255", "192.168.0.0/23", True),
        ("192.168.1.0", "192.168.0.0/23", False),
        ("192.168.2.0", "192.168.1.0/24", False),
        ("fd00::3", "fd00::/64", True),
        ("fd00::4", "fd00::/64", False),
        ("fd00::ffff:ffff:ffff:ffff", "fd00::/64", True),
        ("::", "0.0.0.0/0", False),
    ],
)
def test_the_documented_example_of_reserved_addresses(
    address: str, subnet: str, reserved: bool
) -> None:
    assert is_reserved(ip_address(address), parse_range(subnet)) is reserved


@given(st.integers(0, 128))
def test_without_an_ipv4_range_there_is_no_count(length: int) -> None:
    assert usable_addresses([f"::/{length}"]) is None
    assert usable_addresses([]) is None
    assert free_addresses([f"::/{length}"], 3) is None


@given(st.integers(0, 2**32 - 1), st.integers(0, 32))
def test_host_bits_are_ignored(number: int, length: int) -> None:
    network = parse_range(f"{IPv4Address(number)}/{length}")
    assert network.prefixlen == length
    assert IPv4Address(number) in network


@pytest.mark.parametrize("text", ["", "VirtualNetwork", "10.0.0.0/33", "10.0.0/24"])
def test_text_that_is_no_range_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"does not appear|expected|unexpected|not permitted"):
        usable_addresses([text])


@given(st.lists(ADDRESSES))
def test_addresses_and_their_texts_sort_alike(addresses: list[Address]) -> None:
    slow = sorted(addresses, key=lambda each: (each.version, each.packed))
    assert sorted(addresses, key=address_order) == slow
    texts = sorted(map(str, addresses), key=address_order)
    assert texts == [str(each) for each in slow]


@pytest.mark.parametrize("odd", [None, "", "unknown", "10.0.0", object()])
def test_what_is_no_address_comes_last(odd: object) -> None:
    mixed = [odd, ip_address("fd00::1"), ip_address("10.0.0.1"), "10.0.0.0/31"]
    found = sorted(mixed, key=address_order)
    assert found == ["10.0.0.0/31", ip_address("10.0.0.1"), ip_address("fd00::1"), odd]
