"""Reading a cluster in waves: each wave asks for what the answers before it refer to."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from http import HTTPStatus
from typing import Final

import msgspec

from inspector.collectors import reads
from inspector.collectors.reader import Observer, Reader, Reply, gap_for
from inspector.collectors.reads import Request
from inspector.collectors.waves import run_wave
from inspector.errors import (
    AccessDenied,
    AuthenticationError,
    ClusterNotFound,
    CollectionError,
)
from inspector.resource_id import ResourceId
from inspector.resources import (
    ENTRY_KINDS,
    SCALE_SET_PUBLIC_IP_TYPE,
    InventoryItem,
    ManagedCluster,
    PrivateDNSZone,
    Resource,
    ScaleSet,
    Subnet,
    SubnetUsage,
    VirtualNetwork,
    decode,
    parse_document,
    pools_with_machines,
)
from inspector.snapshot import Gap, GapReason, Listing, Snapshot

MOST_WAVES: Final = 5
_THREADS: Final = 32


class _Envelope(msgspec.Struct):
    id: str


def crawl(
    cluster: ResourceId,
    reader: Reader,
    *,
    captured_at: datetime,
    tool_version: str,
    observer: Observer,
) -> Snapshot:
    """Read the cluster and everything it leads to.

    At most five waves; ``18 + 2 * pools + 2 * foreign resources`` requests beyond list pages, for
    a group with AKS's one scale set to a pool, one network and at most one private DNS zone; each
    more costs a list, as does each scale set whose instances have public addresses.
    Raises ``ClusterNotFound``, ``AccessDenied`` or another ``CollectionError`` when the cluster
    itself cannot be read; anything else that cannot be becomes a gap.
    """
    state = _Crawl(cluster)
    wanted: tuple[Request, ...] = (
        Request(reads.CLUSTER, cluster, is_list=False),
        Request(reads.AGENT_POOLS, cluster, is_list=True),
    )
    with ThreadPoolExecutor(_THREADS, thread_name_prefix="read") as pool:
        for number in range(1, MOST_WAVES + 1):
            if wanted:
                for request, reply in run_wave(number, wanted, reader, pool, observer):
                    state.take(request, reply)
                wanted = state.next_requests()
    for request in wanted:
        message = f"more than {MOST_WAVES} references away from the cluster"
        state.gaps.append(gap_for(request, GapReason.NOT_REQUESTED, message=message))
    return state.snapshot(captured_at, tool_version)


def _has_entries(request: Request) -> bool:
    return request.read.type.lower() in ENTRY_KINDS


class _Crawl:
    """What has been read so far, and what that asks for next."""

    def __init__(self, cluster: ResourceId) -> None:
        self.cluster = cluster
        self.group: ResourceId | None = None
        self.gaps: list[Gap] = []
        self._documents: dict[ResourceId, msgspec.Raw] = {}
        self._resources: dict[ResourceId, Resource] = {}
        self._absent: set[ResourceId] = set()
        self._listings: list[Listing] = []
        self._asked: set[tuple[ResourceId, str]] = set()
        self._fresh: list[Resource] = []
        self._foreign: dict[ResourceId, Request] = {}
        self._addressed: dict[ResourceId, Request] = {}
        self._reached: set[ResourceId] = set()
        self._from_subnets: dict[ResourceId, list[ResourceId]] = {}

    def take(self, request: Request, reply: Reply) -> None:
        """Record one answer."""
        self._asked.add((request.target, request.read.type))
        if reply.gap is not None:
            self.gaps.append(reply.gap)
        if request.is_list:
            self._take_list(request, reply)
        elif reply.is_absent:
            self._absent.add(request.target)
        for raw in reply.items if not request.is_list else ():
            self._take_document(request, raw)
        if request.target == self.cluster and not request.is_list:
            self._require_cluster(reply)

    def _take_list(self, request: Request, reply: Reply) -> None:
        kind = ENTRY_KINDS.get(request.read.type.lower())
        ids: list[ResourceId] = []
        for raw in reply.items:
            if kind is None:
                taken = self._take_document(request, raw)
            else:
                taken = self._take_entry(request, raw, kind)
            if taken is None:
                return
            ids.append(taken)
        if reply.gap is None:
            entries = reply.items if kind is not None else ()
            listed = tuple(sorted(set(ids))) if kind is None else ()
            self._listings.append(
                Listing(scope=request.target, type=request.read.type, ids=listed, entries=entries)
            )

    def _take_entry(
        self, request: Request, raw: msgspec.Raw, kind: type[InventoryItem | SubnetUsage]
    ) -> ResourceId | None:
        try:
            return decode(raw, kind).id
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            self._misshapen(request, request.target, error)
            return None

    def _take_document(self, request: Request, raw: msgspec.Raw) -> ResourceId | None:
        """Record a document; return its id, or ``None`` if it does not even have one."""
        resource_id = None
        try:
            resource_id = ResourceId(msgspec.json.decode(raw, type=_Envelope).id)
            if not request.is_list and resource_id != request.target:
                raise msgspec.ValidationError(f"Expected the id {request.target} - at `$.id`")
            resource = parse_document(resource_id, raw)
        except (msgspec.DecodeError, UnicodeDecodeError, ValueError) as error:
            self._misshapen(request, resource_id, error)
            return resource_id
        self._documents[resource_id] = raw
        if resource is not None:
            self._resources[resource_id] = resource
            self._fresh.append(resource)
        return resource_id

    def _misshapen(
        self, request: Request, resource_id: ResourceId | None, error: Exception
    ) -> None:
        gap = gap_for(request, GapReason.FAILED, message=f"ARM's answer is misshapen: {error}")
        if resource_id is not None and request.is_list and not _has_entries(request):
            gap = msgspec.structs.replace(gap, target=resource_id, listing=None)
        self.gaps.append(gap)

    def _require_cluster(self, reply: Reply) -> None:
        is_elsewhere = reply.gap is not None and reply.gap.code == "SubscriptionNotFound"
        if reply.is_absent or is_elsewhere:
            raise ClusterNotFound(
                f"cluster {self.cluster.name!r} not found in resource group "
                f"{self.cluster.resource_group!r} of subscription {self.cluster.subscription}; "
                "check the names, the subscription (-s) and the cloud (--cloud)"
            )
        cluster = self._resources.get(self.cluster)
        if isinstance(cluster, ManagedCluster):
            self.group = cluster.infrastructure_group
            return
        gap = next(each for each in self.gaps if each.target == self.cluster and not each.listing)
        if gap.status == HTTPStatus.UNAUTHORIZED:
            raise AuthenticationError(f"Azure refused the credential: {gap.message}")
        if gap.reason is GapReason.FORBIDDEN:
            raise AccessDenied(f"{self.cluster}: access denied; grant {gap.action}")
        code = f" ({gap.status} {gap.code or ''})".replace(" )", ")") if gap.status else ""
        raise CollectionError(f"{self.cluster}: cannot be read{code}: {gap.message}")

    def next_requests(self) -> tuple[Request, ...]:
        """Return what the answers so far refer to and nobody asked for yet."""
        fresh, self._fresh = self._fresh, []
        for resource in fresh:
            self._note_references(resource)
        wanted = dict.fromkeys((*self._owned(fresh), *self._followed()))
        return tuple(
            request for request in wanted if (request.target, request.read.type) not in self._asked
        )

    def _owned(self, fresh: Iterable[Resource]) -> Iterator[Request]:
        """Yield the lists that hang below what was just read."""
        for resource in fresh:
            if isinstance(resource, ManagedCluster):
                yield from self._below_cluster(resource)
            elif isinstance(resource, ScaleSet) and resource.is_uniform:
                yield Request(reads.SCALE_SET_INTERFACES, resource.id, is_list=True)
            elif isinstance(resource, PrivateDNSZone):
                yield Request(reads.VIRTUAL_NETWORK_LINKS, resource.id, is_list=True)
            elif isinstance(resource, VirtualNetwork):
                yield Request(reads.SUBNET_USAGES, resource.id, is_list=True)

    def _below_cluster(self, cluster: ManagedCluster) -> Iterator[Request]:
        with_machines = pools_with_machines(cluster)
        for profile in with_machines:
            yield Request(reads.MACHINES, cluster.pool_id(profile.name), is_list=True)
        if self.group is not None:
            yield Request(reads.GROUP, self.group, is_list=False)
            yield Request(reads.INVENTORY, self.group, is_list=True)
            for read in reads.GROUP_LISTS:
                yield Request(read, self.group, is_list=True)
            if with_machines != cluster.properties.agent_pool_profiles:
                yield Request(reads.AVAILABILITY_SETS, self.group, is_list=True)
            if cluster.properties.api_server_access_profile.enable_private_cluster:
                yield Request(reads.PRIVATE_DNS_ZONES, self.group, is_list=True)

    def _note_references(self, resource: Resource) -> None:
        for link in resource.links():
            if not link.relation.is_followed or link.target in self._reached:
                continue
            if link.target.type.lower() == Subnet.arm_type.lower():
                self._reached.add(link.target)
            if link.target.type.lower() == SCALE_SET_PUBLIC_IP_TYPE.lower():
                self._note_instance_address(link.target)
            if link.source.type.lower() == Subnet.arm_type.lower():
                self._from_subnets.setdefault(link.source, []).append(link.target)
            else:
                self._note_foreign(link.target)

    def _note_instance_address(self, address: ResourceId) -> None:
        """Note a scale set whose instances have public addresses: only then are they listed."""
        scale_set = address.ancestor(ScaleSet.arm_type)
        if scale_set is not None:
            request = Request(reads.SCALE_SET_PUBLIC_IPS, scale_set, is_list=True)
            self._addressed.setdefault(scale_set, request)

    def _note_foreign(self, target: ResourceId) -> None:
        request = reads.foreign_request(target)
        if request is not None and request.target.resource_group_id != self.group:
            self._foreign.setdefault(request.target, request)

    def _followed(self) -> Iterator[Request]:
        """Yield the foreign resources in use, and the instances' public addresses.

        A foreign network has subnets that are none of ours; their tables are left alone.
        """
        for subnet, targets in self._from_subnets.items():
            if subnet in self._reached or subnet.resource_group_id == self.group:
                for target in targets:
                    self._note_foreign(target)
        yield from self._addressed.values()
        for request in self._foreign.values():
            yield request
            if request.read.type == VirtualNetwork.arm_type:
                yield Request(reads.SUBNET_USAGES, request.target, is_list=True)

    def snapshot(self, captured_at: datetime, tool_version: str) -> Snapshot:
        """Return everything read, in an order that does not depend on timing."""
        return Snapshot(
            cluster=self.cluster,
            captured_at=captured_at,
            tool_version=tool_version,
            documents=dict(sorted(self._documents.items(), key=lambda item: item[0].key)),
            absent=tuple(sorted(self._absent)),
            listings=tuple(sorted(self._listings, key=lambda each: (each.scope, each.type))),
            gaps=tuple(
                sorted(self.gaps, key=lambda gap: (gap.target, gap.listing or "", gap.message))
            ),
        )
