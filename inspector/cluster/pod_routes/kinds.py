"""What a route is for, and route tables with their routes classified."""

from enum import StrEnum
from typing import Final

import msgspec

from inspector.network.ranges import IPRange
from inspector.nodes import Node
from inspector.resource_id import ResourceId
from inspector.resources import Route, RouteTable, same_text
from inspector.snapshot import Gap


class RouteKind(StrEnum):
    """What a route is for."""

    NODE = "pod route of a node"
    STALE = "pod route of a node that is gone"
    FOREIGN = "pod route of another cluster's node"
    UNKNOWN = "pod route of a node that could not be seen"
    DEFAULT = "default route"
    CUSTOM = "the user's own route"


OWN_POD_ROUTES: Final = (RouteKind.NODE, RouteKind.STALE, RouteKind.UNKNOWN)
"""What the cluster wrote itself, or may have written."""


class ClassifiedRoute(msgspec.Struct, frozen=True, kw_only=True):
    """A route and what it is for.

    ``range`` is its prefix, ``None`` for a service tag. ``claimed`` is the node its name tells of,
    folded, where the name has the form of a pod route's; ``named`` is that node if it is there.
    ``reached`` is the node that has the next hop as its own address.
    """

    route: Route
    kind: RouteKind
    range: IPRange | None
    claimed: str | None
    named: Node | None
    reached: Node | None

    @property
    def node(self) -> Node | None:
        """The node whose pods the route is for; its name tells before its next hop does."""
        return (self.named or self.reached) if self.kind is RouteKind.NODE else None

    @property
    def is_to_appliance(self) -> bool:
        """Whether the next hop is an address, as a pod route's has to be."""
        return same_text(self.route.properties.next_hop_type, "VirtualAppliance")


class ClassifiedTable(msgspec.Struct, frozen=True, kw_only=True):
    """A route table with its routes in ARM's order.

    ``subnets`` use it, as they or the table say, by id. ``missing`` is what the routes of kind
    ``UNKNOWN`` are unknown for.
    """

    table: RouteTable
    routes: tuple[ClassifiedRoute, ...]
    subnets: tuple[ResourceId, ...]
    missing: tuple[Gap, ...]

    def of(self, *kinds: RouteKind) -> tuple[ClassifiedRoute, ...]:
        """Return the routes of the kinds."""
        return tuple(each for each in self.routes if each.kind in kinds)


class PodRoutes(msgspec.Struct, frozen=True, kw_only=True):
    """The route tables that were seen, and those that pod routes of the cluster belong in.

    ``tables`` are all, by id. ``of_nodes`` are those on the nodes' subnets; as long as these hold
    no pod routes, the infrastructure group's as well, where AKS keeps a table of its own.
    ``missing`` may hide a table, a subnet of nodes, or whose routes the subnets' tables hold.
    """

    tables: tuple[ClassifiedTable, ...]
    of_nodes: tuple[ClassifiedTable, ...]
    missing: tuple[Gap, ...]

    def table(self, table_id: ResourceId) -> ClassifiedTable | None:
        """Return the table of an id, if it was seen."""
        return next((each for each in self.tables if each.table.id == table_id), None)
