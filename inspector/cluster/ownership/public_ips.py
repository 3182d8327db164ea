"""Whose a public address or a prefix of them is."""

from typing import Final

import msgspec

from inspector.cluster.ownership.frontends import owner_of_frontend
from inspector.cluster.ownership.owner import Owner, OwnerKind
from inspector.network import service_names
from inspector.nodes import Node
from inspector.resource_id import ResourceId
from inspector.resources import (
    SCALE_SET_PUBLIC_IP_TYPE,
    FrontendIPConfiguration,
    NetworkInterface,
    PublicIPAddress,
    Reference,
    Relation,
    is_ip_configuration,
)
from inspector.topology import Topology

_NAT_GATEWAY: Final = "microsoft.network/natgateways"
_APPLICATION_GATEWAY: Final = "microsoft.network/applicationgateways"
_TAGGED: Final = {
    "microsoft.network/loadbalancers": "load balancer",
    "microsoft.network/networkinterfaces": "network interface",
}
"""What AKS and Kubernetes attach their addresses to: here a tag is to be believed."""

_RESOURCE_WORDS: Final = {
    _APPLICATION_GATEWAY: "application gateway",
    _NAT_GATEWAY: "NAT gateway",
    "microsoft.network/azurefirewalls": "Azure Firewall",
    "microsoft.network/bastionhosts": "Bastion",
    "microsoft.network/virtualnetworkgateways": "virtual network gateway",
    **_TAGGED,
}
_NAMED_BY_CLUSTER: Final = Owner(kind=OwnerKind.OUTBOUND, because="the cluster's profile names it")


def owner_of_public_ip(topology: Topology, address: PublicIPAddress) -> Owner:
    """Return who a public address serves, from who refers to it, then from its tags."""
    owner = _owner_by_referrers(topology, address.id)
    attached = address.properties.ip_configuration or address.properties.nat_gateway
    if owner is None and attached is not None:
        owner = _owner_of_attached(topology, address, attached)
    owner = owner or Owner(kind=OwnerKind.NOBODY, because="attached to nothing")
    services = service_names.services_of_tags(address.tags)
    if owner.kind is OwnerKind.NOBODY and services:
        because = f"{owner.because}; its tags still name {', '.join(services)}"
        return msgspec.structs.replace(owner, because=because)
    return owner


def owner_of_unseen_public_ip(topology: Topology, public_id: ResourceId) -> Owner:
    """Return who a public address serves when it could not be seen: who refers to it tells."""
    owner = _owner_by_referrers(topology, public_id)
    because = "the public IP address could not be seen"
    return owner or Owner(kind=OwnerKind.UNKNOWN, because=because)


def owner_of_prefix(topology: Topology, prefix: ResourceId) -> Owner:
    """Return who takes addresses from a prefix: who refers to it tells.

    Its own document names nobody, so nothing ever shows that it is nobody's.
    """
    sources = topology.referring(prefix, Relation.PUBLIC_IP_PREFIX)
    owners = (_owner_of_referrer(topology, source) for source in sources)
    owner = next((each for each in owners if each is not None), None)
    if owner is not None:
        return owner
    for source in sources:
        if source.type.lower().endswith("/agentpools"):
            nodes = f"nodes of pool {source.name}"
            return Owner(kind=OwnerKind.NODE, resource=nodes, because="the pool names it")
    if topology.snapshot.cluster in sources:
        return _NAMED_BY_CLUSTER
    if any("/publicipaddresses/" in each.key for each in sources):
        return Owner(kind=OwnerKind.ADDRESSES, because="public IP addresses are taken from it")
    return Owner(kind=OwnerKind.UNRECOGNISED, because="nothing that was read takes from it")


def node_of_public_ip(topology: Topology, public_id: ResourceId) -> Node | None:
    """Return the node that has a public address; ``None`` if no node is known to have it."""
    sources = filter(is_ip_configuration, _referrers(topology, public_id))
    nodes = (_node_of_configuration(topology, each) for each in sources)
    return next((node for node in nodes if node is not None), None)


def resource_words(resource_id: ResourceId) -> str:
    """Return the kind and the name of the top-level resource an id leads to."""
    top = _top_resource(resource_id)
    kind = _RESOURCE_WORDS.get(top.type.lower(), top.type.rpartition("/")[2])
    return f"{kind} {top.name}"


def _referrers(topology: Topology, public_id: ResourceId) -> tuple[ResourceId, ...]:
    """Return what refers to a public address; an instance's own hangs below its holder."""
    sources = topology.referring(public_id, Relation.PUBLIC_IP)
    if public_id.type.lower() == SCALE_SET_PUBLIC_IP_TYPE.lower() and public_id.parent is not None:
        return (*sources, public_id.parent)
    return sources


def _owner_by_referrers(topology: Topology, public_id: ResourceId) -> Owner | None:
    sources = _referrers(topology, public_id)
    owners = (_owner_of_referrer(topology, source) for source in sources)
    owner = next((owner for owner in owners if owner is not None), None)
    if owner is None and topology.snapshot.cluster in sources:
        return _NAMED_BY_CLUSTER
    return owner


def _owner_of_referrer(topology: Topology, source: ResourceId) -> Owner | None:
    kind = source.type.lower()
    if kind.endswith("/loadbalancers/frontendipconfigurations"):
        frontend = topology.get(source, FrontendIPConfiguration)
        return owner_of_frontend(topology, frontend) if frontend is not None else None
    if kind == _NAT_GATEWAY:
        return Owner(kind=OwnerKind.NAT_GATEWAY, because=f"NAT gateway {source.name}")
    return _owner_of_configuration(topology, source) if is_ip_configuration(source) else None


def _owner_of_configuration(topology: Topology, source: ResourceId) -> Owner:
    """Return the owner of an address on a network interface, which may be unseen itself."""
    interface = source.parent or source
    because = f"network interface {interface.name}"
    node = _node_of_configuration(topology, source)
    if node is not None:
        return Owner(kind=OwnerKind.NODE, because=f"{because} of node {node.name}")
    if topology.seen(interface, NetworkInterface) is None and not topology.is_absent(interface):
        return Owner(kind=OwnerKind.UNKNOWN, because=f"{because} could not be seen")
    return Owner(
        kind=OwnerKind.OTHER_RESOURCE, resource=because, because=f"{because}, which is no node's"
    )


def _node_of_configuration(topology: Topology, source: ResourceId) -> Node | None:
    """Return the node with the IP configuration; the machine's id tells it of an unseen one."""
    interface = topology.seen(source.parent, NetworkInterface) if source.parent else None
    if interface is not None:
        return topology.node_of(interface)
    machine = source.ancestor("Microsoft.Compute/virtualMachineScaleSets/virtualMachines")
    return topology.node_by_machine.get(machine.key) if machine is not None else None


def _owner_of_attached(topology: Topology, address: PublicIPAddress, attached: Reference) -> Owner:
    """Return the owner told by the address's own reference: its holder refers to it nowhere."""
    holder = _top_resource(attached.id)
    kind, words = holder.type.lower(), resource_words(holder)
    services = service_names.services_of_tags(address.tags)
    if kind == _NAT_GATEWAY:
        return Owner(kind=OwnerKind.NAT_GATEWAY, because=words)
    if kind in _TAGGED and service_names.is_managed_outbound(address.tags):
        return Owner(kind=OwnerKind.OUTBOUND, because="tag aks-managed-type")
    if kind in _TAGGED and services:
        return Owner(kind=OwnerKind.SERVICE, services=services, because="service tag")
    because = f"attached to {attached.id.name}"
    if kind in _TAGGED and topology.is_known(holder):
        return Owner(kind=OwnerKind.UNRECOGNISED, because=because)
    if kind in _TAGGED and holder.resource_group_id == topology.cluster.infrastructure_group:
        return Owner(kind=OwnerKind.UNKNOWN, because=f"{words} could not be seen")
    is_gateway = kind == _APPLICATION_GATEWAY
    owner = OwnerKind.APPLICATION_GATEWAY if is_gateway else OwnerKind.OTHER_RESOURCE
    return Owner(kind=owner, resource=words, because=because)


def _top_resource(resource_id: ResourceId) -> ResourceId:
    """Return the resource that lies in the resource group itself."""
    group, here = resource_id.resource_group_id, resource_id
    while here.parent is not None and here.parent != group:
        here = here.parent
    return here
