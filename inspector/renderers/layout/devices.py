"""Connected devices: one by one, or the nodes of a large cluster folded by pool."""

from collections.abc import Callable, Iterable, Sequence
from ipaddress import IPv4Address, IPv6Address
from typing import Final, NamedTuple

from inspector.network.addresses import fold
from inspector.renderers.blocks import Block, Text, Tone, join, row, table
from inspector.renderers.layout.folding import FOLDED_FROM, folded
from inspector.report.devices import Device, DeviceType
from inspector.wording import count

_COLUMNS: Final = ("Device", "Type", "IP address", "Belongs to", "Subnet")
_MOST_RANGES: Final = 8
"""Ranges of addresses in one cell before only the first and the last address are told."""


class _Row(NamedTuple):
    """A row and the place of its first device among its subnet's.

    It has one IP configuration, the many of one device, or (``is_group``) many devices.
    """

    place: int
    subnet: str
    devices: tuple[Device, ...]
    is_group: bool = False


_Placed = tuple[int, Device]


def device_table(subnets: Iterable[tuple[str, Sequence[Device]]], most: int | None) -> Block:
    """Return the devices of subnets, each given by name with its devices by address.

    Many addresses of one device are folded unless ``most`` is ``None``. Where that leaves more
    rows than ``most``, each pool's nodes come together; all else is still listed one by one.
    """
    given = [(name, list(enumerate(devices))) for name, devices in subnets]
    if most is None:
        rows = [_Row(place, name, (each,)) for name, devices in given for place, each in devices]
    else:
        rows = [each for name, devices in given for each in sorted(_by_device(name, devices))]
        if len(rows) > most:
            rows = [
                each for name, devices in given for each in sorted(_by_group(name, devices, most))
            ]
    hidden = sum(len(each.devices) for each in rows if len(each.devices) > 1)
    notes = [f"{hidden} addresses are folded: --all shows each"] if hidden else []
    return table(_COLUMNS, rows, _cells, most=None, notes=notes)


def address_ranges(addresses: Sequence[IPv4Address | IPv6Address]) -> str:
    """Return the addresses as runs with their number, only the ends where there are many runs."""
    runs = list(fold(addresses))
    if len(runs) <= _MOST_RANGES:
        return folded(addresses)
    ordered = sorted(addresses, key=lambda each: (each.version, int(each)))
    return f"{ordered[0]} to {ordered[-1]} in {len(runs)} ranges, {len(addresses)} addresses"


def _by_device(subnet: str, devices: Iterable[_Placed]) -> list[_Row]:
    """Return the devices one by one, those with many addresses in one row."""
    rows: list[_Row] = []
    for group in _grouped(devices, lambda each: each.device):
        if len(group) < FOLDED_FROM:
            rows += [_Row(place, subnet, (device,)) for place, device in group]
        else:
            rows.append(_row_of(subnet, group))
    return rows


def _by_group(subnet: str, devices: Iterable[_Placed], most: int) -> list[_Row]:
    """Return each pool's nodes in one row, and all else one by one.

    Of another cluster's nodes no address is known: they come together where they alone would
    fill the table.
    """
    limits = {DeviceType.NODE: 1, DeviceType.OTHER_CLUSTER: most}
    rows: list[_Row] = []
    for group in _grouped(devices, lambda each: str(each.belongs_to)):
        limit = limits.get(group[0][1].type)
        names = {device.device for _, device in group}
        if limit is not None and len(names) > limit:
            rows.append(_row_of(subnet, group, is_group=True))
        else:
            rows += _by_device(subnet, group)
    return rows


def _grouped(
    devices: Iterable[_Placed], key_of: Callable[[Device], str]
) -> Iterable[list[_Placed]]:
    grouped: dict[tuple[DeviceType, str], list[_Placed]] = {}
    for place, device in devices:
        grouped.setdefault((device.type, key_of(device)), []).append((place, device))
    return grouped.values()


def _row_of(subnet: str, group: list[_Placed], *, is_group: bool = False) -> _Row:
    return _Row(group[0][0], subnet, tuple(device for _, device in group), is_group)


def _cells(item: _Row) -> tuple[Text, ...]:
    first = item.devices[0]
    name = first.device
    if item.is_group:
        name = _group_words(first)
    return row(name, first.type, _addresses(item), first.belongs_to, item.subnet)


def _group_words(first: Device) -> str:
    if first.type is DeviceType.OTHER_CLUSTER:
        return "nodes of another AKS cluster"
    return f"nodes of {first.belongs_to}" if first.pool is not None else f"{first.belongs_to} nodes"


def _addresses(item: _Row) -> Text:
    first = item.devices[0]
    if len(item.devices) == 1:
        return row(first.address or first.unseen)[0]
    known = [each.address for each in item.devices if each.address is not None]
    devices = len({each.device for each in item.devices})
    parts = [Text(count(devices, "device"))] if item.is_group else []
    parts += [Text(address_ranges(known))] if known else []
    if len(known) < len(item.devices):
        parts.append(Text(f"{len(item.devices) - len(known)} unknown", Tone.WARNING))
    return join(parts)
