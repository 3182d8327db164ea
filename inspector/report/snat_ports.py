"""SNAT ports: what each node gets of a load balancer's addresses, now and at the scale maximum."""

from collections.abc import Iterable, Iterator

from inspector.collected import NotCollected
from inspector.egress import Egress, EgressKind, frontend_public_ips, is_basic, translating_rules
from inspector.network import snat
from inspector.network.addresses import parse_range
from inspector.network.pool_sizes import most_nodes_with_surge
from inspector.nodes import missing_for_nodes, pool_profiles
from inspector.report.addresses import public_address
from inspector.report.answer import Unknown, View, unknown_of
from inspector.resource_id import ResourceId
from inspector.resources import (
    BackendAddressPool,
    IPConfiguration,
    LoadBalancer,
    NetworkInterface,
    OutboundRule,
    PublicIPPrefix,
    Relation,
    same_text,
)
from inspector.topology import Topology

Number = int | Unknown


class SNATPorts(View, frozen=True):
    """How a load balancer's SNAT ports are divided among the members of one backend pool.

    Either the rule allocates ``per_node`` ports, and is then enough for ``nodes_supported`` nodes;
    or Azure divides by the number of members, and from ``fewer_from`` members on each gets
    ``fewer``. ``nodes_at_maximum`` counts the node pools with members and those without any node
    yet, each at its largest and with the surge of an upgrade; ``headroom`` is how many more nodes
    an allocation is enough for, and below zero how many it lacks.
    """

    is_explicit: bool
    addresses: Number
    nodes: int
    per_node: Number
    nodes_at_maximum: Number
    per_node_at_maximum: Number
    nodes_supported: Number | None = None
    headroom: Number | None = None
    fewer_from: int | None = None
    fewer: int | None = None


def snat_ports(topology: Topology, egress: Egress) -> SNATPorts | None:
    """Return the SNAT ports of a way out; ``None`` where no load balancer divides any.

    Of several rules it is the one that gives a node the fewest.
    """
    found = tuple(_divisions(topology, egress))
    return min(found, key=_fewest) if found else None


def _fewest(ports: SNATPorts) -> int:
    return ports.per_node if isinstance(ports.per_node, int) else 0


def _divisions(topology: Topology, egress: Egress) -> Iterator[SNATPorts]:
    if egress.kind is EgressKind.OUTBOUND_RULE:
        for rule_id in egress.through:
            rule = topology.seen(rule_id, OutboundRule)
            for pool_id in topology.linked(rule_id, Relation.BACKEND_POOL):
                pool = topology.seen(pool_id, BackendAddressPool)
                if rule is not None and pool is not None:
                    addresses = count_addresses(topology, frontend_public_ips(topology, [rule_id]))
                    allocated = rule.properties.allocated_outbound_ports or 0
                    yield _divided(topology, pool, addresses, allocated)
    elif egress.kind is EgressKind.LOAD_BALANCING_RULE:
        for pool_id in egress.through:
            pool = topology.seen(pool_id, BackendAddressPool)
            if pool is not None:
                yield _divided(topology, pool, _translating_addresses(topology, pool), 0)


def _translating_addresses(topology: Topology, pool: BackendAddressPool) -> Number:
    """Return how many addresses translate for the pool: a Basic load balancer picks one of them.

    Source: Learn, comparison of the load balancer SKUs.
    """
    if is_basic(topology.holder(pool, LoadBalancer)):
        return 1
    rules = (each.id for each in translating_rules(topology, pool.id))
    return count_addresses(topology, frontend_public_ips(topology, rules))


def _divided(
    topology: Topology, pool: BackendAddressPool, addresses: Number, allocated: int
) -> SNATPorts:
    nodes = len(pool.addresses or pool.properties.backend_ip_configurations)
    most = _nodes_at_maximum(topology, pool)
    if allocated:
        supported = (
            snat.nodes_supported(allocated, addresses) if isinstance(addresses, int) else addresses
        )
        return SNATPorts(
            is_explicit=True,
            addresses=addresses,
            nodes=nodes,
            per_node=allocated,
            nodes_at_maximum=most,
            per_node_at_maximum=allocated,
            nodes_supported=supported,
            headroom=_difference(supported, most),
        )
    cut = snat.next_cut(nodes, addresses) if isinstance(addresses, int) else None
    return SNATPorts(
        is_explicit=False,
        addresses=addresses,
        nodes=nodes,
        per_node=_by_default(pool, nodes, addresses),
        nodes_at_maximum=most,
        per_node_at_maximum=_by_default(pool, most, addresses),
        fewer_from=cut.members if cut is not None else None,
        fewer=cut.ports if cut is not None else None,
    )


def _difference(whole: Number, part: Number) -> Number:
    if isinstance(whole, Unknown):
        return whole
    return part if isinstance(part, Unknown) else whole - part


def _by_default(pool: BackendAddressPool, members: Number, addresses: Number) -> Number:
    if isinstance(members, Unknown):
        return members
    if isinstance(addresses, Unknown):
        return addresses
    ports = snat.default_ports(members, addresses)
    reason = f"no source says what Azure allocates above {snat.LARGEST_DEFAULT_POOL} nodes"
    return _untold(pool.id, reason) if ports is None else ports


def _nodes_at_maximum(topology: Topology, pool: BackendAddressPool) -> Number:
    """Return the most nodes that may be members of a backend pool.

    A node pool scaled to zero counts: AKS adds its nodes to the same backend pools.
    """
    mode = topology.cluster.properties.node_provisioning_profile.mode
    if same_text(mode, "Auto"):
        return _untold(topology.cluster.id, "node auto-provisioning has no largest number of nodes")
    try:
        members = _node_pools(topology, pool)
    except NotCollected as unseen:
        return unknown_of(unseen.gap)
    if not members <= {each.name.lower() for each in pool_profiles(topology)}:
        return _untold(pool.id, "a member is a node of no node pool")
    populated = {(node.pool or "").lower() for node in topology.nodes}
    total = 0
    for profile in pool_profiles(topology):
        name = profile.name.lower()
        if name in members or name not in populated:
            most = most_nodes_with_surge(profile)
            if most is None:
                target = topology.cluster.pool_id(profile.name)
                return _untold(target, "its largest number of nodes cannot be told")
            total += most
    return total


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


def _untold(target: ResourceId, reason: str) -> Unknown:
    return Unknown(unknown=str(target), reason=reason, action="none")


def count_addresses(topology: Topology, public_ips: Iterable[ResourceId]) -> Number:
    """Return how many addresses public addresses and prefixes are.

    An address that could not be seen counts as well; a prefix that could not be makes the number
    unknown.
    """
    total = 0
    for each in public_ips:
        if each.type.lower() != PublicIPPrefix.arm_type.lower():
            total += 1
            continue
        found = public_address(topology, each)
        if isinstance(found, Unknown):
            return found
        try:
            total += parse_range(found).num_addresses if found is not None else 0
        except ValueError:
            return _untold(each, f"{found!r} is no range")
    return total
