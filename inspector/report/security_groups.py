"""Network security groups: where they are attached, and their rules in Azure's order."""

from inspector.report.answer import Unknown, View, noting
from inspector.resource_id import ResourceId
from inspector.resources import (
    NetworkInterface,
    NetworkSecurityGroup,
    Reference,
    SecurityRule,
    Subnet,
)
from inspector.topology import Topology


class SecurityRuleView(View, frozen=True):
    """A rule; each list holds the singular field's value or the plural field's."""

    name: str
    direction: str | None
    priority: int | None
    access: str | None
    protocol: str | None
    sources: tuple[str, ...]
    source_ports: tuple[str, ...]
    destinations: tuple[str, ...]
    destination_ports: tuple[str, ...]
    is_default: bool


class SecurityGroupView(View, frozen=True):
    """A security group; interfaces are named by node where they are a node's."""

    name: str
    id: ResourceId
    subnets: tuple[str, ...]
    interfaces: tuple[str, ...]
    rules: tuple[SecurityRuleView, ...]


class SecurityGroups(View, frozen=True):
    """The security groups, and what of them could not be seen."""

    groups: tuple[SecurityGroupView, ...]
    missing: tuple[Unknown, ...]


def build_security_groups(topology: Topology) -> SecurityGroups:
    """Return the groups of the infrastructure group and of the cluster's subnets and nodes."""
    missing: list[Unknown] = []
    group = topology.cluster.infrastructure_group
    if group is not None:
        with noting(missing):
            topology.listed(group, NetworkSecurityGroup)
    for reference in _references(topology, missing):
        with noting(missing):
            topology.get(reference.id, NetworkSecurityGroup)
    groups = tuple(_group(topology, each) for each in topology.all(NetworkSecurityGroup))
    return SecurityGroups(groups=groups, missing=tuple(missing))


def _references(topology: Topology, missing: list[Unknown]) -> tuple[Reference, ...]:
    found: dict[Reference, None] = {}
    for subnet_id in topology.subnets_in_use:
        with noting(missing):
            subnet = topology.get(subnet_id, Subnet)
            if subnet is not None and subnet.properties.network_security_group is not None:
                found[subnet.properties.network_security_group] = None
    for node in topology.nodes:
        for interface in node.interfaces:
            if interface.properties.network_security_group is not None:
                found[interface.properties.network_security_group] = None
    return tuple(found)


def _group(topology: Topology, group: NetworkSecurityGroup) -> SecurityGroupView:
    properties = group.properties
    rules = [_rule(each, is_default=False) for each in properties.security_rules]
    rules += [_rule(each, is_default=True) for each in properties.default_security_rules]
    return SecurityGroupView(
        name=group.title,
        id=group.id,
        subnets=tuple(
            each.id.name for each in sorted(properties.subnets, key=lambda each: each.id)
        ),
        interfaces=tuple(
            sorted(
                (_device_name(topology, each) for each in properties.network_interfaces),
                key=str.lower,
            )
        ),
        rules=tuple(sorted(rules, key=_order)),
    )


def _device_name(topology: Topology, reference: Reference) -> str:
    interface = topology.seen(reference.id, NetworkInterface)
    node = topology.node_of(interface) if interface is not None else None
    return node.name if node is not None else reference.id.name


def _order(rule: SecurityRuleView) -> tuple[str, int, str]:
    return (rule.direction or "").lower(), rule.priority or 0, rule.name


def _rule(rule: SecurityRule, *, is_default: bool) -> SecurityRuleView:
    properties = rule.properties
    source_groups = tuple(each.id.name for each in properties.source_application_security_groups)
    target_groups = tuple(
        each.id.name for each in properties.destination_application_security_groups
    )
    return SecurityRuleView(
        name=rule.title,
        direction=properties.direction,
        priority=properties.priority,
        access=properties.access,
        protocol=properties.protocol,
        sources=_values(properties.source_address_prefix, properties.source_address_prefixes)
        + source_groups,
        source_ports=_values(properties.source_port_range, properties.source_port_ranges),
        destinations=_values(
            properties.destination_address_prefix, properties.destination_address_prefixes
        )
        + target_groups,
        destination_ports=_values(
            properties.destination_port_range, properties.destination_port_ranges
        ),
        is_default=is_default,
    )


def _values(single: str | None, several: tuple[str, ...]) -> tuple[str, ...]:
    return several or ((single,) if single else ())
