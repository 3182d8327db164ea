"""Whether the route tables of kubenet can go, and who else they serve.

Sources: AKS "update-azure-cni": a table that AKS made is deleted, from one of the user's the pod
routes are removed; MicrosoftDocs/azure-aks-docs issue 334: the update fails while a subnet of an
application gateway is on the table.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from inspector.cluster.move_conditions.kinds import (
    Condition,
    Reading,
    Requirement,
    Situation,
    open_answer,
    reading,
)
from inspector.cluster.pod_routes import OWN_POD_ROUTES, ClassifiedTable, RouteKind, pod_routes
from inspector.resource_id import ResourceId
from inspector.snapshot import Gap
from inspector.topology import Topology
from inspector.wording import names

_OTHERS_ROUTES: Final = tuple(each for each in RouteKind if each not in OWN_POD_ROUTES)


def tables_alone(situation: Situation) -> Iterator[Requirement]:
    """Yield whether the tables with the pod routes serve this cluster alone, AKS's own first."""
    today = situation.today
    routes = today.once(pod_routes)
    gaps = (*routes.missing, *today.hidden_nodes)
    own = [each for each in routes.of_nodes if _is_made_by_aks(today, each)]
    others = [each for each in routes.of_nodes if not _is_made_by_aks(today, each)]
    if own or gaps:
        yield _own_table(today, own, gaps)
        yield _own_routes(own, gaps)
    if others or gaps:
        yield _users_table(today, others, gaps)


def _own_table(
    today: Topology, tables: list[ClassifiedTable], gaps: tuple[Gap, ...]
) -> Requirement:
    """Return whether no other subnet holds the table that AKS made and will delete."""
    others = list(_other_subnets(today, tables))
    return _requirement(
        Condition.ROUTE_TABLE,
        "AKS's own route table on no subnet but the nodes'",
        [subnet.name for _, subnet in others],
        _on_subnets(others) or _named(tables),
        gaps,
    )


def _own_routes(tables: list[ClassifiedTable], gaps: tuple[Gap, ...]) -> Requirement:
    """Return whether the table that AKS made and will delete holds its own routes alone."""
    others = [each.route for table in tables for each in table.of(*_OTHERS_ROUTES)]
    return _requirement(
        Condition.ROUTES_LOST,
        "no routes but AKS's own in its route table",
        [each.title for each in others],
        [
            reading(each, "properties.addressPrefix", each.properties.address_prefix)
            for each in others
        ]
        or _named(tables),
        gaps,
    )


def _users_table(
    today: Topology, tables: list[ClassifiedTable], gaps: tuple[Gap, ...]
) -> Requirement:
    """Return whether the pod routes in a table of the user's serve nobody but this cluster."""
    others = list(_other_subnets(today, tables))
    foreign = [each.route for table in tables for each in table.of(RouteKind.FOREIGN)]
    routes = (
        reading(each, "properties.addressPrefix", each.properties.address_prefix)
        for each in foreign
    )
    return _requirement(
        Condition.SHARED_TABLE,
        "your own route table for this cluster alone",
        [*(subnet.name for _, subnet in others), *(each.title for each in foreign)],
        [*(_on_subnets(others) or _named(tables)), *routes],
        (*gaps, *(gap for each in tables for gap in each.missing)),
    )


def _requirement(
    condition: Condition,
    words: str,
    others: list[str],
    readings: list[Reading],
    gaps: tuple[Gap, ...],
) -> Requirement:
    with_whom = f"; today also {names(others)}" if others else ""
    return Requirement(
        condition=condition,
        words=f"{words}{with_whom}",
        answer=open_answer(is_broken=bool(others) and not gaps, is_open=bool(gaps)),
        readings=tuple(readings),
        gaps=tuple(dict.fromkeys(gaps)),
    )


def other_subnets(today: Topology) -> tuple[ResourceId, ...]:
    """Return the subnets on AKS's own table that hold none of the cluster's nodes."""
    routes = today.once(pod_routes)
    tables = [each for each in routes.of_nodes if _is_made_by_aks(today, each)]
    return tuple(subnet for _, subnet in _other_subnets(today, tables))


def users_tables(today: Topology) -> tuple[ResourceId, ...]:
    """Return the tables of the user's on the nodes' subnets, as far as they were seen."""
    tables = today.once(pod_routes).of_nodes
    return tuple(each.table.id for each in tables if not _is_made_by_aks(today, each))


def _is_made_by_aks(today: Topology, each: ClassifiedTable) -> bool:
    return each.table.id.resource_group_id == today.cluster.infrastructure_group


def _other_subnets(
    today: Topology, tables: Iterable[ClassifiedTable]
) -> Iterator[tuple[ClassifiedTable, ResourceId]]:
    own = set(today.subnets_of_nodes)
    for each in tables:
        yield from ((each, subnet) for subnet in each.subnets if subnet not in own)


def _on_subnets(others: Iterable[tuple[ClassifiedTable, ResourceId]]) -> list[Reading]:
    return [
        Reading(
            resource=subnet,
            name=subnet.name,
            field="properties.routeTable.id",
            value=str(each.table.id),
        )
        for each, subnet in others
    ]


def _named(tables: Iterable[ClassifiedTable]) -> list[Reading]:
    return [
        reading(each.table, "properties.subnets", names(subnet.name for subnet in each.subnets))
        for each in tables
    ]
