"""What the checks are asked about: one cluster, the day to judge it by, what the user set."""

from collections.abc import Callable
from datetime import date
from functools import cached_property
from typing import Final, TypeVar

from inspector.config import Thresholds
from inspector.network.models import NetworkModel, network_model, pool_model
from inspector.nodes import pool_of, pool_profiles
from inspector.resource_id import ResourceId
from inspector.resources import (
    AgentPoolProfile,
    ManagedCluster,
    NetworkProfile,
    ScaleSet,
    same_text,
)
from inspector.topology import Topology

T = TypeVar("T")

_SETTLED: Final = frozenset({"succeeded", "failed", "canceled"})

_CHANGING: Final = frozenset({"creating", "updating", "deleting"})


class Subject:
    """One cluster under question.

    ``as_of`` is the day that dates are judged by, the snapshot's own unless it is given.
    ``on_premises`` are ranges in use beyond Azure, as the user set them.
    """

    def __init__(
        self,
        topology: Topology,
        *,
        as_of: date | None = None,
        thresholds: Thresholds | None = None,
        on_premises: tuple[str, ...] = (),
    ) -> None:
        self.topology = topology
        self.as_of = as_of or topology.snapshot.captured_at.date()
        self.thresholds = thresholds or Thresholds()
        self.on_premises = on_premises

    @property
    def cluster(self) -> ManagedCluster:
        """The AKS resource."""
        return self.topology.cluster

    @property
    def profile(self) -> NetworkProfile:
        """The cluster's networking profile."""
        return self.cluster.properties.network_profile

    @property
    def pools(self) -> tuple[AgentPoolProfile, ...]:
        """The pools as the cluster describes them."""
        return pool_profiles(self.topology)

    @cached_property
    def model(self) -> NetworkModel:
        """The declared network model of the cluster."""
        return network_model(self.profile, self.pools)

    def model_of(self, pool: str | None) -> NetworkModel:
        """Return the declared model of a pool by name, or of nodes outside any pool."""
        return pool_model(self.profile, self.pool(pool))

    def pool(self, name: str | None) -> AgentPoolProfile | None:
        """Return the pool of a name."""
        return next((each for each in self.pools if same_text(each.name, name)), None)

    @cached_property
    def networks(self) -> tuple[ResourceId, ...]:
        """The networks of the subnets that pools name and nodes are in, by id."""
        subnets = {*self.topology.subnets_of_nodes, *self.pod_subnets}
        return tuple(sorted({each.parent for each in subnets if each.parent is not None}))

    @cached_property
    def pod_subnets(self) -> tuple[ResourceId, ...]:
        """The subnets that pools name for their pods, by id."""
        named = {each.pod_subnet_id for each in self.pools}
        return tuple(sorted(each for each in named if each is not None))

    @cached_property
    def motion(self) -> str | None:
        """Why counts prove nothing now: what is changing or stopped; ``None`` if nothing is."""
        return next(filter(None, map(self.motion_of, (None, *self.pools))), None)

    def motion_of(self, pool: AgentPoolProfile | None) -> str | None:
        """Return why counts of a pool prove nothing now: the cluster or itself is in motion.

        While the autoscaler adds or removes nodes only the scale set's state tells of it.
        """
        properties = self.cluster.properties
        parts = [("the cluster", properties.provisioning_state, properties.power_state.code)]
        if pool is not None:
            parts.append((f"pool {pool.name}", pool.provisioning_state, pool.power_state.code))
        for name, state, power in parts:
            if same_text(power, "Stopped"):
                return f"{name} is stopped"
            if state is not None and not same_text(state, "Succeeded"):
                return f"{name} is in state {state}"
        return self._changing_scale_sets.get(pool.name) if pool is not None else None

    @cached_property
    def _changing_scale_sets(self) -> dict[str | None, str]:
        """The scale sets that get or lose instances now by pool, in words."""
        return {
            self.topology.pools.declared(pool_of(each)): f"scale set {each.title} is in state "
            f"{each.properties.provisioning_state}"
            for each in self.topology.all(ScaleSet)
            if (each.properties.provisioning_state or "").lower() in _CHANGING
        }

    @property
    def is_changing(self) -> bool:
        """Whether AKS is at work on the cluster or has stopped it: what it made may be half made.

        A cluster in state Failed stays as it is.
        """
        properties = self.cluster.properties
        state = properties.provisioning_state or "Succeeded"
        return state.lower() not in _SETTLED or same_text(properties.power_state.code, "Stopped")

    def once(self, question: Callable[[Topology], T]) -> T:
        """Return the answer to a question that several checks put, as ``Topology.once`` does."""
        return self.topology.once(question)
