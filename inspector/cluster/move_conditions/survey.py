"""Which conditions a move has: by the updates that it takes, or by the cluster that replaces it."""

from collections.abc import Iterator

from inspector.cluster.move_conditions import declared, pools, route_tables, subnets
from inspector.cluster.move_conditions.address_ranges import pod_cidr_ranges
from inspector.cluster.move_conditions.kinds import Answer, Requirement, Situation
from inspector.network.models import NetworkModel, network_model
from inspector.nodes import pool_profiles


def conditions_of_reimage(situation: Situation) -> Iterator[Requirement]:
    """Yield what every update needs that puts all nodes up anew."""
    cluster = situation.today.cluster
    yield pools.at_rest(cluster)
    yield pools.node_images(cluster, situation.as_of)
    yield subnets.surge_room(situation)


def conditions_of_overlay(situation: Situation) -> Iterator[Requirement]:
    """Yield what the update to Overlay needs beside that, from kubenet or a node subnet."""
    today = situation.today
    cluster = today.cluster
    profile = cluster.properties.network_profile
    is_kubenet = network_model(profile, pool_profiles(today)) is NetworkModel.KUBENET
    yield declared.kubernetes_version(cluster)
    yield declared.availability_sets(cluster)
    yield declared.load_balancer(cluster)
    policy = declared.network_policy(cluster)
    yield policy
    if policy.answer is Answer.NOT_MET:
        yield declared.policy_removable(cluster)
    yield pools.node_sizes(cluster)
    yield pools.no_virtual_nodes(cluster)
    if subnets.own_subnets(today):
        yield subnets.network_names(today)
    if is_kubenet:
        yield declared.no_windows(cluster)
        yield from _conditions_of_kubenet(situation)
    if pools.has_windows(cluster):
        yield pools.no_docker_on_windows(cluster)
        yield pools.windows_build(cluster)
    yield pools.no_gateway_ingress(cluster)
    yield declared.masquerading(cluster)


def _conditions_of_kubenet(situation: Situation) -> Iterator[Requirement]:
    """Yield what stems from the routes, and from a pod CIDR that is there already."""
    today = situation.today
    yield declared.identity(today.cluster)
    if subnets.own_subnets(today):
        yield subnets.identity_rights(situation)
    yield from route_tables.tables_alone(situation)
    yield declared.pod_cidr_slices(today.cluster, situation.supposed.cluster)
    yield from pod_cidr_ranges(situation)
    yield declared.single_stack(today.cluster)


def conditions_of_cilium(situation: Situation) -> Iterator[Requirement]:
    """Yield what the update to the Cilium data plane needs beside the reimage."""
    cluster = situation.today.cluster
    yield declared.no_windows(cluster)
    yield pools.no_auto_provisioning(cluster)
    yield pools.no_other_policy_engine(cluster)
    yield pools.network_policies(cluster)


def conditions_of_new_cluster(situation: Situation, model: NetworkModel) -> Iterator[Requirement]:
    """Yield what a cluster of a model needs beside this one, in the user's own network.

    Where AKS made the network, a new cluster comes with another one.
    """
    if not subnets.own_subnets(situation.today):
        return
    if model is NetworkModel.CNI_NODE_SUBNET:
        yield subnets.room_for_pods(situation)
    if model is NetworkModel.CNI_POD_SUBNET_DYNAMIC:
        yield subnets.subnet_for_pods(situation)
