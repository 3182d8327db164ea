"""Network security groups: their own rules, and the subnets they are on."""

from functools import partial
from typing import Final

from inspector.changes.answer import Thing, Topic
from inspector.changes.areas.cluster import canonical_range
from inspector.changes.areas.subnets import put_on_subnets
from inspector.changes.entries import (
    About,
    Area,
    Cause,
    Entries,
    Entry,
    Said,
    Value,
    key_of,
    texts,
)
from inspector.resources import NetworkSecurityGroup, Reference, SecurityRule
from inspector.topology import Topology
from inspector.wording import names

_ANY: Final = "*"


def _groups(topology: Topology) -> Entries:
    for each in topology.all(NetworkSecurityGroup):
        yield (
            key_of(Thing.SECURITY_GROUP, each.id),
            Entry(subject=each.id, about=partial(About, name=each.title)),
        )


def _rules(topology: Topology) -> Entries:
    """Yield the rules of one's own; the default ones are the same everywhere."""
    for group in topology.all(NetworkSecurityGroup):
        for rule in group.properties.security_rules:
            yield (
                key_of(Thing.SECURITY_RULE, rule.id),
                Entry(
                    subject=rule.id,
                    about=partial(_about, group, rule),
                    values=_values(rule),
                ),
            )


def _values(rule: SecurityRule) -> dict[str, Value]:
    given = rule.properties
    return {
        "priority": given.priority,
        "direction": given.direction,
        "access": given.access,
        "protocol": given.protocol,
        "source": _peers(
            given.source_address_prefix,
            given.source_address_prefixes,
            given.source_application_security_groups,
        ),
        "source ports": _set(given.source_port_range, given.source_port_ranges),
        "destination": _peers(
            given.destination_address_prefix,
            given.destination_address_prefixes,
            given.destination_application_security_groups,
        ),
        "destination ports": _set(given.destination_port_range, given.destination_port_ranges),
    }


def _set(one: str | None, several: tuple[str, ...]) -> tuple[str, ...]:
    """Return the values of a field, singular or plural, small numbers first."""
    written = texts((*((one,) if one else ()), *several))
    return tuple(sorted(written, key=lambda each: (len(each.partition("-")[0]), each)))


def _peers(one: str | None, several: tuple[str, ...], groups: tuple[Reference, ...]) -> Said:
    """Return the addresses, tags and application security groups of one end of a rule."""
    labels = {canonical_range(each): each for each in _set(one, several)}
    labels |= {each.id.key: each.id.name for each in sorted(groups, key=lambda each: each.id)}
    return Said(tuple(labels.values()), tuple(sorted(labels)), labels=labels)


def _about(group: NetworkSecurityGroup, rule: SecurityRule) -> About:
    given = rule.properties
    values = _values(rule)
    source, target = (_ends(values[name]) for name in ("source", "destination"))
    ports = _ends(values["destination ports"])
    protocol = "any protocol" if given.protocol == _ANY else (given.protocol or "").upper()
    to_ports = "every port" if ports == "any" else f"{'ports' if ',' in ports else 'port'} {ports}"
    verb, direction = (given.access or "").lower(), (given.direction or "").lower()
    return About(
        name=rule.title,
        place=f"network security group {group.title}",
        words=f"{verb} {direction} {protocol} to {to_ports}, from {source} to {target}, "
        f"priority {given.priority}",
        causes=(Cause(key_of(Thing.SECURITY_GROUP, group.id)),),
    )


def _ends(value: Value) -> str:
    written = value.value if isinstance(value, Said) else value
    several = written if isinstance(written, tuple) else ()
    return "any" if several in {(), (_ANY,)} else names(several)


def _of_subnets(topology: Topology) -> Entries:
    return put_on_subnets(
        topology,
        lambda subnet: subnet.properties.network_security_group,
        Thing.SECURITY_GROUP_OF_SUBNET,
        of=Thing.SECURITY_GROUP,
    )


SECURITY_GROUPS: Final = Area(topic=Topic.SECURITY, thing=Thing.SECURITY_GROUP, entries=_groups)
SECURITY_RULES: Final = Area(topic=Topic.SECURITY, thing=Thing.SECURITY_RULE, entries=_rules)
SECURITY_GROUPS_OF_SUBNETS: Final = Area(
    topic=Topic.SECURITY,
    thing=Thing.SECURITY_GROUP_OF_SUBNET,
    entries=_of_subnets,
    verbs=("attached", "detached"),
)
