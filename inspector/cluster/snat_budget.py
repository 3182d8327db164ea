"""SNAT ports: what each node gets of a load balancer's addresses, now and at the scale maximum.

Source: Learn "Outbound connections" (load balancer), also for what inbound rules take away.
"""

from collections.abc import Iterable, Iterator

import msgspec

from inspector.cluster.egress import (
    Egress,
    EgressKind,
    frontend_public_ips,
    is_basic,
    translating_rules,
)
from inspector.collected import NotCollected
from inspector.network import snat
from inspector.network.addresses import parse_range
from inspector.network.pool_sizes import most_nodes_with_surge
from inspector.nodes import makes_nodes_without_pool, missing_for_nodes, pool_profiles
from inspector.resource_id import ResourceId
from inspector.resources import (
    AgentPoolProfile,
    BackendAddressPool,
    FrontendIPConfiguration,
    IPConfiguration,
    LoadBalancer,
    LoadBalancingRule,
    NetworkInterface,
    OutboundRule,
    PublicIPPrefix,
    Relation,
    same_text,
)
from inspector.snapshot import Gap
from inspector.topology import Topology


class Untold(msgspec.Struct, frozen=True, kw_only=True):
    """A number that cannot be told, and why; ``gap`` is what could not be seen for it, if any."""

    target: ResourceId
    reason: str
    gap: Gap | None = None


Number = int | Untold


class SNATBudget(msgspec.Struct, frozen=True, kw_only=True):
    """How a load balancer's SNAT ports are divided among the members of one backend pool.

    Either ``rule`` allocates ``per_node`` ports, and is then enough for ``nodes_supported`` nodes;
    or Azure divides by the number of members, and ``cut`` is the next size with fewer ports.
    Without a rule, load balancing rules translate. ``taken`` are the ports that inbound rules keep
    on the same frontends. ``node_pools`` are those with members and those without any node yet, in
    the cluster's order. ``nodes_at_maximum`` counts each of them at its largest and with the surge
    of an upgrade; ``headroom`` is how many more nodes an allocation is enough for, and below zero
    how many it lacks.
    """

    rule: OutboundRule | None
    pool: BackendAddressPool
    is_explicit: bool
    addresses: Number
    taken: int = 0
    nodes: int
    node_pools: tuple[AgentPoolProfile, ...] | Untold
    per_node: Number
    nodes_at_maximum: Number
    per_node_at_maximum: Number
    nodes_supported: Number | None = None
    headroom: Number | None = None
    cut: snat.Cut | None = None

    def ports_at(self, members: int) -> Number:
        """Return the ports of each node if there were so many."""
        return (
            self.per_node if self.is_explicit else _by_default(self.pool, members, self.addresses)
        )


def budgets_of(topology: Topology, egress: Egress) -> Iterator[SNATBudget]:
    """Yield the divisions of a way out; none where no load balancer divides any ports."""
    if egress.kind is EgressKind.OUTBOUND_RULE:
        for rule_id in egress.through:
            rule = topology.seen(rule_id, OutboundRule)
            if rule is not None:
                yield from budgets_of_rule(topology, rule)
    elif egress.kind is EgressKind.LOAD_BALANCING_RULE:
        for pool_id in egress.through:
            pool = topology.seen(pool_id, BackendAddressPool)
            if pool is not None:
                yield _automatic(topology, None, pool, _translating_addresses(topology, pool))


def budgets_of_rule(topology: Topology, rule: OutboundRule) -> Iterator[SNATBudget]:
    """Yield how an outbound rule divides ports among the members of its pool."""
    addresses = count_addresses(topology, frontend_public_ips(topology, [rule.id]))
    for pool_id in topology.linked(rule.id, Relation.BACKEND_POOL):
        pool = topology.seen(pool_id, BackendAddressPool)
        if pool is not None and rule.properties.allocated_outbound_ports:
            yield _explicit(topology, rule, pool, addresses)
        elif pool is not None:
            yield _automatic(topology, rule, pool, addresses)


def count_addresses(topology: Topology, public_ips: Iterable[ResourceId]) -> Number:
    """Return how many addresses public addresses and prefixes are.

    An address that could not be seen counts as well; a prefix that could not be makes the number
    untold.
    """
    total = 0
    for each in public_ips:
        if not same_text(each.type, PublicIPPrefix.arm_type):
            total += 1
            continue
        try:
            prefix = topology.get(each, PublicIPPrefix)
        except NotCollected as unseen:
            return _hidden(unseen.gap)
        text = prefix.properties.ip_prefix if prefix is not None else None
        try:
            total += parse_range(text).num_addresses if text is not None else 0
        except ValueError:
            return Untold(target=each, reason=f"{text!r} is no range")
    return total


def _translating_addresses(topology: Topology, pool: BackendAddressPool) -> Number:
    """Return how many addresses translate for the pool: a Basic load balancer picks one of them.

    Source: Learn, comparison of the load balancer SKUs.
    """
    if is_basic(topology.holder(pool, LoadBalancer)):
        return 1
    rules = (each.id for each in translating_rules(topology, pool.id))
    return count_addresses(topology, frontend_public_ips(topology, rules))


def _explicit(
    topology: Topology, rule: OutboundRule, pool: BackendAddressPool, addresses: Number
) -> SNATBudget:
    allocated = rule.properties.allocated_outbound_ports or 0
    node_pools = _growing_pools(topology, pool)
    most = _nodes_at_maximum(topology, node_pools)
    taken = _ports_taken(topology, rule)
    supported = (
        snat.nodes_supported(allocated, addresses, taken)
        if isinstance(addresses, int)
        else addresses
    )
    return SNATBudget(
        rule=rule,
        pool=pool,
        is_explicit=True,
        addresses=addresses,
        taken=taken,
        nodes=_members(pool),
        node_pools=node_pools,
        per_node=allocated,
        nodes_at_maximum=most,
        per_node_at_maximum=allocated,
        nodes_supported=supported,
        headroom=_difference(supported, most),
    )


def _automatic(
    topology: Topology, rule: OutboundRule | None, pool: BackendAddressPool, addresses: Number
) -> SNATBudget:
    nodes = _members(pool)
    node_pools = _growing_pools(topology, pool)
    most = _nodes_at_maximum(topology, node_pools)
    return SNATBudget(
        rule=rule,
        pool=pool,
        is_explicit=False,
        addresses=addresses,
        nodes=nodes,
        node_pools=node_pools,
        per_node=_by_default(pool, nodes, addresses),
        nodes_at_maximum=most,
        per_node_at_maximum=_by_default(pool, most, addresses),
        cut=snat.next_cut(nodes, addresses) if isinstance(addresses, int) else None,
    )


def _members(pool: BackendAddressPool) -> int:
    return len(pool.addresses or pool.properties.backend_ip_configurations)


def _ports_taken(topology: Topology, rule: OutboundRule) -> int:
    """Return the ports that load balancing and NAT rules keep on an outbound rule's frontends.

    Rules whose ports lie in the same block share it. The port of a NAT rule is not read: each
    counts for a block of its own.
    """
    blocks = 0
    for target in topology.linked(rule.id, Relation.FRONTEND):
        users = topology.referring(target, Relation.FRONTEND)
        inbound = (topology.seen(each, LoadBalancingRule) for each in users)
        ports = {each.properties.frontend_port or 0 for each in inbound if each is not None}
        blocks += len({port // snat.LISTENING_BLOCK for port in ports})
        frontend = topology.seen(target, FrontendIPConfiguration)
        if frontend is not None:
            blocks += len(frontend.properties.inbound_nat_rules)
    return blocks * snat.LISTENING_BLOCK


def _difference(whole: Number, part: Number) -> Number:
    if isinstance(whole, Untold):
        return whole
    return part if isinstance(part, Untold) else whole - part


def _by_default(pool: BackendAddressPool, members: Number, addresses: Number) -> Number:
    if isinstance(members, Untold):
        return members
    if isinstance(addresses, Untold):
        return addresses
    ports = snat.default_ports(members, addresses)
    reason = f"no source says what Azure allocates above {snat.LARGEST_DEFAULT_POOL} nodes"
    return Untold(target=pool.id, reason=reason) if ports is None else ports


def _nodes_at_maximum(
    topology: Topology, node_pools: tuple[AgentPoolProfile, ...] | Untold
) -> Number:
    """Return the most nodes that may be members of a backend pool."""
    if isinstance(node_pools, Untold):
        return node_pools
    total = 0
    for profile in node_pools:
        most = most_nodes_with_surge(profile)
        if most is None:
            target = topology.cluster.pool_id(profile.name)
            return Untold(target=target, reason="its largest number of nodes cannot be told")
        total += most
    return total


def _growing_pools(
    topology: Topology, pool: BackendAddressPool
) -> tuple[AgentPoolProfile, ...] | Untold:
    """Return the node pools whose nodes are members of a backend pool, or will be.

    A node pool scaled to zero counts: AKS adds its nodes to the same backend pools.
    """
    cluster = topology.cluster
    if makes_nodes_without_pool(topology):
        reason = "node auto-provisioning has no largest number of nodes"
        return Untold(target=cluster.id, reason=reason)
    try:
        members = _node_pools(topology, pool)
    except NotCollected as unseen:
        return _hidden(unseen.gap)
    if not members <= {each.name.lower() for each in pool_profiles(topology)}:
        return Untold(target=pool.id, reason="a member is a node of no node pool")
    populated = {(node.pool or "").lower() for node in topology.nodes}
    found = []
    for profile in pool_profiles(topology):
        name = profile.name.lower()
        if name in members or name not in populated:
            if name not in members and topology.hidden_nodes:
                return _hidden(topology.hidden_nodes[0])
            found.append(profile)
    return tuple(found)


def _node_pools(topology: Topology, pool: BackendAddressPool) -> set[str | None]:
    """Return the node pools that members of a backend pool belong to, folded.

    Raises ``NotCollected`` if a member could not be seen.
    """
    members = topology.referring(pool.id, Relation.MEMBER_OF)
    hidden = missing_for_nodes(topology) if len(members) < len(pool.addresses) else ()
    if hidden:
        raise NotCollected(hidden[0])
    found: set[str | None] = set()
    for member in members:
        configuration = topology.get(member, IPConfiguration)
        interface = topology.holder(configuration, NetworkInterface) if configuration else None
        node = topology.node_of(interface) if interface is not None else None
        if node is not None:
            found.add(node.pool.lower() if node.pool is not None else None)
    return found


def _hidden(gap: Gap) -> Untold:
    return Untold(target=gap.target, reason=f"{gap.target.name} could not be seen", gap=gap)
