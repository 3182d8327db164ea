"""Which addresses one side of a security rule matches, for certain and perhaps."""

from typing import NamedTuple

from inspector.network.security_rules.doubts import Cause, Clause, Doubt, unread
from inspector.network.security_rules.surroundings import (
    BALANCER_TAG,
    INTERNET_TAG,
    NETWORK_TAG,
    KnownNetwork,
    Ranges,
    Side,
    everything,
    internet_of,
    probe_space,
    taggable_space,
)
from inspector.network.spaces import Space, common, difference, merged


class Region(NamedTuple):
    """Numbers that a field of a rule matches: for certain without doubts, else perhaps."""

    space: Space
    doubts: Clause = frozenset()


class Addresses(NamedTuple):
    """What one side of a rule says; ``about`` is ``source`` or ``destination``.

    ``groups`` are ids of application security groups.
    """

    about: str
    ranges: Ranges
    groups: tuple[str, ...] = ()

    def regions(self, side: Side, network: KnownNetwork) -> tuple[Region, ...]:
        """Return what of a flow's side the rule matches; regions of doubt may overlap."""
        whole = everything(network.family)
        certain = [self.ranges.space(network.family), whole if self.ranges.is_any else ()]
        perhaps: list[tuple[Space, Doubt]] = []
        for tag in self.ranges.tags:
            held, space, cause = _tagged(tag.lower(), side, network)
            certain.append(held)
            perhaps.append((space, Doubt(cause, self.about, tag if cause is Cause.TAG else "")))
        for group in self.groups:
            space = merged((*network.own, *side.hidden))
            perhaps.append((space, Doubt(Cause.GROUP, self.about, group)))
        perhaps += ((whole, unread(self.about, text)) for text in self.ranges.odd)
        held = merged(span for space in certain for span in common(space, side.space))
        return (Region(held), *_doubtful(perhaps, difference(side.space, held)))


def _tagged(tag: str, side: Side, network: KnownNetwork) -> tuple[Space, Space, Cause]:
    """Return what of a side a tag holds, what it may hold, and why that is not known."""
    if tag == NETWORK_TAG:
        return network.inside, side.hidden, Cause.NETWORK
    if tag == INTERNET_TAG:
        return *internet_of(side, network), Cause.INTERNET
    if tag == BALANCER_TAG:
        return probe_space(network.family), (), Cause.TAG
    if f"{side.tag}.".startswith(f"{tag}."):  # Storage holds Storage.WestEurope
        return side.space, (), Cause.TAG
    return (), taggable_space(network.family), Cause.TAG


def _doubtful(perhaps: list[tuple[Space, Doubt]], within: Space) -> list[Region]:
    doubts: dict[Space, set[Doubt]] = {}
    for space, doubt in perhaps:
        doubts.setdefault(space, set()).add(doubt)
    regions = ((common(space, within), frozenset(found)) for space, found in doubts.items())
    return [Region(space, found) for space, found in regions if space]
