"""What services and ways out that are gone leave behind: frontends, addresses, NAT gateways."""

from collections.abc import Iterable

import msgspec

from inspector.cluster.api_server import is_api_server
from inspector.cluster.ownership import OwnerKind, owner_of_public_ip
from inspector.network.service_names import (
    is_managed_outbound,
    service_base,
    service_uid,
    services_of_tags,
)
from inspector.resource_id import ResourceId
from inspector.resources import (
    FrontendIPConfiguration,
    LoadBalancer,
    NATGateway,
    PublicIPAddress,
    Relation,
    same_text,
)
from inspector.snapshot import Gap
from inspector.topology import Topology


class UnusedFrontends(msgspec.Struct, frozen=True, kw_only=True):
    """Frontends of one load balancer that no rule uses, those of one service together.

    ``base`` is what every object of the service begins with, ``None`` where the name tells none:
    then there is one frontend. ``public_ips`` are the addresses seen that they hold, or that are
    named after the service and attached to nothing. ``is_declared`` says that the cluster's
    profile names an address of theirs as its way out.
    """

    balancer: LoadBalancer
    frontends: tuple[FrontendIPConfiguration, ...]
    base: str | None
    public_ips: tuple[PublicIPAddress, ...]
    is_declared: bool

    @property
    def service_uid(self) -> str | None:
        """The service's UID as the names give it, the last digit unknown."""
        return service_uid(self.base) if self.base is not None else None

    @property
    def services(self) -> tuple[str, ...]:
        """The services that the tags of the addresses name, as ``namespace/name``."""
        named = (services_of_tags(each.tags) for each in self.public_ips)
        return tuple(dict.fromkeys(service for services in named for service in services))


def unused_frontends(topology: Topology) -> tuple[UnusedFrontends, ...]:
    """Return the frontends without rules of every load balancer seen, in ARM's order.

    All the rules of a frontend are in its load balancer's own document. The API server's load
    balancer is Azure's own, and left out.
    """
    named = _by_base(topology.all(PublicIPAddress))
    declared = _declared(topology)
    found: dict[tuple[ResourceId, str], list[FrontendIPConfiguration]] = {}
    every = topology.all(LoadBalancer)
    balancers = {each.id: each for each in every if not is_api_server(topology, each.id)}
    for balancer in balancers.values():
        for frontend in balancer.properties.frontend_ip_configurations:
            if not _is_used(topology, frontend):
                group = service_base(frontend.title) or frontend.id.key
                found.setdefault((balancer.id, group), []).append(frontend)
    return tuple(
        _group(topology, balancers[place], frontends, named, declared)
        for (place, _), frontends in found.items()
    )


def _group(
    topology: Topology,
    balancer: LoadBalancer,
    frontends: list[FrontendIPConfiguration],
    named: dict[str, list[PublicIPAddress]],
    declared: frozenset[ResourceId],
) -> UnusedFrontends:
    base = service_base(frontends[0].title)
    held = [target for each in frontends for target in _public(topology, each)]
    seen = {target: topology.seen(target, PublicIPAddress) for target in held}
    loose = [each for each in named.get(base or "", ()) if is_unattached(each)]
    addresses = {each.id: each for each in (*seen.values(), *loose) if each is not None}
    return UnusedFrontends(
        balancer=balancer,
        frontends=tuple(frontends),
        base=base,
        public_ips=tuple(addresses[each] for each in sorted(addresses)),
        is_declared=not declared.isdisjoint(held),
    )


def is_unattached(address: PublicIPAddress) -> bool:
    """Whether ARM says that a public address is attached to nothing."""
    properties = address.properties
    return properties.ip_configuration is None and properties.nat_gateway is None


def unattached_outbound_ips(topology: Topology) -> tuple[PublicIPAddress, ...]:
    """Return the addresses that AKS made for an outbound rule and that serve nobody now."""
    return tuple(
        each
        for each in topology.all(PublicIPAddress)
        if is_managed_outbound(each.tags)
        and is_unattached(each)
        and owner_of_public_ip(topology, each).kind is OwnerKind.NOBODY
    )


def idle_gateways(topology: Topology) -> tuple[NATGateway, ...]:
    """Return the NAT gateways of the infrastructure group that are on no subnet.

    Those of StandardV2 are left out: they can serve a whole network.
    """
    group = topology.cluster.infrastructure_group
    return tuple(
        each
        for each in topology.all(NATGateway)
        if each.id.resource_group_id == group
        and not each.properties.subnets
        and not topology.referring(each.id, Relation.LEAVES_THROUGH)
        and same_text(each.sku.name, "Standard")
    )


def hidden_users(topology: Topology) -> tuple[Gap, ...]:
    """Return what may hide a load balancer or a NAT gateway, and so who uses an address."""
    scope = topology.cluster.infrastructure_group or topology.cluster.id
    gaps = (topology.gap_in_list(scope, kind) for kind in (LoadBalancer, NATGateway))
    return tuple(gap for gap in gaps if gap is not None)


def _is_used(topology: Topology, frontend: FrontendIPConfiguration) -> bool:
    properties = frontend.properties
    nat = (*properties.inbound_nat_rules, *properties.inbound_nat_pools)
    return bool(nat or topology.referring(frontend.id, Relation.FRONTEND))


def _public(topology: Topology, frontend: FrontendIPConfiguration) -> tuple[ResourceId, ...]:
    """Return the public addresses and prefixes of a frontend."""
    return (
        *topology.linked(frontend.id, Relation.PUBLIC_IP),
        *topology.linked(frontend.id, Relation.PUBLIC_IP_PREFIX),
    )


def _declared(topology: Topology) -> frozenset[ResourceId]:
    """Return the addresses and prefixes that the cluster's profile names as its way out."""
    cluster = topology.snapshot.cluster
    relations = (Relation.PUBLIC_IP, Relation.PUBLIC_IP_PREFIX)
    return frozenset(each for way in relations for each in topology.linked(cluster, way))


def _by_base(addresses: Iterable[PublicIPAddress]) -> dict[str, list[PublicIPAddress]]:
    found: dict[str, list[PublicIPAddress]] = {}
    for each in addresses:
        base = service_base(each.title)
        if base is not None:
            found.setdefault(base, []).append(each)
    return found
