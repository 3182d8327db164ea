"""``natGateways``."""

from collections.abc import Iterator
from typing import ClassVar

from inspector.resources.arm import Link, Reference, Relation, Resource, Wire, refer
from inspector.resources.load_balancer import Sku


class NATGatewayProperties(Wire, frozen=True):
    """``properties`` of a NAT gateway; ARM writes ``publicIpAddresses`` here, with ``Ip``."""

    idle_timeout_in_minutes: int | None = None
    public_ip_addresses: tuple[Reference, ...] = ()
    public_ip_prefixes: tuple[Reference, ...] = ()


class NATGateway(Resource, frozen=True):
    """A NAT gateway."""

    arm_type: ClassVar[str] = "Microsoft.Network/natGateways"

    sku: Sku = Sku()
    properties: NATGatewayProperties = NATGatewayProperties()

    def links(self) -> Iterator[Link]:
        """Yield the public addresses and prefixes."""
        yield from refer(self.id, Relation.PUBLIC_IP, *self.properties.public_ip_addresses)
        yield from refer(self.id, Relation.PUBLIC_IP_PREFIX, *self.properties.public_ip_prefixes)
