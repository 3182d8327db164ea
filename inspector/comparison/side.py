"""One of the clusters that are compared: its topology, and what several rows ask of it."""

from collections.abc import Mapping
from datetime import date
from functools import cached_property
from typing import Final, NamedTuple

from inspector.assessment import Assessment, assess
from inspector.checking import Subject
from inspector.cluster.devices import Device
from inspector.cluster.move_conditions import Situation
from inspector.cluster.subnet_capacity import Drawer, SubnetCapacity, subnet_capacities
from inspector.config import Config
from inspector.network.models import NetworkModel
from inspector.planning.basis import Basis, basis_of
from inspector.planning.ceilings import Ceilings, build_ceilings
from inspector.planning.draws import DrawnSubnets, drawn_subnets
from inspector.planning.figures import NO_ACTION
from inspector.report.answer import Unknown, unknown_of
from inspector.report.network_model import NetworkModels, build_network_models
from inspector.report.ways_out import WaysOut, build_ways_out
from inspector.snapshot import Gap, Snapshot
from inspector.topology import Topology

_SHORT: Final = {
    NetworkModel.KUBENET: "kubenet",
    NetworkModel.CNI_OVERLAY: "Overlay",
    NetworkModel.CNI_NODE_SUBNET: "node-subnet CNI",
    NetworkModel.CNI_POD_SUBNET_DYNAMIC: "pod-subnet CNI",
    NetworkModel.CNI_POD_SUBNET_STATIC: "pod-subnet CNI",
    NetworkModel.BYO_CNI: "a CNI of your own",
    NetworkModel.UNRECOGNISED: "a model that is not recognised",
}


class Cause(NamedTuple):
    """Why something is so; two models that bring the same about are no cause of a difference."""

    reason: str
    model: str = ""

    @property
    def words(self) -> str:
        """The cause in words, that of a model with its name before it."""
        return f"{self.model}: {self.reason}" if self.model and self.reason else self.reason


class Side(Subject):
    """A cluster as the checks are asked about it, with what several rows ask besides."""

    def __init__(self, snapshot: Snapshot, *, config: Config | None, as_of: date) -> None:
        self._config = config or Config()
        super().__init__(
            Topology(snapshot),
            as_of=as_of,
            thresholds=self._config.thresholds,
            on_premises=self._config.on_premises,
        )

    @cached_property
    def models(self) -> NetworkModels:
        """The model of each pool, as declared and as seen."""
        return build_network_models(self.topology)

    @cached_property
    def ways_out(self) -> WaysOut:
        """How traffic leaves."""
        return build_ways_out(self.topology)

    @cached_property
    def basis(self) -> Basis:
        """The pools as a plan counts with them."""
        return basis_of(self.topology, self.pools)

    @cached_property
    def drawn(self) -> DrawnSubnets:
        """What the pools draw from each subnet."""
        return drawn_subnets(self.basis)

    @cached_property
    def ceilings(self) -> Ceilings:
        """What the number of nodes ends at, as a plan has it."""
        return build_ceilings(self.basis, self.drawn)

    @cached_property
    def devices(self) -> tuple[Device, ...] | Unknown:
        """What is connected to the subnets of nodes and pods, or what hides some of it."""
        found = self.subnets
        if isinstance(found, Unknown):
            return found
        gaps = self.topology.hidden_nodes
        if gaps:
            return unknown_of(gaps[0])
        return tuple(device for each in found for device in each.devices)

    @cached_property
    def subnets(self) -> tuple[SubnetCapacity, ...] | Unknown:
        """The subnets that nodes and pods draw addresses from, or what hides one."""
        capacities = self.topology.once(subnet_capacities)
        if capacities.gaps:
            return unknown_of(capacities.gaps[0])
        for each in capacities.subnets:
            if each.subnet is None and isinstance(each.use.usage, Gap):
                return unknown_of(each.use.usage)
        if capacities.doubts:
            return self.untold(capacities.doubts[0])
        return capacities.subnets

    @property
    def whose_network(self) -> str:
        """Who brought the network of the nodes, in words, empty where no node's subnet was seen."""
        group = self.cluster.infrastructure_group
        found = self.topology.once(subnet_capacities).of(Drawer.NODES)
        if not found:
            return ""
        is_aks = all(each.id.resource_group_id == group for each in found)
        return "the network is AKS's own" if is_aks else "the network is the user's"

    def untold(self, reason: str, action: str = NO_ACTION) -> Unknown:
        """Return what ARM does not tell of the cluster; ``action`` is what would."""
        return Unknown(unknown=str(self.cluster.id), reason=reason, action=action)

    @property
    def situation(self) -> Situation:
        """The cluster before a move, with the pools that it has."""
        return Situation(
            today=self.topology,
            supposed=self.topology,
            as_of=self.as_of,
            on_premises=self.on_premises,
        )

    @cached_property
    def assessment(self) -> Assessment:
        """What the checks came to."""
        return assess(self.topology, config=self._config, as_of=self.as_of)

    def because(self, reasons: Mapping[NetworkModel, str]) -> Cause:
        """Return what the network model is the cause of, empty where it is of nothing."""
        return Cause(reasons.get(self.model, ""), _SHORT[self.model])
