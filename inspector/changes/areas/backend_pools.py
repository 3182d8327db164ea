"""Backend pools and their members, told as nodes."""

from collections.abc import Iterator
from functools import partial
from typing import Final

from inspector.changes.answer import Thing, Topic
from inspector.changes.areas.cluster import CLUSTER_KEY, POOL_TYPE
from inspector.changes.areas.nodes import ADDRESS, IPV6_ADDRESS, node_causes, node_key
from inspector.changes.entries import About, Area, Cause, Entries, Entry, key_of
from inspector.cluster.pool_members import Member, PoolMembers, members_by_balancer
from inspector.resources import BackendAddressPool, LoadBalancer
from inspector.topology import Topology

_MEMBERS: Final = "members"


def _pools(topology: Topology) -> Entries:
    for balancer, pools in topology.once(members_by_balancer):
        for each in pools:
            is_of_addresses = each.holds_addresses or each.pool.properties.virtual_network
            yield (
                key_of(Thing.BACKEND_POOL, each.pool.id),
                Entry(
                    subject=each.pool.id,
                    about=partial(_about_pool, balancer, each.pool),
                    values={_MEMBERS: "IP addresses" if is_of_addresses else "interfaces"},
                ),
            )


def _about_pool(balancer: LoadBalancer, pool: BackendAddressPool) -> About:
    return About(
        name=pool.title,
        place=f"load balancer {balancer.title}",
        causes=(Cause(key_of(Thing.LOAD_BALANCER, balancer.id)),),
        follows={_MEMBERS: (Cause(CLUSTER_KEY, POOL_TYPE),)},
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
        causes=(
            *node_causes(member.node),
            *_readdressed(member),
            Cause(of_pool),
            Cause(of_pool, _MEMBERS),
        ),
        pile=place,
    )


def _readdressed(member: Member) -> Iterator[Cause]:
    """Yield that an address of a node comes and goes with the node's own."""
    if member.node is not None and member.address is not None:
        for field in (ADDRESS, IPV6_ADDRESS):
            yield Cause(node_key(member.node), field)


BACKEND_POOLS: Final = Area(topic=Topic.LOAD_BALANCERS, thing=Thing.BACKEND_POOL, entries=_pools)
MEMBERS: Final = Area(
    topic=Topic.LOAD_BALANCERS, thing=Thing.MEMBER, entries=_members, verbs=("joined", "left")
)
