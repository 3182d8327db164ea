"""What is connected to a subnet: nodes, load balancers, endpoints, and devices of others."""

from inspector.cluster.devices.classifier import classify_devices
from inspector.cluster.devices.kinds import Device, DeviceType

__all__ = ["Device", "DeviceType", "classify_devices"]
