"""Which route takes a packet that leaves a subnet.

Source: Learn "Virtual network traffic routing". Three of its rules decide. The longest prefix that
holds the destination wins. Among equal prefixes a user-defined route wins over one learned by BGP,
and that over a system route. The system routes of the virtual network and of its peerings win over
BGP even where BGP is more specific.

Not known here are the prefixes of service tags, which are told beside the answer, and those of
service endpoints, which a subnet has for the services it names. Traffic between the pods of an
Overlay cluster follows none of these routes: Azure routes it apart.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address
from typing import Final

import msgspec

from inspector.network.addresses import parse_range
from inspector.network.ranges import (
    IPRange,
    LabelledRange,
    blocks,
    is_within,
    labelled,
    overlaps_between,
    span_of_range,
)
from inspector.network.spaces import Family, Space, Span, internet_space
from inspector.resources import Route

VNET_LOCAL: Final = "VnetLocal"
VNET_PEERING: Final = "VNetPeering"
VIRTUAL_NETWORK_GATEWAY: Final = "VirtualNetworkGateway"
INTERNET: Final = "Internet"
NOWHERE: Final = "None"

_EVERYTHING: Final = {
    Family.IPV4: parse_range("0.0.0.0/0"),
    Family.IPV6: parse_range("::/0"),
}
_DROPPED: Final = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")


class RouteSource(StrEnum):
    """Where a route comes from; of equal prefixes the first wins."""

    USER = "user-defined"
    BGP = "BGP"
    SYSTEM = "system"


class EffectiveRoute(msgspec.Struct, frozen=True, kw_only=True):
    """A route that decides.

    ``next_hop_type`` is ARM's word, for a user-defined route as its document has it; compare it
    with ``same_text``. ``peer`` is the label of the peer it leads to, ``user_defined`` the
    document of a user-defined route. ``may`` are the user-defined routes by service tag that may
    decide instead: nothing here tells which addresses their tags hold.
    """

    prefix: IPRange
    source: RouteSource
    next_hop_type: str | None
    next_hop_ip_address: str | None = None
    peer: str | None = None
    user_defined: Route | None = None
    may: tuple[Route, ...] = ()


class EffectiveRoutes:
    """The routes of one subnet, sorted once and then asked about many destinations.

    ``user_defined`` are the routes of the subnet's route table, ``network`` the prefixes of its
    virtual network, ``peers`` those of each connected peer under its label. ``learned`` are the
    prefixes a gateway propagates to the subnet: ARM's documents do not tell them, so without them
    the answers hold for a subnet that learns none. Raises ``ValueError`` naming a text among the
    prefixes that is no range. A user-defined route with such a text has a service tag.
    """

    def __init__(
        self,
        user_defined: Iterable[Route],
        *,
        network: Iterable[str],
        peers: Mapping[str, Iterable[str]] | None = None,
        learned: Iterable[str] = (),
    ) -> None:
        table = [(each, _of_user(each)) for each in user_defined if each.properties.address_prefix]
        own = [route for _, route in table if route is not None]
        tags = tuple(each for each, route in table if route is None)
        inside = [*_of_network(network), *_of_peers(peers or {})]
        winners: dict[IPRange, EffectiveRoute] = {}
        for route in (*own, *_of_gateway(learned, inside), *inside, *_to_the_internet()):
            winners.setdefault(route.prefix, route)
        for route in _to_nowhere(winners, inside):
            winners.setdefault(route.prefix, route)
        self._families = {
            family.version: _Family(winners.values(), tags, family) for family in Family
        }

    def deciding(self, address: IPv4Address | IPv6Address) -> EffectiveRoute:
        """Return the route that takes a packet to the address."""
        return self._families[address.version].at(int(address))

    def split(self, destination: IPRange) -> tuple[tuple[IPRange, EffectiveRoute], ...]:
        """Return the range in parts, in order, each with the route that decides for all of it.

        What one route decides comes as several parts where it is no range by itself.
        """
        family = self._families[destination.version]
        return tuple(
            (block, route)
            for span, route in family.within(span_of_range(destination))
            for block in blocks(span, destination.version)
        )

    def shadowing(self, destination: IPRange) -> tuple[Route, ...]:
        """Return the user-defined routes that decide for some part of the range, in its order.

        Routes by service tag are not among them, for what they hold is not known.
        """
        found: dict[IPRange, Route] = {}
        family = self._families[destination.version]
        for _, route in family.within(span_of_range(destination)):
            if route.user_defined is not None:
                found.setdefault(route.prefix, route.user_defined)
        return tuple(found.values())


class _Family:
    """The addresses of one family, cut wherever another route begins to decide."""

    def __init__(
        self, routes: Iterable[EffectiveRoute], tags: tuple[Route, ...], family: Family
    ) -> None:
        own = [each for each in routes if each.prefix.version == family.version]
        cuts = _cuts([(span_of_range(each.prefix), each) for each in own])
        self._starts, self._routes = list(cuts), list(cuts.values())
        if tags:
            self._note(tags, internet_space(family))

    def at(self, address: int) -> EffectiveRoute:
        return self._routes[bisect_right(self._starts, address) - 1]

    def within(self, span: Span) -> Iterator[tuple[Span, EffectiveRoute]]:
        first, last = span
        place = bisect_right(self._starts, first) - 1
        for following in (*self._starts[place + 1 : bisect_right(self._starts, last)], last + 1):
            yield (first, following - 1), self._routes[place]
            first, place = following, place + 1

    def _note(self, tags: tuple[Route, ...], public: Space) -> None:
        """Put the routes by tag beside those they may override: tags hold public addresses."""
        # Edges alternate: from one on addresses are public, from the next on they are not.
        edges = [edge for first, last in public for edge in (first, last + 1)]
        starts = sorted({*self._starts, *edges})
        self._routes = [
            msgspec.structs.replace(route, may=tags)
            if bisect_right(edges, start) % 2 and not _is_single(route)
            else route
            for start, route in ((start, self.at(start)) for start in starts)
        ]
        self._starts = starts


def _cuts(routes: list[tuple[Span, EffectiveRoute]]) -> dict[int, EffectiveRoute]:
    """Return the routes by the addresses from which each decides, in order.

    Prefixes hold each other or are apart: those around an address are a stack, and the top
    decides. The widest holds every address.
    """
    cuts: dict[int, EffectiveRoute] = {}
    around: list[tuple[Span, EffectiveRoute]] = []
    for span, route in sorted(routes, key=lambda each: (each[0][0], -each[0][1])):
        _leave(around, span[0], cuts)
        around.append((span, route))
        cuts[span[0]] = route
    _leave(around, around[0][0][1], cuts)
    return cuts


def _leave(
    around: list[tuple[Span, EffectiveRoute]], entered: int, cuts: dict[int, EffectiveRoute]
) -> None:
    """Close the prefixes that end before an address; what is around each decides after it."""
    while len(around) > 1 and around[-1][0][1] < entered:
        ended = around.pop()[0][1]
        cuts[ended + 1] = around[-1][1]


def _is_single(route: EffectiveRoute) -> bool:
    """Whether a user-defined route is for one address: no tag has a longer prefix, and it wins."""
    return route.source is RouteSource.USER and route.prefix.prefixlen == route.prefix.max_prefixlen


def _of_user(route: Route) -> EffectiveRoute | None:
    """Return a user-defined route, ``None`` for one by service tag."""
    properties = route.properties
    try:
        prefix = parse_range(properties.address_prefix or "")
    except ValueError:
        return None
    return EffectiveRoute(
        prefix=prefix,
        source=RouteSource.USER,
        next_hop_type=properties.next_hop_type,
        next_hop_ip_address=properties.next_hop_ip_address or None,
        user_defined=route,
    )


def _of_network(prefixes: Iterable[str]) -> Iterator[EffectiveRoute]:
    for prefix in map(parse_range, prefixes):
        yield _of_system(prefix, VNET_LOCAL)


def _of_peers(peers: Mapping[str, Iterable[str]]) -> Iterator[EffectiveRoute]:
    for peer, prefixes in peers.items():
        for prefix in map(parse_range, prefixes):
            yield _of_system(prefix, VNET_PEERING, peer)


def _to_the_internet() -> Iterator[EffectiveRoute]:
    for prefix in _EVERYTHING.values():
        yield _of_system(prefix, INTERNET)


def _to_nowhere(
    winners: Mapping[IPRange, EffectiveRoute], inside: list[EffectiveRoute]
) -> Iterator[EffectiveRoute]:
    """Yield the routes that drop what is bound for private ranges.

    Azure takes all of them away when another route replaces its own for 0.0.0.0/0, and each one
    whose range the virtual network's space holds. The page shows the first for a user-defined
    route and says the second of the network alone; learned routes and peers are taken alike.
    """
    if winners[_EVERYTHING[Family.IPV4]].source is not RouteSource.SYSTEM:
        return
    taken = [each.prefix for each in inside]
    for prefix in map(parse_range, _DROPPED):
        if not is_within(prefix, taken):
            yield _of_system(prefix, NOWHERE)


def _of_system(prefix: IPRange, next_hop_type: str, peer: str | None = None) -> EffectiveRoute:
    return EffectiveRoute(
        prefix=prefix, source=RouteSource.SYSTEM, next_hop_type=next_hop_type, peer=peer
    )


def _of_gateway(learned: Iterable[str], inside: list[EffectiveRoute]) -> Iterator[EffectiveRoute]:
    """Yield the routes learned by BGP, but for those inside the network or a peer: they lose."""
    prefixes = labelled(None, learned)
    around = overlaps_between(prefixes, [LabelledRange(None, each.prefix) for each in inside])
    lost = {one.range for one, other in around if other.range.prefixlen <= one.range.prefixlen}
    for each in prefixes:
        if each.range not in lost:
            yield EffectiveRoute(
                prefix=each.range, source=RouteSource.BGP, next_hop_type=VIRTUAL_NETWORK_GATEWAY
            )
