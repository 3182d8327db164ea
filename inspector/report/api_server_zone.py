"""The private DNS zone with the API server's name, and who may ask it."""

from inspector.cluster.api_server import find_zone, own_resolvers
from inspector.report.addresses import name_of
from inspector.report.answer import Unknown, View, ask, noting
from inspector.resource_id import ResourceId
from inspector.resources import (
    PrivateDNSZone,
    VirtualNetwork,
    VirtualNetworkLink,
    same_text,
)
from inspector.topology import Topology


class LinkView(View, frozen=True):
    """A network that may ask the zone."""

    name: str
    network: str | None
    network_id: ResourceId | None
    state: str | None


class ZoneView(View, frozen=True):
    """The zone of a private API server.

    ``setting`` is ``system`` (AKS makes it), ``none`` or ``own`` (the user's), else ARM's word.
    ``zone`` is its name, told by the private FQDN where AKS's own could not be seen. ``exists``
    and ``links`` are ``None`` where there is to be no zone.
    """

    setting: str
    zone: str | None
    id: ResourceId | None
    resource_group: str | None
    exists: bool | Unknown | None
    links: tuple[LinkView, ...] | Unknown | None


class NodeNetwork(View, frozen=True):
    """A network the nodes are in.

    ``is_linked`` is ``None`` where there is no zone to be linked to. Without ``dns_servers`` it
    asks Azure's own resolver; ``must_forward`` says that it asks others alone, so that they have
    to forward the zone: whether they do is not visible in ARM.
    """

    name: str
    id: ResourceId
    is_linked: bool | Unknown | None
    dns_servers: tuple[str, ...] | Unknown
    must_forward: bool | Unknown


def build_zone(topology: Topology, missing: list[Unknown]) -> ZoneView:
    """Return the zone of a private cluster; what could not be seen goes into ``missing``."""
    access = topology.cluster.properties.api_server_access_profile
    own = access.own_dns_zone
    setting = "own" if own is not None else access.private_dns_zone or "system"
    if same_text(setting, "none"):
        return ZoneView(
            setting="none", zone=None, id=None, resource_group=None, exists=None, links=None
        )
    found, unseen = None, None
    answer = ask(lambda: find_zone(topology))
    if isinstance(answer, Unknown):
        unseen = answer
        missing.append(answer)
    else:
        found = answer
    zone_id = found.id if found is not None else own
    private_fqdn = topology.cluster.properties.private_fqdn or ""
    return ZoneView(
        setting=setting.lower(),
        zone=zone_id.name if zone_id is not None else private_fqdn.partition(".")[2] or None,
        id=zone_id,
        resource_group=zone_id.resource_group if zone_id is not None else None,
        exists=unseen or found is not None,
        links=unseen or _links(topology, found, missing),
    )


def _links(
    topology: Topology, zone: PrivateDNSZone | None, missing: list[Unknown]
) -> tuple[LinkView, ...] | Unknown:
    if zone is None:
        return ()
    links = ask(lambda: topology.listed(zone.id, VirtualNetworkLink))
    if isinstance(links, Unknown):
        missing.append(links)
        return links
    return tuple(_link(each) for each in sorted(links, key=lambda each: each.id))


def _link(link: VirtualNetworkLink) -> LinkView:
    network = link.properties.virtual_network
    return LinkView(
        name=link.title,
        network=name_of(network),
        network_id=network.id if network is not None else None,
        state=link.properties.virtual_network_link_state,
    )


def node_networks(
    topology: Topology, zone: ZoneView, missing: list[Unknown]
) -> tuple[NodeNetwork, ...]:
    """Return the networks the nodes are in, by id, with what each of them asks for names."""
    subnets = topology.subnets_of_nodes or topology.subnets_in_use
    networks = sorted({each.parent for each in subnets if each.parent is not None})
    if not networks:
        cluster = topology.cluster
        with noting(missing):
            topology.listed(cluster.infrastructure_group or cluster.id, VirtualNetwork)
    return tuple(_network(topology, each, zone, missing) for each in networks)


def _network(
    topology: Topology, network_id: ResourceId, zone: ZoneView, missing: list[Unknown]
) -> NodeNetwork:
    found = ask(lambda: topology.get(network_id, VirtualNetwork))
    servers: tuple[str, ...] | Unknown = ()
    if isinstance(found, Unknown):
        missing.append(found)
        servers = found
    elif found is not None:
        servers = found.properties.dhcp_options.dns_servers
    return NodeNetwork(
        name=network_id.name,
        id=network_id,
        is_linked=_is_linked(network_id, zone),
        dns_servers=servers,
        must_forward=_must_forward(servers, zone),
    )


def _must_forward(servers: tuple[str, ...] | Unknown, zone: ZoneView) -> bool | Unknown:
    if zone.exists is None:
        return False
    if isinstance(servers, Unknown):
        return servers
    return bool(own_resolvers(servers))


def _is_linked(network: ResourceId, zone: ZoneView) -> bool | Unknown | None:
    if zone.links is None or isinstance(zone.links, Unknown):
        return zone.links
    states = (each.state for each in zone.links if each.network_id == network)
    return any(same_text(state, "Completed") for state in states)
