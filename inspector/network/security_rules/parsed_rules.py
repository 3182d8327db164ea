"""The rules of a security group, read from their text once and put in order.

Text of a rule never raises: what is not understood is a doubt about whether the rule matches.
Source: Learn "Network security groups" for the fields, their values, the order and the rules that
Azure adds to every group.
"""

import re
from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Final, TypeVar

import msgspec

from inspector.network.security_rules.doubts import Cause, Clauses, Doubt, unread
from inspector.network.security_rules.rule_addresses import Addresses, Region
from inspector.network.security_rules.surroundings import parse_ranges
from inspector.network.security_rules.traffic import (
    ALL_PORTS,
    ALL_SERVICES,
    Direction,
    Protocol,
    services,
)
from inspector.network.spaces import Space, Span, difference, merged
from inspector.resource_id import ResourceId
from inspector.resources import NetworkSecurityGroup, Reference, SecurityRule, same_text

Member = TypeVar("Member", bound=StrEnum)

_PORTS: Final = re.compile(r"(\d{1,5})(?:-(\d{1,5}))?", re.ASCII)
_LAST_PORT: Final = 65_535
_ALL: Final = frozenset({"*", "any", "all"})
_DEFAULTS: Final = (
    ("AllowVnetInBound", "Inbound", "Allow", 65_000, "VirtualNetwork", "VirtualNetwork"),
    ("AllowAzureLoadBalancerInBound", "Inbound", "Allow", 65_001, "AzureLoadBalancer", "*"),
    ("DenyAllInBound", "Inbound", "Deny", 65_500, "*", "*"),
    ("AllowVnetOutBound", "Outbound", "Allow", 65_000, "VirtualNetwork", "VirtualNetwork"),
    ("AllowInternetOutBound", "Outbound", "Allow", 65_001, "*", "Internet"),
    ("DenyAllOutBound", "Outbound", "Deny", 65_500, "*", "*"),
)
"""Name, direction, access, priority, source and destination of the rules of every group."""


class Access(StrEnum):
    """What a rule does with the traffic it matches."""

    ALLOW = "Allow"
    DENY = "Deny"


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """A rule with its values parsed; ``clauses`` are doubts about all that it matches.

    ``access`` and ``priority`` are ``None`` where the document has no value that is understood,
    ``directions`` then are both.
    """

    name: str
    priority: int | None
    access: Access | None
    is_default: bool
    directions: tuple[Direction, ...]
    source: Addresses
    destination: Addresses
    services: tuple[Region, ...]
    clauses: Clauses = ()


class SecurityRules(msgspec.Struct, frozen=True, kw_only=True):
    """The rules of a security group, in the order in which they are asked."""

    group: ResourceId
    rules: tuple[Rule, ...]


def read_rules(group: NetworkSecurityGroup) -> SecurityRules:
    """Return a group's rules; Azure's own six are added where the document has no default rule."""
    defaults = group.properties.default_security_rules
    rules = [_parsed(each, is_default=False) for each in group.properties.security_rules]
    rules += (_parsed(each, is_default=True) for each in defaults)
    rules += () if defaults else _own_rules()
    return SecurityRules(group=group.id, rules=tuple(sorted(rules, key=_order)))


def _order(rule: Rule) -> tuple[bool, int, str]:
    """Return a key that puts a rule without priority first, where it is a doubt about the rest."""
    return rule.is_default, -1 if rule.priority is None else rule.priority, rule.name


def _own_rules() -> Iterator[Rule]:
    for name, direction, access, priority, source, destination in _DEFAULTS:
        yield Rule(
            name=name,
            priority=priority,
            access=Access(access),
            is_default=True,
            directions=(Direction(direction),),
            source=Addresses("source", parse_ranges((source,))),
            destination=Addresses("destination", parse_ranges((destination,))),
            services=(Region(ALL_SERVICES),),
        )


def _parsed(rule: SecurityRule, *, is_default: bool) -> Rule:
    fields = rule.properties
    direction = _member(Direction, fields.direction)
    source_ports = _values(fields.source_port_ranges, fields.source_port_range)
    ports = _values(fields.destination_port_ranges, fields.destination_port_range)
    source_doubt = _source_port_doubt(source_ports)
    doubts = (
        None if fields.priority is not None else Doubt(Cause.ABSENT, "priority"),
        None if direction is not None else unread("direction", fields.direction),
        source_doubt,
    )
    is_limited = source_doubt is not None and source_doubt.cause is Cause.SOURCE_PORTS
    return Rule(
        name=rule.title,
        priority=fields.priority,
        access=_member(Access, fields.access),
        is_default=is_default,
        directions=tuple(Direction) if direction is None else (direction,),
        source=_addresses(
            "source",
            _values(fields.source_address_prefixes, fields.source_address_prefix),
            fields.source_application_security_groups,
        ),
        destination=_addresses(
            "destination",
            _values(fields.destination_address_prefixes, fields.destination_address_prefix),
            fields.destination_application_security_groups,
        ),
        services=tuple(_services(fields.protocol, ports, is_limited=is_limited)),
        clauses=tuple(frozenset({doubt}) for doubt in doubts if doubt is not None),
    )


def _values(several: tuple[str, ...], single: str | None) -> tuple[str, ...]:
    return several or ((single,) if single else ())


def _member(kind: type[Member], text: str | None) -> Member | None:
    return next((each for each in kind if same_text(each, text)), None)


def _addresses(about: str, texts: tuple[str, ...], groups: Iterable[Reference]) -> Addresses:
    ids = tuple(str(each.id) for each in groups)
    return Addresses(about, parse_ranges(texts or (() if ids else ("",))), ids)


def _source_port_doubt(texts: tuple[str, ...]) -> Doubt | None:
    """Return why it is not known that a flow's source port is one of the rule's."""
    ports, odd = _ports(texts)
    if not difference(ALL_PORTS, ports):
        return None
    if odd or not texts:
        return unread("source port", odd[0] if odd else None)
    return Doubt(Cause.SOURCE_PORTS, "source port", ", ".join(texts))


def _services(text: str | None, ports: tuple[str, ...], *, is_limited: bool) -> Iterator[Region]:
    """Yield what a rule's protocol and destination ports match.

    Packets without ports match no rule that asks for some, of the source or the destination;
    whether Azure reads the ports of a rule for such a protocol alone is not documented.
    """
    named = _member(Protocol, text)
    if named in {None, Protocol.OTHER} and (text or "").lower() not in _ALL:
        yield Region(ALL_SERVICES, frozenset({unread("protocol", text)}))
        return
    protocols = tuple(Protocol) if named is None else (named,)
    if named is None and is_limited:
        protocols = tuple(each for each in Protocol if each.has_ports)
    space, odd = _ports(ports)
    certain, everything = services(protocols, space), services(protocols, ALL_PORTS)
    yield Region(certain)
    doubts = {unread("destination port", each) for each in odd}
    if not ports:
        doubts = {unread("destination port", None)}
    elif named is not None and not named.has_ports and not certain:
        doubts = {unread("destination port", ", ".join(ports))}
    if doubts:
        yield Region(difference(everything, certain), frozenset(doubts))


def _ports(texts: Iterable[str]) -> tuple[Space, tuple[str, ...]]:
    """Return ports, and the texts that are none."""
    spans: list[Span] = []
    odd = []
    for text in map(str.strip, texts):
        found = _PORTS.fullmatch(text)
        low, high = (int(found[1]), int(found[2] or found[1])) if found else (1, 0)
        if text.lower() in _ALL:
            spans += ALL_PORTS
        elif low <= high <= _LAST_PORT:
            spans.append((low, high))
        else:
            odd.append(text)
    return merged(spans), tuple(odd)
