"""Telling what a device is: from the resource, or from the id of one that was not read."""

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

from inspector.cluster.api_server import (
    API_SERVER,
    OWN_API_SERVER,
    is_api_server,
    service_of_endpoint,
)
from inspector.cluster.devices.kinds import Device, DeviceType
from inspector.cluster.ownership import owner_of_frontend
from inspector.collected import NotCollected
from inspector.nodes import Node, instance_name, pool_of
from inspector.resource_id import ResourceId
from inspector.resources import (
    FrontendIPConfiguration,
    IPConfiguration,
    LoadBalancer,
    NetworkInterface,
    PrivateEndpoint,
    Relation,
    Resource,
    ScaleSet,
    VirtualMachine,
)
from inspector.snapshot import Gap
from inspector.topology import Topology

_INSTANCE: Final = "Microsoft.Compute/virtualMachineScaleSets/virtualMachines"
_ENDPOINT_CONFIGURATION: Final = "privateendpointipconfig"
_ENDPOINT_INTERFACE: Final = re.compile(r"(?P<endpoint>.+)\.nic\..+", re.IGNORECASE)
_AKS_SCALE_SET: Final = re.compile(r"aks-.+-vmss", re.IGNORECASE)
_AKS_WINDOWS_SCALE_SET: Final = re.compile(r"aks[a-z0-9]{1,6}", re.IGNORECASE)
_TYPES: Final = {
    "microsoft.network/applicationgateways": DeviceType.APPLICATION_GATEWAY,
    "microsoft.network/azurefirewalls": DeviceType.FIREWALL,
    "microsoft.network/bastionhosts": DeviceType.BASTION,
    "microsoft.network/virtualnetworkgateways": DeviceType.NETWORK_GATEWAY,
}


class _Identity(NamedTuple):
    """A device without its address."""

    name: str
    type: DeviceType
    belongs_to: str | Gap | None = None
    node: Node | None = None
    is_gone: bool = False


def classify_devices(
    topology: Topology, configurations: Iterable[ResourceId]
) -> tuple[Device, ...]:
    """Return the devices with these IP configurations, in the same order."""
    classifier = _Classifier(topology)
    return tuple(map(classifier.device, configurations))


class _Classifier:
    """Tells the devices of one topology; what is the same for all of them is worked out once."""

    def __init__(self, topology: Topology) -> None:
        self._topology = topology
        self._group = topology.cluster.infrastructure_group
        self._nodes: dict[str, _Identity] = {}

    def device(self, configuration_id: ResourceId) -> Device:
        """Return the device with an IP configuration."""
        gap = None
        try:
            found = self._topology.get(configuration_id, Resource)
        except NotCollected as unseen:
            found, gap = None, unseen.gap
        address = None
        if isinstance(found, IPConfiguration):
            identity = self._of_interface(found)
            address = found.properties.private_ip_address
        elif isinstance(found, FrontendIPConfiguration):
            identity = self._of_frontend(found)
            address = found.properties.private_ip_address
        else:
            identity = self._of_id(configuration_id, gap)
        return Device(
            configuration=configuration_id,
            name=identity.name,
            title=configuration_id.name if found is None else found.title,
            type=identity.type,
            address=address,
            gap=gap,
            is_gone=identity.is_gone or (found is None and gap is None),
            belongs_to=identity.belongs_to,
            node=identity.node,
        )

    def _of_interface(self, configuration: IPConfiguration) -> _Identity:
        interface = self._topology.holder(configuration, NetworkInterface)
        node = self._topology.node_of(interface) if interface is not None else None
        if node is not None:
            return self._of_node(node)
        holder = interface.id if interface is not None else configuration.id
        own = interface.properties.private_endpoint if interface is not None else None
        endpoint = own.id if own is not None else self._endpoint_of(holder)
        if endpoint is not None:
            return self._of_endpoint(endpoint)
        machine = interface.virtual_machine_id if interface is not None else None
        if machine is not None and machine.type.lower() == _INSTANCE.lower():
            return self._of_instance(machine)
        if machine is None:
            return _Identity(holder.name, DeviceType.INTERFACE)
        belongs_to = f"virtual machine {machine.name}"
        is_gone = self._topology.is_absent(machine)
        return _Identity(holder.name, DeviceType.INTERFACE, belongs_to, is_gone=is_gone)

    def _of_node(self, node: Node) -> _Identity:
        identity = self._nodes.get(node.id.key)
        if identity is None:
            group = f"pool {node.pool}" if node.pool is not None else self._topology.outside_pools
            identity = _Identity(node.name, DeviceType.NODE, group, node)
            self._nodes[node.id.key] = identity
        return identity

    def _of_frontend(self, frontend: FrontendIPConfiguration) -> _Identity:
        balancer = frontend.id.parent or frontend.id
        if is_api_server(self._topology, balancer):
            return _Identity(balancer.name, DeviceType.API_SERVER, "this cluster")
        owner = owner_of_frontend(self._topology, frontend)
        return _Identity(balancer.name, DeviceType.INTERNAL_BALANCER, owner.words)

    def _endpoint_of(self, interface: ResourceId) -> ResourceId | None:
        return next(iter(self._topology.referring(interface, Relation.CONNECTED_BY)), None)

    def _of_endpoint(self, endpoint_id: ResourceId) -> _Identity:
        belongs_to: str | Gap | None
        try:
            endpoint = self._topology.get(endpoint_id, PrivateEndpoint)
            belongs_to = service_of_endpoint(self._topology, endpoint) if endpoint else None
        except NotCollected as hidden:
            is_own = is_api_server(self._topology, endpoint_id)
            belongs_to = OWN_API_SERVER if is_own else hidden.gap
        return _Identity(endpoint_id.name, DeviceType.PRIVATE_ENDPOINT, belongs_to)

    def _of_id(self, configuration_id: ResourceId, gap: Gap | None) -> _Identity:
        """Return what the id alone tells of a device that was not read or is no more."""
        instance = configuration_id.ancestor(_INSTANCE)
        if instance is not None:
            return self._of_instance(instance)
        holder = configuration_id.parent or configuration_id
        kind = holder.type.lower()
        if kind == NetworkInterface.arm_type.lower():
            return self._of_interface_id(configuration_id, holder, gap)
        if kind == LoadBalancer.arm_type.lower():
            return self._of_balancer_id(holder, gap)
        return _Identity(holder.name, _TYPES.get(kind, DeviceType.OTHER), self._elsewhere(holder))

    def _of_instance(self, machine: ResourceId) -> _Identity:
        node = self._topology.node_by_machine.get(machine.key)
        if node is not None:
            return self._of_node(node)
        holder = machine.parent or machine
        scale_set = self._topology.seen(holder, ScaleSet) or ScaleSet(id=holder)
        is_windows = _AKS_WINDOWS_SCALE_SET.fullmatch(scale_set.title) is not None
        is_near = self._is_ours(holder) or _is_infrastructure_name(holder)
        is_named = _AKS_SCALE_SET.fullmatch(scale_set.title) or (is_windows and is_near)
        is_aks = bool(is_named) or pool_of(scale_set) is not None
        if is_aks and self._is_ours(holder):
            return self._of_hidden_node(scale_set, machine)
        is_cluster = is_aks or _is_infrastructure_name(holder)
        is_other = is_cluster and self._is_foreign(holder)
        kind = DeviceType.OTHER_CLUSTER if is_other else DeviceType.SCALE_SET
        name = f"{scale_set.title}_{machine.name}"
        # Subnets refer back in upper case; AKS itself names in lower case alone.
        return _Identity(name.lower() if is_other else name, kind, self._elsewhere(holder))

    def _of_hidden_node(self, scale_set: ScaleSet, machine: ResourceId) -> _Identity:
        profile = scale_set.properties.virtual_machine_profile.os_profile
        prefix = profile.computer_name_prefix or scale_set.title
        return self._of_node(
            Node(
                id=machine,
                name=instance_name(prefix, machine.name).lower(),
                pool=self._topology.pools.declared(pool_of(scale_set)),
                virtual_machine=machine,
            )
        )

    def _of_interface_id(
        self, configuration_id: ResourceId, interface: ResourceId, gap: Gap | None
    ) -> _Identity:
        endpoint = self._endpoint_of(interface)
        if endpoint is not None:
            return self._of_endpoint(endpoint)
        if configuration_id.name.lower().startswith(_ENDPOINT_CONFIGURATION):
            match = _ENDPOINT_INTERFACE.fullmatch(interface.name)
            name = match["endpoint"] if match is not None else interface.name
            return self._of_unread_endpoint(name, interface, gap)
        node = self._node_by_name(interface)
        if node is not None:
            return self._of_node(node)
        is_named = interface.name.lower().startswith("aks-") and _is_infrastructure_name(interface)
        is_aks = is_named or pool_of(VirtualMachine(id=interface)) is not None
        is_other = is_aks and self._is_foreign(interface)
        kind = DeviceType.OTHER_CLUSTER if is_other else DeviceType.INTERFACE
        return _Identity(interface.name, kind, self._elsewhere(interface))

    def _node_by_name(self, interface: ResourceId) -> Node | None:
        """Return the node whose machine an unread interface is named after.

        Auto-provisioning gives both one name (facts, D); an availability set's interface has
        ``-nic-`` in it besides.
        """
        group = interface.resource_group_id
        if group is None or not self._is_ours(interface):
            return None
        for name in (interface.name, interface.name.lower().replace("-nic-", "-")):
            machine = group.child("providers", VirtualMachine.arm_type, name)
            node = self._topology.node_by_machine.get(machine.key)
            if node is not None:
                return node
        return None

    def _of_unread_endpoint(self, name: str, interface: ResourceId, gap: Gap | None) -> _Identity:
        belongs_to: str | Gap | None = gap
        if name.lower() == API_SERVER and self._is_ours(interface):
            belongs_to = OWN_API_SERVER
        elif name.lower() == API_SERVER:
            belongs_to = f"API server of another cluster, {self._elsewhere(interface)}"
        return _Identity(name, DeviceType.PRIVATE_ENDPOINT, belongs_to)

    def _of_balancer_id(self, balancer: ResourceId, gap: Gap | None) -> _Identity:
        is_api = balancer.name.lower() == API_SERVER
        kind = DeviceType.API_SERVER if is_api else DeviceType.INTERNAL_BALANCER
        belongs_to: str | Gap | None = self._elsewhere(balancer) or gap
        if is_api_server(self._topology, balancer):
            belongs_to = "this cluster"
        return _Identity(balancer.name, kind, belongs_to)

    def _is_ours(self, resource_id: ResourceId) -> bool:
        return self._group is not None and resource_id.resource_group_id == self._group

    def _is_foreign(self, resource_id: ResourceId) -> bool:
        return self._group is not None and resource_id.resource_group_id != self._group

    def _elsewhere(self, resource_id: ResourceId) -> str | None:
        """Return the resource group of what lies outside the infrastructure group."""
        foreign = not self._is_ours(resource_id)
        return f"resource group {resource_id.resource_group}" if foreign else None


def _is_infrastructure_name(resource_id: ResourceId) -> bool:
    """Whether the resource group has the name AKS gives a cluster's own (facts, E)."""
    return (resource_id.resource_group or "").lower().startswith("mc_")
