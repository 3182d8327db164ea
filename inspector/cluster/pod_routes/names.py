"""The names of pod routes, and the prefixes that some of them hold.

Source: cloud-provider-azure, ``azure_routes.go``: a pod route is called after its node, or after
node and prefix with ``____`` between them.
"""

import re
from collections.abc import Collection
from typing import Final

from inspector.network.addresses import parse_range
from inspector.network.ranges import IPRange
from inspector.resource_id import ResourceId
from inspector.resources import Route

_SEPARATOR: Final = "____"
_NOT_IN_NAMES: Final = str.maketrans("", "", ".:/")
_POOL: Final = r"(?:aks|k8s)-[a-z0-9]+-(?P<number>\d{8})"
_NODE_NAME: Final = re.compile(rf"{_POOL}-(?:vmss[0-9a-z]{{6}}|vms\d+|\d+)")
_OF_POOL: Final = re.compile(rf"{_POOL}(?:-|$)")
_DEVICE: Final = re.compile(rf"/(?:virtualmachinescalesets|networkinterfaces)/{_POOL}-")


def claimed_node(route: Route, nodes: Collection[str]) -> str | None:
    """Return the node that a route's name tells of, folded; ``None`` for a name of another form.

    ``nodes`` are the folded names of nodes: those always tell, whatever their form.
    """
    name, separator, suffix = route.title.lower().partition(_SEPARATOR)
    if name in nodes or _NODE_NAME.fullmatch(name):
        return name
    is_encoded = bool(separator) and suffix in encodings(route.properties.address_prefix)
    return name if is_encoded else None


def encoded_prefix(route: Route) -> str | None:
    """Return the prefix in a route's name, without dots, colons and slash; ``None`` without one."""
    _, separator, suffix = route.title.lower().partition(_SEPARATOR)
    return suffix if separator else None


def encodings(prefix: str | None) -> frozenset[str]:
    """Return how a name may hold a prefix: as ARM writes it, and in its shortest form.

    Several prefixes come out alike, so that a name is never to be decoded.
    """
    written = {prefix or "", str(range_of(prefix) or "")} - {""}
    return frozenset(each.translate(_NOT_IN_NAMES).lower() for each in written)


def number_of_node(name: str) -> str | None:
    """Return the eight digits in the name of a node, which tell a pool from those of others."""
    match = _NODE_NAME.fullmatch(name)
    return match["number"] if match is not None else None


def number_of_pool(name: str) -> str | None:
    """Return the eight digits in the folded name of a node or a scale set."""
    match = _OF_POOL.match(name)
    return match["number"] if match is not None else None


def number_of_device(device: ResourceId) -> str | None:
    """Return the eight digits in the id of a node's interface, or of a part of it."""
    match = _DEVICE.search(device.key)
    return match["number"] if match is not None else None


def range_of(text: str | None) -> IPRange | None:
    """Return a prefix as a range; service tags are none."""
    try:
        return parse_range(text) if text else None
    except ValueError:
        return None
