"""What a snapshot knows, does not hold, and could not see, asked by id and by type."""

from collections.abc import Iterable
from functools import cached_property
from typing import Final, TypeVar

import msgspec

from inspector.errors import BadDocument
from inspector.resource_id import ResourceId
from inspector.resources import (
    SCALE_SET_INTERFACE_TYPE,
    BackendAddressPool,
    FrontendIPConfiguration,
    InventoryItem,
    IPConfiguration,
    LoadBalancingRule,
    ManagedCluster,
    NetworkSecurityGroup,
    OutboundRule,
    Peering,
    Probe,
    Resource,
    Route,
    SecurityRule,
    Subnet,
    SubnetUsage,
    decode,
)
from inspector.snapshot import Gap, GapReason, Listing, Snapshot

_PART_TYPES: Final = frozenset(
    arm_type.lower()
    for arm_type in (
        BackendAddressPool.arm_type,
        FrontendIPConfiguration.arm_type,
        IPConfiguration.arm_type,
        LoadBalancingRule.arm_type,
        OutboundRule.arm_type,
        Peering.arm_type,
        Probe.arm_type,
        Route.arm_type,
        SecurityRule.arm_type,
        Subnet.arm_type,
        f"{NetworkSecurityGroup.arm_type}/defaultSecurityRules",
        f"{SCALE_SET_INTERFACE_TYPE}/ipConfigurations",
    )
)
"""What comes inside its parent's document, so that a parent without it proves its absence.

A scale set says nothing of its instances, a pool nothing of its machines.
"""

R = TypeVar("R", bound=Resource)
E = TypeVar("E", InventoryItem, SubnetUsage)


class NotCollected(Exception):
    """The question needs something that was not seen; ``gap`` says what and why."""

    def __init__(self, gap: Gap) -> None:
        super().__init__(f"{gap.target}: {gap.reason}")
        self.gap = gap


class Collected:
    """The resources of a snapshot.

    Every question has three answers: a value, ``None`` (or a list without it) when the resource
    does not exist, and :class:`NotCollected` when nobody knows.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self._absent = {each.key for each in snapshot.absent}
        self._listings = {(each.scope.key, each.type.lower()): each for each in snapshot.listings}
        self._listed_keys: dict[tuple[str, str], frozenset[str]] = {}
        self._gaps_in_lists: dict[tuple[str, str], Gap | None] = {}
        self._gaps = {
            (each.target.key, (each.listing or "").lower()): each for each in snapshot.gaps
        }

    @cached_property
    def _by_key(self) -> dict[str, Resource]:
        """Documents and everything inside them."""
        found: dict[str, Resource] = {}
        for resource in self.snapshot.resources.values():
            found[resource.id.key] = resource
            for part in resource.parts():
                found[part.id.key] = part
        return found

    @cached_property
    def _holders(self) -> dict[str, Resource]:
        return {
            part.id.key: resource
            for resource in self.snapshot.resources.values()
            for part in resource.parts()
        }

    def holder(self, part: Resource, kind: type[R]) -> R | None:
        """Return the document a sub-resource came in, if it is of the type."""
        found = self._holders.get(part.id.key)
        return found if isinstance(found, kind) else None

    @cached_property
    def _by_kind(self) -> dict[type[Resource], list[Resource]]:
        grouped: dict[type[Resource], list[Resource]] = {}
        for resource in self.snapshot.resources.values():
            grouped.setdefault(type(resource), []).append(resource)
        return grouped

    @cached_property
    def cluster(self) -> ManagedCluster:
        """The AKS resource."""
        cluster = self.get(self.snapshot.cluster, ManagedCluster)
        if cluster is None:
            raise NotCollected(self._gap_for(self.snapshot.cluster))
        return cluster

    def all(self, kind: type[R]) -> tuple[R, ...]:
        """Return every document of the type that was collected, by id."""
        return tuple(each for each in self._by_kind.get(kind, ()) if isinstance(each, kind))

    def get(self, resource_id: ResourceId, kind: type[R]) -> R | None:
        """Return the resource or sub-resource; ``None`` if it does not exist.

        Raises ``NotCollected`` if that is unknown.
        """
        found = self._by_key.get(resource_id.key)
        if isinstance(found, kind):
            return found
        if found is not None or self.is_absent(resource_id):
            return None
        raise NotCollected(self._gap_for(resource_id))

    def seen(self, resource_id: ResourceId, kind: type[R]) -> R | None:
        """Return the resource if it was collected; ``None`` says nothing about its existence."""
        found = self._by_key.get(resource_id.key)
        return found if isinstance(found, kind) else None

    def is_known(self, resource_id: ResourceId) -> bool:
        """Whether the resource was collected or is known not to exist."""
        return resource_id.key in self._by_key or self.is_absent(resource_id)

    def is_absent(self, resource_id: ResourceId) -> bool:
        """Whether ARM said that the resource, or what holds it, does not exist."""
        below: ResourceId | None = None
        for here in _upwards(resource_id):
            if here.key in self._absent or self._is_missing_from_list(here):
                return True
            if here.key in self._by_key:
                return below is not None and below.type.lower() in _PART_TYPES
            below = here
        return False

    def _is_missing_from_list(self, resource_id: ResourceId) -> bool:
        arm_type = resource_id.type.lower()
        listings = (
            self._listings.get((scope.key, arm_type)) for scope in _upwards(resource_id.parent)
        )
        return any(listing and resource_id.key not in self._keys(listing) for listing in listings)

    def _keys(self, listing: Listing) -> frozenset[str]:
        """Return a list's ids, to be searched; the lists are asked for again and again."""
        place = (listing.scope.key, listing.type)
        if place not in self._listed_keys:
            self._listed_keys[place] = frozenset(each.key for each in listing.ids)
        return self._listed_keys[place]

    def gap_in_list(
        self, scope: ResourceId, kind: type[Resource], arm_type: str | None = None
    ) -> Gap | None:
        """Return what hides a list or an entry of it; ``None`` if all of it was seen."""
        place = (scope.key, arm_type or kind.arm_type)
        if place not in self._gaps_in_lists:
            try:
                self.listed(scope, kind, arm_type)
            except NotCollected as unseen:
                self._gaps_in_lists[place] = unseen.gap
            else:
                self._gaps_in_lists[place] = None
        return self._gaps_in_lists[place]

    def listed(
        self, scope: ResourceId, kind: type[R], arm_type: str | None = None
    ) -> tuple[R, ...]:
        """Return the complete list of one type at a scope, by id.

        ``arm_type`` is needed where a type is listed under another name, as scale-set NICs are.
        Raises ``NotCollected`` if the list, or an entry of it, is unknown.
        """
        listing = self._listing(scope, arm_type or kind.arm_type)
        found = (self.get(resource_id, kind) for resource_id in listing.ids)
        return tuple(each for each in found if each is not None)

    def entries(self, scope: ResourceId, kind: type[E]) -> tuple[E, ...]:
        """Return a complete list whose entries are not documents of their own.

        Raises ``NotCollected`` if the list is unknown and ``BadDocument`` if it is misshapen.
        """
        listing = self._listing(scope, kind.arm_type)
        try:
            return tuple(decode(raw, kind) for raw in listing.entries)
        except msgspec.DecodeError as error:
            raise BadDocument(f"list of {kind.arm_type} at {scope}: {error}") from None

    def _listing(self, scope: ResourceId, arm_type: str) -> Listing:
        listing = self._listings.get((scope.key, arm_type.lower()))
        if listing is not None:
            return listing
        gap = self._gaps.get((scope.key, arm_type.lower()))
        raise NotCollected(gap or _not_requested(scope, arm_type))

    def _gap_for(self, resource_id: ResourceId) -> Gap:
        """Return why the resource is unknown: its own gap, else that of what would hold it."""
        for here in _upwards(resource_id):
            gap = self._gaps.get((here.key, ""))
            lists = (
                self._gaps.get((scope.key, here.type.lower())) for scope in _upwards(here.parent)
            )
            found = gap or next(filter(None, lists), None)
            if found is not None:
                return found
        return _not_requested(resource_id)


def _upwards(resource_id: ResourceId | None) -> Iterable[ResourceId]:
    here = resource_id
    while here is not None:
        yield here
        here = here.parent


def _not_requested(target: ResourceId, listing: str | None = None) -> Gap:
    return Gap(
        target=target,
        listing=listing,
        reason=GapReason.NOT_REQUESTED,
        action=f"{listing or target.type}/read",
    )
