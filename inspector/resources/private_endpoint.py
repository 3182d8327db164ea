"""``privateEndpoints``."""

from collections.abc import Iterator
from typing import ClassVar

from inspector.resource_id import ResourceId
from inspector.resources.arm import Link, Reference, Relation, Resource, Wire, refer


class ConnectionState(Wire, frozen=True):
    """``privateLinkServiceConnectionState``: ``Approved``, ``Pending``, ``Rejected`` and so on."""

    status: str | None = None


class ServiceConnectionProperties(Wire, frozen=True):
    """``properties`` of a connection."""

    private_link_service_id: ResourceId | None = None
    private_link_service_connection_state: ConnectionState = ConnectionState()


class ServiceConnection(Wire, frozen=True):
    """An endpoint's connection to the service behind it."""

    properties: ServiceConnectionProperties = ServiceConnectionProperties()


class PrivateEndpointProperties(Wire, frozen=True):
    """``properties`` of a private endpoint."""

    subnet: Reference | None = None
    network_interfaces: tuple[Reference, ...] = ()
    private_link_service_connections: tuple[ServiceConnection, ...] = ()
    manual_private_link_service_connections: tuple[ServiceConnection, ...] = ()


class PrivateEndpoint(Resource, frozen=True):
    """A private endpoint, such as the API server's in a private cluster."""

    arm_type: ClassVar[str] = "Microsoft.Network/privateEndpoints"

    properties: PrivateEndpointProperties = PrivateEndpointProperties()

    @property
    def connections(self) -> tuple[ServiceConnection, ...]:
        """The connections, those that need approval by hand after the others."""
        properties = self.properties
        return (
            *properties.private_link_service_connections,
            *properties.manual_private_link_service_connections,
        )

    def links(self) -> Iterator[Link]:
        """Yield the subnet and the endpoint's interfaces."""
        yield from refer(self.id, Relation.IN_SUBNET, self.properties.subnet)
        yield from refer(self.id, Relation.CONNECTED_BY, *self.properties.network_interfaces)
