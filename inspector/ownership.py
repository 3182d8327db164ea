"""Whose a public address or a frontend is, told without access to the cluster."""

from enum import StrEnum

import msgspec

from inspector.network import service_names
from inspector.resource_id import ResourceId
from inspector.resources import (
    FrontendIPConfiguration,
    IPConfiguration,
    LoadBalancingRule,
    NetworkInterface,
    PublicIPAddress,
    Relation,
)
from inspector.topology import Topology


class OwnerKind(StrEnum):
    """Who a load balancer object or a public address serves."""

    OUTBOUND = "outbound"
    SERVICE = "service"
    NODE = "node"
    NAT_GATEWAY = "NAT gateway"
    API_SERVER = "API server"
    NOBODY = "nobody"
    UNRECOGNISED = "unrecognised"
    UNKNOWN = "unknown"


class Owner(msgspec.Struct, frozen=True, kw_only=True):
    """An owner and what proves it.

    ``services`` holds ``namespace/name`` of Kubernetes services where tags tell them;
    ``service_uid`` is what a name alone gives, its last digit unknown; ``because`` names the
    field the answer rests on.
    """

    kind: OwnerKind
    services: tuple[str, ...] = ()
    service_uid: str | None = None
    because: str = ""

    @property
    def words(self) -> str:
        """The owner in a few words."""
        if self.kind is OwnerKind.SERVICE:
            return ", ".join(self.services) or f"service with UID {self.service_uid}"
        return _WORDS[self.kind]


_WORDS = {
    OwnerKind.OUTBOUND: "cluster's way out",
    OwnerKind.NODE: "node",
    OwnerKind.NAT_GATEWAY: "NAT gateway",
    OwnerKind.API_SERVER: "API server",
    OwnerKind.NOBODY: "nobody",
    OwnerKind.UNRECOGNISED: "not recognised",
    OwnerKind.UNKNOWN: "unknown",
}


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
            return _narrowed(owner, rule.title, frontend.title)
    return None


def owner_of_unseen_public_ip(topology: Topology, public_id: ResourceId) -> Owner:
    """Return who a public address serves when it could not be seen: who refers to it tells."""
    owner = _owner_by_referrers(topology, public_id)
    because = "the public IP address could not be seen"
    return owner or Owner(kind=OwnerKind.UNKNOWN, because=because)


def _owner_by_referrers(topology: Topology, public_id: ResourceId) -> Owner | None:
    sources = topology.referring(public_id, Relation.PUBLIC_IP)
    owners = (_owner_of_referrer(topology, source) for source in sources)
    return next((owner for owner in owners if owner is not None), None)


def owner_of_public_ip(topology: Topology, address: PublicIPAddress) -> Owner:
    """Return who a public address serves, from who refers to it, then from its tags."""
    owner = _owner_by_referrers(topology, address.id)
    if owner is not None:
        return owner
    services = service_names.services_of_tags(address.tags)
    attached = address.properties.ip_configuration or address.properties.nat_gateway
    if attached is None:
        claimed = f"; its tags still name {', '.join(services)}" if services else ""
        return Owner(kind=OwnerKind.NOBODY, because=f"attached to nothing{claimed}")
    if service_names.is_managed_outbound(address.tags):
        return Owner(kind=OwnerKind.OUTBOUND, because="tag aks-managed-type")
    if services:
        return Owner(kind=OwnerKind.SERVICE, services=services, because="service tag")
    return Owner(kind=OwnerKind.UNRECOGNISED, because=f"attached to {attached.id.name}")


def _owner_of_referrer(topology: Topology, source: ResourceId) -> Owner | None:
    kind = source.type.lower()
    if kind.endswith("/frontendipconfigurations"):
        frontend = topology.get(source, FrontendIPConfiguration)
        return owner_of_frontend(topology, frontend) if frontend is not None else None
    if kind.endswith("/natgateways"):
        return Owner(kind=OwnerKind.NAT_GATEWAY, because=f"NAT gateway {source.name}")
    if kind.endswith("/networkinterfaces/ipconfigurations"):
        return _owner_of_configuration(topology, source)
    return None


def _owner_of_configuration(topology: Topology, source: ResourceId) -> Owner | None:
    configuration = topology.get(source, IPConfiguration)
    interface = topology.holder(configuration, NetworkInterface) if configuration else None
    if interface is None:
        return None
    node = topology.node_of(interface)
    because = f"network interface {interface.title}"
    if node is None:
        return Owner(kind=OwnerKind.UNRECOGNISED, because=f"{because}, which is no node's")
    return Owner(kind=OwnerKind.NODE, because=f"{because} of node {node.name}")


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
    hidden = [each for each in _public_ips(topology, frontend) if not topology.is_known(each)]
    if hidden:
        return Owner(kind=OwnerKind.UNKNOWN, because="the public IP address could not be seen")
    return Owner(kind=OwnerKind.UNRECOGNISED, because="neither tag nor name tells")


def _public_ips(topology: Topology, frontend: FrontendIPConfiguration) -> tuple[ResourceId, ...]:
    return topology.linked(frontend.id, Relation.PUBLIC_IP)


def _tagged_services(topology: Topology, frontend: FrontendIPConfiguration) -> tuple[str, ...]:
    """Return what the tags of the frontend's public address say, if it could be seen."""
    for target in _public_ips(topology, frontend):
        address = topology.seen(target, PublicIPAddress)
        if address is not None:
            return service_names.services_of_tags(address.tags)
    return ()


def _narrowed(owner: Owner, rule_name: str, frontend_name: str) -> Owner:
    """Return the owner of one rule of a shared frontend: another base is another service."""
    base = service_names.service_base(rule_name)
    if base is None or base == service_names.service_base(frontend_name):
        return owner
    return msgspec.structs.replace(owner, service_uid=service_names.service_uid(rule_name))
