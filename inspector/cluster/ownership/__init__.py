"""Whose a public address, a prefix or a frontend is, told without access to the cluster."""

from inspector.cluster.ownership.frontends import owner_of_frontend, owner_of_rule
from inspector.cluster.ownership.owner import Owner, OwnerKind
from inspector.cluster.ownership.public_ips import (
    node_of_public_ip,
    owner_of_prefix,
    owner_of_public_ip,
    owner_of_unseen_public_ip,
    resource_words,
)

__all__ = [
    "Owner",
    "OwnerKind",
    "node_of_public_ip",
    "owner_of_frontend",
    "owner_of_prefix",
    "owner_of_public_ip",
    "owner_of_rule",
    "owner_of_unseen_public_ip",
    "resource_words",
]
