"""The summary: what a reader wants to know before anything else."""

from collections import Counter
from typing import NamedTuple

from inspector.assessment import Counts
from inspector.cluster.fingerprint import Agreement
from inspector.cluster.ownership import Owner
from inspector.report.answer import TextAnswer, View
from inspector.report.network_model import NetworkModels
from inspector.report.node_interfaces import NodeInterfaces
from inspector.report.profile import NetworkingProfile
from inspector.report.way_in import Entry, OtherAddress, WaysIn
from inspector.report.ways_out import WayOutInShort, WaysOut
from inspector.resource_id import ResourceId
from inspector.resources import same_text
from inspector.topology import Topology


class AddressCount(View, frozen=True):
    """How many nodes have how many IP configurations."""

    ip_configurations: int
    nodes: int


class PublicEntry(View, frozen=True):
    """A public address and port that traffic can enter by; no port means straight to a node."""

    public_ip: str
    id: ResourceId
    address: TextAnswer
    port: int | None
    protocol: str | None
    owner: Owner | None


class Summary(View, frozen=True):
    """The cluster at a glance; a node count is a lower bound while ``nodes_missing`` is not 0.

    ``nodes_outside_pools`` of the nodes are in no pool, and ``outside_pools`` says what they are.
    ``nodes_unseen`` of the nodes are not in ``ips_per_node``: their interfaces are unknown.
    """

    cluster: str
    location: str | None
    kubernetes_version: str | None
    network_model: str
    model_agreement: Agreement
    nodes: int
    nodes_missing: int
    nodes_outside_pools: int
    outside_pools: str
    pools: int
    pools_stopped: int
    ips_per_node: tuple[AddressCount, ...]
    nodes_unseen: int
    public_entries: tuple[PublicEntry, ...]
    other_public_addresses: tuple[OtherAddress, ...]
    entries_missing: int
    ways_out: tuple[WayOutInShort, ...]
    ways_out_agreement: Agreement
    ways_out_missing: int
    checks: Counts
    gaps: int


class Sections(NamedTuple):
    """The sections of a report that its summary is drawn from."""

    profile: NetworkingProfile
    models: NetworkModels
    interfaces: NodeInterfaces
    ways_in: WaysIn
    ways_out: WaysOut
    checks: Counts


def build_summary(topology: Topology, sections: Sections) -> Summary:
    """Return the summary of the sections that were built."""
    pools = {each.name for each in sections.profile.pools}
    return Summary(
        cluster=sections.profile.cluster,
        location=sections.profile.location,
        kubernetes_version=sections.profile.kubernetes_version,
        network_model=sections.profile.model_words,
        model_agreement=sections.models.agreement,
        nodes=len(topology.nodes),
        nodes_missing=len(sections.interfaces.missing),
        nodes_outside_pools=sum(node.pool not in pools for node in topology.nodes),
        outside_pools=topology.outside_pools,
        pools=len(pools),
        pools_stopped=sum(
            same_text(each.power_state, "Stopped") for each in sections.profile.pools
        ),
        ips_per_node=_ips_per_node(sections.interfaces),
        nodes_unseen=len(sections.interfaces.nodes_unseen),
        public_entries=tuple(
            each for entry in sections.ways_in.entries for each in _entries(entry)
        ),
        other_public_addresses=sections.ways_in.others,
        entries_missing=len(sections.ways_in.missing),
        ways_out=sections.ways_out.in_short,
        ways_out_agreement=sections.ways_out.agreement,
        ways_out_missing=len(sections.ways_out.missing),
        checks=sections.checks,
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
            id=entry.id,
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
                id=entry.id,
                address=entry.address,
                port=None,
                protocol=None,
                owner=entry.owner,
            )
        )
    return found
