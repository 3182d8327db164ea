"""``privateEndpoints``."""

from collections.abc import Iterator
from typing import ClassVar

from inspector.resources.arm import Link, Reference, Relation, Resource, Wire, refer


class PrivateEndpointProperties(Wire, frozen=True):
    """``properties`` of a private endpoint."""

    subnet: Reference | None = None
    network_interfaces: tuple[Reference, ...] = ()


class PrivateEndpoint(Resource, frozen=True):
    """A private endpoint, such as the API server's in a private cluster."""

    arm_type: ClassVar[str] = "Microsoft.Network/privateEndpoints"

    properties: PrivateEndpointProperties = PrivateEndpointProperties()

    def links(self) -> Iterator[Link]:
        """Yield the subnet and the endpoint's interfaces."""
        yield from refer(self.id, Relation.IN_SUBNET, self.properties.subnet)
        yield from refer(self.id, Relation.CONNECTED_BY, *self.properties.network_interfaces)
