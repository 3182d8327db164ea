"""What a move is, before anything is asked about it."""

from collections.abc import Mapping
from enum import StrEnum
from functools import cached_property
from typing import Final, assert_never

import msgspec

from inspector.cluster.address_plan import PRIVATE, AddressPlan, plan_addresses, with_on_premises
from inspector.cluster.pod_routes.names import range_of
from inspector.network.models import NetworkModel, network_model
from inspector.network.ranges import IPRange, is_within
from inspector.network.targets import Target, is_there
from inspector.nodes import pool_profiles
from inspector.resources import AgentPoolProfile
from inspector.topology import Topology

_TARGET_MODELS: Final = {
    Target.OVERLAY: NetworkModel.CNI_OVERLAY,
    Target.CILIUM: NetworkModel.CNI_OVERLAY,
    Target.NODE_SUBNET: NetworkModel.CNI_NODE_SUBNET,
    Target.POD_SUBNET: NetworkModel.CNI_POD_SUBNET_DYNAMIC,
}
"""What a new cluster of a target has; the Cilium data plane comes with Overlay by default."""


class Way(StrEnum):
    """How a cluster becomes what it is to be."""

    IN_PLACE = "in place"
    NEW_CLUSTER = "new cluster"
    NONE = "there already"


class PodPlace(StrEnum):
    """Where pods are to those outside the cluster."""

    BEHIND_ROUTES = "behind routes"
    IN_NETWORK = "in the network"
    BEHIND_NODES = "behind nodes"
    UNTOLD = "untold"


class Move(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """A move of a cluster: by the updates of ``path``, or without any to a new cluster.

    What exists is of ``today``, and how large the pools are of ``supposed``.
    """

    today: Topology
    supposed: Topology
    path: tuple[Target, ...]
    to: Target
    on_premises: tuple[str, ...]

    @cached_property
    def before(self) -> NetworkModel:
        """The network model of today."""
        profile = self.today.cluster.properties.network_profile
        return network_model(profile, pool_profiles(self.today))

    @cached_property
    def way(self) -> Way:
        """How the cluster gets there."""
        if self.path:
            return Way.IN_PLACE
        profile = self.today.cluster.properties.network_profile
        return Way.NONE if is_there(profile, self.before, self.to) else Way.NEW_CLUSTER

    @cached_property
    def after(self) -> NetworkModel:
        """The network model at the end; the Cilium data plane alone leaves it as it is."""
        if self.way is Way.NONE:
            return self.before
        if Target.OVERLAY in self.path:
            return NetworkModel.CNI_OVERLAY
        return self.before if self.path else _TARGET_MODELS[self.to]

    @property
    def changes_addresses(self) -> bool:
        """Whether pods get their addresses in another way."""
        return self.before is not self.after or self.way is Way.NEW_CLUSTER

    @cached_property
    def plan(self) -> AddressPlan:
        """The ranges of today, those on premises that the user set among them."""
        plan = self.today.once(plan_addresses)
        return with_on_premises(plan, self.today.cluster, self.on_premises)

    @cached_property
    def authorized_ranges(self) -> tuple[IPRange, ...]:
        """The private ranges that may call the API server: what has addresses there may be far."""
        access = self.today.cluster.properties.api_server_access_profile
        parsed = map(range_of, access.authorized_ip_ranges)
        return tuple(each for each in parsed if each is not None and is_within(each, PRIVATE))

    @cached_property
    def pools(self) -> tuple[AgentPoolProfile, ...]:
        """The pools with their supposed sizes."""
        return pool_profiles(self.supposed)

    @cached_property
    def pool_by_name(self) -> Mapping[str, AgentPoolProfile]:
        """The pools with their supposed sizes, by folded name."""
        return {each.name.lower(): each for each in self.pools}


def place_of_pods(model: NetworkModel) -> PodPlace:
    """Return where a model has its pods."""
    match model:
        case NetworkModel.KUBENET:
            return PodPlace.BEHIND_ROUTES
        case (
            NetworkModel.CNI_NODE_SUBNET
            | NetworkModel.CNI_POD_SUBNET_DYNAMIC
            | NetworkModel.CNI_POD_SUBNET_STATIC
        ):
            return PodPlace.IN_NETWORK
        case NetworkModel.CNI_OVERLAY:
            return PodPlace.BEHIND_NODES
        case NetworkModel.BYO_CNI | NetworkModel.UNRECOGNISED:
            return PodPlace.UNTOLD
    assert_never(model)
