"""Which security groups stand before the nodes, and what is around their subnets."""

from collections.abc import Iterable, Iterator
from functools import cached_property
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, summarize_address_range
from itertools import chain

import msgspec

from inspector.cluster.egress import primary_interface
from inspector.collected import NotCollected
from inspector.network.security_rules import Part, evaluate_both
from inspector.network.security_rules.parsed_rules import SecurityRules, read_rules
from inspector.network.security_rules.surroundings import Surroundings, parse_ranges
from inspector.network.security_rules.traffic import Flow
from inspector.network.spaces import Family, Space, Span, common, difference, merged
from inspector.nodes import Node
from inspector.resource_id import ResourceId
from inspector.resources import (
    IPAddress,
    NetworkSecurityGroup,
    Reference,
    RouteTable,
    Subnet,
    VirtualNetwork,
)
from inspector.snapshot import Gap
from inspector.topology import Topology

_GATEWAYS = "gatewaysubnet"


class Protection(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """Nodes of one subnet behind the same security groups; a group that is not there is ``None``.

    Without ``nodes`` it is the subnet of pods that have one of their own, which have no interface.
    """

    subnet: Subnet
    network: VirtualNetwork | None
    at_subnet: NetworkSecurityGroup | None
    at_interface: NetworkSecurityGroup | None
    nodes: tuple[Node, ...]

    @property
    def groups(self) -> tuple[NetworkSecurityGroup, ...]:
        """The security groups, each once, the subnet's first."""
        found = {each.id: each for each in (self.at_subnet, self.at_interface) if each is not None}
        return tuple(found.values())

    @cached_property
    def _spaces(self) -> dict[Family, Space]:
        if not self.nodes:
            own = parse_ranges(self.subnet.prefixes)
            return {family: own.space(family) for family in Family}
        return spaces_of(_addresses(self.nodes))

    def space(self, family: Family) -> Space:
        """Return the addresses behind the groups: the nodes', without nodes the subnet's.

        Those of a node are all of its interface's, so that pods with addresses there count.
        """
        return self._spaces[family]

    @cached_property
    def area(self) -> tuple[str, ...]:
        """Few ranges that hold these addresses, to evaluate before ``touching``.

        They are the subnet's, unless its document does not hold all the addresses.
        """
        own = parse_ranges(self.subnet.prefixes)
        if any(difference(self.space(family), own.space(family)) for family in Family):
            return _texts(self._spaces[Family.IPV4], self._spaces[Family.IPV6])
        return self.subnet.prefixes

    @cached_property
    def _rules(self) -> tuple[SecurityRules | None, SecurityRules | None]:
        groups = (self.at_subnet, self.at_interface)
        subnet, interface = (read_rules(each) if each is not None else None for each in groups)
        return subnet, interface

    def evaluate(self, flow: Flow, surroundings: Surroundings) -> tuple[Part, ...]:
        """Return the parts of a flow that the groups tell apart."""
        return evaluate_both(*self._rules, flow, surroundings)


class Protections(msgspec.Struct, frozen=True, kw_only=True):
    """The nodes by what protects them, the pods' own subnets, and what could not be seen."""

    nodes: tuple[Protection, ...]
    pods: tuple[Protection, ...]
    missing: tuple[Gap, ...]


def touching(
    parts: Iterable[Part], sources: Space | None, destinations: Space | None
) -> Iterator[Part]:
    """Yield the parts that some of the addresses meet, cut down to them; ``None`` are all.

    A flow between whole subnets is evaluated faster, and told shorter, than one between addresses.
    The words of a part stay those of the flow.
    """
    for part in parts:
        shares = tuple(
            msgspec.structs.replace(
                each,
                sources=each.sources if sources is None else common(each.sources, sources),
                destinations=each.destinations
                if destinations is None
                else common(each.destinations, destinations),
            )
            for each in part.shares
        )
        met = tuple(each for each in shares if each.sources and each.destinations)
        if met:
            yield msgspec.structs.replace(part, shares=met)


def spaces_of(addresses: Iterable[IPAddress]) -> dict[Family, Space]:
    """Return addresses as the fewest spans that hold these and no other, of each family."""
    found: dict[int, list[Span]] = {family.version: [] for family in Family}
    for address in addresses:
        found[address.version].append((int(address), int(address)))
    return {family: merged(found[family.version]) for family in Family}


def folded(ranges: Iterable[str]) -> tuple[str, ...]:
    """Return ranges as the fewest that hold the same, IPv4 first; text that is none is dropped."""
    parsed = parse_ranges(ranges)
    return _texts(parsed.ipv4, parsed.ipv6)


def _texts(ipv4: Space, ipv6: Space) -> tuple[str, ...]:
    four = (summarize_address_range(IPv4Address(low), IPv4Address(high)) for low, high in ipv4)
    six = (summarize_address_range(IPv6Address(low), IPv6Address(high)) for low, high in ipv6)
    every: list[IPv4Network | IPv6Network] = [*chain.from_iterable(four)]
    every += chain.from_iterable(six)
    return tuple(str(each if each.num_addresses > 1 else each[0]) for each in every)


def _addresses(nodes: Iterable[Node]) -> Iterator[IPAddress]:
    for node in nodes:
        interface = primary_interface(node)
        for each in interface.properties.ip_configurations if interface is not None else ():
            if each.properties.private_ip_address is not None:
                yield each.properties.private_ip_address


def protections(topology: Topology) -> Protections:
    """Return what protects the nodes and the pods, each combination once."""
    together: dict[tuple[ResourceId, ResourceId | None], list[Node]] = {}
    missing = dict.fromkeys(topology.hidden_nodes)
    for node in topology.nodes:
        interface = primary_interface(node)
        subnet = _subnet_of(node)
        if interface is not None and subnet is not None:
            group = interface.properties.network_security_group
            key = subnet, group.id if group is not None else None
            together.setdefault(key, []).append(node)
    found, pods = [], []
    for (subnet_id, group_id), nodes in sorted(together.items(), key=_order):
        try:
            found.append(_protection(topology, subnet_id, group_id, nodes))
        except NotCollected as unseen:
            missing[unseen.gap] = None
    for subnet_id in sorted(set(_pod_subnets(topology))):
        try:
            pods.append(_protection(topology, subnet_id, None, ()))
        except NotCollected as unseen:
            missing[unseen.gap] = None
    return Protections(
        nodes=tuple(each for each in found if each is not None),
        pods=tuple(each for each in pods if each is not None),
        missing=tuple(missing),
    )


def _order(item: tuple[tuple[ResourceId, ResourceId | None], list[Node]]) -> tuple[str, str]:
    (subnet_id, group_id), _ = item
    return subnet_id.key, group_id.key if group_id is not None else ""


def _subnet_of(node: Node) -> ResourceId | None:
    interface = primary_interface(node)
    configurations = interface.properties.ip_configurations if interface is not None else ()
    references = (each.properties.subnet for each in configurations)
    return next((each.id for each in references if each is not None), None)


def _pod_subnets(topology: Topology) -> Iterable[ResourceId]:
    profiles = topology.cluster.properties.agent_pool_profiles
    return (each.pod_subnet_id for each in profiles if each.pod_subnet_id is not None)


def _protection(
    topology: Topology, subnet_id: ResourceId, group_id: ResourceId | None, nodes: Iterable[Node]
) -> Protection | None:
    """Return what protects nodes; ``None`` for a subnet that does not exist."""
    subnet = topology.get(subnet_id, Subnet)
    if subnet is None:
        return None
    return Protection(
        subnet=subnet,
        network=topology.holder(subnet, VirtualNetwork),
        at_subnet=_group(topology, subnet.properties.network_security_group),
        at_interface=_group(topology, Reference(id=group_id) if group_id is not None else None),
        nodes=tuple(nodes),
    )


def _group(topology: Topology, reference: Reference | None) -> NetworkSecurityGroup | None:
    return topology.get(reference.id, NetworkSecurityGroup) if reference is not None else None


def surroundings(topology: Topology, protection: Protection) -> Surroundings:
    """Return what is around a subnet, for the tag ``VirtualNetwork``.

    Raises ``NotCollected`` if the subnet's route table could not be seen.
    """
    network = protection.network
    reference = protection.subnet.properties.route_table
    table = topology.get(reference.id, RouteTable) if reference is not None else None
    routes = table.properties.routes if table is not None else ()
    prefixes = list(network.properties.address_space.address_prefixes) if network else []
    is_complete = network is not None
    for peering in network.properties.virtual_network_peerings if network else ():
        properties = peering.properties
        space = (
            *properties.remote_address_space.address_prefixes,
            *properties.remote_virtual_network_address_space.address_prefixes,
        )
        prefixes += space
        is_complete = is_complete and bool(space) and properties.use_remote_gateways is not True
    for subnet in network.properties.subnets if network else ():
        if subnet.title.lower() == _GATEWAYS and subnet.properties.ip_configurations:
            is_complete = False
    return Surroundings(
        prefixes=tuple(dict.fromkeys(prefixes)),
        is_complete=is_complete,
        routed=tuple(each.properties.address_prefix or "" for each in routes),
    )
