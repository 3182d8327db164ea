"""What is done before the update about conditions that are not met.

Sources: AKS "upgrade-aks-cluster", "use-network-policies", "user-assigned-managed-identity" and
"upgrade-basic-load-balancer-on-aks" for the commands and what they do.
"""

from collections.abc import Callable, Mapping
from typing import Final

from inspector.checking import az, az_at, az_cluster, az_pool
from inspector.cluster.move_conditions import (
    Condition,
    Situation,
    other_subnets,
    own_subnets,
    users_tables,
)
from inspector.planning.moves.commands import az_subnet, kubectl
from inspector.planning.moves.remedies import pools
from inspector.planning.moves.remedies.kinds import REIMAGE, VERSION, Remedy
from inspector.planning.moves.views import Placeholder
from inspector.resources import same_text

_IDENTITY: Final = Placeholder(name="IDENTITY_ID", meaning="the id that the first command prints")
_PRINCIPAL: Final = Placeholder(name="PRINCIPAL_ID", meaning="the principalId that it prints")


def _rest(situation: Situation) -> Remedy:
    cluster = situation.today.cluster
    commands = []
    if same_text(cluster.properties.power_state.code, "Stopped"):
        commands.append(az_cluster(cluster, "start"))
    commands += [
        az_pool(cluster, each.name, "start")
        for each in cluster.properties.agent_pool_profiles
        if same_text(each.power_state.code, "Stopped")
    ]
    states = "[provisioningState, powerState.code, agentPoolProfiles[].[name, provisioningState]]"
    return Remedy(
        words="Let AKS finish, repair what failed, start what is stopped",
        effect="Every state is Succeeded, and all pools run.",
        commands=(*commands, az_cluster(cluster, "show", query=states)),
    )


def _upgrade(situation: Situation) -> Remedy:
    cluster = situation.today.cluster
    return Remedy(
        words="Upgrade Kubernetes",
        effect="Control plane and nodes get a version that AKS moves. From a supported version it "
        "takes one minor version after the other.",
        risk="Every node is drained and replaced; a version has no way back. From one without "
        "support AKS offers a leap without guarantee, and advises a new cluster.",
        commands=(
            az_cluster(cluster, "get-upgrades", output="table"),
            az_cluster(cluster, "upgrade", kubernetes_version=VERSION.name),
        ),
        placeholders=(VERSION,),
        watch="removed API versions that workloads still use",
        is_reversible=False,
    )


def _load_balancer(situation: Situation) -> Remedy:
    cluster = situation.today.cluster
    return Remedy(
        words="Move from the Basic load balancer to Standard",
        effect="Load balancer and public addresses become Standard; the addresses stay.",
        risk="Downtime while it runs, and no way back.",
        commands=(
            az_cluster(cluster, "update", load_balancer_sku="Standard"),
            kubectl(cluster, "get services --all-namespaces"),
        ),
        watch="admission webhooks, and encryption of secrets with a private key vault: both have "
        "to be off meanwhile",
        is_reversible=False,
    )


def _policy(situation: Situation) -> Remedy:
    cluster = situation.today.cluster
    return Remedy(
        words="Take the network policy engine off",
        effect="NetworkPolicy objects stay in the cluster, and nothing enforces them.",
        risk=f"{REIMAGE}; until an engine is back, every pod reaches every other.",
        commands=(az_cluster(cluster, "update", network_policy="none"),),
        watch="custom resources of Calico stay; delete them only once the engine is gone",
    )


def _identity(situation: Situation) -> Remedy:
    cluster = situation.today.cluster
    networks = {each.parent for each in own_subnets(situation.today) if each.parent is not None}
    assigned = tuple(
        az(
            "role",
            "assignment",
            "create",
            assignee_object_id=_PRINCIPAL.name,
            assignee_principal_type="ServicePrincipal",
            role="Network Contributor",
            scope=str(each),
        )
        for each in (*sorted(networks), *users_tables(situation.today))
    )
    return Remedy(
        words="Give the cluster a user-assigned identity",
        effect="AKS can take the route table off the subnets.",
        risk="Parts of the control plane use the old identity for some hours, and roles take up "
        "to an hour to count.",
        commands=(
            az_at(
                cluster.id,
                "identity",
                "create",
                name=f"{cluster.title}-identity",
                query="[id, principalId]",
            ),
            *assigned,
            az_cluster(
                cluster, "update", enable_managed_identity="", assign_identity=_IDENTITY.name
            ),
        ),
        placeholders=(_IDENTITY, _PRINCIPAL) if assigned else (_IDENTITY,),
        watch="roles of the old identity on networks and disks: the new one needs them"
        if cluster.identity.type is not None
        else "the nodes get an identity of their own with their next image: attach registries anew",
        is_reversible=False,
    )


def _route_table(situation: Situation) -> Remedy:
    subnets = other_subnets(situation.today)
    return Remedy(
        words="Take the route table off the subnets that are not the nodes'",
        effect="AKS can delete the table.",
        risk="Who is in these subnets, as an application gateway, loses the way to pods at once.",
        commands=tuple(az_subnet(each, "update", route_table="null") for each in subnets),
        watch="do it right before the update; give the gateway a service address first",
    )


REPAIRS: Final[Mapping[Condition, Callable[[Situation], Remedy]]] = {
    Condition.AT_REST: _rest,
    Condition.SUBNET_ROOM: pools.surge,
    Condition.POLICY_REMOVABLE: _upgrade,
    Condition.KUBERNETES_VERSION: _upgrade,
    Condition.NODE_IMAGES: pools.images,
    Condition.AVAILABILITY_SETS: pools.availability_sets,
    Condition.LOAD_BALANCER: _load_balancer,
    Condition.NODE_SIZES: pools.node_sizes,
    Condition.WINDOWS: pools.windows,
    Condition.WINDOWS_DOCKER: pools.docker,
    Condition.VIRTUAL_NODES: pools.virtual_nodes,
    Condition.AUTO_PROVISIONING: pools.auto_provisioning,
    Condition.IDENTITY: _identity,
    Condition.NETWORK_POLICY: _policy,
    Condition.ROUTE_TABLE: _route_table,
}
"""What repairs an unmet condition, in the order of steps; last what takes away what is in use."""
