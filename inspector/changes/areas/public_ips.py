"""Public addresses and prefixes: what they are attached to, and whom they serve."""

from functools import partial
from typing import Final

from inspector.changes.answer import Thing, Topic
from inspector.changes.areas.addresses import OUTBOUND_CAUSE
from inspector.changes.areas.load_balancers import ADDRESS, frontends_of
from inspector.changes.areas.nodes import node_causes
from inspector.changes.entries import About, Area, Cause, Entries, Entry, Said, key_of, texts
from inspector.cluster.ownership import (
    OwnerKind,
    node_of_public_ip,
    owner_of_public_ip,
    resource_words,
)
from inspector.network.service_names import services_of_tags
from inspector.resource_id import ResourceId
from inspector.resources import PublicIPAddress, PublicIPPrefix
from inspector.topology import Topology

_ATTACHED: Final = "attached to"


def _addresses(topology: Topology) -> Entries:
    for each in topology.all(PublicIPAddress):
        properties = each.properties
        address = properties.ip_address
        prefix = properties.public_ip_prefix
        yield (
            key_of(Thing.PUBLIC_IP, each.id),
            Entry(
                subject=each.id,
                about=partial(_about, topology, each),
                values={
                    ADDRESS: str(address) if address is not None else None,
                    "SKU": each.sku.name or "Basic",
                    _ATTACHED: _attached(each),
                    "services": texts(services_of_tags(each.tags)),
                    "prefix": Said(prefix.id.name, prefix.id.key) if prefix is not None else None,
                },
            ),
        )


def _attached(address: PublicIPAddress) -> Said | None:
    """Return what an address is attached to: compared by the configuration's id."""
    properties = address.properties
    target = properties.ip_configuration or properties.nat_gateway
    if target is None:
        return None
    words = f"{target.id.name} of {resource_words(target.id)}"
    return Said(str(target.id), target.id.key, words)


def _about(topology: Topology, address: PublicIPAddress) -> About:
    owner = owner_of_public_ip(topology, address)
    node = node_of_public_ip(topology, address.id)
    frontends = tuple(
        cause for each in frontends_of(topology, address.id) for cause in _of_frontend(each)
    )
    is_way_out = owner.kind is OwnerKind.OUTBOUND
    shown = address.properties.ip_address
    parts = (str(shown) if shown is not None else "", f"belongs to {owner.words}")
    return About(
        name=address.title,
        words=", ".join(filter(None, parts)),
        services=owner.services,
        causes=(*frontends, *node_causes(node), *_of_gateway(address), *_outbound(is_way_out)),
        follows={_ATTACHED: (*frontends, *_outbound(is_way_out))},
    )


def _of_frontend(frontend: ResourceId) -> tuple[Cause, ...]:
    key = key_of(Thing.FRONTEND, frontend)
    return Cause(key), Cause(key, ADDRESS)


def _of_gateway(address: PublicIPAddress) -> tuple[Cause, ...]:
    gateway = address.properties.nat_gateway
    return (Cause(key_of(Thing.NAT_GATEWAY, gateway.id)),) if gateway is not None else ()


def _outbound(is_way_out: bool) -> tuple[Cause, ...]:
    return (OUTBOUND_CAUSE,) if is_way_out else ()


def _prefixes(topology: Topology) -> Entries:
    for each in topology.all(PublicIPPrefix):
        prefix = each.properties.ip_prefix
        yield (
            key_of(Thing.PUBLIC_IP_PREFIX, each.id),
            Entry(
                subject=each.id,
                about=partial(About, name=each.title, words=prefix or ""),
                values={"range": prefix},
            ),
        )


PUBLIC_IPS: Final = Area(topic=Topic.PUBLIC_IPS, thing=Thing.PUBLIC_IP, entries=_addresses)
PUBLIC_IP_PREFIXES: Final = Area(
    topic=Topic.PUBLIC_IPS, thing=Thing.PUBLIC_IP_PREFIX, entries=_prefixes
)
