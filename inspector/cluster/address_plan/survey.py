"""Gathering the address plan: from the cluster's document, its networks and their peerings."""

from collections.abc import Iterable
from typing import Final

import msgspec

from inspector.cluster.address_plan.ranges import (
    CLUSTER_SUBNETS,
    AddressPlan,
    Doubt,
    PlannedRange,
    Role,
)
from inspector.collected import NotCollected
from inspector.network.addresses import parse_range
from inspector.network.kubernetes_versions import minor_version
from inspector.nodes import makes_nodes_without_pool, pool_profiles
from inspector.resource_id import ResourceId
from inspector.resources import ManagedCluster, Peering, Resource, VirtualNetwork, same_text
from inspector.snapshot import Gap
from inspector.topology import Topology

_AKS: Final = "Microsoft.ContainerService/managedClusters"
_FIRST_WITH_SERVICE_CIDR_OBJECTS: Final = 33


class _Notes:
    """A plan in the making."""

    def __init__(self) -> None:
        self.ranges: list[PlannedRange] = []
        self.gaps: dict[Gap, None] = {}
        self.doubts: list[Doubt] = []

    def add(
        self,
        role: Role,
        owner: Resource,
        fields: Iterable[tuple[str, Iterable[str]]],
        network: VirtualNetwork | None = None,
    ) -> None:
        """Note the ranges of an owner, each once, under the first field that has it.

        In a network everything that matters to the cluster must have a range.
        """
        found: dict[str, str] = {}
        for field, texts in fields:
            for text in texts:
                found.setdefault(text, field)
        if not found and network is not None and role is not Role.OTHER_SUBNET:
            self.doubt(role, f"ARM does not tell the range of {role} {owner.title}")
        for text, field in found.items():
            try:
                parsed = parse_range(text)
            except ValueError:
                self.doubt(role, f"the {role} of {owner.title} is no range: {text!r}")
                continue
            self.ranges.append(
                PlannedRange(
                    role=role,
                    owner=owner,
                    field=f"properties.{field}",
                    text=text,
                    range=parsed,
                    network=network,
                )
            )

    def doubt(self, role: Role, reason: str) -> None:
        """Note why a range is not known."""
        is_own = role in {Role.POD_CIDR, Role.SERVICE_CIDR, Role.DOCKER_BRIDGE, Role.PEER}
        self.doubts.append(Doubt(role=role if is_own else Role.NETWORK, reason=reason))


def plan_addresses(topology: Topology) -> AddressPlan:
    """Return the ranges of the cluster, of its networks and of their peers."""
    notes = _Notes()
    _note_cluster(notes, topology.cluster)
    placed = _placed_subnets(notes, topology)
    network_ids = sorted({each.parent for each in placed if each.parent is not None})
    if not placed and not notes.gaps:
        notes.doubt(Role.NETWORK, "no subnet of the nodes was found")
    group = topology.cluster.infrastructure_group
    made_by_aks = frozenset(each for each in network_ids if each.resource_group_id == group)
    for network_id in network_ids:
        try:
            network = topology.get(network_id, VirtualNetwork)
        except NotCollected as unseen:
            notes.gaps[unseen.gap] = None
            continue
        if network is None:
            notes.doubt(Role.NETWORK, f"network {network_id.name} does not exist")
            continue
        if network_id in made_by_aks:
            placed = _api_server_subnets(topology.cluster, network) | placed
        _note_network(notes, network, placed)
        _note_peers(notes, network, topology.cluster)
    order = list(Role)
    return AddressPlan(
        ranges=tuple(sorted(notes.ranges, key=lambda each: order.index(each.role))),
        made_by_aks=made_by_aks,
        gaps=tuple(notes.gaps),
        doubts=tuple(notes.doubts),
    )


def with_on_premises(
    plan: AddressPlan, cluster: ManagedCluster, texts: Iterable[str]
) -> AddressPlan:
    """Return the plan with ranges beyond Azure that the user set.

    Raises ``ValueError`` for text that is no range.
    """
    beyond = (
        PlannedRange(
            role=Role.ON_PREMISES,
            owner=cluster,
            field="on-premises",
            text=text,
            range=parse_range(text),
        )
        for text in texts
    )
    return msgspec.structs.replace(plan, ranges=(*plan.ranges, *beyond))


def note_on_services(cluster: ManagedCluster) -> str:
    """Return what a statement on the service CIDR leaves open, empty before Kubernetes 1.33.

    Since then ServiceCIDR objects in the cluster add ranges (Learn: AKS legacy CNI).
    """
    properties = cluster.properties
    minor = minor_version(properties.current_kubernetes_version, properties.kubernetes_version)
    if minor is not None and minor < _FIRST_WITH_SERVICE_CIDR_OBJECTS:
        return ""
    return "; ranges of ServiceCIDR objects in the cluster do not show in ARM"


def _note_cluster(notes: _Notes, cluster: ManagedCluster) -> None:
    """Note the cluster's own ranges; older documents have none of the plural fields."""
    profile = cluster.properties.network_profile
    bridge = (profile.docker_bridge_cidr,) if profile.docker_bridge_cidr else ()
    pods = "podCidrs" if profile.pod_cidrs else "podCidr"
    services = "serviceCidrs" if profile.service_cidrs else "serviceCidr"
    notes.add(Role.POD_CIDR, cluster, [(f"networkProfile.{pods}", profile.all_pod_cidrs)])
    notes.add(
        Role.SERVICE_CIDR, cluster, [(f"networkProfile.{services}", profile.all_service_cidrs)]
    )
    notes.add(Role.DOCKER_BRIDGE, cluster, [("networkProfile.dockerBridgeCidr", bridge)])


def _placed_subnets(notes: _Notes, topology: Topology) -> dict[ResourceId, Role]:
    """Return the cluster's subnets and what they are for.

    Interfaces are asked only where neither a pool nor AKS's own network tells, or where nodes
    have no pool. They tell no more than in which network the nodes are: were their subnets the
    nodes' own, a list of interfaces that is hidden would make another finding of the same fault.
    """
    placed = dict.fromkeys(_named_subnets(topology.cluster, Role.NODE_SUBNET), Role.NODE_SUBNET)
    placed |= dict.fromkeys(topology.managed_subnets, Role.NODE_SUBNET)
    for role in (Role.POD_SUBNET, Role.API_SERVER_SUBNET):
        for subnet in _named_subnets(topology.cluster, role):
            placed.setdefault(subnet, role)
    pools, group = pool_profiles(topology), topology.cluster.infrastructure_group
    is_told = bool(pools) and all(each.vnet_subnet_id is not None for each in pools)
    if not is_told and group is not None:
        gap = topology.gap_in_list(group, VirtualNetwork)
        notes.gaps.update({gap: None} if gap is not None else {})
        is_told = gap is not None or bool(topology.managed_subnets)
    if not is_told or makes_nodes_without_pool(topology):
        notes.gaps.update(dict.fromkeys(topology.hidden_nodes))
        for subnet in topology.subnets_of_nodes:
            placed.setdefault(subnet, Role.OTHER_SUBNET)
    return placed


def _named_subnets(cluster: ManagedCluster, *roles: Role) -> list[ResourceId]:
    """Return the subnets that the cluster's document names for the roles, in its order."""
    pools = cluster.properties.agent_pool_profiles
    api_server = cluster.properties.api_server_access_profile.subnet_id
    named: dict[Role, list[ResourceId | None]] = {
        Role.NODE_SUBNET: [each.vnet_subnet_id for each in pools],
        Role.POD_SUBNET: [each.pod_subnet_id for each in pools],
        Role.API_SERVER_SUBNET: [ResourceId(api_server)] if api_server else [],
    }
    return [each for role in roles for each in named[role] if each is not None]


def _api_server_subnets(cluster: ManagedCluster, network: VirtualNetwork) -> dict[ResourceId, Role]:
    """Return what is delegated to AKS in its own network, where no pod subnet can be."""
    if not cluster.properties.api_server_access_profile.enable_vnet_integration:
        return {}
    return {
        subnet.id: Role.API_SERVER_SUBNET
        for subnet in network.properties.subnets
        if any(same_text(each, _AKS) for each in subnet.delegated_to)
    }


def _note_network(notes: _Notes, network: VirtualNetwork, placed: dict[ResourceId, Role]) -> None:
    for subnet in network.properties.subnets:
        field = "addressPrefixes" if subnet.properties.address_prefixes else "addressPrefix"
        role = placed.get(subnet.id, Role.OTHER_SUBNET)
        notes.add(role, subnet, [(field, subnet.prefixes)], network)
    existing = {subnet.id for subnet in network.properties.subnets}
    for subnet_id in placed:
        if subnet_id.parent == network.id and subnet_id not in existing:
            notes.doubt(Role.NETWORK, f"subnet {subnet_id.name} does not exist")
    prefixes = network.properties.address_space.address_prefixes
    notes.add(Role.NETWORK, network, [("addressSpace.addressPrefixes", prefixes)], network)


def _note_peers(notes: _Notes, network: VirtualNetwork, cluster: ManagedCluster) -> None:
    """Note what lies behind the network's peerings, but for networks the cluster names."""
    own = {each.parent for each in _named_subnets(cluster, *CLUSTER_SUBNETS)}
    for peering in network.properties.virtual_network_peerings:
        remote = peering.properties.remote_virtual_network
        if remote is None or remote.id not in own:
            notes.add(Role.PEER, peering, _remote_space(peering), network)


def _remote_space(peering: Peering) -> list[tuple[str, tuple[str, ...]]]:
    """Return the remote ranges as they are peered and as they are now.

    Where only some subnets are peered the rest of the remote network is out of reach.
    """
    properties = peering.properties
    peered = properties.remote_address_space.address_prefixes
    now = properties.remote_virtual_network_address_space.address_prefixes
    fields = [("remoteAddressSpace.addressPrefixes", peered)]
    if properties.peer_complete_vnets is not False:
        fields.append(("remoteVirtualNetworkAddressSpace.addressPrefixes", now))
    return fields
