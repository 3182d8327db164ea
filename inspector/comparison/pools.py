"""Pools by role: system pools beside system pools, Windows beside Windows, Spot beside Spot."""

from collections.abc import Callable, Sequence
from typing import Final

from inspector.comparison.answers import Question, Said, said, unless_hidden, untold
from inspector.comparison.side import Cause, Side
from inspector.network.models import NetworkModel, is_gateway
from inspector.network.pool_sizes import most_nodes
from inspector.nodes import makes_nodes_without_pool
from inspector.planning.figures import several
from inspector.resources import AgentPoolProfile, same_text

_DEFAULT_MAX_PODS: Final = {
    NetworkModel.KUBENET: 110,
    NetworkModel.CNI_NODE_SUBNET: 30,
    NetworkModel.CNI_OVERLAY: 250,
    NetworkModel.BYO_CNI: 250,
}
"""AKS: concepts-network-ip-address-planning, concepts-network-azure-cni-overlay; of pod subnets
its pages disagree."""

_NO_WINDOWS: Final = {NetworkModel.KUBENET: "Linux nodes alone"}


def _is_spot(pool: AgentPoolProfile) -> bool:
    return same_text(pool.scale_set_priority, "Spot")


def _is_system(pool: AgentPoolProfile) -> bool:
    """Whether it is a system pool; documents from before there were modes have no other kind."""
    return same_text(pool.mode or "System", "System")


def _is_windows(pool: AgentPoolProfile) -> bool:
    return same_text(pool.os_type, "Windows")


def _is_user(pool: AgentPoolProfile) -> bool:
    return not (_is_system(pool) or _is_spot(pool) or is_gateway(pool))


def _pools_that(fits: Callable[[AgentPoolProfile], bool], lack: str) -> Callable[[Side], Said]:
    """Return the question for the pools of a role."""

    def answer(side: Side) -> Said:
        pools = [each for each in side.pools if fits(each)]
        return _sizes(side, pools) if pools else said(None, lack)

    return answer


def _windows(side: Side) -> Said:
    pools = [each for each in side.pools if _is_user(each) and _is_windows(each)]
    if pools:
        return _sizes(side, pools)
    has_cilium = same_text(side.profile.network_dataplane, "cilium")
    if has_cilium:
        return said(None, "Cilium: Linux nodes alone")
    cause = side.because(_NO_WINDOWS)
    return said(None, cause if cause.reason else "no Windows pool")


def _sizes(side: Side, pools: Sequence[AgentPoolProfile]) -> Said:
    counts = [each.node_count for each in pools]
    nodes = [each for each in counts if each is not None]
    if len(nodes) < len(counts):
        return untold(side.cluster.id, "ARM does not tell how many nodes a pool has")
    most = [most_nodes(each) for each in pools]
    limit = sum(each for each in most if each is not None) if None not in most else None
    pods = sorted({each.max_pods for each in pools if each.max_pods is not None})
    stopped = sum(same_text(each.power_state.code, "Stopped") for each in pools)
    words = [several(sum(nodes), "node") + (f" in {len(pools)} pools" if len(pools) > 1 else "")]
    words += [f"{limit:,} at most"] if limit is not None and limit > sum(nodes) else []
    words += [f"maxPods {' and '.join(map(str, pods))}"] if pods else []
    words += [f"{several(stopped, 'pool')} stopped"] if stopped else []
    scales = any(each.enable_auto_scaling for each in pools)
    figures = {"pools": len(pools), "nodes": sum(nodes)}
    figures |= {"most_nodes": limit} if limit is not None else {}
    figures |= {"least_max_pods": pods[0], "most_max_pods": pods[-1]} if pods else {}
    size = "sized by the autoscaler" if scales else "sized by hand"
    cause = _max_pods_cause(side, pods)
    with_pods = Cause(", ".join(filter(None, (cause.reason, size))), cause.model)
    return said(", ".join(words), "", with_pods, size, counted=figures)


def _max_pods_cause(side: Side, pods: Sequence[int]) -> Cause:
    if not pods:
        return Cause("")
    default = _DEFAULT_MAX_PODS.get(side.model)
    words = " and ".join(map(str, pods))
    if default is None:
        return Cause(f"maxPods {words}")
    if list(pods) == [default]:
        return side.because({side.model: f"maxPods {default} is the default"})
    return Cause(f"maxPods set to {words}")


def _outside(side: Side) -> Said:
    topology = side.topology
    is_provisioned = makes_nodes_without_pool(topology)

    def answer() -> Said:
        number = sum(each.pool is None for each in topology.nodes)
        if not number and not is_provisioned:
            return said(None, "auto-provisioning is off")
        cause = "auto-provisioning is on" if is_provisioned else "nothing tells their pool"
        return said(f"{several(number, 'node')}, {topology.outside_pools}", cause, nodes=number)

    return unless_hidden(topology.hidden_nodes, answer)


def _virtual_nodes(side: Side) -> Said:
    addon = side.cluster.virtual_nodes
    if addon is None:
        return said(None, "the add-on is off")
    return said("on", "the add-on is on", detail=addon.config.get("SubnetName"))


QUESTIONS: Final = (
    Question("system-pools", "System pools", _pools_that(_is_system, "no system pool")),
    Question(
        "user-linux-pools",
        "User pools, Linux",
        _pools_that(lambda each: _is_user(each) and not _is_windows(each), "no such pool"),
    ),
    Question("user-windows-pools", "User pools, Windows", _windows),
    Question(
        "spot-pools",
        "Spot pools",
        _pools_that(
            lambda each: _is_spot(each) and not (_is_system(each) or is_gateway(each)),
            "no Spot pool",
        ),
    ),
    Question("gateway-pools", "Gateway pools", _pools_that(is_gateway, "no gateway pool")),
    Question("nodes-outside-pools", "Nodes outside pools", _outside),
    Question("virtual-nodes", "Virtual nodes", _virtual_nodes),
)
