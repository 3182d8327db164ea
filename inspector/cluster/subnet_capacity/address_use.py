"""How many addresses of a subnet are taken and left, or why that cannot be told.

All figures are of IPv4: an IPv6 subnet is a /64 and never short. Source: Learn "Virtual network
FAQ" for the five addresses Azure keeps; Azure/AKS#3243 for addresses of pods, which neither the
connected devices nor the check for available addresses show.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address
from typing import Final

import msgspec

from inspector.cluster.devices import Device
from inspector.cluster.fingerprint import AKS_SERVICE
from inspector.collected import NotCollected
from inspector.network.addresses import usable_addresses
from inspector.resource_id import ResourceId
from inspector.resources import Subnet, SubnetUsage, same_text
from inspector.snapshot import Gap
from inspector.topology import Topology

_CONTAINER_GROUPS: Final = "Microsoft.ContainerInstance/containerGroups"


class Untold(msgspec.Struct, frozen=True, kw_only=True):
    """Why a figure cannot be told: ``gap`` hides it, or ARM does not have it at all."""

    reason: str
    gap: Gap | None = None


Figure = int | Untold


class Unshown(StrEnum):
    """Whose addresses of a subnet ARM does not show, in words."""

    AKS = "pods or to the API server"
    CONTAINER_GROUPS = "container groups"


class AddressUse(msgspec.Struct, frozen=True, kw_only=True):
    """The addresses of a subnet: given out, free, and what the figures rest on.

    ``usable`` are those Azure does not keep, ``None`` without an IPv4 range. ``connected`` counts
    the configurations that ARM shows; ``unplaced`` are those which may be of either family, by
    what hides them. ``usage`` is ARM's own figure: ``None`` where it has none, a gap where it
    could not be read. ``unshown`` are those whose addresses are in neither.
    """

    usable: Figure | None
    connected: int
    unplaced: tuple[Gap, ...]
    usage: int | Gap | None
    is_dual_stack: bool
    unshown: Unshown | None

    @property
    def used(self) -> Figure | None:
        """The addresses given out, the larger of what ARM counts and what is connected.

        Where ARM's figure is missing, or addresses are unplaced or those of container groups, it
        is the fewest there may be.
        """
        if self.usable is None or isinstance(self.usable, Untold):
            return self.usable
        if self.unshown is Unshown.AKS:
            return self._hidden
        if self.is_dual_stack or not isinstance(self.usage, int):
            return self.connected
        return max(self.connected, self.usage)

    @property
    def free(self) -> Figure | None:
        """The addresses left, none where more are said to be given out than there are."""
        if self.usable is None or isinstance(self.usable, Untold):
            return self.usable
        if self.unshown is not None:
            return self._hidden
        missing = self._missing
        if missing is not None:
            return missing
        used = self.used
        return max(0, self.usable - used) if isinstance(used, int) else used

    @property
    def _missing(self) -> Untold | None:
        """What leaves the number of free addresses open, although all of them show."""
        if self.is_dual_stack:
            return unseen_figure(self.unplaced[0]) if self.unplaced else None
        if isinstance(self.usage, Gap):
            return unseen_figure(self.usage)
        if self.usage is None:
            return Untold(reason="ARM does not show how many are used")
        return None

    @property
    def _hidden(self) -> Untold:
        return Untold(reason=f"ARM does not show addresses given to {self.unshown}")


def address_use(
    subnet: Subnet,
    devices: Iterable[Device],
    usage: SubnetUsage | Gap | None,
    *,
    has_pods: bool,
) -> AddressUse:
    """Return the use of a subnet's addresses.

    ``devices`` are those connected to it and ``usage`` is ARM's figure for it. ``has_pods`` says
    that a pool's pods draw addresses from it.
    """
    is_dual_stack = any(":" in prefix for prefix in subnet.prefixes)
    unplaced = [each.gap for each in devices if each.gap is not None] if is_dual_stack else []
    return AddressUse(
        usable=usable_addresses(subnet.prefixes),
        connected=sum(takes_ipv4(each, is_dual_stack=is_dual_stack) for each in devices),
        unplaced=tuple(unplaced),
        usage=usage if isinstance(usage, Gap) else _reported(usage),
        is_dual_stack=is_dual_stack,
        unshown=_unshown(subnet, has_pods=has_pods),
    )


def unseen_use(gap: Gap) -> AddressUse:
    """Return the use of a subnet that could not be seen."""
    return AddressUse(
        usable=unseen_figure(gap),
        connected=0,
        unplaced=(),
        usage=gap,
        is_dual_stack=False,
        unshown=None,
    )


def takes_ipv4(device: Device, *, is_dual_stack: bool) -> bool:
    """Whether a device counts among a subnet's IPv4 addresses.

    One whose address is not known does so only where there is nothing but IPv4.
    """
    if is_dual_stack:
        return isinstance(device.address, IPv4Address)
    return not isinstance(device.address, IPv6Address)


def usages_of(topology: Topology, network: ResourceId) -> Mapping[str, SubnetUsage] | Gap:
    """Return ARM's usage figures of a network by folded subnet id, or what hides them."""
    try:
        return {each.id.key: each for each in topology.entries(network, SubnetUsage)}
    except NotCollected as unseen:
        return unseen.gap


def usage_of(
    usages: Mapping[str, SubnetUsage] | Gap, subnet: ResourceId
) -> SubnetUsage | Gap | None:
    """Return a subnet's figure among those of its network."""
    return usages if isinstance(usages, Gap) else usages.get(subnet.key)


def unseen_figure(gap: Gap) -> Untold:
    """Return a figure that a gap hides."""
    what = f"the list of {gap.listing}" if gap.listing else gap.target.name
    return Untold(reason=f"{what} could not be seen", gap=gap)


def _reported(usage: SubnetUsage | None) -> int | None:
    """Return ARM's figure; gateway subnets report -1."""
    value = usage.current_value if usage is not None else None
    return int(value) if value is not None and value >= 0 else None


def _unshown(subnet: Subnet, *, has_pods: bool) -> Unshown | None:
    if has_pods or any(same_text(each, AKS_SERVICE) for each in subnet.delegated_to):
        return Unshown.AKS
    if any(same_text(each, _CONTAINER_GROUPS) for each in subnet.delegated_to):
        return Unshown.CONTAINER_GROUPS
    return None
