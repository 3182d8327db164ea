"""Security groups let out what nodes and pods of AKS need.

What: the outbound rules before the nodes, and before pods with a subnet of their own, allow HTTPS
to the internet, questions to the network's DNS servers, and the time (NTP). Nodes older than
Kubernetes 1.20 with a public API server need their tunnel's ports 1194 and 9000 as well.

Why it matters: nodes reach their API server and pull images by HTTPS. Without it they do not become
ready, upgrades and new nodes fail, and ``kubectl logs`` has no answer. Without DNS nothing is
found at all.

How it is decided: each set of groups is evaluated once, by priority, with the addresses of its
nodes or of the pods' subnet as sources. High: a rule denies all HTTPS, or DNS over Udp to all
servers. Medium: DNS to some servers or over Tcp, or anything above for some addresses alone. Low:
NTP before Kubernetes 1.21, and the tunnel, which Konnectivity made needless. Info: NTP of newer
nodes, which do without since March 2021, and HTTPS of pods in subnets of their own where the API
server is in the network: images are pulled by nodes. Where only some of the internet is allowed,
HTTPS to the tag ``AzureCloud`` of the cluster's region has to be. Azure's own DNS (168.63.129.16)
passes every rule but those for the tag ``AzurePlatformDNS``. A firewall behind a route changes
nothing: the group is asked first. Unknown: it depends on addresses of service tags or on which
addresses AKS uses today, or something could not be seen, or the denial may not matter, as the API
server is private and the nodes have an HTTP proxy or take images from a registry of their own
(``bootstrapProfile``). A DNS server that default rules deny is unknown too: nothing that was seen
leads there. All else that they deny is passed over, and so is IPv6. Skipped for outbound types
``none`` and ``block`` and without nodes.

How to fix: allow the destination at a priority before the rule that denies. Names instead of
addresses are for a firewall; a security group cannot tell them apart.

Sources: https://learn.microsoft.com/azure/aks/outbound-rules-control-egress;
https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview (platform
considerations); https://learn.microsoft.com/azure/virtual-network/service-tags-overview
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from inspector.checking import Check, Decision, Problem, Skipped, Subject, Undecided, Verdict
from inspector.checking.outbound_needs import (
    DNS_PORT,
    HTTPS_PORT,
    Need,
    asked_about,
    cloud_tag,
    dns_needs,
    has_private_api_server,
    https_need,
    needs_of_nodes,
)
from inspector.checking.security import (
    TAKE_OUT,
    Denial,
    allow_above,
    attached_evidence,
    denial_evidence,
    is_kept_by_aks,
    is_left_to_defaults,
    show_rules,
    size,
)
from inspector.cluster.egress import OutboundType, outbound_type
from inspector.cluster.protection import Protection, protections, surroundings, touching
from inspector.findings import Group, Severity
from inspector.network import security_rules
from inspector.network.security_rules import Part
from inspector.network.security_rules.surroundings import Surroundings
from inspector.network.security_rules.traffic import Direction
from inspector.network.spaces import Space, merged
from inspector.resources import same_text
from inspector.wording import count, names, share


class _Denied(NamedTuple):
    """A need that a rule denies, and how bad that is."""

    need: Need
    denial: Denial
    severity: Severity


def decide(subject: Subject) -> Decision:
    """Ask the security groups about all that has to get out."""
    declared = outbound_type(subject.profile)
    if declared.lets_nothing_out:
        return Skipped(f"the outbound type is {declared}: nothing is to leave")
    if declared is OutboundType.UNRECOGNISED:
        return Undecided(f"outbound type {subject.profile.outbound_type} is not recognised")
    verdict, found = Verdict(subject), subject.once(protections)
    verdict.miss(*found.missing)
    nodes = sum(len(each.nodes) for each in found.nodes)
    if not nodes and verdict.is_complete:
        return Skipped("no node with a subnet was found")
    denied: list[_Denied] = []
    for each in (*found.nodes, *found.pods):
        with verdict:
            around = surroundings(subject.topology, each)
            denied += _denied(subject, verdict, each, around)
    for group in sorted({each.denial.group.id for each in denied}):
        verdict.add(_problem(subject, [each for each in denied if each.denial.group.id == group]))
    return verdict.conclude(
        f"HTTPS, DNS and NTP let out for {_whom(found.nodes, found.pods, nodes)}",
        failed="traffic that AKS needs denied for "
        + _whom(*_behind([each.denial for each in denied]), nodes),
        evidence=(
            shown for each in (*found.nodes, *found.pods) for shown in attached_evidence(each)
        ),
    )


def _whom(nodes: Iterable[Protection], pods: Iterable[Protection], whole: int) -> str:
    part = sum(len(each.nodes) for each in nodes)
    subnets = names(each.subnet.title for each in pods)
    return share(part, whole, "node") + (f" and for pods in {subnets}" if subnets else "")


def _behind(found: Iterable[Denial]) -> tuple[list[Protection], list[Protection]]:
    """Return whom denials meet: nodes, and pods in subnets of their own."""
    met = list({id(each.protection): each.protection for each in found}.values())
    return [each for each in met if each.nodes], [each for each in met if not each.nodes]


def _denied(
    subject: Subject, verdict: Verdict, protection: Protection, around: Surroundings
) -> Iterator[_Denied]:
    """Yield what the groups of some nodes deny; what they may deny is noted."""
    yield from _to_internet(subject, verdict, protection, around)
    for need in (*dns_needs(verdict, protection), *needs_of_nodes(subject, protection)):
        yield from _judged(verdict, protection, need, _parts(protection, need, around))


def _parts(
    protection: Protection,
    need: Need,
    around: Surroundings,
    destination: tuple[str, ...] | None = None,
) -> tuple[Part, ...]:
    """Return what becomes of a need of the addresses behind the groups."""
    flow = need.flow(protection, need.destination if destination is None else destination)
    parts = asked_about(protection, need).evaluate(flow, around)
    return tuple(touching(parts, protection.space(flow.family), None))


def _to_internet(
    subject: Subject, verdict: Verdict, protection: Protection, around: Surroundings
) -> Iterator[_Denied]:
    """Yield where HTTPS is denied; where only some of it is, Azure's own addresses count."""
    need = https_need(subject, protection)
    parts = _parts(protection, need, around)
    if len({each.verdict for each in parts}) > 1 or any(map(_is_open, parts)):
        cloud = _parts(protection, need, around, (cloud_tag(subject),))
        if not any(map(_is_open, cloud)):
            parts = cloud
    doubt = _other_way(subject) if protection.nodes else None
    for each in _judged(verdict, protection, need, parts):
        if doubt is not None:
            verdict.doubt(f"{each.denial.part.reason}; {doubt}")
        else:
            yield each


def _other_way(subject: Subject) -> str | None:
    """Return what may spare nodes HTTPS to the internet where the API server is private."""
    properties = subject.cluster.properties
    if not has_private_api_server(subject):
        return None
    if properties.http_proxy_config.https_proxy is not None:
        return "the nodes have an HTTP proxy"
    if same_text(properties.bootstrap_profile.artifact_source, "Cache"):
        return "the nodes take images from a registry of their own"
    return None


def _is_open(part: Part) -> bool:
    return part.verdict is security_rules.Verdict.UNKNOWN


def _judged(
    verdict: Verdict, protection: Protection, need: Need, parts: tuple[Part, ...]
) -> Iterator[_Denied]:
    """Yield the parts that custom rules deny, if they prove something; else they are a doubt."""
    stopped = [
        each
        for each in parts
        if each.verdict is not security_rules.Verdict.ALLOWED
        and not (is_left_to_defaults(each) and (_is_open(each) or not need.is_exact))
    ]
    whole = merged(span for part in parts for each in part.shares for span in each.destinations)
    is_total = len(stopped) == len(parts) and not any(map(_is_open, stopped))
    for part in stopped:
        for_some = _has_all(part, whole)
        is_proof = not _is_open(part) and not is_left_to_defaults(part)
        if not is_proof or not (is_total or need.is_exact or for_some):
            verdict.doubt(f"{need.name} ({part.traffic}): {part.reason}")
            continue
        severity = need.severity if is_total else _lower(need.severity)
        yield _Denied(need, Denial(protection, part, need.name), severity)


def _has_all(part: Part, destinations: Space) -> bool:
    """Whether each source of a part has all the destinations; its shares are apart."""
    sources = merged(span for each in part.shares for span in each.sources)
    held = sum(size(each.sources) * size(each.destinations) for each in part.shares)
    return held == size(sources) * size(destinations)


def _lower(severity: Severity) -> Severity:
    return Severity.MEDIUM if severity is Severity.HIGH else severity


def _problem(subject: Subject, denied: list[_Denied]) -> Problem:
    """Return all that one group denies as one fault."""
    found = [each.denial for each in denied]
    group = found[0].group
    is_kept = is_kept_by_aks(subject, group)
    rules: dict[str, dict[str, None]] = {}
    for each in denied:
        titles = names(rule.title for rule in each.denial.step.rules)
        rules.setdefault(titles, {})[each.need.words] = None
    told = "; ".join(f"{names(needs)} by {rule}" for rule, needs in rules.items())
    nodes, pods = _behind(found)
    number = sum(len(each.nodes) for each in nodes)
    whom = [count(number, "node")] if number else []
    whom += [f"pods in {each.subnet.title}" for each in pods]
    severity = min((each.severity for each in denied), key=lambda each: each.rank)
    return Problem(
        cause="denied",
        resource=group.id,
        name=group.title,
        message=f"security group {group.title} denies {names(whom)} {told}",
        impact=_impact(subject, denied),
        evidence=denial_evidence(found),
        remediation=TAKE_OUT
        if is_kept
        else "Allow these destinations at a priority before the rule that denies.",
        commands=(show_rules(group), *(() if is_kept else [_allowing(denied[0])])),
        severity=severity,
    )


def _impact(subject: Subject, denied: Iterable[_Denied]) -> str:
    found = tuple(denied)
    needs = {each.need.port for each in found}
    if HTTPS_PORT in needs:
        own = has_private_api_server(subject)
        if not any(each.denial.protection.nodes for each in found if each.need.port == HTTPS_PORT):
            reached = "nothing outside" if own else "neither API server nor anything else outside"
            return f"the pods reach {reached}, which some add-ons need"
        unreached = "no" if own else "neither API server nor"
        return f"nodes reach {unreached} image registry, and new ones do not join"
    if DNS_PORT in needs:
        return "names are not resolved, so nothing is found that goes by one"
    return "nodes of old images lose the time or the way to the API server"


def _allowing(denied: _Denied) -> str:
    """Return the command that lets a need out."""
    need, denial = denied.need, denied.denial
    return allow_above(
        denial.group,
        denial.rule,
        Direction.OUTBOUND,
        f"allow-{need.protocol.lower()}-{need.port}",
        protocol=need.protocol,
        destination_address_prefixes=need.destination[0],
        destination_port_ranges=str(need.port),
    )


check = Check(
    id="nsg-allows-egress",
    title="Security groups let out what AKS needs",
    group=Group.SECURITY,
    severity=Severity.HIGH,
    documentation=__doc__ or "",
    decide=decide,
)
