"""Private endpoints, private DNS zones and their links."""

from functools import partial
from typing import Final

from inspector.changes.answer import Thing, Topic
from inspector.changes.entries import About, Area, Cause, Entries, Entry, key_of, reference, texts
from inspector.resources import PrivateDNSZone, PrivateEndpoint, VirtualNetworkLink
from inspector.topology import Topology


def _endpoints(topology: Topology) -> Entries:
    for each in topology.all(PrivateEndpoint):
        connections = [one.properties for one in each.connections]
        subnet = each.properties.subnet
        targets = texts(
            one.private_link_service_id.name for one in connections if one.private_link_service_id
        )
        states = (one.private_link_service_connection_state.status for one in connections)
        yield (
            key_of(Thing.PRIVATE_ENDPOINT, each.id),
            Entry(
                subject=each.id,
                about=partial(About, name=each.title, words=f"to {', '.join(targets)}"),
                values={
                    "state": texts(one for one in states if one),
                    "service": targets,
                    "subnet": reference(subnet.id) if subnet is not None else None,
                },
            ),
        )


def _zones(topology: Topology) -> Entries:
    for each in topology.all(PrivateDNSZone):
        yield (
            key_of(Thing.PRIVATE_DNS_ZONE, each.id),
            Entry(subject=each.id, about=partial(About, name=each.title)),
        )


def _links(topology: Topology) -> Entries:
    for each in topology.all(VirtualNetworkLink):
        network = each.properties.virtual_network
        words = f"to virtual network {network.id.name}" if network is not None else ""
        yield (
            key_of(Thing.ZONE_LINK, each.id),
            Entry(
                subject=each.id,
                about=partial(_about_link, each, words),
                values={
                    "virtual network": reference(network.id) if network is not None else None,
                    "state": each.properties.virtual_network_link_state,
                },
            ),
        )


def _about_link(link: VirtualNetworkLink, words: str) -> About:
    zone = link.id.parent
    return About(
        name=link.title,
        place=f"private DNS zone {zone.name}" if zone is not None else None,
        words=words,
        causes=(Cause(key_of(Thing.PRIVATE_DNS_ZONE, zone)),) if zone is not None else (),
    )


PRIVATE_ENDPOINTS: Final = Area(
    topic=Topic.NETWORKS, thing=Thing.PRIVATE_ENDPOINT, entries=_endpoints
)
PRIVATE_DNS_ZONES: Final = Area(topic=Topic.NETWORKS, thing=Thing.PRIVATE_DNS_ZONE, entries=_zones)
ZONE_LINKS: Final = Area(topic=Topic.NETWORKS, thing=Thing.ZONE_LINK, entries=_links)
