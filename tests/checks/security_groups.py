"""Rules and groups of a draft, to be added and taken away."""

from typing import Any

from fixtures.documents import Document, network_security_group, security_rule
from tests.odd_clusters import NETWORKS, SECURITY_GROUPS, Draft


def group_of(draft: Draft, name: str | None = None) -> Document:
    """Return the security group of a name, else the first."""
    every = draft.all(SECURITY_GROUPS)
    return next(each for each in every if name is None or each["name"] == name)


def add_rule(
    draft: Draft, name: str, priority: int, group: str | None = None, **fields: Any
) -> Document:
    """Add a rule to a group: one that denies all that comes in, but for the given fields."""
    found = group_of(draft, group)
    whole = {"ports": "*", "source": "*", "protocol": "*", "access": "Deny"}
    rule = security_rule(found["id"], name, priority=priority, **{**whole, **fields})
    found["properties"]["securityRules"].append(rule)
    return rule


def attach_to_subnet(draft: Draft, name: str, subnet: str) -> Document:
    """Make a security group without rules of its own and attach it to a subnet."""
    network = draft.one(NETWORKS)
    group_id = network["id"].split("/providers/")[0]
    group = network_security_group(group_id, name, location="westeurope")
    draft.add(group)
    parts = network["properties"]["subnets"]
    part = next(each for each in parts if each["name"] == subnet)
    part["properties"]["networkSecurityGroup"] = {"id": group["id"]}
    return group
