"""What is done before the update about conditions that are not met.

Sources: AKS "use-network-policies", "user-assigned-managed-identity", "availability-sets-on-aks",
"upgrade-basic-load-balancer-on-aks", "use-node-auto-provisioning" and
"upgrade-aks-node-pools-rolling" for the commands and what they do.
"""

from collections.abc import Callable, Mapping
from shlex import quote
from typing import Final

from inspector.checking import az, az_at, az_cluster, az_pool
from inspector.cluster.move_conditions import (
    Condition,
    Situation,
    confidential_pools,
    other_subnets,
    own_subnets,
    users_tables,
)
from inspector.planning.moves.commands import az_subnet, kubectl
from inspector.planning.moves.remedies.kinds import REIMAGE, Remedy
from inspector.planning.moves.views import Placeholder
from inspector.resources import AgentPoolProfile, same_text
from inspector.wording import names

_NODE_POOL: Final = Placeholder(
    name="NODE_POOL", meaning="each of those that the first command lists, one after the other"
)
_POOL: Final = Placeholder(name="NEW_POOL", meaning="the name of the new pool")
_SIZE: Final = Placeholder(name="VM_SIZE", meaning="a size of the series")
_VERSION: Final = Placeholder(
    name="VERSION", meaning="one of the versions that the first command lists"
)
_IDENTITY: Final = Placeholder(name="IDENTITY_ID", meaning="the id that the first command prints")
_PRINCIPAL: Final = Placeholder(name="PRINCIPAL_ID", meaning="the principalId that it prints")


def _pools(situation: Situation) -> tuple[AgentPoolProfile, ...]:
    return situation.today.cluster.properties.agent_pool_profiles


def _rest(situation: Situation) -> Remedy:
    cluster = situation.today.cluster
    commands = []
    if same_text(cluster.properties.power_state.code, "Stopped"):
        commands.append(az_cluster(cluster, "start"))
    commands += [
        az_pool(cluster, each.name, "start")
        for each in _pools(situation)
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
        words="Upgrade Kubernetes, one minor version after the other",
        effect="Control plane and nodes get a version that AKS moves.",
        risk="Every node is drained and replaced; a version has no way back.",
        commands=(
            az_cluster(cluster, "get-upgrades", output="table"),
            az_cluster(cluster, "upgrade", kubernetes_version=_VERSION.name),
        ),
        placeholders=(_VERSION,),
        watch="removed API versions that workloads still use",
        is_reversible=False,
    )


def _images(situation: Situation) -> Remedy:
    cluster = situation.today.cluster
    listing = az_at(
        cluster.id,
        "aks",
        "nodepool",
        "list",
        cluster_name=cluster.title,
        query="[].[name, osSku, nodeImageVersion]",
    )
    return Remedy(
        words="Replace the pools whose images are gone by pools of a supported system",
        effect="The update finds an image for every node.",
        risk="Pods of these pools move to the new ones.",
        commands=(listing,),
        is_reversible=False,
    )


def _availability_sets(situation: Situation) -> Remedy:
    cluster = situation.today.cluster
    return Remedy(
        words="Move the pool from its availability set to single virtual machines",
        effect="The pool becomes one of virtual machines, and a Basic load balancer Standard.",
        risk="Downtime while it runs, and no way back.",
        commands=(
            az_cluster(cluster, "update", migrate_vmas_to_vms=""),
            kubectl(cluster, "get services,pods --all-namespaces"),
        ),
        watch="admission webhooks and a key vault for secrets have to be off meanwhile",
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
        watch="admission webhooks and a key vault for secrets have to be off meanwhile",
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
            assignee=_PRINCIPAL.name,
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
        watch="roles of the old identity on registries, networks and disks: the new one needs them",
        is_reversible=False,
    )


def _route_table(situation: Situation) -> Remedy:
    subnets = other_subnets(situation.today)
    return Remedy(
        words="Take the route table off the subnets that are not the nodes'",
        effect="AKS can delete the table.",
        risk="Who is in these subnets, as an application gateway, loses the way to pods at once.",
        commands=tuple(az_subnet(each, "update", remove="routeTable") for each in subnets),
        watch="do it right before the update; give the gateway a service address first",
    )


def _windows(situation: Situation) -> Remedy:
    cluster = situation.today.cluster
    pools = [each.name for each in _pools(situation) if same_text(each.os_type, "Windows")]
    return Remedy(
        words=f"Move the workloads of {names(pools)} to another cluster, and delete "
        f"{'the pool' if len(pools) == 1 else 'the pools'}",
        effect="All nodes run Linux.",
        risk="What runs on Windows stops here.",
        commands=tuple(az_pool(cluster, each, "delete") for each in pools),
        is_reversible=False,
    )


def _node_sizes(situation: Situation) -> Remedy:
    cluster = situation.today.cluster
    pools = confidential_pools(cluster)
    return Remedy(
        words=f"Replace {names(pools)} by pools on machines of the DCasv5 or DCadsv5 series",
        effect="All nodes are machines that Overlay runs on.",
        risk="Pods move to the new pools; applications built for SGX enclaves do not run there.",
        commands=(
            az_pool(cluster, _POOL.name, "add", node_vm_size=_SIZE.name),
            *(az_pool(cluster, each, "delete") for each in pools),
        ),
        placeholders=(_POOL, _SIZE),
        is_reversible=False,
    )


def _virtual_nodes(situation: Situation) -> Remedy:
    return Remedy(
        words="Turn virtual nodes off",
        effect="No pods run in container instances any more.",
        risk="Pods on virtual nodes end; the other nodes need room for them.",
        commands=(az_cluster(situation.today.cluster, "disable-addons", addons="virtual-node"),),
    )


def _auto_provisioning(situation: Situation) -> Remedy:
    cluster = situation.today.cluster
    limits = '{"spec": {"limits": {"cpu": 0}}}'
    patch = f"patch nodepools.karpenter.sh {_NODE_POOL.name} --type merge --patch {quote(limits)}"
    return Remedy(
        words="Turn node auto-provisioning off",
        effect="No node comes or goes outside the pools.",
        risk="AKS refuses while such nodes run: drain and delete them, with room in a pool for "
        "their pods.",
        commands=(
            kubectl(cluster, "get nodepools.karpenter.sh"),
            kubectl(cluster, patch),
            kubectl(cluster, "get nodes --selector karpenter.sh/nodepool"),
            az_cluster(cluster, "update", node_provisioning_mode="Manual"),
        ),
        placeholders=(_NODE_POOL,),
        watch="pods that find no room in the pools",
    )


def _surge(situation: Situation) -> Remedy:
    cluster = situation.today.cluster
    return Remedy(
        words="Let the pools be reimaged in place, without nodes on top",
        effect="The reimage takes no further addresses.",
        risk="Each pool runs with a node less meanwhile.",
        commands=tuple(
            az_pool(cluster, each.name, "update", max_surge="0", max_unavailable="1")
            for each in _pools(situation)
        ),
        watch="pods that find no other node wait",
    )


REPAIRS: Final[Mapping[Condition, Callable[[Situation], Remedy]]] = {
    Condition.AT_REST: _rest,
    Condition.POLICY_REMOVABLE: _upgrade,
    Condition.KUBERNETES_VERSION: _upgrade,
    Condition.NODE_IMAGES: _images,
    Condition.AVAILABILITY_SETS: _availability_sets,
    Condition.LOAD_BALANCER: _load_balancer,
    Condition.NODE_SIZES: _node_sizes,
    Condition.WINDOWS: _windows,
    Condition.VIRTUAL_NODES: _virtual_nodes,
    Condition.AUTO_PROVISIONING: _auto_provisioning,
    Condition.NETWORK_POLICY: _policy,
    Condition.IDENTITY: _identity,
    Condition.SUBNET_ROOM: _surge,
    Condition.ROUTE_TABLE: _route_table,
}
"""What repairs an unmet condition, in the order of steps."""
