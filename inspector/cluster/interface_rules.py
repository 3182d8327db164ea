"""How many load balancing rules lead to each network interface."""

import msgspec

from inspector.cluster.pool_members import Member, members_by_balancer
from inspector.resource_id import ResourceId
from inspector.resources import LoadBalancingRule, Relation
from inspector.snapshot import Gap
from inspector.topology import Topology


class Load(msgspec.Struct, frozen=True):
    """The rules that lead to some interfaces, those that are in the same backend pools."""

    rules: tuple[LoadBalancingRule, ...]
    members: tuple[Member, ...]


class Loads(msgspec.Struct, frozen=True):
    """All interfaces behind rules; ``missing`` may hide that two addresses are of one interface."""

    every: tuple[Load, ...]
    missing: tuple[Gap, ...]


def interface_loads(topology: Topology) -> Loads:
    """Return the rules of interfaces by backend pools: interfaces are many, their sets few."""
    rules: dict[ResourceId, tuple[LoadBalancingRule, ...]] = {}
    pools: dict[ResourceId | str, list[ResourceId]] = {}
    members: dict[ResourceId | str, Member] = {}
    missing: dict[Gap, None] = {}
    for _, held in topology.once(members_by_balancer):
        for pool in held:
            rules[pool.pool.id] = _rules_to(topology, pool.pool.id)
            for member in pool.members if rules[pool.pool.id] else ():
                if member.address is not None and member.gap is not None:
                    missing[member.gap] = None
                key = interface_key(member)
                members[key] = member
                pools.setdefault(key, []).append(pool.pool.id)
    alike: dict[tuple[ResourceId, ...], list[Member]] = {}
    for key, several in pools.items():
        alike.setdefault(tuple(several), []).append(members[key])
    return Loads(
        tuple(
            Load(
                tuple({rule.id: rule for each in places for rule in rules[each]}.values()),
                tuple(found),
            )
            for places, found in alike.items()
        ),
        tuple(missing),
    )


def _rules_to(topology: Topology, pool: ResourceId) -> tuple[LoadBalancingRule, ...]:
    users = topology.referring(pool, Relation.BACKEND_POOL)
    found = (topology.seen(each, LoadBalancingRule) for each in users)
    return tuple(each for each in found if each is not None)


def interface_key(member: Member) -> ResourceId | str:
    """Return what tells interfaces apart: the interface, else the address that leads to it."""
    if member.interface is not None:
        return member.interface.id
    holder = member.configuration_id.parent if member.configuration_id is not None else None
    return holder if holder is not None else member.entry
