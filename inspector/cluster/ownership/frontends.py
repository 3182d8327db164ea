"""Whose a frontend or a rule of a load balancer is."""

from collections.abc import Iterable

import msgspec

from inspector.cluster.ownership.owner import Owner, OwnerKind
from inspector.network import service_names
from inspector.resources import (
    FrontendIPConfiguration,
    LoadBalancingRule,
    PublicIPAddress,
    Relation,
)
from inspector.topology import Topology


def owner_of_frontend(topology: Topology, frontend: FrontendIPConfiguration) -> Owner:
    """Return who a frontend serves: an outbound rule, a service, the API server, or nobody.

    The tags of its public address name the service; without them its name still gives the
    service's UID. A frontend no rule uses belongs to nobody, whatever its name says.
    """
    users = topology.referring(frontend.id, Relation.FRONTEND)
    rules = [each for each in users if each.type.lower().endswith("/loadbalancingrules")]
    nat = (*frontend.properties.inbound_nat_rules, *frontend.properties.inbound_nat_pools)
    if nat and not rules:
        return Owner(kind=OwnerKind.UNRECOGNISED, because=f"inbound NAT rule {nat[0].id.name}")
    if not users:
        return Owner(kind=OwnerKind.NOBODY, because="no rule uses the frontend")
    if rules:
        return _service_owner(topology, frontend)
    return Owner(kind=OwnerKind.OUTBOUND, because="only outbound rules use the frontend")


def owner_of_rule(topology: Topology, rule: LoadBalancingRule) -> Owner | None:
    """Return the owner of a rule's frontend; ``None`` if the rule has none."""
    for target in topology.linked(rule.id, Relation.FRONTEND):
        frontend = topology.seen(target, FrontendIPConfiguration)
        if frontend is None and not topology.is_known(target):
            return Owner(kind=OwnerKind.UNKNOWN, because="the frontend could not be seen")
        if frontend is not None:
            owner = owner_of_frontend(topology, frontend)
            pools = topology.linked(rule.id, Relation.BACKEND_POOL)
            return _narrowed(owner, rule.title, frontend.title, [each.name for each in pools])
    return None


def _service_owner(topology: Topology, frontend: FrontendIPConfiguration) -> Owner:
    if frontend.title.lower() == "kube-apiserver-frontend":
        return Owner(kind=OwnerKind.API_SERVER, because="the frontend's name")
    services = _tagged_services(topology, frontend)
    if services:
        return Owner(
            kind=OwnerKind.SERVICE,
            services=services,
            service_uid=service_names.service_uid(frontend.title),
            because="tag of the public IP address",
        )
    uid = service_names.service_uid(frontend.title)
    if uid is not None:
        return Owner(kind=OwnerKind.SERVICE, service_uid=uid, because="the frontend's name")
    public_ips = topology.linked(frontend.id, Relation.PUBLIC_IP)
    if not all(map(topology.is_known, public_ips)):
        return Owner(kind=OwnerKind.UNKNOWN, because="the public IP address could not be seen")
    return Owner(kind=OwnerKind.UNRECOGNISED, because="neither tag nor name tells")


def _tagged_services(topology: Topology, frontend: FrontendIPConfiguration) -> tuple[str, ...]:
    """Return what the tags of the frontend's public address say, if it could be seen."""
    for target in topology.linked(frontend.id, Relation.PUBLIC_IP):
        address = topology.seen(target, PublicIPAddress)
        if address is not None:
            return service_names.services_of_tags(address.tags)
    return ()


def _narrowed(owner: Owner, rule: str, frontend: str, pools: Iterable[str]) -> Owner:
    """Return the owner of one rule of a frontend that services share.

    A service that keeps to its own nodes has a backend pool named after it; another base in the
    rule's name is another service.
    """
    named = {_pool_of_service(each): each for each in owner.services}
    found = [named[each] for each in map(_without_family, pools) if each in named]
    if len(found) == 1 and len(owner.services) > 1:
        because = "the backend pool's name"
        owner = msgspec.structs.replace(owner, services=(found[0],), because=because)
    base = service_names.service_base(rule)
    if base is None or base == service_names.service_base(frontend):
        return owner
    return msgspec.structs.replace(owner, service_uid=service_names.service_uid(rule))


def _pool_of_service(service: str) -> str:
    """Return ``namespace-name`` (cloud-provider-azure, ``azure_local_services.go``)."""
    return service.replace("/", "-").lower()


def _without_family(pool: str) -> str:
    return pool.lower().removesuffix("-ipv6")
