"""No route of yours takes the packets of nodes and pods.

What: in the route tables on the cluster's subnets, no route of the user's wins over a node's pod
route, or over the network's own route to a subnet of nodes or pods; and every pod route leads to
an address.

Why it matters: Azure takes the route with the longest prefix, and of equal ones the user's. A
route that holds half of a node's slice, or of the nodes' subnet, sends just these packets to a
firewall or nowhere: some pods or nodes cannot reach each other, and others can.

How it is decided: the routes of each table are set against the node slices (kubenet) and against
the prefixes of all subnets of nodes and pods, with the network's own routes. A route that wins
for a node's slice fails (high). Another one inside the pod CIDR fails as well: medium if it is as
long as a node's slice, for the next node may get that one, else low. A route that wins for a
subnet fails: medium if it takes all of it to an appliance, which sees both directions then, else
high if nodes have addresses in the part it takes, or pods may; where none was seen, low for single
addresses, as of a private endpoint that is sent past a firewall, and medium for a range that nodes
get addresses of later. One to VnetLocal does what the network does anyway. A pod route whose next
hop is no address fails (high). Default routes, and others wider than the network, win over none of
these. Pods of Overlay are routed by Azure itself, and their range is not looked at. Service tags
hold public addresses: whether a route with one takes packets for a public subnet is unknown.
Unknown too while a table, a subnet or a node may be hidden. Skipped where no subnet of nodes or
pods has a route table, and where the tables hold neither pod routes nor routes of the user's.

How to fix: give the route a prefix without the pod CIDR and the cluster's subnets; a route for the
whole network needs one to VnetLocal for each of the subnets beside it.

Sources: https://learn.microsoft.com/azure/virtual-network/virtual-networks-udr-overview;
https://learn.microsoft.com/azure/aks/configure-kubenet
"""

from collections.abc import Iterator
from typing import Final

from inspector.checking import Check, Decision, Problem, Skipped, Subject, Verdict, evidence
from inspector.checking.route_tables import route_commands, show_table
from inspector.cluster.pod_routes import (
    ClassifiedRoute,
    ClassifiedTable,
    RouteKind,
    Shadow,
    TakenSubnet,
    shadows,
)
from inspector.findings import Evidence, Group, Severity
from inspector.network.address_needs import NODE_POD_PREFIX_LENGTH
from inspector.network.models import NetworkModel
from inspector.wording import count, names, share

_IPV4: Final = 4
_NARROW: Final = (
    "Give the route a prefix outside the pod CIDR, or split it into prefixes that leave it out."
)
_EXCEPT: Final = (
    "Give the route a narrower prefix, or add a route to VnetLocal for each subnet of the cluster."
)

_DETOUR: Final = (
    "packets between nodes take the way over the appliance, which has to let all of the cluster's "
    "own traffic through"
)


def decide(subject: Subject) -> Decision:
    """Tell what routes of the user's take from nodes and pods."""
    verdict, found = Verdict(subject), subject.once(shadows)
    verdict.miss(*found.missing)
    if not found.tables and verdict.is_complete:
        return Skipped("no subnet of nodes or pods has a route table")
    is_kubenet = subject.model is NetworkModel.KUBENET
    pods = [part for each in found.tables for part in each.table.of(RouteKind.NODE) if is_kubenet]
    custom = sum(each.custom for each in found.tables)
    if not custom and not pods and verdict.is_complete:
        return Skipped("the route tables on the subnets hold no route of the user's")
    for each in found.tables:
        if is_kubenet:
            _judge_pod_routes(verdict, each.table)
        for shadow in each.shadows:
            _judge_pods(verdict, shadow)
            _judge_subnets(verdict, shadow, is_all_seen=not subject.topology.hidden_nodes)
        for tagged, subnet in each.by_tag:
            tag = tagged.properties.address_prefix
            verdict.doubt(
                f"whether route {tagged.title} for {tag} takes packets for subnet {subnet.title} "
                "is not known"
            )
    to_pods = f"; an address on {share(len(pods), len(pods), 'pod route')}" if pods else ""
    return verdict.conclude(
        f"no packets of nodes or pods taken by {count(custom, 'route')} of the user's in "
        f"{count(len(found.tables), 'route table')}{to_pods}",
        failed=f"in the way of nodes or pods: {count(len(verdict.problems), 'route')}",
        evidence=(
            part
            for each in found.tables
            for route in each.table.of(RouteKind.CUSTOM)
            for part in _described(route)
        ),
    )


def _judge_pod_routes(verdict: Verdict, table: ClassifiedTable) -> None:
    """Note pod routes that lead to no address."""
    pods = table.of(RouteKind.NODE)
    wrong = [each for each in pods if not each.is_to_appliance]
    if wrong:
        words = names(
            f"{each.route.title} to {each.route.properties.next_hop_type}" for each in wrong
        )
        verdict.add(
            Problem(
                cause="next-hop-type",
                resource=table.table.id,
                name=table.table.title,
                message=f"{share(len(wrong), len(pods), 'pod route')} of {table.table.title} "
                f"without an address to lead to: {words}",
                impact="packets for the pods of these nodes are dropped or leave the network",
                evidence=tuple(part for each in wrong for part in _described(each)),
                remediation="Delete the route, so that AKS writes it anew with the node's address.",
                commands=(show_table(table.table),),
            )
        )


def _judge_pods(verdict: Verdict, shadow: Shadow) -> None:
    """Note that a route wins over pod routes, or lies in the pod CIDR and may come to."""
    route = shadow.found.route
    if shadow.slices:
        nodes = names(each.node.name for each in shadow.slices if each.node is not None)
        message = f"{_words(shadow.found)} takes packets for pods of {nodes}"
        severity, impact = Severity.HIGH, "these packets do not reach the nodes of the pods"
    elif shadow.is_in_pod_cidr:
        message = f"{_words(shadow.found)} lies in the pod CIDR"
        is_slice = _is_as_long_as_a_slice(shadow.found)
        severity = Severity.MEDIUM if is_slice else Severity.LOW
        impact = (
            "the next node to get this slice loses the packets for its pods"
            if is_slice
            else "packets for pod addresses that no node has leave for the next hop"
        )
    else:
        return
    verdict.add(
        Problem(
            cause="takes-pods",
            resource=route.id,
            name=route.title,
            message=message,
            impact=impact,
            evidence=(*_described(shadow.found), *map(_prefix, shadow.slices)),
            remediation=_NARROW,
            commands=route_commands("show", [route]),
            severity=severity,
        )
    )


def _is_as_long_as_a_slice(found: ClassifiedRoute) -> bool:
    """Whether a route would win over the slice it lies in; the size of IPv6 slices is not told."""
    return (
        found.range is not None
        and found.range.version == _IPV4
        and found.range.prefixlen >= NODE_POD_PREFIX_LENGTH
    )


def _judge_subnets(verdict: Verdict, shadow: Shadow, *, is_all_seen: bool) -> None:
    """Note that a route wins over the network's own to subnets of the cluster."""
    if not shadow.subnets:
        return
    route = shadow.found.route
    severity, impact = _weight(shadow)
    is_empty = all(each.addresses == 0 for each in shadow.subnets)
    note = "; no node has an address there now" if is_empty and is_all_seen else ""
    verdict.add(
        Problem(
            cause="takes-nodes",
            resource=route.id,
            name=route.title,
            message=f"{_words(shadow.found)} takes packets for "
            f"{names(map(_part, shadow.subnets))}{note}",
            impact=impact,
            evidence=(*_described(shadow.found), *map(_subnet, shadow.subnets)),
            remediation=_EXCEPT,
            commands=route_commands("show", [route]),
            severity=severity,
        )
    )


def _weight(shadow: Shadow) -> tuple[Severity, str]:
    """Return how bad it is that a route takes packets for subnets, and what breaks."""
    if shadow.found.is_to_appliance and all(each.is_whole for each in shadow.subnets):
        return Severity.MEDIUM, _DETOUR
    if any(each.addresses != 0 for each in shadow.subnets):
        return Severity.HIGH, "some nodes cannot reach others, or only one way"
    every = (part for each in shadow.subnets for part in each.parts)
    if all(part.prefixlen == part.max_prefixlen for part in every):
        return Severity.LOW, "what has this address is reached by way of the next hop alone"
    return Severity.MEDIUM, "nodes that get addresses there cannot reach others, or only one way"


def _words(found: ClassifiedRoute) -> str:
    properties = found.route.properties
    hop = properties.next_hop_ip_address or properties.next_hop_type or "nowhere"
    return f"route {found.route.title} ({properties.address_prefix} to {hop})"


def _part(taken: TakenSubnet) -> str:
    if taken.is_whole:
        return f"subnet {taken.subnet.title}"
    return f"{names(map(str, taken.parts))} of subnet {taken.subnet.title}"


def _described(found: ClassifiedRoute) -> Iterator[Evidence]:
    properties = found.route.properties
    yield evidence(found.route, "properties.addressPrefix", properties.address_prefix)
    yield evidence(found.route, "properties.nextHopType", properties.next_hop_type)
    if properties.next_hop_ip_address:
        yield evidence(found.route, "properties.nextHopIpAddress", properties.next_hop_ip_address)


def _prefix(found: ClassifiedRoute) -> Evidence:
    route = found.route
    return evidence(route, "properties.addressPrefix", route.properties.address_prefix)


def _subnet(taken: TakenSubnet) -> Evidence:
    subnet = taken.subnet
    field = "addressPrefixes" if subnet.properties.address_prefixes else "addressPrefix"
    return evidence(subnet, f"properties.{field}", subnet.prefixes)


check = Check(
    id="route-shadows-pods",
    title="Routes leave nodes and pods alone",
    group=Group.ROUTES,
    severity=Severity.HIGH,
    documentation=__doc__ or "",
    decide=decide,
)
