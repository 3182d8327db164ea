"""What the pools, the add-ons and the state of a cluster mean for a move.

Sources: AKS "update-azure-cni" for Windows, Docker, auto-provisioning and Cilium;
"concepts-network-azure-cni-overlay" for machine sizes and virtual nodes; the Kubernetes release
notes of 1.24, the first version without Docker on its nodes.
"""

import re
from collections.abc import Iterator
from datetime import date
from typing import Final

from inspector.cluster.move_conditions.kinds import (
    Answer,
    Condition,
    Reading,
    Requirement,
    joined,
    met,
    open_answer,
    reading,
)
from inspector.cluster.retirements import RETIREMENTS, usage_of
from inspector.network.kubernetes_versions import minor_version
from inspector.resources import AgentPoolProfile, ManagedCluster, same_text

_FIRST_WITHOUT_DOCKER: Final = 24
_CONFIDENTIAL: Final = re.compile(r"standard_dc\d+s_v2", re.IGNORECASE)
_WINDOWS_BUILD: Final = re.compile(r"AKSWindows-.*-(\d{5})\.(\d{1,6})(?:\.|$)", re.IGNORECASE)
_OLDEST_BUILD: Final = (20348, 1668)
_GATEWAY_INGRESS: Final = "ingressapplicationgateway"
_POOLS: Final = "properties.agentPoolProfiles[]"


def at_rest(cluster: ManagedCluster) -> Requirement:
    """Return whether AKS would take an update: nothing is changing, failed or stopped."""
    found = list(_states(cluster))
    moving = [each for each in found if not _is_calm(each)]
    return Requirement(
        condition=Condition.AT_REST,
        words="the cluster and its pools succeeded and running",
        answer=open_answer(
            is_broken=any(each.value is not None for each in moving), is_open=bool(moving)
        ),
        readings=tuple(moving or found[:1]),
    )


def _states(cluster: ManagedCluster) -> Iterator[Reading]:
    """Yield what tells of motion; documents from before clusters could stop have no power state."""
    properties = cluster.properties
    yield reading(cluster, "properties.provisioningState", properties.provisioning_state)
    if properties.power_state.code is not None:
        yield reading(cluster, "properties.powerState.code", properties.power_state.code)
    for pool in properties.agent_pool_profiles:
        yield of_pool(cluster, pool, "properties.provisioningState", pool.provisioning_state)
        if pool.power_state.code is not None:
            yield of_pool(cluster, pool, "properties.powerState.code", pool.power_state.code)


def _is_calm(state: Reading) -> bool:
    calm = "Running" if state.field.endswith("code") else "Succeeded"
    return isinstance(state.value, str) and same_text(state.value, calm)


def node_images(cluster: ManagedCluster, as_of: date) -> Requirement:
    """Return whether AKS still has the images that it would put on the nodes again."""
    readings: list[Reading] = []
    doubts: list[str] = []
    for retirement in RETIREMENTS:
        removed = retirement.images_removed_on
        if removed is None or removed > as_of:
            continue
        usage = usage_of(retirement, cluster)
        doubts += usage.untold
        for use in usage.uses:
            owner = cluster.id if use.pool is None else cluster.pool_id(use.pool)
            name = use.pool or cluster.title
            readings.append(Reading(resource=owner, name=name, field=use.field, value=use.value))
    pools = cluster.properties.agent_pool_profiles
    images = joined(each.node_image_version for each in pools)
    told = reading(cluster, f"{_POOLS}.nodeImageVersion", images)
    if all(each.node_image_version is None for each in pools):  # older clusters
        told = reading(cluster, f"{_POOLS}.osType", joined(each.os_type for each in pools))
    return Requirement(
        condition=Condition.NODE_IMAGES,
        words="no system whose node images AKS has removed",
        answer=open_answer(is_broken=bool(readings), is_open=bool(doubts)),
        readings=tuple(readings) or (told,),
        doubts=tuple(doubts),
    )


def no_docker_on_windows(cluster: ManagedCluster) -> Requirement:
    """Return whether no Windows pool runs its containers with Docker."""
    return Requirement(
        condition=Condition.WINDOWS_DOCKER,
        words="no Windows pool on Docker",
        answer=open_answer(
            is_broken=bool(docker_pools(cluster)),
            is_open=any(_minor(cluster, each) is None for each in _windows(cluster)),
        ),
        readings=tuple(
            of_pool(cluster, each, "properties.currentOrchestratorVersion", _version(each))
            for each in _windows(cluster)
        ),
    )


def docker_pools(cluster: ManagedCluster) -> tuple[str, ...]:
    """Return the Windows pools that run their containers with Docker."""
    minors = {each.name: _minor(cluster, each) for each in _windows(cluster)}
    return tuple(
        name
        for name, minor in minors.items()
        if minor is not None and minor < _FIRST_WITHOUT_DOCKER
    )


def windows_build(cluster: ManagedCluster) -> Requirement:
    """Return whether Windows nodes leave the addresses of packets to pods as they are."""
    builds = {each.name: _build(each) for each in _windows(cluster)}
    old = any(each is not None and each < _OLDEST_BUILD for each in builds.values())
    return Requirement(
        condition=Condition.WINDOWS_BUILD,
        words="Windows nodes of build 20348.1668 or later",
        answer=open_answer(is_broken=old, is_open=None in builds.values()),
        readings=tuple(
            of_pool(cluster, each, "properties.nodeImageVersion", each.node_image_version)
            for each in _windows(cluster)
        ),
    )


def _windows(cluster: ManagedCluster) -> tuple[AgentPoolProfile, ...]:
    pools = cluster.properties.agent_pool_profiles
    return tuple(each for each in pools if same_text(each.os_type, "Windows"))


def has_windows(cluster: ManagedCluster) -> bool:
    """Whether a pool runs Windows."""
    return bool(_windows(cluster))


def _version(pool: AgentPoolProfile) -> str | None:
    return pool.current_orchestrator_version or pool.orchestrator_version


def _minor(cluster: ManagedCluster, pool: AgentPoolProfile) -> int | None:
    properties = cluster.properties
    own = minor_version(pool.current_orchestrator_version, pool.orchestrator_version)
    told = (properties.current_kubernetes_version, properties.kubernetes_version)
    return minor_version(*told) if own is None and _version(pool) is None else own


def _build(pool: AgentPoolProfile) -> tuple[int, int] | None:
    match = _WINDOWS_BUILD.match(pool.node_image_version or "")
    return (int(match[1]), int(match[2])) if match is not None else None


def node_sizes(cluster: ManagedCluster) -> Requirement:
    """Return whether Overlay runs on the machines of all pools."""
    sizes = {each.name: _sizes(each) for each in cluster.properties.agent_pool_profiles}
    every = [size for found in sizes.values() for size in found]
    return Requirement(
        condition=Condition.NODE_SIZES,
        words="no machines of the DCsv2 series",
        answer=open_answer(
            is_broken=any(map(_CONFIDENTIAL.fullmatch, every)),
            is_open=not all(sizes.values()),
        ),
        readings=(reading(cluster, f"{_POOLS}.vmSize", joined(every)),),
    )


def confidential_pools(cluster: ManagedCluster) -> tuple[AgentPoolProfile, ...]:
    """Return the pools on machines that Overlay does not run on."""
    pools = cluster.properties.agent_pool_profiles
    return tuple(each for each in pools if any(map(_CONFIDENTIAL.fullmatch, _sizes(each))))


def _sizes(pool: AgentPoolProfile) -> list[str]:
    """Return the sizes of a pool's machines; one of single machines may have several."""
    several = [each.size for each in pool.virtual_machine_nodes_status]
    return [each for each in (pool.vm_size, *several) if each]


def no_virtual_nodes(cluster: ManagedCluster) -> Requirement:
    """Return whether no pods run outside the nodes, which need addresses of a subnet."""
    return _without_add_on(
        cluster,
        Condition.VIRTUAL_NODES,
        "no virtual nodes",
        "aciConnectorLinux",
        is_on=cluster.virtual_nodes is not None,
    )


def no_gateway_ingress(cluster: ManagedCluster) -> Requirement:
    """Return whether no add-on writes addresses of pods into backends of an application gateway."""
    add_ons = cluster.properties.addon_profiles.items()
    is_on = any(each.enabled for name, each in add_ons if name.lower() == _GATEWAY_INGRESS)
    return _without_add_on(
        cluster,
        Condition.GATEWAY_INGRESS,
        "no ingress controller for application gateways as an add-on (one that you installed does "
        "not show in ARM)",
        "ingressApplicationGateway",
        is_on=is_on,
    )


def _without_add_on(
    cluster: ManagedCluster, condition: Condition, words: str, name: str, *, is_on: bool
) -> Requirement:
    return Requirement(
        condition=condition,
        words=words,
        answer=met(is_met=not is_on),
        readings=(reading(cluster, f"properties.addonProfiles.{name}.enabled", is_on),),
    )


def no_auto_provisioning(cluster: ManagedCluster) -> Requirement:
    """Return whether no nodes come and go outside the pools; absent means that none do."""
    mode = cluster.properties.node_provisioning_profile.mode
    return Requirement(
        condition=Condition.AUTO_PROVISIONING,
        words="node auto-provisioning off",
        answer=met(is_met=not same_text(mode, "Auto")),
        readings=(reading(cluster, "properties.nodeProvisioningProfile.mode", mode),),
    )


def no_other_policy_engine(cluster: ManagedCluster) -> Requirement:
    """Return whether there is no engine that Cilium would take the place of."""
    policy = cluster.properties.network_profile.network_policy
    return Requirement(
        condition=Condition.POLICY_ENGINE,
        words="no policy engine that Cilium replaces",
        answer=met(is_met=(policy or "none").lower() in {"none", "cilium"}),
        readings=(reading(cluster, "properties.networkProfile.networkPolicy", policy),),
    )


def network_policies(cluster: ManagedCluster) -> Requirement:
    """Return that ARM does not tell of the policies that Cilium will enforce."""
    return Requirement(
        condition=Condition.NETWORK_POLICIES,
        words="network policies that say the same to Cilium",
        answer=Answer.NOT_VISIBLE,
        readings=(reading(cluster, "NetworkPolicy of every namespace", None),),
    )


def of_pool(
    cluster: ManagedCluster, pool: AgentPoolProfile, field: str, value: str | None
) -> Reading:
    """Return a field of a pool."""
    return Reading(resource=cluster.pool_id(pool.name), name=pool.name, field=field, value=value)
