"""The parts of a draft's load balancers, to be changed in place."""

from typing import Any

from fixtures.documents import Document
from inspector.findings import Finding
from tests.odd_clusters import LOAD_BALANCERS, Draft

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


def shown(finding: Finding) -> list[tuple[str, str, object]]:
    """Return the evidence as name, field and value."""
    return [(each.name, each.field, each.value) for each in finding.evidence]
