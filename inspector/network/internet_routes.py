"""What the routes of a route table do to traffic that is bound for the internet.

Source: Learn "Virtual network traffic routing": next hop types, the longest prefix wins.
"""

from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from itertools import groupby
from typing import Final

import msgspec

from inspector.network.spaces import (
    Family,
    Space,
    Span,
    internet_space,
    remaining,
    span_of,
    without,
)
from inspector.resources import Route

_MOST_PREFIXES: Final = 4
_STRAIGHT: Final = " straight to the internet"


class NextHop(StrEnum):
    """Where a route sends packets; the order is that of what matters most to a reader."""

    APPLIANCE = "virtual appliance"
    GATEWAY = "virtual network gateway"
    OTHER = "next hop of a type not known here"
    NETWORK = "virtual network"
    NOWHERE = "nowhere"
    INTERNET = "internet"


_NEXT_HOPS: Final = {
    "virtualappliance": NextHop.APPLIANCE,
    "virtualapplianceecmp": NextHop.APPLIANCE,
    "virtualnetworkgateway": NextHop.GATEWAY,
    "vnetlocal": NextHop.NETWORK,
    "none": NextHop.NOWHERE,
    "internet": NextHop.INTERNET,
}


class InternetRoutes(msgspec.Struct, frozen=True, kw_only=True):
    """What a route table does to the internet-bound packets of one family.

    ``next_hop`` is where user-defined routes send all of them but the exceptions, ``None`` where
    they do not: the packets then leave as if there were no table. ``capturing`` are these
    routes and ``addresses`` the next hops' own; ``words`` and ``exceptions`` say it to a reader.
    """

    next_hop: NextHop | None = None
    capturing: tuple[Route, ...] = ()
    addresses: tuple[str, ...] = ()
    words: str = ""
    exceptions: tuple[str, ...] = ()


def internet_routes(
    routes: Sequence[Route], family: Family, inside: Iterable[str] = ()
) -> InternetRoutes:
    """Return what captures internet-bound packets: a default route, or several that cover it all.

    A more specific route wins over a wider one, so a default route that others override entirely
    counts for nothing. ``inside`` are ranges that are the cluster's own although they may be
    public: networks and pods. Text that is no range is taken for a service tag, whose ranges are
    not known here; tags are exceptions of IPv4.
    """
    space = remaining(internet_space(family), inside, family)
    effective = _effective(routes, family, space)
    capturing, rest = [], space
    for span, route in effective:
        if _next_hop(route) is not NextHop.INTERNET and (after := without(rest, span)) != rest:
            capturing.append(route)
            rest = after
    captured = [] if rest else capturing
    normal = {_towards(each) for each in captured} or {_STRAIGHT}
    others = [each for _, each in effective if each not in captured]
    others += [each for each in routes if family is Family.IPV4 and _is_tag(each)]
    exceptions = tuple(_exception(each) for each in others if {_towards(each)} != normal)
    if not captured:
        return InternetRoutes(exceptions=exceptions)
    hops = {_next_hop(each) for each in captured}
    addresses = (each.properties.next_hop_ip_address for each in captured)
    return InternetRoutes(
        next_hop=next(each for each in NextHop if each in hops),
        capturing=tuple(captured),
        addresses=tuple(dict.fromkeys(each for each in addresses if each)),
        words="; ".join(_described(captured)),
        exceptions=exceptions,
    )


def _effective(routes: Iterable[Route], family: Family, space: Space) -> list[tuple[Span, Route]]:
    """Return the routes that win for some of the space, the widest first."""
    spans = ((span_of(each.properties.address_prefix or "", family), each) for each in routes)
    ranges = [(span, route) for span, route in spans if span is not None]
    ranges.sort(key=lambda each: (each[0][0] - each[0][1], each[0]))
    effective = []
    for span, route in reversed(ranges):
        rest = without(space, span)
        if rest != space:
            effective.append((span, route))
        space = rest
    return effective[::-1]


def _described(captured: list[Route]) -> Iterator[str]:
    """Yield each next hop with the routes that lead to it."""
    for towards, group in groupby(sorted(captured, key=_towards), key=_towards):
        prefixes = [each.properties.address_prefix or "" for each in group]
        names = ", ".join(prefixes[:_MOST_PREFIXES])
        if len(prefixes) > _MOST_PREFIXES:
            names += f" and {len(prefixes) - _MOST_PREFIXES} more"
        yield f"user-defined route{'s' if len(prefixes) > 1 else ''} {names}{towards}"


def _towards(route: Route) -> str:
    address = route.properties.next_hop_ip_address
    match _next_hop(route):
        case NextHop.APPLIANCE:
            return f" to virtual appliance {address}" if address else " to a virtual appliance"
        case NextHop.GATEWAY | NextHop.NETWORK as found:
            return f" to the {found}"
        case NextHop.NOWHERE:
            return ": dropped"
        case NextHop.INTERNET:
            return _STRAIGHT
        case NextHop.OTHER:
            return f" to a next hop of type {route.properties.next_hop_type or 'not given'}"


def _exception(route: Route) -> str:
    """Return what is routed elsewhere; past an appliance nothing may translate its address."""
    if _next_hop(route) is NextHop.NOWHERE:
        return f"{route.properties.address_prefix} is dropped"
    if _next_hop(route) is NextHop.INTERNET:
        return f"{route.properties.address_prefix} has a route of its own, to the internet"
    return f"{route.properties.address_prefix} goes{_towards(route)}"


def _next_hop(route: Route) -> NextHop:
    return _NEXT_HOPS.get((route.properties.next_hop_type or "").lower(), NextHop.OTHER)


def _is_tag(route: Route) -> bool:
    prefix = route.properties.address_prefix
    return bool(prefix) and span_of(prefix or "", None) is None
