"""Load balancers: frontends with whom they serve, rules, probes and outbound rules."""

from collections.abc import Iterable
from functools import partial
from typing import Final

from inspector.changes.answer import Thing, Topic
from inspector.changes.areas.addresses import (
    OUTBOUND_CAUSE,
    address_words,
    addressed,
    outbound_follow,
)
from inspector.changes.areas.cluster import (
    CLUSTER_KEY,
    IDLE_MINUTES,
    OUTBOUND_TYPE,
    PORTS_PER_NODE,
    ports,
)
from inspector.changes.entries import (
    About,
    Area,
    Cause,
    Entries,
    Entry,
    Said,
    Value,
    ids,
    key_of,
    reference,
)
from inspector.cluster.ownership import OwnerKind, owner_of_frontend
from inspector.resource_id import ResourceId
from inspector.resources import (
    FrontendIPConfiguration,
    LoadBalancer,
    LoadBalancingRule,
    OutboundRule,
    Probe,
    Reference,
    Relation,
    same_text,
)
from inspector.topology import Topology

ADDRESS: Final = "address"
PORTS: Final = "ports per node"
FRONTENDS: Final = "frontends"
_IDLE: Final = "idle minutes"
_LEAST_IDLE_MINUTES: Final = 4
_OF_RULE: Final = "/loadbalancingrules"


def _balancers(topology: Topology) -> Entries:
    for each in topology.all(LoadBalancer):
        yield (
            key_of(Thing.LOAD_BALANCER, each.id),
            Entry(
                subject=each.id,
                about=partial(About, name=each.title, words=f"SKU {each.sku.name or 'Basic'}"),
                values={"SKU": each.sku.name or "Basic"},
            ),
        )


def _place(balancer: LoadBalancer) -> str:
    return f"load balancer {balancer.title}"


def _frontends(topology: Topology) -> Entries:
    for balancer in topology.all(LoadBalancer):
        for each in balancer.properties.frontend_ip_configurations:
            yield (
                key_of(Thing.FRONTEND, each.id),
                Entry(
                    subject=each.id,
                    about=partial(_about_frontend, topology, balancer, each),
                    values=_of_frontend(topology, each),
                ),
            )


def _of_frontend(topology: Topology, frontend: FrontendIPConfiguration) -> dict[str, Value]:
    properties = frontend.properties
    public = properties.public_ip_address or properties.public_ip_prefix
    address: Value = str(properties.private_ip_address) if properties.private_ip_address else None
    if public is not None:
        address = addressed(topology, public.id)
    return {ADDRESS: address, "subnet": _reference(properties.subnet)}


def _reference(target: Reference | None) -> Said | None:
    return reference(target.id) if target is not None else None


def _about_frontend(
    topology: Topology, balancer: LoadBalancer, frontend: FrontendIPConfiguration
) -> About:
    owner = owner_of_frontend(topology, frontend)
    is_way_out = owner.kind is OwnerKind.OUTBOUND
    address = _of_frontend(topology, frontend)[ADDRESS]
    where = address.words if isinstance(address, Said) else address
    whose = f"service {owner.words}" if owner.services else owner.words
    parts = (whose, where, _doors(topology, frontend))
    return About(
        name=frontend.title,
        place=_place(balancer),
        words=", ".join(str(part) for part in parts if part),
        services=owner.services,
        causes=(
            Cause(key_of(Thing.LOAD_BALANCER, balancer.id)),
            *((OUTBOUND_CAUSE,) if is_way_out else ()),
        ),
        follows=outbound_follow(ADDRESS) if is_way_out else {},
    )


def _doors(topology: Topology, frontend: FrontendIPConfiguration) -> str:
    """Return the protocols and ports of the rules on a frontend."""
    users = topology.referring(frontend.id, Relation.FRONTEND)
    rules = (topology.seen(each, LoadBalancingRule) for each in users)
    ports: dict[str, set[int]] = {}
    for rule in rules:
        if rule is not None:
            protocol = (rule.properties.protocol or "").upper()
            ports.setdefault(protocol, set()).add(rule.properties.frontend_port or 0)
    return ", ".join(
        f"{protocol} {', '.join(str(each or 'every port') for each in sorted(ports[protocol]))}"
        for protocol in sorted(ports)
    )


def _rules(topology: Topology) -> Entries:
    for balancer in topology.all(LoadBalancer):
        for each in balancer.properties.load_balancing_rules:
            yield (
                key_of(Thing.RULE, each.id),
                Entry(
                    subject=each.id,
                    about=partial(_about_rule, balancer, each),
                    values=_of_rule(each),
                ),
            )


def _of_rule(rule: LoadBalancingRule) -> dict[str, Value]:
    properties = rule.properties
    pools = properties.backend_address_pools or _one(properties.backend_address_pool)
    return {
        "protocol": properties.protocol,
        "port": properties.frontend_port,
        "backend port": properties.backend_port,
        "floating IP": properties.enable_floating_ip is True,
        "TCP reset": properties.enable_tcp_reset is True,
        _IDLE: properties.idle_timeout_in_minutes or _LEAST_IDLE_MINUTES,
        "outbound SNAT": properties.disable_outbound_snat is not True,
        "distribution": properties.load_distribution or "Default",
        "frontend": _reference(properties.frontend_ip_configuration),
        "backend pools": ids(each.id for each in pools),
        "probe": _reference(properties.probe),
    }


def _one(target: Reference | None) -> tuple[Reference, ...]:
    return (target,) if target is not None else ()


def _about_rule(balancer: LoadBalancer, rule: LoadBalancingRule) -> About:
    properties = rule.properties
    frontend = properties.frontend_ip_configuration
    of_frontend = Cause(key_of(Thing.FRONTEND, frontend.id)) if frontend is not None else None
    port = properties.frontend_port or "every port"
    return About(
        name=rule.title,
        place=_place(balancer),
        words=f"{(properties.protocol or '').upper()} {port} to port {properties.backend_port}",
        causes=_causes(of_frontend, Cause(key_of(Thing.LOAD_BALANCER, balancer.id))),
    )


def _causes(*several: Cause | None) -> tuple[Cause, ...]:
    return tuple(each for each in several if each is not None)


def _probes(topology: Topology) -> Entries:
    for balancer in topology.all(LoadBalancer):
        for each in balancer.properties.probes:
            yield (
                key_of(Thing.PROBE, each.id),
                Entry(
                    subject=each.id,
                    about=partial(_about_probe, topology, balancer, each),
                    values=_of_probe(each),
                ),
            )


def _of_probe(probe: Probe) -> dict[str, Value]:
    properties = probe.properties
    return {
        "protocol": properties.protocol,
        "port": properties.port,
        "path": Said(properties.request_path or None, properties.request_path or None),
        "seconds between": properties.interval_in_seconds,
        "threshold": properties.probe_threshold or properties.number_of_probes,
    }


def _about_probe(topology: Topology, balancer: LoadBalancer, probe: Probe) -> About:
    properties = probe.properties
    users = topology.referring(probe.id, Relation.PROBE)
    frontends = (one for rule in users for one in topology.linked(rule, Relation.FRONTEND))
    return About(
        name=probe.title,
        place=_place(balancer),
        words=f"{(properties.protocol or '').upper()} {properties.port}",
        causes=(
            *(Cause(key_of(Thing.FRONTEND, each)) for each in dict.fromkeys(frontends)),
            *(Cause(key_of(Thing.RULE, each)) for each in users),
            Cause(key_of(Thing.LOAD_BALANCER, balancer.id)),
        ),
    )


def _outbound_rules(topology: Topology) -> Entries:
    for balancer in topology.all(LoadBalancer):
        for each in balancer.properties.outbound_rules:
            yield (
                key_of(Thing.OUTBOUND_RULE, each.id),
                Entry(
                    subject=each.id,
                    about=partial(_about_outbound_rule, topology, balancer, each),
                    values=_of_outbound_rule(each),
                ),
            )


def _of_outbound_rule(rule: OutboundRule) -> dict[str, Value]:
    properties = rule.properties
    return {
        "protocol": properties.protocol,
        PORTS: ports(properties.allocated_outbound_ports),
        _IDLE: properties.idle_timeout_in_minutes or _LEAST_IDLE_MINUTES,
        "TCP reset": properties.enable_tcp_reset is True,
        FRONTENDS: ids(each.id for each in properties.frontend_ip_configurations),
        "backend pool": _reference(properties.backend_address_pool),
    }


def _about_outbound_rule(topology: Topology, balancer: LoadBalancer, rule: OutboundRule) -> About:
    frontends = [each.id for each in rule.properties.frontend_ip_configurations]
    return About(
        name=rule.title,
        place=_place(balancer),
        words=_addresses(topology, frontends),
        causes=(
            Cause(key_of(Thing.LOAD_BALANCER, balancer.id)),
            Cause(CLUSTER_KEY, OUTBOUND_TYPE),
        ),
        follows={
            **outbound_follow(FRONTENDS),
            PORTS: (Cause(CLUSTER_KEY, PORTS_PER_NODE),),
            _IDLE: (Cause(CLUSTER_KEY, IDLE_MINUTES),),
        },
    )


def _addresses(topology: Topology, frontends: Iterable[ResourceId]) -> str:
    targets = (
        public
        for each in frontends
        for relation in (Relation.PUBLIC_IP, Relation.PUBLIC_IP_PREFIX)
        for public in topology.linked(each, relation)
    )
    return ", ".join(sorted(address_words(topology, each) for each in targets))


def frontends_of(topology: Topology, public_ip: ResourceId) -> tuple[ResourceId, ...]:
    """Return the frontends that hold a public address or prefix."""
    relation = Relation.PUBLIC_IP
    users = (*topology.referring(public_ip, relation),)
    users += topology.referring(public_ip, Relation.PUBLIC_IP_PREFIX)
    return tuple(each for each in users if same_text(each.type, FrontendIPConfiguration.arm_type))


LOAD_BALANCERS: Final = Area(
    topic=Topic.LOAD_BALANCERS, thing=Thing.LOAD_BALANCER, entries=_balancers
)
FRONTENDS_OF_BALANCERS: Final = Area(
    topic=Topic.LOAD_BALANCERS, thing=Thing.FRONTEND, entries=_frontends
)
RULES: Final = Area(topic=Topic.LOAD_BALANCERS, thing=Thing.RULE, entries=_rules)
PROBES: Final = Area(topic=Topic.LOAD_BALANCERS, thing=Thing.PROBE, entries=_probes)
OUTBOUND_RULES: Final = Area(
    topic=Topic.LOAD_BALANCERS, thing=Thing.OUTBOUND_RULE, entries=_outbound_rules
)
