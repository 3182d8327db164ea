"""What is looked at right before nodes are put up anew, or a second cluster stands beside this one.

Sources: AKS "upgrade-aks-cluster" for disruption budgets, for the quota that surging nodes need and
for the half hour that AKS waits for a node to drain.
"""

from collections.abc import Callable

from inspector.cluster.move_conditions import Situation
from inspector.network.pool_sizes import PoolSize, pool_size
from inspector.network.pool_sizes import Situation as PoolSituation
from inspector.nodes import pool_profiles
from inspector.planning.moves.commands import kubectl, list_usage
from inspector.planning.moves.views import Step
from inspector.wording import count, names


def before_reimages(situation: Situation) -> Step:
    """Return the step that looks for what stops nodes from being drained or added."""
    cluster = situation.today.cluster
    surging = _sizes(situation, lambda size: size.surge)
    quota = f"The quota has to hold what a reimage adds: {surging}." if surging else ""
    budgets = "A disruption budget that allows no eviction stops a node's drain."
    return Step(
        title="See that nodes can be drained and added",
        effect=f"{budgets} {quota}".strip(),
        commands=(
            kubectl(cluster, "get poddisruptionbudgets --all-namespaces"),
            list_usage(cluster),
        ),
        watch="the window: AKS drains nodes one surge after the other and waits up to 30 minutes "
        "for each, unless the pool's drain timeout says otherwise",
    )


def before_second_cluster(situation: Situation) -> Step:
    """Return the step that looks whether the quota holds the nodes twice."""
    wanted = _sizes(situation, lambda size: size.nodes)
    return Step(
        title="See that the quota holds a second cluster",
        effect=f"Both clusters stand side by side for a while: {wanted} more."
        if wanted
        else "Both clusters stand side by side for a while.",
        commands=(list_usage(situation.today.cluster),),
    )


def _sizes(situation: Situation, part: Callable[[PoolSize], int | None]) -> str:
    """Return how many nodes of which machines are added, those that are told."""
    found: dict[str, int] = {}
    for pool in pool_profiles(situation.supposed):
        size = pool_size(pool, PoolSituation.UPGRADE)
        machine = pool.vm_size or "a size that ARM does not tell"
        found[machine] = found.get(machine, 0) + (part(size) or 0)
    return names(f"{count(each, 'node')} of {machine}" for machine, each in found.items() if each)
