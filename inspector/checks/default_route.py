"""Internet-bound traffic takes the default route that the outbound type asks for, or none.

What: with outbound type ``userDefinedRouting`` every subnet of nodes, and of pods that have one of
their own, has a route table that sends all internet-bound traffic to a virtual appliance or a
gateway, and an appliance's address lies in the network or in one it is peered with. With a load
balancer or a NAT gateway as the outbound type no route takes that traffic away from it.

Why it matters: AKS makes no way out of its own for ``userDefinedRouting``. Without the route nodes
go past the firewall by whatever Azure gives them, or have no way out at all, and then cannot pull
images or reach a public API server. The other way round, a default route in front of a load
balancer sends the replies of public services through a firewall that never saw the requests.

How it is decided: from the routes of each subnet's table by longest prefix, so that two halves of
the address space count as one default route. Critical: no table, no default route, one that leads
straight to the internet or nowhere, or an appliance without an address. High: an appliance outside
the address space of network and peerings, and a default route where another way out is declared;
critical again if that one drops everything. Low: no route for IPv6 in a dual-stack cluster.
Unknown: a table or a subnet could not be seen, a next hop is of a type not known here, or there is
no route but a gateway may announce one, which ARM does not show. Skipped for the outbound types
``none`` and ``block``. A peering that is not connected is peering-health's to tell.

How to fix: add a route for 0.0.0.0/0 to the appliance or gateway, and associate the table with the
subnet. In front of a load balancer remove the route, or change the outbound type.

Source: https://learn.microsoft.com/azure/aks/egress-udr,
https://learn.microsoft.com/azure/virtual-network/virtual-networks-udr-overview, AKS changelog of
2023-10-08 for IPv6.
"""

from collections.abc import Iterable, Iterator

import msgspec

from inspector.checking import (
    Check,
    Decision,
    Problem,
    Skipped,
    Subject,
    Undecided,
    Verdict,
    az,
    evidence,
)
from inspector.cluster.egress import (
    DefaultRoute,
    OutboundType,
    default_route,
    leaving_subnets,
    outbound_type,
)
from inspector.findings import Evidence, Group, Severity
from inspector.network.internet_routes import NextHop
from inspector.network.spaces import Family
from inspector.resource_id import ResourceId
from inspector.resources import Resource, Route, RouteTable, Subnet
from inspector.wording import names, plural, share

_PAST_THE_FIREWALL = (
    "nodes leave by Azure's default outbound access, past the firewall, or not at all"
)
_CUT_OFF = "nothing on the internet is reached, neither registries nor a public API server"
_ADD_ROUTE = "Route {} to the firewall or gateway in the subnet's route table."
_CHANGE_HOP = "Change the route's next hop to the firewall or gateway."
_DROPPED = frozenset({NextHop.NOWHERE, NextHop.NETWORK})


class _Fault(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong with a route table, or with a subnet that has none.

    ``words`` are said of it, ``routes`` are what they rest on.
    """

    cause: str
    at: Resource
    words: str
    impact: str
    remediation: str
    severity: Severity = Severity.CRITICAL
    routes: tuple[Route, ...] = ()


def decide(subject: Subject) -> Decision:
    """Judge the default route of every subnet that traffic leaves from."""
    declared = outbound_type(subject.profile)
    if declared.lets_nothing_out:
        return Skipped(f"the outbound type is {declared}: nothing is to leave")
    if declared is OutboundType.UNRECOGNISED:
        return Undecided(f"outbound type {subject.profile.outbound_type} is not recognised")
    subnets = subject.once(leaving_subnets)
    verdict = Verdict(subject)
    verdict.miss(*subnets.missing)
    families = tuple(Family) if subject.profile.is_dual_stack else (Family.IPV4,)
    found: list[DefaultRoute] = []
    for subnet_id in subnets.ids:
        with verdict:
            subnet = subject.topology.get(subnet_id, Subnet)
            if subnet is None:
                verdict.doubt(f"subnet {subnet_id.name} does not exist")
            else:
                found += (default_route(subject.topology, subnet, each) for each in families)
    if not subnets.ids and verdict.is_complete:
        return Skipped("no pool and no node tells a subnet")
    faults: dict[tuple[str, ResourceId], tuple[_Fault, list[Subnet]]] = {}
    for each in found:
        for fault in _judge(each, declared, verdict):
            faults.setdefault((fault.cause, fault.at.id), (fault, []))[1].append(each.subnet)
    for fault, having in faults.values():
        verdict.add(_problem(fault, having))
    faulty = {subnet.id for _, having in faults.values() for subnet in having}
    return verdict.conclude(
        _passed(found, len(subnets.ids), declared),
        failed=f"wrong on {share(len(faulty), len(subnets.ids), 'subnet')}",
        evidence=(_table_of(each.subnet) for each in found if each.family is Family.IPV4),
    )


def _passed(found: Iterable[DefaultRoute], whole: int, declared: OutboundType) -> str:
    ours = [each for each in found if each.family is Family.IPV4]
    held = share(len(ours), whole, "subnet")
    if declared is OutboundType.USER_DEFINED_ROUTING:
        routes = dict.fromkeys(each.routes.words for each in ours)
        return f"a default route on {held}: {names(routes)}"
    way = "NAT gateway" if declared.is_nat_gateway else "load balancer"
    gateways = names(dict.fromkeys(place for each in ours for place in each.gateways))
    note = f"; a gateway behind {gateways} may announce one, which ARM does not show"
    return f"no default route before the {way} on {held}{note if gateways else ''}"


def _judge(route: DefaultRoute, declared: OutboundType, verdict: Verdict) -> Iterator[_Fault]:
    """Yield what is wrong with a default route, or with there being one or none."""
    if route.routes.next_hop is NextHop.OTHER:
        verdict.doubt(f"where {route.routes.words} leads is not known here")
    elif declared is OutboundType.USER_DEFINED_ROUTING:
        yield from _routing(route, verdict)
    elif route.table is not None and route.routes.next_hop is not None:
        yield _overriding(route, route.table, declared)


def _routing(route: DefaultRoute, verdict: Verdict) -> Iterator[_Fault]:
    """Yield what stands against user-defined routing."""
    hop = route.routes.next_hop
    if hop is None and route.family is Family.IPV6:
        yield from _missing_ipv6(route)
    elif hop is None:
        yield from _missing(route, verdict)
    elif route.table is not None and hop in _DROPPED:
        yield _Fault(
            cause=_cause("default-route-drops", route),
            at=route.table,
            words=f"leads internet-bound traffic nowhere: {route.routes.words}",
            impact=_CUT_OFF,
            remediation=_CHANGE_HOP,
            routes=route.routes.capturing,
        )
    elif route.table is not None and hop is NextHop.APPLIANCE:
        yield from _unreachable(route, route.table, verdict)


def _missing_ipv6(route: DefaultRoute) -> Iterator[_Fault]:
    if route.table is not None and not route.gateways:
        yield _Fault(
            cause="no-ipv6-default-route",
            at=route.table,
            words=f"has no route for {route.prefix}",
            impact="IPv6 traffic does not take the way that IPv4 is sent",
            remediation=_ADD_ROUTE.format(route.prefix),
            severity=Severity.LOW,
        )


def _missing(route: DefaultRoute, verdict: Verdict) -> Iterator[_Fault]:
    """Yield that nothing captures the internet, unless a gateway may announce what does."""
    if route.table is not None and route.straight:
        yield _Fault(
            cause="default-route-to-internet",
            at=route.table,
            words=f"sends {route.prefix} straight to the internet",
            impact=_PAST_THE_FIREWALL,
            remediation=_CHANGE_HOP,
            routes=route.straight,
        )
    elif route.gateways:
        verdict.doubt(
            f"no route of subnet {route.subnet.title} covers {route.prefix}; a gateway behind "
            f"{names(route.gateways)} may announce one, which ARM does not show"
        )
    else:
        yield _Fault(
            cause="no-route-table" if route.table is None else "no-default-route",
            at=route.table or route.subnet,
            words="has no route" + (" table" if route.table is None else f" for {route.prefix}"),
            impact=_PAST_THE_FIREWALL,
            remediation="Associate the route table that leads to the firewall or gateway."
            if route.table is None
            else _ADD_ROUTE.format(route.prefix),
        )


def _unreachable(route: DefaultRoute, table: RouteTable, verdict: Verdict) -> Iterator[_Fault]:
    """Yield what keeps packets from the appliance."""
    if route.bare:
        yield _Fault(
            cause=_cause("no-next-hop", route),
            at=table,
            words=f"routes {_prefixes(route.bare)} to an appliance without an address",
            impact=_CUT_OFF,
            remediation="Set the next hop address of the route.",
            routes=route.bare,
        )
    if route.outside:
        through = [
            each
            for each in route.routes.capturing
            if each.properties.next_hop_ip_address in route.outside
        ]
        yield _Fault(
            cause=_cause("next-hop-outside", route),
            at=table,
            words=f"routes {_prefixes(through)} to {names(route.outside)}, neither in the network "
            "nor in one that it is peered with",
            impact=_CUT_OFF,
            remediation="Peer the network with the appliance's, or correct the next hop.",
            severity=Severity.HIGH,
            routes=tuple(through),
        )
    for each in route.untold:
        verdict.doubt(
            f"whether next hop {each} of {table.title} is in a peered network is not told"
        )


def _overriding(route: DefaultRoute, table: RouteTable, declared: OutboundType) -> _Fault:
    """Return a default route where the outbound type declares another way out."""
    impact = "outbound traffic has another address than the cluster declares"
    if not declared.is_nat_gateway:
        impact += ", and replies of public services miss the load balancer"
    is_dropped = route.routes.next_hop in _DROPPED
    return _Fault(
        cause=_cause("route-overrides", route),
        at=table,
        words=f"comes before the outbound type {declared}: {route.routes.words}",
        impact=_CUT_OFF if is_dropped else impact,
        remediation="Remove the route, or change the outbound type to userDefinedRouting.",
        severity=Severity.CRITICAL if is_dropped else Severity.HIGH,
        routes=route.routes.capturing,
    )


def _problem(fault: _Fault, having: list[Subnet]) -> Problem:
    noun = "subnet" if len(having) == 1 else plural("subnet")
    of_subnets = f"{noun} {names(each.title for each in having)}"
    is_table = isinstance(fault.at, RouteTable)
    place = f"route table {fault.at.title} of {of_subnets}" if is_table else of_subnets
    words = ("network", "route-table") if is_table else ("network", "vnet", "subnet")
    query = "routes" if is_table else "routeTable.id"
    found = [part for each in fault.routes for part in _of_route(each)]
    return Problem(
        cause=fault.cause,
        resource=fault.at.id,
        name=fault.at.title,
        message=f"{place} {fault.words}",
        impact=fault.impact,
        evidence=(*found, *map(_table_of, having)),
        remediation=fault.remediation,
        commands=(az(*words, "show", ids=str(fault.at.id), query=query),),
        severity=fault.severity,
    )


def _of_route(route: Route) -> Iterator[Evidence]:
    properties = route.properties
    yield evidence(route, "properties.addressPrefix", properties.address_prefix)
    yield evidence(route, "properties.nextHopType", properties.next_hop_type)
    if properties.next_hop_ip_address:
        yield evidence(route, "properties.nextHopIpAddress", properties.next_hop_ip_address)


def _table_of(subnet: Subnet) -> Evidence:
    reference = subnet.properties.route_table
    table = str(reference.id) if reference is not None else None
    return evidence(subnet, "properties.routeTable.id", table)


def _prefixes(routes: Iterable[Route]) -> str:
    return names(each.properties.address_prefix or "" for each in routes)


def _cause(slug: str, route: DefaultRoute) -> str:
    return f"{slug}-ipv6" if route.family is Family.IPV6 else slug


check = Check(
    id="default-route",
    title="Default route as the outbound type asks",
    group=Group.EGRESS,
    severity=Severity.CRITICAL,
    documentation=__doc__ or "",
    decide=decide,
)
