"""What the checks of pod routes share: when they apply, what they look at, how to look again."""

from collections.abc import Iterable, Iterator

from inspector.checking.check import Decision, Skipped, Undecided, evidence
from inspector.checking.commands import az
from inspector.checking.subject import Subject
from inspector.checking.verdict import Verdict
from inspector.cluster.pod_routes import ClassifiedRoute, ClassifiedTable, pod_routes
from inspector.findings import Evidence
from inspector.network.models import NetworkModel, unrecognised
from inspector.resources import Route, RouteTable, Subnet

_MOST_COMMANDS = 5


def unless_kubenet(subject: Subject) -> Decision | None:
    """Return the decision for a cluster that is not known to be a kubenet one."""
    if subject.model is NetworkModel.UNRECOGNISED:
        return Undecided(unrecognised(subject.profile))
    if subject.model is not NetworkModel.KUBENET:
        return Skipped(f"the network plugin is {subject.profile.network_plugin}, not kubenet")
    return None


def tables_of_nodes(subject: Subject, verdict: Verdict) -> tuple[ClassifiedTable, ...]:
    """Return the tables that pod routes belong in; what may hide routes or nodes is noted."""
    routes = subject.once(pod_routes)
    verdict.miss(*routes.missing, *subject.topology.hidden_nodes)
    for each in routes.of_nodes:
        verdict.miss(*each.missing)
    return routes.of_nodes


def is_made_by_aks(subject: Subject, table: RouteTable) -> bool:
    """Whether the table is AKS's own: it lies in the infrastructure group."""
    return table.id.resource_group_id == subject.cluster.infrastructure_group


def route_evidence(found: ClassifiedRoute) -> Iterator[Evidence]:
    """Yield prefix and next hop of a route."""
    properties = found.route.properties
    yield evidence(found.route, "properties.addressPrefix", properties.address_prefix)
    yield evidence(found.route, "properties.nextHopIpAddress", properties.next_hop_ip_address)


def table_of(subnet: Subnet) -> Evidence:
    """Return which route table a subnet names."""
    reference = subnet.properties.route_table
    table = str(reference.id) if reference is not None else None
    return evidence(subnet, "properties.routeTable.id", table)


def show_table(table: RouteTable) -> str:
    """Return the command that lists the table's routes."""
    return az("network", "route-table", "show", ids=str(table.id), query="routes", output="table")


def route_commands(verb: str, routes: Iterable[Route]) -> tuple[str, ...]:
    """Return a command for each route, ``show`` or ``delete``; for many routes the first ones."""
    ids = [str(each.id) for each in routes][:_MOST_COMMANDS]
    return tuple(az("network", "route-table", "route", verb, ids=each) for each in ids)
