"""Whose a load balancer object is: what the Kubernetes cloud provider's names and tags say.

Source: cloud-provider-azure, ``azure_loadbalancer.go`` and ``pkg/consts/consts.go``.
"""

import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Final

SERVICE_TAGS: Final = ("k8s-azure-service", "service")
"""The tag that names a public address's services, today's and the one before it."""

OUTBOUND_TYPE_TAGS: Final = ("aks-managed-type", "type")
OUTBOUND_TYPE: Final = "aks-slb-managed-outbound-ip"

_BASE: Final = re.compile(
    r"(?:kubernetes-)?(?P<base>a(?P<uid>[0-9a-f]{31}))(?:-.+)?", re.IGNORECASE
)
_UID_CUTS: Final = (0, 8, 12, 16, 20, 31)


def service_base(name: str) -> str | None:
    """Return the 32 characters that every object of one service starts with.

    They are ``a`` and the first 31 hex digits of the service's UID. ``None`` for a name that no
    service gave.
    """
    match = _BASE.fullmatch(name)
    return match["base"].lower() if match else None


def service_uid(name: str) -> str | None:
    """Return the UID of the service an object is named after, its last digit unknown (``?``)."""
    match = _BASE.fullmatch(name)
    if match is None:
        return None
    uid = match["uid"].lower()
    groups = (uid[start:end] for start, end in pairwise(_UID_CUTS))
    return "-".join(groups) + "?"


def services_of_tags(tags: Mapping[str, str]) -> tuple[str, ...]:
    """Return the ``namespace/name`` of each service that the tags of a public address name."""
    for tag in SERVICE_TAGS:
        value = tags.get(tag, "")
        if "/" in value:
            return tuple(part.strip() for part in value.split(",") if part.strip())
    return ()


def is_managed_outbound(tags: Mapping[str, str]) -> bool:
    """Whether AKS made the public address for the cluster's way out."""
    return any(tags.get(tag) == OUTBOUND_TYPE for tag in OUTBOUND_TYPE_TAGS)
