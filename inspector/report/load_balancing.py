"""Load balancers: frontends with their owners, pools, rules, probes and outbound rules."""

from collections.abc import Iterable

from inspector.collected import NotCollected
from inspector.ownership import Owner, owner_of_frontend, owner_of_rule
from inspector.report.addresses import frontend_address, name_of, public_address
from inspector.report.answer import TextAnswer, Unknown, View, noting, unknown_of
from inspector.resource_id import ResourceId
from inspector.resources import (
    BackendAddress,
    BackendAddressPool,
    FrontendIPConfiguration,
    IPConfiguration,
    LoadBalancer,
    LoadBalancingRule,
    NetworkInterface,
    OutboundRule,
    Probe,
    Reference,
    Relation,
)
from inspector.topology import Topology


class Frontend(View, frozen=True):
    """A frontend IP configuration; the counts are of the rules that use it."""

    name: str
    address: TextAnswer
    is_public: bool
    public_ip: str | None
    subnet: str | None
    owner: Owner
    rules: int
    outbound_rules: int


class PoolMember(View, frozen=True):
    """One entry of a backend pool; ``node`` is ``None`` for what is no node of this cluster."""

    pool: str
    node: TextAnswer
    address: TextAnswer
    interface: str | None
    ip_configuration: str | None


class BackendPool(View, frozen=True):
    """A backend pool; a pool may be empty."""

    name: str
    members: tuple[PoolMember, ...]
    rules: int
    outbound_rules: int


class Rule(View, frozen=True):
    """A load balancing rule; port 0 with protocol ``All`` means every port."""

    name: str
    service: Owner | None
    protocol: str | None
    frontend: str | None
    frontend_address: TextAnswer
    frontend_port: int | None
    backend_pools: tuple[str, ...]
    backend_port: int | None
    probe: str | None
    floating_ip: bool | None
    idle_timeout_minutes: int | None


class HealthProbe(View, frozen=True):
    """A health probe; ``threshold`` is how many answers in a row change a node's state."""

    name: str
    protocol: str | None
    port: int | None
    path: str | None
    interval_seconds: int | None
    threshold: int | None
    rules: int


class Outbound(View, frozen=True):
    """An outbound rule; 0 allocated ports means that Azure divides them."""

    name: str
    protocol: str | None
    frontends: tuple[str, ...]
    addresses: tuple[TextAnswer, ...]
    backend_pool: str | None
    allocated_ports: int | None
    idle_timeout_minutes: int | None
    tcp_reset: bool | None


class Balancer(View, frozen=True):
    """A load balancer."""

    name: str
    id: ResourceId
    sku: str | None
    frontends: tuple[Frontend, ...]
    backend_pools: tuple[BackendPool, ...]
    rules: tuple[Rule, ...]
    probes: tuple[HealthProbe, ...]
    outbound_rules: tuple[Outbound, ...]


class LoadBalancing(View, frozen=True):
    """The load balancers of the infrastructure group, and what of them could not be seen."""

    balancers: tuple[Balancer, ...]
    missing: tuple[Unknown, ...]


def build_load_balancing(topology: Topology) -> LoadBalancing:
    """Return every load balancer that was collected."""
    missing: list[Unknown] = []
    group = topology.cluster.infrastructure_group
    if group is not None:
        with noting(missing):
            topology.listed(group, LoadBalancer)
    balancers = tuple(_balancer(topology, each) for each in topology.all(LoadBalancer))
    return LoadBalancing(balancers=balancers, missing=tuple(missing))


def _balancer(topology: Topology, balancer: LoadBalancer) -> Balancer:
    properties = balancer.properties
    return Balancer(
        name=balancer.title,
        id=balancer.id,
        sku=balancer.sku.name,
        frontends=tuple(
            _frontend(topology, each) for each in properties.frontend_ip_configurations
        ),
        backend_pools=tuple(_pool(topology, each) for each in properties.backend_address_pools),
        rules=tuple(_rule(topology, each) for each in properties.load_balancing_rules),
        probes=tuple(_probe(topology, each) for each in properties.probes),
        outbound_rules=tuple(_outbound(topology, each) for each in properties.outbound_rules),
    )


def _frontend(topology: Topology, frontend: FrontendIPConfiguration) -> Frontend:
    properties = frontend.properties
    rules, outbound = _users(topology, frontend.id, Relation.FRONTEND)
    public = properties.public_ip_address or properties.public_ip_prefix
    return Frontend(
        name=frontend.title,
        address=frontend_address(topology, frontend),
        is_public=public is not None,
        public_ip=name_of(public),
        subnet=name_of(properties.subnet),
        owner=owner_of_frontend(topology, frontend),
        rules=rules,
        outbound_rules=outbound,
    )


def _users(topology: Topology, target: ResourceId, relation: Relation) -> tuple[int, int]:
    """Count the load balancing rules and the outbound rules that refer to ``target``."""
    kinds = [each.type.lower() for each in topology.referring(target, relation)]
    return (
        kinds.count(LoadBalancingRule.arm_type.lower()),
        kinds.count(OutboundRule.arm_type.lower()),
    )


def _pool(topology: Topology, pool: BackendAddressPool) -> BackendPool:
    rules, outbound = _users(topology, pool.id, Relation.BACKEND_POOL)
    return BackendPool(
        name=pool.title,
        members=pool_members(topology, pool),
        rules=rules,
        outbound_rules=outbound,
    )


def pool_members(topology: Topology, pool: BackendAddressPool) -> tuple[PoolMember, ...]:
    """Return where a pool sends traffic: its addresses if it has any, else its NICs."""
    if pool.addresses:
        return tuple(_address_member(topology, pool, entry) for entry in pool.addresses)
    references = pool.properties.backend_ip_configurations
    return tuple(_nic_member(topology, pool, reference) for reference in references)


def _nic_member(topology: Topology, pool: BackendAddressPool, reference: Reference) -> PoolMember:
    interface_id = reference.id.parent
    try:
        configuration = topology.get(reference.id, IPConfiguration)
        interface = topology.get(interface_id, NetworkInterface) if interface_id else None
    except NotCollected as unseen:
        return PoolMember(
            pool=pool.title,
            node=unknown_of(unseen.gap),
            address=unknown_of(unseen.gap),
            interface=interface_id.name if interface_id else None,
            ip_configuration=reference.id.name,
        )
    node = topology.node_of(interface) if interface is not None else None
    address = configuration.properties.private_ip_address if configuration is not None else None
    return PoolMember(
        pool=pool.title,
        node=node.name if node is not None else None,
        address=str(address) if address is not None else None,
        interface=interface.title if interface is not None else None,
        ip_configuration=reference.id.name,
    )


def _address_member(
    topology: Topology, pool: BackendAddressPool, entry: BackendAddress
) -> PoolMember:
    """Return a member of a pool of addresses: its entry is named after the node."""
    address = entry.properties.ip_address
    configuration = topology.node_address(address)
    interface = topology.holder(configuration, NetworkInterface) if configuration else None
    node = topology.node_of(interface) if interface is not None else None
    return PoolMember(
        pool=pool.title,
        node=node.name if node is not None else None,
        address=address,
        interface=interface.title if interface is not None else None,
        ip_configuration=configuration.title if configuration is not None else None,
    )


def _rule(topology: Topology, rule: LoadBalancingRule) -> Rule:
    properties = rule.properties
    pools = topology.linked(rule.id, Relation.BACKEND_POOL)
    return Rule(
        name=rule.title,
        service=owner_of_rule(topology, rule),
        protocol=properties.protocol,
        frontend=name_of(properties.frontend_ip_configuration),
        frontend_address=_rule_address(topology, rule),
        frontend_port=properties.frontend_port,
        backend_pools=tuple(pool.name for pool in pools),
        backend_port=properties.backend_port,
        probe=name_of(properties.probe),
        floating_ip=properties.enable_floating_ip,
        idle_timeout_minutes=properties.idle_timeout_in_minutes,
    )


def _rule_address(topology: Topology, rule: LoadBalancingRule) -> TextAnswer:
    reference = rule.properties.frontend_ip_configuration
    if reference is None:
        return None
    try:
        frontend = topology.get(reference.id, FrontendIPConfiguration)
    except NotCollected as unseen:
        return unknown_of(unseen.gap)
    return frontend_address(topology, frontend) if frontend is not None else None


def _probe(topology: Topology, probe: Probe) -> HealthProbe:
    properties = probe.properties
    return HealthProbe(
        name=probe.title,
        protocol=properties.protocol,
        port=properties.port,
        path=properties.request_path,
        interval_seconds=properties.interval_in_seconds,
        threshold=properties.probe_threshold or properties.number_of_probes,
        rules=len(topology.referring(probe.id, Relation.PROBE)),
    )


def _outbound(topology: Topology, rule: OutboundRule) -> Outbound:
    properties = rule.properties
    frontends = topology.linked(rule.id, Relation.FRONTEND)
    return Outbound(
        name=rule.title,
        protocol=properties.protocol,
        frontends=tuple(frontend.name for frontend in frontends),
        addresses=tuple(_addresses(topology, frontends)),
        backend_pool=name_of(properties.backend_address_pool),
        allocated_ports=properties.allocated_outbound_ports,
        idle_timeout_minutes=properties.idle_timeout_in_minutes,
        tcp_reset=properties.enable_tcp_reset,
    )


def _addresses(topology: Topology, frontends: Iterable[ResourceId]) -> Iterable[TextAnswer]:
    for frontend in frontends:
        for relation in (Relation.PUBLIC_IP, Relation.PUBLIC_IP_PREFIX):
            for target in topology.linked(frontend, relation):
                yield public_address(topology, target)
