"""How many nodes a pool has: what it declares, AKS lists, and Azure runs and has attached."""

from collections.abc import Iterable
from typing import TypeVar

import msgspec

from inspector.collected import NotCollected
from inspector.nodes import Node, makes_nodes_without_pool, pool_of, pool_profiles
from inspector.resource_id import ResourceId
from inspector.resources import (
    AgentPool,
    AgentPoolProfile,
    Machine,
    ScaleSet,
    VirtualMachine,
    pools_with_machines,
    same_text,
)
from inspector.snapshot import Gap
from inspector.topology import Topology

R = TypeVar("R", ScaleSet, VirtualMachine)


class NodeCounts(msgspec.Struct, frozen=True, kw_only=True):
    """The counts of one pool; one is ``None`` where it is not kept or could not be seen.

    ``declared`` is the pool's count as the cluster tells it. ``machines`` are those AKS lists,
    ``capacity`` the instances the pool's scale sets are to have, ``virtual_machines`` those that
    are resources of their own, and ``attached`` the nodes with an interface. ``bare`` are nodes
    without one, ``unlisted`` those AKS lists no machine for. ``has_scaled`` tells that the
    autoscaler changed the pool's count while it was read, and is ``None`` where that may be.
    ``missing`` hides a count.
    """

    profile: AgentPoolProfile
    scale_sets: tuple[ScaleSet, ...]
    declared: int | None
    machines: int | None
    capacity: int | None
    virtual_machines: int | None
    attached: int | None
    bare: tuple[Node, ...]
    unlisted: tuple[Node, ...]
    has_scaled: bool | None
    missing: tuple[Gap, ...]

    @property
    def by_source(self) -> dict[str, int]:
        """The counts that are known, by what they count."""
        counts = {
            "declared": self.declared,
            "machines listed by AKS": self.machines,
            "scale-set instances": self.capacity,
            "virtual machines": self.virtual_machines,
            "with an interface": self.attached,
        }
        return {words: number for words, number in counts.items() if number is not None}

    @property
    def agrees(self) -> bool:
        """Whether all known counts are the same, and of the same nodes."""
        is_one_number = len({*self.by_source.values()}) <= 1
        return is_one_number and not self.bare and not self.unlisted


def node_counts(topology: Topology) -> tuple[NodeCounts, ...]:
    """Return the counts of every pool, in the cluster's order."""
    counting = _Counting(topology)
    return tuple(map(counting.count, pool_profiles(topology)))


def nodes_outside_pools(topology: Topology) -> tuple[Node, ...]:
    """Return the nodes of no pool of the cluster, none where auto-provisioning makes such."""
    if makes_nodes_without_pool(topology):
        return ()
    declared = {each.name for each in pool_profiles(topology)}
    return tuple(each for each in topology.nodes if each.pool not in declared)


class _Counting:
    """What several pools are counted from, sorted by pool once."""

    def __init__(self, topology: Topology) -> None:
        self._topology = topology
        cluster = topology.cluster
        self._group = cluster.infrastructure_group or cluster.id
        self._hidden = topology.hidden_nodes
        self._listing = {each.name for each in pools_with_machines(cluster)}
        self._nodes: dict[str | None, list[Node]] = {}
        for node in topology.nodes:
            self._nodes.setdefault(node.pool, []).append(node)
        self._scale_sets = self._by_pool(topology.all(ScaleSet))
        self._machines = self._by_pool(topology.all(VirtualMachine))

    def _by_pool(self, resources: Iterable[R]) -> dict[str | None, list[R]]:
        found: dict[str | None, list[R]] = {}
        for each in resources:
            found.setdefault(self._topology.pools.declared(pool_of(each)), []).append(each)
        return found

    def count(self, profile: AgentPoolProfile) -> NodeCounts:
        """Return the counts of a pool."""
        missing: dict[Gap, None] = {}
        listed = self._listed(profile, missing)
        nodes = self._nodes.get(profile.name, []) if not self._hidden else None
        missing.update(dict.fromkeys(self._hidden))
        return NodeCounts(
            profile=profile,
            scale_sets=tuple(self._scale_sets.get(profile.name, ())),
            declared=profile.node_count,
            machines=len(listed) if listed is not None else None,
            capacity=self._capacity(profile),
            virtual_machines=self._virtual_machines(profile),
            attached=None if nodes is None else sum(bool(each.interfaces) for each in nodes),
            bare=tuple(each for each in nodes or () if not each.interfaces),
            unlisted=tuple(
                each for each in nodes or () if listed is not None and each.id not in listed
            ),
            has_scaled=self._has_scaled(profile, missing),
            missing=tuple(missing),
        )

    def _listed(
        self, profile: AgentPoolProfile, missing: dict[Gap, None]
    ) -> set[ResourceId] | None:
        """Return the machines AKS lists for a pool; it lists none of availability sets."""
        if profile.name not in self._listing:
            return None
        try:
            machines = self._topology.listed(self._topology.cluster.pool_id(profile.name), Machine)
        except NotCollected as unseen:
            missing[unseen.gap] = None
            return None
        return {each.id for each in machines}

    def _capacity(self, profile: AgentPoolProfile) -> int | None:
        """Return the instances of a pool's scale sets; what hides one hides nodes as well."""
        scale_sets = self._scale_sets.get(profile.name, [])
        if self._has_gap(ScaleSet) or not (scale_sets or _is_on_scale_sets(profile)):
            return None
        told = [each.sku.capacity for each in scale_sets]
        known = [each for each in told if each is not None]
        return sum(known) if len(known) == len(told) else None

    def _virtual_machines(self, profile: AgentPoolProfile) -> int | None:
        """Return the machines of a pool that are no instances of a uniform scale set."""
        scale_sets = self._scale_sets.get(profile.name, [])
        is_uniform = any(each.is_uniform for each in scale_sets)
        if self._has_gap(VirtualMachine) or is_uniform:
            return None
        if _is_on_scale_sets(profile) and not scale_sets:
            return None
        return len(self._machines.get(profile.name, ()))

    def _has_gap(self, kind: type[ScaleSet | VirtualMachine]) -> bool:
        return self._topology.gap_in_list(self._group, kind) is not None

    def _has_scaled(self, profile: AgentPoolProfile, missing: dict[Gap, None]) -> bool | None:
        """Compare the pool's count with that of its own document, which is read later."""
        if not profile.enable_auto_scaling:
            return False
        try:
            later = self._topology.get(self._topology.cluster.pool_id(profile.name), AgentPool)
        except NotCollected as unseen:
            missing[unseen.gap] = None
            return None
        return later is not None and later.properties.node_count != profile.node_count


def _is_on_scale_sets(profile: AgentPoolProfile) -> bool:
    return same_text(profile.type, "VirtualMachineScaleSets")
