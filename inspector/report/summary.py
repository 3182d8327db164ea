"""The summary: what a reader wants to know before anything else."""

from collections import Counter

from inspector.findings import Outcome, Status
from inspector.ownership import Owner
from inspector.report.addresses import public_address
from inspector.report.answer import Text, View
from inspector.report.node_interfaces import NodeInterfaces
from inspector.report.profile import NetworkingProfile
from inspector.report.way_in import Entry, WaysIn
from inspector.resources import Relation
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

    address: Text
    port: int | None
    protocol: str | None
    owner: Owner | None


class Verdict(View, frozen=True):
    """One check's outcome in short."""

    check: str
    status: Status
    message: str


class Summary(View, frozen=True):
    """The cluster at a glance; a node count is a lower bound while ``nodes_missing`` is not 0."""

    cluster: str
    location: str | None
    kubernetes_version: str | None
    network_model: str
    nodes: int
    nodes_missing: int
    pools: int
    ips_per_node: tuple[AddressCount, ...]
    public_entries: tuple[PublicEntry, ...]
    entries_missing: int
    way_out: str
    outbound_addresses: tuple[Text, ...]
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
        public_entries=tuple(each for entry in ways_in.entries for each in _entries(entry)),
        entries_missing=len(ways_in.missing),
        way_out=_way_out(profile.outbound_type),
        outbound_addresses=_outbound_addresses(topology),
        verdicts=tuple(
            Verdict(check=each.check, status=each.status, message=each.message) for each in outcomes
        ),
        gaps=len(topology.snapshot.gaps),
    )


def _ips_per_node(interfaces: NodeInterfaces) -> tuple[AddressCount, ...]:
    without = () if interfaces.missing else interfaces.nodes_without_interface
    per_node: Counter[str] = Counter(dict.fromkeys(without, 0))
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
            PublicEntry(address=entry.address, port=None, protocol=None, owner=entry.owner)
        )
    return found


def _way_out(outbound_type: str | None) -> str:
    if outbound_type is None:
        return "not declared (clusters of 2019 and before)"
    return _WAYS_OUT.get(outbound_type.lower(), outbound_type)


def _outbound_addresses(topology: Topology) -> tuple[Text, ...]:
    """Return the addresses AKS names as the cluster's own for outbound traffic."""
    found: list[Text] = []
    for relation in (Relation.PUBLIC_IP, Relation.PUBLIC_IP_PREFIX):
        for target in topology.linked(topology.cluster.id, relation):
            address = public_address(topology, target)
            if address not in found:
                found.append(address)
    return tuple(found)
