"""What is done before the update about conditions that are not met.

Sources: AKS "upgrade-aks-cluster", "use-network-policies", "user-assigned-managed-identity" and
"upgrade-basic-load-balancer-on-aks" for the commands and what they do.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from inspector.checking import az_at, az_cluster, az_pool
from inspector.cluster.move_conditions import (
    OLDEST_FOR_OVERLAY,
    OLDEST_FOR_POLICY_CHANGE,
    Condition,
    Situation,
    other_subnets,
    own_subnets,
    users_tables,
)
from inspector.network.kubernetes_versions import minor_version
from inspector.planning.moves.commands import (
    assign_role,
    az_subnet,
    kubectl,
    list_roles,
    principals_of,
)
from inspector.planning.moves.remedies import pools
from inspector.planning.moves.remedies.kinds import OFF_MEANWHILE, REIMAGE, VERSION, Remedy
from inspector.planning.moves.views import Branch, Placeholder
from inspector.resources import same_text
from inspector.wording import count

_IDENTITY: Final = Placeholder(name="IDENTITY_ID", meaning="the id that az identity create prints")
_PRINCIPAL: Final = Placeholder(name="PRINCIPAL_ID", meaning="the principalId that it prints")
_ROLE: Final = Placeholder(name="ROLE_NAME", meaning="a role that the old identity has")
_SCOPE: Final = Placeholder(name="SCOPE_ID", meaning="what the old identity has that role on")


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


def _upgrade(situation: Situation, oldest: tuple[int, int]) -> Remedy:
    cluster = situation.today.cluster
    properties = cluster.properties
    version = properties.current_kubernetes_version or properties.kubernetes_version
    minor = minor_version(version)
    hops = max(1, oldest[1] - minor) if minor is not None else 1
    steps = count(hops, "minor version")
    return Remedy(
        words=f"Upgrade Kubernetes from {version} to {oldest[0]}.{oldest[1]} or later: {steps}",
        effect="Control plane and nodes get a version that AKS moves. From a supported version it "
        "takes one minor version after the other: repeat both commands until it is there.",
        reimages=hops,
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
        watch=OFF_MEANWHILE,
        is_reversible=False,
    )


def _policy(situation: Situation) -> Remedy:
    cluster = situation.today.cluster
    return Remedy(
        words="Take the network policy engine off",
        effect="NetworkPolicy objects stay in the cluster, and nothing enforces them.",
        risk=f"{REIMAGE}; until an engine is back, every pod reaches every other.",
        reimages=1,
        commands=(az_cluster(cluster, "update", network_policy="none"),),
        watch="custom resources of Calico stay; delete them only once the engine is gone"
        if same_text(cluster.properties.network_profile.network_policy, "calico")
        else None,
    )


def _identity(situation: Situation) -> Remedy:
    cluster = situation.today.cluster
    networks = {each.parent for each in own_subnets(situation.today) if each.parent is not None}
    assigned = tuple(
        assign_role(_PRINCIPAL.name, str(each))
        for each in (*sorted(networks), *users_tables(situation.today))
    )
    copied = Branch(
        when="For each role that the listing shows, as on disks, registries or networks",
        commands=(assign_role(_PRINCIPAL.name, _SCOPE.name, _ROLE.name),),
    )
    listed = tuple(map(list_roles, principals_of(cluster)))
    return Remedy(
        words="Give the cluster a user-assigned identity",
        effect="AKS can take the route table off the subnets.",
        risk="Parts of the control plane use the old identity for some hours, and roles take up "
        "to an hour to count.",
        commands=(
            *listed,
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
        branches=(copied,),
        placeholders=(_IDENTITY, _PRINCIPAL, _ROLE, _SCOPE),
        watch="give the new identity its roles before the last command"
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
    Condition.POLICY_REMOVABLE: partial(_upgrade, oldest=OLDEST_FOR_POLICY_CHANGE),
    Condition.KUBERNETES_VERSION: partial(_upgrade, oldest=OLDEST_FOR_OVERLAY),
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
