"""The routes and security rules that name the addresses pods have today, or are to have.

Sources: Learn "Service tags overview": ``VirtualNetwork`` holds the prefixes of the subnet's own
routes; AKS "concepts-network-azure-cni-overlay": security groups see packets between nodes and
pods with the pods' addresses, whatever leaves the pods' range has the node's.
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import Final, NamedTuple

from inspector.cluster.node_addresses import node_addresses
from inspector.cluster.pod_routes import OWN_POD_ROUTES, RouteKind, pod_cidrs, pod_routes
from inspector.cluster.protection import protections
from inspector.network.models import NetworkModel
from inspector.network.ranges import LabelledRange, overlaps_between
from inspector.network.security_rules.surroundings import (
    NETWORK_TAG,
    everything,
    parse_ranges,
)
from inspector.network.service_rules import sides
from inspector.network.spaces import Family, Space, common, difference, merged, span_of
from inspector.planning.moves.effects.callers import tables_to_pods
from inspector.planning.moves.effects.move import Move, PodPlace, place_of_pods
from inspector.planning.moves.effects.pod_range import PodCIDRProposal
from inspector.report.answer import Unknown, View, noting, unknown_of
from inspector.resource_id import ResourceId
from inspector.resources import NetworkSecurityGroup, SecurityRule, Subnet

_FAMILY: Final = Family.IPV4


class RouteLeft(View, frozen=True):
    """A route to addresses of pods that the move leaves behind; it then leads nowhere.

    ``subnets`` use its table.
    """

    id: ResourceId
    name: str
    table: str
    prefix: str | None
    next_hop: str | None
    subnets: tuple[ResourceId, ...]


class RuleSide(StrEnum):
    """Which end of the traffic a rule names."""

    SOURCE = "source"
    DESTINATION = "destination"


class RuleChange(StrEnum):
    """What becomes of a rule."""

    ENDS = "no longer matches pods"
    NARROWS = "matches nodes alone"
    STAYS = "still matches pods among themselves and nodes"
    BEGINS = "begins to match pods"
    UNCERTAIN = "not told whether it matches pods"


class RuleLeft(View, frozen=True):
    """A security rule that names addresses of pods, or the network that pods belong to.

    ``text`` is the range or the service tag as ARM writes it.
    """

    id: ResourceId
    name: str
    group: str
    group_id: ResourceId
    direction: str | None
    access: str | None
    priority: int | None
    side: RuleSide
    text: str
    change: RuleChange


class _Addresses(NamedTuple):
    """Where pods are today and then, and where nodes are among those of today.

    ``pods_then`` is ``None`` where it cannot be told; ``may_hide_nodes`` that of the nodes' own
    addresses some may be missing.
    """

    pods: Space
    pods_then: Space | None
    nodes: Space
    may_hide_nodes: bool


def routes_left(move: Move) -> Iterator[RouteLeft]:
    """Yield the routes into the pod CIDR that others wrote and that stay, by table."""
    if move.before is not NetworkModel.KUBENET or move.after is NetworkModel.KUBENET:
        return
    found = move.today.once(pod_routes)
    own = {each.table.id for each in found.of_nodes}
    pods = [LabelledRange(None, each) for each in pod_cidrs(move.today)]
    for table in found.tables:
        is_own = table.table.id in own
        if is_own and table.table.id.resource_group_id == move.today.cluster.infrastructure_group:
            continue
        kinds = (RouteKind.CUSTOM,) if is_own else (RouteKind.CUSTOM, *OWN_POD_ROUTES)
        for each in table.of(*kinds):
            if each.range is not None and overlaps_between([LabelledRange(None, each.range)], pods):
                yield RouteLeft(
                    id=each.route.id,
                    name=each.route.title,
                    table=table.table.title,
                    prefix=each.route.properties.address_prefix,
                    next_hop=each.route.properties.next_hop_ip_address or None,
                    subnets=table.subnets,
                )


def rules_left(
    move: Move, proposal: PodCIDRProposal | None, missing: list[Unknown]
) -> tuple[RuleLeft, ...]:
    """Return the rules that a move gives another meaning, by group, direction and priority.

    Only ranges of IPv4 are compared.
    """
    if not move.changes_addresses or place_of_pods(move.before) is PodPlace.UNTOLD:
        return ()
    group = move.today.cluster.infrastructure_group
    if group is not None:
        with noting(missing):
            move.today.listed(group, NetworkSecurityGroup)
    missing += map(unknown_of, move.today.once(protections).missing)
    addresses = _addresses(move, proposal)
    routed = _groups_with_routes(move, missing)
    return tuple(
        found
        for each in move.today.all(NetworkSecurityGroup)
        for rule in sorted(each.properties.security_rules, key=_order)
        for found in _of_rule(each, rule, addresses, has_pod_routes=each.id in routed)
    )


def _order(rule: SecurityRule) -> tuple[str, int, str]:
    fields = rule.properties
    return (fields.direction or "").lower(), fields.priority or 0, rule.title


def _addresses(move: Move, proposal: PodCIDRProposal | None) -> _Addresses:
    pods = tuple(map(str, pod_cidrs(move.today)))
    if place_of_pods(move.before) is PodPlace.IN_NETWORK:
        pods = tuple(prefix for each in _subnets_of_pods(move) for prefix in each.prefixes)
    then: Space | None = ()
    if proposal is not None:
        then = None if proposal.cidr is None else parse_ranges((proposal.cidr,)).space(_FAMILY)
    nodes = (
        (int(address), int(address))
        for pool in move.today.once(node_addresses)
        for node in pool.nodes
        for each in node.ipv4[:1]
        if (address := each.properties.private_ip_address) is not None
    )
    return _Addresses(
        pods=parse_ranges(pods).space(_FAMILY),
        pods_then=then,
        nodes=merged(nodes),
        may_hide_nodes=bool(move.today.hidden_nodes),
    )


def _subnets_of_pods(move: Move) -> Iterator[Subnet]:
    """Yield the subnets that pods have addresses of, those that were seen."""
    pools = move.today.cluster.properties.agent_pool_profiles
    ids = {each.pod_subnet_id for each in pools if each.pod_subnet_id is not None}
    for each in sorted(ids or move.today.subnets_of_nodes):
        found = move.today.seen(each, Subnet)
        if found is not None:
            yield found


def _groups_with_routes(move: Move, missing: list[Unknown]) -> frozenset[ResourceId]:
    """Return the groups at subnets, or nodes in these, whose routes make pods network members."""
    if move.before is not NetworkModel.KUBENET:
        return frozenset()
    tables = tables_to_pods(move.today.once(pod_routes).tables)
    subnets = {each for table in tables for each in table.subnets}
    found = {
        group.id
        for each in move.today.once(protections).nodes
        if each.subnet.id in subnets
        for group in each.groups
    }
    for subnet_id in sorted(subnets):
        with noting(missing):
            subnet = move.today.get(subnet_id, Subnet)
            reference = subnet.properties.network_security_group if subnet is not None else None
            if reference is not None:
                move.today.get(reference.id, NetworkSecurityGroup)
                found.add(reference.id)
    return frozenset(found)


def _of_rule(
    group: NetworkSecurityGroup, rule: SecurityRule, addresses: _Addresses, *, has_pod_routes: bool
) -> Iterator[RuleLeft]:
    fields = rule.properties
    for side, texts in zip(RuleSide, sides(rule), strict=True):
        for text in texts:
            change = _change(text, addresses)
            if has_pod_routes and text.strip().lower() == NETWORK_TAG:
                change = RuleChange.UNCERTAIN
            if change is not None:
                yield RuleLeft(
                    id=rule.id,
                    name=rule.title,
                    group=group.title,
                    group_id=group.id,
                    direction=fields.direction,
                    access=fields.access,
                    priority=fields.priority,
                    side=side,
                    text=text,
                    change=change,
                )


def _change(text: str, addresses: _Addresses) -> RuleChange | None:
    """Return what becomes of a range in a rule; ``None`` where it stays as good as it was.

    A range wider than the pods' does not name them: it counts only where they leave it.
    """
    span = span_of(text, _FAMILY)
    if span is None or (span,) == everything(_FAMILY):
        return None
    space = (span,)
    then = addresses.pods_then
    if not common(space, addresses.pods):
        return RuleChange.BEGINS if then and common(space, then) else None
    if not difference(space, addresses.nodes):
        return None
    return _of_pods_range(space, addresses)


def _of_pods_range(space: Space, addresses: _Addresses) -> RuleChange | None:
    """Return what becomes of a range that holds addresses of pods."""
    is_wider, then = bool(difference(space, addresses.pods)), addresses.pods_then
    if then is None:
        return None if is_wider else RuleChange.UNCERTAIN
    if common(space, then):
        return None if is_wider else RuleChange.STAYS
    if common(space, addresses.nodes):
        return RuleChange.NARROWS
    return RuleChange.UNCERTAIN if addresses.may_hide_nodes else RuleChange.ENDS
