"""The public ports of services, and whether the security groups before the nodes let them in."""

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from inspector.cluster.api_server import is_api_server
from inspector.cluster.egress import primary_interface
from inspector.cluster.pool_members import hidden_balancers, members_of
from inspector.cluster.protection import Protection, spaces_of, touching
from inspector.collected import NotCollected
from inspector.network.security_rules import Part, evaluate_both
from inspector.network.security_rules.parsed_rules import Rule, SecurityRules, read_rules
from inspector.network.security_rules.surroundings import Surroundings
from inspector.network.security_rules.traffic import ALL_PORTS, Direction, Flow, Protocol
from inspector.network.service_names import service_base
from inspector.network.service_rules import opens_services
from inspector.network.spaces import (
    Family,
    Space,
    Span,
    common,
    difference,
    merged,
    span_of,
)
from inspector.nodes import Node
from inspector.resource_id import ResourceId
from inspector.resources import (
    BackendAddressPool,
    FrontendIPConfiguration,
    IPAddress,
    LoadBalancer,
    LoadBalancingRule,
    NetworkSecurityGroup,
    PublicIPAddress,
    PublicIPPrefix,
    Relation,
    SecurityRule,
    same_text,
)
from inspector.snapshot import Gap
from inspector.topology import Topology

_NODE_PORTS = range(30_000, 32_768)


class PublicPort(msgspec.Struct, frozen=True, kw_only=True):
    """A service's port at a public address, and the nodes its rule leads to.

    ``own_port`` is the port at which packets reach the node, 0 for every port. With floating IP
    they keep the public address, else they have the node's. ``protocol`` is ``None`` for all.
    """

    rule: LoadBalancingRule
    address: IPAddress
    protocol: Protocol | None
    own_port: int
    has_floating_ip: bool
    nodes: frozenset[ResourceId]

    @property
    def title(self) -> str:
        """Protocol, port and address as a client names them."""
        port = self.rule.properties.frontend_port
        return f"{self.address} {self.protocol or 'any protocol'}" + (f" {port}" if port else "")

    @property
    def family(self) -> Family:
        """The family of the address."""
        return Family.IPV4 if self.address.version == Family.IPV4.version else Family.IPV6

    def flow(self, source: tuple[str, ...], destination: tuple[str, ...]) -> Flow:
        """Return the port's traffic from a source."""
        return Flow(
            direction=Direction.INBOUND,
            source=source,
            destination=destination,
            family=self.family,
            protocol=self.protocol,
            ports=((self.own_port, self.own_port),) if self.own_port else ALL_PORTS,
        )


class PublicPorts(msgspec.Struct, frozen=True, kw_only=True):
    """The public ports of services; ``doubts`` say of which less is known.

    Ports that do not fit floating IP are left out: nobody answers there, whatever is let in.
    """

    ports: tuple[PublicPort, ...]
    doubts: tuple[str, ...]
    missing: tuple[Gap, ...]


def public_ports(topology: Topology) -> PublicPorts:
    """Return the public ports of the services of every load balancer that was seen."""
    ports: list[PublicPort] = []
    doubts: list[str] = []
    missing = dict.fromkeys(hidden_balancers(topology))
    nodes: dict[ResourceId, frozenset[ResourceId]] = {}
    for balancer in topology.all(LoadBalancer):
        if is_api_server(topology, balancer.id):
            continue
        for rule in balancer.properties.load_balancing_rules:
            try:
                address = _public_address(topology, rule)
                found = _port(rule, address, _nodes(topology, rule, nodes, missing))
            except NotCollected as unseen:
                missing[unseen.gap] = None
            except ValueError as odd:
                doubts.append(str(odd))
            else:
                ports += [found] if found is not None else []
    return PublicPorts(ports=tuple(ports), doubts=tuple(doubts), missing=tuple(missing))


def _public_address(topology: Topology, rule: LoadBalancingRule) -> IPAddress | None:
    """Return the public address a service's rule listens at.

    Raises ``ValueError`` if it has none yet.
    """
    if service_base(rule.title) is None:
        return None
    reference = rule.properties.frontend_ip_configuration
    frontend = topology.get(reference.id, FrontendIPConfiguration) if reference else None
    public = frontend.properties.public_ip_address if frontend is not None else None
    address = topology.get(public.id, PublicIPAddress) if public is not None else None
    return _given(address) if address is not None else None


def _port(
    rule: LoadBalancingRule, address: IPAddress | None, nodes: frozenset[ResourceId]
) -> PublicPort | None:
    properties = rule.properties
    if address is None:
        return None
    protocol = next((each for each in Protocol if same_text(each, properties.protocol)), None)
    if protocol is None and not same_text(properties.protocol, "All"):
        raise ValueError(f"protocol {properties.protocol} of rule {rule.title} is not recognised")
    port, floating = properties.backend_port, properties.enable_floating_ip
    if port is None or floating is None:
        raise ValueError(f"ARM does not tell floating IP and ports of rule {rule.title}")
    if port and not (port == properties.frontend_port if floating else port in _NODE_PORTS):
        return None
    return PublicPort(
        rule=rule,
        address=address,
        protocol=protocol,
        own_port=port,
        has_floating_ip=floating,
        nodes=nodes,
    )


def _nodes(
    topology: Topology,
    rule: LoadBalancingRule,
    known: dict[ResourceId, frozenset[ResourceId]],
    missing: dict[Gap, None],
) -> frozenset[ResourceId]:
    """Return the nodes that a rule leads to, each pool looked at once."""
    pools = topology.linked(rule.id, Relation.BACKEND_POOL)
    for target in pools:
        pool = topology.get(target, BackendAddressPool) if target not in known else None
        if pool is not None:
            members = members_of(topology, pool).members
            missing.update(dict.fromkeys(each.gap for each in members if each.gap is not None))
            known[target] = frozenset(each.node.id for each in members if each.node is not None)
    return frozenset().union(*(known.get(each, frozenset()) for each in pools))


class Gates:
    """The rules of security groups, narrowed to those that may match one address.

    A group has rules for hundreds of services; each port is asked about those that concern it.
    """

    def __init__(self) -> None:
        self._rules: dict[ResourceId, SecurityRules] = {}
        self._near: dict[tuple[ResourceId, IPAddress | int, Family], SecurityRules] = {}
        self._written: dict[ResourceId, dict[str, SecurityRule]] = {}
        self._own: dict[int, dict[Family, Space]] = {}

    def parts(
        self,
        port: PublicPort,
        protection: Protection,
        source: tuple[str, ...],
        around: Surroundings,
    ) -> tuple[Part, ...]:
        """Return what becomes of a port's traffic from a source."""
        groups = (protection.at_subnet, protection.at_interface)
        destination = (str(port.address),) if port.has_floating_ip else protection.area
        flow = port.flow(source, destination)
        at_subnet, at_interface = (
            _for_services(self._narrowed(each, port, protection), flow.services) if each else None
            for each in groups
        )
        found = evaluate_both(at_subnet, at_interface, flow, around)
        return tuple(touching(found, None, self._met(port, protection)))

    def opening(
        self, port: PublicPort, group: NetworkSecurityGroup, protection: Protection
    ) -> Iterator[SecurityRule]:
        """Yield the rules by which Kubernetes lets a port in to some nodes."""
        if group.id not in self._written:
            self._written[group.id] = {each.title: each for each in group.properties.security_rules}
        written = self._written[group.id]
        asked = port.flow(("*",), ("*",)).services
        for rule in self._narrowed(group, port, protection).rules:
            held = merged(span for each in rule.services for span in each.space)
            if opens_services(rule) and not difference(asked, held):
                yield written[rule.name]

    def _met(self, port: PublicPort, protection: Protection) -> Space:
        """Return the addresses that packets to a port have when they reach the nodes."""
        if port.has_floating_ip:
            return ((int(port.address), int(port.address)),)
        place = id(protection)
        if place not in self._own:
            self._own[place] = spaces_of(_own_addresses(protection.nodes))
        return self._own[place][port.family]

    def _narrowed(
        self, group: NetworkSecurityGroup, port: PublicPort, protection: Protection
    ) -> SecurityRules:
        target = port.address if port.has_floating_ip else id(protection)
        place = group.id, target, port.family
        if place not in self._near:
            if group.id not in self._rules:
                self._rules[group.id] = read_rules(group)
            whole, space = self._rules[group.id], self._met(port, protection)
            near = tuple(each for each in whole.rules if _may_match(each, space, port.family))
            self._near[place] = msgspec.structs.replace(whole, rules=near)
        return self._near[place]


def _own_addresses(nodes: Iterable[Node]) -> Iterator[IPAddress]:
    """Yield the nodes' own addresses, without those of pods."""
    for interface in filter(None, map(primary_interface, nodes)):
        for each in interface.properties.ip_configurations:
            address = each.properties.private_ip_address
            if address is not None and (each.is_ipv6 or each.properties.primary is not False):
                yield address


def _may_match(rule: Rule, space: Space, family: Family) -> bool:
    """Whether a rule's destination may hold some of the addresses."""
    ranges = rule.destination.ranges
    is_open = ranges.is_any or ranges.tags or ranges.odd or rule.destination.groups
    return bool(is_open or common(ranges.space(family), space))


def _for_services(rules: SecurityRules, asked: Space) -> SecurityRules:
    """Return the rules that may match some of the protocols and ports."""
    met = (each for each in rules.rules if any(common(one.space, asked) for one in each.services))
    return msgspec.structs.replace(rules, rules=tuple(met))


def leads_to(port: PublicPort, protection: Protection) -> bool:
    """Whether a port's rule leads to a node of a protection."""
    return any(node.id in port.nodes for node in protection.nodes)


def live_addresses(topology: Topology) -> Mapping[Family, Space]:
    """Return every address of a frontend or a node that was seen, prefixes of frontends included.

    Raises ``NotCollected`` if a public address could not be seen, ``ValueError`` if one is not
    given out yet.
    """
    of_nodes = spaces_of(_own_addresses(topology.nodes))
    found: dict[Family, list[Span]] = {family: [*of_nodes[family]] for family in Family}
    for text in _of_frontends(topology):
        for family, spans in found.items():
            spans.extend(filter(None, [span_of(text, family)]))
    return {family: merged(spans) for family, spans in found.items()}


def _of_frontends(topology: Topology) -> Iterator[str]:
    for balancer in topology.all(LoadBalancer):
        for frontend in balancer.properties.frontend_ip_configurations:
            properties = frontend.properties
            public, prefix = properties.public_ip_address, properties.public_ip_prefix
            address = topology.get(public.id, PublicIPAddress) if public is not None else None
            block = topology.get(prefix.id, PublicIPPrefix) if prefix is not None else None
            if properties.private_ip_address is not None:
                yield str(properties.private_ip_address)
            if address is not None:
                yield str(_given(address))
            if block is not None:
                yield block.properties.ip_prefix or ""


def _given(address: PublicIPAddress) -> IPAddress:
    """Return a public address, ``ValueError`` if it has none yet."""
    if address.properties.ip_address is None:
        raise ValueError(f"public IP address {address.title} has no address yet")
    return address.properties.ip_address
