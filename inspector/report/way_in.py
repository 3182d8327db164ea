"""The ways in: every public address that leads to nodes, walked to them."""

from collections.abc import Iterable, Iterator
from typing import Final

from inspector.cluster.ownership import (
    Owner,
    OwnerKind,
    owner_of_prefix,
    owner_of_public_ip,
    owner_of_rule,
    owner_of_unseen_public_ip,
    resource_words,
)
from inspector.collected import NotCollected
from inspector.network.addresses import address_order
from inspector.report.addresses import public_address
from inspector.report.answer import TextAnswer, Unknown, View, noting, unknown_of
from inspector.report.backend_pools import BackendPool, PoolShare
from inspector.report.load_balancing import LoadBalancing
from inspector.resource_id import ResourceId
from inspector.resources import (
    SCALE_SET_INTERFACE_TYPE,
    FrontendIPConfiguration,
    IPConfiguration,
    LoadBalancer,
    LoadBalancingRule,
    NetworkInterface,
    PublicIPAddress,
    PublicIPPrefix,
    Relation,
    ScaleSet,
    is_ip_configuration,
)
from inspector.topology import Topology

_PUBLIC: Final = (PublicIPAddress, PublicIPPrefix)
_TO_PUBLIC: Final = (Relation.PUBLIC_IP, Relation.PUBLIC_IP_PREFIX)
_WAYS_OUT: Final = frozenset({OwnerKind.OUTBOUND, OwnerKind.NAT_GATEWAY})


class EntryNode(View, frozen=True):
    """A node at the end of a way in; what is no node of the cluster has none."""

    node: TextAnswer
    address: TextAnswer


class EntryPool(View, frozen=True):
    """A backend pool that rules send to; ``node_pools`` counts its nodes."""

    id: ResourceId
    name: str
    nodes: tuple[EntryNode, ...]
    node_pools: tuple[PoolShare, ...]


class EntryRule(View, frozen=True):
    """A rule that lets traffic in; ``pools`` are the ids of its backend pools."""

    name: str
    service: Owner | None
    protocol: str | None
    frontend_port: int | None
    backend_port: int | None
    pools: tuple[ResourceId, ...]


class EntryFrontend(View, frozen=True):
    """A frontend that answers on the public address."""

    name: str
    load_balancer: str | None
    rules: tuple[EntryRule, ...]


class Entry(View, frozen=True):
    """A public address that lets traffic in: by frontends with rules, or straight to a node."""

    public_ip: str
    id: ResourceId
    address: TextAnswer
    owner: Owner
    frontends: tuple[EntryFrontend, ...]
    nodes: tuple[EntryNode, ...]


class OtherAddress(View, frozen=True):
    """A public address attached to what is not followed to nodes, an application gateway say."""

    public_ip: str
    id: ResourceId
    address: TextAnswer
    attached_to: str


class OutboundAddress(View, frozen=True):
    """A public address that nothing enters by."""

    public_ip: str
    address: TextAnswer


class WaysIn(View, frozen=True):
    """All public entries; ``missing`` is what may hide another one.

    ``pools`` are the backend pools the entries' rules send to, each once.
    ``outbound_only`` are addresses that outbound rules or NAT gateways use, and nothing else; it
    is empty while something is missing.
    """

    entries: tuple[Entry, ...]
    pools: tuple[EntryPool, ...]
    others: tuple[OtherAddress, ...]
    outbound_only: tuple[OutboundAddress, ...]
    missing: tuple[Unknown, ...]


def build_ways_in(topology: Topology, balancing: LoadBalancing) -> WaysIn:
    """Walk from each public address through frontend, rule and pool to the nodes."""
    missing: list[Unknown] = []
    group = topology.cluster.infrastructure_group
    if group is not None:
        for kind in (LoadBalancer, PublicIPAddress, NetworkInterface, ScaleSet):
            with noting(missing):
                topology.listed(group, kind)
    for scale_set in topology.all(ScaleSet):
        if scale_set.is_uniform:
            with noting(missing):
                topology.listed(scale_set.id, NetworkInterface, SCALE_SET_INTERFACE_TYPE)
    entries, others, outbound_only = [], [], []
    for public_id in _public_addresses(topology):
        entry = _entry(topology, public_id)
        if entry.frontends or entry.nodes:
            entries.append(entry)
        elif entry.owner.kind in _WAYS_OUT:
            leaving = OutboundAddress(public_ip=entry.public_ip, address=entry.address)
            outbound_only += [] if missing else [leaving]
        elif entry.owner.kind is OwnerKind.NOBODY:
            continue
        elif (other := _other(topology, entry)) is not None:
            others.append(other)
    entries.sort(key=_by_address)
    return WaysIn(
        entries=tuple(entries),
        pools=_pools(entries, balancing),
        others=tuple(sorted(others, key=_by_address)),
        outbound_only=tuple(sorted(outbound_only, key=_by_address)),
        missing=tuple(missing),
    )


def _by_address(entry: Entry | OtherAddress | OutboundAddress) -> tuple[int, int, str]:
    return *address_order(entry.address), entry.public_ip


def _other(topology: Topology, entry: Entry) -> OtherAddress | None:
    """Return an address whose user is known to exist but not what lies behind it."""
    found = topology.seen(entry.id, PublicIPAddress)
    attached = found.properties.ip_configuration if found is not None else None
    if attached is None:
        return None
    return OtherAddress(
        public_ip=entry.public_ip,
        id=entry.id,
        address=entry.address,
        attached_to=resource_words(attached.id),
    )


def _public_addresses(topology: Topology) -> list[ResourceId]:
    """Return every public address and prefix there is or that something refers to, by id."""
    known = (each.id for kind in _PUBLIC for each in topology.all(kind))
    referred = (each for relation in _TO_PUBLIC for each in topology.targets(relation))
    return sorted({*known, *referred})


def _entry(topology: Topology, public_id: ResourceId) -> Entry:
    sources = [each for way in _TO_PUBLIC for each in topology.referring(public_id, way)]
    frontends = (_frontend(topology, source) for source in sources)
    nodes = (_node(topology, source) for source in sources if is_ip_configuration(source))
    return Entry(
        public_ip=public_id.name,
        id=public_id,
        address=public_address(topology, public_id),
        owner=_owner(topology, public_id),
        frontends=tuple(each for each in frontends if each is not None and each.rules),
        nodes=tuple(nodes),
    )


def _owner(topology: Topology, public_id: ResourceId) -> Owner:
    """Return the owner, which who refers to an address tells even if it could not be seen."""
    if public_id.type.lower() == PublicIPPrefix.arm_type.lower():
        return owner_of_prefix(topology, public_id)
    address = topology.seen(public_id, PublicIPAddress)
    if address is not None or topology.is_known(public_id):
        return owner_of_public_ip(topology, address or PublicIPAddress(id=public_id))
    return owner_of_unseen_public_ip(topology, public_id)


def _frontend(topology: Topology, source: ResourceId) -> EntryFrontend | None:
    if source.type.lower() != FrontendIPConfiguration.arm_type.lower():
        return None
    balancer = source.parent
    users = topology.referring(source, Relation.FRONTEND)
    rules = (each for each in users if each.type.lower() == LoadBalancingRule.arm_type.lower())
    return EntryFrontend(
        name=source.name,
        load_balancer=balancer.name if balancer is not None else None,
        rules=tuple(_rules(topology, rules)),
    )


def _rules(topology: Topology, rule_ids: Iterator[ResourceId]) -> Iterator[EntryRule]:
    for rule_id in rule_ids:
        rule = topology.get(rule_id, LoadBalancingRule)
        if rule is not None:
            yield EntryRule(
                name=rule.title,
                service=owner_of_rule(topology, rule),
                protocol=rule.properties.protocol,
                frontend_port=rule.properties.frontend_port,
                backend_port=rule.properties.backend_port,
                pools=topology.linked(rule_id, Relation.BACKEND_POOL),
            )


def _pools(entries: Iterable[Entry], balancing: LoadBalancing) -> tuple[EntryPool, ...]:
    wanted = {
        pool
        for entry in entries
        for frontend in entry.frontends
        for rule in frontend.rules
        for pool in rule.pools
    }
    known = {pool.id: pool for each in balancing.balancers for pool in each.backend_pools}
    return tuple(_pool(known[each]) for each in sorted(wanted) if each in known)


def _pool(pool: BackendPool) -> EntryPool:
    return EntryPool(
        id=pool.id,
        name=pool.name,
        nodes=tuple(EntryNode(node=each.node, address=each.address) for each in pool.members),
        node_pools=pool.node_pools,
    )


def _node(topology: Topology, configuration_id: ResourceId) -> EntryNode:
    try:
        configuration = topology.get(configuration_id, IPConfiguration)
        holder = configuration_id.parent
        interface = topology.get(holder, NetworkInterface) if holder is not None else None
    except NotCollected as unseen:
        hidden = unknown_of(unseen.gap)
        return EntryNode(node=hidden, address=hidden)
    node = topology.node_of(interface) if interface is not None else None
    address = configuration.properties.private_ip_address if configuration is not None else None
    is_hidden = configuration is not None and topology.hidden_nodes
    stranger = unknown_of(topology.hidden_nodes[0]) if is_hidden else None
    return EntryNode(
        node=node.name if node is not None else stranger,
        address=str(address) if address is not None else None,
    )
