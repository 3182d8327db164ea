"""The SNAT budget: ports per node in four situations, and what more of them would take."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

import msgspec

from inspector.network.pool_sizes import Situation
from inspector.network.spaces import Family
from inspector.planning.balancer_ports import BalancerPorts, PortStretch
from inspector.planning.gateway_ports import GatewayPorts, ShareStretch
from inspector.planning.snat import SNAT
from inspector.planning.wanted_ports import WantedPorts
from inspector.renderers.blocks import (
    Block,
    Commands,
    Heading,
    Paragraph,
    Text,
    Tone,
    facts,
    row,
    show,
    table,
)
from inspector.renderers.layout.missing import lay_out_missing
from inspector.renderers.layout.planning.figures import (
    bare,
    lay_out_unknown,
    left_over,
    worked,
)
from inspector.renderers.layout.planning.runway import SITUATIONS

S = TypeVar("S", PortStretch, ShareStretch)


def lay_out_snat(snat: SNAT, most: int | None) -> Iterator[Block]:
    """Yield the budget of each way out, then what the wanted ports would take."""
    yield Heading(2, "SNAT ports")
    wanted = snat.wanted.ports_per_node if snat.wanted is not None else None
    for division in snat.balancers:
        yield from _balancer(division, wanted, show_all=most is None)
    for gateway in snat.gateways:
        yield from _gateway(gateway, wanted, show_all=most is None)
    if snat.others:
        columns = ("Leaves by", "Pools", "No budget of ports, because")
        yield table(columns, snat.others, lambda e: row(e.words, e.pools, e.why), most=most)
    if not (snat.balancers or snat.gateways or snat.others):
        yield Paragraph(Text("no way out was found: there is no node to leave by one", Tone.MUTED))
    if snat.wanted is not None:
        yield from _wanted(snat.wanted)
    yield from lay_out_missing(snat.missing)


def _balancer(division: BalancerPorts, wanted: int | None, *, show_all: bool) -> Iterator[Block]:
    family = f" ({division.family})" if division.family is Family.IPV6 else ""
    yield Heading(3, f"{division.words[:1].upper()}{division.words[1:]}{family}")
    how = "the rule allocates so many to each node" if division.is_explicit else "Azure's table"
    rows: list[tuple[str, object]] = [("Ports divided by", how)]
    rows.append(("Public addresses", bare(division.addresses)))
    if division.taken:
        rows.append(("Ports kept by inbound rules", f"{division.taken:,}"))
    if division.nodes_supported is not None:
        rows.append(("Enough for nodes", worked(division.nodes_supported, show_all=show_all)))
    if not division.is_explicit:
        cut = division.next_cut
        words = f"{cut.ports_per_node:,} ports from {cut.nodes:,} nodes on" if cut else None
        rows.append(("Next cut", words))
    yield facts(*rows)
    headroom = ("Headroom",) if division.is_explicit else ()
    columns = ("Situation", "Nodes", "Ports per node", *headroom, *_wanted_columns(wanted))

    def cells(merged: tuple[str, PortStretch]) -> tuple[Text, ...]:
        words, each = merged
        left = (left_over(each.headroom, show_all=show_all),) if division.is_explicit else ()
        return row(
            words,
            worked(each.nodes, show_all=show_all),
            worked(each.ports_per_node, show_all=show_all),
            *left,
            *_wanted_cells(each, wanted, show_all=show_all),
        )

    answers = [x for e in division.stretches for x in (e.nodes, e.ports_per_node, e.headroom)]
    notes = (
        "a node has about as many connections to one destination open at a time as it has ports",
    )
    yield table(columns, _merged(division.stretches), cells, most=None, notes=notes)
    yield from lay_out_unknown((division.addresses, *answers))


def _gateway(gateway: GatewayPorts, wanted: int | None, *, show_all: bool) -> Iterator[Block]:
    family = f" ({gateway.family})" if gateway.family is Family.IPV6 else ""
    yield Heading(3, f"NAT gateway {gateway.gateway}{family}")
    yield facts(
        ("Public addresses", bare(gateway.addresses)),
        ("Ports shared on demand", worked(gateway.ports, show_all=show_all)),
    )

    def cells(merged: tuple[str, ShareStretch]) -> tuple[Text, ...]:
        words, each = merged
        return row(
            words,
            worked(each.nodes, show_all=show_all),
            worked(each.even_share, show_all=show_all),
            *_wanted_cells(each, wanted, show_all=show_all),
        )

    columns = ("Situation", "Nodes", "Even share", *_wanted_columns(wanted))
    notes = ("nothing is kept for a node: any may take more than the even share",)
    yield table(columns, _merged(gateway.stretches), cells, most=None, notes=notes)
    answers = [x for each in gateway.stretches for x in (each.nodes, each.even_share)]
    yield from lay_out_unknown((gateway.addresses, *answers))


def _merged(stretches: Iterable[S]) -> tuple[tuple[str, S], ...]:
    """Return situations with their words, those with the same figures as one."""
    alike: dict[S, tuple[list[str], S]] = {}
    for each in stretches:
        key = msgspec.structs.replace(each, situation=Situation.NOW)
        alike.setdefault(key, ([], each))[0].append(SITUATIONS[each.situation])
    return tuple((", ".join(words), each) for words, each in alike.values())


def _wanted_columns(wanted: int | None) -> tuple[str, ...]:
    return () if wanted is None else (f"Addresses for {wanted:,} ports", "To add")


def _wanted_cells(
    stretch: PortStretch | ShareStretch, wanted: int | None, *, show_all: bool
) -> tuple[Text, ...]:
    if wanted is None:
        return ()
    needed = worked(stretch.addresses_wanted, show_all=show_all)
    return needed, bare(stretch.addresses_to_add)


def _wanted(wanted: WantedPorts) -> Iterator[Block]:
    yield Heading(3, f"To give each node {wanted.ports_per_node:,} ports")
    for note in wanted.notes:
        yield Paragraph(Text(note))
    if wanted.commands:
        counted = SITUATIONS[wanted.counts_for] if wanted.counts_for is not None else None
        yield facts(("Enough for", show(counted)))
        yield Commands(wanted.commands)
