"""The summary: what a reader wants to know before anything else."""

from collections import Counter
from collections.abc import Iterable

from inspector.findings import Outcome, Status
from inspector.ownership import Owner
from inspector.report.addresses import public_address
from inspector.report.answer import TextAnswer, View
from inspector.report.node_interfaces import NodeInterfaces
from inspector.report.profile import NetworkingProfile
from inspector.report.way_in import Entry, OtherAddress, WaysIn
from inspector.resource_id import ResourceId
from inspector.resources import Relation, RouteTable
from inspector.topology import Topology

_WAYS_OUT = {
    "loadbalancer": "load balancer",
    "managednatgateway": "managed NAT gateway",
    "managednatgatewayv2": "managed NAT gateway (v2)",
    "userassignednatgateway": "own NAT gateway",
    "userdefinedrouting": "user-defined routing",
    "none": "none",
    "block": "blocked",
}


class AddressCount(View, frozen=True):
    """How many nodes have how many IP configurations."""

    ip_configurations: int
    nodes: int


class PublicEntry(View, frozen=True):
    """A public address and port that traffic can enter by; no port means straight to a node."""

    public_ip: str
    address: TextAnswer
    port: int | None
    protocol: str | None
    owner: Owner | None


class Verdict(View, frozen=True):
    """One check's outcome in short."""

    check: str
    status: Status
    message: str


class Summary(View, frozen=True):
    """The cluster at a glance; a node count is a lower bound while ``nodes_missing`` is not 0.

    ``nodes_unseen`` of the nodes are not in ``ips_per_node``: their interfaces are unknown.
    """

    cluster: str
    location: str | None
    kubernetes_version: str | None
    network_model: str
    nodes: int
    nodes_missing: int
    pools: int
    ips_per_node: tuple[AddressCount, ...]
    nodes_unseen: int
    public_entries: tuple[PublicEntry, ...]
    other_public_addresses: tuple[OtherAddress, ...]
    entries_missing: int
    way_out: str
    outbound_addresses: tuple[TextAnswer, ...]
    verdicts: tuple[Verdict, ...]
    gaps: int


def build_summary(
    topology: Topology,
    *,
    profile: NetworkingProfile,
    interfaces: NodeInterfaces,
    ways_in: WaysIn,
    outcomes: tuple[Outcome, ...],
) -> Summary:
    """Return the summary of the sections that were built."""
    return Summary(
        cluster=profile.cluster,
        location=profile.location,
        kubernetes_version=profile.kubernetes_version,
        network_model=profile.model_words,
        nodes=len(topology.nodes),
        nodes_missing=len(interfaces.missing),
        pools=len(profile.pools),
        ips_per_node=_ips_per_node(interfaces),
        nodes_unseen=len(interfaces.nodes_unseen),
        public_entries=tuple(each for entry in ways_in.entries for each in _entries(entry)),
        other_public_addresses=ways_in.others,
        entries_missing=len(ways_in.missing),
        way_out=_way_out(profile.outbound_type),
        outbound_addresses=_outbound_addresses(topology),
        verdicts=tuple(
            Verdict(check=each.check, status=each.status, message=each.message) for each in outcomes
        ),
        gaps=len(topology.snapshot.gaps),
    )


def _ips_per_node(interfaces: NodeInterfaces) -> tuple[AddressCount, ...]:
    per_node: Counter[str] = Counter(dict.fromkeys(interfaces.nodes_without_interface, 0))
    for interface in interfaces.interfaces:
        per_node[interface.node] += len(interface.ip_configurations)
    histogram = Counter(per_node.values())
    return tuple(
        AddressCount(ip_configurations=count, nodes=nodes)
        for count, nodes in sorted(histogram.items())
    )


def _entries(entry: Entry) -> list[PublicEntry]:
    found = [
        PublicEntry(
            public_ip=entry.public_ip,
            address=entry.address,
            port=rule.frontend_port,
            protocol=rule.protocol,
            owner=rule.service or entry.owner,
        )
        for frontend in entry.frontends
        for rule in frontend.rules
    ]
    if entry.nodes:
        found.append(
            PublicEntry(
                public_ip=entry.public_ip,
                address=entry.address,
                port=None,
                protocol=None,
                owner=entry.owner,
            )
        )
    return found


def _way_out(outbound_type: str | None) -> str:
    if outbound_type is None:
        return "not declared (clusters of 2019 and before)"
    return _WAYS_OUT.get(outbound_type.lower(), outbound_type)


def _outbound_addresses(topology: Topology) -> tuple[TextAnswer, ...]:
    """Return the public addresses traffic leaves with, or the appliance it is routed to.

    They are those AKS names as the cluster's own, else those of the subnets' NAT gateways, else
    the next hop of the subnets' default routes.
    """
    own = _addresses(topology, [topology.cluster.id])
    if own:
        return own
    gateways = [
        gateway
        for subnet in topology.subnets_in_use
        for gateway in topology.linked(subnet, Relation.LEAVES_THROUGH)
    ]
    return _addresses(topology, gateways) or _default_next_hops(topology)


def _addresses(topology: Topology, holders: Iterable[ResourceId]) -> tuple[TextAnswer, ...]:
    found: dict[ResourceId, TextAnswer] = {}
    for holder in holders:
        for relation in (Relation.PUBLIC_IP, Relation.PUBLIC_IP_PREFIX):
            for target in topology.linked(holder, relation):
                found[target] = public_address(topology, target)
    return tuple(found.values())


def _default_next_hops(topology: Topology) -> tuple[TextAnswer, ...]:
    tables = [
        topology.seen(table, RouteTable)
        for subnet in topology.subnets_in_use
        for table in topology.linked(subnet, Relation.ROUTED_BY)
    ]
    hops = (
        route.properties.next_hop_ip_address or route.properties.next_hop_type
        for table in filter(None, tables)
        for route in table.properties.routes
        if route.properties.address_prefix == "0.0.0.0/0"
    )
    return tuple(dict.fromkeys(filter(None, hops)))
