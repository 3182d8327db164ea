"""The cluster's resources and how they hang together, as questions and as a graph."""

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from inspector.collected import Collected
from inspector.nodes import Node, derive_nodes
from inspector.resource_id import ResourceId
from inspector.resources import (
    IPConfiguration,
    Link,
    NetworkInterface,
    Relation,
    Resource,
    RouteTable,
)

if TYPE_CHECKING:
    import networkx as nx


class Topology(Collected):
    """A snapshot as a network: resources by id and type, and the relations between them."""

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        """The Kubernetes nodes, by pool and name."""
        return derive_nodes(self)

    @cached_property
    def node_by_machine(self) -> dict[str, Node]:
        """The nodes by the folded id of their virtual machine."""
        return {
            node.virtual_machine.key: node
            for node in self.nodes
            if node.virtual_machine is not None
        }

    def node_of(self, interface: NetworkInterface) -> Node | None:
        """Return the node an interface belongs to; ``None`` if it is not a node's."""
        machine = interface.virtual_machine_id
        return self.node_by_machine.get(machine.key) if machine is not None else None

    def linked(self, source: ResourceId, relation: Relation) -> tuple[ResourceId, ...]:
        """Return what ``source`` refers to by the relation, in the order it was declared."""
        return tuple(self._forward.get((source.key, relation), ()))

    def referring(self, target: ResourceId, relation: Relation) -> tuple[ResourceId, ...]:
        """Return what refers to ``target`` by the relation, by id."""
        return tuple(self._backward.get((target.key, relation), ()))

    @cached_property
    def links(self) -> tuple[Link, ...]:
        """Every relation there is, once, targets outside the collection included."""
        declared = (link for each in self.snapshot.resources.values() for link in each.links())
        return tuple(dict.fromkeys((*declared, *self._node_links(), *self._next_hops())))

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
        """Yield the node address each route of a route table sends packets to.

        Only a route to an appliance names one, and only a node's primary address can be one.
        """
        by_address = self.primary_by_address
        for table in self.all(RouteTable):
            for route in table.properties.routes:
                configuration = by_address.get(route.properties.next_hop_ip_address or "")
                if configuration is not None:
                    yield Link(route.id, Relation.NEXT_HOP, configuration.id)

    @cached_property
    def primary_by_address(self) -> dict[str, IPConfiguration]:
        """The nodes' primary IP configurations by their private address."""
        return {
            str(configuration.properties.private_ip_address): configuration
            for node in self.nodes
            for interface in node.interfaces
            for configuration in interface.properties.ip_configurations
            if configuration.properties.primary is not False
            and configuration.properties.private_ip_address is not None
        }

    @cached_property
    def _forward(self) -> dict[tuple[str, Relation], list[ResourceId]]:
        index: dict[tuple[str, Relation], list[ResourceId]] = {}
        for link in self.links:
            index.setdefault((link.source.key, link.relation), []).append(link.target)
        return index

    @cached_property
    def _backward(self) -> dict[tuple[str, Relation], list[ResourceId]]:
        index: dict[tuple[str, Relation], list[ResourceId]] = {}
        for link in self.links:
            index.setdefault((link.target.key, link.relation), []).append(link.source)
        return index
