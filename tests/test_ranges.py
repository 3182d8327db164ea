"""Ranges against each other, compared with an oracle that enumerates addresses."""

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, ip_network
from itertools import combinations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.network.addresses import parse_range
from inspector.network.ranges import (
    IPRange,
    LabelledRange,
    blocks,
    first_free,
    host_bits_set,
    is_within,
    labelled,
    overlaps,
    overlaps_between,
    span_of_range,
    uncovered,
)

BITS = 6
"""The oracle's universe: the last six bits of either family."""

IPV4_START, IPV6_START = int(ip_network("10.0.0.0/26")[0]), int(ip_network("fd00::/122")[0])


@st.composite
def ranges(draw: st.DrawFn, *, family: type[IPv4Network | IPv6Network] | None = None) -> IPRange:
    """Draw a range of the universe."""
    drawn = family or draw(st.sampled_from([IPv4Network, IPv4Network, IPv6Network]))
    width = draw(st.integers(0, BITS))
    number = draw(st.integers(0, 2**BITS - 1)) >> width << width
    if drawn is IPv4Network:
        return IPv4Network((IPV4_START + number, 32 - width))
    return IPv6Network((IPV6_START + number, 128 - width))


LISTS = st.lists(ranges(), max_size=8)


def addresses(*networks: IPRange) -> set[tuple[int, int]]:
    return {(each.version, int(address)) for each in networks for address in each}


def numbered(networks: Iterable[IPRange]) -> list[LabelledRange[int]]:
    return [LabelledRange(number, network) for number, network in enumerate(networks)]


def test_text_is_read_with_its_host_bits_ignored() -> None:
    assert labelled("node", ["10.1.2.3/24", "fd00::1/64", "10.0.0.4"]) == (
        LabelledRange("node", ip_network("10.1.2.0/24")),
        LabelledRange("node", ip_network("fd00::/64")),
        LabelledRange("node", ip_network("10.0.0.4/32")),
    )


@pytest.mark.parametrize("text", ["", "VirtualNetwork", "10.0.0.0/33", "10.0.0/24", "10.0.0.0/-1"])
def test_text_that_is_no_range_is_named(text: str) -> None:
    for read in (lambda: labelled("vnet", ["10.0.0.0/8", text]), lambda: host_bits_set(text)):
        with pytest.raises(ValueError, match="does not appear") as raised:
            read()
        assert repr(text) in str(raised.value)


@pytest.mark.parametrize(
    ("text", "set_"),
    [
        ("10.244.0.0/16", False),
        ("10.244.1.0/16", True),
        ("10.0.0.4", False),
        ("0.0.0.0/0", False),
        ("0.0.0.1/0", True),
        ("fd12:3456:789a::/64", False),
        ("FD12:3456:789A:1::1/64", True),
    ],
)
def test_host_bits(text: str, set_: bool) -> None:
    assert host_bits_set(text) is set_


@given(ranges(), st.integers(0, 2**BITS - 1))
def test_host_bits_are_set_unless_the_range_starts_with_its_address(
    network: IPRange, offset: int
) -> None:
    address = network[offset % network.num_addresses]
    text = f"{address}/{network.prefixlen}"
    assert host_bits_set(text) is (address != network[0])
    assert parse_range(text) == network


@given(LISTS)
def test_overlaps_are_the_pairs_that_share_an_address(networks: list[IPRange]) -> None:
    found = overlaps(numbered(networks))
    pairs = [frozenset((one.label, other.label)) for one, other in found]
    assert len(pairs) == len(set(pairs))
    assert set(pairs) == {
        frozenset((one, other))
        for one, other in combinations(range(len(networks)), 2)
        if addresses(networks[one]) & addresses(networks[other])
    }
    assert all(addresses(one.range) >= addresses(other.range) for one, other in found)


@given(LISTS, LISTS)
def test_overlaps_between_are_the_pairs_that_share_an_address(
    left: list[IPRange], right: list[IPRange]
) -> None:
    found = overlaps_between(numbered(left), numbered(right))
    pairs = [(one.label, other.label) for one, other in found]
    assert len(pairs) == len(set(pairs))
    assert set(pairs) == {
        (one, other)
        for one, other in product(range(len(left)), range(len(right)))
        if addresses(left[one]) & addresses(right[other])
    }


@given(st.data(), st.lists(ranges(), max_size=8, unique=True))
def test_the_order_of_different_ranges_changes_nothing(
    data: st.DataObject, networks: list[IPRange]
) -> None:
    listed = numbered(networks)
    shuffled = data.draw(st.permutations(listed))
    assert overlaps(listed) == overlaps(shuffled)
    assert overlaps_between(listed, listed[:4]) == overlaps_between(shuffled, listed[:4])


def test_overlaps_say_whose_ranges_they_are() -> None:
    given_ranges = (
        *labelled("pod CIDR", ["10.244.0.0/16"]),
        *labelled("network", ["10.224.0.0/12", "192.168.0.0/16"]),
        *labelled("peer", ["10.244.7.0/24"]),
    )
    assert [(one.label, other.label) for one, other in overlaps(given_ranges)] == [
        ("pod CIDR", "peer")
    ]


def test_five_thousand_ranges_that_each_lie_in_one_of_the_others_side() -> None:
    whole = labelled("network", ["10.0.0.0/8"])
    slices = [
        LabelledRange(each, IPv4Network((0x0A000000 + each * 256, 24))) for each in range(5_000)
    ]
    assert len(overlaps_between(slices, whole)) == 5_000
    assert overlaps(slices) == ()


@given(ranges(), LISTS)
def test_uncovered_is_what_no_other_range_holds(inner: IPRange, outers: list[IPRange]) -> None:
    left = addresses(inner) - addresses(*outers)
    found = uncovered(inner, outers)
    assert addresses(*found) == left
    assert sum(each.num_addresses for each in found) == len(left)
    assert is_within(inner, outers) is (not left)


@pytest.mark.parametrize(
    ("inner", "outers", "left"),
    [
        ("10.0.0.0/24", ["10.0.0.0/25", "10.0.0.128/25"], []),
        ("10.0.0.0/24", ["10.0.0.0/25"], ["10.0.0.128/25"]),
        ("10.0.0.0/24", ["10.0.0.64/26"], ["10.0.0.0/26", "10.0.0.128/25"]),
        ("10.0.0.0/24", ["10.0.0.0/8"], []),
        ("10.0.0.0/24", [], ["10.0.0.0/24"]),
        ("10.0.0.0/24", ["::/0"], ["10.0.0.0/24"]),
        ("fd00::/64", ["fd00::/65", "fd00::8000:0:0:0/65"], []),
        ("255.255.255.0/24", ["255.255.255.128/25"], ["255.255.255.0/25"]),
    ],
)
def test_what_is_not_covered(inner: str, outers: list[str], left: list[str]) -> None:
    others = [ip_network(each) for each in outers]
    assert [str(each) for each in uncovered(ip_network(inner), others)] == left
    assert is_within(ip_network(inner), others) is (not left)


@given(st.integers(0, 70), st.integers(0, 70), st.sampled_from([4, 6]))
def test_blocks_make_up_a_span(first: int, last: int, version: int) -> None:
    start = IPV4_START if version == 4 else IPV6_START
    found = list(blocks((start + first, start + last), version))
    listed = [int(address) for block in found for address in block]
    assert listed == list(range(start + first, start + last + 1))
    assert all(block.version == version for block in found)


@given(ranges())
def test_a_range_is_one_block(network: IPRange) -> None:
    assert list(blocks(span_of_range(network), network.version)) == [network]


@pytest.mark.parametrize("text", ["0.0.0.0/0", "::/0"])
def test_a_whole_family_is_one_block(text: str) -> None:
    everything = ip_network(text)
    assert list(blocks(span_of_range(everything), everything.version)) == [everything]
    assert uncovered(everything, []) == (everything,)


@given(st.integers(0, BITS), LISTS, LISTS, st.sampled_from([IPv4Network, IPv6Network]))
def test_the_first_free_block_is_the_lowest_of_all_that_fit(
    width: int, inside: list[IPRange], taken: list[IPRange], family: type[IPv4Network | IPv6Network]
) -> None:
    own = [each for each in inside if isinstance(each, family)]
    length = family(0).max_prefixlen - width
    free = addresses(*own) - addresses(*taken)
    start = IPV4_START if family is IPv4Network else IPV6_START
    fitting = [
        family((start + number, length))
        for number in range(0, 2**BITS, 2**width)
        if addresses(family((start + number, length))) <= free
    ]
    assert first_free(length, own, taken) == next(iter(fitting), None)


@pytest.mark.parametrize(
    ("length", "inside", "taken", "free"),
    [
        (16, ["10.0.0.0/8"], ["10.0.0.0/16", "10.1.0.0/24", "10.2.0.0/15"], "10.4.0.0/16"),
        (16, ["172.16.0.0/12", "10.0.0.0/8"], [], "10.0.0.0/16"),
        (12, ["192.168.0.0/16"], [], None),
        (24, ["10.0.0.0/25", "10.0.0.128/25"], [], "10.0.0.0/24"),
        (24, ["10.0.0.128/25", "10.0.1.0/25"], [], None),
        (24, ["10.0.0.0/24"], ["0.0.0.0/0"], None),
        (24, [], [], None),
        (64, ["10.0.0.0/8", "fd00::/48"], ["fd00::/64"], "fd00:0:0:1::/64"),
        (33, ["10.0.0.0/8"], [], None),
        (-1, ["0.0.0.0/0"], [], None),
        (0, ["0.0.0.0/0"], [], "0.0.0.0/0"),
        (32, ["255.255.255.255/32"], [], "255.255.255.255/32"),
    ],
)
def test_free_blocks(length: int, inside: list[str], taken: list[str], free: str | None) -> None:
    found = first_free(length, map(parse_range, inside), map(parse_range, taken))
    assert found == (parse_range(free) if free is not None else None)
