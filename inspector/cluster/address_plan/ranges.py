"""What an address plan consists of: ranges with their role, and what may hide more of them."""

from enum import StrEnum
from typing import Final

import msgspec

from inspector.network.addresses import parse_range
from inspector.network.ranges import IPRange
from inspector.resource_id import ResourceId
from inspector.resources import Resource, VirtualNetwork
from inspector.snapshot import Gap


class Role(StrEnum):
    """What a range is for, in words; the cluster's own ranges come first."""

    POD_CIDR = "pod CIDR"
    SERVICE_CIDR = "service CIDR"
    DOCKER_BRIDGE = "Docker bridge CIDR"
    NODE_SUBNET = "node subnet"
    POD_SUBNET = "pod subnet"
    API_SERVER_SUBNET = "API server subnet"
    OTHER_SUBNET = "subnet"
    NETWORK = "virtual network"
    PEER = "peered network"
    ON_PREMISES = "on-premises range"

    @property
    def slug(self) -> str:
        """The role as the cause of a finding."""
        return self.lower().replace(" ", "-")


CLUSTER_SUBNETS: Final = (Role.NODE_SUBNET, Role.POD_SUBNET, Role.API_SERVER_SUBNET)
OWN_NETWORKS: Final = (*CLUSTER_SUBNETS, Role.OTHER_SUBNET, Role.NETWORK)

RESERVED: Final[tuple[IPRange, ...]] = tuple(
    map(parse_range, ("169.254.0.0/16", "172.30.0.0/16", "172.31.0.0/16", "192.0.2.0/24"))
)
"""What AKS allows for no pods, services or networks (Learn: AKS CNI networking overview)."""

PRIVATE: Final[tuple[IPRange, ...]] = tuple(
    map(parse_range, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"))
)
"""The private ranges of RFC 1918 and the shared one of RFC 6598."""


class PlannedRange(msgspec.Struct, frozen=True, kw_only=True):
    """A range with the document and the field it stands in; ``text`` is as ARM writes it.

    ``network`` is the one a subnet or a peering belongs to, and the network itself.
    """

    role: Role
    owner: Resource
    field: str
    text: str
    range: IPRange
    network: VirtualNetwork | None = None

    @property
    def words(self) -> str:
        """The range in a sentence, with its owner's name unless that is the cluster.

        A peered network goes by the name of the peering.
        """
        if self.network is None:
            return f"{self.role} {self.text}"
        return f"{self.role} {self.owner.title} ({self.text})"


class Doubt(msgspec.Struct, frozen=True, kw_only=True):
    """Why ranges are not known although everything was seen.

    ``role`` is one of the cluster's own ranges, ``PEER``, or ``NETWORK`` for all in a network.
    """

    role: Role
    reason: str


class AddressPlan(msgspec.Struct, frozen=True, kw_only=True):
    """The ranges of a cluster, by role; ``gaps`` may hide networks, subnets and peers.

    The cluster's own ranges stand in its own document, which no gap hides. ``made_by_aks`` are
    the networks that lie in the infrastructure group.
    """

    ranges: tuple[PlannedRange, ...]
    made_by_aks: frozenset[ResourceId]
    gaps: tuple[Gap, ...]
    doubts: tuple[Doubt, ...]

    def of(self, *roles: Role) -> tuple[PlannedRange, ...]:
        """Return the ranges of the roles, in the order of roles."""
        return tuple(each for each in self.ranges if each.role in roles)

    def doubts_about(self, *roles: Role) -> tuple[str, ...]:
        """Return why ranges of the roles may be missing."""
        return tuple(each.reason for each in self.doubts if each.role in roles)
