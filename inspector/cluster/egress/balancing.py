"""Ways out through a load balancer: an outbound rule's, or a load balancing rule's by the way."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

from inspector.cluster.egress.kinds import Egress, EgressKind
from inspector.network.spaces import Family
from inspector.resource_id import ResourceId
from inspector.resources import (
    LoadBalancer,
    LoadBalancingRule,
    NATGateway,
    OutboundRule,
    Relation,
    same_text,
)
from inspector.topology import Topology

R = TypeVar("R", OutboundRule, LoadBalancingRule)


def by_outbound_rules(topology: Topology, pools: Iterable[ResourceId]) -> Egress | None:
    """Return the way out of a member of the backend pools, if an outbound rule gives it one."""
    found = {rule.id: rule for pool in pools for rule in _rules(topology, pool, OutboundRule)}
    if not found:
        return None
    rules = [found[each] for each in sorted(found)]
    has_address = frontend_public_ips(topology, [each.id for each in rules])
    lack = "" if has_address else ", which has no public address"
    return Egress(
        kind=EgressKind.OUTBOUND_RULE,
        words=", ".join(_words(topology, each) for each in rules) + lack,
        through=tuple(each.id for each in rules),
    )


def _words(topology: Topology, rule: OutboundRule) -> str:
    protocol = rule.properties.protocol
    limit = "" if protocol is None or same_text(protocol, "All") else f" for {protocol}"
    balancer = topology.holder(rule, LoadBalancer)
    place = f" of load balancer {balancer.title}" if balancer is not None else ""
    return f"outbound rule {rule.title}{limit}{place}"


def by_translating_rules(topology: Topology, pools: Iterable[ResourceId]) -> Egress | None:
    """Return the way out of a member of the backend pools, if load balancing rules translate."""
    through = tuple(pool for pool in pools if translating_rules(topology, pool))
    if not through:
        return None
    balancers = filter(None, (balancer_of(topology, pool) for pool in through))
    names = ", ".join(dict.fromkeys(each.title for each in balancers))
    words = f"load balancing rules of load balancer {names}, which translate outbound as well"
    return Egress(kind=EgressKind.LOAD_BALANCING_RULE, words=words, through=through)


def translating_rules(topology: Topology, pool: ResourceId) -> tuple[LoadBalancingRule, ...]:
    """Return the load balancing rules by which a backend pool's members leave unasked.

    They are those of public frontends: all of a Basic load balancer's, else those that do not
    disable outbound SNAT.
    """
    is_of_basic = is_basic(balancer_of(topology, pool))
    return tuple(
        rule
        for rule in _rules(topology, pool, LoadBalancingRule)
        if is_of_basic or rule.properties.disable_outbound_snat is not True
        if frontend_public_ips(topology, [rule.id])
    )


def balancer_of(topology: Topology, pool: ResourceId) -> LoadBalancer | None:
    """Return the load balancer of a backend pool, if it was collected."""
    return topology.seen(pool.parent, LoadBalancer) if pool.parent is not None else None


def is_basic(balancer: LoadBalancer | None) -> bool:
    """Whether it is a Basic load balancer; documents from before there were SKUs say nothing."""
    return balancer is not None and same_text(balancer.sku.name or "Basic", "Basic")


def public_ips_of(topology: Topology, egress: Egress, family: Family) -> tuple[ResourceId, ...]:
    """Return the public addresses and prefixes of what a way out goes through."""
    match egress.kind:
        case EgressKind.NAT_GATEWAY:
            return tuple(_of_nat_gateways(topology, egress, family))
        case EgressKind.OUTBOUND_RULE:
            return frontend_public_ips(topology, egress.through)
        case EgressKind.LOAD_BALANCING_RULE:
            rules = (
                rule.id for pool in egress.through for rule in translating_rules(topology, pool)
            )
            return frontend_public_ips(topology, rules)
        case _:
            return ()


def frontend_public_ips(topology: Topology, rules: Iterable[ResourceId]) -> tuple[ResourceId, ...]:
    """Return the public addresses and prefixes of the rules' frontends, each once."""
    frontends = (each for rule in rules for each in topology.linked(rule, Relation.FRONTEND))
    return _public_ips(topology, frontends)


def _of_nat_gateways(topology: Topology, egress: Egress, family: Family) -> Iterator[ResourceId]:
    """Yield the addresses of a family: a gateway keeps the IPv6 ones in fields of their own."""
    for each in egress.through:
        gateway = topology.seen(each, NATGateway)
        if gateway is not None:
            properties = gateway.properties
            if family is Family.IPV6:
                found = (*properties.public_ip_addresses_v6, *properties.public_ip_prefixes_v6)
            else:
                found = (*properties.public_ip_addresses, *properties.public_ip_prefixes)
            yield from (reference.id for reference in found)


def _public_ips(topology: Topology, holders: Iterable[ResourceId]) -> tuple[ResourceId, ...]:
    return tuple(
        dict.fromkeys(
            target
            for holder in dict.fromkeys(holders)
            for relation in (Relation.PUBLIC_IP, Relation.PUBLIC_IP_PREFIX)
            for target in topology.linked(holder, relation)
        )
    )


def _rules(topology: Topology, pool: ResourceId, kind: type[R]) -> Iterator[R]:
    for rule_id in topology.referring(pool, Relation.BACKEND_POOL):
        rule = topology.seen(rule_id, kind)
        if rule is not None:
            yield rule
