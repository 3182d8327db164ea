"""What stands beside a way out: rules that deny it, routes past it, routes that ARM cannot show."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from inspector.cluster.egress import (
    EgressGroup,
    EgressKind,
    Traffic,
    announcing_gateways,
    primary_interface,
    route_table_of,
    routes_of_subnet,
)
from inspector.network.internet_denials import InternetDenial, internet_denials
from inspector.network.spaces import Family
from inspector.report.answer import Unknown, View, noting
from inspector.resource_id import ResourceId
from inspector.resources import NetworkSecurityGroup, Subnet
from inspector.topology import Topology

_BY_ROUTE: Final = frozenset({EgressKind.APPLIANCE, EgressKind.GATEWAY, EgressKind.DROPPED})


class Denial(View, frozen=True):
    """A custom security rule that denies the internet outbound.

    ``attached_to`` is the subnet, or how many of the nodes' interfaces; ``only`` is what of the
    traffic the rule is for, empty for all; ``allowed_before`` are rules that let some out first.
    ``is_total`` says that nothing at all gets out.
    """

    security_group: str
    attached_to: str
    rule: str
    priority: int | None
    only: str
    allowed_before: tuple[str, ...]
    is_total: bool

    @property
    def words(self) -> str:
        """The denial as a sentence."""
        limits = f" for {self.only}" if self.only else ""
        first = f"; allowed before it: {', '.join(self.allowed_before)}"
        return (
            f"security group {self.security_group} on {self.attached_to} denies the internet: "
            f"rule {self.rule}, priority {self.priority}{limits}"
            f"{first if self.allowed_before else ''}"
        )


class Denials:
    """Which security rules deny the internet to a group of nodes; a security group is read once."""

    def __init__(self, topology: Topology, missing: list[Unknown]) -> None:
        """Take the topology, and where to note what could not be seen."""
        self._topology = topology
        self._missing = missing
        self._known: dict[tuple[ResourceId, Family], tuple[InternetDenial, ...]] = {}

    def of(self, group: EgressGroup) -> tuple[Denial, ...]:
        """Return the denials at the subnet, then those at the nodes' interfaces.

        Pods with a subnet of their own are ruled by that subnet's security group.
        """
        return (*self._at_subnet(group), *self._at_interfaces(group))

    def _at_subnet(self, group: EgressGroup) -> Iterator[Denial]:
        with noting(self._missing):
            subnet = self._topology.get(group.subnet, Subnet) if group.subnet is not None else None
            reference = subnet.properties.network_security_group if subnet is not None else None
            if subnet is not None and reference is not None:
                place = f"subnet {subnet.title}"
                yield from self._found(reference.id, group.family, place, is_everywhere=True)

    def _at_interfaces(self, group: EgressGroup) -> Iterator[Denial]:
        if Traffic.NODES not in group.traffic:
            return
        interfaces = filter(None, map(primary_interface, group.nodes))
        attached = (each.properties.network_security_group for each in interfaces)
        uses = Counter(each.id for each in attached if each is not None)
        for target, number in sorted(uses.items()):
            with noting(self._missing):
                place = f"{number} of {len(group.nodes)} interfaces"
                is_everywhere = number == len(group.nodes)
                yield from self._found(target, group.family, place, is_everywhere=is_everywhere)

    def _found(
        self, target: ResourceId, family: Family, place: str, *, is_everywhere: bool
    ) -> Iterator[Denial]:
        security_group = self._topology.get(target, NetworkSecurityGroup)
        if security_group is None:
            return
        if (target, family) not in self._known:
            rules = security_group.properties.security_rules
            self._known[target, family] = internet_denials(rules, family)
        for each in self._known[target, family]:
            yield Denial(
                security_group=security_group.title,
                attached_to=place,
                rule=each.rule,
                priority=each.priority,
                only=each.only,
                allowed_before=each.allowed_before,
                is_total=each.is_total and is_everywhere,
            )


def route_notes(
    topology: Topology, groups: Iterable[EgressGroup], missing: list[Unknown]
) -> Iterator[str]:
    """Yield the routes that lead past a way out, and where a gateway may announce others."""
    decided: dict[ResourceId, set[bool]] = {}
    families: dict[ResourceId, set[Family]] = {}
    for group in groups:
        if group.subnet is not None:
            families.setdefault(group.subnet, set()).add(group.family)
            decided.setdefault(group.subnet, set()).add(group.egress.kind in _BY_ROUTE)
    for subnet_id in sorted(families):
        with noting(missing):
            subnet = topology.get(subnet_id, Subnet)
            if subnet is not None:
                yield from _exceptions(topology, subnet, families[subnet_id])
                if False in decided[subnet_id]:
                    yield from _announced(topology, subnet)


def _exceptions(topology: Topology, subnet: Subnet, families: set[Family]) -> Iterator[str]:
    table = route_table_of(topology, subnet)
    if table is not None:
        for family in sorted(families):
            for exception in routes_of_subnet(topology, subnet, family).exceptions:
                yield f"route table {table.title} of subnet {subnet.title}: {exception}"


def _announced(topology: Topology, subnet: Subnet) -> Iterator[str]:
    """Yield that a gateway may announce a default route, which would come before a NAT gateway."""
    for gateway in announcing_gateways(topology, subnet):
        yield (
            f"subnet {subnet.title}: a gateway behind {gateway} may announce a default route by "
            "BGP; it would come first, and ARM does not show it"
        )
