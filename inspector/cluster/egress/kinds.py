"""What a way out is."""

from enum import StrEnum

import msgspec

from inspector.network.spaces import Family
from inspector.nodes import Node
from inspector.resource_id import ResourceId
from inspector.resources import DOCUMENT_KINDS
from inspector.snapshot import Gap


class EgressKind(StrEnum):
    """What takes a packet to the internet, or keeps it from there; in the order of precedence."""

    APPLIANCE = "appliance"
    GATEWAY = "gateway"
    DROPPED = "dropped"
    NAT_GATEWAY = "NAT gateway"
    NODE_PUBLIC_IP = "node public IP"
    OUTBOUND_RULE = "outbound rule"
    LOAD_BALANCING_RULE = "load balancing rule"
    DEFAULT_ACCESS = "default outbound access"
    NONE = "none"
    UNKNOWN = "unknown"


class Traffic(StrEnum):
    """Whose packets they are."""

    NODES = "nodes"
    PODS = "pods"


class Egress(msgspec.Struct, frozen=True, kw_only=True):
    """A way out, or that there is none.

    ``through`` are the ids of what decides: the route table, the NAT gateway, the outbound rules,
    or the backend pools whose load balancing rules translate. ``next_hops`` are the addresses of
    a route's next hop.
    """

    kind: EgressKind
    words: str
    through: tuple[ResourceId, ...] = ()
    next_hops: tuple[str, ...] = ()


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """One node's way out from a subnet, with what may differ between nodes that share it.

    ``public_ip`` is the node's own; ``gap`` is what an unknown way out is unknown for.
    """

    egress: Egress
    subnet: ResourceId | None
    public_ip: ResourceId | None = None
    gap: Gap | None = None


class EgressGroup(msgspec.Struct, frozen=True, kw_only=True):
    """The nodes of a pool in one subnet that leave the same way with one address family.

    ``traffic`` says whether that holds for the nodes' own packets, their pods', or both; the
    subnet is the pods' where they have one of their own. ``public_ips`` are the public addresses
    and prefixes they leave with, as far as ARM has them.
    """

    pool: str | None
    subnet: ResourceId | None
    traffic: tuple[Traffic, ...]
    family: Family
    egress: Egress
    nodes: tuple[Node, ...]
    public_ips: tuple[ResourceId, ...]
    missing: tuple[Gap, ...]


def unknown_way(subnet: ResourceId | None, gap: Gap) -> Way:
    """Return a way out that cannot be told for want of ``gap``, which the words name by type."""
    kind = DOCUMENT_KINDS.get(gap.target.type.lower())
    written = kind.arm_type if kind is not None else gap.target.type
    words = f"unknown: {gap.listing or written} could not be seen"
    egress = Egress(kind=EgressKind.UNKNOWN, words=words)
    return Way(egress=egress, subnet=subnet, gap=gap)


def no_way(reason: str) -> Egress:
    """Return that nothing leaves, and why."""
    return Egress(kind=EgressKind.NONE, words=f"no way out: {reason}")
