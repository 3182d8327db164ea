"""What every ARM document has in common: envelope, references, relations, and how it is decoded."""

from abc import ABC
from collections.abc import Iterator
from enum import StrEnum
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address
from socket import AF_INET, inet_pton
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Self, TypeVar

import msgspec

from inspector.resource_id import ResourceId

T = TypeVar("T")

if TYPE_CHECKING:
    IPAddress = IPv4Address | IPv6Address
else:

    class IPAddress(ABC):  # noqa: B024  msgspec wants one class where the type says "either family"
        """An IPv4 or IPv6 address."""

    IPAddress.register(IPv4Address)
    IPAddress.register(IPv6Address)


class Relation(StrEnum):
    """How one resource refers to another; the arrow runs from the one that says so."""

    CONTAINS = "contains"
    MANAGES = "manages"
    IN_SUBNET = "in subnet"
    PODS_IN_SUBNET = "pods in subnet"
    ROUTED_BY = "routed by"
    PROTECTED_BY = "protected by"
    LEAVES_THROUGH = "leaves through"
    PUBLIC_IP = "public IP"
    PUBLIC_IP_PREFIX = "public IP prefix"
    ATTACHED_TO = "attached to"
    INSTANCE_OF = "instance of"
    IN_AVAILABILITY_SET = "in availability set"
    MEMBER_OF = "member of"
    FRONTEND = "frontend"
    BACKEND_POOL = "backend pool"
    PROBE = "probe"
    PEERED_WITH = "peered with"
    CONNECTED_BY = "connected by"
    LINKED_TO = "linked to"
    RESOLVED_BY = "resolved by"
    RUNS_ON = "runs on"
    NEXT_HOP = "next hop"

    @property
    def is_followed(self) -> bool:
        """Whether collection reads a target that lies outside the infrastructure group.

        A peered network is not the cluster's, and what a NIC is attached to is listed anyway.
        """
        return self in _FOLLOWED


_FOLLOWED = frozenset(
    {
        Relation.IN_SUBNET,
        Relation.PODS_IN_SUBNET,
        Relation.ROUTED_BY,
        Relation.PROTECTED_BY,
        Relation.LEAVES_THROUGH,
        Relation.PUBLIC_IP,
        Relation.PUBLIC_IP_PREFIX,
        Relation.RESOLVED_BY,
    }
)


class Link(NamedTuple):
    """One declared reference from a resource to another."""

    source: ResourceId
    relation: Relation
    target: ResourceId


class Wire(msgspec.Struct, frozen=True, kw_only=True, rename="camel", gc=False):
    """A part of an ARM document: unknown fields are ignored, a wrong type is an error."""


class Reference(Wire, frozen=True):
    """ARM's ``SubResource``: nothing but an id."""

    id: ResourceId


class Resource(Wire, frozen=True):
    """An ARM resource or sub-resource, under its own id."""

    arm_type: ClassVar[str]

    id: ResourceId
    name: str = ""
    location: str | None = None
    tags: dict[str, str] = msgspec.field(default_factory=dict)

    @property
    def title(self) -> str:
        """The resource's name, from the id where a list leaves it out."""
        return self.name or self.id.name

    def parts(self) -> Iterator["Resource"]:
        """Yield the sub-resources this document carries, each under its own id."""
        yield from ()

    def links(self) -> Iterator[Link]:
        """Yield everything this document refers to, its sub-resources' references included."""
        for part in self.parts():
            yield Link(self.id, Relation.CONTAINS, part.id)
            yield from part.links()

    @classmethod
    def parse(cls, raw: bytes | msgspec.Raw) -> Self:
        """Decode one wire document of this type.

        Raises ``msgspec.ValidationError`` naming the JSON path when the shape is not ARM's.
        """
        return decode(raw, cls)


def refer(source: ResourceId, relation: Relation, *targets: Reference | None) -> Iterator[Link]:
    """Yield a link for each reference that is there."""
    for target in targets:
        if target is not None:
            yield Link(source, relation, target.id)


def same_text(left: str | None, right: str | None) -> bool:
    """Compare ARM enum strings, whose case varies between services; absent equals nothing."""
    return left is not None and right is not None and left.lower() == right.lower()


def decode(raw: bytes | msgspec.Raw, kind: type[T]) -> T:
    """Decode wire JSON, taking ``null`` and absent as the same thing.

    ARM writes ``null`` for a field it leaves out elsewhere. The strict decoding comes first as it
    is the fast one; only a document that fails it is cleaned of nulls and tried again.
    """
    try:
        return msgspec.json.decode(raw, type=kind, dec_hook=decode_custom)
    except msgspec.ValidationError:
        cleaned = _without_nulls(msgspec.json.decode(raw))
        return msgspec.convert(cleaned, kind, dec_hook=decode_custom)


def decode_custom(kind: type, value: Any) -> Any:
    """Turn a JSON string into an id or an address, as msgspec's ``dec_hook``."""
    if not isinstance(value, str):
        raise ValueError(f"Expected `str`, got `{type(value).__name__}`")  # noqa: TRY004  msgspec takes a ValueError for one of shape
    return _resource_id(value) if kind is ResourceId else _address(value)


def _address(text: str) -> IPv4Address | IPv6Address:
    """Parse an address; ``inet_pton`` takes the same dotted quads three times as fast."""
    try:
        return IPv4Address(inet_pton(AF_INET, text))
    except OSError:
        return ip_address(text)


@lru_cache(maxsize=1024)
def _resource_id(text: str) -> ResourceId:
    """Return the id, the same object for a subnet that a thousand interfaces refer to."""
    return ResourceId(text)


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _without_nulls(v) for k, v in value.items() if v is not None}
    if isinstance(value, list):
        return [_without_nulls(item) for item in value]
    return value
