"""Backend pools: what each is for, and who is in it, told as nodes.

Source: cloud-provider-azure, ``azure_loadbalancer_backendpool.go``, ``azure_local_services.go`` and
``azure_utils.go``.
"""

from enum import StrEnum
from typing import Final

import msgspec

from inspector.cluster.api_server import is_api_server
from inspector.collected import NotCollected
from inspector.network.service_names import service_base
from inspector.nodes import Node, instance_name
from inspector.resource_id import ResourceId
from inspector.resources import (
    BackendAddress,
    BackendAddressPool,
    IPConfiguration,
    LoadBalancer,
    LoadBalancingRule,
    NetworkInterface,
    OutboundRule,
    Reference,
    Relation,
    ScaleSet,
    same_text,
)
from inspector.snapshot import Gap
from inspector.topology import Topology

_INSTANCE: Final = f"{ScaleSet.arm_type}/virtualMachines"
_IPV6_ENDING: Final = "-ipv6"
_OF_EVERY_NODE: Final = "kubernetes"
_OF_THE_WAY_OUT: Final = "aksoutboundbackendpool"


class PoolPurpose(StrEnum):
    """What a backend pool is for."""

    EVERY_NODE = "every node"
    WAY_OUT = "way out"
    LOCAL_SERVICE = "nodes with endpoints of one service"
    OTHER = "something else"


class MemberKind(StrEnum):
    """What an entry of a backend pool leads to."""

    NODE = "node"
    STRANGER = "interface of no node"
    DANGLING = "nothing"
    HIDDEN = "unknown"


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of a backend pool, and what it leads to as far as that was seen.

    ``configuration_id`` is what an entry of a pool of NICs names, ``address`` what one of a pool
    of addresses holds, ``name`` the last part of either entry's name. ``gap`` says what may hide
    the configuration or its node; without one, what is ``None`` does not exist.
    """

    name: str
    configuration_id: ResourceId | None = None
    address: str | None = None
    configuration: IPConfiguration | None = None
    interface: NetworkInterface | None = None
    node: Node | None = None
    gap: Gap | None = None

    @property
    def kind(self) -> MemberKind:
        """What the entry leads to."""
        if self.node is not None:
            return MemberKind.NODE
        if self.gap is not None:
            return MemberKind.HIDDEN
        return MemberKind.DANGLING if self.configuration is None else MemberKind.STRANGER

    @property
    def entry(self) -> str:
        """The entry as ARM has it: the configuration's id, or the address."""
        return str(self.configuration_id) if self.address is None else self.address

    @property
    def title(self) -> str:
        """What to call the member: its node, else the machine or the interface it names."""
        if self.node is not None:
            return self.node.name
        if self.configuration_id is None:
            return self.name or self.address or ""
        machine = self.configuration_id.ancestor(_INSTANCE)
        if machine is not None and machine.parent is not None:
            return instance_name(machine.parent.name, machine.name)
        holder = self.configuration_id.parent
        return holder.name if holder is not None else self.name

    def is_own(self, *, is_ipv6: bool) -> bool:
        """Whether the node is there by the configuration the cloud provider takes.

        That is the one of its primary interface that is primary, or its IPv6 one.
        """
        if self.configuration is None or self.interface is None:
            return False
        is_secondary = not is_ipv6 and self.configuration.properties.primary is False
        is_beside = self.interface.properties.primary is False
        return self.configuration.is_ipv6 is is_ipv6 and not is_secondary and not is_beside


class PoolMembers(msgspec.Struct, frozen=True, kw_only=True):
    """A backend pool with its entries: those with an address, and those that name a NIC."""

    pool: BackendAddressPool
    purpose: PoolPurpose
    addresses: tuple[Member, ...]
    interfaces: tuple[Member, ...]

    @property
    def holds_addresses(self) -> bool:
        """Whether it is a pool of addresses (``nodeIP``), wholly or in part."""
        return bool(self.addresses)

    @property
    def unconverted(self) -> tuple[Member, ...]:
        """The NICs in a pool of addresses whose node has no address there.

        Whether ARM lists the NICs of a pool of addresses as well is not documented; a pool that
        was half converted from one to the other has both.
        """
        if not self.addresses:
            return ()
        named = {each.node.id for each in self.addresses if each.node is not None}
        nics = (each for each in self.interfaces if each.node is not None)
        return tuple(each for each in nics if each.node is not None and each.node.id not in named)

    @property
    def members(self) -> tuple[Member, ...]:
        """Where the pool sends traffic: its addresses and what is not converted, or its NICs."""
        return (*self.addresses, *self.unconverted) if self.addresses else self.interfaces

    @property
    def is_ipv6(self) -> bool:
        """Whether it is a pool of IPv6; the cloud provider itself goes by the name's ending."""
        return self.pool.title.lower().endswith(_IPV6_ENDING)

    def is_own(self, member: Member) -> bool:
        """Whether a node is a member by a configuration of its own, of the pool's family.

        The pool of a service may end like one of IPv6 because the service's name does.
        """
        if self.purpose is PoolPurpose.LOCAL_SERVICE:
            return member.is_own(is_ipv6=False) or member.is_own(is_ipv6=True)
        return member.is_own(is_ipv6=self.is_ipv6)


def members_of(topology: Topology, pool: BackendAddressPool) -> PoolMembers:
    """Return a backend pool with its entries told as nodes."""
    references = pool.properties.backend_ip_configurations
    addresses = tuple(_of_address(topology, each) for each in pool.addresses)
    interfaces = tuple(_of_reference(topology, each) for each in references)
    return PoolMembers(
        pool=pool,
        purpose=_purpose(topology, pool, (*addresses, *interfaces)),
        addresses=addresses,
        interfaces=interfaces,
    )


def members_by_balancer(
    topology: Topology,
) -> tuple[tuple[LoadBalancer, tuple[PoolMembers, ...]], ...]:
    """Return the pools of every load balancer that was seen, by id.

    The API server's is left out: what is behind it is Azure's own.
    """
    return tuple(
        (each, tuple(members_of(topology, pool) for pool in each.properties.backend_address_pools))
        for each in topology.all(LoadBalancer)
        if not is_api_server(topology, each.id)
    )


def hidden_balancers(topology: Topology) -> tuple[Gap, ...]:
    """Return what may hide a load balancer, and with it pools, rules and frontends."""
    scope = topology.cluster.infrastructure_group or topology.cluster.id
    gap = topology.gap_in_list(scope, LoadBalancer)
    return () if gap is None else (gap,)


def rules_of(topology: Topology, target: ResourceId, relation: Relation) -> tuple[int, int]:
    """Count the load balancing rules and the outbound rules that refer to ``target``."""
    users = topology.referring(target, relation)
    rules = sum(_is(each, LoadBalancingRule) for each in users)
    return rules, sum(_is(each, OutboundRule) for each in users)


def _purpose(
    topology: Topology, pool: BackendAddressPool, members: tuple[Member, ...]
) -> PoolPurpose:
    """Return what a pool is for, by AKS's names and by the rules that use it.

    A service that keeps to its own nodes has a pool named after it, under several load balancers.
    Outbound rules of a load balancer that AKS did not make are the cluster's way out as far as
    they serve its nodes.
    """
    name = pool.title.lower().removesuffix(_IPV6_ENDING)
    if name == _OF_EVERY_NODE:
        return PoolPurpose.EVERY_NODE
    users = topology.referring(pool.id, Relation.BACKEND_POOL)
    if name == _OF_THE_WAY_OUT:
        return PoolPurpose.WAY_OUT
    if any(_is(each, OutboundRule) for each in users):
        is_aks_s = pool.id.parent is not None and pool.id.parent.name.lower() == _OF_EVERY_NODE
        is_of_nodes = not members or any(each.kind is MemberKind.NODE for each in members)
        return PoolPurpose.WAY_OUT if is_aks_s or is_of_nodes else PoolPurpose.OTHER
    is_of_service = any(service_base(each.name) is not None for each in users)
    return PoolPurpose.LOCAL_SERVICE if is_of_service else PoolPurpose.OTHER


def _is(resource_id: ResourceId, kind: type[LoadBalancingRule] | type[OutboundRule]) -> bool:
    return same_text(resource_id.type, kind.arm_type)


def _of_reference(topology: Topology, reference: Reference) -> Member:
    """Return the member that a NIC's configuration is."""
    name = reference.id.name
    try:
        configuration = topology.get(reference.id, IPConfiguration)
    except NotCollected as unseen:
        return Member(name=name, configuration_id=reference.id, gap=unseen.gap)
    interface = topology.holder(configuration, NetworkInterface) if configuration else None
    node = topology.node_of(interface) if interface is not None else None
    is_stranger = configuration is not None and node is None
    return Member(
        name=name,
        configuration_id=reference.id,
        configuration=configuration,
        interface=interface,
        node=node,
        gap=_hidden(topology) if is_stranger else None,
    )


def _of_address(topology: Topology, entry: BackendAddress) -> Member:
    """Return the member that an address is: its entry is named after the node."""
    address = entry.properties.ip_address
    configuration = topology.node_address(address)
    interface = topology.holder(configuration, NetworkInterface) if configuration else None
    node = topology.node_of(interface) if interface is not None else None
    return Member(
        name=entry.name,
        address=address,
        configuration=configuration,
        interface=interface,
        node=node,
        gap=_hidden(topology) if node is None else None,
    )


def _hidden(topology: Topology) -> Gap | None:
    return next(iter(topology.hidden_nodes), None)
