"""What a wanted number of SNAT ports for each node would take, as commands."""

from collections.abc import Iterable, Iterator, Sequence
from shlex import quote
from typing import Final, NamedTuple

from inspector.checking import az_at, az_cluster
from inspector.cluster.egress import OutboundType, outbound_type
from inspector.network.pool_sizes import Situation
from inspector.network.spaces import Family
from inspector.planning.arithmetic import Reckoning, number
from inspector.planning.balancer_ports import BalancerPorts, PortStretch, nodes_for
from inspector.planning.figures import Figure, figure
from inspector.planning.gateway_ports import GatewayPorts, ShareStretch, nodes_sharing
from inspector.report.answer import Unknown, View
from inspector.resources import LoadBalancerProfile, NATGateway, Reference
from inspector.topology import Topology
from inspector.wording import count

MOST_MANAGED: Final = 100
"""Public addresses that AKS makes for a load balancer (AKS: configure-load-balancer-standard)."""

MOST_OF_GATEWAY: Final = 16
"""Public addresses of a NAT gateway (AKS: nat-gateway)."""

_NEW: Final = "NEW-PUBLIC-IP-ID"
_NEW_PREFIX: Final = "NEW-PUBLIC-IP-PREFIX-ID"
_BITS: Final = (1, 4)


class WantedPorts(View, frozen=True):
    """The ports that each node is to have.

    ``counts_for`` is the situation that the ``commands`` provide for: the largest whose nodes can
    be told, ``None`` where there is none. ``enough_for`` is how many nodes have so many ports then,
    by the way out with the fewest; it is ``None`` where there is no command. ``notes`` say what to
    do first.
    """

    ports_per_node: int
    counts_for: Situation | None
    enough_for: Figure | None
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
        enough_for=_enough_for(ports, rules, gateways) if commands else None,
        commands=tuple(commands),
        notes=tuple(told),
    )


def _enough_for(
    ports: int, rules: Iterable[BalancerPorts], gateways: Iterable[GatewayPorts]
) -> Figure | None:
    """Return how many nodes have the ports once each way out has the addresses it needs."""
    every = number(ports)
    found: list[Reckoning] = []
    for rule in rules:
        largest, have = _largest(rule.stretches), rule.addresses.number
        if largest is None or have is None:
            return None
        found.append(nodes_for(every, number(max(have, largest[1])), rule.taken))
    for gateway in gateways:
        largest, have = _largest(gateway.stretches), gateway.addresses.number
        if largest is None or have is None:
            return None
        found.append(nodes_sharing(every, number(max(have, largest[1]))))
    fewest = min(found, key=lambda each: each.value, default=None)
    return figure(lambda: fewest) if fewest is not None else None


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

    @property
    def lacking(self) -> int:
        """The addresses that there are not yet, if more are needed."""
        return self.needed - self.have


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
        if isinstance(each.family, Unknown):
            notes.append(f"{each.words}: it cannot be told whether its addresses are IPv4 or IPv6")
            return
        needs.append(_Need(have, largest[1], each.family))
    is_managed = not profile.outbound_ips.public_ips and not _prefixes(profile)
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
    if not more:
        return
    single, prefixes = profile.outbound_ips.public_ips, _prefixes(profile)
    for each in more:
        what = _addresses(each) if single else _new_prefixes(each)
        notes.append(
            f"create {what} first, and put the id of each in the place of a "
            f"{_NEW if single else _NEW_PREFIX}: the outbound addresses of this cluster are your "
            "own"
        )
    if single:
        lacking = sum(each.lacking for each in more)
        yield "load_balancer_outbound_ips", _ids(single, [_NEW] * lacking)
    else:
        lacking = sum(_prefix_size(each)[0] for each in more)
        yield "load_balancer_outbound_ip_prefixes", _ids(prefixes, [_NEW_PREFIX] * lacking)


def _prefixes(profile: LoadBalancerProfile) -> tuple[Reference, ...]:
    return profile.outbound_ip_prefixes.public_ip_prefixes


def _addresses(need: _Need) -> str:
    return f"{count(need.lacking, 'public address')} ({need.family}, SKU Standard, static)"


def _new_prefixes(need: _Need) -> str:
    number, bits = _prefix_size(need)
    length = (128 if need.family is Family.IPV6 else 32) - bits
    return f"{count(number, 'public IP prefix')} (a /{length}, {need.family}, SKU Standard)"


def _prefix_size(need: _Need) -> tuple[int, int]:
    """Return how many prefixes hold the addresses that are lacking, and the bits of each.

    One has 2 to 16 addresses (Learn: public-ip-address-prefix).
    """
    bits = min(_BITS[1], max(_BITS[0], (need.lacking - 1).bit_length()))
    return -(-need.lacking // (1 << bits)), bits


def _ids(references: Iterable[Reference], new: Iterable[str]) -> str:
    return ",".join((*(str(each.id) for each in references), *new))


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
        yield from _for_own_gateway(topology, gateway, needed - have, notes)
    elif needed <= have:
        notes.append(f"its {count(have, 'address')} {'is' if have == 1 else 'are'} enough")
    else:
        counted = {"nat_gateway_managed_outbound_ip_count": str(needed)}
        yield az_cluster(topology.cluster, "update", **counted)


def _for_own_gateway(
    topology: Topology, gateway: GatewayPorts, lacking: int, notes: list[str]
) -> Iterator[str]:
    """Yield the command for more addresses of a gateway of one's own, which names all of them."""
    found = topology.seen(gateway.id, NATGateway)
    sku = (found.sku.name if found is not None else None) or "Standard"
    what = f"{count(lacking, 'public address')} ({gateway.family}, SKU {sku}, static)"
    if found is None or gateway.family is Family.IPV6:
        notes.append(f"create {what}, and add them to the gateway")
        return
    notes.append(f"create {what} first, and put the id of each in the place of a {_NEW}")
    there = (quote(str(each.id)) for each in found.properties.public_ip_addresses)
    update = az_at(gateway.id, "network", "nat", "gateway", "update", name=found.title)
    yield " ".join((update, "--public-ip-addresses", *there, *[_NEW] * lacking))
