"""One node's way out, decided step by step; what many nodes share is looked up once."""

from collections.abc import Callable, Hashable, Iterator
from typing import Final

import msgspec

from inspector.cluster.egress.balancing import (
    balancer_of,
    by_outbound_rules,
    by_translating_rules,
    is_basic,
    public_ips_of,
)
from inspector.cluster.egress.kinds import Egress, EgressKind, Way, no_way, unknown_way
from inspector.collected import NotCollected
from inspector.network.internet_routes import InternetRoutes, NextHop, internet_routes
from inspector.network.spaces import Family
from inspector.nodes import Node
from inspector.resource_id import ResourceId
from inspector.resources import (
    SCALE_SET_INTERFACE_TYPE,
    IPConfiguration,
    LoadBalancer,
    NATGateway,
    NetworkInterface,
    Relation,
    RouteTable,
    ScaleSet,
    Subnet,
    VirtualMachine,
    VirtualNetwork,
    same_text,
)
from inspector.snapshot import Gap
from inspector.topology import Topology

_KINDS: Final = {
    NextHop.APPLIANCE: EgressKind.APPLIANCE,
    NextHop.GATEWAY: EgressKind.GATEWAY,
    NextHop.NETWORK: EgressKind.DROPPED,
    NextHop.NOWHERE: EgressKind.DROPPED,
}
_BY_SUBNET: Final = frozenset({*_KINDS.values(), EgressKind.NAT_GATEWAY})
_OWN_ADDRESS: Final = Egress(
    kind=EgressKind.NODE_PUBLIC_IP, words="each node's own public IP address"
)
_DEFAULT_ACCESS: Final = Egress(
    kind=EgressKind.DEFAULT_ACCESS, words="Azure's default outbound access"
)
_UNPLACED: Final = Egress(
    kind=EgressKind.UNKNOWN, words="unknown: AKS does not say which machine the node runs on"
)


def primary_interface(node: Node) -> NetworkInterface | None:
    """Return the interface whose addresses are the node's; ``None`` if it was not seen.

    Scale sets leave the field out; an interface that says it is a secondary one never counts.
    """
    own = [each for each in node.interfaces if each.properties.primary is not False]
    own.sort(key=lambda each: each.properties.primary is not True)
    return next(iter(own), None)


def routes_of_subnet(topology: Topology, subnet: Subnet, family: Family) -> InternetRoutes:
    """Return what the subnet's route table does to internet-bound packets.

    Raises ``NotCollected`` if the table could not be seen.
    """
    reference = subnet.properties.route_table
    table = topology.get(reference.id, RouteTable) if reference is not None else None
    if table is None:
        return InternetRoutes()
    network = topology.holder(subnet, VirtualNetwork)
    own = network.properties.address_space.address_prefixes if network is not None else ()
    pods = topology.cluster.properties.network_profile.all_pod_cidrs
    return internet_routes(table.properties.routes, family, (*own, *pods))


def nat_gateway_of(topology: Topology, subnet: Subnet) -> ResourceId | None:
    """Return the subnet's NAT gateway, else that of its whole network."""
    network = topology.holder(subnet, VirtualNetwork)
    of_network = network.properties.default_public_nat_gateway if network is not None else None
    reference = subnet.properties.nat_gateway or of_network
    return reference.id if reference is not None else None


class Survey:
    """One pass over the nodes of a topology."""

    def __init__(self, topology: Topology) -> None:
        self._topology = topology
        self._answers: dict[Hashable, Egress | Gap | None] = {}

    def way_of_node(self, node: Node, home: ResourceId | None, family: Family) -> Way:
        """Return how the node's own packets leave; ``home`` is the subnet its pool names."""
        interface = primary_interface(node)
        if interface is None:
            return self._way_of_unseen(node, home, family)
        configuration = _configuration(interface, family)
        if configuration is None:
            return Way(egress=no_way("the node's interface has no address"), subnet=home)
        reference = configuration.properties.subnet
        subnet = reference.id if reference is not None else home
        public = configuration.properties.public_ip_address
        try:
            egress = self._by_subnet(subnet, family)
            if egress is None and public is not None:
                return Way(egress=_OWN_ADDRESS, subnet=subnet, public_ip=public.id)
            egress = egress or self._by_balancers(configuration)
            egress = egress or self._by_default(node, interface, subnet, family)
        except NotCollected as unseen:
            return unknown_way(subnet, unseen.gap)
        return Way(egress=egress, subnet=subnet)

    def way_of_pods(self, node_way: Way, subnet: ResourceId, family: Family) -> Way:
        """Return how pods with a subnet of their own leave: as that decides, else as their node.

        Where the node's subnet decides for the node, nobody says whether it does for the pods.
        """
        try:
            egress = self._by_subnet(subnet, family)
        except NotCollected as unseen:
            return unknown_way(subnet, unseen.gap)
        if egress is not None:
            return Way(egress=egress, subnet=subnet)
        if node_way.egress.kind in _BY_SUBNET:
            words = f"unknown: sources disagree whether {node_way.egress.words} takes pods as well"
            return Way(egress=Egress(kind=EgressKind.UNKNOWN, words=words), subnet=subnet)
        words = f"{node_way.egress.words}, as their node"
        return msgspec.structs.replace(
            node_way, egress=msgspec.structs.replace(node_way.egress, words=words), subnet=subnet
        )

    def _way_of_unseen(self, node: Node, home: ResourceId | None, family: Family) -> Way:
        """Return the way of a node without interface: there is none, or its pool's subnet tells."""
        if node.virtual_machine is None:
            return Way(egress=_UNPLACED, subnet=home)
        try:
            self._see_interfaces(node.virtual_machine)
        except NotCollected as unseen:
            hidden = unseen.gap
        else:
            return Way(egress=no_way("the node has no network interface"), subnet=home)
        try:
            egress = self._by_subnet(home, family)
        except NotCollected as unseen:
            return unknown_way(home, unseen.gap)
        return unknown_way(home, hidden) if egress is None else Way(egress=egress, subnet=home)

    def _see_interfaces(self, machine: ResourceId) -> None:
        """Raise ``NotCollected`` unless the list that would show the interface is complete."""
        scale_set = machine.ancestor(ScaleSet.arm_type)
        if scale_set is not None:
            self._see(scale_set, NetworkInterface, SCALE_SET_INTERFACE_TYPE)
        else:
            self._see(self._group, NetworkInterface)

    @property
    def _group(self) -> ResourceId:
        """The infrastructure group; clusters of 2018 name none, and nothing was listed in them."""
        cluster = self._topology.cluster
        return cluster.infrastructure_group or cluster.id

    def _see(
        self,
        scope: ResourceId,
        kind: type[NetworkInterface | LoadBalancer],
        arm_type: str | None = None,
    ) -> None:
        def listed() -> None:
            self._topology.listed(scope, kind, arm_type)

        self._recall((scope, kind), listed)

    def _recall(self, key: Hashable, question: Callable[[], Egress | None]) -> Egress | None:
        """Return the answer to a question that many nodes put, or raise ``NotCollected`` again."""
        if key not in self._answers:
            try:
                self._answers[key] = question()
            except NotCollected as unseen:
                self._answers[key] = unseen.gap
        answer = self._answers[key]
        if isinstance(answer, Gap):
            raise NotCollected(answer)
        return answer

    def _by_subnet(self, subnet_id: ResourceId | None, family: Family) -> Egress | None:
        """Return what the subnet decides for all in it: by its route table, then NAT gateway."""
        if subnet_id is None:
            return None
        return self._recall((subnet_id, family), lambda: self._decided_by(subnet_id, family))

    def _decided_by(self, subnet_id: ResourceId, family: Family) -> Egress | None:
        subnet = self._topology.get(subnet_id, Subnet)
        if subnet is None:
            return None
        return self._by_routes(subnet, family) or self._by_nat_gateway(subnet, family)

    def _by_routes(self, subnet: Subnet, family: Family) -> Egress | None:
        routes = routes_of_subnet(self._topology, subnet, family)
        if routes.next_hop is None or subnet.properties.route_table is None:
            return None
        return Egress(
            kind=_KINDS.get(routes.next_hop, EgressKind.UNKNOWN),
            words=routes.words,
            through=(subnet.properties.route_table.id,),
            next_hops=routes.addresses,
        )

    def _by_nat_gateway(self, subnet: Subnet, family: Family) -> Egress | None:
        """Return the subnet's NAT gateway; a Standard one carries IPv4 alone, a StandardV2 both."""
        gateway_id = nat_gateway_of(self._topology, subnet)
        gateway = self._topology.get(gateway_id, NATGateway) if gateway_id is not None else None
        if gateway is None:
            return None
        if family is Family.IPV6 and not same_text(gateway.sku.name, "StandardV2"):
            return None
        found = Egress(kind=EgressKind.NAT_GATEWAY, words="", through=(gateway.id,))
        has_address = bool(public_ips_of(self._topology, found, family))
        if family is Family.IPV6 and not has_address:
            words = f"unknown: NAT gateway {gateway.title} has no IPv6 address"
            return Egress(kind=EgressKind.UNKNOWN, words=words)
        lack = "" if has_address else ", which has no public address"
        return Egress(
            kind=EgressKind.NAT_GATEWAY,
            words=f"NAT gateway {gateway.title}{lack}",
            through=(gateway.id,),
        )

    def _by_balancers(self, configuration: IPConfiguration) -> Egress | None:
        pools = self._topology.linked(configuration.id, Relation.MEMBER_OF)
        return self._recall(("pools", pools), lambda: self._by_pools(pools))

    def _by_pools(self, pools: tuple[ResourceId, ...]) -> Egress | None:
        """Return what load balancers decide; while some are hidden only an outbound rule does.

        An interface is in one public load balancer at most (cloud-provider-azure).
        """
        egress = by_outbound_rules(self._topology, pools)
        if egress is None:
            self._see(self._group, LoadBalancer)
            egress = by_translating_rules(self._topology, pools)
        return egress

    def _by_default(
        self, node: Node, interface: NetworkInterface, subnet_id: ResourceId | None, family: Family
    ) -> Egress:
        """Return default outbound access, or what stands against it. All lists have been seen."""
        if family is Family.IPV6:
            return no_way("Azure has no default outbound access for IPv6")
        standard = next(self._standard_balancers(interface), None)
        if standard is not None:
            return no_way(f"no rule of load balancer {standard.title} translates outbound")
        subnet = self._topology.seen(subnet_id, Subnet) if subnet_id is not None else None
        if subnet is not None and subnet.properties.default_outbound_access is False:
            return no_way(f"subnet {subnet.title} has no default outbound access")
        if self._is_of_flexible_scale_set(node):
            return no_way("a flexible scale set has no default outbound access")
        return _DEFAULT_ACCESS

    def _standard_balancers(self, interface: NetworkInterface) -> Iterator[LoadBalancer]:
        for configuration in interface.properties.ip_configurations:
            if configuration.is_ipv6 or configuration.properties.primary is not False:
                for pool in self._topology.linked(configuration.id, Relation.MEMBER_OF):
                    balancer = balancer_of(self._topology, pool)
                    if balancer is not None and not is_basic(balancer):
                        yield balancer

    def _is_of_flexible_scale_set(self, node: Node) -> bool:
        """Whether the machine is a resource of its own that yet belongs to a scale set."""
        machine_id = node.virtual_machine
        if machine_id is None or machine_id.type.lower() != VirtualMachine.arm_type.lower():
            return False
        machine = self._topology.get(machine_id, VirtualMachine)
        return machine is not None and machine.properties.virtual_machine_scale_set is not None


def _configuration(interface: NetworkInterface, family: Family) -> IPConfiguration | None:
    """Return the configuration the node itself uses: the primary IPv4 one, or the IPv6 one."""
    configurations = interface.properties.ip_configurations
    if family is Family.IPV6:
        return next((each for each in configurations if each.is_ipv6), None)
    candidates = (each for each in configurations if not each.is_ipv6)
    own = [each for each in candidates if each.properties.primary is not False]
    own.sort(key=lambda each: each.properties.primary is not True)
    return next(iter(own), None)
