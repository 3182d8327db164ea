"""What a connected device may be."""

from enum import StrEnum

import msgspec

from inspector.nodes import Node
from inspector.resource_id import ResourceId
from inspector.resources import IPAddress
from inspector.snapshot import Gap


class DeviceType(StrEnum):
    """What a device is."""

    NODE = "Node"
    INTERNAL_BALANCER = "Internal load balancer"
    API_SERVER = "API server"
    PRIVATE_ENDPOINT = "Private endpoint"
    APPLICATION_GATEWAY = "Application gateway"
    FIREWALL = "Azure Firewall"
    BASTION = "Bastion"
    NETWORK_GATEWAY = "Virtual network gateway"
    OTHER_CLUSTER = "Node of another AKS cluster"
    SCALE_SET = "Scale set interface"
    INTERFACE = "Network interface"
    OTHER = "Other"


class Device(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An IP configuration connected to a subnet, and what it belongs to.

    ``name`` is that of the machine, load balancer or other resource, and ``title`` that of the
    configuration. Without an ``address``, ``gap`` says what hides it; a foreign device has a gap
    too, for nothing of it is read. ``is_gone`` says that ARM knows no such configuration, or none
    of the machine it is attached to. ``belongs_to`` is whose the device is, or what hides that;
    ``node`` is there for the cluster's own.
    """

    configuration: ResourceId
    name: str
    title: str
    type: DeviceType
    address: IPAddress | None
    gap: Gap | None = None
    is_gone: bool = False
    belongs_to: str | Gap | None = None
    node: Node | None = None
