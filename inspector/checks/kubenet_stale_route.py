"""No pod route is left over from a node that is gone.

What: every pod route in the table is for a node that is there, and no node has routes for two
slices of a family.

Why it matters: what is sent to the slice of a node that is gone is lost, or goes to the machine
that has its address now. Worse where a new node got an overlapping slice: the old route takes its
packets. Each route left over also takes one of the 400 places of the table.

How it is decided: a route is left over where its name tells of a node of this cluster that is not
there, and the node that may have its next hop's address today has a route under its own name. It
fails (medium), and high where the prefix overlaps a slice of a node that is there. Two slices of
one node fail as well (low): Kubernetes gives a node one, so the other route is old, and ARM does
not tell which. A cluster that is changing may have such routes for a while: then it is unknown.
Routes of other clusters, by the digits in their nodes' names, by a prefix outside the pod CIDR or
by their nodes in a subnet of the table, are told by route-table-shared. It is unknown while a
table, a subnet or a node may be hidden. Skipped where the tables hold no pod route.

How to fix: AKS removes such routes by itself; if they stay, its identity may not write to the
table. In a table of your own delete them after looking that no other cluster uses it.

Sources: cloud-provider-azure, azure_routes.go; Azure/AKS issue 987
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from inspector.checking import Check, Decision, Problem, Skipped, Subject, Verdict, az
from inspector.checking.route_tables import (
    is_made_by_aks,
    route_commands,
    route_evidence,
    show_table,
    tables_of_nodes,
    unless_kubenet,
)
from inspector.cluster.pod_routes import ClassifiedRoute, ClassifiedTable, RouteKind
from inspector.findings import Group, Severity
from inspector.network.ranges import LabelledRange, overlaps_between
from inspector.resource_id import ResourceId
from inspector.wording import count, names, share

_DELETE: Final = (
    "See to it that no other cluster uses the table, then delete the routes; give the cluster's "
    "identity the role Network Contributor on the table, so that AKS removes the next ones itself."
)
_WAIT: Final = (
    "AKS removes the routes by itself: look for a lock or a policy on the infrastructure group "
    "that refuses it. AKS's own table is not to be edited."
)


def decide(subject: Subject) -> Decision:
    """Look for pod routes of nodes that are gone."""
    unfit = unless_kubenet(subject)
    if unfit is not None:
        return unfit
    verdict = Verdict(subject)
    total = faulty = 0
    for table in tables_of_nodes(subject, verdict):
        total += len(table.of(RouteKind.NODE, RouteKind.STALE))
        stale, second = table.of(RouteKind.STALE), list(_second_slices(table))
        faulty += len(stale) + len(second)
        if stale:
            verdict.add(_stale(subject, table, stale))
        if second:
            verdict.add(_second(table, second))
    if not total and verdict.is_complete:
        return Skipped("there is no pod route: kubenet-node-route tells of it")
    return verdict.conclude(
        f"{share(total, total, 'pod route')} for a node that is there",
        failed=f"left over: {share(faulty, total, 'pod route')}",
    )


def _second_slices(table: ClassifiedTable) -> Iterator[ClassifiedRoute]:
    """Yield the routes of nodes that have several slices of a family, all but the first ones."""
    first: dict[tuple[ResourceId, int], object] = {}
    for each in table.of(RouteKind.NODE):
        if each.node is not None and each.range is not None:
            slot = (each.node.id, each.range.version)
            if first.setdefault(slot, each.range) != each.range:
                yield each


def _stale(subject: Subject, table: ClassifiedTable, stale: Sequence[ClassifiedRoute]) -> Problem:
    at, routes = table.table, [each.route for each in stale]
    is_own = is_made_by_aks(subject, at)
    taken = list(_taken(table, stale))
    pods = table.of(RouteKind.NODE, RouteKind.STALE)
    takes = f"; they overlap slices of {names(taken)}" if taken else ""
    look = route_commands("show", routes)
    return Problem(
        cause="stale",
        resource=at.id,
        name=at.title,
        message=f"{share(len(stale), len(pods), 'pod route')} of {at.title} for no node that is "
        f"there: {names(map(_words, stale))}{takes}",
        impact="packets for pods of other nodes are taken by a route that leads nowhere"
        if taken
        else "what is sent to these slices is lost, and the routes take places of the table",
        evidence=tuple(part for each in stale for part in route_evidence(each)),
        remediation=_WAIT if is_own else _DELETE,
        commands=(
            *look,
            az("role", "assignment", "list", scope=str(at.id), include_inherited=""),
            *(() if is_own else route_commands("delete", routes)),
        ),
        severity=Severity.HIGH if taken else Severity.MEDIUM,
        is_count=True,
    )


def _words(each: ClassifiedRoute) -> str:
    properties = each.route.properties
    now = f", now of {each.reached.name}" if each.reached is not None else ""
    return f"{each.claimed} ({properties.address_prefix} to {properties.next_hop_ip_address}{now})"


def _taken(table: ClassifiedTable, stale: Iterable[ClassifiedRoute]) -> Iterable[str]:
    """Return the nodes whose slices the routes overlap."""
    slices = (
        LabelledRange(each.node.name, each.range)
        for each in table.of(RouteKind.NODE)
        if each.node is not None and each.range is not None
    )
    old = (LabelledRange(each, each.range) for each in stale if each.range is not None)
    return dict.fromkeys(one.label for one, _ in overlaps_between(slices, old))


def _second(table: ClassifiedTable, second: Sequence[ClassifiedRoute]) -> Problem:
    at = table.table
    found = {each.node.id: each.node for each in second if each.node is not None}
    of_nodes = [
        each for each in table.of(RouteKind.NODE) if each.node is not None and each.node.id in found
    ]
    return Problem(
        cause="second-slice",
        resource=at.id,
        name=at.title,
        message=f"routes of {at.title} give {count(len(found), 'node')} more than one slice: "
        f"{names(each.name for each in found.values())}",
        impact="a node has one slice of each family, so one of its routes is old",
        evidence=tuple(part for each in of_nodes for part in route_evidence(each)),
        remediation="Compare the node's podCIDR in Kubernetes, and delete the route that differs.",
        commands=(show_table(at),),
        severity=Severity.LOW,
        is_count=True,
    )


check = Check(
    id="kubenet-stale-route",
    title="kubenet: no pod route of a node that is gone",
    group=Group.ROUTES,
    severity=Severity.MEDIUM,
    documentation=__doc__ or "",
    decide=decide,
)
