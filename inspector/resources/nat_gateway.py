"""``natGateways``."""

from collections.abc import Iterator
from typing import ClassVar

from inspector.resources.arm import Link, Reference, Relation, Resource, Wire, refer
from inspector.resources.load_balancer import Sku


class NATGatewayProperties(Wire, frozen=True):
    """``properties`` of a NAT gateway; ARM writes ``publicIpAddresses`` here, with ``Ip``.

    Only a StandardV2 gateway has IPv6 addresses. The subnets are ARM's references back.
    """

    idle_timeout_in_minutes: int | None = None
    public_ip_addresses: tuple[Reference, ...] = ()
    public_ip_prefixes: tuple[Reference, ...] = ()
    public_ip_addresses_v6: tuple[Reference, ...] = ()
    public_ip_prefixes_v6: tuple[Reference, ...] = ()
    subnets: tuple[Reference, ...] = ()


class NATGateway(Resource, frozen=True):
    """A NAT gateway; one of SKU Standard is in one zone at most."""

    arm_type: ClassVar[str] = "Microsoft.Network/natGateways"

    sku: Sku = Sku()
    zones: tuple[str, ...] = ()
    properties: NATGatewayProperties = NATGatewayProperties()

    def links(self) -> Iterator[Link]:
        """Yield the public addresses and prefixes."""
        properties = self.properties
        addresses = (*properties.public_ip_addresses, *properties.public_ip_addresses_v6)
        prefixes = (*properties.public_ip_prefixes, *properties.public_ip_prefixes_v6)
        yield from refer(self.id, Relation.PUBLIC_IP, *addresses)
        yield from refer(self.id, Relation.PUBLIC_IP_PREFIX, *prefixes)
