"""The rules that Kubernetes writes into AKS's own security group for services.

Source: cloud-provider-azure, ``securitygroup.go`` and ``securityrule.go``; names of before 2023
begin with the service's own.
"""

import re
from collections.abc import Iterator
from typing import Final

from inspector.network.security_rules.parsed_rules import Access, Rule
from inspector.network.security_rules.surroundings import parse_ranges
from inspector.network.security_rules.traffic import Direction
from inspector.network.service_names import service_base
from inspector.network.spaces import span_of
from inspector.resources import SecurityRule, same_text

FIRST_PRIORITY: Final = 500
LAST_PRIORITY: Final = 4096
PRIORITIES: Final = range(FIRST_PRIORITY, LAST_PRIORITY + 1)
"""The priorities that Kubernetes takes for rules of its own."""

_NAME: Final = "k8s-azure-lb"
_GROUP: Final = re.compile(r"aks-agentpool-[0-9]+-nsg", re.IGNORECASE)


def is_own_group(name: str) -> bool:
    """Whether a security group is called as AKS calls its own."""
    return _GROUP.fullmatch(name) is not None


def is_of_services(name: str, priority: int | None) -> bool:
    """Whether a rule is one that Kubernetes wrote, by its name and its priority."""
    is_named = name.lower().startswith(_NAME) or service_base(name) is not None
    return is_named and priority in PRIORITIES


def opens_services(rule: Rule) -> bool:
    """Whether a rule is one that Kubernetes wrote to let traffic in."""
    is_inbound = rule.access is Access.ALLOW and Direction.INBOUND in rule.directions
    return is_inbound and is_of_services(rule.name, rule.priority)


def takes_service_priority(rule: SecurityRule) -> bool:
    """Whether a rule is inbound and has one of the priorities that Kubernetes takes."""
    properties = rule.properties
    return same_text(properties.direction, Direction.INBOUND) and properties.priority in PRIORITIES


def sides(rule: SecurityRule) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return a rule's sources and destinations, each in the field that ARM filled."""
    fields = rule.properties
    return (
        _values(fields.source_address_prefixes, fields.source_address_prefix),
        _values(fields.destination_address_prefixes, fields.destination_address_prefix),
    )


def _values(several: tuple[str, ...], single: str | None) -> tuple[str, ...]:
    return several or ((single,) if single else ())


def source_sets(rule: SecurityRule) -> Iterator[tuple[str, ...]]:
    """Yield a rule's sources as flows may have them: ranges together, each service tag alone."""
    texts = sides(rule)[0]
    found = parse_ranges(texts)
    if found.is_any:
        yield ("Internet",)
    for tag in found.tags:
        yield (tag,)
    ranges = tuple(each for each in texts if span_of(each, None) is not None)
    if ranges:
        yield ranges
