"""What a move leaves as it is: the ways in and out, the API server, subnets and their guards."""

from collections.abc import Iterator

from inspector.cluster.egress import EgressKind, derive_egress
from inspector.cluster.ownership import Owner, OwnerKind, owner_of_frontend
from inspector.collected import NotCollected
from inspector.network.addresses import address_order
from inspector.network.targets import Target
from inspector.planning.moves.effects.move import Move, Way
from inspector.planning.moves.effects.route_tables import tables_of
from inspector.report.addresses import frontend_address, name_of, public_address
from inspector.report.answer import TextAnswer, Unknown, View, noting, unknown_of
from inspector.resource_id import ResourceId
from inspector.resources import FrontendIPConfiguration, LoadBalancer, Subnet, VirtualNetwork

_NO_WAYS_IN = frozenset({OwnerKind.OUTBOUND, OwnerKind.NOBODY})


class StayingFrontend(View, frozen=True):
    """An address that services or the API server are reached by.

    ``address`` is ``None`` where ARM gives none.
    """

    id: ResourceId
    load_balancer: str
    address: TextAnswer
    is_internal: bool
    owner: Owner


class StayingWayOut(View, frozen=True):
    """How nodes leave; ``addresses`` are those others see, as far as ARM has them.

    ``ends_with`` is the route table that the update deletes with the route that leads there,
    ``None`` for a way out that stays.
    """

    kind: EgressKind
    pools: tuple[str | None, ...]
    addresses: tuple[TextAnswer, ...]
    next_hops: tuple[str, ...]
    ends_with: str | None


class StayingSubnet(View, frozen=True):
    """A subnet of nodes with what guards it and leads out of it, each by name."""

    id: ResourceId
    name: str
    prefixes: tuple[str, ...]
    security_group: str | None
    nat_gateway: str | None


class Stays(View, frozen=True):
    """What stays as it is; with a new cluster, what others know of this one and it takes along.

    ``is_same_cluster`` says that the cluster stays the same resource, so that all of it stays.
    Frontends come by load balancer and address, subnets by id; ``missing`` may hide more.
    """

    is_same_cluster: bool
    frontends: tuple[StayingFrontend, ...]
    ways_out: tuple[StayingWayOut, ...]
    api_server: tuple[str, ...]
    service_cidrs: tuple[str, ...]
    dns_service_ip: str | None
    outbound_type: str | None
    subnets: tuple[StayingSubnet, ...]
    missing: tuple[Unknown, ...]


def stays_of(move: Move) -> Stays:
    """Return what a move does not change."""
    missing: list[Unknown] = []
    properties = move.today.cluster.properties
    profile = properties.network_profile
    return Stays(
        is_same_cluster=move.way is not Way.NEW_CLUSTER,
        frontends=tuple(_frontends(move, missing)),
        ways_out=tuple(_ways_out(move, missing)),
        api_server=tuple(each for each in (properties.fqdn, properties.private_fqdn) if each),
        service_cidrs=profile.all_service_cidrs,
        dns_service_ip=profile.dns_service_ip,
        outbound_type=profile.outbound_type,
        subnets=tuple(_subnets(move, missing)),
        missing=tuple(dict.fromkeys(missing)),
    )


def _frontends(move: Move, missing: list[Unknown]) -> Iterator[StayingFrontend]:
    group = move.today.cluster.infrastructure_group
    if group is not None:
        with noting(missing):
            move.today.listed(group, LoadBalancer)
    for balancer in move.today.all(LoadBalancer):
        found = [
            _frontend(move, balancer, each)
            for each in balancer.properties.frontend_ip_configurations
        ]
        missing += (each.address for each in found if isinstance(each.address, Unknown))
        yield from sorted(
            (each for each in found if each.owner.kind not in _NO_WAYS_IN),
            key=lambda each: (each.is_internal, address_order(each.address), each.id.key),
        )


def _frontend(
    move: Move, balancer: LoadBalancer, frontend: FrontendIPConfiguration
) -> StayingFrontend:
    return StayingFrontend(
        id=frontend.id,
        load_balancer=balancer.title,
        address=frontend_address(move.today, frontend),
        is_internal=frontend.properties.subnet is not None,
        owner=owner_of_frontend(move.today, frontend),
    )


def _ways_out(move: Move, missing: list[Unknown]) -> Iterator[StayingWayOut]:
    """Yield the ways out of all nodes, each kind once, those of a node's traffic alone too."""
    by_kind: dict[EgressKind, StayingWayOut] = {}
    deleted = {each.id: each.name for each in tables_of(move, []) if each.is_deleted}
    deleted = deleted if Target.OVERLAY in move.path else {}
    for group in move.today.once(derive_egress):
        missing += map(unknown_of, group.missing)
        addresses = tuple(public_address(move.today, each) for each in group.public_ips)
        known = by_kind.get(group.egress.kind)
        by_kind[group.egress.kind] = StayingWayOut(
            kind=group.egress.kind,
            pools=tuple(dict.fromkeys((*(known.pools if known else ()), group.pool))),
            addresses=tuple(dict.fromkeys((*(known.addresses if known else ()), *addresses))),
            next_hops=tuple(
                dict.fromkeys((*(known.next_hops if known else ()), *group.egress.next_hops))
            ),
            ends_with=next((deleted[e] for e in group.egress.through if e in deleted), None)
            or (known.ends_with if known else None),
        )
    missing += map(unknown_of, move.today.hidden_nodes)
    order = list(EgressKind)
    yield from sorted(by_kind.values(), key=lambda each: order.index(each.kind))


def _subnets(move: Move, missing: list[Unknown]) -> Iterator[StayingSubnet]:
    group = move.today.cluster.infrastructure_group
    if group is not None and any(each.vnet_subnet_id is None for each in move.pools):
        with noting(missing):
            move.today.listed(group, VirtualNetwork)
    for subnet_id in move.today.subnets_of_nodes:
        try:
            subnet = move.today.get(subnet_id, Subnet)
        except NotCollected as unseen:
            missing.append(unknown_of(unseen.gap))
            continue
        if subnet is not None:
            properties = subnet.properties
            yield StayingSubnet(
                id=subnet.id,
                name=subnet.title,
                prefixes=subnet.prefixes,
                security_group=name_of(properties.network_security_group),
                nat_gateway=name_of(properties.nat_gateway),
            )
