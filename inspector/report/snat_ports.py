"""SNAT ports as the report has them: per node, now and at the scale maximum."""

from collections.abc import Iterable

from inspector.cluster import snat_budget
from inspector.cluster.egress import Egress
from inspector.cluster.snat_budget import SNATBudget, budgets_of
from inspector.report.answer import Unknown, View, unknown_of
from inspector.resource_id import ResourceId
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
    found = tuple(budgets_of(topology, egress))
    return _shown(min(found, key=_fewest)) if found else None


def count_addresses(topology: Topology, public_ips: Iterable[ResourceId]) -> Number:
    """Return how many addresses public addresses and prefixes are."""
    return _told(snat_budget.count_addresses(topology, public_ips))


def _fewest(budget: SNATBudget) -> int:
    return budget.per_node if isinstance(budget.per_node, int) else 0


def _shown(budget: SNATBudget) -> SNATPorts:
    supported, headroom = budget.nodes_supported, budget.headroom
    return SNATPorts(
        is_explicit=budget.is_explicit,
        addresses=_told(budget.addresses),
        nodes=budget.nodes,
        per_node=_told(budget.per_node),
        nodes_at_maximum=_told(budget.nodes_at_maximum),
        per_node_at_maximum=_told(budget.per_node_at_maximum),
        nodes_supported=None if supported is None else _told(supported),
        headroom=None if headroom is None else _told(headroom),
        fewer_from=budget.cut.members if budget.cut is not None else None,
        fewer=budget.cut.ports if budget.cut is not None else None,
    )


def _told(number: snat_budget.Number) -> Number:
    if isinstance(number, int):
        return number
    if number.gap is not None:
        return unknown_of(number.gap)
    return Unknown(unknown=str(number.target), reason=number.reason, action="none")
