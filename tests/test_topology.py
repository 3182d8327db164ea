"""Walking the topology, by questions and on the graph."""

import networkx as nx
import pytest

from fixtures.scenarios import SCENARIOS
from inspector.nodes import Node
from inspector.resource_id import ResourceId
from inspector.resources import (
    IPConfiguration,
    LoadBalancer,
    NetworkInterface,
    PublicIPAddress,
    Relation,
    RouteTable,
    Subnet,
)
from inspector.topology import Topology
from tests.odd_clusters import NETWORKS, ROUTE_TABLES, Draft, bundled, refusal_of_list, refused

SET = "aks-nodepool1-18264093-vmss"


@pytest.fixture
def topology() -> Topology:
    return Topology(bundled("kubenet-vmss"))


def web_address(topology: Topology) -> ResourceId:
    (found,) = [
        each.id
        for each in topology.all(PublicIPAddress)
        if each.tags.get("k8s-azure-service") == "shop/web"
    ]
    return found


def sources(
    graph: "nx.MultiDiGraph[ResourceId]", target: ResourceId, relation: Relation
) -> list[ResourceId]:
    return sorted(source for source, _, key in graph.in_edges(target, keys=True) if key == relation)


def targets(
    graph: "nx.MultiDiGraph[ResourceId]", source: ResourceId, relation: Relation
) -> list[ResourceId]:
    return [target for _, target, key in graph.out_edges(source, keys=True) if key == relation]


def test_from_a_public_address_to_its_nodes_by_questions(topology: Topology) -> None:
    (frontend,) = topology.referring(web_address(topology), Relation.PUBLIC_IP)
    (rule,) = topology.referring(frontend, Relation.FRONTEND)
    assert rule.name == f"{frontend.name}-TCP-80"
    (pool,) = topology.linked(rule, Relation.BACKEND_POOL)
    assert pool.name == "kubernetes"
    names = []
    for configuration in topology.referring(pool, Relation.MEMBER_OF):
        (interface,) = topology.referring(configuration, Relation.CONTAINS)
        (machine,) = topology.linked(interface, Relation.ATTACHED_TO)
        (node,) = topology.referring(machine, Relation.RUNS_ON)
        (holder,) = topology.referring(node, Relation.CONTAINS)
        (scale_set,) = topology.linked(machine, Relation.INSTANCE_OF)
        assert (holder.name, scale_set.name) == ("nodepool1", SET)
        names.append(node.name)
    assert sorted(names) == [f"{SET}00000{number}" for number in range(3)]


def test_from_a_public_address_to_its_nodes_on_the_graph(topology: Topology) -> None:
    graph = topology.graph
    (frontend,) = sources(graph, web_address(topology), Relation.PUBLIC_IP)
    (rule,) = sources(graph, frontend, Relation.FRONTEND)
    (pool,) = targets(graph, rule, Relation.BACKEND_POOL)
    found = []
    for configuration in sources(graph, pool, Relation.MEMBER_OF):
        (interface,) = sources(graph, configuration, Relation.CONTAINS)
        (machine,) = targets(graph, interface, Relation.ATTACHED_TO)
        (node,) = sources(graph, machine, Relation.RUNS_ON)
        (holder,) = sources(graph, node, Relation.CONTAINS)
        assert graph.nodes[holder]["name"] == "nodepool1"
        assert isinstance(graph.nodes[configuration]["resource"], IPConfiguration)
        assert isinstance(graph.nodes[interface]["resource"], NetworkInterface)
        found.append(graph.nodes[node])
    assert sorted(each["name"] for each in found) == [f"{SET}00000{number}" for number in range(3)]
    assert {each["type"] for each in found} == {"KubernetesNode"}
    assert all(isinstance(each["resource"], Node) for each in found)


def test_from_a_node_to_its_subnet_route_and_security_group(topology: Topology) -> None:
    for node in topology.nodes:
        (interface,) = node.interfaces
        (configuration,) = interface.properties.ip_configurations
        (subnet,) = topology.linked(configuration.id, Relation.IN_SUBNET)
        (table,) = topology.linked(subnet, Relation.ROUTED_BY)
        (group,) = topology.linked(subnet, Relation.PROTECTED_BY)
        (route,) = topology.referring(configuration.id, Relation.NEXT_HOP)
        assert subnet.name == "aks-subnet"
        assert topology.get(subnet, Subnet) is not None
        assert table == topology.all(RouteTable)[0].id
        assert group.name == "aks-agentpool-30517864-nsg"
        assert route.parent == table
        assert route.name.startswith(f"{node.name}____")
        assert targets(topology.graph, route, Relation.NEXT_HOP) == [configuration.id]


def test_a_route_to_no_node_has_no_next_hop() -> None:
    draft = Draft("kubenet-vmss")
    routes = draft.one(ROUTE_TABLES)["properties"]["routes"]
    routes[0]["properties"]["nextHopIpAddress"] = "10.224.0.200"
    routes[1]["properties"].update(nextHopType="Internet", nextHopIpAddress="")
    del routes[2]["properties"]["nextHopIpAddress"]
    topology = Topology(draft.snapshot())
    assert not [each for each in topology.links if each.relation is Relation.NEXT_HOP]


@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_the_graph_has_every_relation_once_and_no_other(name: str) -> None:
    topology = Topology(bundled(name))
    edges = [(source, key, target) for source, target, key in topology.graph.edges(keys=True)]
    assert len(topology.links) == len(set(topology.links)) == len(edges)
    assert {tuple(link) for link in topology.links} == set(edges)
    assert isinstance(topology.graph, nx.MultiDiGraph)
    assert all(isinstance(key, Relation) for _, key, _ in edges)


@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_questions_and_links_say_the_same(name: str) -> None:
    topology = Topology(bundled(name))
    for source, relation, target in topology.links:
        assert target in topology.linked(source, relation)
        assert source in topology.referring(target, relation)
    asked = {(source, relation) for source, relation, _ in topology.links}
    assert sum(len(topology.linked(*each)) for each in asked) == len(topology.links)


def test_the_graph_has_every_resource_with_its_value(topology: Topology) -> None:
    balancer = topology.all(LoadBalancer)[0]
    for resource in (balancer, *balancer.parts()):
        node = topology.graph.nodes[ResourceId(str(resource.id).upper())]
        assert node["resource"] is resource
        assert node["name"] == resource.name
        assert node["type"] == resource.arm_type


def test_targets_that_were_not_collected_are_in_the_graph_without_a_value() -> None:
    topology = Topology(bundled("cni-nodesubnet"))
    (peering,) = [link.source for link in topology.links if link.relation is Relation.PEERED_WITH]
    (hub,) = targets(topology.graph, peering, Relation.PEERED_WITH)
    assert topology.graph.nodes[hub] == {
        "name": "vnet-hub",
        "type": "Microsoft.Network/virtualNetworks",
        "resource": None,
    }


def test_a_network_that_was_refused_is_still_what_the_nodes_refer_to() -> None:
    snapshot = bundled("kubenet-vmss")
    topology = Topology(refused(snapshot, [refusal_of_list(snapshot, NETWORKS)]))
    (subnet,) = topology.subnets_in_use
    assert topology.graph.nodes[subnet]["resource"] is None
    assert len(topology.referring(subnet, Relation.IN_SUBNET)) == 3


def test_walks_on_the_graph_join_the_cluster_to_its_machines_and_addresses(
    topology: Topology,
) -> None:
    below = nx.descendants(topology.graph, topology.cluster.id)
    assert {node.id for node in topology.nodes} < below
    assert {node.virtual_machine for node in topology.nodes} < below
    joined = nx.node_connected_component(topology.graph.to_undirected(), topology.cluster.id)
    assert {each.id for each in topology.all(PublicIPAddress)} < joined


def test_node_of_tells_a_nodes_interface_from_another(topology: Topology) -> None:
    for node in topology.nodes:
        assert topology.node_of(node.interfaces[0]) == node
    assert topology.node_of(NetworkInterface(id=web_address(topology))) is None


def test_only_primary_addresses_are_a_nodes_own() -> None:
    topology = Topology(bundled("cni-nodesubnet"))
    for address in ("10.60.0.33", "10.60.0.4", "10.60.0.62"):
        found = topology.node_address(address)
        assert found is not None
        assert found.name == "ipconfig1"
    for none in ("10.60.0.5", "10.60.9.9", "AzureCloud", "", None):
        assert topology.node_address(none) is None


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("seed-kubenet", {"aks-subnet"}),
        ("kubenet-vmss", {"aks-subnet"}),
        ("cni-nodesubnet", {"snet-aks"}),
    ],
)
def test_subnets_in_use_are_those_of_nodes(name: str, expected: set[str]) -> None:
    topology = Topology(bundled(name))
    assert {each.name for each in topology.subnets_in_use} == expected
