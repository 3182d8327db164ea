"""Security rules asked slowly: one packet at a time, from the texts of the rules.

It knows nothing of spans, boxes and cells. Whether a field matches is yes, no, or a set of
reasons why it may; a reason is a pair of field and text.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from itertools import product
from typing import Any, NamedTuple

import msgspec

import fixtures.documents as arm
from inspector.resources import NetworkSecurityGroup

Address = IPv4Address | IPv6Address
Reasons = frozenset[tuple[str, str]]
Matches = bool | Reasons
Resolve = Callable[[str, str, Address | None], bool]

GROUP = "Microsoft.Network/networkSecurityGroups"
MEMBERS = "Microsoft.Network/applicationSecurityGroups"
PROBES = {4: ip_address("168.63.129.16"), 6: ip_address("fe80::1234:5678:9abc")}
WITH_PORTS = ("Tcp", "Udp")
PROTOCOLS = (*WITH_PORTS, "Icmp", "Esp", "Ah", "other")


class RuleText(NamedTuple):
    """A rule as somebody wrote it; a string fills the singular field, a tuple the plural one."""

    priority: int
    access: str = "Allow"
    direction: str = "Inbound"
    protocol: str = "*"
    source: str | tuple[str, ...] = "*"
    destination: str | tuple[str, ...] = "*"
    ports: str | tuple[str, ...] = "*"
    source_ports: str | tuple[str, ...] = "*"
    source_groups: tuple[str, ...] = ()
    destination_groups: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return f"rule-{self.priority}"


class Surround(NamedTuple):
    """What is around the subnet."""

    prefixes: tuple[str, ...] = ("10.0.0.0/24", "fd00::/64")
    routed: tuple[str, ...] = ()
    is_complete: bool = True


class Packet(NamedTuple):
    """One packet; a side may be known by the name of a service tag."""

    source: Address
    destination: Address
    protocol: str
    port: int | None
    source_tag: str = ""
    destination_tag: str = ""


DEFAULTS = {
    "Inbound": (
        RuleText(65000, source="VirtualNetwork", destination="VirtualNetwork"),
        RuleText(65001, source="AzureLoadBalancer"),
        RuleText(65500, "Deny"),
    ),
    "Outbound": (
        RuleText(
            65000, direction="Outbound", source="VirtualNetwork", destination="VirtualNetwork"
        ),
        RuleText(65001, direction="Outbound", destination="Internet"),
        RuleText(65500, "Deny", "Outbound"),
    ),
}


def security_group(
    rules: Sequence[RuleText], name: str = "nsg", *, has_defaults: bool = True
) -> NetworkSecurityGroup:
    group = arm.resource_id(arm.group_id("rg"), GROUP, name)
    documents = [_document(group, rule) for rule in rules]
    body = arm.network_security_group(
        arm.group_id("rg"), name, location="westeurope", rules=documents
    )
    if not has_defaults:
        del body["properties"]["defaultSecurityRules"]
    return NetworkSecurityGroup.parse(msgspec.json.encode(body))


def _document(group: str, rule: RuleText) -> dict[str, Any]:
    document = arm.security_rule(
        group,
        rule.name,
        priority=rule.priority,
        ports=rule.ports,
        source=rule.source,
        destination=rule.destination,
        source_ports=rule.source_ports,
        protocol=rule.protocol,
        access=rule.access,
        direction=rule.direction,
    )
    for side, groups in (("source", rule.source_groups), ("destination", rule.destination_groups)):
        if groups:
            document["properties"][f"{side}ApplicationSecurityGroups"] = [
                {"id": arm.resource_id(arm.group_id("rg"), MEMBERS, each)} for each in groups
            ]
    return document


def answer(
    rules: Sequence[RuleText], direction: str, packet: Packet, around: Surround
) -> tuple[str, frozenset[int]]:
    """Return allowed, denied or unknown, and the priorities that it may depend on."""
    found: set[tuple[str, int]] = set()
    for inside in _worlds(packet, around):
        found |= set(_first_matches(_in_order(rules, direction), packet, around, inside))
    accesses = {access for access, _ in found}
    verdict = "allowed" if accesses == {"Allow"} else "denied"
    if len(accesses) > 1:
        verdict = "unknown"
    return verdict, frozenset(priority for _, priority in found)


def access_in_world(  # noqa: PLR0913, PLR0917  a world has that many sides
    rules: Sequence[RuleText],
    direction: str,
    packet: Packet,
    around: Surround,
    inside: Mapping[str, bool],
    resolve: Resolve,
) -> str:
    """Return what happens where everything that is not known has been decided."""
    addresses = {"source": packet.source, "destination": packet.destination}
    for rule in _in_order(rules, direction):
        fields = _fields(rule, packet, around, inside)
        if all(
            each
            if isinstance(each, bool)
            else any(resolve(field, text, addresses.get(field)) for field, text in each)
            for each in fields
        ):
            return rule.access
    raise AssertionError("a default rule matches everything")


def _in_order(rules: Sequence[RuleText], direction: str) -> list[RuleText]:
    ours = [rule for rule in rules if rule.direction == direction]
    return [*sorted(ours, key=lambda rule: rule.priority), *DEFAULTS[direction]]


def _worlds(packet: Packet, around: Surround) -> Iterator[dict[str, bool]]:
    choices = [
        (False, True) if is_hidden(address, tag, around) else (False,)
        for address, tag in (
            (packet.source, packet.source_tag),
            (packet.destination, packet.destination_tag),
        )
    ]
    for source, destination in product(*choices):
        yield {"source": source, "destination": destination}


def _first_matches(
    rules: Sequence[RuleText], packet: Packet, around: Surround, inside: Mapping[str, bool]
) -> Iterator[tuple[str, int]]:
    asked: set[frozenset[Reasons]] = set()
    for rule in rules:
        fields = _fields(rule, packet, around, inside)
        if False in fields:
            continue
        open_fields = frozenset(each for each in fields if not isinstance(each, bool))
        if open_fields in asked:
            continue
        asked.add(open_fields)
        yield rule.access, rule.priority
        if not open_fields:
            return


def _fields(
    rule: RuleText, packet: Packet, around: Surround, inside: Mapping[str, bool]
) -> tuple[Matches, ...]:
    return (
        _source_port_matches(rule),
        _service_matches(rule, packet),
        _side_matches(
            "source",
            (_texts(rule.source), rule.source_groups),
            (packet.source, packet.source_tag),
            around,
            is_inside=inside["source"],
        ),
        _side_matches(
            "destination",
            (_texts(rule.destination), rule.destination_groups),
            (packet.destination, packet.destination_tag),
            around,
            is_inside=inside["destination"],
        ),
    )


def _texts(value: str | tuple[str, ...]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value


def _side_matches(
    field: str,
    said: tuple[tuple[str, ...], tuple[str, ...]],
    end: tuple[Address, str],
    around: Surround,
    *,
    is_inside: bool,
) -> Matches:
    texts, groups = said
    address, tag = end
    found = {text: _text_matches(text, address, tag, around, is_inside) for text in texts}
    if True in found.values():
        return True
    reasons = {(field, text) for text, matches in found.items() if matches is None}
    if _in_any(address, around.prefixes) or is_inside:
        reasons |= {(field, group) for group in groups}
    return frozenset(reasons) or False


def _text_matches(
    text: str, address: Address, tag: str, around: Surround, is_inside: bool
) -> bool | None:
    """Return whether a text is for the address, ``None`` if it may be."""
    name, network = text.lower(), _network(text)
    is_network = is_in_network(address, around) or is_inside
    known = {
        "*": True,
        "any": True,
        "virtualnetwork": is_network,
        "internet": address.is_global and not is_network,
        "azureloadbalancer": address == PROBES[address.version],
    }
    if name in known or network is not None:
        return known[name] if network is None else address in network
    if not name[0].isalpha() or ":" in name:
        return None
    is_named = tag.lower() == name or tag.lower().startswith(f"{name}.")
    return is_named or (None if may_be_tagged(address) else False)


@cache
def _network(text: str) -> IPv4Network | IPv6Network | None:
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None


def _in_any(address: Address, texts: Sequence[str]) -> bool:
    return any(address in network for network in map(_network, texts) if network is not None)


def is_in_network(address: Address, around: Surround) -> bool:
    """Whether the address is the virtual network's for certain."""
    return address == PROBES[4] or _in_any(address, (*around.prefixes, *around.routed))


def is_hidden(address: Address, tag: str, around: Surround) -> bool:
    """Whether the address may be the virtual network's or not."""
    if is_in_network(address, around) or tag == "Internet":
        return False
    is_routed = may_be_tagged(address) and None in map(_network, around.routed)
    if tag:
        return is_routed
    return is_routed or not around.is_complete or address == PROBES[6]


def may_be_tagged(address: Address) -> bool:
    return address.is_global or address == ip_address("169.254.169.254")


def _covers_all(texts: tuple[str, ...]) -> bool:
    return bool({"*", "0-65535", "1-65535"} & {*texts})


def _source_port_matches(rule: RuleText) -> Matches:
    texts = _texts(rule.source_ports)
    return _covers_all(texts) or frozenset({("source port", ", ".join(texts))})


def _service_matches(rule: RuleText, packet: Packet) -> Matches:
    named = rule.protocol.capitalize()
    if named not in {"*", *PROTOCOLS[:-1]}:
        return frozenset({("protocol", rule.protocol)})
    if named not in {"*", packet.protocol}:
        return False
    texts = _texts(rule.ports)
    if _covers_all(texts) and packet.port is not None:
        return True
    if packet.port is None:
        return _portless_matches(named, texts, rule)
    numbers = [text.split("-") for text in texts if text[0].isdigit()]
    if any(int(each[0]) <= packet.port <= int(each[-1]) for each in numbers):
        return True
    return frozenset(("destination port", text) for text in texts if not text[0].isdigit()) or False


def _portless_matches(named: str, texts: tuple[str, ...], rule: RuleText) -> Matches:
    if named != "*":
        return _covers_all(texts) or frozenset({("destination port", ", ".join(texts))})
    if not _covers_all(_texts(rule.source_ports)):
        return False
    if _covers_all(texts):
        return True
    return frozenset(("destination port", text) for text in texts if not text[0].isdigit()) or False
