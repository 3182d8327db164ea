"""What the checks are asked about: one cluster, the day to judge it by, the thresholds."""

from collections.abc import Callable
from datetime import date
from functools import cached_property
from typing import Any, TypeVar

from inspector.collected import NotCollected
from inspector.config import Thresholds
from inspector.network.models import NetworkModel, network_model, pool_model
from inspector.nodes import pool_profiles
from inspector.resource_id import ResourceId
from inspector.resources import AgentPoolProfile, ManagedCluster, NetworkProfile, same_text
from inspector.topology import Topology

T = TypeVar("T")


class Subject:
    """One cluster under question.

    ``as_of`` is the day that dates are judged by, the snapshot's own unless it is given.
    """

    def __init__(
        self,
        topology: Topology,
        *,
        as_of: date | None = None,
        thresholds: Thresholds | None = None,
    ) -> None:
        self.topology = topology
        self.as_of = as_of or topology.snapshot.captured_at.date()
        self.thresholds = thresholds or Thresholds()
        self._answers: dict[Callable[[Topology], Any], Any] = {}

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
        properties = self.cluster.properties
        parts = [("the cluster", properties.provisioning_state, properties.power_state.code)]
        parts += [
            (f"pool {each.name}", each.provisioning_state, each.power_state.code)
            for each in self.pools
        ]
        for name, state, power in parts:
            if same_text(power, "Stopped"):
                return f"{name} is stopped"
            if state is not None and not same_text(state, "Succeeded"):
                return f"{name} is in state {state}"
        return None

    def once(self, question: Callable[[Topology], T]) -> T:
        """Return the answer to a question that several checks put, worked out once.

        Raises ``NotCollected`` each time if the answer needs what could not be seen.
        """
        if question not in self._answers:
            try:
                self._answers[question] = question(self.topology)
            except NotCollected as unseen:
                self._answers[question] = unseen
        answer = self._answers[question]
        if isinstance(answer, NotCollected):
            raise answer
        found: T = answer
        return found
