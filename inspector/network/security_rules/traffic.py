"""What a security group is asked about: a flow, and a share of it told in words.

Protocol and destination port are one dimension here, called services: each protocol has a stretch
of numbers of its own. So a rule for one port of Tcp leaves all other traffic in one piece.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address
from typing import Final, TypeVar

import msgspec

from inspector.network.spaces import (
    Family,
    Space,
    Span,
    common,
    difference,
    merged,
    span_of,
)

T = TypeVar("T")

_MOST_LISTED: Final = 4
_STRETCH: Final = 1 << 16


class Direction(StrEnum):
    """Whether traffic comes to the node or leaves it."""

    INBOUND = "Inbound"
    OUTBOUND = "Outbound"


class Protocol(StrEnum):
    """The protocols that a rule can name; ``OTHER`` is all that only a rule for any can match."""

    TCP = "Tcp"
    UDP = "Udp"
    ICMP = "Icmp"
    ESP = "Esp"
    AH = "Ah"
    OTHER = "other"

    @property
    def has_ports(self) -> bool:
        """Whether rules see ports in the protocol's packets."""
        return self in {Protocol.TCP, Protocol.UDP}


ALL_PORTS: Final[Space] = ((1, 65_535),)
"""Every port. Port 0 is left out: ``1-65535`` means all in many groups, and nothing uses it."""

_STARTS: Final = {protocol: place * _STRETCH for place, protocol in enumerate(Protocol)}


def services(protocols: Iterable[Protocol], ports: Space) -> Space:
    """Return the protocols on the ports; one without ports belongs only to all of them."""
    found: list[Span] = []
    for protocol in protocols:
        start = _STARTS[protocol]
        if protocol.has_ports:
            found += ((start + low, start + high) for low, high in common(ports, ALL_PORTS))
        elif not difference(ALL_PORTS, ports):
            found.append((start, start))
    return merged(found)


ALL_SERVICES: Final = services(Protocol, ALL_PORTS)


class Flow(msgspec.Struct, frozen=True, kw_only=True):
    """Traffic of one family, from any source port; ``protocol`` is ``None`` for all of them.

    A side is a list of ranges, those of the other family passed over, or one name:
    ``AzureLoadBalancer``, ``VirtualNetwork``, ``Internet``, ``*`` or another service tag. All
    protocols on some ports are those that have ports.
    """

    direction: Direction
    source: tuple[str, ...]
    destination: tuple[str, ...]
    family: Family = Family.IPV4
    protocol: Protocol | None = None
    ports: Space = ALL_PORTS

    @property
    def services(self) -> Space:
        """The protocols and ports as one space."""
        if self.protocol is None:
            return services(Protocol, merged(self.ports))
        ports = merged(self.ports) if self.protocol.has_ports else ALL_PORTS
        return services((self.protocol,), ports)


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a flow: everything from the sources to the destinations by the services."""

    family: Family
    sources: Space
    destinations: Space
    services: Space

    @property
    def ports(self) -> dict[Protocol, Space]:
        """The ports of each protocol in it, all of them for a protocol without ports."""
        return dict(_ports(self.services))


def _ports(found: Space) -> Iterator[tuple[Protocol, Space]]:
    for protocol, start in _STARTS.items():
        stretch = common(found, ((start, start + _STRETCH - 1),))
        if stretch:
            ports = tuple((low - start, high - start) for low, high in stretch)
            yield protocol, ports if protocol.has_ports else ALL_PORTS


def service_words(found: Space) -> str:
    """Return protocols and ports as a reader writes them: ``Tcp/Udp 53 and Icmp``."""
    if found == ALL_SERVICES:
        return "any protocol"
    alike: dict[Space, list[str]] = {}
    for protocol, ports in _ports(found):
        alike.setdefault(ports, []).append(protocol)
    return " and ".join(
        "/".join(names) + ("" if ports == ALL_PORTS else f" {listed(ports, _port_words)}")
        for ports, names in alike.items()
    )


def space_words(space: Space, family: Family) -> str:
    """Return addresses as a reader writes them: prefixes where they are ones, runs elsewhere."""
    return listed(space, lambda span: _address_words(span, family))


def side_words(texts: Iterable[str], family: Family) -> str:
    """Return one side of a flow as it was given, without ranges of the other family."""
    given = [each for each in texts if span_of(each, family) or not span_of(each, None)]
    return listed(given, lambda each: "anywhere" if each == "*" else each)


def _port_words(span: Span) -> str:
    low, high = span
    return str(low) if low == high else f"{low}-{high}"


def _address_words(span: Span, family: Family) -> str:
    address, bits = (IPv4Address, 32) if family is Family.IPV4 else (IPv6Address, 128)
    low, high = span
    size = high - low + 1
    if size == 1:
        return str(address(low))
    if size & size - 1 or low % size:
        return f"{address(low)}-{address(high)}"
    return f"{address(low)}/{bits - size.bit_length() + 1}"


def listed(found: Sequence[T], words: Callable[[T], str] = str, separator: str = ", ") -> str:
    """Return things in a row, cut short where they are many."""
    shown = found if len(found) <= _MOST_LISTED + 1 else found[:_MOST_LISTED]
    more = len(found) - len(shown)
    return separator.join(map(words, shown)) + (f" and {more} more" if more else "")
