"""What a kubenet cluster needs before it can move to Azure CNI Overlay.

Sources: AKS "update-azure-cni" for the conditions, issue 5120 for dual stack, "configure-kubenet"
and "concepts-network-azure-cni-overlay" for the /24 that each node has of the pod CIDR.
"""

import re
from collections.abc import Iterator
from enum import StrEnum
from ipaddress import IPv4Network
from typing import Final

import msgspec

from inspector.network.addresses import parse_range
from inspector.network.pool_sizes import most_nodes_with_surge
from inspector.resources import AgentPoolProfile, ManagedCluster, NetworkProfile, same_text

OLDEST_VERSION: Final = (1, 27)
NODE_PREFIX_LENGTH: Final = 24
_VERSION: Final = re.compile(r"(\d{1,4})\.(\d{1,4})(?:\.|$)")


class Answer(StrEnum):
    """Whether a condition is met; some of it is only visible inside the cluster."""

    MET = "met"
    NOT_MET = "not met"
    NOT_VISIBLE = "not visible"


class Requirement(msgspec.Struct, frozen=True, kw_only=True):
    """A condition with its answer, and the field of the cluster that the answer rests on.

    What ARM does not show has the object inside the cluster for its ``field``.
    """

    words: str
    answer: Answer
    field: str
    value: str | None = None


def overlay_readiness(cluster: ManagedCluster) -> tuple[Requirement, ...]:
    """Return the conditions of the move, each with its answer, always in the same order."""
    profile = cluster.properties.network_profile
    pools = cluster.properties.agent_pool_profiles
    return (
        _version(cluster),
        _identity(cluster),
        _network_policy(profile),
        _availability_sets(pools),
        _load_balancer(profile),
        _windows(pools),
        _pod_cidr(profile, pools),
        _single_stack(profile),
        Requirement(
            words="no masquerading rules of the user's own",
            answer=Answer.NOT_VISIBLE,
            field="ConfigMap kube-system/azure-ip-masq-agent-config",
        ),
    )


def _met(*, is_met: bool) -> Answer:
    return Answer.MET if is_met else Answer.NOT_MET


def _version(cluster: ManagedCluster) -> Requirement:
    properties = cluster.properties
    current = properties.current_kubernetes_version
    version = current or properties.kubernetes_version
    match = _VERSION.match(version or "")
    answer = Answer.NOT_VISIBLE
    if match is not None:
        answer = _met(is_met=(int(match[1]), int(match[2])) >= OLDEST_VERSION)
    return Requirement(
        words="Kubernetes 1.27 or later",
        answer=answer,
        field=f"properties.{'currentKubernetesVersion' if current else 'kubernetesVersion'}",
        value=version,
    )


def _identity(cluster: ManagedCluster) -> Requirement:
    """Return whether AKS may detach the route table: a service principal has no identity."""
    kind = cluster.identity.type
    return Requirement(
        words="a user-assigned identity",
        answer=_met(is_met="userassigned" in (kind or "").replace(" ", "").lower()),
        field="identity.type",
        value=kind,
    )


def _network_policy(profile: NetworkProfile) -> Requirement:
    policy = profile.network_policy
    return Requirement(
        words="no network policy engine",
        answer=_met(is_met=same_text(policy or "none", "none")),
        field="properties.networkProfile.networkPolicy",
        value=policy,
    )


def _availability_sets(pools: tuple[AgentPoolProfile, ...]) -> Requirement:
    untold = any(each.type is None for each in pools)
    has_set = any(same_text(each.type, "AvailabilitySet") for each in pools)
    return Requirement(
        words="no pool on an availability set",
        answer=Answer.NOT_VISIBLE if untold and not has_set else _met(is_met=not has_set),
        field="properties.agentPoolProfiles[].type",
        value=_joined(each.type for each in pools),
    )


def _load_balancer(profile: NetworkProfile) -> Requirement:
    """Return whether it is Standard; a profile that says nothing is older than that SKU."""
    sku = profile.load_balancer_sku
    return Requirement(
        words="a Standard load balancer",
        answer=_met(is_met=same_text(sku, "Standard")),
        field="properties.networkProfile.loadBalancerSku",
        value=sku,
    )


def _windows(pools: tuple[AgentPoolProfile, ...]) -> Requirement:
    return Requirement(
        words="no Windows pool",
        answer=_met(is_met=not any(same_text(each.os_type, "Windows") for each in pools)),
        field="properties.agentPoolProfiles[].osType",
        value=_joined(each.os_type for each in pools),
    )


def _pod_cidr(profile: NetworkProfile, pools: tuple[AgentPoolProfile, ...]) -> Requirement:
    """Return whether every node that there may be has a /24 of the pod CIDR."""
    slots = node_slots(profile.all_pod_cidrs)
    needs = [most_nodes_with_surge(each) for each in pools]
    known = [each for each in needs if each is not None]
    words = f"a pod CIDR with a /{NODE_PREFIX_LENGTH} for every node"
    answer = Answer.NOT_VISIBLE
    if slots is None or sum(known) > slots:
        answer = Answer.NOT_MET
    elif len(known) == len(needs):
        answer = Answer.MET
    told = f": {slots} for up to {sum(known)} with surge" if slots is not None else ""
    return Requirement(
        words=f"{words}{told}",
        answer=answer,
        field="properties.networkProfile.podCidr",
        value=", ".join(profile.all_pod_cidrs) or None,
    )


def node_slots(pod_cidrs: tuple[str, ...]) -> int | None:
    """Return how many nodes the IPv4 pod CIDRs have a /24 for; ``None`` without a range of IPv4."""
    try:
        ranges = [each for each in map(parse_range, pod_cidrs) if isinstance(each, IPv4Network)]
    except ValueError:
        return None
    if not ranges:
        return None
    return sum(
        1 << NODE_PREFIX_LENGTH - each.prefixlen
        for each in ranges
        if each.prefixlen <= NODE_PREFIX_LENGTH
    )


def _single_stack(profile: NetworkProfile) -> Requirement:
    """Return whether IPv6 traffic is spared the outage that a move of dual stack brings."""
    return Requirement(
        words="no dual stack, whose IPv6 fails during the move",
        answer=_met(is_met=not profile.is_dual_stack),
        field="properties.networkProfile.ipFamilies",
        value=", ".join(profile.ip_families) or None,
    )


def _joined(values: Iterator[str | None]) -> str | None:
    return ", ".join(dict.fromkeys(each or "not told" for each in values)) or None
