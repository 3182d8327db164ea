"""Arithmetic of spaces, against sets that hold every number."""

from ipaddress import ip_address, ip_network
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.network.spaces import (
    Family,
    Space,
    common,
    difference,
    internet_space,
    merged,
    remaining,
    without,
)

LAST = 60

spans = st.tuples(st.integers(0, LAST), st.integers(0, LAST)).map(
    lambda ends: (min(ends), max(ends))
)


def held(space: Space) -> set[int]:
    return {number for low, high in space for number in range(low, high + 1)}


def spaces(numbers: set[int]) -> Space:
    """Return a space of the numbers in which each stands for itself: nothing is merged."""
    return tuple((number, number) for number in sorted(numbers))


any_space = st.one_of(
    st.lists(spans, max_size=6).map(merged), st.sets(st.integers(0, LAST), max_size=8).map(spaces)
)


def is_apart_and_in_order(space: Space) -> bool:
    edges = [edge for span in space for edge in (2 * span[0], 2 * span[1] + 1)]
    return edges == sorted(edges) and len(set(edges)) == len(edges)


@given(st.lists(spans, max_size=8))
def test_merging_loses_nothing_and_leaves_gaps_between(ranges: list[tuple[int, int]]) -> None:
    space = merged(ranges)
    assert held(space) == held(tuple(ranges))
    assert all(low > high + 1 for (_, high), (low, _) in pairwise(space))


@given(any_space, any_space)
def test_common_and_difference_are_those_of_sets(one: Space, other: Space) -> None:
    assert held(common(one, other)) == held(one) & held(other)
    assert held(difference(one, other)) == held(one) - held(other)
    assert is_apart_and_in_order(common(one, other))
    assert is_apart_and_in_order(difference(one, other))


@given(any_space, spans)
def test_one_range_is_taken_away(space: Space, gone: tuple[int, int]) -> None:
    assert held(without(space, gone)) == held(space) - held((gone,))


prefixes = st.builds(
    lambda address, length: f"{ip_address(address)}/{length}",
    st.integers(0, LAST),
    st.integers(26, 32),
)


@given(st.lists(st.one_of(prefixes, st.sampled_from(["AzureCloud", "::/0", ""])), max_size=6))
def test_ranges_of_the_family_are_taken_away_at_once(texts: list[str]) -> None:
    networks = (ip_network(each, strict=False) for each in texts if each.startswith("0.0.0."))
    gone = {int(address) for network in networks for address in network}
    assert held(remaining(((0, LAST),), texts, Family.IPV4)) == set(range(LAST + 1)) - gone


@pytest.mark.parametrize(
    ("address", "is_public"),
    [
        ("1.0.0.0", True),
        ("9.255.255.255", True),
        ("10.0.0.0", False),
        ("100.64.0.1", False),
        ("100.128.0.0", True),
        ("168.63.129.16", True),
        ("169.254.169.254", False),
        ("172.15.255.255", True),
        ("172.31.255.255", False),
        ("223.255.255.255", True),
        ("224.0.0.1", False),
        ("2001:db8::1", True),
        ("fd00::1", False),
        ("fe80::1234:5678:9abc", False),
    ],
)
def test_the_internet_is_what_is_neither_private_nor_reserved(
    address: str, is_public: bool
) -> None:
    number = int(ip_address(address))
    family = Family.IPV6 if ":" in address else Family.IPV4
    assert any(low <= number <= high for low, high in internet_space(family)) is is_public
