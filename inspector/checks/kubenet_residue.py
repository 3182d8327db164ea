"""No kubenet routes are left on the subnets of a cluster that does not use kubenet.

What: the route tables on the cluster's subnets hold no pod routes, and the infrastructure group
holds no route table that AKS made for them.

Why it matters: a migration from kubenet removes the routes. Where it could not, because the table
is yours and the identity may not write to it, nobody keeps them up to date any more: they send a
range of pod addresses to single nodes, and a subnet or a peer that gets such a range later cannot
be reached. The table also seems to be needed, and so nobody dares to remove it.

How it is decided: a route is a pod route where its next hop is an appliance, its name is a node's
or has the form of a pod route's, and the node is there, the next hop is a node's address, or the
prefix lies in the pod CIDR. It fails (medium) for a table with such routes on a subnet of nodes or
pods, whether the nodes are there or gone. A table in the infrastructure group with the name that
AKS gives is told (info) where it has no routes, or none of these subnets uses it. It is unknown
while nodes, subnets or tables may be hidden, and where the network plugin is not recognised.
Skipped under kubenet.

How to fix: see to it that no kubenet cluster uses the table, then remove the routes; take the
table off the subnets if nothing else is in it.

Sources: https://learn.microsoft.com/azure/aks/update-azure-cni; AKS changelog of 2025-08-08;
MicrosoftDocs/azure-aks-docs issue 334
"""

import re
from collections.abc import Sequence
from typing import Final

from inspector.checking import (
    Check,
    Decision,
    Problem,
    Skipped,
    Subject,
    Undecided,
    Verdict,
    az,
    evidence,
)
from inspector.checking.route_tables import (
    is_made_by_aks,
    route_commands,
    route_evidence,
    show_table,
    table_of,
)
from inspector.cluster.pod_routes import ClassifiedRoute, ClassifiedTable, pod_cidrs, pod_routes
from inspector.findings import Group, Severity
from inspector.network.models import NetworkModel, unrecognised
from inspector.network.ranges import is_within
from inspector.resource_id import ResourceId
from inspector.resources import Subnet
from inspector.wording import count, names, share

_MADE_BY_AKS: Final = re.compile(r"aks-agentpool-\d{8}-routetable", re.IGNORECASE)


def decide(subject: Subject) -> Decision:
    """Look for pod routes where no model asks for them."""
    if subject.model is NetworkModel.UNRECOGNISED:
        return Undecided(unrecognised(subject.profile))
    if subject.model is NetworkModel.KUBENET:
        return Skipped("the cluster uses kubenet")
    verdict, routes = Verdict(subject), subject.once(pod_routes)
    verdict.miss(*routes.missing, *subject.topology.hidden_nodes)
    subnets = _subnets(subject, verdict)
    on_subnets: dict[ResourceId, list[Subnet]] = {}
    for subnet in subnets:
        reference = subnet.properties.route_table
        if reference is not None:
            on_subnets.setdefault(reference.id, []).append(subnet)
    for table in routes.tables:
        using = on_subnets.get(table.table.id, [])
        residue = _residue(subject, table)
        if using and residue:
            verdict.add(_routes_left(subject, table, residue, using))
        elif _is_left(subject, table) and (not table.routes or (not using and verdict.is_complete)):
            verdict.add(_table_left(table))
    if not subnets and verdict.is_complete:
        return Skipped("no subnet of the nodes was found")
    tables, left = count(len(on_subnets), "route table"), len(verdict.problems)
    return verdict.conclude(
        f"no pod routes on {share(len(subnets), len(subnets), 'subnet')} ({tables})",
        failed=f"left of kubenet: {share(left, len(routes.tables), 'route table')}",
        evidence=map(table_of, subnets),
    )


def _subnets(subject: Subject, verdict: Verdict) -> list[Subnet]:
    """Return the subnets of nodes and pods that could be seen."""
    found = []
    for subnet_id in sorted({*subject.topology.subnets_of_nodes, *subject.pod_subnets}):
        with verdict:
            subnet = subject.topology.get(subnet_id, Subnet)
            if subnet is not None:
                found.append(subnet)
    return found


def _residue(subject: Subject, table: ClassifiedTable) -> list[ClassifiedRoute]:
    pods = pod_cidrs(subject.topology)
    return [
        each
        for each in table.routes
        if each.claimed is not None
        and each.is_to_appliance
        and (
            each.named is not None
            or each.reached is not None
            or (each.range is not None and is_within(each.range, pods))
        )
    ]


def _is_left(subject: Subject, table: ClassifiedTable) -> bool:
    is_named_so = _MADE_BY_AKS.fullmatch(table.table.title) is not None
    return is_named_so and is_made_by_aks(subject, table.table)


def _routes_left(
    subject: Subject,
    table: ClassifiedTable,
    residue: Sequence[ClassifiedRoute],
    using: Sequence[Subnet],
) -> Problem:
    at, routes = table.table, [each.route for each in residue]
    is_own = is_made_by_aks(subject, at)
    words = names(f"{each.claimed} ({each.route.properties.address_prefix})" for each in residue)
    return Problem(
        cause="pod-routes",
        resource=at.id,
        name=at.title,
        message=f"{share(len(residue), len(table.routes), 'route')} of {at.title}, on "
        f"{names(each.title for each in using)}, left of kubenet: {words}",
        impact="nobody keeps these routes up to date: they take a range of addresses to single "
        "nodes, whatever it is given to later",
        evidence=(
            *(part for each in residue for part in route_evidence(each)),
            *map(table_of, using),
        ),
        remediation="See to it that no kubenet cluster uses the table, then take it off the "
        "subnets and delete it."
        if is_own
        else "See to it that no kubenet cluster uses the table, then delete the routes.",
        commands=(
            show_table(at),
            *(() if is_own else route_commands("delete", routes)),
        ),
    )


def _table_left(table: ClassifiedTable) -> Problem:
    at = table.table
    what = count(len(table.routes), "route") if table.routes else "no routes"
    return Problem(
        cause="leftover-table",
        resource=at.id,
        name=at.title,
        message=f"{at.title} is named as AKS names the tables of kubenet: it has {what} and "
        f"{_use(table)}",
        impact="the table does nothing for this cluster",
        evidence=(evidence(at, "properties.routes", len(table.routes)),),
        remediation="Leave it if it disturbs nobody; delete it once no subnet uses it.",
        commands=(az("network", "route-table", "show", ids=str(at.id)),),
        severity=Severity.INFO,
    )


def _use(table: ClassifiedTable) -> str:
    if not table.subnets:
        return "is on no subnet"
    return f"is on {names(each.name for each in table.subnets)}"


check = Check(
    id="kubenet-residue",
    title="Nothing left of kubenet",
    group=Group.ROUTES,
    severity=Severity.MEDIUM,
    documentation=__doc__ or "",
    decide=decide,
)
