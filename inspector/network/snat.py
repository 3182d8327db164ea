"""SNAT ports: what Azure gives each member of a backend pool, and what an allocation supports.

Sources: Learn "Outbound connections" (load balancer) for the table, its cap and the ports of an
address; AKS "configure-load-balancer-standard" for the nodes an allocation supports; AKS
"nat-gateway" for the ports of a NAT gateway's address.
"""

from typing import Final, NamedTuple

PORTS_PER_FRONTEND_ADDRESS: Final = 64_000
"""The ports of one public address that a load balancer's outbound rules can use."""

LISTENING_BLOCK: Final = 8
"""The ports of an address that a rule which listens on one of them keeps from outbound flows."""

PORTS_PER_NAT_GATEWAY_ADDRESS: Final = 64_512
"""The ports of one public address of a NAT gateway, shared on demand by all behind it."""

MOST_DEFAULT_PORTS: Final = 1_024
"""The ports a member gets at most where Azure divides them, however many addresses there are."""

LARGEST_DEFAULT_POOL: Final = 1_000
"""The last pool size that the documentation has a default for."""

_DEFAULT_PORTS: Final = ((50, 1_024), (100, 512), (200, 256), (400, 128), (800, 64), (1_000, 32))


class Cut(NamedTuple):
    """The pool size from which Azure's default is smaller, and the ports per member from then."""

    members: int
    ports: int


def default_ports(members: int, addresses: int) -> int | None:
    """Return the ports per member where Azure divides them, for a pool and its frontend addresses.

    ``None`` above 1,000 members, where no source says. An empty pool counts as one of a single
    member: that is what the first one gets.
    """
    for largest, ports in _DEFAULT_PORTS:
        if members <= largest:
            return min(ports * addresses, MOST_DEFAULT_PORTS)
    return None


def next_cut(members: int, addresses: int) -> Cut | None:
    """Return the next pool size at which every member gets fewer ports, ``None`` if none is known.

    With several addresses the cap hides some of the table's boundaries.
    """
    now = default_ports(members, addresses)
    for largest, _ in _DEFAULT_PORTS:
        ports = default_ports(largest + 1, addresses)
        if largest >= members and now is not None and ports is not None and ports < now:
            return Cut(largest + 1, ports)
    return None


def addresses_for_most(members: int) -> int | None:
    """Return how many addresses give each member the most that Azure divides; ``None`` if unknown.

    For an empty pool it is the one address that its first member needs.
    """
    ports = default_ports(members, 1)
    return None if ports is None else -(-MOST_DEFAULT_PORTS // ports)


def nodes_supported(ports_per_node: int, addresses: int, taken: int = 0) -> int:
    """Return how many nodes an explicit allocation is enough for: 64,000 / ports x addresses.

    The quotient is rounded down once, at the end, as AKS refuses an allocation only when ports
    times nodes exceed the ports of all addresses. ``ports_per_node`` is above zero; ``taken`` are
    the ports of the addresses that inbound rules keep.
    """
    return max(0, PORTS_PER_FRONTEND_ADDRESS * addresses - taken) // ports_per_node


def addresses_needed(ports_per_node: int, nodes: int, taken: int = 0) -> int:
    """Return how many addresses an explicit allocation needs for so many nodes, one at least."""
    return max(1, -(-(ports_per_node * nodes + taken) // PORTS_PER_FRONTEND_ADDRESS))


def shared_ports(addresses: int) -> int:
    """Return the ports that everything behind a NAT gateway shares."""
    return PORTS_PER_NAT_GATEWAY_ADDRESS * addresses
