"""Which nodes the backend pools lack, and which they hold against a label.

Sources: cloud-provider-azure, ``azure_vmss.go`` and ``azure_standard.go`` for who is left out;
karpenter-provider-azure, issue 1901: the label is about the pools called ``kubernetes`` alone; AKS
"use-multiple-standard-load-balancer": the way out stays with the first load balancer.
"""

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

import msgspec

from inspector.cluster.egress import primary_interface
from inspector.cluster.pool_members import (
    MemberKind,
    PoolMembers,
    PoolPurpose,
    hidden_balancers,
    members_by_balancer,
    rules_of,
)
from inspector.network.models import is_gateway
from inspector.nodes import Node, pool_profiles
from inspector.resource_id import ResourceId
from inspector.resources import (
    AgentPoolProfile,
    BackendAddressPool,
    LoadBalancer,
    Relation,
    same_text,
)
from inspector.topology import Topology

EXCLUDING_LABEL: Final = "node.kubernetes.io/exclude-from-external-load-balancers"
"""A node with this label, whatever its value, is kept out of the pools of services."""

_INTERNAL: Final = "-internal"


class Lack(msgspec.Struct, frozen=True, kw_only=True):
    """Nodes that backend pools should hold and do not.

    ``balancer`` is ``None`` for nodes that none of several load balancers holds. ``wanted`` is
    how many nodes the pools should hold.
    """

    balancer: LoadBalancer | None
    pools: tuple[BackendAddressPool, ...]
    nodes: tuple[Node, ...]
    wanted: int
    is_way_out: bool


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """Nodes that a backend pool holds although their node pool has the excluding label."""

    balancer: LoadBalancer
    pool: BackendAddressPool
    nodes: tuple[Node, ...]


class Coverage(msgspec.Struct, frozen=True, kw_only=True):
    """What is amiss between the nodes and the backend pools of services and of the way out."""

    lacks: tuple[Lack, ...]
    kept: tuple[Kept, ...]


class _Placed(NamedTuple):
    """A backend pool in its load balancer."""

    balancer: LoadBalancer
    found: PoolMembers
    rules: int
    outbound_rules: int

    @property
    def held(self) -> dict[ResourceId, Node]:
        nodes = (each.node for each in self.found.members)
        return {node.id: node for node in nodes if node is not None}

    @property
    def is_whole(self) -> bool:
        """Whether every entry was seen, so that a node that is not there is in none of them."""
        return all(each.kind is not MemberKind.HIDDEN for each in self.found.members)

    @property
    def configuration(self) -> str:
        """The name that a public and an internal load balancer share."""
        return self.balancer.title.lower().removesuffix(_INTERNAL)

    @property
    def is_internal(self) -> bool:
        return self.balancer.title.lower().endswith(_INTERNAL)


def coverage(topology: Topology) -> Coverage:
    """Return the nodes that pools in use lack, and those they hold against a label.

    No pool lacks anything if it has an entry that was not seen, and none does while a load
    balancer may be hidden. Empty pools are another matter, and not among them.
    """
    placed = tuple(_placed(topology))
    lacks: list[Lack] = []
    for is_ipv6 in (False, True) if not hidden_balancers(topology) else ():
        here = [each for each in placed if each.found.is_ipv6 is is_ipv6]
        lacks += _of_way_out(topology, here, is_ipv6=is_ipv6)
        lacks += _of_services(topology, here, is_ipv6=is_ipv6)
    return Coverage(lacks=tuple(lacks), kept=tuple(_kept(topology, placed)))


def _kept(topology: Topology, placed: Iterable[_Placed]) -> Iterator[Kept]:
    labelled = {each.name.lower() for each in pool_profiles(topology) if _is_labelled(each)}
    for each in placed:
        if labelled and each.rules and each.found.purpose is PoolPurpose.EVERY_NODE:
            held = each.held.values()
            nodes = tuple(node for node in held if (node.pool or "").lower() in labelled)
            if nodes:
                yield Kept(balancer=each.balancer, pool=each.found.pool, nodes=nodes)


def wanted_nodes(
    topology: Topology, purpose: PoolPurpose, *, is_ipv6: bool = False
) -> dict[ResourceId, Node]:
    """Return the nodes that a pool of the purpose should hold, by id.

    A node counts if its primary interface was seen and has the address family. One whose node
    pool is not known does not count where a node pool is left out, for it may be that one's.
    """
    left_out = {
        each.name.lower()
        for each in pool_profiles(topology)
        if _is_left_out(each, purpose, is_ipv6=is_ipv6)
    }
    is_unsure = bool(left_out and topology.hidden_nodes)
    return {
        node.id: node
        for node in topology.nodes
        if (node.pool or "").lower() not in left_out
        and not (is_unsure and node.pool is None)
        and _has_family(node, is_ipv6=is_ipv6)
    }


def _has_family(node: Node, *, is_ipv6: bool) -> bool:
    interface = primary_interface(node)
    configurations = interface.properties.ip_configurations if interface is not None else ()
    return any(each.is_ipv6 is is_ipv6 for each in configurations)


def _is_left_out(profile: AgentPoolProfile, purpose: PoolPurpose, *, is_ipv6: bool) -> bool:
    """Whether the nodes of a node pool need not be in a backend pool.

    The machines of a gateway pool have an internal load balancer of their own, and an interface
    is in one of these at most. A pool that scales down by stopping machines has some that are not
    running. Windows pools of before there were SKUs are of 2019.
    """
    is_windows = same_text(profile.os_type, "Windows")
    if is_ipv6 and is_windows and same_text(profile.os_sku or "Windows2019", "Windows2019"):
        return True
    may_be_stopped = same_text(profile.scale_down_mode, "Deallocate")
    may_be_out = is_gateway(profile) or may_be_stopped or _is_labelled(profile)
    return purpose is PoolPurpose.EVERY_NODE and may_be_out


def _is_labelled(profile: AgentPoolProfile) -> bool:
    return any(same_text(each, EXCLUDING_LABEL) for each in profile.node_labels)


def _placed(topology: Topology) -> Iterator[_Placed]:
    for balancer, pools in topology.once(members_by_balancer):
        for found in pools:
            rules, outbound = rules_of(topology, found.pool.id, Relation.BACKEND_POOL)
            yield _Placed(balancer, found, rules, outbound)


def _of_way_out(topology: Topology, here: list[_Placed], *, is_ipv6: bool) -> Iterator[Lack]:
    used = (each for each in here if each.outbound_rules)
    placed = [each for each in used if each.found.purpose is PoolPurpose.WAY_OUT]
    if placed and all(each.found.members and each.is_whole for each in placed):
        wanted = wanted_nodes(topology, PoolPurpose.WAY_OUT, is_ipv6=is_ipv6)
        yield from _lack(placed[0].balancer, placed, wanted, is_way_out=True)


def _of_services(topology: Topology, here: list[_Placed], *, is_ipv6: bool) -> Iterator[Lack]:
    placed = [each for each in here if each.found.purpose is PoolPurpose.EVERY_NODE]
    wanted = wanted_nodes(topology, PoolPurpose.EVERY_NODE, is_ipv6=is_ipv6)
    if len({each.configuration for each in placed}) > 1:
        yield from _of_several(placed, wanted)
        return
    for each in placed:
        if each.rules and each.found.members and each.is_whole:
            yield from _lack(each.balancer, [each], wanted)


def _of_several(placed: list[_Placed], wanted: dict[ResourceId, Node]) -> Iterator[Lack]:
    """Yield what several load balancers lack together, and an internal one beside its public."""
    is_known = all(each.is_whole and each.found.members for each in placed)
    if is_known and any(each.rules for each in placed):
        yield from _lack(None, placed, wanted)
    public = {each.configuration: each for each in placed if not each.is_internal}
    for each in placed:
        partner = public.get(each.configuration) if each.is_internal else None
        if partner is not None and each.rules and each.is_whole and each.found.members:
            own = {key: node for key, node in partner.held.items() if key in wanted}
            yield from _lack(each.balancer, [each], own)


def _lack(
    balancer: LoadBalancer | None,
    placed: Iterable[_Placed],
    wanted: dict[ResourceId, Node],
    *,
    is_way_out: bool = False,
) -> Iterator[Lack]:
    held = {key for each in placed for key in each.held}
    nodes = tuple(node for key, node in wanted.items() if key not in held)
    if nodes:
        pools = tuple(each.found.pool for each in placed)
        yield Lack(
            balancer=balancer,
            pools=pools,
            nodes=nodes,
            wanted=len(wanted),
            is_way_out=is_way_out,
        )
