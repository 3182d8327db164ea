"""The commands that create a cluster like this one on another network model.

Every option is one of Azure CLI 2.76.
"""

from collections.abc import Iterable
from typing import Final, NamedTuple

from inspector.checking import az_at
from inspector.cluster.move_conditions import Situation
from inspector.network.models import is_gateway
from inspector.network.targets import Target
from inspector.nodes import pool_profiles
from inspector.planning.moves.commands import with_words
from inspector.planning.moves.engines import engine_ends, runs_windows
from inspector.planning.moves.new_cluster.network import (
    ADDRESSES,
    PREFIXES,
    PROXY,
    Options,
    guard_options,
    is_cilium,
    network_options,
)
from inspector.planning.moves.new_cluster.subnets import NODES, PODS, has_own_subnets
from inspector.planning.moves.steps import POD_CIDR
from inspector.planning.moves.views import Branch, Placeholder
from inspector.resources import AgentPoolProfile, ManagedCluster, same_text

NEW_NAME: Final = Placeholder(name="NEW_CLUSTER", meaning="the name of the new cluster")
_VERSION: Final = "KUBERNETES_VERSION"
_WINDOWS_ADMIN: Final = Placeholder(
    name="WINDOWS_ADMIN", meaning="a user for the Windows nodes; the command asks for its password"
)
_RESERVED_LABELS: Final = "kubernetes.azure.com/"


class Creation(NamedTuple):
    """The commands that create a cluster, in their order, and what is to be filled in."""

    commands: tuple[str, ...]
    branches: tuple[Branch, ...]
    placeholders: tuple[Placeholder, ...]


def creation(situation: Situation, target: Target, pod_cidr: str | None) -> Creation:
    """Return the commands for a cluster and all its pools, a pool of the system first."""
    cluster = situation.today.cluster
    pools = _pools(situation, target)
    options = {
        "location": cluster.location,
        "kubernetes_version": _VERSION,
        "tier": cluster.sku.tier.lower() if cluster.sku.tier else None,
        **network_options(situation, target, pod_cidr),
        **guard_options(situation),
        **_identity(cluster),
        **_windows(cluster, pools),
        "node_provisioning_mode": "Auto"
        if same_text(cluster.properties.node_provisioning_profile.mode, "Auto")
        else None,
        **_first_pool(pools[:1], _subnets(situation, target)),
        "generate_ssh_keys": "",
    }
    create = az_at(cluster.id, "aks", "create", name=NEW_NAME.name, **options)
    first = _with_lists(create, pools[:1], prefix="nodepool-")
    others = [_add(cluster, each, _subnets(situation, target)) for each in pools[1:]]
    branches = _engines(situation, target)
    return Creation((first, *others), branches, _held(cluster, options))


def _pools(situation: Situation, target: Target) -> list[AgentPoolProfile]:
    """Return the pools that a command makes, one of the system with Linux first."""
    kept = [
        each
        for each in pool_profiles(situation.supposed)
        if not is_gateway(each)
        and not (is_cilium(situation, target) and same_text(each.os_type, "Windows"))
    ]
    return sorted(kept, key=_rank)


def _rank(pool: AgentPoolProfile) -> tuple[bool, bool]:
    return same_text(pool.os_type, "Windows"), not same_text(pool.mode, "System")


def _subnets(situation: Situation, target: Target) -> Options:
    if not has_own_subnets(situation, target):
        return {}
    is_apart = target is Target.POD_SUBNET
    return {"vnet_subnet_id": NODES.name, "pod_subnet_id": PODS.name if is_apart else None}


def _identity(cluster: ManagedCluster) -> Options:
    identities = sorted(cluster.identity.user_assigned_identities)
    return {
        "enable_managed_identity": "",
        "assign_identity": identities[0] if identities else None,
    }


def _windows(cluster: ManagedCluster, pools: Iterable[AgentPoolProfile]) -> Options:
    if not any(same_text(each.os_type, "Windows") for each in pools):
        return {}
    profile = cluster.properties.windows_profile
    admin = profile.admin_username if profile is not None else None
    return {"windows_admin_username": admin or _WINDOWS_ADMIN.name}


def _first_pool(pools: Iterable[AgentPoolProfile], subnets: Options) -> Options:
    for pool in pools:
        return {
            "nodepool_name": pool.name,
            **_size(pool),
            "os_sku": pool.os_sku,
            **subnets,
        }
    return {}


def _size(pool: AgentPoolProfile) -> Options:
    """Return number, machines and disks of a pool's nodes, and what is hardened about them."""
    sizes = [each.size for each in pool.virtual_machine_nodes_status if each.size]
    is_single = same_text(pool.type, "VirtualMachines")
    prefix = pool.node_public_ip_prefix_id
    nodes, least, most = pool.node_count, pool.min_count, pool.max_count
    is_scaled = bool(pool.enable_auto_scaling) and least is not None and most is not None
    if is_scaled and nodes is not None and least is not None and most is not None:
        nodes = min(max(nodes, least), most)
    return {
        "node_count": _number(nodes),
        "node_vm_size": None if is_single else pool.vm_size,
        "vm_set_type": "VirtualMachines" if is_single else None,
        "vm_sizes": (sizes[0] if sizes else pool.vm_size) if is_single else None,
        "max_pods": _number(pool.max_pods),
        "enable_cluster_autoscaler": "" if is_scaled else None,
        "min_count": _number(least) if is_scaled else None,
        "max_count": _number(most) if is_scaled else None,
        "node_osdisk_size": _number(pool.os_disk_size_gb),
        "node_osdisk_type": pool.os_disk_type,
        "enable_encryption_at_host": "" if pool.enable_encryption_at_host else None,
        "enable_fips_image": "" if pool.enable_fips else None,
        "enable_node_public_ip": "" if pool.enable_node_public_ip else None,
        "node_public_ip_prefix_id": str(prefix) if prefix is not None else None,
    }


def _number(value: int | None) -> str | None:
    return str(value) if value is not None else None


def _add(cluster: ManagedCluster, pool: AgentPoolProfile, subnets: Options) -> str:
    """Return the command that adds a pool to the new cluster."""
    command = az_at(
        cluster.id,
        "aks",
        "nodepool",
        "add",
        cluster_name=NEW_NAME.name,
        name=pool.name,
        mode=pool.mode,
        os_type=pool.os_type,
        os_sku=pool.os_sku,
        priority="Spot" if same_text(pool.scale_set_priority, "Spot") else None,
        max_surge=pool.upgrade_settings.max_surge,
        **_size(pool),
        **subnets,
    )
    return _with_lists(command, (pool,), prefix="")


def _with_lists(command: str, pools: Iterable[AgentPoolProfile], *, prefix: str) -> str:
    """Return a command with what a pool has several of; AKS sets labels of its own itself."""
    for pool in pools:
        labels = [
            f"{name}={value}"
            for name, value in sorted(pool.node_labels.items())
            if not name.startswith(_RESERVED_LABELS)
        ]
        taints = [e for e in pool.node_taints if not e.startswith(_RESERVED_LABELS)]
        command = with_words(command, "zones", pool.availability_zones)
        command = with_words(command, f"{prefix}labels", labels)
        option = f"{prefix}taints" if prefix else "node-taints"
        command = with_words(command, option, [",".join(taints)] if taints else [])
    return command


def _engines(situation: Situation, target: Target) -> tuple[Branch, ...]:
    """Return what there is in place of a policy engine that retires."""
    profile = situation.today.cluster.properties.network_profile
    day = engine_ends(situation.today)
    if day is None or runs_windows(situation.today) or is_cilium(situation, target):
        return ()
    when = (
        f"Network policy engine {profile.network_policy} ends on {day}: take --network-dataplane "
        "cilium --network-policy cilium in its place if your policies hold with it"
    )
    return (Branch(when=when, commands=()),)


def _held(cluster: ManagedCluster, options: Options) -> tuple[Placeholder, ...]:
    properties = cluster.properties
    current = properties.current_kubernetes_version or properties.kubernetes_version
    version = Placeholder(
        name=_VERSION,
        meaning=f"one of the versions that the first command lists; this cluster has {current}",
    )
    known = (version, NODES, PODS, POD_CIDR, ADDRESSES, PREFIXES, PROXY, _WINDOWS_ADMIN)
    values = set(options.values())
    return (NEW_NAME, *(each for each in known if each.name in values))
