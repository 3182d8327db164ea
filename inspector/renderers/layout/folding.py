"""Many addresses of one thing in one cell."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address
from typing import Final

from inspector.network.addresses import fold

FOLDED_FROM: Final = 4
"""How many rows of one device or interface are folded into one."""


def folded(addresses: Sequence[IPv4Address | IPv6Address]) -> str:
    """Return the addresses as runs with their number: ``10.10.0.4-32, 29 addresses``."""
    return f"{', '.join(fold(addresses))}, {len(addresses)} addresses"
