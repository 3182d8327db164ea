"""``networkSecurityGroups`` with their rules, custom and default."""

from collections.abc import Iterator
from typing import ClassVar

from inspector.resources.arm import Reference, Resource, Wire


class SecurityRuleProperties(Wire, frozen=True):
    """``properties`` of a rule: each field is singular or plural, never both filled."""

    access: str | None = None
    direction: str | None = None
    priority: int | None = None
    protocol: str | None = None
    source_port_range: str | None = None
    source_port_ranges: tuple[str, ...] = ()
    destination_port_range: str | None = None
    destination_port_ranges: tuple[str, ...] = ()
    source_address_prefix: str | None = None
    source_address_prefixes: tuple[str, ...] = ()
    source_application_security_groups: tuple[Reference, ...] = ()
    destination_address_prefix: str | None = None
    destination_address_prefixes: tuple[str, ...] = ()
    destination_application_security_groups: tuple[Reference, ...] = ()


class SecurityRule(Resource, frozen=True):
    """One rule of a security group."""

    arm_type: ClassVar[str] = "Microsoft.Network/networkSecurityGroups/securityRules"

    properties: SecurityRuleProperties = SecurityRuleProperties()


class NetworkSecurityGroupProperties(Wire, frozen=True):
    """``properties`` of a group; the back references are absent while nothing uses it."""

    security_rules: tuple[SecurityRule, ...] = ()
    default_security_rules: tuple[SecurityRule, ...] = ()
    network_interfaces: tuple[Reference, ...] = ()
    subnets: tuple[Reference, ...] = ()


class NetworkSecurityGroup(Resource, frozen=True):
    """A security group."""

    arm_type: ClassVar[str] = "Microsoft.Network/networkSecurityGroups"

    properties: NetworkSecurityGroupProperties = NetworkSecurityGroupProperties()

    def parts(self) -> Iterator[Resource]:
        """Yield the custom rules, then the default ones."""
        yield from self.properties.security_rules
        yield from self.properties.default_security_rules
