"""The default route of a subnet: where it leads, whether its next hop can be reached."""

from ipaddress import ip_address
from typing import Final

import msgspec

from inspector.cluster.egress.announced_routes import announcing_gateways, route_table_of
from inspector.cluster.egress.survey import routes_of_subnet
from inspector.network.addresses import parse_range
from inspector.network.internet_routes import InternetRoutes
from inspector.network.spaces import Family
from inspector.resources import Route, RouteTable, Subnet, VirtualNetwork, same_text
from inspector.topology import Topology

DEFAULT_PREFIXES: Final = {Family.IPV4: "0.0.0.0/0", Family.IPV6: "::/0"}


class DefaultRoute(msgspec.Struct, frozen=True, kw_only=True):
    """What the route table of a subnet does to the internet-bound packets of one family.

    ``straight`` are default routes that name the internet itself as their next hop, ``bare``
    those to an appliance without an address. ``outside`` are next hops that lie neither in the
    network nor in a peered one, ``untold`` those of which that is not known. ``gateways`` are the
    places of those that may announce a default route, which ARM does not show.
    """

    subnet: Subnet
    table: RouteTable | None
    family: Family
    routes: InternetRoutes
    straight: tuple[Route, ...]
    bare: tuple[Route, ...]
    outside: tuple[str, ...]
    untold: tuple[str, ...]
    gateways: tuple[str, ...]

    @property
    def prefix(self) -> str:
        """The whole address space of the family."""
        return DEFAULT_PREFIXES[self.family]


def default_route(topology: Topology, subnet: Subnet, family: Family) -> DefaultRoute:
    """Return the default route of a subnet; raises ``NotCollected`` if its table is hidden."""
    routes = routes_of_subnet(topology, subnet, family)
    table = route_table_of(topology, subnet)
    reach = {each: _is_inside(topology, subnet, each) for each in routes.addresses}
    return DefaultRoute(
        subnet=subnet,
        table=table,
        family=family,
        routes=routes,
        straight=tuple(
            each
            for each in (table.properties.routes if table is not None else ())
            if same_text(each.properties.next_hop_type, "Internet")
            and each.properties.address_prefix == DEFAULT_PREFIXES[family]
        ),
        bare=tuple(filter(_lacks_address, routes.capturing)),
        outside=tuple(address for address, is_inside in reach.items() if is_inside is False),
        untold=tuple(address for address, is_inside in reach.items() if is_inside is None),
        gateways=tuple(announcing_gateways(topology, subnet)),
    )


def _lacks_address(route: Route) -> bool:
    """Whether a route names an appliance and not where it is; ECMP has a field of its own."""
    properties = route.properties
    is_appliance = same_text(properties.next_hop_type, "VirtualAppliance")
    return is_appliance and not properties.next_hop_ip_address


def _is_inside(topology: Topology, subnet: Subnet, address: str) -> bool | None:
    """Whether an address lies in the subnet's network or a peered one; ``None`` if not known."""
    network = topology.holder(subnet, VirtualNetwork)
    try:
        hop = ip_address(address)
    except ValueError:
        return None
    if network is None:
        return None
    spaces = [network.properties.address_space.address_prefixes]
    for peering in network.properties.virtual_network_peerings:
        told = peering.properties
        peered = told.remote_address_space.address_prefixes
        spaces.append((*peered, *told.remote_virtual_network_address_space.address_prefixes))
    if any(hop in parse_range(prefix) for space in spaces for prefix in space):
        return True
    return False if all(spaces) else None
