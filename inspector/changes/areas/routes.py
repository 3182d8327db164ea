"""Route tables: their routes by prefix, and the subnets they are on."""

from functools import partial
from typing import Final

from inspector.changes.answer import Thing, Topic
from inspector.changes.areas.nodes import ADDRESS, IPV6_ADDRESS, node_causes, node_key
from inspector.changes.areas.subnets import put_on_subnets
from inspector.changes.entries import (
    About,
    Area,
    Cause,
    Entries,
    Entry,
    Said,
    key_of,
)
from inspector.cluster.pod_routes import OWN_POD_ROUTES, ClassifiedRoute, pod_routes
from inspector.resources import RouteTable
from inspector.topology import Topology

NEXT_HOP: Final = "next hop"
_TYPE: Final = "next hop type"


def _tables(topology: Topology) -> Entries:
    for table in topology.all(RouteTable):
        disabled = table.properties.disable_bgp_route_propagation is True
        yield (
            key_of(Thing.ROUTE_TABLE, table.id),
            Entry(
                subject=table.id,
                about=partial(About, name=table.title),
                values={"gateway route propagation": not disabled},
            ),
        )


def _routes(topology: Topology) -> Entries:
    """Yield the routes of each table by prefix, whatever they are named."""
    for classified in topology.once(pod_routes).tables:
        table = classified.table
        seen: dict[str, int] = {}
        for each in sorted(classified.routes, key=_order):
            prefix = _prefix(each)
            seen[prefix] = seen.get(prefix, 0) + 1
            yield (
                (Thing.ROUTE, table.id.key, prefix, str(seen[prefix])),
                Entry(
                    subject=each.route.id,
                    holder=table.id,
                    about=partial(_about, table, each),
                    values={
                        _TYPE: each.route.properties.next_hop_type,
                        NEXT_HOP: _next_hop(each),
                    },
                ),
            )


def _prefix(route: ClassifiedRoute) -> str:
    written = route.route.properties.address_prefix or ""
    return str(route.range) if route.range is not None else written.casefold()


def _order(route: ClassifiedRoute) -> tuple[str, str]:
    properties = route.route.properties
    return (properties.next_hop_type or "").casefold(), properties.next_hop_ip_address or ""


def _next_hop(route: ClassifiedRoute) -> Said | None:
    address = route.route.properties.next_hop_ip_address
    if not address:
        return None
    name = route.reached.name if route.reached is not None else None
    return Said(address, address.casefold(), f"{name} ({address})" if name else address)


def _about(table: RouteTable, route: ClassifiedRoute) -> About:
    hop = _next_hop(route)
    kind = route.route.properties.next_hop_type or "nowhere"
    nodes = tuple(cause for each in (route.node, route.reached) for cause in node_causes(each))
    place = f"route table {table.title}"
    return About(
        name=_prefix(route),
        place=place,
        words=f"to {hop.words}" if hop is not None else f"next hop type {kind}",
        causes=(*nodes, Cause(key_of(Thing.ROUTE_TABLE, table.id))),
        follows={NEXT_HOP: (*nodes, *_readdressed(route))},
        pile=f"pod routes of {place}" if route.kind in OWN_POD_ROUTES else "",
    )


def _readdressed(route: ClassifiedRoute) -> tuple[Cause, ...]:
    """Return that a route which leads to the same node as before may only follow its address."""
    if route.reached is None:
        return ()
    address = route.route.properties.next_hop_ip_address or ""
    field = IPV6_ADDRESS if ":" in address else ADDRESS
    return (Cause(node_key(route.reached), field, is_mutual=True),)


def _of_subnets(topology: Topology) -> Entries:
    return put_on_subnets(
        topology,
        lambda subnet: subnet.properties.route_table,
        Thing.ROUTE_TABLE_OF_SUBNET,
        of=Thing.ROUTE_TABLE,
    )


ROUTE_TABLES: Final = Area(topic=Topic.ROUTES, thing=Thing.ROUTE_TABLE, entries=_tables)
ROUTE_TABLES_OF_SUBNETS: Final = Area(
    topic=Topic.ROUTES,
    thing=Thing.ROUTE_TABLE_OF_SUBNET,
    entries=_of_subnets,
    verbs=("attached", "detached"),
)
ROUTES: Final = Area(
    topic=Topic.ROUTES, thing=Thing.ROUTE, entries=_routes, own_fields=frozenset({NEXT_HOP})
)
