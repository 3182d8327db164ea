"""Which Kubernetes nodes there are, told from ARM alone."""

import re
from typing import Final

import msgspec

from inspector.collected import Collected
from inspector.resource_id import ResourceId, as_segment
from inspector.resources import (
    SCALE_SET_INTERFACE_TYPE,
    AgentPoolProfile,
    Machine,
    NetworkInterface,
    Resource,
    ScaleSet,
    VirtualMachine,
    pools_with_machines,
    same_text,
)
from inspector.snapshot import Gap

_POOL_TAGS: Final = ("aks-managed-poolName", "poolName")
_PROVISIONER_TAG: Final = "karpenter."
_POOL_IN_NAME: Final = re.compile(
    r"(?:aks-(?P<pool>[a-z0-9]+)-\d{8}-|(?P<pool_of_set>[a-z0-9]+)-availabilitySet-\d{8})",
    re.IGNORECASE,
)
_BASE_36: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
_INSTANCE_DIGITS: Final = 6
_LONGEST_INSTANCE: Final = 10


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """A node of the cluster, joined from the machine, the virtual machine and its interfaces.

    ``id`` is the AKS machine's, or the one it would have where AKS lists no machines (pools on
    availability sets). ``pool`` is written as the cluster writes it, and ``None`` where nothing
    tells or where node auto-provisioning made the node.
    """

    id: ResourceId
    name: str
    pool: str | None
    virtual_machine: ResourceId | None
    interfaces: tuple[NetworkInterface, ...] = ()


def derive_nodes(collected: Collected) -> tuple[Node, ...]:
    """Return the nodes by name: AKS's machines, and every machine of its pools beside them.

    The union is on purpose. A machine without an interface and an interface without a machine
    are both things a reader wants to see.
    """
    interfaces = _interfaces_by_machine(collected)
    pools = Pools(collected)
    claimed: dict[ResourceId, Node] = {}
    unplaced = []
    for machine in collected.all(Machine):
        node = _node_of_machine(machine, pools, interfaces)
        if node.virtual_machine is None:
            unplaced.append(node)
        else:
            claimed[node.virtual_machine] = node
    for machine_id, told, name in _virtual_machines(collected, interfaces):
        pool = pools.declared(told)
        if machine_id not in claimed:
            claimed[machine_id] = Node(
                id=_would_be_id(collected, pool, name),
                name=name,
                pool=pool,
                virtual_machine=machine_id,
                interfaces=tuple(interfaces.get(machine_id, ())),
            )
    by_name = {node.name.lower() for node in claimed.values()}
    unplaced = [node for node in unplaced if node.name.lower() not in by_name]
    return tuple(sorted((*claimed.values(), *unplaced), key=lambda node: node.id))


def missing_for_nodes(collected: Collected) -> tuple[Gap, ...]:
    """Return what could not be seen and may hide a node or an interface."""
    missing: dict[Gap, None] = {}

    def note(scope: ResourceId, kind: type[Resource], arm_type: str | None = None) -> None:
        gap = collected.gap_in_list(scope, kind, arm_type)
        if gap is not None:
            missing[gap] = None

    cluster = collected.cluster
    for profile in pools_with_machines(cluster):
        note(cluster.pool_id(profile.name), Machine)
    group = cluster.infrastructure_group
    if group is None:
        note(cluster.id, ScaleSet)
    else:
        for kind in (ScaleSet, VirtualMachine, NetworkInterface):
            note(group, kind)
    for scale_set in collected.all(ScaleSet):
        if scale_set.is_uniform:
            note(scale_set.id, NetworkInterface, SCALE_SET_INTERFACE_TYPE)
    return tuple(missing)


def hidden_interfaces(collected: Collected, node: Node) -> Gap | None:
    """Return what hides the node's interfaces: the list they would be in could not be seen."""
    machine = node.virtual_machine
    scope = machine.ancestor(ScaleSet.arm_type) if machine is not None else None
    if scope is not None:
        return collected.gap_in_list(scope, NetworkInterface, SCALE_SET_INTERFACE_TYPE)
    group = collected.cluster.infrastructure_group
    return collected.gap_in_list(group, NetworkInterface) if group is not None else None


def pool_profiles(collected: Collected) -> tuple[AgentPoolProfile, ...]:
    """Return the pools as the cluster describes them, in its order."""
    return collected.cluster.properties.agent_pool_profiles


def instance_name(prefix: str, instance: str) -> str:
    """Return the node name of a scale-set instance: the number in base 36, six digits.

    Source: cloud-provider-azure, ``getScaleSetVMInstanceID`` read backwards.
    """
    if not instance.isdecimal() or len(instance) > _LONGEST_INSTANCE:
        return f"{prefix}_{instance}"
    digits, number = "", int(instance)
    while number:
        number, digit = divmod(number, len(_BASE_36))
        digits = _BASE_36[digit] + digits
    return prefix + digits.rjust(_INSTANCE_DIGITS, "0")


class Pools:
    """The cluster's pools by name; ids and tags write the names in any case."""

    def __init__(self, collected: Collected) -> None:
        self._names = {each.name.lower(): each.name for each in pool_profiles(collected)}
        self._makes_nodes = makes_nodes_without_pool(collected)

    def declared(self, told: str | None) -> str | None:
        """Return the pool of a name; auto-provisioned nodes may carry one that is not there."""
        if told is None:
            return None
        return self._names.get(told.lower(), None if self._makes_nodes else told)


def makes_nodes_without_pool(collected: Collected) -> bool:
    """Whether node auto-provisioning is on."""
    return same_text(collected.cluster.properties.node_provisioning_profile.mode, "Auto")


def _interfaces_by_machine(collected: Collected) -> dict[ResourceId, list[NetworkInterface]]:
    found: dict[ResourceId, list[NetworkInterface]] = {}
    for interface in collected.all(NetworkInterface):
        machine = interface.virtual_machine_id
        if machine is not None:
            found.setdefault(machine, []).append(interface)
    return found


def _node_of_machine(
    machine: Machine, pools: "Pools", interfaces: dict[ResourceId, list[NetworkInterface]]
) -> Node:
    virtual_machine = machine.properties.resource_id
    pool = machine.id.parent
    attached = interfaces.get(virtual_machine, []) if virtual_machine is not None else []
    return Node(
        id=machine.id,
        name=machine.title,
        pool=pools.declared(pool.name) if pool is not None else None,
        virtual_machine=virtual_machine,
        interfaces=tuple(attached),
    )


def _virtual_machines(
    collected: Collected, interfaces: dict[ResourceId, list[NetworkInterface]]
) -> list[tuple[ResourceId, str | None, str]]:
    """Return id, pool and node name of every machine that is one of the cluster's own."""
    found = [
        (each.id, pool_of(each), each.properties.os_profile.computer_name or each.title)
        for each in collected.all(VirtualMachine)
        if _is_node(collected, each)
    ]
    for machine_id in interfaces:
        above = machine_id.ancestor(ScaleSet.arm_type)
        scale_set = collected.seen(above, ScaleSet) if above is not None else None
        if scale_set is not None and is_of_cluster(scale_set):
            profile = scale_set.properties.virtual_machine_profile.os_profile
            prefix = profile.computer_name_prefix or scale_set.title
            name = instance_name(prefix, machine_id.name)
            found.append((machine_id, pool_of(scale_set), name))
        elif above is None and not collected.is_known(machine_id):
            # The machine could not be seen: its name in the interface's reference has to do.
            unseen = VirtualMachine(id=machine_id)
            if _is_node(collected, unseen):
                found.append((machine_id, pool_of(unseen), unseen.title))
    return found


def _is_node(collected: Collected, machine: VirtualMachine) -> bool:
    """Whether a stand-alone machine is a node: a name alone tells only of auto-provisioned ones."""
    if pool_of(machine) is not None:
        return True
    is_provisioned = any(tag.lower().startswith(_PROVISIONER_TAG) for tag in machine.tags)
    may_be = is_provisioned or makes_nodes_without_pool(collected)
    return may_be and is_of_cluster(machine)


def is_of_cluster(machines: Resource) -> bool:
    """Whether tags or AKS's own naming say so; a jump box in the group is none of them."""
    return pool_of(machines) is not None or machines.title.lower().startswith("aks")


def pool_of(resource: Resource) -> str | None:
    """Return the pool a machine, scale set or availability set belongs to, by tag, then name."""
    for tag in _POOL_TAGS:
        if tag in resource.tags:
            return resource.tags[tag]
    match = _POOL_IN_NAME.match(resource.title)
    return match["pool"] or match["pool_of_set"] if match else None


def _would_be_id(collected: Collected, pool: str | None, name: str) -> ResourceId:
    cluster = collected.snapshot.cluster
    holder = cluster.child("agentPools", as_segment(pool)) if pool else cluster
    return holder.child("machines", as_segment(name))
