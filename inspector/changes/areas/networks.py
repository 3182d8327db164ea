"""Virtual networks with subnets and peerings, and NAT gateways."""

from functools import partial
from typing import Final

from inspector.changes.answer import Thing, Topic
from inspector.changes.areas.addresses import address_text, address_words
from inspector.changes.areas.cluster import range_texts
from inspector.changes.areas.subnets import subnet_key
from inspector.changes.entries import (
    About,
    Area,
    Cause,
    Entries,
    Entry,
    Said,
    Value,
    ids,
    key_of,
    reference,
    texts,
)
from inspector.resource_id import ResourceId
from inspector.resources import NATGateway, Peering, Reference, Subnet, VirtualNetwork
from inspector.topology import Topology


def _networks(topology: Topology) -> Entries:
    for each in topology.all(VirtualNetwork):
        properties = each.properties
        space = properties.address_space.address_prefixes
        yield (
            key_of(Thing.VIRTUAL_NETWORK, each.id),
            Entry(
                subject=each.id,
                about=partial(About, name=each.title, words=", ".join(space)),
                values={
                    "address space": range_texts(space),
                    "DNS servers": texts(properties.dhcp_options.dns_servers),
                    "NAT gateway": _reference(properties.default_public_nat_gateway),
                },
            ),
        )


def _reference(target: Reference | None) -> Said | None:
    return reference(target.id) if target is not None else None


def _subnets(topology: Topology) -> Entries:
    for network in topology.all(VirtualNetwork):
        for each in network.properties.subnets:
            yield (
                subnet_key(each),
                Entry(
                    subject=each.id,
                    about=partial(_about, network, each.title, ", ".join(each.prefixes)),
                    values=_of_subnet(each),
                ),
            )


def _about(network: VirtualNetwork, name: str, words: str) -> About:
    return About(
        name=name,
        place=f"virtual network {network.title}",
        words=words,
        causes=(Cause(key_of(Thing.VIRTUAL_NETWORK, network.id)),),
    )


def _of_subnet(subnet: Subnet) -> dict[str, Value]:
    properties = subnet.properties
    return {
        "prefixes": range_texts(subnet.prefixes),
        "delegated to": texts(subnet.delegated_to),
        "NAT gateway": _reference(properties.nat_gateway),
        "service endpoints": texts(
            each.service for each in properties.service_endpoints if each.service
        ),
        "default outbound access": properties.default_outbound_access is not False,
    }


def _peerings(topology: Topology) -> Entries:
    for network in topology.all(VirtualNetwork):
        for each in network.properties.virtual_network_peerings:
            remote = each.properties.remote_virtual_network
            words = f"to {remote.id.name}" if remote is not None else ""
            yield (
                key_of(Thing.PEERING, each.id),
                Entry(
                    subject=each.id,
                    about=partial(_about, network, each.title, words),
                    values=_of_peering(each),
                ),
            )


def _of_peering(peering: Peering) -> dict[str, Value]:
    properties = peering.properties
    return {
        "state": properties.peering_state,
        "synchronisation": properties.peering_sync_level,
        "remote network": _reference(properties.remote_virtual_network),
        "peered space": range_texts(properties.remote_address_space.address_prefixes),
        "remote space": range_texts(
            properties.remote_virtual_network_address_space.address_prefixes
        ),
        "network access": properties.allow_virtual_network_access is not False,
        "forwarded traffic": properties.allow_forwarded_traffic is True,
        "gateway transit": properties.allow_gateway_transit is True,
        "uses remote gateways": properties.use_remote_gateways is True,
        "whole networks": properties.peer_complete_vnets is not False,
    }


def _gateways(topology: Topology) -> Entries:
    for each in topology.all(NATGateway):
        references = _addresses(each)
        words = sorted(address_words(topology, one) for one in references)
        yield (
            key_of(Thing.NAT_GATEWAY, each.id),
            Entry(
                subject=each.id,
                about=partial(About, name=each.title, words=", ".join(words)),
                values={
                    "SKU": each.sku.name,
                    "zones": texts(each.zones),
                    "idle minutes": each.properties.idle_timeout_in_minutes,
                    "addresses": ids(references, partial(address_text, topology)),
                },
            ),
        )


def _addresses(gateway: NATGateway) -> list[ResourceId]:
    properties = gateway.properties
    found = (
        *properties.public_ip_addresses,
        *properties.public_ip_prefixes,
        *properties.public_ip_addresses_v6,
        *properties.public_ip_prefixes_v6,
    )
    return [each.id for each in found]


VIRTUAL_NETWORKS: Final = Area(topic=Topic.NETWORKS, thing=Thing.VIRTUAL_NETWORK, entries=_networks)
SUBNETS: Final = Area(topic=Topic.NETWORKS, thing=Thing.SUBNET, entries=_subnets)
PEERINGS: Final = Area(topic=Topic.NETWORKS, thing=Thing.PEERING, entries=_peerings)
NAT_GATEWAYS: Final = Area(topic=Topic.NETWORKS, thing=Thing.NAT_GATEWAY, entries=_gateways)
