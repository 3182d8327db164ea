"""Which network model the nodes look like, told from NICs, routes, subnets and tags alone."""

from collections import Counter
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Final

import msgspec

from inspector.cluster.pod_routes import RouteKind, pod_routes
from inspector.collected import NotCollected
from inspector.network.models import (
    NetworkModel,
    expected_configurations,
    is_gateway,
    pool_model,
)
from inspector.nodes import Node, hidden_interfaces, pool_of, pool_profiles
from inspector.resource_id import ResourceId
from inspector.resources import (
    AgentPoolProfile,
    IPConfiguration,
    Relation,
    RouteTable,
    ScaleSet,
    Subnet,
    same_text,
)
from inspector.snapshot import Gap
from inspector.topology import Topology

_RoutedNodes = Mapping[ResourceId, frozenset[ResourceId]]

AKS_SERVICE: Final = "Microsoft.ContainerService/managedClusters"
OVERLAY_TAG: Final = "aks-managed-azure-cni-overlay"


class Agreement(StrEnum):
    """Whether what was declared and what was seen are the same."""

    AGREES = "agrees"
    DIFFERS = "differs"
    UNKNOWN = "unknown"


class Fingerprint(msgspec.Struct, frozen=True, kw_only=True):
    """What ARM shows of a pool's nodes; ``pool`` is ``None`` for nodes outside any pool.

    ``ipv4`` and ``ipv6`` count nodes by their number of IP configurations. ``routed`` is how many
    nodes a route of their subnet's table leads to. ``fits`` are the models it may be, none where
    no node was seen. ``differences`` are sentences, ``missing`` what hides the rest.
    ``has_blocks`` tells of configurations that hold a block of addresses, which are not counted:
    how a static block shows on a NIC is not documented.
    """

    pool: str | None
    nodes: int
    declared: NetworkModel
    expected: range | None
    ipv4: Counter[int]
    ipv6: Counter[int]
    routed: int
    has_overlay_tag: bool
    pod_subnet: ResourceId | None
    is_delegated: bool | None
    has_blocks: bool
    fits: tuple[NetworkModel, ...]
    differences: tuple[str, ...]
    missing: tuple[Gap, ...]

    @property
    def agreement(self) -> Agreement:
        """The verdict; a difference stands whatever else could not be seen."""
        if self.differences:
            return Agreement.DIFFERS
        if self.missing or self.has_blocks or self.declared not in self.fits:
            return Agreement.UNKNOWN
        return Agreement.AGREES


def fingerprints(topology: Topology) -> tuple[Fingerprint, ...]:
    """Return what each pool looks like, in the cluster's order, nodes without a pool last."""
    by_pool: dict[str, list[Node]] = {}
    for node in topology.nodes:
        by_pool.setdefault((node.pool or "").lower(), []).append(node)
    profiles = pool_profiles(topology)
    routed = _routed_nodes(topology)
    found = [
        _fingerprint(topology, each, by_pool.pop(each.name.lower(), []), routed)
        for each in profiles
    ]
    rest = [node for nodes in by_pool.values() for node in nodes]
    return (*found, *([_fingerprint(topology, None, rest, routed)] if rest else ()))


def _routed_nodes(topology: Topology) -> _RoutedNodes:
    """Return the nodes whose address a pod route of each table leads to."""
    return {
        found.table.id: frozenset(
            each.reached.id
            for each in found.of(RouteKind.NODE, RouteKind.UNKNOWN)
            if each.reached is not None
        )
        for found in pod_routes(topology).tables
    }


def _fingerprint(
    topology: Topology,
    profile: AgentPoolProfile | None,
    nodes: list[Node],
    routed: _RoutedNodes,
) -> Fingerprint:
    hidden = topology.hidden_nodes
    seen = _Seen(topology, profile, nodes, routed)
    declared = pool_model(topology.cluster.properties.network_profile, profile)
    max_pods = profile.max_pods if profile else None
    expected = None if is_gateway(profile) else expected_configurations(declared, max_pods)
    return Fingerprint(
        pool=profile.name if profile else None,
        nodes=len(nodes),
        declared=declared,
        expected=expected,
        ipv4=seen.ipv4,
        ipv6=seen.ipv6,
        routed=seen.routed,
        has_overlay_tag=seen.has_overlay_tag,
        pod_subnet=profile.pod_subnet_id if profile else None,
        is_delegated=seen.is_delegated,
        has_blocks=seen.has_blocks,
        fits=tuple(seen.fits()),
        differences=tuple(seen.differences(declared, expected, is_all_seen=not hidden)),
        missing=tuple(dict.fromkeys((*seen.missing, *hidden))),
    )


def marked_model(
    seen: Fingerprint, profile: AgentPoolProfile, host_network_pods: int
) -> NetworkModel | None:
    """Return the model whose marks all nodes of a pool bear; ``None`` if none or not all seen.

    Marks are as many addresses as node subnet gives, the tag of Overlay, and a pod route to every
    node of a scale set without that tag. A CNI of the user's own may need such routes itself, and
    a static egress gateway gives its nodes any number of addresses.
    """
    is_told = not seen.missing and not seen.has_blocks and not is_gateway(profile)
    if not is_told or seen.ipv4.total() != seen.nodes:
        return None
    window = expected_configurations(
        NetworkModel.CNI_NODE_SUBNET, profile.max_pods, host_network_pods
    )
    if window is not None and seen.nodes and all(number in window for number in seen.ipv4):
        return NetworkModel.CNI_NODE_SUBNET
    if set(seen.ipv4) != {1}:
        return None
    if seen.has_overlay_tag:
        return NetworkModel.CNI_OVERLAY
    is_routed = seen.routed == seen.nodes and seen.declared is not NetworkModel.BYO_CNI
    is_on_scale_set = same_text(profile.type, "VirtualMachineScaleSets")
    return NetworkModel.KUBENET if is_routed and is_on_scale_set else None


class _Seen:
    """What could be seen of one pool's nodes."""

    def __init__(
        self,
        topology: Topology,
        profile: AgentPoolProfile | None,
        nodes: list[Node],
        routed: _RoutedNodes,
    ) -> None:
        self._topology = topology
        self._routed = routed
        self.missing: dict[Gap, None] = {}
        self.ipv4: Counter[int] = Counter()
        self.ipv6: Counter[int] = Counter()
        self.routed = 0
        self.has_blocks = False
        self._subnets: dict[ResourceId, bool] = {}
        for node in nodes:
            self._take(node)
        self.has_overlay_tag = any(
            self._says_overlay(each)
            for each in topology.all(ScaleSet)
            if profile is not None and topology.pools.declared(pool_of(each)) == profile.name
        )
        pod_subnet = profile.pod_subnet_id if profile else None
        self.is_delegated = self._delegation(pod_subnet) if pod_subnet is not None else None

    def _take(self, node: Node) -> None:
        hidden = hidden_interfaces(self._topology, node) if not node.interfaces else None
        if hidden is not None:
            self.missing[hidden] = None
            return
        own = (nic for nic in node.interfaces if nic.properties.primary is not False)
        found = [each for nic in own for each in nic.properties.ip_configurations]
        every = [each for each in found if each.properties.private_ip_address_prefix_length is None]
        self.has_blocks |= len(every) < len(found)
        version_6 = sum(each.is_ipv6 for each in every)
        self.ipv6[version_6] += 1
        self.ipv4[len(every) - version_6] += 1
        addresses = (each for each in every if each.properties.primary is not False or each.is_ipv6)
        self.routed += any(self._is_routed(node, each) for each in addresses)

    def _is_routed(self, node: Node, configuration: IPConfiguration) -> bool:
        """Whether a pod route of the table on the configuration's own subnet leads to the node."""
        subnet = configuration.properties.subnet
        if subnet is None or not self._has_readable_table(subnet.id):
            return False
        tables = self._topology.linked(subnet.id, Relation.ROUTED_BY)
        return any(node.id in self._routed.get(each, ()) for each in tables)

    def _has_readable_table(self, subnet_id: ResourceId) -> bool:
        if subnet_id not in self._subnets:
            self._subnets[subnet_id] = False
            try:
                subnet = self._topology.get(subnet_id, Subnet)
                table = subnet.properties.route_table if subnet is not None else None
                if table is not None:
                    found = self._topology.get(table.id, RouteTable)
                    self._subnets[subnet_id] = found is not None
            except NotCollected as unseen:
                self.missing[unseen.gap] = None
        return self._subnets[subnet_id]

    @staticmethod
    def _says_overlay(scale_set: ScaleSet) -> bool:
        return same_text(scale_set.tags.get(OVERLAY_TAG), "true")

    def _delegation(self, subnet_id: ResourceId) -> bool | None:
        try:
            subnet = self._topology.get(subnet_id, Subnet)
        except NotCollected as unseen:
            self.missing[unseen.gap] = None
            return None
        delegations = subnet.properties.delegations if subnet is not None else ()
        return any(same_text(each.properties.service_name, AKS_SERVICE) for each in delegations)

    def fits(self) -> Iterator[NetworkModel]:
        """Yield the models that give nodes what these have; one address fits several."""
        if self.missing or not any(self.ipv4):
            return
        if max(self.ipv4) > 1:
            yield NetworkModel.CNI_NODE_SUBNET
        elif self.routed:
            yield NetworkModel.KUBENET
        elif self.has_overlay_tag:
            yield NetworkModel.CNI_OVERLAY
        elif self.is_delegated:
            yield NetworkModel.CNI_POD_SUBNET_DYNAMIC
            yield NetworkModel.CNI_POD_SUBNET_STATIC
        else:
            yield NetworkModel.CNI_OVERLAY
            yield NetworkModel.BYO_CNI

    def differences(
        self, declared: NetworkModel, expected: range | None, *, is_all_seen: bool
    ) -> Iterator[str]:
        """Yield a sentence for everything the declared model does not explain."""
        if expected is not None:
            for number in sorted(set(self.ipv4) - set(expected)):
                nodes = self.ipv4[number]
                counted = _configurations(number, "IPv4")
                yield f"{_nodes(nodes)} with {counted}, not {_words(expected)}"
        yield from self._family_differences()
        seen = self.ipv4.total()
        if declared is NetworkModel.KUBENET:
            if is_all_seen and not self.missing and self.routed < seen:
                yield f"routes of the nodes' subnet lead to {self.routed} of {_nodes(seen)}"
        elif self.routed:
            yield f"pod routes of kubenet lead to {self.routed} of {_nodes(seen)}"
        if self.has_overlay_tag and declared is not NetworkModel.CNI_OVERLAY:
            yield f"the scale set's tag {OVERLAY_TAG} says overlay"
        if self.is_delegated is False:
            yield f"the pod subnet is not delegated to {AKS_SERVICE}"

    def _family_differences(self) -> Iterator[str]:
        is_dual = self._topology.cluster.properties.network_profile.is_dual_stack
        for number in sorted(self.ipv6):
            if number != int(is_dual):
                nodes = self.ipv6[number]
                yield f"{_nodes(nodes)} with {_configurations(number, 'IPv6')}, not {int(is_dual)}"


def _nodes(number: int) -> str:
    return f"{number} node{'' if number == 1 else 's'}"


def _configurations(number: int, family: str) -> str:
    return f"{number} {family} configuration{'' if number == 1 else 's'}"


def _words(expected: range) -> str:
    first, last = expected.start, expected.stop - 1
    return str(first) if first == last else f"{first} to {last}"
