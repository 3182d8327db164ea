"""What a plan counts with: the pools as they are and as they are supposed, in each situation."""

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cached_property
from itertools import chain
from typing import NamedTuple

import msgspec

from inspector.checking.subnets import OPEN_ENDED
from inspector.cluster.node_addresses import PoolNodes, node_addresses
from inspector.cluster.subnet_capacity import untold_nodes
from inspector.network.pool_sizes import Situation, pool_size
from inspector.nodes import makes_nodes_without_pool, pool_profiles
from inspector.planning.arithmetic import NOTHING, ONE, Reckoning, apart, number, plain, total
from inspector.planning.figures import untellable
from inspector.resource_id import ResourceId
from inspector.resources import AgentPoolProfile, same_text
from inspector.snapshot import Gap
from inspector.topology import Topology


class Taken(NamedTuple):
    """What a pool takes: its nodes, those of an upgrade, and how much each of them takes."""

    nodes: Reckoning
    surge: Reckoning
    each: Reckoning = ONE


def nodes_of(taken: Iterable[Taken]) -> Reckoning:
    """Return the nodes of pools, then those of their upgrades."""
    every = tuple(taken)
    return total(each.nodes for each in every) + apart(total(each.surge for each in every))


def together(taken: Iterable[Taken]) -> Reckoning:
    """Return what pools take if all of them are upgraded together: those alike in one term."""
    alike: dict[Reckoning, list[Taken]] = {}
    for each in taken:
        alike.setdefault(each.each, []).append(each)
    return total(
        (plain(total(x.nodes for x in pools)) + plain(total(x.surge for x in pools))) * each
        for each, pools in alike.items()
    )


def only_largest_surge(taken: Iterable[Taken]) -> tuple[Taken, ...]:
    """Return pools of which only the one whose surge takes most is upgraded."""
    every = tuple(taken)
    surges = [(each.surge * each.each).value for each in every]
    place = surges.index(max(surges)) if surges else None
    return tuple(
        each if at == place else each._replace(surge=NOTHING) for at, each in enumerate(every)
    )


class OutsideNodes(msgspec.Struct, frozen=True, kw_only=True):
    """The nodes that auto-provisioning made: in all, and by folded subnet id.

    ``addresses`` are their IPv4 addresses of each subnet. ``gaps`` are what may hide further ones.
    """

    nodes: int
    nodes_in: Mapping[str, int]
    addresses: Mapping[str, int]
    gaps: tuple[Gap, ...]


class Outside(NamedTuple):
    """Nodes of no pool, and the addresses that they have of a subnet."""

    nodes: Reckoning
    addresses: Reckoning


def outside_nodes(topology: Topology) -> OutsideNodes | None:
    """Return the nodes of no pool; ``None`` without node auto-provisioning."""
    if not makes_nodes_without_pool(topology):
        return None
    nodes_in, addresses = Counter[str](), Counter[str]()
    for pool in topology.once(node_addresses):
        for node in pool.nodes if pool.profile is None else ():
            named = (each.properties.subnet for each in node.ipv4)
            subnets = [each.id.key for each in named if each is not None]
            nodes_in.update(subnets[:1])
            addresses.update(subnets)
    return OutsideNodes(
        nodes=sum(each.pool is None for each in topology.nodes),
        nodes_in=nodes_in,
        addresses=addresses,
        gaps=topology.hidden_nodes,
    )


def nodes_by_pool(topology: Topology) -> Mapping[str, PoolNodes]:
    """Return the nodes of each pool by its folded name."""
    return {(each.name or "").lower(): each for each in topology.once(node_addresses)}


def unrest(topology: Topology, pool: AgentPoolProfile) -> str | None:
    """Return why a pool may have other nodes than it counts, ``None`` if it is at rest.

    A pool of a cluster that is stopped or changing is as well.
    """
    for each in (topology.cluster.properties, pool):
        if same_text(each.power_state.code, "Stopped"):
            return "stopped"
    for each in (topology.cluster.properties, pool):
        if not same_text(each.provisioning_state or "Succeeded", "Succeeded"):
            return f"in state {each.provisioning_state}"
    return None


class Basis(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """The cluster as ARM shows it, and its pools by folded name as they are supposed.

    Every number is one to reckon with; ``Untellable`` is raised where there is none.
    """

    topology: Topology
    supposed: Mapping[str, AgentPoolProfile]

    @property
    def pools(self) -> tuple[AgentPoolProfile, ...]:
        """The pools as they are, in the cluster's order."""
        return pool_profiles(self.topology)

    @cached_property
    def with_todays_nodes(self) -> "Basis":
        """The same with the nodes that pools have today, however many are supposed."""
        return self._counting({each.name.lower(): each.node_count for each in self.pools})

    @cached_property
    def without_growth(self) -> "Basis":
        """The same with the nodes that pools have today, or with fewer where fewer are supposed."""
        counts = {}
        for each in self.pools:
            today, then = each.node_count, self.of(each).node_count
            is_fewer = today is not None and then is not None and then < today
            counts[each.name.lower()] = then if is_fewer else today
        return self._counting(counts)

    def _counting(self, counts: Mapping[str, int | None]) -> "Basis":
        """Return the same with other numbers of nodes now, itself where these are the same."""
        changed = {
            name: msgspec.structs.replace(each, count=counts[name])
            for name, each in self.supposed.items()
            if name in counts and counts[name] != each.node_count
        }
        if not changed:
            return self
        return msgspec.structs.replace(self, supposed={**self.supposed, **changed})

    def of(self, pool: AgentPoolProfile) -> AgentPoolProfile:
        """Return what is supposed of a pool."""
        return self.supposed.get(pool.name.lower(), pool)

    def today(self, pool: AgentPoolProfile) -> Reckoning:
        """Return the nodes a pool has."""
        return self._told(pool, pool.node_count)

    def holding(self, pool: AgentPoolProfile) -> Reckoning:
        """Return the nodes of a pool that have addresses today.

        They are all it has, unless it is stopped or changing: then they are those with an
        interface.
        """
        if unrest(self.topology, pool) is None:
            return self.today(pool)
        found = self.topology.once(nodes_by_pool).get(pool.name.lower())
        gap = next(chain(found.missing if found else (), self.topology.hidden_nodes), None)
        if gap is not None:
            raise untellable(self.topology.cluster.pool_id(pool.name), "", gap)
        return number(len(found.nodes) if found is not None else 0)

    def nodes(self, pool: AgentPoolProfile, situation: Situation) -> Reckoning:
        """Return the nodes of a pool in a situation, without those of an upgrade."""
        supposed = self.of(pool)
        return self._told(supposed, pool_size(supposed, situation).nodes)

    def surge(self, pool: AgentPoolProfile, situation: Situation) -> Reckoning:
        """Return the nodes that an upgrade adds to a pool in a situation."""
        supposed = self.of(pool)
        return self._told(supposed, pool_size(supposed, situation).surge)

    def changed(self, pools: Iterable[AgentPoolProfile]) -> tuple[AgentPoolProfile, ...]:
        """Return those of some pools that are supposed to have other nodes now."""
        return tuple(each for each in pools if self.of(each).node_count != each.node_count)

    def members(
        self, found: int, pools: Iterable[AgentPoolProfile], situation: Situation
    ) -> Reckoning:
        """Return the nodes that were found of some pools, as they are in a situation.

        At the maximum they are those that the pools may have, however many were found.
        """
        every = tuple(pools)
        counts = [each.node_count for each in every]
        if situation.is_maximum or (None not in counts and sum(filter(None, counts)) == found):
            return nodes_of(
                Taken(self.nodes(each, situation), self.surge(each, situation)) for each in every
            )
        members = number(found)
        for each in self.changed(every):
            members = members + (self.nodes(each, situation) - self.today(each))
        return members + apart(total(self.surge(each, situation) for each in every))

    @cached_property
    def nodes_now(self) -> Reckoning:
        """The nodes there are in all, as a number alone."""
        return plain(nodes_of(self.taken(Situation.NOW)))

    def is_apart(self, situation: Situation, pools: Iterable[AgentPoolProfile]) -> bool:
        """Whether it matters if pools are upgraded together: several are told to have a surge."""
        sizes = (pool_size(self.of(each), situation).surge for each in pools)
        return sum(bool(each) for each in sizes) > 1

    def taken(self, situation: Situation) -> tuple[Taken, ...]:
        """Return the nodes of all pools, and those of no pool."""
        return (
            *(
                Taken(self.nodes(each, situation), self.surge(each, situation))
                for each in self.pools
            ),
            Taken(self.outside(situation).nodes, NOTHING),
        )

    def outside(self, situation: Situation, subnet: ResourceId | None = None) -> Outside:
        """Return the nodes of no pool in a situation: all, or those in a subnet."""
        found = self.topology.once(outside_nodes)
        cluster = self.topology.cluster.id
        if found is None:
            return Outside(NOTHING, NOTHING)
        if situation.is_maximum:
            raise untellable(cluster, OPEN_ENDED)
        if found.gaps:
            raise untellable(cluster, "", found.gaps[0])
        if subnet is None:
            return Outside(number(found.nodes), NOTHING)
        in_it, addresses = found.nodes_in.get(subnet.key, 0), found.addresses.get(subnet.key, 0)
        return Outside(number(in_it), number(addresses))

    def _told(self, pool: AgentPoolProfile, nodes: int | None) -> Reckoning:
        if nodes is not None:
            return number(nodes)
        reason = next(untold_nodes(pool), f"ARM does not tell the nodes of pool {pool.name}")
        raise untellable(self.topology.cluster.pool_id(pool.name), reason)


def basis_of(topology: Topology, pools: Iterable[AgentPoolProfile]) -> Basis:
    """Return what a plan for the pools rests on."""
    return Basis(topology=topology, supposed={each.name.lower(): each for each in pools})
