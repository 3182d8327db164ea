"""The parts of a draft's load balancers, to be changed in place."""

from typing import Any

import fixtures.documents as arm
from fixtures.documents import Document
from inspector.findings import Finding
from tests.odd_clusters import INTERFACES, LOAD_BALANCERS, PUBLIC_IPS, Draft

FRONTENDS = "frontendIPConfigurations"
POOLS = "backendAddressPools"
RULES = "loadBalancingRules"
PROBES = "probes"
OUTBOUND_RULES = "outboundRules"


def balancer(draft: Draft, place: int = 0) -> Document:
    """Return the load balancer at a place, by id."""
    return draft.one(LOAD_BALANCERS, place)


def parts(draft: Draft, field: str, place: int = 0) -> list[Document]:
    """Return the parts of one kind of the load balancer at a place."""
    found: list[Document] = balancer(draft, place)["properties"][field]
    return found


def part(draft: Draft, field: str, name: str, place: int = 0) -> Document:
    """Return the part of a kind that has the name."""
    return next(each for each in parts(draft, field, place) if each["name"] == name)


def values(draft: Draft, field: str, name: str, place: int = 0) -> Any:
    """Return the properties of the part of a kind that has the name."""
    return part(draft, field, name, place)["properties"]


def members(draft: Draft, pool: str = "kubernetes", place: int = 0) -> list[Document]:
    """Return the references of a pool of network interfaces."""
    found: list[Document] = values(draft, POOLS, pool, place)["backendIPConfigurations"]
    return found


def addresses(draft: Draft, pool: str = "kubernetes", place: int = 0) -> list[Document]:
    """Return the entries of a pool of addresses."""
    found: list[Document] = values(draft, POOLS, pool, place)["loadBalancerBackendAddresses"]
    return found


def without_rules(draft: Draft, frontend: str, place: int = 0) -> None:
    """Take the rules of a frontend away, and leave all else that was made for its service."""
    rules = parts(draft, RULES, place)
    rules[:] = [
        each
        for each in rules
        if not each["properties"]["frontendIPConfiguration"]["id"].endswith(f"/{frontend}")
    ]


def with_jump_host(draft: Draft, member: str | None = None) -> Draft:
    """Add a user's load balancer to the group, with rules both ways for a machine that is no node.

    ``member`` is another IP configuration for it.
    """
    host, own = balancer(draft), arm.resource_id(draft.group, LOAD_BALANCERS, "lb-jump")
    address = arm.resource_id(draft.group, PUBLIC_IPS, "pip-jump")
    interface = arm.resource_id(draft.group, INTERFACES, "nic-jump")
    frontend, pool = f"{own}/{FRONTENDS}/front", f"{own}/{POOLS}/back"
    configuration = member or f"{interface}/ipConfigurations/own"
    rule = {"backendAddressPool": {"id": pool}}
    ports = {"protocol": "Tcp", "frontendPort": 22, "backendPort": 22, "enableFloatingIP": False}
    settings = {"protocol": "Tcp", "allocatedOutboundPorts": 1000, "idleTimeoutInMinutes": 4}
    values_of = {
        f"{FRONTENDS}/front": {"publicIPAddress": {"id": address}},
        f"{POOLS}/back": {"backendIPConfigurations": [{"id": configuration}]},
        f"{RULES}/ssh": {
            **rule,
            **ports,
            "disableOutboundSnat": False,
            "frontendIPConfiguration": {"id": frontend},
            "probe": {"id": f"{own}/{PROBES}/ssh"},
        },
        f"{PROBES}/ssh": {"protocol": "Tcp", "port": 22},
        f"{OUTBOUND_RULES}/out": {
            **rule,
            **settings,
            "enableTcpReset": False,
            "frontendIPConfigurations": [{"id": frontend}],
        },
    }
    fields: Document = {}
    for path, properties in values_of.items():
        field, name = path.split("/")
        fields[field] = [{"id": f"{own}/{path}", "name": name, "properties": properties}]
    place = {"location": host["location"], "sku": {"name": "Standard"}}
    attached = {"ipAddress": "198.51.100.7", "ipConfiguration": {"id": frontend}}
    own_address = {"id": f"{interface}/ipConfigurations/own", "name": "own", "properties": {}}
    draft.add(
        {"id": own, "name": "lb-jump", "type": LOAD_BALANCERS, **place, "properties": fields},
        {"id": address, "name": "pip-jump", "type": PUBLIC_IPS, **place, "properties": attached},
        {
            "id": interface,
            "name": "nic-jump",
            "type": INTERFACES,
            "properties": {"ipConfigurations": [own_address]},
        },
    )
    return draft


def shown(finding: Finding) -> list[tuple[str, str, object]]:
    """Return the evidence as name, field and value."""
    return [(each.name, each.field, each.value) for each in finding.evidence]
