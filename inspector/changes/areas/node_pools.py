"""The node pools as the cluster declares them."""

from functools import partial
from typing import Final

from inspector.changes.answer import Thing, Topic
from inspector.changes.areas.cluster import CLUSTER_KEY, VERSION, asked_for, power, state
from inspector.changes.entries import (
    About,
    Area,
    Cause,
    Entries,
    Entry,
    Key,
    Value,
    reference,
    texts,
)
from inspector.nodes import pool_profiles
from inspector.resources import AgentPoolProfile
from inspector.topology import Topology

NODES: Final = "nodes"
POWER: Final = "power state"
_REGULAR: Final = "regular"


def pool_key(name: str) -> Key:
    """Return the key of a node pool."""
    return Thing.NODE_POOL, name.casefold()


def nodes_of_pool(name: str) -> Key:
    """Return the key under which a node of the pool that came or went is found."""
    return Thing.NODE, "pool", name.casefold()


def _entries(topology: Topology) -> Entries:
    for profile in pool_profiles(topology):
        yield (
            pool_key(profile.name),
            Entry(
                subject=topology.cluster.pool_id(profile.name),
                holder=topology.cluster.id,
                about=partial(_about, profile),
                values=_of_nodes(profile) | _of_machines(profile) | _of_network(profile),
            ),
        )


def _about(profile: AgentPoolProfile) -> About:
    mode = f"{profile.mode}, " if profile.mode else ""
    size = f" of size {profile.vm_size}" if profile.vm_size else ""
    nodes = profile.node_count
    return About(
        name=profile.name,
        words=f"{mode}{'?' if nodes is None else nodes} nodes{size}",
        follows={
            NODES: (Cause(nodes_of_pool(profile.name)),),
            VERSION: (Cause(CLUSTER_KEY, VERSION),),
        },
        pile="node pools",
    )


def _of_nodes(profile: AgentPoolProfile) -> dict[str, Value]:
    current = profile.current_orchestrator_version or profile.orchestrator_version
    is_scaled = profile.enable_auto_scaling is True
    return {
        VERSION: current,
        "version asked for": asked_for(profile.orchestrator_version, current),
        NODES: profile.node_count,
        "autoscaler": is_scaled,
        "least nodes": profile.min_count if is_scaled else None,
        "most nodes": profile.max_count if is_scaled else None,
        "max surge": profile.upgrade_settings.max_surge,
        "max unavailable": profile.upgrade_settings.max_unavailable or None,
        POWER: power(profile.power_state.code),
        "provisioning state": state(profile.provisioning_state),
    }


def _of_machines(profile: AgentPoolProfile) -> dict[str, Value]:
    priority = profile.scale_set_priority
    return {
        "mode": profile.mode,
        "type": profile.type,
        "size": profile.vm_size,
        "OS": profile.os_type,
        "OS SKU": profile.os_sku,
        "node image": profile.node_image_version,
        "zones": texts(profile.availability_zones),
        "priority": None if (priority or _REGULAR).casefold() == _REGULAR else priority,
        "scale-down mode": profile.scale_down_mode,
    }


def _of_network(profile: AgentPoolProfile) -> dict[str, Value]:
    return {
        "max pods": profile.max_pods,
        "subnet": reference(profile.vnet_subnet_id),
        "pod subnet": reference(profile.pod_subnet_id),
        "pod address allocation": profile.pod_ip_allocation_mode,
        "node public IPs": profile.enable_node_public_ip is True,
        "node public IP prefix": reference(profile.node_public_ip_prefix_id),
        "allowed host ports": texts(
            f"{each.port_start}-{each.port_end}/{each.protocol}"
            for each in profile.network_profile.allowed_host_ports
        ),
    }


NODE_POOLS: Final = Area(topic=Topic.CLUSTER, thing=Thing.NODE_POOL, entries=_entries)
