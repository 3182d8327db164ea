"""Under kubenet every subnet with nodes uses the one route table that holds the pod routes.

What: each subnet that a pool names or a node is in has a route table, all of them the same one,
and it is the table that AKS writes the pod routes into.

Why it matters: Azure knows nothing of pod addresses. Without the table, packets from one node's
pods to another's are dropped in the subnet, DNS among them, while every node is Ready.

How it is decided: from each subnet's own ``routeTable``. It fails (critical) for a subnet that
names no table or one that does not exist, for subnets that name different tables, and where the
table they name holds no pod route while another one does. The subnet of the API server is not
looked at. It is unknown while a subnet, its table, the infrastructure group's list of tables or a
node may be hidden, and where the table does not list a subnet that names it.

How to fix: associate the table with the subnet. Where Terraform or another template owns the
subnet, write the association down there too, or the next run takes it away again. A pool added in
a new subnet gets the table with the next update of the cluster.

Sources: https://learn.microsoft.com/azure/aks/configure-kubenet; Azure/AKS issues 718, 1242, 1460
and 1500; hashicorp/terraform-provider-azurerm issue 3749
"""

from collections.abc import Iterable, Sequence

from inspector.checking import Check, Decision, Problem, Skipped, Subject, Verdict, az
from inspector.checking.route_tables import show_table, table_of, unless_kubenet
from inspector.cluster.pod_routes import (
    OWN_POD_ROUTES,
    ClassifiedTable,
    PodRoutes,
    RouteKind,
    pod_routes,
)
from inspector.findings import Group, Severity
from inspector.resource_id import ResourceId
from inspector.resources import RouteTable, Subnet
from inspector.wording import count, names, share

_CUT_OFF = "packets between pods on different nodes are dropped, DNS queries among them"
_ASSOCIATE = (
    "Associate the table with the subnet, and in the template that owns the subnet as well: "
    "a run of Terraform that does not know of the association removes it."
)


def decide(subject: Subject) -> Decision:
    """Compare the tables of the nodes' subnets."""
    unfit = unless_kubenet(subject)
    if unfit is not None:
        return unfit
    verdict, routes = Verdict(subject), subject.once(pod_routes)
    verdict.miss(*routes.missing, *subject.topology.hidden_nodes)
    subnets = _subnets(subject, verdict)
    bare = [each for each in subnets if _table(subject, verdict, each) is None]
    home = _home(routes)
    for subnet in bare:
        verdict.add(_without_table(subnet, home, routes))
    used = {each.id: reference for each in subnets if (reference := _named(each)) is not None}
    tables = sorted(set(used.values()))
    if len(tables) > 1:
        verdict.add(_different(subject, [each for each in subnets if each.id in used], home))
    elif tables and not bare and verdict.is_complete:
        _judge_content(verdict, routes, tables[0], subnets)
    if not subnets and verdict.is_complete:
        return Skipped("no subnet of the nodes was found")
    table = names(each.name for each in tables)
    faulty = len(bare) if bare else len(subnets)
    return verdict.conclude(
        f"route table {table} on {share(len(used), len(subnets), 'subnet')} of the nodes",
        failed=f"not the right route table on {share(faulty, len(subnets), 'subnet')}",
        evidence=map(table_of, subnets),
    )


def _subnets(subject: Subject, verdict: Verdict) -> list[Subnet]:
    """Return the nodes' subnets that could be seen."""
    found = []
    for subnet_id in subject.topology.subnets_of_nodes:
        with verdict:
            subnet = subject.topology.get(subnet_id, Subnet)
            if subnet is None:
                verdict.doubt(f"subnet {subnet_id.name} does not exist")
            else:
                found.append(subnet)
    return found


def _named(subnet: Subnet) -> ResourceId | None:
    reference = subnet.properties.route_table
    return reference.id if reference is not None else None


def _table(subject: Subject, verdict: Verdict, subnet: Subnet) -> ResourceId | None:
    """Return the table of a subnet, ``None`` where it has none; one that is hidden is noted."""
    table_id = _named(subnet)
    if table_id is None:
        return None
    with verdict:
        table = subject.topology.get(table_id, RouteTable)
        if table is None:
            return None
        if subnet.id not in {each.id for each in table.properties.subnets}:
            verdict.doubt(f"route table {table.title} does not list subnet {subnet.title}")
    return table_id


def _home(routes: PodRoutes) -> ClassifiedTable | None:
    """Return the table that holds the most nodes' pod routes, if any does."""
    holding = [each for each in routes.tables if each.of(RouteKind.NODE)]
    return max(holding, key=lambda each: len(each.of(RouteKind.NODE)), default=None)


def _without_table(subnet: Subnet, home: ClassifiedTable | None, routes: PodRoutes) -> Problem:
    table_id = _named(subnet)
    lack = "has no route table" if table_id is None else f"names {table_id.name}, which is gone"
    where = "no pod routes were seen in any table" if home is None else _content(home)
    fitting = routes.of_nodes if home is None else (home,)
    return Problem(
        cause="no-table",
        resource=subnet.id,
        name=subnet.title,
        message=f"subnet {subnet.title} {lack}; {where}",
        impact=_CUT_OFF,
        evidence=(table_of(subnet),),
        remediation=_ASSOCIATE,
        commands=(
            az("network", "vnet", "subnet", "show", ids=str(subnet.id), query="routeTable.id"),
            *_association(subnet, fitting),
        ),
    )


def _association(subnet: Subnet, tables: Sequence[ClassifiedTable]) -> tuple[str, ...]:
    """Return how to associate the subnet with the one table there is; else how to find one."""
    if len(tables) != 1:
        listing = az("network", "route-table", "list", subscription=subnet.id.subscription)
        return (listing,)
    table = tables[0].table
    update = az(
        "network", "vnet", "subnet", "update", ids=str(subnet.id), route_table=str(table.id)
    )
    return show_table(table), update


def _content(table: ClassifiedTable) -> str:
    return f"{table.table.title} holds {count(len(table.of(RouteKind.NODE)), 'pod route')}"


def _different(
    subject: Subject, subnets: Iterable[Subnet], home: ClassifiedTable | None
) -> Problem:
    cluster = subject.cluster
    using = list(subnets)
    pairs = names(f"{each.title} uses {table.name}" for each in using if (table := _named(each)))
    where = f"; {_content(home)}" if home is not None else ""
    return Problem(
        cause="different-tables",
        resource=cluster.id,
        name=cluster.title,
        message=f"the nodes' subnets use different route tables: {pairs}{where}",
        impact="AKS keeps pod routes in one table: nodes in the other subnets do not reach pods",
        evidence=tuple(map(table_of, using)),
        remediation="Let all subnets of the cluster use the table that AKS writes to, and move "
        "routes of your own into it.",
        commands=tuple(
            az("network", "vnet", "subnet", "show", ids=str(each.id), query="routeTable.id")
            for each in using
        ),
    )


def _judge_content(
    verdict: Verdict, routes: PodRoutes, table_id: ResourceId, subnets: Iterable[Subnet]
) -> None:
    """Note that the subnets' table holds no pod route while another one does."""
    used, home = routes.table(table_id), _home(routes)
    if used is None or home is None or used.of(*OWN_POD_ROUTES):
        return
    using = list(subnets)
    verdict.add(
        Problem(
            cause="other-table",
            resource=used.table.id,
            name=used.table.title,
            message=f"{used.table.title} is on {names(each.title for each in using)} and holds no "
            f"pod route; {_content(home)}, and is on none of the nodes' subnets",
            impact=_CUT_OFF,
            evidence=tuple(map(table_of, using)),
            remediation="Associate the table with the pod routes with the subnets, and move "
            "routes of your own into it.",
            commands=(
                show_table(used.table),
                show_table(home.table),
                *(
                    az(
                        "network",
                        "vnet",
                        "subnet",
                        "update",
                        ids=str(each.id),
                        route_table=str(home.table.id),
                    )
                    for each in using
                ),
            ),
        )
    )


check = Check(
    id="kubenet-route-table",
    title="kubenet: one route table on every subnet of the nodes",
    group=Group.ROUTES,
    severity=Severity.CRITICAL,
    documentation=__doc__ or "",
    decide=decide,
)
