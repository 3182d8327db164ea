"""What is done before the update about pools, their machines, and what runs beside them.

Sources: AKS "availability-sets-on-aks", "use-node-auto-provisioning" and
"upgrade-aks-node-pools-rolling" for the commands and what they do.
"""

from collections.abc import Iterator
from shlex import quote
from typing import Final

from inspector.checking import az_at, az_cluster, az_pool
from inspector.cluster.move_conditions import Situation, confidential_pools, docker_pools
from inspector.planning.moves.commands import kubectl
from inspector.planning.moves.remedies.kinds import OFF_MEANWHILE, VERSION, Remedy
from inspector.planning.moves.views import Placeholder
from inspector.resources import AgentPoolProfile, ManagedCluster, same_text
from inspector.wording import names

_NODE_POOL: Final = Placeholder(
    name="NODE_POOL", meaning="each of those that the first command lists, one after the other"
)
_POOL: Final = Placeholder(name="NEW_POOL", meaning="the name of a new pool")
_SIZE: Final = Placeholder(name="VM_SIZE", meaning="a size of the series")


def _pools(situation: Situation) -> tuple[AgentPoolProfile, ...]:
    return situation.today.cluster.properties.agent_pool_profiles


def images(situation: Situation) -> Remedy:
    """Return what to do about images that AKS has removed."""
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


def availability_sets(situation: Situation) -> Remedy:
    """Return how a pool leaves its availability set."""
    cluster = situation.today.cluster
    return Remedy(
        words="Move the pool from its availability set to single virtual machines",
        effect="The pool becomes one of virtual machines, and a Basic load balancer Standard.",
        risk="Downtime while it runs, and no way back.",
        commands=(
            az_cluster(cluster, "update", migrate_vmas_to_vms=""),
            kubectl(cluster, "get services,pods --all-namespaces"),
        ),
        watch=OFF_MEANWHILE,
        is_reversible=False,
    )


def windows(situation: Situation) -> Remedy:
    """Return how a cluster gets rid of its Windows pools."""
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


def docker(situation: Situation) -> Remedy:
    """Return how Windows pools get rid of Docker."""
    cluster = situation.today.cluster
    pools = docker_pools(cluster)
    return Remedy(
        words=f"Upgrade Kubernetes in {names(pools)}",
        effect="From Kubernetes 1.24 on their containers run without Docker.",
        risk="Every node of these pools is drained and replaced.",
        commands=(
            az_cluster(cluster, "get-upgrades", output="table"),
            *(az_pool(cluster, e, "upgrade", kubernetes_version=VERSION.name) for e in pools),
        ),
        placeholders=(VERSION,),
        is_reversible=False,
    )


def node_sizes(situation: Situation) -> Remedy:
    """Return how pools come to machines that Overlay runs on."""
    cluster = situation.today.cluster
    pools = confidential_pools(cluster)
    return Remedy(
        words=f"Replace {names(each.name for each in pools)} by pools on machines of the DCasv5 or "
        "DCadsv5 series",
        effect="All nodes are machines that Overlay runs on.",
        risk="Pods move to the new pools; applications built for SGX enclaves do not run there.",
        commands=tuple(command for each in pools for command in _in_place_of(cluster, each)),
        placeholders=(_POOL, _SIZE),
        watch="labels, taints and zones of the old pools, which the new ones need too",
        is_reversible=False,
    )


def _in_place_of(cluster: ManagedCluster, pool: AgentPoolProfile) -> Iterator[str]:
    """Yield the commands that add a pool like another, as far as it has to be, and delete that."""
    subnet = pool.vnet_subnet_id
    yield az_pool(
        cluster,
        _POOL.name,
        "add",
        mode=pool.mode,
        vnet_subnet_id=str(subnet) if subnet is not None else None,
        node_vm_size=_SIZE.name,
    )
    yield az_pool(cluster, pool.name, "delete")


def virtual_nodes(situation: Situation) -> Remedy:
    """Return how virtual nodes are turned off."""
    return Remedy(
        words="Turn virtual nodes off",
        effect="No pods run in container instances any more.",
        risk="Pods on virtual nodes end; the other nodes need room for them.",
        commands=(az_cluster(situation.today.cluster, "disable-addons", addons="virtual-node"),),
    )


def auto_provisioning(situation: Situation) -> Remedy:
    """Return how node auto-provisioning is turned off."""
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


def surge(situation: Situation) -> Remedy:
    """Return how the reimage takes as few addresses as it can.

    AKS lets no pool of the system go without a node on top.
    """
    cluster = situation.today.cluster
    of_system = [each for each in _pools(situation) if same_text(each.mode, "System")]
    of_users = [each for each in _pools(situation) if each not in of_system]
    return Remedy(
        words="Let the reimage add as few nodes as it can",
        effect="Pools of users are reimaged in place, those of the system with one node on top: "
        "those still need an address each.",
        risk="Each pool that is reimaged in place runs with a node less meanwhile.",
        commands=(
            *(az_pool(cluster, each.name, "update", max_surge="1") for each in of_system),
            *(
                az_pool(cluster, each.name, "update", max_surge="0", max_unavailable="1")
                for each in of_users
            ),
        ),
        watch="pods that find no other node wait; if addresses are still short, scale a pool in",
    )
