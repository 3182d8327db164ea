"""The subnets that nodes and pods draw addresses from, with what is taken, left and needed."""

from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

from inspector.cluster.devices import Device, DeviceType, classify_devices
from inspector.cluster.node_addresses import node_addresses
from inspector.cluster.subnet_capacity.address_use import (
    AddressUse,
    Figure,
    Untold,
    address_use,
    takes_ipv4,
    unseen_figure,
    unseen_use,
    usage_of,
    usages_of,
)
from inspector.cluster.subnet_capacity.draws import Drawer, PoolDraw, draw_of, most_frequent_draw
from inspector.collected import NotCollected
from inspector.network.address_needs import Needs, needs, nodes_that_fit
from inspector.network.models import NetworkModel, pool_model
from inspector.nodes import makes_nodes_without_pool, pool_profiles
from inspector.resource_id import ResourceId
from inspector.resources import AgentPoolProfile, Subnet, SubnetUsage, VirtualNetwork
from inspector.snapshot import Gap
from inspector.topology import Topology

POD_SUBNET_MODELS: Final = frozenset(
    {NetworkModel.CNI_POD_SUBNET_DYNAMIC, NetworkModel.CNI_POD_SUBNET_STATIC}
)
"""The models whose pods draw addresses from a subnet of their own."""


class SubnetCapacity(msgspec.Struct, frozen=True, kw_only=True):
    """A subnet with those who draw addresses from it, and what they need.

    ``subnet`` is ``None`` where it could not be seen; ``use`` then says so. ``devices`` are in
    ARM's order. ``needs`` is for planning and ``least_needs`` with the least a node takes. Both
    are of the cluster's pools alone; ``extras`` are what others take, as far as ARM shows.
    """

    id: ResourceId
    subnet: Subnet | None
    use: AddressUse
    devices: tuple[Device, ...]
    draws: tuple[PoolDraw, ...]
    needs: Needs
    least_needs: Needs
    extras: Figure

    @property
    def name(self) -> str:
        """The subnet's name."""
        return self.subnet.title if self.subnet is not None else self.id.name

    def of(self, drawer: Drawer) -> tuple[PoolDraw, ...]:
        """Return what the pools' nodes, or their pods, draw."""
        return tuple(each for each in self.draws if each.drawer is drawer)

    def most_nodes(self, draw: PoolDraw) -> int | None:
        """Return to how many nodes a pool can grow if it alone does; ``None`` if not known."""
        free = self.use.free
        more = nodes_that_fit(free if isinstance(free, int) else None, draw.addresses_per_node)
        return None if more is None or draw.nodes_now is None else draw.nodes_now + more


class Capacities(msgspec.Struct, frozen=True, kw_only=True):
    """The subnets of nodes and pods by id, and what may hide one or leave one open.

    ``is_open_ended`` says that node auto-provisioning adds nodes of no pool, as many as limits
    in the cluster allow.
    """

    subnets: tuple[SubnetCapacity, ...]
    gaps: tuple[Gap, ...]
    doubts: tuple[str, ...]
    is_open_ended: bool

    def of(self, drawer: Drawer) -> tuple[SubnetCapacity, ...]:
        """Return the subnets that nodes, or pods, draw from; a subnet of nobody is of nodes."""
        return tuple(
            each
            for each in self.subnets
            if each.of(drawer) or (drawer is Drawer.NODES and not each.draws)
        )


def subnet_capacities(topology: Topology) -> Capacities:
    """Return every subnet that nodes or pods draw addresses from."""
    surveyor = _Surveyor(topology)
    subnets = [
        surveyor.capacity(subnet_id, drawers)
        for subnet_id, drawers in sorted(surveyor.places().items(), key=lambda each: each[0])
    ]
    return Capacities(
        subnets=tuple(each for each in subnets if each is not None),
        gaps=tuple(surveyor.gaps),
        doubts=tuple(surveyor.doubts),
        is_open_ended=makes_nodes_without_pool(topology),
    )


_Drawers = list[tuple[AgentPoolProfile, Drawer]]


class _Surveyor:
    """A survey in the making; what several subnets need is asked once."""

    def __init__(self, topology: Topology) -> None:
        self.gaps: dict[Gap, None] = {}
        self.doubts: list[str] = []
        self._topology = topology
        self._profile = topology.cluster.properties.network_profile
        self._usages: dict[ResourceId | None, Mapping[str, SubnetUsage] | Gap] = {}
        self._nodes = {(each.name or "").lower(): each for each in topology.once(node_addresses)}

    def places(self) -> dict[ResourceId, _Drawers]:
        """Return the subnets with the pools whose nodes or pods draw from them.

        Interfaces are asked only where no pool tells, or where nodes have no pool.
        """
        placed: dict[ResourceId, _Drawers] = {}
        pools = pool_profiles(self._topology)
        for pool in pools:
            for subnet_id in self._of_nodes(pool):
                placed.setdefault(subnet_id, []).append((pool, Drawer.NODES))
            if pool.pod_subnet_id is not None and self._model(pool) in POD_SUBNET_MODELS:
                placed.setdefault(pool.pod_subnet_id, []).append((pool, Drawer.PODS))
        if not placed or makes_nodes_without_pool(self._topology):
            self.gaps.update(dict.fromkeys(self._topology.hidden_nodes))
            for subnet_id in self._topology.subnets_of_nodes:
                placed.setdefault(subnet_id, [])
        return placed

    def _of_nodes(self, pool: AgentPoolProfile) -> Iterator[ResourceId]:
        """Yield the subnet of a pool's nodes: the one it names, or that of AKS's own network."""
        if pool.vnet_subnet_id is not None:
            yield pool.vnet_subnet_id
            return
        found = self._topology.managed_subnets
        yield from found
        group = self._topology.cluster.infrastructure_group
        gap = self._topology.gap_in_list(group, VirtualNetwork) if group is not None else None
        if gap is not None:
            self.gaps[gap] = None
        elif not found:
            self.doubts.append(f"ARM does not tell the subnet of pool {pool.name}")

    def _model(self, pool: AgentPoolProfile) -> NetworkModel:
        return pool_model(self._profile, pool)

    def capacity(self, subnet_id: ResourceId, drawers: _Drawers) -> SubnetCapacity | None:
        """Return the capacity of a subnet; ``None``, with a doubt noted, if it does not exist."""
        draws = tuple(self._draw(subnet_id, *each) for each in drawers)
        devices: tuple[Device, ...] = ()
        try:
            subnet = self._topology.get(subnet_id, Subnet)
        except NotCollected as unseen:
            subnet, use = None, unseen_use(unseen.gap)
        else:
            if subnet is None:
                self.doubts.append(f"subnet {subnet_id.name} does not exist")
                return None
            connected = (each.id for each in subnet.properties.ip_configurations)
            devices = classify_devices(self._topology, connected)
            has_pods = any(each.drawer is Drawer.PODS for each in draws)
            use = address_use(subnet, devices, self._usage(subnet_id), has_pods=has_pods)
        return SubnetCapacity(
            id=subnet_id,
            subnet=subnet,
            use=use,
            devices=devices,
            draws=draws,
            needs=needs((each.pool, each.addresses_per_node) for each in draws),
            least_needs=needs((each.pool, each.least_per_node) for each in draws),
            extras=_extras(use, devices),
        )

    def _draw(self, subnet_id: ResourceId, pool: AgentPoolProfile, drawer: Drawer) -> PoolDraw:
        nodes = self._nodes.get(pool.name.lower())
        return draw_of(
            pool,
            drawer,
            self._model(pool),
            seen_per_node=most_frequent_draw(nodes, subnet_id) if nodes is not None else None,
            may_hide_nodes=bool(self._topology.hidden_nodes),
        )

    def _usage(self, subnet_id: ResourceId) -> SubnetUsage | Gap | None:
        network = subnet_id.parent
        if network is None:
            return None
        if network not in self._usages:
            self._usages[network] = usages_of(self._topology, network)
        return usage_of(self._usages[network], subnet_id)


def _extras(use: AddressUse, devices: tuple[Device, ...]) -> Figure:
    """Return the addresses that are taken, but not by nodes of the cluster or by pods.

    What ARM counts beyond the configurations that are connected is among them.
    """
    if isinstance(use.usable, Untold):
        return use.usable
    if isinstance(use.usage, Gap):
        return unseen_figure(use.usage)
    others = sum(
        takes_ipv4(each, is_dual_stack=use.is_dual_stack)
        for each in devices
        if each.type is not DeviceType.NODE or each.is_gone
    )
    is_counted = use.unshown is None and not use.is_dual_stack and use.usage is not None
    return others + max(0, (use.usage or 0) - use.connected) if is_counted else others
