"""Address arithmetic: usable addresses of a subnet, runs of addresses folded."""

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

AZURE_RESERVED: Final = 5
"""Azure keeps the first four addresses and the last one of every subnet (Learn: VNet FAQ)."""

_RESERVED_FIRST: Final = AZURE_RESERVED - 1
_LAST: Final = (9, 0)


def usable_addresses(prefixes: Iterable[str]) -> int | None:
    """Return how many IPv4 addresses of a subnet can be given out; ``None`` without an IPv4 range.

    A range too small to use (``/30`` and longer) counts as zero. Raises ``ValueError`` for text
    that is not a range.
    """
    ranges = [network for network in map(parse_range, prefixes) if isinstance(network, IPv4Network)]
    if not ranges:
        return None
    return sum(max(0, network.num_addresses - AZURE_RESERVED) for network in ranges)


def free_addresses(prefixes: Iterable[str], used: int) -> int | None:
    """Return how many IPv4 addresses of a subnet are left; ``None`` without an IPv4 range.

    ``used`` are those given out, Azure's own not among them. A subnet that is said to have given
    out more than it holds has none left. Raises ``ValueError`` for text that is not a range.
    """
    usable = usable_addresses(prefixes)
    return None if usable is None else max(0, usable - used)


def is_reserved(address: IPv4Address | IPv6Address, subnet: IPv4Network | IPv6Network) -> bool:
    """Whether the address is one of the five that Azure keeps of a subnet's range.

    These are the network's address, the gateway, two for DNS and the broadcast address (Learn:
    VNet FAQ); an IPv6 range keeps the same places. An address outside the range is not reserved.
    """
    if address not in subnet:
        return False
    place = int(address) - int(subnet.network_address)
    return place < _RESERVED_FIRST or address == subnet.broadcast_address


def parse_range(text: str) -> IPv4Network | IPv6Network:
    """Parse a CIDR range of either family, host bits ignored as ARM does."""
    return ip_network(text, strict=False)


def address_order(address: object) -> tuple[int, int]:
    """Return a key that sorts addresses by family and number, whatever is no address last.

    Text is taken as well, a range by its first address.
    """
    if isinstance(address, str):
        try:
            address = ip_address(address.partition("/")[0])
        except ValueError:
            return _LAST
    if isinstance(address, IPv4Address | IPv6Address):
        return address.version, int(address)
    return _LAST


def fold(addresses: Iterable[IPv4Address | IPv6Address]) -> Iterator[str]:
    """Yield the addresses as runs: ``10.10.0.4-32`` for those that follow each other.

    The end of a run is shortened to what differs in its last group; families are kept apart and
    IPv4 comes first. Each address is counted once.
    """
    runs: list[tuple[IPv4Address | IPv6Address, IPv4Address | IPv6Address]] = []
    for address in sorted(set(addresses), key=lambda each: (each.version, int(each))):
        if runs:
            first, last = runs[-1]
            if last.version == address.version and int(last) + 1 == int(address):
                runs[-1] = (first, address)
                continue
        runs.append((address, address))
    for first, last in runs:
        yield _run_text(first, last)


def _run_text(first: IPv4Address | IPv6Address, last: IPv4Address | IPv6Address) -> str:
    if first == last:
        return str(first)
    mark = "." if isinstance(first, IPv4Address) else ":"
    start, end = str(first).rpartition(mark), str(last).rpartition(mark)
    return f"{first}-{end[2]}" if start[0] == end[0] else f"{first}-{last}"
