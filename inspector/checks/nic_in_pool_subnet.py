"""Nodes are in the subnet of their pool, and their addresses in its ranges.

What: every IP configuration of a node's interface lies in the subnet that the node's pool names,
or in AKS's own where it names none, and every address is one that Azure can give out there.

Why it matters: routes, security rules and the way out belong to a subnet. An address in another
one is treated by other rules than the rest of the node, and cannot be accounted for. An address
outside the subnet's ranges, or one of the five that Azure keeps, is not routed to the node.

How it is decided: the pool's ``vnetSubnetID`` is compared with the subnet of each configuration;
auto-provisioned nodes may be in any subnet and only their addresses are looked at. Fails (high)
for a pool with configurations in another subnet, and for a subnet with addresses outside its
ranges or among the reserved ones. An address of a family that the subnet has no range of is left
to ip-families. Unknown where the subnet or an interface could not be seen, where AKS's own subnet
was not found, and where ARM tells no subnet or address.

How to fix: replace the nodes by a node image upgrade; a pool's subnet cannot be changed, so nodes
that belong elsewhere need a pool there. Give ranges that were taken off a subnet back to it.

Sources: https://learn.microsoft.com/azure/aks/configure-azure-cni;
https://learn.microsoft.com/azure/virtual-network/virtual-networks-faq
"""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from inspector.checking import (
    Check,
    Decision,
    NodeFault,
    NodeVerdict,
    Problem,
    Subject,
    az,
)
from inspector.checking.node_verdict import node_evidence, pool_evidence, range_evidence
from inspector.cluster.node_addresses import NodeAddresses, PoolNodes, node_addresses
from inspector.findings import Evidence, Group, Severity
from inspector.network.subnet_ranges import Place, SubnetRanges
from inspector.resource_id import ResourceId
from inspector.resources import IPAddress, Subnet, VirtualNetwork
from inspector.wording import count, names, share

_OTHER_RULES: Final = "other routes, security rules and ways out apply than in the pool's subnet"
_UNROUTED: Final = "Azure does not route these addresses to the nodes"
_WORDS: Final = {
    Place.OUTSIDE: "outside the ranges",
    Place.RESERVED: "among those that Azure keeps",
}


class _Placed(NamedTuple):
    """One address of a node, and the subnet it is in."""

    node: NodeAddresses
    configuration: str
    subnet: ResourceId
    address: IPAddress


def decide(subject: Subject) -> Decision:
    """Compare subnet and address of every IP configuration with the pool's and the ranges."""
    placement = _Placement(subject)
    verdict = placement.verdict
    for pool in verdict.pools:
        placement.judge_pool(pool)
    placement.judge_subnets()
    return verdict.nobody or verdict.conclude(
        f"IP configurations of {share(verdict.total, verdict.total, 'node')} in their pool's "
        "subnet and within its ranges",
        failed=f"IP configurations out of place on {verdict.faulty}",
        evidence=map(range_evidence, placement.subnets_seen),
    )


class _Placement:
    """One pass over the IP configurations of all nodes."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self.verdict = NodeVerdict(subject, subject.once(node_addresses))
        self._subnets: dict[str, tuple[Subnet, SubnetRanges] | None] = {}
        self._unfit: dict[tuple[str, Place], list[_Placed]] = {}

    @property
    def subnets_seen(self) -> Iterator[Subnet]:
        """The subnets that nodes are in."""
        return (each[0] for each in self._subnets.values() if each is not None)

    def judge_pool(self, pool: PoolNodes) -> None:
        """Note what lies in another subnet than the pool's, and look at every address."""
        homes = self._homes(pool)
        expected = {each.key for each in homes}
        strays = []
        for placed in self._placed(pool):
            if expected and placed.subnet.key not in expected:
                strays.append(placed)
            found = self._subnet(placed.subnet)
            place = found[1].place(placed.address) if found is not None else Place.USABLE
            if place in _WORDS:
                self._unfit.setdefault((placed.subnet.key, place), []).append(placed)
        self._add_strays(pool, homes, strays)

    def _placed(self, pool: PoolNodes) -> Iterator[_Placed]:
        """Yield the addresses of a pool's nodes; those that ARM does not tell are a doubt."""
        untold: dict[str, None] = {}
        for node in pool.nodes:
            for each in (*node.ipv4, *node.ipv6):
                subnet, address = each.properties.subnet, each.properties.private_ip_address
                if subnet is not None and address is not None:
                    yield _Placed(node, each.title, subnet.id, address)
                else:
                    untold[node.node.name] = None
        if untold:
            self.verdict.doubt(f"ARM does not tell every address of {names(untold)} and its subnet")

    def _homes(self, pool: PoolNodes) -> tuple[ResourceId, ...]:
        """Return the subnets a pool's nodes may be in, none where any will do or nobody knows."""
        if pool.profile is None or not pool.nodes:
            return ()
        if pool.profile.vnet_subnet_id is not None:
            return (pool.profile.vnet_subnet_id,)
        topology = self._subject.topology
        group = topology.cluster.infrastructure_group or topology.cluster.id
        gap = topology.gap_in_list(group, VirtualNetwork)
        if gap is not None:
            self.verdict.miss(gap)
            return ()
        if not topology.managed_subnets:
            self.verdict.doubt(f"the subnet that AKS made for pool {pool.name} was not found")
        return topology.managed_subnets

    def _subnet(self, subnet_id: ResourceId) -> tuple[Subnet, SubnetRanges] | None:
        """Return a subnet with its ranges; where they are not known it is noted why."""
        key = subnet_id.key
        if key not in self._subnets:
            self._subnets[key] = None
            with self.verdict:
                subnet = self._subject.topology.get(subnet_id, Subnet)
                if subnet is not None and subnet.prefixes:
                    self._subnets[key] = subnet, SubnetRanges(subnet.prefixes)
                else:
                    self.verdict.doubt(f"ARM tells no range of subnet {subnet_id.name}")
        return self._subnets[key]

    def _add_strays(
        self, pool: PoolNodes, homes: Sequence[ResourceId], strays: Sequence[_Placed]
    ) -> None:
        others = {each.subnet: each.subnet.name for each in strays}
        fault = NodeFault(
            "wrong-subnet",
            f"IP configurations in {names(others.values())}, not in "
            f"{names(each.name for each in homes)},",
            _OTHER_RULES,
        )
        self.verdict.add_nodes(pool, fault, _nodes(strays), self._of_strays(pool, strays))

    def _of_strays(self, pool: PoolNodes, strays: Sequence[_Placed]) -> Iterator[Evidence]:
        """Yield the pool's subnet, then each node's first configuration in each other one."""
        if pool.profile is not None:
            home = pool.profile.vnet_subnet_id
            named = str(home) if home is not None else None
            yield pool_evidence(self._subject, pool.profile.name, "vnetSubnetID", named)
        first = {(each.node.node.id, each.subnet): each for each in reversed(strays)}
        for each in reversed(first.values()):
            yield node_evidence(each.node, _field(each, "subnet.id"), str(each.subnet))

    def judge_subnets(self) -> None:
        """Note the addresses that are unfit, one fault per subnet and reason."""
        for (key, place), unfit in self._unfit.items():
            found = self._subnets[key]
            if found is not None:
                problem = self._of_subnet(found[0], place, unfit)
                self.verdict.add(problem, _nodes(unfit))

    def _of_subnet(self, subnet: Subnet, place: Place, unfit: Sequence[_Placed]) -> Problem:
        hit = _nodes(unfit)
        nodes = share(len(hit), self.verdict.total, "node")
        shown = (
            node_evidence(each.node, _field(each, "privateIPAddress"), str(each.address))
            for each in unfit
        )
        return Problem(
            cause=f"{place}-address",
            resource=subnet.id,
            name=subnet.title,
            message=f"{count(len(unfit), 'address')} on {nodes} {_WORDS[place]} of subnet "
            f"{subnet.title} ({', '.join(subnet.prefixes)}): "
            f"{names(each.node.name for each in hit)}",
            impact=_UNROUTED,
            evidence=(range_evidence(subnet), *shown),
            remediation="Give the subnet back the range it had, or replace the nodes by a node "
            "image upgrade of their pool.",
            commands=(az("network", "vnet", "subnet", "show", ids=str(subnet.id)),),
        )


def _nodes(placed: Sequence[_Placed]) -> tuple[NodeAddresses, ...]:
    """Return the nodes of some addresses, each once."""
    return tuple({each.node.node.id: each.node for each in placed}.values())


def _field(placed: _Placed, name: str) -> str:
    return f"properties.ipConfigurations[{placed.configuration}].properties.{name}"


check = Check(
    id="nic-in-pool-subnet",
    title="Nodes and their addresses are in the pool's subnet",
    group=Group.INTERFACES,
    severity=Severity.HIGH,
    documentation=__doc__ or "",
    decide=decide,
)
