"""``routeTables`` with their routes."""

from collections.abc import Iterator
from typing import ClassVar

from inspector.resources.arm import Reference, Resource, Wire


class RouteProperties(Wire, frozen=True):
    """``properties`` of a route; the prefix may be a service tag, the next hop empty."""

    address_prefix: str | None = None
    next_hop_type: str | None = None
    next_hop_ip_address: str | None = None


class Route(Resource, frozen=True):
    """One user-defined route."""

    arm_type: ClassVar[str] = "Microsoft.Network/routeTables/routes"

    properties: RouteProperties = RouteProperties()


class RouteTableProperties(Wire, frozen=True):
    """``properties`` of a table; ``subnets`` is absent while nothing uses it."""

    disable_bgp_route_propagation: bool | None = None
    routes: tuple[Route, ...] = ()
    subnets: tuple[Reference, ...] = ()


class RouteTable(Resource, frozen=True):
    """A route table."""

    arm_type: ClassVar[str] = "Microsoft.Network/routeTables"

    properties: RouteTableProperties = RouteTableProperties()

    def parts(self) -> Iterator[Resource]:
        """Yield the routes."""
        yield from self.properties.routes
