"""SNAT ports: the documented tables, and a slow oracle for everything else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.network.snat import (
    LARGEST_DEFAULT_POOL,
    MOST_DEFAULT_PORTS,
    PORTS_PER_FRONTEND_ADDRESS,
    Cut,
    addresses_for_most,
    addresses_needed,
    default_ports,
    next_cut,
    nodes_supported,
    shared_ports,
)

TABLE = {
    range(1, 51): 1_024,
    range(51, 101): 512,
    range(101, 201): 256,
    range(201, 401): 128,
    range(401, 801): 64,
    range(801, 1_001): 32,
}
MEMBERS = st.integers(1, 1_100)
ADDRESSES = st.integers(1, 40)


def looked_up(members: int, addresses: int) -> int | None:
    for sizes, ports in TABLE.items():
        if members in sizes:
            total = 0
            for _ in range(addresses):
                total += ports
            return min(total, 1_024)
    return None


@pytest.mark.parametrize(("sizes", "ports"), TABLE.items(), ids=str)
def test_one_frontend_gives_what_the_table_says(sizes: range, ports: int) -> None:
    assert {default_ports(size, 1) for size in sizes} == {ports}


def test_the_documented_example_of_several_frontends() -> None:
    assert [default_ports(100, addresses) for addresses in (1, 2, 3)] == [512, 1_024, 1_024]


@given(MEMBERS, ADDRESSES)
def test_default_ports_agree_with_the_table_read_line_by_line(members: int, addresses: int) -> None:
    assert default_ports(members, addresses) == looked_up(members, addresses)


def test_the_edges_of_the_defaults() -> None:
    assert default_ports(LARGEST_DEFAULT_POOL, 1) == 32
    assert default_ports(LARGEST_DEFAULT_POOL + 1, 1) is None
    assert default_ports(0, 1) == MOST_DEFAULT_PORTS
    assert default_ports(3, 0) == 0


@given(MEMBERS, ADDRESSES)
def test_the_next_cut_is_the_first_size_with_fewer_ports(members: int, addresses: int) -> None:
    now = default_ports(members, addresses)
    expected = None
    for size in range(members, LARGEST_DEFAULT_POOL + 1):
        ports = default_ports(size, addresses)
        if now is not None and ports is not None and ports < now:
            expected = Cut(size, ports)
            break
    assert next_cut(members, addresses) == expected


@pytest.mark.parametrize(
    ("members", "addresses", "cut"),
    [
        (48, 1, Cut(51, 512)),
        (50, 1, Cut(51, 512)),
        (51, 1, Cut(101, 256)),
        (48, 2, Cut(101, 512)),
        (900, 1, None),
        (48, 32, None),
        (1_200, 1, None),
    ],
)
def test_cuts(members: int, addresses: int, cut: Cut | None) -> None:
    assert next_cut(members, addresses) == cut


@pytest.mark.parametrize(
    ("ports", "addresses", "nodes"),
    [(1_000, 2, 128), (1_000, 7, 448), (4_000, 2, 32), (4_000, 7, 112), (24_000, 2, 5)],
)
def test_the_documented_examples_of_an_allocation(ports: int, addresses: int, nodes: int) -> None:
    assert nodes_supported(ports, addresses) == nodes


@given(st.integers(100, 64_000), ADDRESSES)
def test_an_allocation_is_enough_until_the_next_node_wants_more_than_there_is(
    ports: int, addresses: int
) -> None:
    left, nodes = PORTS_PER_FRONTEND_ADDRESS * addresses, 0
    while left >= ports:
        left -= ports
        nodes += 1
    assert nodes_supported(ports, addresses) == nodes


def test_ports_that_inbound_rules_keep_are_not_given_out() -> None:
    assert nodes_supported(8_000, 1, taken=8) == 7
    assert nodes_supported(8_000, 1) == 8
    assert nodes_supported(64_000, 0, taken=8) == 0


@given(st.integers(8, 64_000), st.integers(0, 2_000), st.integers(0, 4_000))
def test_the_addresses_needed_are_the_fewest_that_suffice(
    ports: int, nodes: int, taken: int
) -> None:
    needed = addresses_needed(ports, nodes, taken)
    assert nodes_supported(ports, needed, taken) >= nodes
    assert needed == 1 or (needed - 1) * PORTS_PER_FRONTEND_ADDRESS < ports * nodes + taken


@given(MEMBERS)
def test_so_many_addresses_give_the_most_and_one_fewer_does_not(members: int) -> None:
    needed = addresses_for_most(members)
    if needed is None:
        assert members > LARGEST_DEFAULT_POOL
        return
    assert default_ports(members, needed) == MOST_DEFAULT_PORTS
    fewer = default_ports(members, needed - 1)
    assert fewer is not None
    assert fewer < MOST_DEFAULT_PORTS


def test_a_nat_gateway_shares_the_ports_of_its_addresses() -> None:
    assert shared_ports(1) == 64_512
    assert shared_ports(16) == 1_032_192
