"""Nodes and pods of the cluster reach each other through the security groups.

What: no security rule stops traffic from node to node, from node to pod or from pod to pod, on any
port of any protocol, where it leaves its machine.

Why it matters: DNS, webhooks, the way from the control plane to kubelets and every service with
pods on several nodes need it. A rule that denies all but a few ports stops a cluster at once or
when the next pod lands on another node.

How it is decided: inbound rules of the groups before the receiver and outbound ones of those before
the sender are evaluated by priority, for addresses that packets show. Pods are in the pod CIDR
(Overlay), in the slices that the routes of the subnet hold (kubenet), in the pod subnets, or among
the addresses of the nodes' interfaces (node subnet). With a CNI of your own only nodes are judged.
``VirtualNetwork`` holds the network, its peers and every prefix of the subnet's user-defined
routes. Critical: a custom rule denies most ports of Tcp. Medium: it denies some. Info: only what
the cluster does not use, ports 22 and 3389 and protocols other than Tcp and Udp. What only Azure's
default rules decide passes, as Azure documents them as enough for every network model. Unknown: a
custom rule may match (it names an application security group, a service tag, or decides by
``VirtualNetwork`` about pods of Overlay, whose part in that tag is not documented), or something
could not be seen. Skipped where there are no nodes.

How to fix: allow the ranges of nodes and pods at a priority before the rule that denies.

Sources: https://learn.microsoft.com/azure/aks/concepts-network;
https://learn.microsoft.com/azure/aks/concepts-network-azure-cni-overlay;
https://learn.microsoft.com/azure/virtual-network/service-tags-overview
"""

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

import msgspec

from inspector.checking import Check, Decision, Problem, Skipped, Subject, Verdict
from inspector.checking.security import (
    TAKE_OUT,
    Denial,
    by_rule,
    denial_evidence,
    denials,
    denied_words,
    denies_most,
    is_kept_by_aks,
    is_left_to_defaults,
    rule_of,
    show_rule,
    show_rules,
)
from inspector.cluster.protection import (
    Protection,
    Protections,
    folded,
    protections,
    surroundings,
    touching,
)
from inspector.findings import Group, Severity
from inspector.network import security_rules
from inspector.network.models import NetworkModel, unrecognised
from inspector.network.security_rules.surroundings import Ranges, Surroundings, parse_ranges
from inspector.network.security_rules.traffic import ALL_PORTS, Direction, Flow, Protocol, services
from inspector.network.spaces import Family, Space, difference, merged
from inspector.wording import names, share

_NODES: Final = "nodes to nodes"
_TO_PODS: Final = "nodes to pods"
_PODS: Final = "pods to pods"
_BEHIND_NODES: Final = frozenset({NetworkModel.KUBENET, NetworkModel.CNI_OVERLAY})
_PORTLESS: Final = tuple(each for each in Protocol if not each.has_ports)
_UNUSED: Final = merged(
    (*services(Protocol, ((22, 22), (3389, 3389))), *services(_PORTLESS, ALL_PORTS))
)


class _End(NamedTuple):
    """One end of the traffic: whole ranges to evaluate, and the addresses in them that count."""

    ranges: tuple[str, ...]
    spaces: dict[Family, Space]


class _Pair(NamedTuple):
    """Whose traffic is tested, and between which ends."""

    words: str
    direction: Direction
    source: _End
    destination: _End


def decide(subject: Subject) -> Decision:
    """Evaluate the traffic of the cluster within itself."""
    verdict, found = Verdict(subject), subject.once(protections)
    verdict.miss(*found.missing)
    if not found.nodes and verdict.is_complete:
        return Skipped("no node with a subnet was found")
    if subject.model is NetworkModel.UNRECOGNISED:
        verdict.doubt(unrecognised(subject.profile))
    denied: list[Denial] = []
    by_default: dict[str, None] = {}
    tested: dict[str, None] = {}
    for each in (*found.nodes, *found.pods):
        with verdict:
            around = _around(subject, each)
            for pair in _pairs(subject, found, each, around):
                tested[pair.words] = None
                parts = tuple(_evaluated(pair, each, around))
                denied += denials(verdict, each, parts, pair.words)
                if any(_is_not_told(part) for part in parts):
                    by_default[pair.words] = None
    for together in by_rule(denied):
        verdict.add(_problem(subject, together))
    nodes = sum(len(each.nodes) for each in found.nodes)
    note = f"; from {names(by_default)} by Azure's default rules, documented as enough"
    stopped = dict.fromkeys(each.pair for each in denied)
    return verdict.conclude(
        f"{share(nodes, nodes, 'node')}: no rule denies traffic from {names(tested)}"
        f"{note if by_default else ''}",
        failed=f"rules deny traffic from {names(stopped)}",
    )


def _around(subject: Subject, protection: Protection) -> Surroundings:
    """Return what is around the subnet; of Overlay's pods it is not known whether they are."""
    around = surroundings(subject.topology, protection)
    if subject.model is NetworkModel.CNI_OVERLAY:
        return msgspec.structs.replace(around, is_complete=False)
    return around


def _pairs(
    subject: Subject, found: Protections, protection: Protection, around: Surroundings
) -> Iterator[_Pair]:
    """Yield what the groups have to let in and out: of nodes, or of the subnet of pods."""
    nodes, pods, own = _end(found.nodes), _end(found.pods), _end((protection,))
    if not protection.nodes:
        yield _Pair(_TO_PODS, Direction.INBOUND, nodes, own)
        yield _Pair(_PODS, Direction.INBOUND, pods, own)
        yield _Pair(_PODS, Direction.OUTBOUND, own, pods)
        return
    yield _Pair(_NODES, Direction.INBOUND, nodes, own)
    yield _Pair(_NODES, Direction.OUTBOUND, own, nodes)
    behind = _pods_behind(subject, around)
    if behind:
        yield _Pair(_TO_PODS, Direction.INBOUND, nodes, behind)
        yield _Pair(_TO_PODS, Direction.OUTBOUND, own, behind)
        yield _Pair(_PODS, Direction.INBOUND, behind, behind)
        yield _Pair(_PODS, Direction.OUTBOUND, behind, behind)
    elif found.pods:
        yield _Pair(_TO_PODS, Direction.OUTBOUND, own, pods)


def _end(protections: Iterable[Protection]) -> _End:
    every = tuple(protections)
    spaces = {
        family: merged(span for each in every for span in each.space(family)) for family in Family
    }
    return _End(folded(text for each in every for text in each.subnet.prefixes), spaces)


def _pods_behind(subject: Subject, around: Surroundings) -> _End | None:
    """Return where pods are whose packets pass the groups of nodes, ``None`` for nowhere.

    With kubenet that is what the routes of the subnet lead to, for packets to other pods stay on
    their node or are lost; checks of the routes tell of those.
    """
    if subject.model not in _BEHIND_NODES:
        return None
    ranges = subject.profile.all_pod_cidrs
    whole = parse_ranges(ranges)
    if subject.model is NetworkModel.KUBENET:
        ranges = folded(text for text in around.routed if _is_within(text, whole))
    parsed = parse_ranges(ranges)
    return _End(ranges, {family: parsed.space(family) for family in Family}) if ranges else None


def _is_within(text: str, whole: Ranges) -> bool:
    part = parse_ranges((text,))
    spaces = [(part.space(family), whole.space(family)) for family in Family]
    return any(one for one, _ in spaces) and not any(difference(*each) for each in spaces)


def _evaluated(
    pair: _Pair, protection: Protection, around: Surroundings
) -> Iterator[security_rules.Part]:
    for family in Family:
        flow = Flow(
            direction=pair.direction,
            source=pair.source.ranges,
            destination=pair.destination.ranges,
            family=family,
        )
        ends = pair.source.spaces[family], pair.destination.spaces[family]
        yield from touching(protection.evaluate(flow, around), *ends)


def _is_not_told(part: security_rules.Part) -> bool:
    """Whether default rules decide, and the documents do not tell what they decide."""
    return part.verdict is not security_rules.Verdict.ALLOWED and is_left_to_defaults(part)


def _problem(subject: Subject, found: list[Denial]) -> Problem:
    group, rule = found[0].group, found[0].rule
    document = rule_of(group, rule)
    ranges = (*subject.profile.all_pod_cidrs, *(found[0].protection.subnet.prefixes))
    looks = () if document is None else (show_rule(document),)
    return Problem(
        cause="denied",
        resource=document.id if document is not None else group.id,
        name=rule.name,
        message=f"{rule.title} of {group.title} denies traffic from {denied_words(found)}",
        impact="what needs this between nodes fails: DNS, probes, webhooks, services",
        evidence=denial_evidence(found),
        remediation=TAKE_OUT
        if is_kept_by_aks(subject, group)
        else f"Allow the ranges of nodes and pods ({names(dict.fromkeys(ranges))}) "
        "at a priority before the rule's.",
        commands=(*looks, show_rules(group)),
        severity=_severity(found),
    )


def _severity(found: list[Denial]) -> Severity:
    if denies_most(found):
        return Severity.CRITICAL
    if not any(difference(each.services, _UNUSED) for each in found):
        return Severity.INFO
    return Severity.MEDIUM


check = Check(
    id="nsg-allows-cluster-traffic",
    title="Security groups let nodes and pods reach each other",
    group=Group.SECURITY,
    severity=Severity.CRITICAL,
    documentation=__doc__ or "",
    decide=decide,
)
