"""Where an address lies in a subnet, against asking every range about it."""

from ipaddress import IPv4Address, IPv4Network, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.network.addresses import is_reserved
from inspector.network.subnet_ranges import Place, SubnetRanges

SPACE = IPv4Network("10.0.0.0/24")

ranges = st.builds(
    lambda start, length: IPv4Network((int(SPACE[0]) + start, length), strict=False),
    st.integers(0, 255),
    st.integers(25, 32),
)


@given(st.lists(ranges, min_size=1, max_size=3), st.sampled_from(list(SPACE)))
def test_an_address_is_usable_where_a_range_holds_it_and_azure_does_not_keep_it(
    found: list[IPv4Network], address: IPv4Address
) -> None:
    place = SubnetRanges(map(str, found)).place(address)
    holders = [each for each in found if address in each]
    if any(not is_reserved(address, each) for each in holders):
        assert place is Place.USABLE
    else:
        assert place is (Place.RESERVED if holders else Place.OUTSIDE)


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("10.1.0.0", Place.RESERVED),
        ("10.1.0.3", Place.RESERVED),
        ("10.1.0.4", Place.USABLE),
        ("10.1.0.254", Place.USABLE),
        ("10.1.0.255", Place.RESERVED),
        ("10.1.1.0", Place.OUTSIDE),
        ("fd00::3", Place.RESERVED),
        ("fd00::4", Place.USABLE),
        ("fd01::4", Place.OUTSIDE),
    ],
)
def test_both_families_are_told_apart(address: str, place: Place) -> None:
    assert SubnetRanges(["10.1.0.0/24", "fd00::/64"]).place(ip_address(address)) is place


def test_an_address_of_a_family_without_a_range_has_no_place() -> None:
    assert SubnetRanges(["10.1.0.0/24"]).place(ip_address("fd00::4")) is Place.OTHER_FAMILY
    assert SubnetRanges(["fd00::/64"]).place(ip_address("10.1.0.4")) is Place.OTHER_FAMILY


def test_text_that_is_no_range_is_refused() -> None:
    with pytest.raises(ValueError, match="10"):
        SubnetRanges(["10.1.0.0/33"])
