"""Where the cluster's ranges meet those around it, and which range would meet none."""

from collections.abc import Iterable
from itertools import groupby

import msgspec

from inspector.cluster.address_plan.ranges import (
    CLUSTER_SUBNETS,
    PRIVATE,
    RESERVED,
    AddressPlan,
    PlannedRange,
    Role,
)
from inspector.network.ranges import IPRange, LabelledRange, first_free, overlaps_between
from inspector.resource_id import ResourceId
from inspector.resources import Resource
from inspector.wording import names


class Collision(msgspec.Struct, frozen=True, kw_only=True):
    """What ranges of one role share with those of one owner, in pairs by address.

    A network comes with those of its subnets that the cluster does not use. ``is_latent`` says
    that AKS made the network and that no subnet is where the ranges meet.
    """

    role: Role
    owner: Resource
    pairs: tuple[tuple[PlannedRange, PlannedRange], ...]
    is_latent: bool

    @property
    def words(self) -> str:
        """The collision in a sentence."""
        return "; ".join(
            f"{ours} overlaps {names(theirs.words for _, theirs in pairs)}"
            for ours, pairs in groupby(self.pairs, key=lambda pair: pair[0].words)
        )

    @property
    def ranges(self) -> tuple[PlannedRange, ...]:
        """The ranges that meet, each once, the cluster's own before the others."""
        ours = {each.text: each for each, _ in self.pairs}
        theirs = {(each.owner.id, each.text): each for _, each in self.pairs}
        return (*ours.values(), *theirs.values())


def collisions(plan: AddressPlan, role: Role, others: tuple[Role, ...]) -> tuple[Collision, ...]:
    """Return what the ranges of a role meet among the other roles', by role and owner.

    A range that meets a subnet of the cluster meets the network around it for the same reason, so
    that the network is left out then.
    """
    pairs = _pairs(plan.of(role), plan.of(*others))
    nearer = {
        (ours.text, _network_id(theirs)) for ours, theirs in pairs if theirs.role in CLUSTER_SUBNETS
    }
    grouped: dict[tuple[Role, ResourceId], list[tuple[PlannedRange, PlannedRange]]] = {}
    for ours, theirs in pairs:
        is_whole = theirs.role in {Role.NETWORK, Role.OTHER_SUBNET}
        if is_whole and (ours.text, _network_id(theirs)) in nearer:
            continue
        place = Role.NETWORK if is_whole else theirs.role
        grouped.setdefault((place, _holder(theirs).id), []).append((ours, theirs))
    order = list(Role)
    return tuple(
        Collision(
            role=place,
            owner=_holder(met[0][1]),
            pairs=tuple(met),
            is_latent=owner in plan.made_by_aks
            and all(theirs.role is Role.NETWORK for _, theirs in met),
        )
        for (place, owner), met in sorted(
            grouped.items(), key=lambda each: (order.index(each[0][0]), each[0][1])
        )
    )


def overlapped(plan: AddressPlan, role: Role, others: tuple[Role, ...]) -> int:
    """Return how many ranges of the other roles those of a role meet, networks included."""
    return len({id(theirs) for _, theirs in _pairs(plan.of(role), plan.of(*others))})


def free_range(
    plan: AddressPlan, like: PlannedRange, besides: Iterable[IPRange] = ()
) -> IPRange | None:
    """Return the lowest private IPv4 range of the same size that meets nothing of the plan.

    ``besides`` are ranges that are to stay free as well.
    ``None`` where there is none, where something that could meet it is not known, and for IPv6.
    """
    if plan.gaps or plan.doubts:
        return None
    taken = (*RESERVED, *besides, *(each.range for each in plan.ranges))
    return first_free(like.range.prefixlen, PRIVATE, taken)


def _pairs(
    ours: tuple[PlannedRange, ...], theirs: tuple[PlannedRange, ...]
) -> list[tuple[PlannedRange, PlannedRange]]:
    """Return what overlaps, in the order of ours and then of theirs."""
    found = overlaps_between(map(_labelled, ours), map(_labelled, theirs))
    order = {id(each): place for place, each in enumerate((*ours, *theirs))}
    pairs = [(one.label, other.label) for one, other in found]
    return sorted(pairs, key=lambda pair: (order[id(pair[0])], order[id(pair[1])]))


def _labelled(each: PlannedRange) -> LabelledRange[PlannedRange]:
    return LabelledRange(each, each.range)


def _network_id(each: PlannedRange) -> ResourceId | None:
    return each.network.id if each.network is not None else None


def _holder(each: PlannedRange) -> Resource:
    """Return whose a collision is; a subnet the cluster does not use counts to its network."""
    if each.role is Role.OTHER_SUBNET and each.network is not None:
        return each.network
    return each.owner
