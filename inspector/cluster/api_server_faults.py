"""What stands in the way to the API server, by what AKS and the user made of it.

Each function yields faults, and sentences about what ARM does not tell; it raises ``NotCollected``
where the next one would rest on what could not be seen.
"""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Final, NamedTuple

import msgspec

from inspector.cluster.api_server import (
    endpoints_seen,
    find_load_balancer,
    find_zone,
    is_linked,
    own_resolvers,
    subnet_of_api_server,
)
from inspector.cluster.egress import EgressKind, PublicSources, leaving_subnets
from inspector.collected import NotCollected
from inspector.network.addresses import parse_range
from inspector.network.authorized_ranges import (
    MOST_RANGES,
    MOST_RANGES_INTEGRATED,
    admitted,
    range_faults,
)
from inspector.network.ranges import is_within
from inspector.resource_id import ResourceId
from inspector.resources import (
    ManagedCluster,
    PrivateDNSZone,
    PrivateEndpoint,
    Resource,
    Subnet,
    VirtualNetwork,
    VirtualNetworkLink,
    same_text,
)
from inspector.topology import Topology
from inspector.wording import count, names

ACCESS: Final = "properties.apiServerAccessProfile"
_LONGEST_PREFIX: Final = 28


class Cause(StrEnum):
    """The kinds of faults."""

    NO_ENDPOINT = "no-endpoint"
    NOT_APPROVED = "endpoint-not-approved"
    ENDPOINT_ELSEWHERE = "endpoint-elsewhere"
    NO_NAME = "no-name"
    NO_ZONE = "no-zone"
    NOT_LINKED = "zone-not-linked"
    OWN_RESOLVERS = "own-resolvers"
    NO_LOAD_BALANCER = "no-load-balancer"
    NOT_DELEGATED = "not-delegated"
    SUBNET_TOO_SMALL = "subnet-too-small"
    RANGES_ON_PRIVATE = "ranges-on-private"
    OPEN = "open"
    EVERYBODY = "everybody-admitted"
    TOO_MANY = "too-many-ranges"
    PRIVATE_RANGES = "private-ranges"
    UNALIGNED = "unaligned-ranges"
    EGRESS = "egress-not-admitted"


class Field(NamedTuple):
    """A field that a fault rests on, with its value as ARM has it."""

    resource: Resource
    path: str
    value: str | bool | tuple[str, ...] | None


class Fault(msgspec.Struct, frozen=True):
    """A fault of a resource, in words, with the fields it rests on."""

    cause: Cause
    at: Resource
    words: str
    fields: tuple[Field, ...]


def networks_of_nodes(topology: Topology) -> tuple[ResourceId, ...]:
    """Return the networks that nodes and pods are in, by id; hidden ones may be missing."""
    subnets = leaving_subnets(topology).ids
    return tuple(sorted({each.parent for each in subnets if each.parent is not None}))


def endpoint_faults(topology: Topology) -> Iterator[Fault | str]:
    """Yield what is wrong with the private endpoint."""
    cluster = topology.cluster
    found = endpoints_seen(topology)
    if not found:
        topology.listed(cluster.infrastructure_group or cluster.id, PrivateEndpoint)
        field = Field(cluster, f"{ACCESS}.enablePrivateCluster", value=True)
        words = "the private cluster has no private endpoint for its API server"
        yield Fault(Cause.NO_ENDPOINT, cluster, words, (field,))
    for each in found:
        states = (one.properties.private_link_service_connection_state for one in each.connections)
        state = next((one.status for one in states if one.status), None)
        if state is None:
            yield f"ARM does not tell the state of private endpoint {each.title}"
        elif not same_text(state, "Approved"):
            field = Field(each, "properties.privateLinkServiceConnections[].status", state)
            words = f"private endpoint {each.title} is {state}"
            yield Fault(Cause.NOT_APPROVED, each, words, (field,))
    yield from _endpoints_elsewhere(topology, found)


def _endpoints_elsewhere(
    topology: Topology, endpoints: Iterable[PrivateEndpoint]
) -> Iterator[Fault]:
    """Yield endpoints outside the nodes' networks; hidden nodes may be in others."""
    networks = networks_of_nodes(topology)
    hidden = leaving_subnets(topology).missing
    for each in endpoints:
        subnet = each.properties.subnet
        network = subnet.id.parent if subnet is not None else None
        if subnet is None or network is None or network in networks:
            continue
        if hidden:
            raise NotCollected(hidden[0])
        field = Field(each, "properties.subnet.id", str(subnet.id))
        words = f"private endpoint {each.title} is in network {network.name}, where no node is"
        yield Fault(Cause.ENDPOINT_ELSEWHERE, each, words, (field,))


def zone_faults(topology: Topology) -> Iterator[Fault | str]:
    """Yield what is wrong with the name of a private API server."""
    cluster = topology.cluster
    access = cluster.properties.api_server_access_profile
    setting = Field(cluster, f"{ACCESS}.privateDNSZone", access.private_dns_zone)
    if same_text(access.private_dns_zone, "none"):
        if access.enable_private_cluster_public_fqdn is False:
            field = Field(cluster, f"{ACCESS}.enablePrivateClusterPublicFQDN", value=False)
            words = "the API server has neither a private DNS zone nor a public name"
            yield Fault(Cause.NO_NAME, cluster, words, (setting, field))
        return
    zone = find_zone(topology)
    if zone is None:
        own = access.own_dns_zone
        name = own.name if own is not None else "of AKS's own making"
        words = f"private DNS zone {name} does not exist"
        yield Fault(Cause.NO_ZONE, cluster, words, (setting,))
        return
    links = topology.listed(zone.id, VirtualNetworkLink)
    yield from _link_faults(topology, zone, links)


def _link_faults(
    topology: Topology, zone: PrivateDNSZone, links: tuple[VirtualNetworkLink, ...]
) -> Iterator[Fault | str]:
    """Yield that networks cannot ask the zone, or ask others, which must forward then."""
    access = topology.cluster.properties.api_server_access_profile
    states = [each.properties.virtual_network_link_state for each in links]
    is_asked = any(same_text(each, "Completed") for each in states)
    apart = []
    hidden: NotCollected | None = None
    networks = networks_of_nodes(topology)
    if not networks:
        yield "nothing tells the network of the nodes"
    for network_id in networks:
        try:
            network = topology.get(network_id, VirtualNetwork)
        except NotCollected as unseen:
            hidden = unseen
            continue
        servers = network.properties.dhcp_options.dns_servers if network is not None else ()
        resolvers = own_resolvers(servers)
        if not is_linked(links, network_id) and not (resolvers and is_asked):
            apart.append(network_id.name)
        elif network is not None and resolvers and not access.enable_vnet_integration:
            words = f"network {network.title} asks {names(resolvers)} for the name in {zone.title}"
            field = Field(network, "properties.dhcpOptions.dnsServers", servers)
            yield Fault(Cause.OWN_RESOLVERS, network, words, (field,))
    if apart:
        words = f"private DNS zone {zone.title} is not linked to {names(apart)}"
        fields = [
            Field(each, "properties.virtualNetworkLinkState", state)
            for each, state in zip(links, states, strict=True)
        ]
        none = Field(zone, "virtualNetworkLinks", None)
        yield Fault(Cause.NOT_LINKED, zone, words, tuple(fields) or (none,))
    if hidden is not None:
        raise hidden


def integration_faults(topology: Topology) -> Iterator[Fault | str]:
    """Yield what is wrong with the load balancer and the subnet of an integrated API server."""
    cluster = topology.cluster
    balancer = find_load_balancer(topology)
    if balancer is None:
        field = Field(cluster, f"{ACCESS}.enableVnetIntegration", value=True)
        words = "load balancer kube-apiserver of the integrated API server does not exist"
        yield Fault(Cause.NO_LOAD_BALANCER, cluster, words, (field,))
    subnet_id = subnet_of_api_server(topology, balancer)
    subnet = topology.get(subnet_id, Subnet) if subnet_id is not None else None
    if subnet is None:
        if balancer is not None:
            yield "nothing tells the subnet of the integrated API server"
        return
    services = subnet.delegated_to
    if not any(same_text(each, ManagedCluster.arm_type) for each in services):
        field = Field(subnet, "properties.delegations[].properties.serviceName", services)
        words = f"subnet {subnet.title} of the API server is not delegated to AKS"
        yield Fault(Cause.NOT_DELEGATED, subnet, words, (field,))
    lengths = [parse_range(each).prefixlen for each in subnet.prefixes if "." in each]
    if lengths and min(lengths) > _LONGEST_PREFIX:
        field = Field(subnet, "properties.addressPrefix", subnet.prefixes)
        words = f"subnet {subnet.title} of the API server, {names(subnet.prefixes)}, is too small"
        yield Fault(Cause.SUBNET_TOO_SMALL, subnet, words, (field,))


def list_faults(cluster: ManagedCluster) -> Iterator[Fault | str]:
    """Yield what is wrong with the list of authorised ranges as such."""
    access = cluster.properties.api_server_access_profile
    ranges = access.authorized_ip_ranges
    if access.enable_private_cluster:
        if ranges:
            words = f"{count(len(ranges), 'authorised range')} on a private cluster"
            yield Fault(Cause.RANGES_ON_PRIVATE, cluster, words, _of_ranges(cluster, ranges))
        return
    if not ranges:
        words = "no authorised ranges: every address may reach the API server"
        yield Fault(Cause.OPEN, cluster, words, _of_ranges(cluster, ()))
    most = MOST_RANGES_INTEGRATED if access.enable_vnet_integration else MOST_RANGES
    if len(ranges) > most:
        words = f"{len(ranges):,} authorised ranges, {most:,} are allowed"
        yield Fault(Cause.TOO_MANY, cluster, words, _of_ranges(cluster, ranges))
    faults = range_faults(ranges)
    for cause, what, found in (
        (Cause.EVERYBODY, "open to every address", faults.everything),
        (Cause.PRIVATE_RANGES, "without a public address", faults.private),
        (Cause.UNALIGNED, "not written by its first address", faults.unaligned),
    ):
        if found:
            words = f"{count(len(found), 'authorised range')} {what}: {names(found)}"
            yield Fault(cause, cluster, words, _of_ranges(cluster, found))
    if faults.unreadable:
        yield f"no range among the authorised ones: {names(faults.unreadable)}"


def source_faults(cluster: ManagedCluster, sources: PublicSources) -> Iterator[Fault | str]:
    """Yield the addresses the cluster leaves with that a list does not admit.

    Those of the load balancer's outbound rules are admitted without being listed.
    """
    ranges = cluster.properties.api_server_access_profile.authorized_ip_ranges
    own = admitted(ranges)
    if range_faults(ranges).everything:
        return
    yield from sources.untold
    lacking = [
        each
        for each in sources.sources
        if each.kind is not EgressKind.OUTBOUND_RULE and not is_within(each.range, own)
    ]
    if lacking:
        texts = [str(each.range).removesuffix("/32") for each in lacking]
        fields = (
            Field(each.resource, f"properties.{'ipPrefix' if '/' in text else 'ipAddress'}", text)
            for each, text in zip(lacking, texts, strict=True)
        )
        kinds = names(dict.fromkeys(each.kind for each in lacking))
        words = f"the authorised ranges leave out {names(texts)}, by which traffic leaves ({kinds})"
        yield Fault(Cause.EGRESS, cluster, words, tuple(fields))


def _of_ranges(cluster: ManagedCluster, ranges: tuple[str, ...]) -> tuple[Field, ...]:
    return (Field(cluster, f"{ACCESS}.authorizedIPRanges", ranges),)
