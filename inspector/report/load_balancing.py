"""Load balancers: frontends with their owners, pools, rules, probes and outbound rules."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from inspector.cluster.ownership import Owner, owner_of_frontend, owner_of_rule
from inspector.cluster.pool_members import rules_of
from inspector.collected import NotCollected
from inspector.network.service_names import service_base
from inspector.report.addresses import frontend_address, name_of, public_address
from inspector.report.answer import TextAnswer, Unknown, View, noting, unknown_of
from inspector.report.backend_pools import BackendPool, build_backend_pool
from inspector.resource_id import ResourceId
from inspector.resources import (
    FrontendIPConfiguration,
    LoadBalancer,
    LoadBalancingRule,
    OutboundRule,
    Probe,
    Relation,
    same_text,
)
from inspector.topology import Topology

_SHARED_PROBE: Final = "cluster-service-shared-health-probe"
_HEALTH_PATH: Final = "/healthz"


class ProbeKind(StrEnum):
    """What a probe asks a node for."""

    SERVICE_PORT = "node port"
    OTHER = "something else"
    LOCAL_TRAFFIC = "local traffic policy"
    SHARED = "shared by services"


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
    outbound_snat: bool | None
    session_persistence: str | None
    idle_timeout_minutes: int | None


class HealthProbe(View, frozen=True):
    """A health probe; ``threshold`` is how many answers in a row change a node's state."""

    name: str
    kind: ProbeKind
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
        backend_pools=tuple(
            build_backend_pool(topology, each) for each in properties.backend_address_pools
        ),
        rules=tuple(_rule(topology, each) for each in properties.load_balancing_rules),
        probes=tuple(_probe(topology, each) for each in properties.probes),
        outbound_rules=tuple(_outbound(topology, each) for each in properties.outbound_rules),
    )


def _frontend(topology: Topology, frontend: FrontendIPConfiguration) -> Frontend:
    properties = frontend.properties
    rules, outbound = rules_of(topology, frontend.id, Relation.FRONTEND)
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


def _rule(topology: Topology, rule: LoadBalancingRule) -> Rule:
    properties = rule.properties
    pools, no_snat = (
        topology.linked(rule.id, Relation.BACKEND_POOL),
        properties.disable_outbound_snat,
    )
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
        outbound_snat=None if no_snat is None else not no_snat,
        session_persistence=properties.load_distribution,
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
        kind=_probe_kind(probe),
        protocol=properties.protocol,
        port=properties.port,
        path=properties.request_path,
        interval_seconds=properties.interval_in_seconds,
        threshold=properties.probe_threshold or properties.number_of_probes,
        rules=len(topology.referring(probe.id, Relation.PROBE)),
    )


def _probe_kind(probe: Probe) -> ProbeKind:
    """Tell what a probe asks, by the cloud provider's names and paths.

    The probe of a service port is named after that port and asks another one, the node port.
    Source: cloud-provider-azure, ``azure_loadbalancer_healthprobe.go``.
    """
    if same_text(probe.title, _SHARED_PROBE):
        return ProbeKind.SHARED
    port = probe.properties.port
    if probe.properties.request_path == _HEALTH_PATH and probe.title.endswith(f"-{port}"):
        return ProbeKind.LOCAL_TRAFFIC
    return ProbeKind.SERVICE_PORT if service_base(probe.title) else ProbeKind.OTHER


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
