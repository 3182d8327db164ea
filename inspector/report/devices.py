"""What is connected to a subnet, as the portal lists it."""

from collections.abc import Iterable

from inspector.cluster.devices import Device as ConnectedDevice
from inspector.cluster.devices import DeviceType
from inspector.network.addresses import address_order
from inspector.report.answer import TextAnswer, Unknown, View, unknown_of
from inspector.resources import IPAddress
from inspector.snapshot import Gap


class Device(View, frozen=True):
    """An IP configuration connected to a subnet, as the portal lists it.

    Without an ``address``, ``unseen`` says what hides it; a foreign device has neither.
    ``belongs_to`` is whose the device is: a node's pool, a frontend's service, the service behind
    an endpoint, the resource group of what is not this cluster's. ``pool`` is a node's.
    """

    device: str
    type: DeviceType
    address: IPAddress | None
    ip_configuration: str
    unseen: Unknown | None = None
    belongs_to: TextAnswer = None
    pool: str | None = None


def device_views(devices: Iterable[ConnectedDevice]) -> tuple[Device, ...]:
    """Return the devices by address, unknown addresses last."""
    return tuple(sorted(map(_view, devices), key=_order))


def _view(device: ConnectedDevice) -> Device:
    whose = device.belongs_to
    return Device(
        device=device.name,
        type=device.type,
        address=device.address,
        ip_configuration=device.title,
        unseen=unknown_of(device.gap) if device.gap is not None else None,
        belongs_to=unknown_of(whose) if isinstance(whose, Gap) else whose,
        pool=device.node.pool if device.node is not None else None,
    )


def _order(device: Device) -> tuple[int, int, str, str]:
    return *address_order(device.address), device.device, device.ip_configuration


__all__ = ["Device", "DeviceType", "device_views"]
