"""The answer of ``diff``: what changed in one cluster between two snapshots."""

from datetime import date, datetime
from enum import StrEnum

from inspector.baseline import PastFinding
from inspector.report.answer import View
from inspector.resource_id import ResourceId
from inspector.snapshot import GapReason

Plain = str | int | bool | tuple[str, ...] | None
"""A value as JSON has it: ids are text, lists are sorted, ``None`` is no value."""


class Kind(StrEnum):
    """What became of a thing."""

    APPEARED = "appeared"
    GONE = "gone"
    CHANGED = "changed"


class Topic(StrEnum):
    """What a change is about, in the order of importance."""

    CLUSTER = "cluster and node pools"
    NODES = "nodes"
    ROUTES = "routes"
    LOAD_BALANCERS = "load balancers"
    WAYS_OUT = "ways out"
    PUBLIC_IPS = "public IP addresses"
    SECURITY = "network security groups"
    NETWORKS = "networks and private access"
    DEVICES = "other devices in the cluster's subnets"
    INVENTORY = "other resources of the infrastructure group"


class Thing(StrEnum):
    """What a change happened to, the most telling first: what the nodes live on, then details."""

    CLUSTER = "cluster"
    OUTBOUND_ADDRESSES = "outbound addresses"
    WAY_OUT = "way out"
    VIRTUAL_NETWORK = "virtual network"
    SUBNET = "subnet"
    PEERING = "peering"
    ROUTE_TABLE_OF_SUBNET = "route table of subnet"
    SECURITY_GROUP_OF_SUBNET = "security group of subnet"
    NODE_POOL = "node pool"
    NODE = "node"
    ROUTE_TABLE = "route table"
    ROUTE = "route"
    LOAD_BALANCER = "load balancer"
    FRONTEND = "frontend"
    BACKEND_POOL = "backend pool"
    MEMBER = "backend pool member"
    RULE = "load balancing rule"
    PROBE = "health probe"
    OUTBOUND_RULE = "outbound rule"
    PUBLIC_IP = "public IP address"
    PUBLIC_IP_PREFIX = "public IP prefix"
    SECURITY_GROUP = "network security group"
    SECURITY_RULE = "security rule"
    SECURITY_GROUP_OF_NODE = "security group of node"
    NAT_GATEWAY = "NAT gateway"
    PRIVATE_ENDPOINT = "private endpoint"
    PRIVATE_DNS_ZONE = "private DNS zone"
    ZONE_LINK = "link of private DNS zone"
    DEVICE = "device"
    RESOURCE = "resource"


class Side(StrEnum):
    """Which of the two snapshots."""

    OLD = "old"
    NEW = "new"
    BOTH = "both"


class FieldChange(View, frozen=True):
    """A field before and after; ``words`` says both, addresses with the names of their holders.

    ``None`` is a value that is not set; ``words`` say what it comes to: ``automatic``, or
    ``not known`` where no source tells.
    """

    name: str
    before: Plain
    after: Plain
    words: str


class Change(View, frozen=True, kw_only=True):
    """Something that appeared, is gone, or has changed.

    ``subject`` is the ARM id of the resource, or of the one that holds it, and ``name`` what the
    portal calls it; ``place`` is what it lies in, ``None`` where the name says enough. Only a
    changed thing has ``fields``. ``words`` says what happened, ``sentence`` with the thing itself.

    ``number`` is how many changes it stands for: where it is not 1, ``members`` are these, all of
    one kind of thing, by name, and ``fields`` only those that changed alike in all of them.
    ``consequences`` are changes of other things that came with it: a node's route, a frontend's
    rules. ``with_it`` says in short what they are, those of the members included; it is ``None``
    where there are none.
    """

    kind: Kind
    thing: Thing
    subject: ResourceId
    name: str
    place: str | None
    words: str
    sentence: str
    fields: tuple[FieldChange, ...] = ()
    number: int = 1
    members: "tuple[Change, ...]" = ()
    consequences: "tuple[Change, ...]" = ()
    with_it: str | None = None


class ChangedTopic(View, frozen=True):
    """The changes of one topic: what appeared, went and changed, by thing and name."""

    topic: Topic
    changes: tuple[Change, ...]


class Tally(View, frozen=True):
    """How many changes there are of one kind and thing, consequences left out.

    ``words`` say what happened, of changed things also which fields are not what they were.
    """

    kind: Kind
    thing: Thing
    number: int
    words: str


class ChangedFinding(View, frozen=True):
    """A finding that both snapshots have, and that says something else now."""

    before: PastFinding
    after: PastFinding


class UnsureFinding(View, frozen=True):
    """A finding that one snapshot has, and of which the other cannot tell whether it has it.

    ``side`` is the snapshot that cannot tell; ``reason`` says why.
    """

    side: Side
    finding: PastFinding
    reason: str


class FindingChanges(View, frozen=True):
    """What became of the findings that are not ignored, each list worst first."""

    appeared: tuple[PastFinding, ...]
    gone: tuple[PastFinding, ...]
    changed: tuple[ChangedFinding, ...]
    unsure: tuple[UnsureFinding, ...]


class NotComparable(View, frozen=True):
    """Something that one snapshot, or both, could not see.

    ``target`` is a resource, or the scope of the list ``listing`` (an ARM type); ``action`` is
    the RBAC action that reveals it. ``number`` is how many things of the other snapshot could not
    be set against anything for want of it, wholly or in part, and ``things`` what they are; it is
    0 where nothing was lost by it. ``words`` says how many of each, ``None`` where there are none.
    """

    target: ResourceId
    listing: str | None
    side: Side
    reason: GapReason
    action: str
    things: tuple[Thing, ...]
    number: int
    words: str | None


class Compared(View, frozen=True):
    """How many ARM documents each snapshot has, and how many of them both."""

    old: int
    new: int
    both: int


class Changes(View, frozen=True, kw_only=True):
    """What changed in a cluster between two snapshots, in meaning and not in text.

    ``as_of`` is the day by which both snapshots were judged, so that time alone changes no
    finding; ``config`` is the settings file. ``has_changes`` is true for a change, and for a
    finding that appeared, went, or is of another severity; what cannot be compared is in
    ``not_comparable`` and counts for nothing there. ``number`` is how many changes there are,
    consequences left out, and ``tallies`` what they are, the most telling things first. ``notes``
    say what a reader has to know before the changes.
    """

    schema_version: int = 1
    tool_version: str
    cluster: ResourceId
    old_captured_at: datetime
    new_captured_at: datetime
    as_of: date
    config: str | None
    has_changes: bool
    number: int
    notes: tuple[str, ...]
    tallies: tuple[Tally, ...]
    topics: tuple[ChangedTopic, ...]
    findings: FindingChanges
    not_comparable: tuple[NotComparable, ...]
    documents: Compared

    @property
    def is_incomplete(self) -> bool:
        """Whether something, or what became of a finding, could not be compared."""
        return bool(self.not_comparable or self.findings.unsure)
