"""Every device that is connected to a subnet of the cluster is explained.

What: what is connected to the subnets of nodes and pods is a node of the cluster, an internal load
balancer, a private endpoint, a gateway or another service of Azure's; all of it exists.

Why it matters: each device takes an address that nodes need. Of one that exists no more the address
is lost until it is removed. Two kubenet clusters in one subnet write their routes into one table
and send each other's pods astray.

How it is decided: each IP configuration that a subnet refers back to is looked up, and told by its
id where it lies outside the infrastructure group, for nothing is read there. Fails as medium where
ARM knows no such configuration in the infrastructure group, or no machine of that interface; as
medium under kubenet, and as a note under other models, for nodes of another AKS cluster: kubenet
clusters must not share a subnet, of the others the growth of one is not seen in the other; as low
where devices of unknown purpose (interfaces, scale sets and others that are neither the cluster's
nor a known service) take more than the threshold ``foreign-devices-percent`` of the addresses
(10 % unless set). While the cluster is changing a device that is gone proves nothing. Unknown
where a subnet could not be seen, or what is connected may be gone. The addresses of pods in pod
subnets are not among connected devices: Azure does not show them.

How to fix: remove configurations that are left over, with the resource they were made for. Move
devices of others to a subnet of their own, and give each kubenet cluster its own subnet and table.

Sources: https://learn.microsoft.com/azure/aks/configure-kubenet; Azure/AKS issues 1500, 1639
and 3243
"""

from collections import Counter
from typing import Final, NamedTuple

from inspector.checking import Check, Decision, Problem, Subject, Verdict, az
from inspector.checking.subnets import note_unseen
from inspector.cluster.devices import Device, DeviceType
from inspector.cluster.subnet_capacity import Drawer, SubnetCapacity, Untold, subnet_capacities
from inspector.findings import Evidence, Group, Severity
from inspector.network.models import NetworkModel
from inspector.wording import count, names, share

_PERCENT: Final = 100
_UNEXPLAINED: Final = {DeviceType.INTERFACE, DeviceType.SCALE_SET, DeviceType.OTHER}


class _Fault(NamedTuple):
    """What is wrong with some devices of a subnet; ``who`` are these devices."""

    cause: str
    severity: Severity
    who: str
    impact: str
    remediation: str
    is_count: bool = False


_GONE: Final = _Fault(
    "dangling",
    Severity.MEDIUM,
    "resources that do not exist",
    "their addresses are lost to the subnet",
    "Delete what is left of the resource they belonged to; if nothing is, ask Azure support.",
    is_count=True,
)
_SHARED: Final = _Fault(
    "other-cluster",
    Severity.MEDIUM,
    "nodes of another AKS cluster",
    "two kubenet clusters in a subnet share its route table, and pods of one get lost in the other",
    "Give each cluster a subnet and a route table of its own.",
)
_NEIGHBOUR: Final = _Fault(
    "other-cluster",
    Severity.INFO,
    "nodes of another AKS cluster",
    "the other cluster may take the addresses that this one needs to grow",
    "Plan the subnet for both clusters, or give each its own.",
)
_UNKNOWN: Final = _Fault(
    "unexplained",
    Severity.LOW,
    "devices with no known part in the cluster",
    "they take addresses that nodes need to grow and to be upgraded",
    "Move devices that are not the cluster's to a subnet of their own.",
)


def decide(subject: Subject) -> Decision:
    """Judge what is connected to the subnets of nodes and pods."""
    capacities = subject.once(subnet_capacities)
    verdict = Verdict(subject)
    note_unseen(verdict, capacities)
    seen = [each for each in capacities.subnets if each.subnet is not None]
    for subnet in capacities.subnets:
        if isinstance(subnet.use.usable, Untold) and subnet.use.usable.gap is not None:
            verdict.miss(subnet.use.usable.gap)
        _judge(subject, verdict, subnet)
    devices = [device for subnet in seen for device in subnet.devices]
    kinds = Counter(device.type for device in devices)
    told = names((f"{kinds[kind]} {kind}" for kind in DeviceType if kinds[kind]), most=len(kinds))
    with_pods = [each.name for each in seen if each.of(Drawer.PODS)]
    hidden = f"; Azure does not show addresses of pods in {names(with_pods)}" if with_pods else ""
    faulty = {each.resource for each in verdict.problems}
    return verdict.conclude(
        f"{count(len(devices), 'connected configuration')} in {count(len(seen), 'subnet')}, none "
        f"gone or of another cluster: {told or 'none'}{hidden}",
        failed=f"{share(len(faulty), len(seen), 'subnet')} with devices that are gone, of another "
        f"cluster or of unknown purpose{hidden}",
        evidence=(_evidence(each, each.name, len(each.devices)) for each in seen),
    )


def _judge(subject: Subject, verdict: Verdict, subnet: SubnetCapacity) -> None:
    inside = _own_prefix(subject)
    unseen = (each.gap for each in subnet.devices if each.gap is not None and _is_own(each, inside))
    verdict.miss(*unseen)
    shared = _SHARED if subject.model is NetworkModel.KUBENET else _NEIGHBOUR
    gone = [each for each in subnet.devices if each.is_gone]
    others = [each for each in subnet.devices if each.type is DeviceType.OTHER_CLUSTER]
    for fault, hit in (
        (_GONE, gone),
        (shared, others),
        (_UNKNOWN, _unexplained(subject, verdict, subnet)),
    ):
        if hit:
            verdict.add(_problem(subnet, fault, hit))


def _unexplained(subject: Subject, verdict: Verdict, subnet: SubnetCapacity) -> list[Device]:
    """Return the devices of unknown purpose if they take too much of a subnet.

    One in the infrastructure group may be a node as long as nodes may be hidden.
    """
    usable, hidden = subnet.use.usable, subject.topology.hidden_nodes
    if not isinstance(usable, int):
        return []
    most = usable * subject.thresholds.foreign_devices_percent // _PERCENT
    found = [each for each in subnet.devices if each.type in _UNEXPLAINED and not each.is_gone]
    inside = _own_prefix(subject)
    certain = [each for each in found if not hidden or not _is_own(each, inside)]
    if len(found) > most >= len(certain):
        verdict.miss(*hidden)
    return certain if len(certain) > most else []


def _own_prefix(subject: Subject) -> str:
    """Return how the folded ids of what is in the infrastructure group begin."""
    group = subject.cluster.infrastructure_group
    return f"{group.key}/" if group is not None else "-"


def _is_own(device: Device, inside: str) -> bool:
    return device.configuration.key.startswith(inside)


def _problem(subnet: SubnetCapacity, fault: _Fault, hit: list[Device]) -> Problem:
    first = {each.name: each.configuration for each in reversed(hit)}
    devices = sorted(first)
    part = share(len(hit), len(subnet.devices), "connected configuration")
    return Problem(
        cause=fault.cause,
        resource=subnet.id,
        name=subnet.name,
        message=f"{fault.who} have {part} of subnet {subnet.name}: {names(devices)}",
        impact=fault.impact,
        evidence=tuple(_evidence(subnet, each, str(first[each])) for each in devices),
        remediation=fault.remediation,
        commands=(az("network", "vnet", "subnet", "show", ids=str(subnet.id)),),
        severity=fault.severity,
        is_count=fault.is_count,
    )


def _evidence(subnet: SubnetCapacity, name: str, value: str | int) -> Evidence:
    """Return what a subnet refers back to, under the name of the device or its own."""
    return Evidence(resource=subnet.id, name=name, field="properties.ipConfigurations", value=value)


check = Check(
    id="connected-devices",
    title="Connected devices are explained",
    group=Group.ADDRESSES,
    severity=Severity.MEDIUM,
    documentation=__doc__ or "",
    decide=decide,
)
