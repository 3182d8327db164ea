"""Which network model the nodes look like, told from NICs, routes, subnets and tags alone."""

from collections import Counter
from collections.abc import Iterator
from enum import StrEnum
from typing import Final

import msgspec

from inspector.collected import NotCollected
from inspector.network.models import NetworkModel, expected_configurations, pool_model
from inspector.nodes import Node, hidden_interfaces, missing_for_nodes, pool_of, pool_profiles
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

AKS_SERVICE: Final = "Microsoft.ContainerService/managedClusters"
_OVERLAY_TAG: Final = "aks-managed-azure-cni-overlay"


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
    hidden = missing_for_nodes(topology)
    found = [
        _fingerprint(topology, each, by_pool.pop(each.name.lower(), []), hidden)
        for each in profiles
    ]
    rest = [node for nodes in by_pool.values() for node in nodes]
    return (*found, *([_fingerprint(topology, None, rest, hidden)] if rest else ()))


def _fingerprint(
    topology: Topology,
    profile: AgentPoolProfile | None,
    nodes: list[Node],
    hidden: tuple[Gap, ...],
) -> Fingerprint:
    seen = _Seen(topology, profile, nodes)
    declared = pool_model(topology.cluster.properties.network_profile, profile)
    expected = expected_configurations(declared, profile.max_pods if profile else None)
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


class _Seen:
    """What could be seen of one pool's nodes."""

    def __init__(
        self, topology: Topology, profile: AgentPoolProfile | None, nodes: list[Node]
    ) -> None:
        self._topology = topology
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
        self.routed += any(map(self._is_routed, addresses))

    def _is_routed(self, configuration: IPConfiguration) -> bool:
        """Whether a route of the table on the configuration's own subnet leads to it."""
        subnet = configuration.properties.subnet
        if subnet is None or not self._has_readable_table(subnet.id):
            return False
        tables = set(self._topology.linked(subnet.id, Relation.ROUTED_BY))
        routes = self._topology.referring(configuration.id, Relation.NEXT_HOP)
        return any(route.parent in tables for route in routes)

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
        return same_text(scale_set.tags.get(_OVERLAY_TAG), "true")

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
            yield f"the scale set's tag {_OVERLAY_TAG} says overlay"
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
