"""The pod CIDR that a cluster moves to Overlay with: the present one, a larger or another one."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Final, NamedTuple

from inspector.checking.subnets import OPEN_ENDED
from inspector.cluster.address_plan import (
    OWN_NETWORKS,
    RESERVED,
    PlannedRange,
    Role,
    collisions,
    note_on_services,
)
from inspector.cluster.pod_cidr_room import (
    DEFAULT_POD_CIDR,
    enlarged_pod_cidr,
    free_pod_cidr,
    length_with_room,
)
from inspector.cluster.subnet_capacity import untold_nodes
from inspector.network.address_needs import NODE_POD_PREFIX_LENGTH, pod_cidr_slots
from inspector.network.models import NetworkModel
from inspector.network.pool_sizes import Situation
from inspector.network.ranges import IPRange, LabelledRange, overlaps_between
from inspector.nodes import makes_nodes_without_pool
from inspector.planning.figures import Figure
from inspector.planning.moves.effects.move import Move, Way
from inspector.planning.moves.effects.situations import Share, shown, taken
from inspector.report.answer import Unknown, View, unknown_of
from inspector.resource_id import ResourceId
from inspector.wording import names, plural

_OTHERS: Final = (
    Role.SERVICE_CIDR,
    Role.DOCKER_BRIDGE,
    *OWN_NETWORKS,
    Role.PEER,
    Role.ON_PREMISES,
)
_USED_PERCENT: Final = 80
_IPV4: Final = 4
_FREE: Final = "this private range meets no other"


class PodCIDRChoice(StrEnum):
    """What becomes of the pod CIDR."""

    KEEP = "keep"
    ENLARGE = "enlarge"
    REPLACE = "replace"
    SET = "set"
    NONE_LEFT = "none left"
    UNKNOWN = "unknown"


class Meeting(View, frozen=True):
    """A range that the present pod CIDR overlaps.

    ``role`` and ``owner`` are ``None`` for a range that AKS reserves.
    """

    pod_cidr: str
    role: Role | None
    owner: ResourceId | None
    range: str
    words: str


class PodCIDRProposal(View, frozen=True):
    """The IPv4 pod CIDR to move with; a slice is the /24 that each node takes of it.

    ``present`` are the IPv4 ranges of today, none where pods have addresses of subnets.
    ``slices_needed`` is for all pools at their maximum that upgrade together. ``cidr`` is the
    present one if that may stay, else a /16 as AKS gives by default, larger where more slices are
    needed, smaller where no /16 is free, always with a fifth to spare, and outside the private
    ranges that may call the API server where such a one is left. It is ``None``, as are
    ``slices`` and ``spare``, where no range can be named. ``present_meets`` is by role and address.
    Nothing is proposed while ``missing`` or ``doubts`` may hide a range or a node.
    """

    choice: PodCIDRChoice
    present: tuple[str, ...]
    present_slices: int | None
    present_meets: tuple[Meeting, ...]
    slices_needed: Figure
    cidr: str | None
    slices: int | None
    spare: int | None
    reason: str
    notes: tuple[str, ...]
    doubts: tuple[str, ...]
    missing: tuple[Unknown, ...]


class _Facts(NamedTuple):
    """What the choice rests on."""

    present: tuple[IPRange, ...]
    slices: int | None
    needed: Figure
    meets: tuple[Meeting, ...]
    doubts: tuple[str, ...]
    missing: tuple[Unknown, ...]

    @property
    def meets_of_ipv4(self) -> tuple[Meeting, ...]:
        """What the IPv4 range meets, which alone is chosen anew."""
        return tuple(each for each in self.meets if ":" not in each.pod_cidr)


class _Chosen(NamedTuple):
    choice: PodCIDRChoice
    cidr: IPRange | None
    reason: str


def propose_pod_cidr(move: Move) -> PodCIDRProposal | None:
    """Return the pod CIDR to move with; ``None`` where the move changes none."""
    if not move.changes_addresses or move.after is not NetworkModel.CNI_OVERLAY:
        return None
    facts = _facts(move)
    chosen = _choose(move, facts)
    slices = pod_cidr_slots([str(chosen.cidr)]) if chosen.cidr is not None else None
    needed = facts.needed.number
    return PodCIDRProposal(
        choice=chosen.choice,
        present=tuple(map(str, facts.present)),
        present_slices=facts.slices,
        present_meets=facts.meets,
        slices_needed=facts.needed,
        cidr=str(chosen.cidr) if chosen.cidr is not None else None,
        slices=slices,
        spare=slices - needed if slices is not None and needed is not None else None,
        reason=chosen.reason,
        notes=tuple(_notes(move, facts, chosen)),
        doubts=facts.doubts,
        missing=facts.missing,
    )


def _facts(move: Move) -> _Facts:
    plan = move.plan
    present = tuple(each.range for each in plan.of(Role.POD_CIDR) if each.range.version == _IPV4)
    doubts = [each.reason for each in plan.doubts]
    doubts += [reason for pool in move.pools for reason in untold_nodes(pool)]
    if makes_nodes_without_pool(move.today):
        doubts.append(OPEN_ENDED)
    return _Facts(
        present=present,
        slices=pod_cidr_slots(map(str, present)),
        needed=shown(
            taken(
                move.today,
                (Share(pool, 1) for pool in move.pools),
                Situation.MAXIMUM_AND_UPGRADE,
            )
        ),
        meets=tuple(_meetings(move)),
        doubts=tuple(dict.fromkeys(doubts)),
        missing=tuple(dict.fromkeys(map(unknown_of, plan.gaps))),
    )


def _meetings(move: Move) -> Iterator[Meeting]:
    plan = move.plan
    for collision in collisions(plan, Role.POD_CIDR, _OTHERS):
        for ours, theirs in collision.pairs:
            yield Meeting(
                pod_cidr=ours.text,
                role=theirs.role,
                owner=theirs.owner.id,
                range=theirs.text,
                words=theirs.words,
            )
    pods = [LabelledRange(each, each.range) for each in plan.of(Role.POD_CIDR)]
    reserved = [LabelledRange(each, each) for each in RESERVED]
    for pod, kept in overlaps_between(pods, reserved):
        yield _reserved(pod.label, kept.range)


def _reserved(ours: PlannedRange, theirs: IPRange) -> Meeting:
    return Meeting(
        pod_cidr=ours.text,
        role=None,
        owner=None,
        range=str(theirs),
        words=f"{theirs}, which AKS reserves",
    )


def _choose(move: Move, facts: _Facts) -> _Chosen:
    """Return the present range if it may stay, else one around it, else another one.

    It is as large as the default of AKS wherever that is free: addresses of an overlay cost
    nothing, and one that is too small stops the cluster later.
    """
    needed = facts.needed.number
    if needed is None or facts.doubts or facts.missing:
        return _Chosen(PodCIDRChoice.UNKNOWN, None, _why_unknown(facts))
    of_need = f"{_slices(needed)} {'is' if needed == 1 else 'are'} needed"
    is_large = facts.slices is not None and facts.slices >= needed
    if is_large and not facts.meets_of_ipv4 and len(facts.present) == 1:
        words = f"it meets no other range, and has {_slices(facts.slices or 0)}; {of_need}"
        return _Chosen(PodCIDRChoice.KEEP, facts.present[0], words)
    why = _why_not(facts, of_need)
    length = length_with_room(needed, NODE_POD_PREFIX_LENGTH, _USED_PERCENT)
    if length is None:
        words = f"{why}; no private range is so large"
        return _Chosen(PodCIDRChoice.NONE_LEFT, None, words)
    for avoiding in dict.fromkeys((move.authorized_ranges, ())):
        beyond = f", nor those that may call the API server ({names(map(str, avoiding))})"
        for size in range(min(length, DEFAULT_POD_CIDR.prefixlen), length + 1):
            found = _changed(move, facts, size, avoiding)
            if found is not None:
                words = f"{why}; {found.reason}{beyond if avoiding else ''}"
                return found._replace(reason=words)
    words = f"{why}; no private /{length} is left that meets nothing"
    return _Chosen(PodCIDRChoice.NONE_LEFT, None, words)


def _changed(move: Move, facts: _Facts, size: int, avoiding: tuple[IPRange, ...]) -> _Chosen | None:
    """Return a range of a size around the present one, else another, with why it may be taken."""
    larger = enlarged_pod_cidr(move.plan, size, avoiding)
    if larger is not None:
        words = "this range holds the present one and meets no other"
        return _Chosen(PodCIDRChoice.ENLARGE, larger, words)
    other = free_pod_cidr(move.plan, size, avoiding)
    if other is None:
        return None
    choice = PodCIDRChoice.REPLACE if facts.present else PodCIDRChoice.SET
    return _Chosen(choice, other, _FREE)


def _slices(number: int) -> str:
    return f"{number:,} {'slice' if number == 1 else plural('slice')}"


def _why_unknown(facts: _Facts) -> str:
    reasons = list(_words_on_meeting(facts))
    if facts.missing:
        reasons.append("what it must not meet could not all be seen")
    reasons += facts.doubts
    return "; ".join(reasons)


def _words_on_meeting(facts: _Facts) -> Iterator[str]:
    met = names(each.words for each in facts.meets_of_ipv4)
    if met:
        yield f"the present one meets {met}"


def _why_not(facts: _Facts, of_need: str) -> str:
    """Return why the present range does not do."""
    if not facts.present:
        return f"the cluster has no pod CIDR today; {of_need}"
    reasons = []
    needed = facts.needed.number
    if facts.slices is not None and needed is not None:
        is_short = facts.slices < needed
        reasons += [f"the present one has {_slices(facts.slices)}, {of_need}"] * is_short
    reasons += _words_on_meeting(facts)
    if len(facts.present) > 1:
        reasons.append(f"the cluster has {len(facts.present)} IPv4 pod CIDRs")
    return "; ".join(reasons)


def _notes(move: Move, facts: _Facts, chosen: _Chosen) -> Iterator[str]:
    """Yield what the choice leaves open, and what to know before it is made."""
    if chosen.choice in {PodCIDRChoice.UNKNOWN, PodCIDRChoice.NONE_LEFT}:
        return
    if not move.on_premises:
        yield (
            "Ranges on premises are not in ARM, and the configuration names none: compare them "
            "yourself, or name them under on-premises."
        )
    if note_on_services(move.today.cluster):
        yield "ServiceCIDR objects in the cluster do not show in ARM."
    is_changed = chosen.choice is not PodCIDRChoice.KEEP
    if move.today.cluster.properties.network_profile.is_dual_stack and is_changed:
        yield (
            "The cluster has an IPv6 pod CIDR beside it; that a move may change one of two ranges "
            "is not documented."
        )
    for each in (each for each in facts.meets if ":" in each.pod_cidr):
        yield f"The IPv6 pod CIDR {each.pod_cidr} meets {each.words}."
    if is_changed and move.way is Way.IN_PLACE:
        yield (
            "Later it can only grow in place, to a range that holds it, and only with Linux nodes "
            "and one IPv4 range."
        )
