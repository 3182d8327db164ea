"""How many addresses nodes and pods need, now and when the pools grow, and how many nodes fit.

Sources: AKS "concepts-network-ip-address-planning" for the node subnet, its worked example and the
/24 each node of an overlay gets; "configure-kubenet" for the same slice under kubenet and the
examples of a /27 and a /24; "concepts-network-azure-cni-pod-subnet" and
"configure-azure-cni-static-block-allocation" for pod subnets; "upgrade-aks-node-pools-rolling" for
pools that surge together.

All figures are of IPv4. An IPv6 subnet is a /64 and never short, and how much of an IPv6 pod CIDR
a node gets is not documented. What else takes addresses of a subnet is the caller's to add:
frontends of internal load balancers, private endpoints, devices of others.
"""

from collections.abc import Iterable
from ipaddress import IPv4Network
from typing import Final, assert_never

import msgspec

from inspector.network.addresses import AZURE_RESERVED, parse_range
from inspector.network.models import NetworkModel
from inspector.network.pool_sizes import most_nodes, surge_at
from inspector.resources import AgentPoolProfile

NODE_POD_PREFIX_LENGTH: Final = 24
"""The slice of the pod CIDR that a node gets: fixed for Overlay, the default of kubenet."""

POD_BATCH: Final = 16
"""The addresses a node takes of a pod subnet at a time, and those of a static block, a /28."""

SMALLEST_SUBNET: Final = 29
LARGEST_SUBNET: Final = 2
"""The prefix lengths that a subnet may have (Learn: VNet FAQ)."""

_IPV4_BITS: Final = 32


class NodeAddresses(msgspec.Struct, frozen=True, kw_only=True):
    """The addresses one node takes of each subnet; ``None`` where that cannot be told.

    ``pod_subnet_floor`` is what every node takes of its pod subnet at least, ``pod_subnet`` what it
    takes when it is full of pods. Both are 0 for a model without pod subnet.
    """

    node_subnet: int | None
    pod_subnet_floor: int | None = 0
    pod_subnet: int | None = 0


class SurgeNeed(msgspec.Struct, frozen=True, kw_only=True):
    """A need while pools upgrade; ``None`` where it cannot be told.

    ``optimistic`` has one pool upgrade at a time, the one that takes most. ``documented`` has all
    of them upgrade together, as the documentation's example of the quota does.
    """

    optimistic: int | None
    documented: int | None


class Needs(msgspec.Struct, frozen=True, kw_only=True):
    """What pools need in four situations; ``None`` where it cannot be told.

    ``now`` is for the nodes there are, ``at_most`` for the autoscaler's maximum; each comes without
    and with the nodes of an upgrade.
    """

    now: int | None
    now_with_surge: SurgeNeed
    at_most: int | None
    at_most_with_surge: SurgeNeed


def addresses_per_node(model: NetworkModel, max_pods: int | None) -> NodeAddresses:
    """Return what a node takes of its subnets, for planning, by model and declared ``maxPods``.

    With a node subnet that is one address and one for each pod. Nodes of today take a little less,
    as pods on the host's network need none: the documentation still plans with all of them. A CNI
    of your own may give pods addresses of the node subnet; these are not counted.
    """
    match model:
        case NetworkModel.KUBENET | NetworkModel.CNI_OVERLAY | NetworkModel.BYO_CNI:
            return NodeAddresses(node_subnet=1)
        case NetworkModel.CNI_NODE_SUBNET:
            return NodeAddresses(node_subnet=None if max_pods is None else 1 + max_pods)
        case NetworkModel.CNI_POD_SUBNET_DYNAMIC:
            full = None if max_pods is None else _batches(max_pods)
            return NodeAddresses(node_subnet=1, pod_subnet_floor=POD_BATCH, pod_subnet=full)
        case NetworkModel.CNI_POD_SUBNET_STATIC:
            blocks = None if max_pods is None else _batches(max_pods + 1)
            return NodeAddresses(node_subnet=1, pod_subnet_floor=blocks, pod_subnet=blocks)
        case NetworkModel.UNRECOGNISED:
            return NodeAddresses(node_subnet=None, pod_subnet_floor=None, pod_subnet=None)
    assert_never(model)


def _batches(addresses: int) -> int:
    """Return the addresses of the fewest batches that hold so many, at least one batch."""
    return POD_BATCH * max(1, -(-addresses // POD_BATCH))


def needs(pools: Iterable[tuple[AgentPoolProfile, int | None]]) -> Needs:
    """Return what pools need together, each given with what one of its nodes takes.

    That is addresses of one subnet for the pools in it, or 1 to count nodes or slices of the pod
    CIDR.
    """
    pairs = tuple(pools)
    now = [(pool.node_count, surge_at(pool, pool.node_count), each) for pool, each in pairs]
    most = [(most_nodes(pool), surge_at(pool, most_nodes(pool)), each) for pool, each in pairs]
    return Needs(
        now=_total(_times(nodes, each) for nodes, _, each in now),
        now_with_surge=_with_surge(now),
        at_most=_total(_times(nodes, each) for nodes, _, each in most),
        at_most_with_surge=_with_surge(most),
    )


def _with_surge(pools: list[tuple[int | None, int | None, int | None]]) -> SurgeNeed:
    """Return the need of pools given by nodes, surge and what a node takes."""
    nodes = _total(_times(nodes, each) for nodes, _, each in pools)
    surges = [_times(surge, each) for _, surge, each in pools]
    together = _total(surges)
    if nodes is None or together is None:
        return SurgeNeed(optimistic=None, documented=None)
    largest = max((surge for surge in surges if surge is not None), default=0)
    return SurgeNeed(optimistic=nodes + largest, documented=nodes + together)


def _times(nodes: int | None, each: int | None) -> int | None:
    return None if nodes is None or each is None else nodes * each


def _total(needs_of_pools: Iterable[int | None]) -> int | None:
    total = 0
    for need in needs_of_pools:
        if need is None:
            return None
        total += need
    return total


def pod_cidr_slots(
    pod_cidrs: Iterable[str], node_prefix_length: int = NODE_POD_PREFIX_LENGTH
) -> int | None:
    """Return how many nodes the IPv4 pod CIDRs have a slice for; ``None`` without an IPv4 one.

    A range smaller than a slice has none. Raises ``ValueError`` naming a text that is no range.
    """
    ranges = [each for each in map(parse_range, pod_cidrs) if isinstance(each, IPv4Network)]
    if not ranges:
        return None
    longer = [node_prefix_length - each.prefixlen for each in ranges]
    return sum(1 << bits for bits in longer if bits >= 0)


def nodes_that_fit(free: int | None, per_node: int | None) -> int | None:
    """Return how many nodes more the free addresses are enough for; ``None`` if not known.

    ``per_node`` is above zero.
    """
    return None if free is None or per_node is None else free // per_node


def smallest_prefix(addresses: int) -> int | None:
    """Return the length of the longest prefix of a subnet that can give out so many addresses.

    The five that Azure keeps come on top. ``None`` if no subnet is large enough.
    """
    length = _IPV4_BITS - (max(addresses, 0) + AZURE_RESERVED - 1).bit_length()
    return min(length, SMALLEST_SUBNET) if length >= LARGEST_SUBNET else None
