"""The security rules that would stand between pods, and between nodes and pods, under Overlay.

Source: AKS "concepts-network-azure-cni-overlay": traffic among pods and from nodes to pods passes
the security groups with the pods' addresses, and has to be allowed there.
"""

from collections.abc import Iterator

import msgspec

from inspector.checking.security import is_left_to_defaults, rule_of
from inspector.cluster.pod_routes import pod_cidrs
from inspector.cluster.pod_routes.names import range_of
from inspector.cluster.protection import Protection, folded, protections, surroundings
from inspector.network.models import NetworkModel
from inspector.network.ranges import is_within
from inspector.network.security_rules import Part, Verdict
from inspector.network.security_rules.parsed_rules import Access
from inspector.network.security_rules.surroundings import Surroundings
from inspector.network.security_rules.traffic import Direction, Flow
from inspector.network.spaces import Family
from inspector.planning.moves.effects.move import Move, Way
from inspector.planning.moves.effects.pod_range import PodCIDRProposal
from inspector.report.answer import Unknown, View, noting
from inspector.resource_id import ResourceId
from inspector.resources import NetworkSecurityGroup, SecurityRule


class DenyingRule(View, frozen=True):
    """A security rule that would deny traffic of the cluster within itself after the move.

    ``is_certain`` is false where it depends on what ARM does not tell, as whether pods belong to
    a service tag. ``traffic`` is what it would deny, in words.
    """

    id: ResourceId
    name: str
    group: str
    group_id: ResourceId
    direction: str | None
    priority: int | None
    is_certain: bool
    traffic: tuple[str, ...]


class _Denial:
    """A rule with the traffic that it would deny, in the making."""

    def __init__(self, group: NetworkSecurityGroup, rule: SecurityRule) -> None:
        self.group = group
        self.rule = rule
        self.traffic: dict[str, None] = {}
        self.is_certain = False


def denying_rules(
    move: Move, proposal: PodCIDRProposal | None, missing: list[Unknown]
) -> tuple[DenyingRule, ...]:
    """Return the rules of the user's that would deny, by group and priority; IPv4 alone."""
    is_update = move.way is Way.IN_PLACE and move.after is NetworkModel.CNI_OVERLAY
    if not is_update or proposal is None or proposal.cidr is None:
        return ()
    found = move.today.once(protections)
    nodes = folded(text for each in found.nodes for text in each.subnet.prefixes)
    told: dict[tuple[ResourceId, str], _Denial] = {}
    for protection in found.nodes:
        with noting(missing):
            around = _around(move, protection)
            for words, flow in _flows(nodes, proposal.cidr):
                for part in protection.evaluate(flow, around):
                    _note(told, protection, part, words)
    every = (_view(each) for each in told.values())
    return tuple(sorted(every, key=lambda each: (each.group_id, each.priority or 0, each.name)))


def _around(move: Move, protection: Protection) -> Surroundings:
    """Return what is then around a subnet; pod routes are gone, and what else is in the tag."""
    around = surroundings(move.today, protection)
    pods = pod_cidrs(move.today)
    ranges = ((text, range_of(text)) for text in around.routed)
    kept = (text for text, found in ranges if found is None or not is_within(found, pods))
    return msgspec.structs.replace(around, is_complete=False, routed=tuple(kept))


def _flows(nodes: tuple[str, ...], pods: str) -> Iterator[tuple[str, Flow]]:
    for direction in Direction:
        for words, source in (("nodes to pods", nodes), ("pods to pods", (pods,))):
            yield (
                words,
                Flow(direction=direction, source=source, destination=(pods,), family=Family.IPV4),
            )


def _note(
    told: dict[tuple[ResourceId, str], _Denial], protection: Protection, part: Part, words: str
) -> None:
    """Note the rules that deny a part of a flow, or may; what is left to defaults is fine."""
    if part.verdict is Verdict.ALLOWED or is_left_to_defaults(part):
        return
    step = part.steps[-1]
    groups = {each.id: each for each in protection.groups}
    for each in step.rules:
        if each.access is Access.DENY and not each.is_default:
            rule = rule_of(groups[step.group], each)
            if rule is not None:
                denial = told.setdefault((step.group, each.name), _Denial(groups[step.group], rule))
                denial.traffic[f"{words} ({part.traffic})"] = None
                denial.is_certain |= part.verdict is Verdict.DENIED


def _view(denial: _Denial) -> DenyingRule:
    fields = denial.rule.properties
    return DenyingRule(
        id=denial.rule.id,
        name=denial.rule.title,
        group=denial.group.title,
        group_id=denial.group.id,
        direction=fields.direction,
        priority=fields.priority,
        is_certain=denial.is_certain,
        traffic=tuple(denial.traffic),
    )
