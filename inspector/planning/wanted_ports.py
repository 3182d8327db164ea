"""What a wanted number of SNAT ports for each node would take, as commands."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from inspector.checking import az, az_cluster
from inspector.cluster.egress import OutboundType, outbound_type
from inspector.network.pool_sizes import Situation
from inspector.network.spaces import Family
from inspector.planning.balancer_ports import BalancerPorts, PortStretch
from inspector.planning.gateway_ports import GatewayPorts, ShareStretch
from inspector.report.answer import View
from inspector.resources import LoadBalancerProfile, Reference
from inspector.topology import Topology
from inspector.wording import count

MOST_MANAGED: Final = 100
"""Public addresses that AKS makes for a load balancer (AKS: configure-load-balancer-standard)."""

MOST_OF_GATEWAY: Final = 16
"""Public addresses of a NAT gateway (AKS: nat-gateway)."""

_NEW: Final = "NEW-PUBLIC-IP-ID"


class WantedPorts(View, frozen=True):
    """The ports that each node is to have.

    ``counts_for`` is the situation that the ``commands`` provide for: the largest whose nodes can
    be told, ``None`` where there is none. ``notes`` say what to do first.
    """

    ports_per_node: int
    counts_for: Situation | None
    commands: tuple[str, ...]
    notes: tuple[str, ...]


def wanted_ports(
    topology: Topology,
    ports: int,
    balancers: Sequence[BalancerPorts],
    gateways: Sequence[GatewayPorts],
) -> WantedPorts:
    """Return how to give each node the wanted ports."""
    declared = outbound_type(topology.cluster.properties.network_profile)
    told: list[str] = []
    commands: list[str] = []
    rules = [each for each in balancers if each.rule is not None]
    if declared is OutboundType.LOAD_BALANCER and rules:
        commands += _for_balancers(topology, ports, rules, told)
    elif declared is OutboundType.LOAD_BALANCER and balancers:
        told.append("a Basic load balancer has no outbound rule that could allocate ports")
    for gateway in gateways:
        commands += _for_gateway(topology, gateway, declared, told)
    if not balancers and not gateways:
        told.append("no way out of this cluster divides or shares ports that could be set")
    largest = [_largest(each.stretches) for each in rules]
    largest += [_largest(each.stretches) for each in gateways]
    situations = [each[0] for each in largest if each is not None]
    return WantedPorts(
        ports_per_node=ports,
        counts_for=situations[0] if situations else None,
        commands=tuple(commands),
        notes=tuple(told),
    )


def _largest(
    stretches: Iterable[PortStretch] | Iterable[ShareStretch],
) -> tuple[Situation, int] | None:
    """Return the situation that needs most addresses, the last of several, and how many."""
    found = [
        (each.situation, each.addresses_wanted.number)
        for each in stretches
        if each.addresses_wanted is not None and each.addresses_wanted.number is not None
    ]
    return max(reversed(found), key=lambda each: each[1]) if found else None


class _Need(NamedTuple):
    """The addresses of a rule: those there are, those that are needed, and their family."""

    have: int
    needed: int
    family: Family


def _for_balancers(
    topology: Topology, ports: int, rules: Sequence[BalancerPorts], notes: list[str]
) -> Iterator[str]:
    profile = topology.cluster.properties.network_profile.load_balancer_profile
    needs = []
    for each in rules:
        largest, have = _largest(each.stretches), each.addresses.number
        if largest is None or have is None:
            notes.append(f"{each.words}: it cannot be told how many addresses it needs")
            return
        needs.append(_Need(have, largest[1], each.family))
    is_managed = profile.managed_outbound_ips is not None
    if is_managed and any(each.needed > MOST_MANAGED for each in needs):
        most = max(each.needed for each in needs)
        notes.append(f"AKS makes at most {MOST_MANAGED} addresses: {most} are too many")
        return
    options = dict(_counts(needs)) if is_managed else dict(_own(profile, needs, notes))
    options["load_balancer_outbound_ports"] = str(ports)
    yield az_cluster(topology.cluster, "update", **options)


def _counts(needs: Iterable[_Need]) -> Iterator[tuple[str, str]]:
    """Yield the option for the addresses that AKS makes, for each family."""
    for each in needs:
        family = "ipv6" if each.family is Family.IPV6 else "ip"
        yield f"load_balancer_managed_outbound_{family}_count", str(max(each.have, each.needed))


def _own(
    profile: LoadBalancerProfile, needs: Iterable[_Need], notes: list[str]
) -> Iterator[tuple[str, str]]:
    """Yield the option that names addresses of one's own, old and new, if there have to be more."""
    more = [each for each in needs if each.needed > each.have]
    notes += (
        f"create {count(each.needed - each.have, 'public address')} ({each.family}, SKU Standard, "
        f"static) first, and put the id of each in the place of a {_NEW}: the addresses of this "
        "cluster are your own"
        for each in more
    )
    if not more:
        return
    prefixes = profile.outbound_ip_prefixes.public_ip_prefixes
    if prefixes and not profile.outbound_ips.public_ips:
        notes.append("a prefix gives out several addresses, and is named once")
        yield "load_balancer_outbound_ip_prefixes", _ids(prefixes, len(more))
    else:
        lacking = sum(each.needed - each.have for each in more)
        yield "load_balancer_outbound_ips", _ids(profile.outbound_ips.public_ips, lacking)


def _ids(references: Iterable[Reference], more: int) -> str:
    return ",".join((*(str(each.id) for each in references), *[_NEW] * more))


def _for_gateway(
    topology: Topology, gateway: GatewayPorts, declared: OutboundType, notes: list[str]
) -> Iterator[str]:
    largest = _largest(gateway.stretches)
    have = gateway.addresses.number
    if largest is None or have is None:
        notes.append(f"NAT gateway {gateway.gateway}: it cannot be told how many it needs")
        return
    needed = largest[1]
    notes.append(
        f"NAT gateway {gateway.gateway} keeps no ports for a node: more addresses make the even "
        "share larger, and any node may take more than it"
    )
    if needed > MOST_OF_GATEWAY:
        notes.append(
            f"a NAT gateway has at most {MOST_OF_GATEWAY} addresses: {needed} are too many"
        )
    elif needed > have and declared is OutboundType.USER_ASSIGNED_NAT_GATEWAY:
        notes.append(
            f"create {count(needed - have, 'public address')} (SKU Standard, static) first, and "
            "name all of the gateway's in the command"
        )
        yield az("network", "nat", "gateway", "show", ids=str(gateway.id))
    elif needed <= have:
        notes.append(f"its {count(have, 'address')} {'is' if have == 1 else 'are'} enough")
    else:
        counted = {"nat_gateway_managed_outbound_ip_count": str(needed)}
        yield az_cluster(topology.cluster, "update", **counted)
