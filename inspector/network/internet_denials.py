"""Which outbound rules of a security group deny the internet.

Source: Learn "Network security groups": the lowest priority number decides, Azure's own rules come
last and allow the internet.
"""

from collections.abc import Iterable
from typing import Final

import msgspec

from inspector.network.spaces import Family, internet_space, remaining, span_of
from inspector.resources import SecurityRule, same_text

_EVERYWHERE: Final = frozenset({"*", "any", "internet"})
_INSIDE: Final = frozenset({"virtualnetwork", "azureloadbalancer"})
_ANY_SOURCE: Final = frozenset({"*", "any", "virtualnetwork", "0.0.0.0/0", "::/0"})
_ANY_PORT: Final = frozenset({"*", "0-65535", "1-65535"})


class InternetDenial(msgspec.Struct, frozen=True, kw_only=True):
    """A custom outbound rule that denies the internet.

    ``only`` says what it is limited to, and is empty for all traffic; ``allowed_before`` names
    the rules that let some of it out first.
    """

    rule: str
    priority: int | None
    only: str = ""
    allowed_before: tuple[str, ...] = ()

    @property
    def is_total(self) -> bool:
        """Whether nothing gets past the rule."""
        return not self.only and not self.allowed_before


def internet_denials(rules: Iterable[SecurityRule], family: Family) -> tuple[InternetDenial, ...]:
    """Return the outbound rules that deny the whole internet, up to the first that decides all.

    Azure's own rules come after every custom one and allow the internet, so a rule that allows
    all of it ends the search.
    """
    denials: list[InternetDenial] = []
    allowed: list[str] = []
    outbound = [each for each in rules if same_text(each.properties.direction, "Outbound")]
    for rule in sorted(outbound, key=lambda each: each.properties.priority or 0):
        denies = same_text(rule.properties.access, "Deny")
        covers, only = _covers_internet(rule, family), _limits(rule)
        if denies and covers:
            denials.append(
                InternetDenial(
                    rule=rule.title,
                    priority=rule.properties.priority,
                    only=only,
                    allowed_before=tuple(allowed),
                )
            )
        if covers and not only:
            break
        if not denies and _touches_internet(rule, family):
            allowed.append(f"{rule.title} ({rule.properties.priority})")
    return tuple(denials)


def _destinations(rule: SecurityRule) -> tuple[str, ...]:
    properties = rule.properties
    return _values(properties.destination_address_prefixes, properties.destination_address_prefix)


def _covers_internet(rule: SecurityRule, family: Family) -> bool:
    destinations = _destinations(rule)
    named = any(each.lower() in _EVERYWHERE for each in destinations)
    return named or not remaining(internet_space(family), destinations, family)


def _touches_internet(rule: SecurityRule, family: Family) -> bool:
    space = internet_space(family)
    outside = [each for each in _destinations(rule) if each.lower() not in _INSIDE]
    names_tag = any(span_of(each, None) is None for each in outside)
    return names_tag or remaining(space, outside, family) != space


def _limits(rule: SecurityRule) -> str:
    """Return what of a node's traffic the rule is for; empty for all of it."""
    properties = rule.properties
    sources = _values(properties.source_address_prefixes, properties.source_address_prefix)
    ports = _values(properties.destination_port_ranges, properties.destination_port_range)
    words = []
    if not same_text(properties.protocol, "*"):
        words.append(properties.protocol or "no protocol")
    if ports and not any(each in _ANY_PORT for each in ports):
        words.append(f"port {', '.join(ports)}")
    if not any(each.lower() in _ANY_SOURCE for each in sources):
        groups = (each.id.name for each in properties.source_application_security_groups)
        words.append(f"from {', '.join((*sources, *groups))}")
    return ", ".join(words)


def _values(several: tuple[str, ...], single: str | None) -> tuple[str, ...]:
    return several or ((single,) if single else ())
