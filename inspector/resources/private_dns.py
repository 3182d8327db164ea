"""``privateDnsZones`` and the networks they are linked to."""

from collections.abc import Iterator
from typing import ClassVar

from inspector.resources.arm import Link, Reference, Relation, Resource, Wire, refer


class PrivateDNSZone(Resource, frozen=True):
    """A private DNS zone, such as the one of a private cluster's API server."""

    arm_type: ClassVar[str] = "Microsoft.Network/privateDnsZones"


class VirtualNetworkLinkProperties(Wire, frozen=True):
    """``properties`` of a link."""

    virtual_network: Reference | None = None
    virtual_network_link_state: str | None = None


class VirtualNetworkLink(Resource, frozen=True):
    """What lets a network resolve the names of a zone; it is listed below the zone."""

    arm_type: ClassVar[str] = "Microsoft.Network/privateDnsZones/virtualNetworkLinks"

    properties: VirtualNetworkLinkProperties = VirtualNetworkLinkProperties()

    def links(self) -> Iterator[Link]:
        """Yield the zone that holds the link and the network it leads to."""
        if self.id.parent is not None:
            yield Link(self.id.parent, Relation.CONTAINS, self.id)
        yield from refer(self.id, Relation.LINKED_TO, self.properties.virtual_network)
