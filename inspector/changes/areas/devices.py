"""What others have connected to the cluster's subnets."""

from collections.abc import Sequence
from functools import partial
from typing import Final

from inspector.changes.answer import Thing, Topic
from inspector.changes.areas.subnets import subnet_key
from inspector.changes.entries import About, Area, Cause, Entries, Entry
from inspector.cluster.devices import classify_devices
from inspector.resource_id import ResourceId
from inspector.resources import Subnet, VirtualNetwork
from inspector.topology import Topology
from inspector.wording import count


def _entries(topology: Topology) -> Entries:
    """Yield the devices of every subnet seen, so that both snapshots have the same subnets.

    What lies in the infrastructure group is the cluster's own, and told elsewhere.
    """
    group = topology.cluster.infrastructure_group
    if group is None:
        return
    own = f"{group.key}/"
    for network in topology.all(VirtualNetwork):
        for subnet in network.properties.subnets:
            devices: dict[str, list[ResourceId]] = {}
            for each in subnet.properties.ip_configurations:
                if not each.id.key.startswith(own):
                    devices.setdefault(_holder(each.id).key, []).append(each.id)
            for key, configurations in devices.items():
                yield (
                    (Thing.DEVICE, subnet.id.key, key),
                    Entry(
                        subject=_holder(configurations[0]),
                        holder=subnet.id,
                        about=partial(_about, topology, subnet, configurations),
                        values={"IP configurations": len(configurations)},
                    ),
                )


def _holder(configuration: ResourceId) -> ResourceId:
    return configuration.parent or configuration


def _about(topology: Topology, subnet: Subnet, configurations: Sequence[ResourceId]) -> About:
    (device,) = classify_devices(topology, configurations[:1])
    owner = f", {device.belongs_to}" if isinstance(device.belongs_to, str) else ""
    return About(
        name=device.name,
        place=f"subnet {subnet.title}",
        words=f"{device.type}{owner}, {count(len(configurations), 'IP configuration')}",
        causes=(Cause(subnet_key(subnet)),),
        pile=f"{device.type} in subnet {subnet.title}",
    )


def _concerns(old: Topology, new: Topology, entry: Entry) -> bool:
    """Whether the device is in a subnet that the cluster uses, or used."""
    used = (*old.subnets_in_use, *new.subnets_in_use)
    return entry.holder in used


DEVICES: Final = Area(
    topic=Topic.DEVICES,
    thing=Thing.DEVICE,
    entries=_entries,
    concerns=_concerns,
    verbs=("joined", "left"),
)
