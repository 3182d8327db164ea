"""What a move may need, and whether a cluster has it."""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum

import msgspec

from inspector.resource_id import ResourceId
from inspector.resources import Resource
from inspector.snapshot import Gap
from inspector.topology import Topology


class Answer(StrEnum):
    """Whether a condition is met; some of it is only visible inside the cluster."""

    MET = "met"
    NOT_MET = "not met"
    NOT_VISIBLE = "not visible"


class Condition(StrEnum):
    """What a move may need."""

    AT_REST = "at-rest"
    KUBERNETES_VERSION = "kubernetes-version"
    POLICY_REMOVABLE = "policy-removable"
    NODE_IMAGES = "node-images"
    AVAILABILITY_SETS = "availability-sets"
    LOAD_BALANCER = "load-balancer"
    NETWORK_POLICY = "network-policy"
    IDENTITY = "identity"
    IDENTITY_RIGHTS = "identity-rights"
    MASQUERADING = "masquerading"
    ROUTE_TABLE = "route-table"
    ROUTES_LOST = "routes-lost"
    SHARED_TABLE = "shared-route-table"
    WINDOWS = "windows"
    WINDOWS_DOCKER = "windows-docker"
    WINDOWS_BUILD = "windows-build"
    NODE_SIZES = "node-sizes"
    VIRTUAL_NODES = "virtual-nodes"
    NETWORK_NAMES = "network-names"
    POD_CIDR_SLICES = "pod-cidr-slices"
    POD_CIDR_APART = "pod-cidr-apart"
    POD_CIDR_OUTSIDE = "pod-cidr-outside-network"
    POD_CIDR_FREE = "pod-cidr-free"
    SINGLE_STACK = "single-stack"
    GATEWAY_INGRESS = "gateway-ingress"
    SUBNET_ROOM = "subnet-room"
    AUTO_PROVISIONING = "auto-provisioning"
    POLICY_ENGINE = "policy-engine"
    NETWORK_POLICIES = "network-policies"
    NODE_SUBNET = "node-subnet"
    POD_SUBNET = "pod-subnet"


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """A field that an answer rests on; ``name`` is what the portal calls the resource."""

    resource: ResourceId
    name: str
    field: str
    value: str | int | bool | None = None


class Requirement(msgspec.Struct, frozen=True, kw_only=True):
    """A condition with its answer and the fields that the answer rests on.

    What ARM does not show has the object inside the cluster for the field of its reading. ``gaps``
    and ``doubts`` are why an answer is not visible although it stands in ARM.
    """

    condition: Condition
    words: str
    answer: Answer
    readings: tuple[Reading, ...]
    gaps: tuple[Gap, ...] = ()
    doubts: tuple[str, ...] = ()


class Situation(msgspec.Struct, frozen=True, kw_only=True):
    """A cluster before a move: as it is today, and with the pools it is supposed to have.

    ``as_of`` is the day that dates are judged by; ``on_premises`` are ranges beyond Azure, as the
    user set them.
    """

    today: Topology
    supposed: Topology
    as_of: date
    on_premises: tuple[str, ...] = ()


def met(*, is_met: bool) -> Answer:
    """Return the answer to a question that can be told."""
    return Answer.MET if is_met else Answer.NOT_MET


def open_answer(*, is_broken: bool, is_open: bool) -> Answer:
    """Return the answer where a fault stands whatever else could not be seen."""
    if is_broken:
        return Answer.NOT_MET
    return Answer.NOT_VISIBLE if is_open else Answer.MET


def reading(resource: Resource, field: str, value: str | int | bool | None) -> Reading:
    """Return a field of a resource."""
    return Reading(resource=resource.id, name=resource.title, field=field, value=value)


def joined(values: Iterable[str | None]) -> str | None:
    """Return the different values of several pools as one text."""
    return ", ".join(dict.fromkeys(each or "not told" for each in values)) or None
