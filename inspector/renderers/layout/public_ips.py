"""Public IP addresses and prefixes with their owners."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from inspector.cluster.ownership import Owner, OwnerKind
from inspector.renderers.blocks import (
    Block,
    Heading,
    Paragraph,
    Text,
    Tone,
    join,
    row,
    show,
    table,
)
from inspector.renderers.layout.devices import address_ranges
from inspector.renderers.layout.missing import lay_out_missing
from inspector.report.public_ips import PublicIPPrefixView, PublicIPs, PublicIPView
from inspector.wording import count

_COLUMNS: Final = ("IP address", "Name", "SKU", "Owner", "Reason")
_TAKE_ALL: Final = frozenset({OwnerKind.OUTBOUND, OwnerKind.NAT_GATEWAY})
"""Who uses a prefix as it is, without public IP addresses taken from it."""

_PREFIX_COLUMNS: Final = ("Range", "Name", "Owner", "Reason", "Addresses taken")
_DOUBTFUL: Final = {OwnerKind.NOBODY, OwnerKind.UNRECOGNISED, OwnerKind.UNKNOWN}


class _Row(NamedTuple):
    """A row and the place of its first address; several are the nodes of one pool."""

    place: int
    addresses: tuple[PublicIPView, ...]


def lay_out_public_ips(public_ips: PublicIPs, most: int | None) -> Iterator[Block]:
    """Yield every address and every prefix with its owner and the reason.

    Where there are more addresses than ``most``, those of each pool's nodes come together.
    """
    yield Heading(2, "Public IP addresses")
    addresses, prefixes = public_ips.addresses, public_ips.prefixes
    if not addresses and not prefixes and not public_ips.missing:
        yield Paragraph(Text("none: no resource of the cluster has a public address", Tone.MUTED))
    if addresses:
        rows = _rows(addresses, most)
        hidden = sum(len(each.addresses) for each in rows if len(each.addresses) > 1)
        notes = [f"{hidden} addresses of nodes are folded: --all shows each"] if hidden else []
        yield table(_COLUMNS, rows, _cells, most=most, notes=notes)
    if prefixes:
        yield Heading(3, "Public IP prefixes")
        yield table(_PREFIX_COLUMNS, prefixes, _prefix, most=most)
    yield from lay_out_missing(public_ips.missing)


def _rows(addresses: tuple[PublicIPView, ...], most: int | None) -> list[_Row]:
    single = [_Row(place, (each,)) for place, each in enumerate(addresses)]
    if most is None or len(addresses) <= most:
        return single
    pools: dict[str | None, list[_Row]] = {}
    for each in single:
        if each.addresses[0].node is not None:
            pools.setdefault(each.addresses[0].pool, []).append(each)
    others = [each for each in single if each.addresses[0].node is None]
    folded = [
        _Row(group[0].place, tuple(each.addresses[0] for each in group)) for group in pools.values()
    ]
    return sorted((*others, *folded))


def _cells(item: _Row) -> tuple[Text, ...]:
    first = item.addresses[0]
    if len(item.addresses) == 1:
        name, owner = _name(first.name, first.resource_group), _owner(first.owner)
        return row(_address(first), name, first.sku, owner, first.owner.because)
    pool = f"nodes of pool {first.pool}" if first.pool is not None else "nodes of no pool"
    skus = tuple(sorted({each.sku for each in item.addresses if isinstance(each.sku, str)}))
    names = count(len({each.node for each in item.addresses}), "node")
    return row(_addresses(item.addresses), names, skus, pool, "their network interfaces")


def _address(view: PublicIPView) -> Text:
    if view.is_absent:
        return Text("does not exist", Tone.WARNING)
    return show(view.address or view.unseen)


def _addresses(views: tuple[PublicIPView, ...]) -> Text:
    known = [each.address for each in views if each.address is not None]
    unseen = sum(each.unseen is not None for each in views)
    parts = [Text(address_ranges(known))] if known else []
    if unseen:
        parts.append(Text(f"{unseen} unknown", Tone.WARNING))
    if len(known) + unseen < len(views):
        parts.append(Text(f"{len(views) - len(known) - unseen} without address"))
    return join(parts)


def _prefix(view: PublicIPPrefixView) -> tuple[Text, ...]:
    name, owner = _name(view.name, view.resource_group), _owner(view.owner)
    is_whole = not view.addresses and view.owner.kind in _TAKE_ALL
    taken = "the whole range" if is_whole else view.addresses
    return row(view.prefix, name, owner, view.owner.because, taken)


def _name(name: str, foreign_group: str | None) -> str:
    return f"{name} (resource group {foreign_group})" if foreign_group is not None else name


def _owner(owner: Owner) -> Text:
    return Text(owner.words, Tone.WARNING if owner.kind in _DOUBTFUL else Tone.PLAIN)
