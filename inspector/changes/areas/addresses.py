"""Public addresses as other areas speak of them, and the cluster's own outbound ones."""

from collections.abc import Mapping
from functools import partial
from typing import Final

from inspector.changes.answer import Thing, Topic
from inspector.changes.areas.cluster import CLUSTER_KEY, OUTBOUND_TYPE
from inspector.changes.entries import About, Area, Cause, Entries, Entry, Key, Said, ids
from inspector.resource_id import ResourceId
from inspector.resources import PublicIPAddress, PublicIPPrefix
from inspector.topology import Topology

OUTBOUND_KEY: Final[Key] = (Thing.OUTBOUND_ADDRESSES,)
ADDRESSES: Final = "addresses"
OUTBOUND_CAUSE: Final = Cause(OUTBOUND_KEY, ADDRESSES)


def outbound_follow(field: str) -> Mapping[str, tuple[Cause, ...]]:
    """Return that a field may have changed with the cluster's outbound addresses."""
    return {field: (OUTBOUND_CAUSE,)}


def address_text(topology: Topology, target: ResourceId) -> str | None:
    """Return a public address or a prefix as text, ``None`` if it was not seen or has none."""
    address = topology.seen(target, PublicIPAddress)
    if address is not None and address.properties.ip_address is not None:
        return str(address.properties.ip_address)
    prefix = topology.seen(target, PublicIPPrefix)
    return prefix.properties.ip_prefix if prefix is not None else None


def address_words(topology: Topology, target: ResourceId) -> str:
    """Return a public address or a prefix as text, by its resource's name if it was not seen."""
    return address_text(topology, target) or target.name


def addressed(topology: Topology, target: ResourceId) -> Said:
    """Return a reference to a public address: compared as an id, said as the address."""
    return Said(str(target), target.key, address_words(topology, target))


def _entries(topology: Topology) -> Entries:
    profile = topology.cluster.properties.network_profile
    effective = (
        *profile.load_balancer_profile.effective_outbound_ips,
        *profile.nat_gateway_profile.effective_outbound_ips,
    )
    found = ids((each.id for each in effective), partial(address_text, topology))
    yield (
        OUTBOUND_KEY,
        Entry(
            subject=topology.cluster.id,
            about=lambda: About(
                name=f"of {topology.cluster.title}",
                follows={ADDRESSES: (Cause(CLUSTER_KEY, OUTBOUND_TYPE),)},
            ),
            values={ADDRESSES: found},
        ),
    )


OUTBOUND_ADDRESSES: Final = Area(
    topic=Topic.WAYS_OUT, thing=Thing.OUTBOUND_ADDRESSES, entries=_entries
)
