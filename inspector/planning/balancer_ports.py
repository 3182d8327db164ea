"""SNAT ports of load balancers: what each node gets in four situations, and what it would take."""

from collections.abc import Iterator
from functools import partial

import msgspec

from inspector.cluster.egress import Egress, frontend_public_ips
from inspector.cluster.snat_budget import Number, SNATBudget, Untold, budgets_of
from inspector.network import snat
from inspector.network.pool_sizes import Situation
from inspector.network.spaces import Family
from inspector.planning.arithmetic import (
    NOTHING,
    ONE,
    Reckoning,
    ceil_of,
    floor_of,
    largest,
    least,
    number,
    plain,
)
from inspector.planning.basis import Basis
from inspector.planning.figures import Figure, figure, untellable
from inspector.report.answer import Unknown, View, ask
from inspector.resource_id import ResourceId
from inspector.resources import AgentPoolProfile, LoadBalancer, PublicIPAddress
from inspector.topology import Topology

_PORTS = number(snat.PORTS_PER_FRONTEND_ADDRESS)
_IPV6 = 6


class PortStretch(View, frozen=True):
    """What each member of a backend pool gets in one situation.

    ``nodes`` are the members, the surge of an upgrade among them. About as many connections as
    ``ports_per_node`` can be open from a node to one destination at a time. ``headroom`` is how
    many more nodes an allocation is enough for, below zero how many it lacks, and ``None`` where
    Azure divides. ``addresses_wanted`` is how many addresses give the wanted ports, and
    ``addresses_to_add`` how many of these there are not; both are ``None`` unless ports are wanted.
    """

    situation: Situation
    nodes: Figure
    ports_per_node: Figure
    headroom: Figure | None = None
    addresses_wanted: Figure | None = None
    addresses_to_add: Figure | None = None


class NextCut(View, frozen=True):
    """The next size from which each node gets fewer ports, and how many it gets then."""

    nodes: int
    ports_per_node: int


class BalancerPorts(View, frozen=True):
    """How the ports of some addresses are divided among the members of one backend pool.

    ``is_explicit`` says that an outbound rule allocates so many to each node, which is then enough
    for ``nodes_supported`` nodes. Else Azure divides by the number of members, and ``next_cut`` is
    the next size with fewer; it is ``None`` where none is known. ``taken`` are the ports that
    inbound rules keep on the same frontends. ``family`` is unknown while all addresses are hidden.
    """

    words: str
    rule: ResourceId | None
    backend_pool: ResourceId
    family: Family | Unknown
    is_explicit: bool
    addresses: Figure
    taken: int
    stretches: tuple[PortStretch, ...]
    next_cut: NextCut | None
    nodes_supported: Figure | None


class _Division(msgspec.Struct, frozen=True, kw_only=True):
    """A division of ports, to be reckoned with; numbers raise ``Untellable``."""

    basis: Basis
    budget: SNATBudget
    wanted: int | None

    @property
    def addresses(self) -> Reckoning:
        return known(self.budget.addresses)

    def members(self, situation: Situation) -> Reckoning:
        """Return the members there are, with further nodes that are supposed; or the most."""
        is_today = situation is Situation.NOW and not self.basis.changed(self.basis.pools)
        pools = () if is_today else self._pools()
        return self.basis.members(self.budget.nodes, pools, situation)

    def _pools(self) -> tuple[AgentPoolProfile, ...]:
        pools = self.budget.node_pools
        if isinstance(pools, Untold):
            raise untellable(pools.target, pools.reason, pools.gap)
        return pools

    def per_node(self, situation: Situation) -> Reckoning:
        members = self.members(situation)
        ports = known(self.budget.ports_at(members.value))
        if self.budget.is_explicit:
            return ports
        row = number(snat.default_ports(members.value, 1) or 0)
        formula = row * self.addresses
        if formula.value > snat.MOST_DEFAULT_PORTS:
            formula = least(formula, number(snat.MOST_DEFAULT_PORTS))
        return formula if formula.value == ports.value else ports

    def supported(self) -> Reckoning:
        """Return the nodes that an allocation is enough for."""
        return nodes_for(known(self.budget.per_node), self.addresses, self.budget.taken)

    def headroom(self, situation: Situation) -> Reckoning:
        return plain(self.supported()) - plain(self.members(situation))

    def addresses_wanted(self, situation: Situation, ports: int) -> Reckoning:
        """Return the fewest addresses that give each member so many ports."""
        return addresses_for(number(ports), plain(self.members(situation)), self.budget.taken)

    def to_add(self, situation: Situation, ports: int) -> Reckoning:
        wanted = plain(self.addresses_wanted(situation, ports))
        return largest(NOTHING, wanted - self.addresses)


def addresses_for(ports: Reckoning, members: Reckoning, taken: int) -> Reckoning:
    """Return the addresses of a load balancer that an allocation needs, one at least."""
    needed = ceil_of(ports * members + number(taken), _PORTS)
    return needed if needed.value else largest(ONE, needed)


def nodes_for(ports: Reckoning, addresses: Reckoning, taken: int) -> Reckoning:
    """Return the nodes that addresses of a load balancer have so many ports for."""
    every = _PORTS * addresses - number(taken)
    return floor_of(every if every.value >= 0 else largest(NOTHING, every), ports)


def known(value: Number) -> Reckoning:
    """Return a number of a survey to reckon with."""
    if isinstance(value, Untold):
        raise untellable(value.target, value.reason, value.gap)
    return number(value)


def balancer_ports(basis: Basis, egress: Egress, wanted: int | None) -> Iterator[BalancerPorts]:
    """Yield the divisions of a way out; none where no load balancer divides any ports."""
    for budget in budgets_of(basis.topology, egress):
        division = _Division(basis=basis, budget=budget, wanted=wanted)
        is_explicit = budget.is_explicit
        yield BalancerPorts(
            words=_words(basis.topology, budget),
            rule=budget.rule.id if budget.rule is not None else None,
            backend_pool=budget.pool.id,
            family=ask(partial(_family, basis.topology, budget)),
            is_explicit=is_explicit,
            addresses=figure(known, budget.addresses),
            taken=budget.taken,
            stretches=tuple(_stretch(division, each) for each in Situation),
            next_cut=None if is_explicit else _next_cut(division),
            nodes_supported=figure(division.supported) if is_explicit else None,
        )


def _stretch(division: _Division, situation: Situation) -> PortStretch:
    ports = division.wanted
    return PortStretch(
        situation=situation,
        nodes=figure(division.members, situation),
        ports_per_node=figure(division.per_node, situation),
        headroom=figure(division.headroom, situation) if division.budget.is_explicit else None,
        addresses_wanted=None
        if ports is None
        else figure(division.addresses_wanted, situation, ports),
        addresses_to_add=None if ports is None else figure(division.to_add, situation, ports),
    )


def _next_cut(division: _Division) -> NextCut | None:
    """Return the next size with fewer ports; ``None`` where it cannot be told."""
    members = figure(division.members, Situation.NOW).number
    addresses = division.budget.addresses
    if members is None or isinstance(addresses, Untold):
        return None
    cut = snat.next_cut(members, addresses)
    return None if cut is None else NextCut(nodes=cut.members, ports_per_node=cut.ports)


def _words(topology: Topology, budget: SNATBudget) -> str:
    balancer = topology.holder(budget.pool, LoadBalancer)
    place = f" of load balancer {balancer.title}" if balancer is not None else ""
    if budget.rule is None:
        return f"load balancing rules{place}"
    return f"outbound rule {budget.rule.title}{place}"


def _family(topology: Topology, budget: SNATBudget) -> Family:
    """Return the family of a rule's addresses; IPv4 unless one of them is seen to be IPv6.

    Raises ``NotCollected`` if there are addresses, and none of them could be seen.
    """
    if budget.rule is None:
        return Family.IPV4
    public_ips = frontend_public_ips(topology, [budget.rule.id])
    seen = [topology.seen(each, PublicIPAddress) for each in public_ips]
    found = [each.properties.ip_address for each in seen if each is not None]
    if not found:
        for each in public_ips:
            topology.get(each, PublicIPAddress)
    is_ipv6 = any(each is not None and each.version == _IPV6 for each in found)
    return Family.IPV6 if is_ipv6 else Family.IPV4
