"""The public addresses that the cluster's traffic has when it arrives elsewhere."""

from typing import Final

import msgspec

from inspector.cluster.egress.groups import derive_egress
from inspector.cluster.egress.kinds import EgressGroup, EgressKind
from inspector.collected import NotCollected
from inspector.network.addresses import parse_range
from inspector.network.ranges import IPRange
from inspector.network.spaces import Family
from inspector.resource_id import ResourceId
from inspector.resources import PublicIPAddress, PublicIPPrefix, Resource
from inspector.snapshot import Gap
from inspector.topology import Topology


class PublicSource(msgspec.Struct, frozen=True, kw_only=True):
    """A public address, or a prefix of them, with what it belongs to and what goes out by it."""

    resource: Resource
    range: IPRange
    kind: EgressKind


class PublicSources(msgspec.Struct, frozen=True, kw_only=True):
    """All public addresses of IPv4 traffic, by id; each once for each kind of way out.

    ``untold`` says which more there are that ARM does not tell, ``missing`` what could not be
    seen and may hide more.
    """

    sources: tuple[PublicSource, ...]
    untold: tuple[str, ...]
    missing: tuple[Gap, ...]


_FOREIGN: Final = {
    EgressKind.APPLIANCE: "the addresses behind {words} are not in what is read",
    EgressKind.GATEWAY: "the addresses behind {words} are not in what is read",
    EgressKind.DEFAULT_ACCESS: "the address of {words} is Azure's choice",
    EgressKind.UNKNOWN: "{words}",
}


def public_sources(topology: Topology) -> PublicSources:
    """Return the addresses that nodes and pods leave with, over IPv4."""
    sources: dict[tuple[ResourceId, EgressKind], PublicSource] = {}
    untold: dict[str, None] = {}
    missing = dict.fromkeys(topology.hidden_nodes)
    for group in derive_egress(topology):
        if group.family is not Family.IPV4:
            continue
        missing |= dict.fromkeys(group.missing)
        if group.egress.kind in _FOREIGN and not group.missing:
            untold[_FOREIGN[group.egress.kind].format(words=group.egress.words)] = None
        for target in group.public_ips:
            try:
                source = _source(topology, target, group)
            except NotCollected as unseen:
                missing[unseen.gap] = None
                continue
            if source is None:
                untold[f"{target.name} has no public address"] = None
            elif source.range.version == Family.IPV4.version:
                sources[target, group.egress.kind] = source
    return PublicSources(
        sources=tuple(sources[each] for each in sorted(sources)),
        untold=tuple(untold),
        missing=tuple(missing),
    )


def _source(topology: Topology, target: ResourceId, group: EgressGroup) -> PublicSource | None:
    """Return the address or prefix; ``None`` if it has none or does not exist."""
    is_prefix = target.type.lower() == PublicIPPrefix.arm_type.lower()
    found: PublicIPPrefix | PublicIPAddress | None
    if is_prefix:
        found = topology.get(target, PublicIPPrefix)
        text = found.properties.ip_prefix if found is not None else None
    else:
        found = topology.get(target, PublicIPAddress)
        address = found.properties.ip_address if found is not None else None
        text = str(address) if address is not None else None
    if found is None or text is None:
        return None
    return PublicSource(resource=found, range=parse_range(text), kind=group.egress.kind)
