"""What a move does to who reaches pods, and to what pods look like from outside."""

from collections.abc import Iterator
from typing import Final

from inspector.network.security_rules.surroundings import NETWORK_TAG
from inspector.planning.moves.effects.callers import Caller, callers_of
from inspector.planning.moves.effects.denials import DenyingRule, denying_rules
from inspector.planning.moves.effects.move import Move, PodPlace, place_of_pods
from inspector.planning.moves.effects.pod_range import PodCIDRProposal
from inspector.planning.moves.effects.rules import (
    RouteLeft,
    RuleChange,
    RuleLeft,
    routes_left,
    rules_left,
)
from inspector.report.answer import Unknown, View

_REACHED: Final = {
    PodPlace.BEHIND_ROUTES: "whoever is on a subnet whose route table has the pod routes",
    PodPlace.IN_NETWORK: "everybody in the virtual network, its peers, and behind its gateways",
    PodPlace.BEHIND_NODES: "nobody outside the cluster: only its services are reached",
    PodPlace.UNTOLD: "not told by ARM",
}
_SEEN_AS: Final = {
    PodPlace.BEHIND_ROUTES: "the address of its node",
    PodPlace.IN_NETWORK: "its own address inside the virtual network, that of its node beyond it",
    PodPlace.BEHIND_NODES: "the address of its node",
    PodPlace.UNTOLD: "not told by ARM",
}


class Reach(View, frozen=True):
    """Who reaches pods at their own addresses, today and after the move.

    ``is_told`` is false where a CNI of the user's own decides, or one that is not recognised.
    ``seen_as_today`` and ``seen_as_then`` are what a pod's packets come from when they leave the
    cluster, unless masquerading is set up otherwise inside it. Callers, routes and rules are those
    that the move concerns, sorted; while ``missing`` is not empty they are the least there are.
    ``denying`` are rules that would stand in the way of the cluster's own traffic.
    """

    is_changed: bool
    is_told: bool
    reached_today_by: str
    reached_then_by: str
    seen_as_today: str
    seen_as_then: str
    callers: tuple[Caller, ...]
    routes: tuple[RouteLeft, ...]
    rules: tuple[RuleLeft, ...]
    denying: tuple[DenyingRule, ...]
    notes: tuple[str, ...]
    missing: tuple[Unknown, ...]


def reach_of(move: Move, proposal: PodCIDRProposal | None) -> Reach:
    """Return what a move does to reach; of a new cluster, in what it differs from this one."""
    before, after = place_of_pods(move.before), place_of_pods(move.after)
    missing: list[Unknown] = []
    callers = callers_of(move, missing)
    routes = tuple(routes_left(move))
    rules = rules_left(move, proposal, missing)
    denying = denying_rules(move, proposal, missing)
    if proposal is not None and proposal.cidr is None:
        missing += proposal.missing
    return Reach(
        is_changed=before is not after,
        is_told=PodPlace.UNTOLD not in {before, after},
        reached_today_by=_REACHED[before],
        reached_then_by=_REACHED[after],
        seen_as_today=_SEEN_AS[before],
        seen_as_then=_SEEN_AS[after],
        callers=callers,
        routes=routes,
        rules=rules,
        denying=denying,
        notes=tuple(_notes(move, proposal, rules)),
        missing=tuple(dict.fromkeys(missing)),
    )


def _notes(
    move: Move, proposal: PodCIDRProposal | None, rules: tuple[RuleLeft, ...]
) -> Iterator[str]:
    before, after = place_of_pods(move.before), place_of_pods(move.after)
    if not move.changes_addresses:
        return
    if after is PodPlace.BEHIND_NODES and before is not after:
        yield (
            "Services of type LoadBalancer keep working; internal ones are how the network then "
            "reaches pods."
        )
    if after is PodPlace.BEHIND_NODES and before is PodPlace.IN_NETWORK:
        yield (
            "Firewalls and databases that admit pods by their own addresses have to admit the "
            "nodes' addresses instead."
        )
    if any(each.change in {RuleChange.ENDS, RuleChange.NARROWS} for each in rules):
        then = f"name {proposal.cidr} in them" if proposal and proposal.cidr else "change them"
        yield f"Rules that are to hold for pods afterwards have to say so: {then} before the move."
    if any(each.text.lower() == NETWORK_TAG for each in rules):
        yield (
            "Whether Overlay's pods belong to the tag VirtualNetwork is not documented: add rules "
            "that allow the pod CIDR before the move where a rule below them denies."
        )
    if before in {PodPlace.BEHIND_ROUTES, PodPlace.IN_NETWORK} and before is not after:
        yield "Who really calls pods at their own addresses does not show in ARM: flow logs tell."
