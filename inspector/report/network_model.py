"""The network model, pool by pool: as declared, and as the nodes look."""

from collections import Counter

from inspector.cluster.fingerprint import Agreement, Fingerprint, fingerprints
from inspector.network.models import NetworkModel
from inspector.report.answer import Unknown, View, unknown_of
from inspector.resources import NetworkProfile
from inspector.topology import Topology


class ConfigurationCount(View, frozen=True):
    """How many nodes have how many IP configurations of one family."""

    ip_configurations: int
    nodes: int


class PoolModel(View, frozen=True):
    """One pool, or the nodes outside any: ``auto-provisioned`` or ``no pool``.

    ``expected_least`` and ``expected_most`` bound the IPv4 configurations of a node's NIC.
    ``nodes_with_pod_route`` are those a route of their subnet's table leads to.
    ``differences`` say what the declared model does not explain, ``missing`` what hides the rest.
    """

    pool: str
    nodes: int
    declared: NetworkModel
    declared_words: str
    pod_addresses: str
    expected_least: int | None
    expected_most: int | None
    expected_ipv6: int
    ipv4_configurations: tuple[ConfigurationCount, ...]
    ipv6_configurations: tuple[ConfigurationCount, ...]
    nodes_with_pod_route: int | Unknown
    looks_like: tuple[str, ...]
    agreement: Agreement
    differences: tuple[str, ...]
    missing: tuple[Unknown, ...]


class NetworkModels(View, frozen=True):
    """The model of every pool, and whether all of them look as declared."""

    agreement: Agreement
    pools: tuple[PoolModel, ...]


def build_network_models(topology: Topology) -> NetworkModels:
    """Return each pool's declared model beside what its nodes look like."""
    found = topology.once(fingerprints)
    verdicts = {each.agreement for each in found if each.nodes}
    order = (Agreement.DIFFERS, Agreement.UNKNOWN, Agreement.AGREES)
    return NetworkModels(
        agreement=next((each for each in order if each in verdicts), Agreement.UNKNOWN),
        pools=tuple(_pool(topology, each) for each in found),
    )


def _pool(topology: Topology, seen: Fingerprint) -> PoolModel:
    profile = topology.cluster.properties.network_profile
    return PoolModel(
        pool=seen.pool or topology.outside_pools,
        nodes=seen.nodes,
        declared=seen.declared,
        declared_words=seen.declared.words,
        pod_addresses=_pod_addresses(seen, profile),
        expected_least=seen.expected.start if seen.expected is not None else None,
        expected_most=seen.expected.stop - 1 if seen.expected is not None else None,
        expected_ipv6=int(profile.is_dual_stack),
        ipv4_configurations=_counts(seen.ipv4),
        ipv6_configurations=_counts(seen.ipv6),
        nodes_with_pod_route=unknown_of(seen.missing[0]) if seen.missing else seen.routed,
        looks_like=tuple(model.words for model in seen.fits),
        agreement=seen.agreement,
        differences=seen.differences,
        missing=tuple(map(unknown_of, seen.missing)),
    )


def _counts(histogram: Counter[int]) -> tuple[ConfigurationCount, ...]:
    return tuple(
        ConfigurationCount(ip_configurations=number, nodes=nodes)
        for number, nodes in sorted(histogram.items())
    )


def _pod_addresses(seen: Fingerprint, profile: NetworkProfile) -> str:
    """Return who gives the pods their addresses; a pod subnet's are not visible in ARM."""
    ranges = ", ".join(profile.all_pod_cidrs) or "a range the cluster does not name"
    subnet = seen.pod_subnet.name if seen.pod_subnet is not None else "-"
    words = {
        NetworkModel.KUBENET: f"{ranges}, a slice for each node, outside the virtual network",
        NetworkModel.CNI_OVERLAY: f"{ranges}, a slice for each node, outside the virtual network",
        NetworkModel.CNI_NODE_SUBNET: "the nodes' subnet: each pod has an address on the NIC",
        NetworkModel.CNI_POD_SUBNET_DYNAMIC: f"subnet {subnet}, 16 at a time, not visible in ARM",
        NetworkModel.CNI_POD_SUBNET_STATIC: f"subnet {subnet}, /28 blocks, not visible in ARM",
        NetworkModel.BYO_CNI: "the CNI you installed",
    }
    return words.get(seen.declared, "not recognised")
