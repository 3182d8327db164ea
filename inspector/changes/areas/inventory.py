"""What else lies in the infrastructure group, by type."""

from functools import partial
from typing import Final

from inspector.changes.answer import Thing, Topic
from inspector.changes.areas.node_pools import pool_key
from inspector.changes.areas.nodes import node_causes
from inspector.changes.entries import About, Area, Cause, Entries, Entry, key_of
from inspector.nodes import pool_of
from inspector.resources import (
    InventoryItem,
    LoadBalancer,
    NATGateway,
    NetworkInterface,
    NetworkSecurityGroup,
    PrivateDNSZone,
    PrivateEndpoint,
    PublicIPAddress,
    PublicIPPrefix,
    Relation,
    RouteTable,
    ScaleSet,
    VirtualNetwork,
)
from inspector.snapshot import Gap
from inspector.topology import Topology

_TOLD: Final = frozenset(
    kind.arm_type.lower()
    for kind in (
        LoadBalancer,
        NATGateway,
        NetworkSecurityGroup,
        PrivateDNSZone,
        PrivateEndpoint,
        PublicIPAddress,
        PublicIPPrefix,
        RouteTable,
        VirtualNetwork,
    )
)
"""The types with areas of their own."""


def _entries(topology: Topology) -> Entries:
    group = topology.cluster.infrastructure_group
    for item in topology.entries(group, InventoryItem) if group is not None else ():
        kind = item.type or item.id.type
        if item.id.type.lower() not in _TOLD:
            yield (
                key_of(Thing.RESOURCE, item.id),
                Entry(subject=item.id, about=partial(_about, topology, item, kind)),
            )


def _about(topology: Topology, item: InventoryItem, kind: str) -> About:
    return About(
        name=item.title,
        words=kind,
        causes=tuple(_causes(topology, item)),
        pile=f"resources of type {kind}",
    )


def _causes(topology: Topology, item: InventoryItem) -> list[Cause]:
    """Return what brings a resource along: a pool, a node, or a private endpoint."""
    found = list(node_causes(topology.node_by_machine.get(item.id.key)))
    scale_set = topology.seen(item.id, ScaleSet)
    pool = pool_of(scale_set) if scale_set is not None else None
    if pool is not None:
        found.append(Cause(pool_key(pool)))
    interface = topology.seen(item.id, NetworkInterface)
    node = topology.node_of(interface) if interface is not None else None
    found += node_causes(node)
    endpoints = topology.referring(item.id, Relation.CONNECTED_BY)
    found += (Cause(key_of(Thing.PRIVATE_ENDPOINT, each)) for each in endpoints)
    return found


def _hiding(_topology: Topology, _entry: Entry) -> Gap | None:
    """Return that nothing is hidden: a complete inventory is what the entries come from."""
    return None


INVENTORY: Final = Area(
    topic=Topic.INVENTORY, thing=Thing.RESOURCE, entries=_entries, hiding=_hiding
)
