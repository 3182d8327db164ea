"""The ranges that an API server admits, against an oracle that looks at single addresses."""

from ipaddress import IPv4Network, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.network.authorized_ranges import OWN_OUTBOUND_ONLY, admitted, range_faults

NETWORKS = st.builds(
    lambda address, length: IPv4Network((address, length), strict=False),
    st.integers(0, 2**32 - 1),
    st.integers(8, 32),
)
RESERVED = [
    IPv4Network(each)
    for each in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "224.0.0.0/3",
    )
]


@given(st.lists(NETWORKS, max_size=5))
def test_a_range_is_private_exactly_if_a_reserved_one_holds_it(networks: list[IPv4Network]) -> None:
    """Blocks nest or are apart: one that no reserved block holds has an address beside them."""
    texts = [str(each) for each in networks if str(each) != OWN_OUTBOUND_ONLY]
    private = {
        str(each) for each in networks if any(each.subnet_of(wider) for wider in RESERVED)
    } & set(texts)
    assert set(range_faults(texts).private) == private


@given(NETWORKS, st.integers(0, 2**32 - 1))
def test_a_range_is_unaligned_exactly_if_it_has_another_first_address(
    network: IPv4Network, step: int
) -> None:
    written = ip_address(int(network.network_address) + step % network.num_addresses)
    text = f"{written}/{network.prefixlen}"
    faults = range_faults([text])
    is_private = bool(faults.private) or text == OWN_OUTBOUND_ONLY
    assert bool(faults.unaligned) is (written != network.network_address and not is_private)


@given(
    st.integers(1, 6).flatmap(lambda bits: st.tuples(st.just(bits), st.integers(0, 2**bits - 1)))
)
def test_parts_of_the_address_space_admit_everybody_only_if_none_is_left_out(
    cut: tuple[int, int],
) -> None:
    bits, gone = cut
    parts = [str(each) for each in IPv4Network("0.0.0.0/0").subnets(prefixlen_diff=bits)]
    assert range_faults(parts).everything
    without = [each for place, each in enumerate(parts) if place != gone]
    left_out = IPv4Network(parts[gone])
    holds_public = not any(left_out.subnet_of(wider) for wider in RESERVED)
    assert bool(range_faults(without).everything) is not holds_public


@pytest.mark.parametrize("text", ["0.0.0.0/0", "::/0"])
def test_one_range_alone_may_admit_everybody(text: str) -> None:
    assert range_faults(["198.51.100.0/24", text]).everything == (text,)


@pytest.mark.parametrize("text", ["", "office", "10.0.0.0/33", "1.2.3"])
def test_text_that_is_no_range_is_said_and_admits_nobody(text: str) -> None:
    assert range_faults([text]).unreadable == (text,)
    assert admitted([text]) == ()


def test_the_special_range_is_fine_and_admits_nobody_else() -> None:
    faults = range_faults([OWN_OUTBOUND_ONLY])
    assert (faults.everything, faults.private, faults.unaligned, faults.unreadable) == (
        (),
        (),
        (),
        (),
    )
    assert admitted([OWN_OUTBOUND_ONLY]) == ()


def test_addresses_without_a_length_are_ranges_of_one() -> None:
    assert [str(each) for each in admitted(["198.51.100.7", "2001:db8::1"])] == [
        "198.51.100.7/32",
        "2001:db8::1/128",
    ]
