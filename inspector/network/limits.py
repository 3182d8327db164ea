"""Azure's and AKS's limits, and which of them a cluster's nodes meet first.

Each figure stands with the page it is from: "AKS" and "Learn" are Microsoft's documentation, by
the name of the page.
"""

from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from typing import Final

import msgspec

from inspector.network.address_needs import NODE_POD_PREFIX_LENGTH, pod_cidr_slots
from inspector.network.models import NetworkModel, network_model
from inspector.resources import AgentPoolProfile, NetworkProfile, same_text

KUBENET_NODES: Final = 400
"""A route table holds 400 routes and each node needs one (AKS: configure-kubenet)."""

KUBENET_NODES_DUAL_STACK: Final = 200
"""Each node needs a route for each family (AKS release notes of 2023-06-25 and 2023-09-10)."""

ROUTES_PER_TABLE: Final = 400
"""User-defined routes per route table (Learn: azure-virtual-network-limits)."""

NODES_PER_CLUSTER: Final = 5_000
"""With scale sets and a Standard load balancer; there, no node is left to upgrade with (AKS:
quotas-skus-regions, best-practices-performance-scale-large)."""

NODES_PER_POOL: Final = 1_000
"""Nodes of a pool in a scale set (AKS: quotas-skus-regions), the surge of an upgrade included (AKS:
upgrade-aks-node-pools-rolling)."""

NODES_WITH_BASIC: Final = 100
"""With availability sets or a Basic load balancer (AKS: quotas-skus-regions)."""

NODES_WITH_NETWORK_POLICY_MANAGER: Final = 250
"""Azure's own policy engine does not scale further (AKS: use-network-policies)."""

PRIVATE_ADDRESSES_PER_NETWORK: Final = 65_536
"""Private addresses of a virtual network (Learn: azure-virtual-network-limits); a static block of a
node counts as one (AKS: REST API, podIPAllocationMode)."""

RULES_PER_INTERFACE: Final = 300
"""Load-balancing rules that lead to one interface (AKS: use-multiple-standard-load-balancer)."""

PRIVATE_LINK_SERVICES: Final = 8
"""Private link services per load balancer (AKS: use-multiple-standard-load-balancer)."""

RULES_PER_LOAD_BALANCER: Final = 1_500
"""Rules of a Standard load balancer, NAT rules among them (Learn: load balancer limits)."""

SERVICES_PER_CLUSTER: Final = 300
"""Services of type LoadBalancer with a Standard load balancer (AKS: quotas-skus-regions)."""

BACKEND_CONFIGURATIONS_PER_FRONTEND: Final = 10_000
"""Ports of a frontend address times the nodes behind it (AKS:
best-practices-performance-scale-large)."""

SECURITY_RULES_PER_GROUP: Final = 1_000
"""Rules of a network security group (Learn: azure-virtual-network-limits)."""

SECURITY_RULE_ADDRESSES_PER_SIDE: Final = 4_000
"""Addresses and ranges that a security group names as sources, and as many as destinations
(Learn: azure-virtual-network-limits)."""

AUTHORIZED_RANGES: Final = 200
"""Ranges that may reach the API server (AKS: api-server-authorized-ip-ranges)."""

AUTHORIZED_RANGES_WITH_VNET_INTEGRATION: Final = 2_000
"""The same for an API server in the virtual network (AKS: api-server-authorized-ip-ranges)."""


class CeilingKind(StrEnum):
    """What may allow no more nodes."""

    CLUSTER = "cluster"
    BALANCER = "load balancer"
    KUBENET = "kubenet"
    ROUTE_TABLE = "route table"
    POD_CIDR = "pod CIDR"
    POLICY = "network policy"
    SCALE_SET = "scale set"
    NODE_SUBNET = "node subnet"
    POD_SUBNET = "pod subnet"


class NodeCeiling(msgspec.Struct, frozen=True, kw_only=True):
    """The most nodes something allows; ``None`` where that cannot be told.

    ``reason`` is what allows no more, in words; ``source`` the page that says so.
    """

    kind: CeilingKind
    nodes: int | None
    reason: str
    source: str


class PoolCeiling(msgspec.Struct, frozen=True, kw_only=True):
    """A ceiling of one pool alone: a further pool lifts it."""

    pool: str
    ceiling: NodeCeiling


class NodeCeilings(msgspec.Struct, frozen=True, kw_only=True):
    """The ceilings of a cluster, lowest first and those that cannot be told last, and of its pools.

    All of them count the nodes of an upgrade too.
    """

    cluster: tuple[NodeCeiling, ...]
    pools: tuple[PoolCeiling, ...]

    @property
    def binding(self) -> NodeCeiling:
        """The lowest ceiling of the cluster; one that cannot be told may be lower still."""
        return self.cluster[0]

    @property
    def is_complete(self) -> bool:
        """Whether every ceiling of the cluster is known."""
        return all(each.nodes is not None for each in self.cluster)


def node_ceilings(
    profile: NetworkProfile,
    pools: Sequence[AgentPoolProfile],
    *,
    pod_cidrs: Iterable[str],
    other_routes: int | None,
    node_prefix_length: int = NODE_POD_PREFIX_LENGTH,
) -> NodeCeilings:
    """Return the ceilings that apply to a cluster's nodes.

    ``other_routes`` are the routes in the table of a kubenet cluster that are not its nodes',
    ``None`` where the table could not be read. ``node_prefix_length`` is that of a node's slice
    of the pod CIDR. Raises ``ValueError`` naming a pod CIDR that is no range.
    """
    model = network_model(profile, pools)
    found = [_of_cluster(profile, pools)]
    if model is NetworkModel.KUBENET:
        found += _of_kubenet(other_routes, is_dual_stack=profile.is_dual_stack)
    if model in {NetworkModel.KUBENET, NetworkModel.CNI_OVERLAY}:
        found.append(_of_pod_cidr(tuple(pod_cidrs), node_prefix_length))
    if same_text(profile.network_policy, "azure") and not _is_cilium(profile):
        found.append(
            NodeCeiling(
                kind=CeilingKind.POLICY,
                nodes=NODES_WITH_NETWORK_POLICY_MANAGER,
                reason="Azure Network Policy Manager",
                source="AKS: use-network-policies",
            )
        )
    found.sort(key=lambda each: (each.nodes is None, each.nodes or 0))
    return NodeCeilings(cluster=tuple(found), pools=tuple(_of_pools(pools)))


def _of_cluster(profile: NetworkProfile, pools: Sequence[AgentPoolProfile]) -> NodeCeiling:
    if any(same_text(pool.type, "AvailabilitySet") for pool in pools):
        return _quota(CeilingKind.BALANCER, NODES_WITH_BASIC, "availability sets")
    # Profiles from before there was a choice have no SKU: their load balancer is a Basic one.
    if same_text(profile.load_balancer_sku or "Basic", "Basic"):
        return _quota(CeilingKind.BALANCER, NODES_WITH_BASIC, "Basic load balancer")
    return _quota(CeilingKind.CLUSTER, NODES_PER_CLUSTER, "one AKS cluster")


def _quota(kind: CeilingKind, nodes: int, reason: str) -> NodeCeiling:
    return NodeCeiling(kind=kind, nodes=nodes, reason=reason, source="AKS: quotas-skus-regions")


def _of_kubenet(other_routes: int | None, *, is_dual_stack: bool) -> Iterator[NodeCeiling]:
    yield NodeCeiling(
        kind=CeilingKind.KUBENET,
        nodes=KUBENET_NODES_DUAL_STACK if is_dual_stack else KUBENET_NODES,
        reason="kubenet, dual stack" if is_dual_stack else "kubenet",
        source="AKS: release notes of 2023-06-25" if is_dual_stack else "AKS: configure-kubenet",
    )
    routes_per_node = 2 if is_dual_stack else 1
    room = None if other_routes is None else max(0, ROUTES_PER_TABLE - other_routes)
    yield NodeCeiling(
        kind=CeilingKind.ROUTE_TABLE,
        nodes=None if room is None else room // routes_per_node,
        reason=f"route table of {ROUTES_PER_TABLE} routes"
        + (f", {other_routes} of them not for nodes" if other_routes else ""),
        source="Learn: azure-virtual-network-limits",
    )


def _of_pod_cidr(pod_cidrs: tuple[str, ...], node_prefix_length: int) -> NodeCeiling:
    return NodeCeiling(
        kind=CeilingKind.POD_CIDR,
        nodes=pod_cidr_slots(pod_cidrs, node_prefix_length),
        reason=f"pod CIDR {', '.join(pod_cidrs) or 'not told'}, a /{node_prefix_length} per node",
        source="AKS: concepts-network-ip-address-planning",
    )


def _of_pools(pools: Iterable[AgentPoolProfile]) -> Iterator[PoolCeiling]:
    for pool in pools:
        if same_text(pool.type, "VirtualMachineScaleSets"):
            ceiling = _quota(CeilingKind.SCALE_SET, NODES_PER_POOL, "one scale set")
            yield PoolCeiling(pool=pool.name, ceiling=ceiling)


def _is_cilium(profile: NetworkProfile) -> bool:
    """Whether Cilium enforces policies, whatever engine an older profile still names."""
    return same_text(profile.network_dataplane, "cilium")
