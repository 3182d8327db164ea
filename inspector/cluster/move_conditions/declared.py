"""What the cluster's own document tells of its readiness to move.

Sources: AKS "update-azure-cni" for the conditions, issue 5120 for dual stack, "configure-kubenet"
and "concepts-network-azure-cni-overlay" for the /24 that each node has of the pod CIDR, the AKS
changelog of 2026-05-29 for policy engines before Kubernetes 1.30.
"""

import re
from typing import Final

from inspector.cluster.move_conditions.kinds import (
    Answer,
    Condition,
    Requirement,
    joined,
    met,
    reading,
)
from inspector.network.address_needs import NODE_POD_PREFIX_LENGTH, pod_cidr_slots
from inspector.network.pool_sizes import most_nodes_with_surge
from inspector.resources import ManagedCluster, NetworkProfile, same_text

OLDEST_FOR_OVERLAY: Final = (1, 27)
OLDEST_FOR_POLICY_CHANGE: Final = (1, 30)
_VERSION: Final = re.compile(r"(\d{1,4})\.(\d{1,4})(?:\.|$)")
_PROFILE: Final = "properties.networkProfile"


def overlay_readiness(cluster: ManagedCluster) -> tuple[Requirement, ...]:
    """Return what kubenet needs for Overlay as far as the cluster's document tells, in order."""
    return (
        kubernetes_version(cluster),
        identity(cluster),
        network_policy(cluster),
        availability_sets(cluster),
        load_balancer(cluster),
        no_windows(cluster),
        pod_cidr_slices(cluster, cluster),
        single_stack(cluster),
        masquerading(cluster),
    )


def kubernetes_version(cluster: ManagedCluster) -> Requirement:
    """Return whether AKS takes the cluster's version to Overlay."""
    return _version(cluster, Condition.KUBERNETES_VERSION, OLDEST_FOR_OVERLAY, "")


def policy_removable(cluster: ManagedCluster) -> Requirement:
    """Return whether AKS takes a policy engine off a cluster of its version."""
    purpose = ", to take the policy engine off"
    return _version(cluster, Condition.POLICY_REMOVABLE, OLDEST_FOR_POLICY_CHANGE, purpose)


def _version(
    cluster: ManagedCluster, condition: Condition, oldest: tuple[int, int], purpose: str
) -> Requirement:
    properties = cluster.properties
    current = properties.current_kubernetes_version
    version = current or properties.kubernetes_version
    match = _VERSION.match(version or "")
    answer = Answer.NOT_VISIBLE
    if match is not None:
        answer = met(is_met=(int(match[1]), int(match[2])) >= oldest)
    field = f"properties.{'currentKubernetesVersion' if current else 'kubernetesVersion'}"
    return Requirement(
        condition=condition,
        words=f"Kubernetes {oldest[0]}.{oldest[1]} or later{purpose}",
        answer=answer,
        readings=(reading(cluster, field, version),),
    )


def identity(cluster: ManagedCluster) -> Requirement:
    """Return whether AKS may detach the route table: a service principal has no identity."""
    kind = cluster.identity.type
    return Requirement(
        condition=Condition.IDENTITY,
        words="a user-assigned identity",
        answer=met(is_met="userassigned" in (kind or "").replace(" ", "").lower()),
        readings=(reading(cluster, "identity.type", kind),),
    )


def network_policy(cluster: ManagedCluster) -> Requirement:
    """Return whether no engine has to go first; that of Cilium is its data plane and stays."""
    profile = cluster.properties.network_profile
    policy = profile.network_policy
    is_cilium = same_text(profile.network_dataplane, "cilium") and same_text(policy, "cilium")
    return Requirement(
        condition=Condition.NETWORK_POLICY,
        words="no network policy engine",
        answer=met(is_met=is_cilium or same_text(policy or "none", "none")),
        readings=(reading(cluster, f"{_PROFILE}.networkPolicy", policy),),
    )


def availability_sets(cluster: ManagedCluster) -> Requirement:
    """Return whether no pool is on one; a document of 2018 tells no type."""
    pools = cluster.properties.agent_pool_profiles
    untold = any(each.type is None for each in pools)
    has_set = any(same_text(each.type, "AvailabilitySet") for each in pools)
    return Requirement(
        condition=Condition.AVAILABILITY_SETS,
        words="no pool on an availability set",
        answer=Answer.NOT_VISIBLE if untold and not has_set else met(is_met=not has_set),
        readings=(
            reading(
                cluster, "properties.agentPoolProfiles[].type", joined(each.type for each in pools)
            ),
        ),
    )


def load_balancer(cluster: ManagedCluster) -> Requirement:
    """Return whether it is Standard; a profile that says nothing is older than that SKU."""
    sku = cluster.properties.network_profile.load_balancer_sku
    return Requirement(
        condition=Condition.LOAD_BALANCER,
        words="a Standard load balancer",
        answer=met(is_met=same_text(sku, "Standard")),
        readings=(reading(cluster, f"{_PROFILE}.loadBalancerSku", sku),),
    )


def no_windows(cluster: ManagedCluster) -> Requirement:
    """Return whether all pools run Linux, as kubenet and Cilium demand."""
    pools = cluster.properties.agent_pool_profiles
    has_windows = any(same_text(each.os_type, "Windows") for each in pools)
    systems = joined(each.os_type for each in pools)
    return Requirement(
        condition=Condition.WINDOWS,
        words="no Windows pool",
        answer=met(is_met=not has_windows),
        readings=(reading(cluster, "properties.agentPoolProfiles[].osType", systems),),
    )


def pod_cidr_slices(cluster: ManagedCluster, supposed: ManagedCluster) -> Requirement:
    """Return whether every node that there may be has a /24 of the pod CIDR.

    The nodes are those of the pools that are supposed. Not visible where ARM tells no pod CIDR.
    """
    profile = cluster.properties.network_profile
    slots = _slots(profile)
    needs = [most_nodes_with_surge(each) for each in supposed.properties.agent_pool_profiles]
    known = [each for each in needs if each is not None]
    answer, told = Answer.NOT_VISIBLE, ""
    if slots is not None and sum(known) > slots:
        answer = Answer.NOT_MET
    elif slots is not None and len(known) == len(needs):
        answer = Answer.MET
    if slots is not None and answer is not Answer.NOT_VISIBLE:
        told = f": {slots:,} for up to {sum(known):,} with surge"
    return Requirement(
        condition=Condition.POD_CIDR_SLICES,
        words=f"a pod CIDR with a /{NODE_POD_PREFIX_LENGTH} for every node{told}",
        answer=answer,
        readings=(
            reading(cluster, f"{_PROFILE}.podCidr", ", ".join(profile.all_pod_cidrs) or None),
        ),
    )


def _slots(profile: NetworkProfile) -> int | None:
    """Return how many nodes the pod CIDR has a /24 for; ``None`` if it is no range of IPv4."""
    try:
        return pod_cidr_slots(profile.all_pod_cidrs)
    except ValueError:
        return None


def single_stack(cluster: ManagedCluster) -> Requirement:
    """Return whether IPv6 traffic is spared the outage that a move of dual stack brings."""
    profile = cluster.properties.network_profile
    return Requirement(
        condition=Condition.SINGLE_STACK,
        words="no dual stack, whose IPv6 fails during the move",
        answer=met(is_met=not profile.is_dual_stack),
        readings=(
            reading(cluster, f"{_PROFILE}.ipFamilies", ", ".join(profile.ip_families) or None),
        ),
    )


def masquerading(cluster: ManagedCluster) -> Requirement:
    """Return that ARM does not tell of ranges which pods reach with their own address."""
    field = "ConfigMap kube-system/azure-ip-masq-agent-config"
    return Requirement(
        condition=Condition.MASQUERADING,
        words="no masquerading rules of the user's own",
        answer=Answer.NOT_VISIBLE,
        readings=(reading(cluster, field, None),),
    )
