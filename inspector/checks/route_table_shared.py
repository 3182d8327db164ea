"""The route table of a kubenet cluster serves that cluster alone.

What: the table that holds the cluster's pod routes holds none of another cluster's nodes, and is
on no subnet of another cluster.

Why it matters: each cluster writes the whole table and removes what it takes for left over in its
own pod CIDR. With two of them routes come and go, pods lose each other for no visible reason, and
the 400 routes of the table are shared as well.

How it is decided: a route is another cluster's where its name has the form of a pod route's, tells
of a node that is not this cluster's, and either its prefix lies outside this cluster's pod CIDR or
such nodes are in a subnet of the table. It fails (medium) for such a route, and for a subnet on
the table with interfaces of another cluster's nodes. A subnet on the table that is neither this
cluster's nor another one's is told (info): an application gateway may need the pod routes there.
Nodes of another cluster in this cluster's own subnet are for connected-devices. It is unknown
while nodes, tables or what is in a subnet of the table may be hidden. Skipped without kubenet.

How to fix: give each kubenet cluster a subnet and a route table of its own.

Sources: https://learn.microsoft.com/azure/aks/configure-kubenet; Azure/AKS issues 1500 and 1639;
MicrosoftDocs/azure-docs issue 37462
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from inspector.checking import (
    Check,
    Decision,
    Problem,
    Skipped,
    Subject,
    Verdict,
    az,
    evidence,
)
from inspector.checking.route_tables import (
    route_evidence,
    show_table,
    tables_of_nodes,
    unless_kubenet,
)
from inspector.cluster.pod_routes import (
    OWN_POD_ROUTES,
    ClassifiedRoute,
    ClassifiedTable,
    RouteKind,
    nodes_of_others,
)
from inspector.findings import Evidence, Group, Severity
from inspector.resource_id import ResourceId
from inspector.resources import LoadBalancer, PrivateEndpoint, Subnet
from inspector.wording import count, names, share


class _Neighbour(NamedTuple):
    """A subnet on the table that is not this cluster's, with other clusters' nodes in it."""

    subnet: Subnet
    nodes: tuple[ResourceId, ...]


def decide(subject: Subject) -> Decision:
    """Look for other clusters in the tables."""
    unfit = unless_kubenet(subject)
    if unfit is not None:
        return unfit
    verdict = Verdict(subject)
    tables = tables_of_nodes(subject, verdict)
    if not tables and verdict.is_complete:
        return Skipped("there is no route table: kubenet-route-table tells of it")
    for table in tables:
        foreign = table.of(RouteKind.FOREIGN)
        neighbours = list(_neighbours(subject, verdict, table))
        sharing = [each for each in neighbours if each.nodes]
        if foreign or sharing:
            verdict.add(_shared(table, foreign, sharing))
        unrelated = [each.subnet for each in neighbours if not each.nodes]
        if unrelated:
            verdict.add(_unrelated(table, unrelated))
    faulty = len({each.resource for each in verdict.problems})
    return verdict.conclude(
        "; ".join(map(_alone, tables)),
        failed=f"used by others: {share(faulty, len(tables), 'route table')}",
    )


def _neighbours(subject: Subject, verdict: Verdict, table: ClassifiedTable) -> Iterator[_Neighbour]:
    """Yield the subnets on a table that are not this cluster's; none while that may be hidden."""
    topology = subject.topology
    others = [each for each in table.subnets if each not in topology.subnets_in_use]
    group = subject.cluster.infrastructure_group
    if others and group is not None:
        gaps = (topology.gap_in_list(group, kind) for kind in (LoadBalancer, PrivateEndpoint))
        verdict.miss(*filter(None, gaps))
    if not verdict.is_complete:
        return
    found = []
    for subnet_id in others:
        with verdict:
            subnet = topology.get(subnet_id, Subnet)
            if subnet is not None:
                found.append(_Neighbour(subnet, tuple(nodes_of_others(topology, subnet))))
    yield from found


def _shared(
    table: ClassifiedTable, foreign: Sequence[ClassifiedRoute], sharing: Sequence[_Neighbour]
) -> Problem:
    words = []
    if foreign:
        nodes = dict.fromkeys(each.claimed or each.route.title for each in foreign)
        held = share(len(foreign), len(table.routes), "route")
        words.append(f"{held} of {table.table.title} for nodes of another cluster: {names(nodes)}")
    for each in sharing:
        groups = dict.fromkeys(node.resource_group or "" for node in each.nodes)
        words.append(
            f"{table.table.title} is on subnet {each.subnet.title} with nodes of {names(groups)}"
        )
    return Problem(
        cause="another-cluster",
        resource=table.table.id,
        name=table.table.title,
        message="; ".join(words),
        impact="each cluster removes and replaces routes without knowing of the other, and pods "
        "lose each other",
        evidence=(
            *(part for each in foreign for part in route_evidence(each)),
            *(part for each in sharing for part in _nodes(each)),
        ),
        remediation="Give each kubenet cluster a subnet and a route table of its own.",
        commands=(
            show_table(table.table),
            az("aks", "list", query="[].[name, nodeResourceGroup]", output="table"),
        ),
    )


def _nodes(each: _Neighbour) -> Iterator[Evidence]:
    for node in each.nodes:
        yield evidence(each.subnet, "properties.ipConfigurations[].id", str(node))


def _unrelated(table: ClassifiedTable, subnets: Iterable[Subnet]) -> Problem:
    having = list(subnets)
    return Problem(
        cause="other-subnet",
        resource=table.table.id,
        name=table.table.title,
        message=f"{table.table.title} is on {count(len(having), 'subnet')} that "
        f"{'is' if len(having) == 1 else 'are'} none of the cluster's: "
        f"{names(each.title for each in having)}",
        impact="what is in these subnets follows the cluster's routes, and a change made for it "
        "changes the cluster",
        evidence=tuple(
            evidence(each, "properties.routeTable.id", str(table.table.id)) for each in having
        ),
        remediation="Keep it if it is meant, as for an application gateway that reaches pods; "
        "otherwise give the subnet a table of its own.",
        commands=(show_table(table.table),),
        severity=Severity.INFO,
    )


def _alone(table: ClassifiedTable) -> str:
    routes = count(len(table.of(*OWN_POD_ROUTES)), "pod route")
    subnets = count(len(table.subnets), "subnet")
    return f"{table.table.title} with {routes} on {subnets} serves this cluster alone"


check = Check(
    id="route-table-shared",
    title="kubenet: route table of this cluster alone",
    group=Group.ROUTES,
    severity=Severity.MEDIUM,
    documentation=__doc__ or "",
    decide=decide,
)
