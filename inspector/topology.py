"""The cluster's resources and how they hang together, as questions and as a graph."""

from collections.abc import Callable, Iterator
from functools import cached_property
from ipaddress import IPv4Address, IPv6Address, ip_address
from itertools import chain
from typing import TYPE_CHECKING, Any, Final, TypeVar

from inspector.collected import Collected, NotCollected
from inspector.nodes import (
    Node,
    Pools,
    derive_nodes,
    makes_nodes_without_pool,
    missing_for_nodes,
    pool_profiles,
)
from inspector.resource_id import ResourceId
from inspector.resources import (
    IPConfiguration,
    Link,
    LoadBalancer,
    NetworkInterface,
    Relation,
    Resource,
    RouteTable,
    VirtualNetwork,
)
from inspector.snapshot import Gap

if TYPE_CHECKING:
    import networkx as nx


T = TypeVar("T")

_FORWARD: Final = 0
_BACKWARD: Final = 1
_MANAGED_SUBNET: Final = "aks-subnet"


class Topology(Collected):
    """A snapshot as a network: resources by id and type, and the relations between them."""

    @cached_property
    def _answers(self) -> "dict[Callable[[Topology], Any], Any]":
        return {}

    def once(self, question: "Callable[[Topology], T]") -> T:
        """Return the answer to a question that several put, worked out once.

        Raises ``NotCollected`` each time if the answer needs what could not be seen.
        """
        if question not in self._answers:
            try:
                self._answers[question] = question(self)
            except NotCollected as unseen:
                self._answers[question] = unseen
        answer = self._answers[question]
        if isinstance(answer, NotCollected):
            raise answer
        found: T = answer
        return found

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        """The Kubernetes nodes, by pool and name."""
        return derive_nodes(self)

    @cached_property
    def pools(self) -> Pools:
        """The cluster's pools by name."""
        return Pools(self)

    @cached_property
    def outside_pools(self) -> str:
        """What to call the nodes of no pool."""
        return "auto-provisioned" if makes_nodes_without_pool(self) else "no pool"

    @cached_property
    def node_by_machine(self) -> dict[str, Node]:
        """The nodes by the folded id of their virtual machine."""
        return {
            node.virtual_machine.key: node
            for node in self.nodes
            if node.virtual_machine is not None
        }

    @cached_property
    def _node_by_interface(self) -> dict[str, Node]:
        return {each.id.key: node for node in self.nodes for each in node.interfaces}

    def node_of(self, interface: NetworkInterface) -> Node | None:
        """Return the node an interface belongs to; ``None`` if it is not a node's."""
        return self._node_by_interface.get(interface.id.key)

    @cached_property
    def subnets_in_use(self) -> tuple[ResourceId, ...]:
        """The subnets that nodes, pods, frontends or endpoints use, by id."""
        return tuple(
            sorted(
                {
                    *self.targets(Relation.IN_SUBNET),
                    *self.targets(Relation.PODS_IN_SUBNET),
                    *self.managed_subnets,
                    *self._subnets_with_own_devices(),
                }
            )
        )

    def _subnets_with_own_devices(self) -> Iterator[ResourceId]:
        """Yield the subnets that refer back into the infrastructure group, seen or not."""
        group = self.cluster.infrastructure_group
        inside = f"{group.key}/" if group is not None else "-"
        for network in self.all(VirtualNetwork):
            for subnet in network.properties.subnets:
                users = subnet.properties.ip_configurations
                if any(each.id.key.startswith(inside) for each in users):
                    yield subnet.id

    @cached_property
    def hidden_nodes(self) -> tuple[Gap, ...]:
        """What could not be seen and may hide a node or an interface."""
        return missing_for_nodes(self)

    @cached_property
    def subnets_of_nodes(self) -> tuple[ResourceId, ...]:
        """The subnets that pools and interfaces of nodes name, by id, without the pods' own."""
        named = (each.vnet_subnet_id for each in pool_profiles(self))
        declared = {each for each in named if each is not None}
        attached = {
            configuration.properties.subnet.id
            for node in self.nodes
            for interface in node.interfaces
            for configuration in interface.properties.ip_configurations[:1]
            if configuration.properties.subnet is not None
        }
        return tuple(sorted({*declared, *attached, *self.managed_subnets}))

    @cached_property
    def managed_subnets(self) -> tuple[ResourceId, ...]:
        """The nodes' subnet of a network that AKS made: then no pool names one."""
        return tuple(self._subnets_aks_made())

    def _subnets_aks_made(self) -> Iterator[ResourceId]:
        if all(pool.vnet_subnet_id is not None for pool in pool_profiles(self)):
            return
        for network in self.all(VirtualNetwork):
            if network.id.resource_group_id == self.cluster.infrastructure_group:
                for subnet in network.properties.subnets:
                    if subnet.title.lower() == _MANAGED_SUBNET:
                        yield subnet.id

    def targets(self, relation: Relation) -> tuple[ResourceId, ...]:
        """Return everything that something refers to by the relation, by id."""
        found = {link.target.key: link.target for link in self._by_relation[relation]}
        return tuple(sorted(found.values()))

    def linked(self, source: ResourceId, relation: Relation) -> tuple[ResourceId, ...]:
        """Return what ``source`` refers to by the relation, in the order it was declared."""
        return tuple(self._index(relation, _FORWARD).get(source.key, ()))

    def referring(self, target: ResourceId, relation: Relation) -> tuple[ResourceId, ...]:
        """Return what refers to ``target`` by the relation, in the order it was declared."""
        return tuple(self._index(relation, _BACKWARD).get(target.key, ()))

    @property
    def links(self) -> tuple[Link, ...]:
        """Every relation there is, once, targets outside the collection included."""
        return tuple(dict.fromkeys(chain.from_iterable(self._by_relation.values())))

    @cached_property
    def _by_relation(self) -> dict[Relation, list[Link]]:
        grouped: dict[Relation, list[Link]] = {relation: [] for relation in Relation}
        declared = (each.links() for each in self.snapshot.resources.values())
        for link in chain(chain.from_iterable(declared), self._derived()):
            grouped[link.relation].append(link)
        return grouped

    def _index(self, relation: Relation, end: int) -> dict[str, dict[ResourceId, None]]:
        """Return the relation's links by one end; an interface's are never asked for, and many."""
        index = self._indexes.get((relation, end))
        if index is None:
            index = self._indexes[relation, end] = {}
            for link in self._by_relation[relation]:
                ends = (link.source, link.target)
                index.setdefault(ends[end].key, {})[ends[1 - end]] = None
        return index

    @cached_property
    def _indexes(self) -> dict[tuple[Relation, int], dict[str, dict[ResourceId, None]]]:
        return {}

    @cached_property
    def graph(self) -> "nx.MultiDiGraph[ResourceId]":
        """The relations as a networkx graph.

        A node is a ``ResourceId`` with the attributes ``name``, ``type`` (ARM's, or
        ``KubernetesNode``) and ``resource`` (the typed value, ``None`` for one that was not
        collected); an edge's key is its ``Relation``.
        """
        import networkx as nx

        graph: nx.MultiDiGraph[ResourceId] = nx.MultiDiGraph()
        kubernetes_nodes = {node.id: node for node in self.nodes}
        for resource in self._everything():
            graph.add_node(
                resource.id, name=resource.title, type=resource.arm_type, resource=resource
            )
        for node_id, node in kubernetes_nodes.items():
            graph.add_node(node_id, name=node.name, type="KubernetesNode", resource=node)
        for link in self.links:
            for end in (link.source, link.target):
                if end not in graph:
                    graph.add_node(end, name=end.name, type=end.type, resource=None)
            graph.add_edge(link.source, link.target, key=link.relation)
        return graph

    def _everything(self) -> Iterator[Resource]:
        for resource in self.snapshot.resources.values():
            yield resource
            yield from resource.parts()

    def _derived(self) -> Iterator[Link]:
        yield from self._node_links()
        yield from self._next_hops()
        yield from self._address_members()

    def _node_links(self) -> Iterator[Link]:
        for node in self.nodes:
            holder = node.id.parent
            if holder is not None:
                yield Link(holder, Relation.CONTAINS, node.id)
            if node.virtual_machine is not None:
                yield Link(node.id, Relation.RUNS_ON, node.virtual_machine)
                above = node.virtual_machine.parent
                if above is not None and "virtualmachinescalesets" in above.type.lower():
                    yield Link(node.virtual_machine, Relation.INSTANCE_OF, above)

    def _next_hops(self) -> Iterator[Link]:
        """Yield the node address each route of a route table sends packets to."""
        for table in self.all(RouteTable):
            for route in table.properties.routes:
                configuration = self.node_address(route.properties.next_hop_ip_address)
                if configuration is not None:
                    yield Link(route.id, Relation.NEXT_HOP, configuration.id)

    def _address_members(self) -> Iterator[Link]:
        """Yield the memberships in pools of addresses, which name no interface."""
        for balancer in self.all(LoadBalancer):
            for pool in balancer.properties.backend_address_pools:
                for entry in pool.addresses:
                    configuration = self.node_address(entry.properties.ip_address)
                    if configuration is not None:
                        yield Link(configuration.id, Relation.MEMBER_OF, pool.id)

    def node_address(self, text: str | None) -> IPConfiguration | None:
        """Return the IP configuration by which a node has the address; pods' are left out."""
        try:
            return self._node_addresses.get(ip_address(text)) if text else None
        except ValueError:
            return None

    @cached_property
    def _node_addresses(self) -> dict[IPv4Address | IPv6Address, IPConfiguration]:
        """The nodes' own addresses: each interface's primary one, and an IPv6 one beside it."""
        return {
            configuration.properties.private_ip_address: configuration
            for node in self.nodes
            for interface in node.interfaces
            for configuration in interface.properties.ip_configurations
            if (configuration.is_ipv6 or configuration.properties.primary is not False)
            and configuration.properties.private_ip_address is not None
        }
