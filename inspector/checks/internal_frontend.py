"""Every internal frontend has an address of its own in a subnet of the nodes' network.

What: a frontend of an internal load balancer is in a subnet of the network that the nodes are in.
Its address lies in the subnet's range, is none of the five that Azure keeps, and is held by no
other frontend and no network interface.

Why it matters: what is in another network, or at an address outside the subnet, cannot be reached
by those who use the service, whatever its status says. An address that somebody else holds answers
now here, now there.

How it is decided: from the frontends, the documents of their subnets, and the addresses of all
interfaces and frontends that were collected. High: a subnet of another network, an address outside
the subnet's ranges, however it was allocated, a reserved address, one that is held twice. Addresses
of machines outside the cluster are not read. Unknown: load balancers, a subnet or interfaces could
not be seen, or ARM tells no address. Skipped without internal frontends; the API server's load
balancer is Azure's own.

How to fix: name a subnet, or a free address in it, in the annotations of the service.

Source: https://learn.microsoft.com/azure/aks/internal-lb,
https://learn.microsoft.com/azure/virtual-network/virtual-networks-faq
"""

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Final

from inspector.checking import Check, Decision, Problem, Skipped, Subject, Verdict, az, evidence
from inspector.checking.node_verdict import range_evidence
from inspector.checking.outbound_rules import balancers_seen
from inspector.cluster.egress import leaving_subnets
from inspector.findings import Evidence, Group, Severity
from inspector.network.addresses import is_reserved, parse_range
from inspector.resource_id import ResourceId
from inspector.resources import (
    FrontendIPConfiguration,
    IPConfiguration,
    NetworkInterface,
    Subnet,
)
from inspector.wording import count, names, share

_UNREACHABLE: Final = "nobody reaches the service at its address"
_ANNOTATE: Final = "Name a subnet, or a free address in it, in the annotations of the service."

Address = IPv4Address | IPv6Address
Range = IPv4Network | IPv6Network
Place = tuple[ResourceId | None, Address]


def decide(subject: Subject) -> Decision:
    """Judge the frontends of internal load balancers."""
    verdict = Verdict(subject)
    frontends = [
        frontend
        for balancer in balancers_seen(subject, verdict)
        for frontend in balancer.properties.frontend_ip_configurations
        if frontend.properties.subnet is not None
    ]
    if not frontends and verdict.is_complete:
        return Skipped("there is no internal frontend")
    for frontend in frontends:
        with verdict:
            _judge_subnet(subject, verdict, frontend)
    _judge_sharing(subject, verdict, frontends)
    faulty = len({each.resource for each in verdict.problems})
    return verdict.conclude(
        f"{count(len(frontends), 'internal frontend')} at an address of its own in the nodes' "
        "network",
        failed=f"{share(faulty, len(frontends), 'internal frontend')} at a wrong address",
        evidence=map(_address, frontends),
    )


def _judge_subnet(subject: Subject, verdict: Verdict, frontend: FrontendIPConfiguration) -> None:
    """Note where a frontend is, and whether its address belongs there."""
    reference = frontend.properties.subnet
    subnet = subject.topology.get(reference.id, Subnet) if reference is not None else None
    if subnet is None:
        verdict.doubt(f"the subnet of frontend {frontend.title} does not exist")
        return
    _judge_network(subject, verdict, frontend, subnet)
    address = frontend.properties.private_ip_address
    if address is None:
        verdict.doubt(f"ARM tells no address of frontend {frontend.title}")
        return
    ranges = tuple(map(parse_range, subnet.prefixes))
    around = [each for each in ranges if address in each]
    if not around and ranges:
        verdict.add(_outside(frontend, subnet, address))
    elif not around:
        verdict.doubt(f"ARM tells no range of subnet {subnet.title}")
    elif is_reserved(address, around[0]):
        verdict.add(_reserved(frontend, subnet, address, around[0]))


def _judge_network(
    subject: Subject, verdict: Verdict, frontend: FrontendIPConfiguration, subnet: Subnet
) -> None:
    """Note a subnet of another network; where nodes may hide, that network may be theirs."""
    topology = subject.topology
    networks = {each.parent for each in topology.subnets_of_nodes}
    if subnet.id.parent in networks:
        return
    missing = subject.once(leaving_subnets).missing
    if missing:
        verdict.miss(*missing)
    elif not networks:
        verdict.doubt("no pool and no node tells a subnet")
    else:
        place = subnet.id.parent.name if subnet.id.parent is not None else subnet.title
        known = names(sorted(each.name for each in networks if each is not None))
        verdict.add(
            _problem(
                frontend,
                "other-network",
                f"internal frontend {frontend.title} is in network {place}, "
                f"the nodes are in {known}",
                (_subnet_of(frontend),),
                "its load balancer cannot reach the nodes from another network",
            )
        )


def _outside(frontend: FrontendIPConfiguration, subnet: Subnet, address: Address) -> Problem:
    return _problem(
        frontend,
        "outside",
        f"internal frontend {frontend.title} has address {address}, outside of subnet "
        f"{subnet.title} ({', '.join(subnet.prefixes)})",
        (_address(frontend), _allocation(frontend), range_evidence(subnet)),
        _UNREACHABLE,
    )


def _reserved(
    frontend: FrontendIPConfiguration, subnet: Subnet, address: Address, around: Range
) -> Problem:
    return _problem(
        frontend,
        "reserved",
        f"internal frontend {frontend.title} has address {address}, one that Azure keeps of "
        f"{around} in subnet {subnet.title}",
        (_address(frontend), _allocation(frontend), range_evidence(subnet)),
        _UNREACHABLE,
    )


def _judge_sharing(
    subject: Subject, verdict: Verdict, frontends: Sequence[FrontendIPConfiguration]
) -> None:
    """Note the addresses that another frontend or an interface holds in the same network."""
    if not frontends:
        return
    verdict.miss(*subject.topology.hidden_nodes)
    holders: dict[Place, list[FrontendIPConfiguration]] = {}
    for frontend in frontends:
        place = _place(frontend)
        if place is not None:
            holders.setdefault(place, []).append(frontend)
    others: dict[Place, list[tuple[NetworkInterface, IPConfiguration]]] = {}
    for interface in subject.topology.all(NetworkInterface):
        for configuration in interface.properties.ip_configurations:
            found = _place(configuration)
            if found in holders and found is not None:
                others.setdefault(found, []).append((interface, configuration))
    for place, several in holders.items():
        interfaces = others.get(place, [])
        if len(several) + len(interfaces) > 1:
            verdict.add(_shared(subject, place[1], several, interfaces))


def _place(part: FrontendIPConfiguration | IPConfiguration) -> Place | None:
    """Return the network and the address, ``None`` if one is not told."""
    address, subnet = part.properties.private_ip_address, part.properties.subnet
    return (subnet.id.parent, address) if address is not None and subnet is not None else None


def _shared(
    subject: Subject,
    address: Address,
    frontends: Sequence[FrontendIPConfiguration],
    interfaces: Iterable[tuple[NetworkInterface, IPConfiguration]],
) -> Problem:
    first, *more = sorted(frontends, key=lambda each: each.id)
    held = [f"frontend {each.title} of {_balancer(each)}" for each in more]
    shown: list[Evidence] = [_address(each) for each in more]
    for interface, configuration in interfaces:
        node = subject.topology.node_of(interface)
        held.append(f"node {node.name}" if node is not None else f"interface {interface.title}")
        shown.append(_address(configuration))
    return _problem(
        first,
        "shared-address",
        f"address {address} of internal frontend {first.title} is also that of {names(held)}",
        (_address(first), *shown),
        "what is sent to the address reaches one or the other",
    )


def _balancer(frontend: FrontendIPConfiguration) -> str:
    return frontend.id.parent.name if frontend.id.parent is not None else ""


def _problem(
    frontend: FrontendIPConfiguration,
    cause: str,
    message: str,
    shown: tuple[Evidence, ...],
    impact: str,
) -> Problem:
    reference = frontend.properties.subnet
    subnet = str(reference.id) if reference is not None else None
    ranges = "[addressPrefix, addressPrefixes]"
    return Problem(
        cause=cause,
        resource=frontend.id,
        name=frontend.title,
        message=message,
        impact=impact,
        evidence=shown,
        remediation=_ANNOTATE,
        commands=(
            az("network", "lb", "frontend-ip", "show", ids=str(frontend.id)),
            az("network", "vnet", "subnet", "show", ids=subnet, query=ranges),
        ),
    )


def _address(part: FrontendIPConfiguration | IPConfiguration) -> Evidence:
    return evidence(part, "properties.privateIPAddress", part.properties.private_ip_address)


def _allocation(frontend: FrontendIPConfiguration) -> Evidence:
    method = frontend.properties.private_ip_allocation_method
    return evidence(frontend, "properties.privateIPAllocationMethod", method)


def _subnet_of(frontend: FrontendIPConfiguration) -> Evidence:
    reference = frontend.properties.subnet
    subnet = str(reference.id) if reference is not None else None
    return evidence(frontend, "properties.subnet.id", subnet)


check = Check(
    id="internal-frontend",
    title="Addresses of internal frontends",
    group=Group.LOAD_BALANCER,
    severity=Severity.HIGH,
    documentation=__doc__ or "",
    decide=decide,
)
