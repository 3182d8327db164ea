"""The public address behind a reference: known, absent or unknown."""

from inspector.report.answer import TextAnswer, ask
from inspector.resource_id import ResourceId
from inspector.resources import (
    FrontendIPConfiguration,
    PublicIPAddress,
    PublicIPPrefix,
    Reference,
    Relation,
)
from inspector.topology import Topology


def public_address(topology: Topology, target: ResourceId) -> TextAnswer:
    """Return the address of a public IP address or the range of a prefix, as text."""
    if target.type.lower() == PublicIPPrefix.arm_type.lower():
        return ask(lambda: _prefix(topology, target))
    return ask(lambda: _address(topology, target))


def frontend_address(topology: Topology, frontend: FrontendIPConfiguration) -> TextAnswer:
    """Return a frontend's address: its private one, else that of its public address or prefix."""
    properties = frontend.properties
    if properties.private_ip_address is not None:
        return str(properties.private_ip_address)
    for relation in (Relation.PUBLIC_IP, Relation.PUBLIC_IP_PREFIX):
        for target in topology.linked(frontend.id, relation):
            return public_address(topology, target)
    return None


def name_of(reference: Reference | None) -> str | None:
    """Return the name of what a reference leads to."""
    return reference.id.name if reference is not None else None


def _address(topology: Topology, target: ResourceId) -> str | None:
    found = topology.get(target, PublicIPAddress)
    address = found.properties.ip_address if found is not None else None
    return str(address) if address is not None else None


def _prefix(topology: Topology, target: ResourceId) -> str | None:
    found = topology.get(target, PublicIPPrefix)
    return found.properties.ip_prefix if found is not None else None
