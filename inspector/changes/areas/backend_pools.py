"""Backend pools and their members, told as nodes."""

from functools import partial
from typing import Final

from inspector.changes.answer import Thing, Topic
from inspector.changes.areas.nodes import node_causes
from inspector.changes.entries import About, Area, Cause, Entries, Entry, key_of
from inspector.cluster.pool_members import Member, PoolMembers, members_by_balancer
from inspector.resources import BackendAddressPool, LoadBalancer
from inspector.topology import Topology

_HOLDS: Final = "holds addresses"


def _pools(topology: Topology) -> Entries:
    for balancer, pools in topology.once(members_by_balancer):
        for each in pools:
            is_of_addresses = each.holds_addresses or each.pool.properties.virtual_network
            yield (
                key_of(Thing.BACKEND_POOL, each.pool.id),
                Entry(
                    subject=each.pool.id,
                    about=partial(_about_pool, balancer, each.pool),
                    values={_HOLDS: bool(is_of_addresses)},
                ),
            )


def _about_pool(balancer: LoadBalancer, pool: BackendAddressPool) -> About:
    return About(
        name=pool.title,
        place=f"load balancer {balancer.title}",
        causes=(Cause(key_of(Thing.LOAD_BALANCER, balancer.id)),),
    )


def _members(topology: Topology) -> Entries:
    for balancer, pools in topology.once(members_by_balancer):
        for each in pools:
            for member in each.members:
                yield (
                    (Thing.MEMBER, each.pool.id.key, member.entry.casefold()),
                    Entry(
                        subject=each.pool.id,
                        about=partial(_about_member, balancer, each, member),
                    ),
                )


def _about_member(balancer: LoadBalancer, pool: PoolMembers, member: Member) -> About:
    place = f"backend pool {balancer.title}/{pool.pool.title}"
    of_pool = key_of(Thing.BACKEND_POOL, pool.pool.id)
    return About(
        name=member.title,
        place=place,
        causes=(*node_causes(member.node), Cause(of_pool), Cause(of_pool, _HOLDS)),
        pile=place,
    )


BACKEND_POOLS: Final = Area(topic=Topic.LOAD_BALANCERS, thing=Thing.BACKEND_POOL, entries=_pools)
MEMBERS: Final = Area(
    topic=Topic.LOAD_BALANCERS, thing=Thing.MEMBER, entries=_members, verbs=("joined", "left")
)
