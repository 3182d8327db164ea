"""Verdicts on nodes: what hides nodes, what is said of those with a fault, and how to mend it."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Final, NamedTuple

from inspector.checking.check import Problem, Skipped, evidence
from inspector.checking.commands import az_interface, az_pool
from inspector.checking.subject import Subject
from inspector.checking.verdict import Verdict
from inspector.cluster.node_addresses import NodeAddresses, PoolNodes
from inspector.findings import Evidence
from inspector.network.addresses import fold
from inspector.network.models import NetworkModel
from inspector.nodes import makes_nodes_without_pool
from inspector.resource_id import ResourceId
from inspector.resources import IPConfiguration, Subnet
from inspector.wording import names, share

_MOST_LISTED: Final = 4
_UPGRADE: Final = (
    "Replace the nodes by a node image upgrade of the pool; do not edit their interfaces."
)
_RENEW: Final = (
    "Delete the nodes' NodeClaims, so that new nodes are made; do not edit their interfaces."
)
_IDENTIFY: Final = "Find out what made these machines, and remove them if nothing needs them."


class NodeFault(NamedTuple):
    """What is wrong with some nodes of a pool: ``what`` stands before "on 1 of 3 nodes".

    A number that does not match, ``is_count``, proves nothing while the pool is changing.
    """

    cause: str
    what: str
    impact: str
    is_count: bool = False


class NodeVerdict(Verdict):
    """A verdict on the nodes of some pools; what may hide nodes is noted from the start."""

    def __init__(self, subject: Subject, pools: Iterable[PoolNodes]) -> None:
        super().__init__(subject)
        self.pools = tuple(pools)
        self._faulty: set[ResourceId] = set()
        self.miss(*subject.topology.hidden_nodes)
        for each in self.pools:
            self.miss(*each.missing)
            for reason in each.doubts:
                self.doubt(reason)

    @property
    def total(self) -> int:
        """How many nodes it is about, those without an interface included."""
        return sum(each.total for each in self.pools)

    @property
    def nodes(self) -> Iterator[NodeAddresses]:
        """The nodes with an interface, by pool."""
        return chain.from_iterable(each.nodes for each in self.pools)

    @property
    def faulty(self) -> str:
        """How many of the nodes have a fault that was noted."""
        return share(len(self._faulty), self.total, "node")

    @property
    def nobody(self) -> Skipped | None:
        """The decision where it is known that there are no nodes."""
        if self.total or self._gaps or self._doubts or self._problems:
            return None
        return Skipped("there are no nodes that it applies to")

    def add(self, problem: Problem, nodes: Iterable[NodeAddresses] = ()) -> None:
        """Note a fault, and which nodes have it."""
        super().add(problem)
        self._faulty.update(each.node.id for each in nodes)

    def add_nodes(
        self,
        pool: PoolNodes,
        fault: NodeFault,
        hit: Sequence[NodeAddresses],
        shown: Iterable[Evidence],
    ) -> None:
        """Note a fault of some nodes of a pool, with its evidence; of none, nothing."""
        if not hit:
            return
        subject, name = self._subject, pool.name
        place = f"of pool {name}" if name is not None else "of no pool"
        share_of_pool = f"{share(len(hit), pool.total, 'node')} {place}"
        upgrade = (az_pool(subject.cluster, name, "upgrade", node_image_only=""),)
        self.add(
            Problem(
                cause=fault.cause,
                resource=subject.cluster.pool_id(name) if name else subject.cluster.id,
                name=name or subject.cluster.title,
                message=f"{fault.what} on {share_of_pool}: {names(each.node.name for each in hit)}",
                impact=fault.impact,
                evidence=tuple(shown),
                remediation=self._remedy(pool),
                commands=(az_interface(hit[0].interface), *(upgrade if name else ())),
                is_count=fault.is_count and subject.motion_of(pool.profile) is not None,
            ),
            hit,
        )

    def _remedy(self, pool: PoolNodes) -> str:
        if pool.profile is not None:
            return _UPGRADE
        return _RENEW if makes_nodes_without_pool(self._subject.topology) else _IDENTIFY


def declared_model(subject: Subject, pool: PoolNodes) -> NetworkModel:
    """Return the model declared for a pool's nodes; for those of no pool it is the cluster's."""
    return subject.model if pool.profile is None else subject.model_of(pool.name)


def pool_evidence(subject: Subject, pool: str, field: str, value: str | int | None) -> Evidence:
    """Return a field of a pool's properties as evidence."""
    return Evidence(
        resource=subject.cluster.pool_id(pool), name=pool, field=f"properties.{field}", value=value
    )


def range_evidence(subnet: Subnet) -> Evidence:
    """Return the ranges of a subnet as evidence."""
    field = "addressPrefixes" if subnet.properties.address_prefixes else "addressPrefix"
    return evidence(subnet, f"properties.{field}", subnet.prefixes)


def node_evidence(node: NodeAddresses, field: str, value: str | bool | None) -> Evidence:
    """Return a field of a node's interface as evidence, under the node's name."""
    return Evidence(resource=node.interface.id, name=node.node.name, field=field, value=value)


def configured(node: NodeAddresses, configurations: Sequence[IPConfiguration]) -> Evidence:
    """Return some of a node's IP configurations as evidence: each, or the addresses of many."""
    every = [(each.title, each.properties.private_ip_address) for each in configurations]
    if len(every) <= _MOST_LISTED:
        value = ", ".join(f"{name} {address or 'no address'}" for name, address in every)
    else:
        folded = ", ".join(fold(address for _, address in every if address is not None))
        value = f"{len(every)} configurations: {folded}"
    return node_evidence(node, "properties.ipConfigurations", value or "none")
