"""Public addresses: every one there is or that something refers to, and whose it is."""

from typing import Final

from inspector.cluster.ownership import (
    Owner,
    node_of_public_ip,
    owner_of_prefix,
    owner_of_public_ip,
    owner_of_unseen_public_ip,
)
from inspector.collected import NotCollected
from inspector.network.addresses import address_order
from inspector.report.addresses import public_address
from inspector.report.answer import TextAnswer, Unknown, View, noting, unknown_of
from inspector.resource_id import ResourceId
from inspector.resources import (
    SCALE_SET_INTERFACE_TYPE,
    SCALE_SET_PUBLIC_IP_TYPE,
    IPAddress,
    LoadBalancer,
    NATGateway,
    NetworkInterface,
    PublicIPAddress,
    PublicIPPrefix,
    Relation,
    ScaleSet,
)
from inspector.topology import Topology

_LISTS: Final = (
    PublicIPAddress,
    PublicIPPrefix,
    LoadBalancer,
    NATGateway,
    NetworkInterface,
    ScaleSet,
)
"""The lists of the group that hold an address, or what refers to one elsewhere."""


class PublicIPView(View, frozen=True):
    """A public IP address.

    Without an ``address``, ``unseen`` says what hides it; with neither, none is allocated yet, or
    the resource does not exist though something refers to it (``is_absent``). ``resource_group``
    is ``None`` for the infrastructure group. ``node`` and its ``pool`` are there for a node's own.
    """

    name: str
    id: ResourceId
    address: IPAddress | None
    unseen: Unknown | None
    is_absent: bool
    resource_group: str | None
    sku: TextAnswer
    owner: Owner
    node: str | None
    pool: str | None


class PublicIPPrefixView(View, frozen=True):
    """A range of public addresses; ``addresses`` counts those seen that were taken from it."""

    name: str
    id: ResourceId
    prefix: TextAnswer
    resource_group: str | None
    owner: Owner
    addresses: int


class PublicIPs(View, frozen=True):
    """Addresses and prefixes by address; ``missing`` is what may hide another one."""

    addresses: tuple[PublicIPView, ...]
    prefixes: tuple[PublicIPPrefixView, ...]
    missing: tuple[Unknown, ...]


def build_public_ips(topology: Topology) -> PublicIPs:
    """Return every public address and prefix that was collected or is referred to.

    Those of scale-set instances are among them: they are in no list of the group.
    """
    known = (each.id for each in topology.all(PublicIPAddress))
    ids = {*known, *topology.targets(Relation.PUBLIC_IP)}
    known_prefixes = (each.id for each in topology.all(PublicIPPrefix))
    prefix_ids = {*known_prefixes, *topology.targets(Relation.PUBLIC_IP_PREFIX)}
    return PublicIPs(
        addresses=tuple(sorted((_address(topology, each) for each in ids), key=_order)),
        prefixes=tuple(_prefix(topology, each) for each in sorted(prefix_ids)),
        missing=_missing(topology),
    )


def _order(view: PublicIPView) -> tuple[int, int, str]:
    return *address_order(view.address), view.id.key


def _address(topology: Topology, public_id: ResourceId) -> PublicIPView:
    found, unseen = None, None
    try:
        found = topology.get(public_id, PublicIPAddress)
    except NotCollected as hidden:
        unseen = unknown_of(hidden.gap)
    node = node_of_public_ip(topology, public_id)
    return PublicIPView(
        name=public_id.name,
        id=public_id,
        address=found.properties.ip_address if found is not None else None,
        unseen=unseen,
        is_absent=found is None and unseen is None,
        resource_group=_foreign_group(topology, public_id),
        sku=found.sku.name if found is not None else unseen,
        owner=_owner(topology, public_id, found),
        node=node.name if node is not None else None,
        pool=node.pool if node is not None else None,
    )


def _owner(topology: Topology, public_id: ResourceId, found: PublicIPAddress | None) -> Owner:
    if found is None:
        return owner_of_unseen_public_ip(topology, public_id)
    return owner_of_public_ip(topology, found)


def _prefix(topology: Topology, prefix_id: ResourceId) -> PublicIPPrefixView:
    users = topology.referring(prefix_id, Relation.PUBLIC_IP_PREFIX)
    return PublicIPPrefixView(
        name=prefix_id.name,
        id=prefix_id,
        prefix=public_address(topology, prefix_id),
        resource_group=_foreign_group(topology, prefix_id),
        owner=owner_of_prefix(topology, prefix_id),
        addresses=sum(topology.seen(each, PublicIPAddress) is not None for each in users),
    )


def _foreign_group(topology: Topology, resource_id: ResourceId) -> str | None:
    is_ours = resource_id.resource_group_id == topology.cluster.infrastructure_group
    return None if is_ours else resource_id.resource_group


def _missing(topology: Topology) -> tuple[Unknown, ...]:
    missing: list[Unknown] = []
    group = topology.cluster.infrastructure_group
    if group is not None:
        for kind in _LISTS:
            with noting(missing):
                topology.listed(group, kind)
    for scale_set in topology.all(ScaleSet):
        if scale_set.is_uniform:
            with noting(missing):
                topology.listed(scale_set.id, NetworkInterface, SCALE_SET_INTERFACE_TYPE)
    for holder in _with_instance_addresses(topology):
        with noting(missing):
            topology.listed(holder, PublicIPAddress, SCALE_SET_PUBLIC_IP_TYPE)
    return tuple(missing)


def _with_instance_addresses(topology: Topology) -> list[ResourceId]:
    """Return the scale sets whose instances refer to public addresses of their own."""
    targets = topology.targets(Relation.PUBLIC_IP)
    instances = (each for each in targets if "/virtualmachinescalesets/" in each.key)
    holders = {each.ancestor(ScaleSet.arm_type) for each in instances}
    return sorted(each for each in holders if each is not None)
