"""``publicIPAddresses`` and ``publicIPPrefixes``."""

from collections.abc import Iterator
from typing import ClassVar

import msgspec

from inspector.resources.arm import IPAddress, Link, Reference, Relation, Resource, Wire, refer
from inspector.resources.load_balancer import Sku
from inspector.resources.network_interface import SCALE_SET_INTERFACE_TYPE

SCALE_SET_PUBLIC_IP_TYPE = f"{SCALE_SET_INTERFACE_TYPE}/ipConfigurations/publicIPAddresses"
"""A public address of a scale-set instance; its document hangs below the instance's interface."""


class PublicIPAddressProperties(Wire, frozen=True):
    """``properties`` of a public address; ``ip_address`` is absent until one is allocated."""

    ip_address: IPAddress | None = None
    ip_configuration: Reference | None = None
    nat_gateway: Reference | None = None
    public_ip_prefix: Reference | None = msgspec.field(name="publicIPPrefix", default=None)


class PublicIPAddress(Resource, frozen=True):
    """A public address."""

    arm_type: ClassVar[str] = "Microsoft.Network/publicIPAddresses"

    sku: Sku = Sku()
    properties: PublicIPAddressProperties = PublicIPAddressProperties()

    def links(self) -> Iterator[Link]:
        """Yield the prefix the address was taken from."""
        return refer(self.id, Relation.PUBLIC_IP_PREFIX, self.properties.public_ip_prefix)


class PublicIPPrefixProperties(Wire, frozen=True):
    """``properties`` of a prefix."""

    ip_prefix: str | None = None


class PublicIPPrefix(Resource, frozen=True):
    """A contiguous range of public addresses."""

    arm_type: ClassVar[str] = "Microsoft.Network/publicIPPrefixes"

    properties: PublicIPPrefixProperties = PublicIPPrefixProperties()
