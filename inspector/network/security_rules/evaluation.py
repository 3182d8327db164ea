"""What network security groups do with a flow: which rule decides which share of it.

Rules are asked by ascending priority and the first that matches decides. Where it is not known
whether a rule matches, the traffic goes on to the rules after it and the answer counts only if
all that may decide agree. Source: Learn "Network security groups" and "How network security
groups filter network traffic".
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import assert_never

import msgspec

from inspector.network.security_rules.cells import Box, joined
from inspector.network.security_rules.doubts import Clauses, deciders
from inspector.network.security_rules.parsed_rules import Access, Rule, SecurityRules
from inspector.network.security_rules.rule_walk import Condition, Cuts, Match, cuts, decisions
from inspector.network.security_rules.surroundings import Surroundings, known_network, side_of
from inspector.network.security_rules.traffic import (
    Direction,
    Flow,
    Share,
    listed,
    service_words,
    side_words,
    space_words,
)
from inspector.resource_id import ResourceId


class Verdict(StrEnum):
    """What becomes of a share of a flow."""

    ALLOWED = "allowed"
    DENIED = "denied"
    UNKNOWN = "unknown"


class DecidingRule(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that decides, or may: ``doubts`` say why it is not known to match.

    ``access`` is ``None`` where the document does not give one that is understood.
    """

    name: str
    priority: int | None
    access: Access | None
    is_default: bool
    doubts: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """The name and the number that a reader finds the rule by."""
        return self.name if self.priority is None else f"{self.name} ({self.priority})"


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """The answer of one security group.

    ``rules`` are those that decide, in order. It is one, unless the answer is not known; or
    unless each address is decided by one of several that agree. None means that the group's
    document has no rule for the traffic.
    """

    group: ResourceId
    verdict: Verdict
    rules: tuple[DecidingRule, ...]

    @property
    def words(self) -> str:
        """The answer as a sentence without its end."""
        titles = listed([each.title for each in self.rules])
        match self.verdict:
            case Verdict.ALLOWED | Verdict.DENIED:
                return f"{self.verdict} by {titles} of {self.group.name}"
            case Verdict.UNKNOWN:
                return f"not known at {self.group.name}: {_possibilities(self.rules)}"
            case _:
                assert_never(self.verdict)


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A share of a flow with one answer; ``steps`` are the groups it met, in order.

    Without a step no group is attached, so nothing stops the traffic. ``traffic`` says in words
    what ``shares`` are.
    """

    verdict: Verdict
    steps: tuple[Step, ...]
    shares: tuple[Share, ...]
    traffic: str

    @property
    def reason(self) -> str:
        """Which rules of which groups decide."""
        return "; ".join(each.words for each in self.steps) or "no security group is attached"


def evaluate(rules: SecurityRules, flow: Flow, surroundings: Surroundings) -> tuple[Part, ...]:
    """Return the parts of a flow that one group tells apart, in the order of the deciding rules.

    Parts share nothing and together are the flow. A flow whose sides have no range of its family
    has none. Raises ``ValueError`` naming text of the flow that is no address, range or tag.
    """
    return _evaluated((rules,), flow, surroundings)


def evaluate_both(
    at_subnet: SecurityRules | None,
    at_interface: SecurityRules | None,
    flow: Flow,
    surroundings: Surroundings,
) -> tuple[Part, ...]:
    """Return the parts of a flow that meets the group of a subnet and that of an interface.

    Inbound traffic meets the subnet's first. ``None`` is a group that is not attached, never one
    that could not be read; the same group at both places is asked once. Raises as ``evaluate``.
    """
    met = [at_subnet, at_interface]
    if flow.direction is Direction.OUTBOUND:
        met.reverse()
    groups = {each.group: each for each in met if each is not None}
    return _evaluated(groups.values(), flow, surroundings)


def _evaluated(
    groups: Iterable[SecurityRules], flow: Flow, surroundings: Surroundings
) -> tuple[Part, ...]:
    """Return the parts of a flow that meets groups one after the other."""
    network = known_network(surroundings, flow.family)
    source, destination = side_of(flow.source, network), side_of(flow.destination, network)
    stages = []
    for group in groups:
        rules = [each for each in group.rules if flow.direction in each.directions]
        conditions = [
            Condition(
                services=each.services,
                sources=each.source.regions(source, network),
                destinations=each.destination.regions(destination, network),
                clauses=each.clauses,
            )
            for each in rules
        ]
        stages.append((group.group, rules, conditions))
    met = (each for _, _, conditions in stages for each in conditions)
    divided = cuts(flow.services, source.space, destination.space, met)
    parts: dict[tuple[Step, ...], tuple[Box, ...]] = {}
    if divided.whole:
        parts[()] = (divided.whole,)
    for asked, rules, conditions in stages:
        matches = [divided.match(each) for each in conditions]
        following: dict[tuple[Step, ...], tuple[Box, ...]] = {}
        for steps, boxes in parts.items():
            if _combined(steps) is Verdict.DENIED:
                following[steps] = boxes
                continue
            for step, found in _steps(asked, rules, matches, boxes).items():
                following[*steps, step] = joined(found)
        parts = following
    return tuple(_part(steps, boxes, divided, flow) for steps, boxes in parts.items())


def _steps(
    group: ResourceId, rules: Sequence[Rule], matches: Sequence[Match], boxes: Iterable[Box]
) -> dict[Step, list[Box]]:
    """Return what a group answers for the boxes, in the order of the rules that decide."""
    cases: dict[tuple[int | None, tuple[tuple[int, Clauses], ...]], list[Box]] = {}
    for box, place, remembered in decisions(matches, boxes):
        cases.setdefault((place, remembered), []).append(box)
    steps: dict[Step, list[Box]] = {}
    for (place, remembered), found in cases.items():
        asked = [(rules[each], clauses) for each, clauses in remembered]
        last = None if place is None else rules[place]
        steps.setdefault(_step(group, asked, last), []).extend(found)
    return steps


def _step(group: ResourceId, remembered: Sequence[tuple[Rule, Clauses]], last: Rule | None) -> Step:
    """Return the answer where some rules may match and the last one does."""
    found = deciders([*(clauses for _, clauses in remembered), ()])
    asked = [*remembered, *([] if last is None else [(last, ())])]
    possible = [each for place, each in enumerate(asked) if place in found.possible]
    verdict = _verdict(rule.access for rule, _ in possible)
    if len(remembered) in found.possible and last is None:
        verdict = Verdict.UNKNOWN
    if verdict is not Verdict.UNKNOWN:
        possible = [each for place, each in enumerate(asked) if place in found.surely]
    return Step(
        group=group,
        verdict=verdict,
        rules=tuple(_deciding(rule, clauses) for rule, clauses in possible),
    )


def _verdict(accesses: Iterable[Access | None]) -> Verdict:
    found = set(accesses)
    if found == {Access.ALLOW}:
        return Verdict.ALLOWED
    return Verdict.DENIED if found == {Access.DENY} else Verdict.UNKNOWN


def _combined(steps: Sequence[Step]) -> Verdict:
    """Return the answer of all groups: each has to allow, and one that denies is enough."""
    verdicts = {each.verdict for each in steps}
    if Verdict.DENIED in verdicts:
        return Verdict.DENIED
    return Verdict.UNKNOWN if Verdict.UNKNOWN in verdicts else Verdict.ALLOWED


def _deciding(rule: Rule, clauses: Clauses) -> DecidingRule:
    doubts = {doubt.words for clause in clauses for doubt in clause}
    return DecidingRule(
        name=rule.name,
        priority=rule.priority,
        access=rule.access,
        is_default=rule.is_default,
        doubts=tuple(sorted(doubts)),
    )


def _possibilities(rules: Sequence[DecidingRule]) -> str:
    """Return what each of several rules would do with the traffic, the one without doubts last."""
    doubtful = [each for each in rules if each.doubts]
    others = [each for each in rules if not each.doubts]
    words = (listed(found, _possibility, "; ") for found in (doubtful, others) if found)
    return "; ".join(words) or "no rule matches for certain"


def _possibility(rule: DecidingRule) -> str:
    match rule.access:
        case Access.ALLOW:
            does = "allow"
        case Access.DENY:
            does = "deny"
        case None:
            return f"{rule.title} has no access that is understood"
        case _:
            assert_never(rule.access)
    if rule.doubts:
        return f"{rule.title} may {does} it, as {listed(rule.doubts)}"
    return f"else {rule.title} would {does} it"


def _part(steps: tuple[Step, ...], boxes: tuple[Box, ...], divided: Cuts, flow: Flow) -> Part:
    shares = tuple(
        Share(
            family=flow.family,
            sources=divided.sources.space(each.sources),
            destinations=divided.destinations.space(each.destinations),
            services=divided.services.space(each.services),
        )
        for each in boxes
    )
    boxed = tuple(zip(shares, boxes, strict=True))
    traffic = listed(boxed, lambda each: _traffic(*each, divided, flow), "; ")
    return Part(verdict=_combined(steps), steps=steps, shares=shares, traffic=traffic)


def _traffic(share: Share, box: Box, divided: Cuts, flow: Flow) -> str:
    """Return a share in words; a side that is whole is called what the flow calls it."""
    sources, destinations = (
        side_words(texts, flow.family) if chosen == cells.whole else space_words(space, flow.family)
        for texts, chosen, cells, space in (
            (flow.source, box.sources, divided.sources, share.sources),
            (flow.destination, box.destinations, divided.destinations, share.destinations),
        )
    )
    return f"{service_words(share.services)} from {sources} to {destinations}"
