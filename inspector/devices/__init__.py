"""What is connected to a subnet: nodes, load balancers, endpoints, and devices of others."""

from inspector.devices.classifier import classify_devices
from inspector.devices.kinds import Device, DeviceType

__all__ = ["Device", "DeviceType", "classify_devices"]
