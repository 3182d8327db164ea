"""What names of addresses stand for around a subnet: the virtual network, the internet, probes.

Source: Learn "Service tags overview". ``VirtualNetwork`` is the network, its peers, what gateways
connect, every prefix of the subnet's user-defined routes, and the address of the host.
``Internet`` is what is public and outside of it.
"""

import re
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Final, NamedTuple

import msgspec

from inspector.network.addresses import parse_range
from inspector.network.spaces import (
    Family,
    Space,
    Span,
    common,
    difference,
    internet_space,
    merged,
)

NETWORK_TAG: Final = "virtualnetwork"
BALANCER_TAG: Final = "azureloadbalancer"
INTERNET_TAG: Final = "internet"
ANY: Final = frozenset({"*", "any"})

_TAG: Final = re.compile(r"[a-z][a-z0-9._-]*", re.ASCII | re.IGNORECASE)
_PROBES: Final = {Family.IPV4: "168.63.129.16/32", Family.IPV6: "fe80::1234:5678:9abc/128"}
_LINK_LOCAL: Final = "169.254.0.0/16"


class Surroundings(msgspec.Struct, frozen=True, kw_only=True):
    """What is around a subnet: ``prefixes`` of its network and of the network's peers.

    ``routed`` are the prefixes of the user-defined routes at the subnet, service tags included.
    ``is_complete`` says that nothing else is connected: no gateway, no peer of unknown space.
    """

    prefixes: tuple[str, ...]
    is_complete: bool
    routed: tuple[str, ...] = ()


class KnownNetwork(NamedTuple):
    """The surroundings in one family.

    ``inside`` is what the tag ``VirtualNetwork`` holds for certain, ``own`` the part of it where
    interfaces can be, ``hidden`` what the tag may hold, ``tag_routed`` what of that is owed to
    routes for service tags.
    """

    family: Family
    inside: Space
    own: Space
    hidden: Space
    tag_routed: Space


class Side(NamedTuple):
    """One end of a flow: its addresses, the tag it is known by, where the network is unknown."""

    space: Space
    tag: str
    hidden: Space


class Ranges(NamedTuple):
    """What texts that stand for addresses say, taken apart."""

    ipv4: Space
    ipv6: Space
    tags: tuple[str, ...]
    odd: tuple[str, ...]
    is_any: bool

    def space(self, family: Family) -> Space:
        """Return the ranges of one family."""
        return self.ipv4 if family is Family.IPV4 else self.ipv6


def parse_ranges(texts: Iterable[str]) -> Ranges:
    """Return ranges, names that may be service tags, and texts that are neither."""
    spans: dict[int, list[Span]] = {Family.IPV4.version: [], Family.IPV6.version: []}
    tags: list[str] = []
    odd: list[str] = []
    is_any = False
    for text in map(str.strip, texts):
        try:
            network = parse_range(text)
        except ValueError:
            if text.lower() in ANY:
                is_any = True
            else:
                (tags if _TAG.fullmatch(text) else odd).append(text)
            continue
        span = int(network.network_address), int(network.broadcast_address)
        spans[network.version].append(span)
    ipv4, ipv6 = map(merged, spans.values())
    return Ranges(ipv4, ipv6, tuple(tags), tuple(odd), is_any)


def everything(family: Family) -> Space:
    """Return all addresses of a family."""
    return ((0, (1 << (32 if family is Family.IPV4 else 128)) - 1),)


@cache
def probe_space(family: Family) -> Space:
    """Return the address that the load balancer's health probes come from."""
    return parse_ranges((_PROBES[family],)).space(family)


@cache
def taggable_space(family: Family) -> Space:
    """Return where the addresses of service tags are: public, or of the platform on the link."""
    platform = parse_ranges((_LINK_LOCAL,)).space(family)
    return merged((*internet_space(family), *platform))


@lru_cache(maxsize=128)
def known_network(surroundings: Surroundings, family: Family) -> KnownNetwork:
    """Return what the surroundings are in a family; text that is no range leaves them open."""
    prefixes, routed = parse_ranges(surroundings.prefixes), parse_ranges(surroundings.routed)
    whole, probes = everything(family), probe_space(family)
    inside = [*prefixes.space(family), *routed.space(family)]
    hidden: list[Span] = []
    if family is Family.IPV4:
        inside += probes
    else:  # the sources give only the IPv4 address of the host as part of the tag
        hidden += probes
    tag_routed = taggable_space(family) if routed.tags else ()
    hidden += tag_routed
    not_ranges = (*prefixes.tags, *prefixes.odd, *routed.odd)
    if not_ranges or prefixes.is_any or routed.is_any or not surroundings.is_complete:
        hidden += whole
    known = merged(inside)
    return KnownNetwork(
        family=family,
        inside=known,
        own=prefixes.space(family),
        hidden=difference(merged(hidden), known),
        tag_routed=difference(tag_routed, known),
    )


def side_of(texts: Iterable[str], network: KnownNetwork) -> Side:
    """Return one end of a flow; ranges of the other family are passed over.

    A tag whose addresses are not known stands for some of the internet, and alone. Raises
    ``ValueError`` naming the text that is neither range nor name, or a tag among others.
    """
    given = tuple(texts)
    ranges = parse_ranges(given)
    family = network.family
    if ranges.odd:
        raise ValueError(f"{ranges.odd[0]!r} is neither a range of addresses nor a service tag")
    spans = [*(everything(family) if ranges.is_any else ()), *ranges.space(family)]
    for tag in ranges.tags:
        if tag.lower() == NETWORK_TAG:
            spans += network.inside
        elif tag.lower() == BALANCER_TAG:
            spans += probe_space(family)
        elif len(given) > 1:
            raise ValueError(f"service tag {tag!r} stands among other addresses")
        else:
            return _named_side(tag.lower(), network)
    return Side(merged(spans), "", network.hidden)


def _named_side(tag: str, network: KnownNetwork) -> Side:
    """Return the internet, which a service tag is a part of.

    What is known by such a name is not in a network that is peered or behind a gateway; a route
    for a service tag may still make it part of ``VirtualNetwork``.
    """
    taken = merged((*network.own, *probe_space(network.family)))
    space = difference(internet_space(network.family), taken)
    return Side(space, tag, () if tag == INTERNET_TAG else network.tag_routed)


def internet_of(side: Side, network: KnownNetwork) -> tuple[Space, Space]:
    """Return what of a side the tag ``Internet`` holds for certain, and what it may hold."""
    public = difference(internet_space(network.family), network.inside)
    return difference(public, side.hidden), common(public, side.hidden)
