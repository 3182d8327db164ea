"""Default routes that a gateway may announce: no route table shows them.

Source: Learn "Virtual network traffic routing": routes learned by BGP, what disables them.
"""

from collections.abc import Iterator
from typing import Final

from inspector.collected import NotCollected
from inspector.resource_id import ResourceId
from inspector.resources import RouteTable, Subnet, VirtualNetwork
from inspector.topology import Topology

_GATEWAY_SUBNET: Final = "gatewaysubnet"


def announcing_gateways(topology: Topology, subnet: Subnet) -> Iterator[str]:
    """Yield the places of gateways that may announce a default route to the subnet, by name.

    Only the effective routes of an interface would show the route. Raises ``NotCollected`` if
    the subnet's route table could not be seen.
    """
    table = route_table_of(topology, subnet)
    network = topology.holder(subnet, VirtualNetwork)
    if network is None or (table and table.properties.disable_bgp_route_propagation):
        return
    for each in network.properties.subnets:
        if each.title.lower() == _GATEWAY_SUBNET:
            yield f"{each.title} of network {network.title}"
    for peering in network.properties.virtual_network_peerings:
        if peering.properties.use_remote_gateways:
            yield (
                f"peering {peering.title} of network {network.title}, which uses remote gateways"
            )


def may_be_overridden(topology: Topology, subnet_id: ResourceId | None) -> bool:
    """Whether a gateway may announce a default route to the subnet that ARM does not show."""
    try:
        subnet = topology.get(subnet_id, Subnet) if subnet_id is not None else None
        return subnet is not None and any(announcing_gateways(topology, subnet))
    except NotCollected:
        return True


def route_table_of(topology: Topology, subnet: Subnet) -> RouteTable | None:
    """Return the subnet's route table, if it has one; raises ``NotCollected`` if it is hidden."""
    reference = subnet.properties.route_table
    return topology.get(reference.id, RouteTable) if reference is not None else None
