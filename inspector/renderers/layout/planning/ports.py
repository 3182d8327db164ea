"""The SNAT budget: ports per node in four situations, and what more of them would take."""

from collections.abc import Iterable, Iterator

from inspector.network.spaces import Family
from inspector.planning.balancer_ports import BalancerPorts, PortStretch
from inspector.planning.figures import Figure
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
    Line,
    bare,
    lay_out_figures,
    lay_out_unknown,
    left_over,
    worked,
)
from inspector.renderers.layout.planning.runway import SITUATIONS


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
        yield from _wanted(snat.wanted, show_all=most is None)
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
    columns = ("Nodes", "Ports per node", *headroom, *_wanted_columns(wanted))
    notes = (
        "a node has about as many connections to one destination open at a time as it has ports",
    )
    yield from _stretches(columns, division.stretches, notes, show_all=show_all)
    yield from lay_out_unknown([division.addresses])


def _gateway(gateway: GatewayPorts, wanted: int | None, *, show_all: bool) -> Iterator[Block]:
    family = f" ({gateway.family})" if gateway.family is Family.IPV6 else ""
    yield Heading(3, f"NAT gateway {gateway.gateway}{family}")
    yield facts(
        ("Public addresses", bare(gateway.addresses)),
        ("Ports shared on demand", worked(gateway.ports, show_all=show_all)),
    )

    columns = ("Nodes", "Even share", *_wanted_columns(wanted))
    notes = ("nothing is kept for a node: any may take more than the even share",)
    yield from _stretches(columns, gateway.stretches, notes, show_all=show_all)
    yield from lay_out_unknown([gateway.addresses])


def _stretches(
    columns: tuple[str, ...],
    stretches: Iterable[PortStretch | ShareStretch],
    notes: tuple[str, ...],
    *,
    show_all: bool,
) -> Iterator[Block]:
    """Yield the situations, those with the same numbers in one row."""
    alike: dict[tuple[object, ...], list[PortStretch | ShareStretch]] = {}
    for each in stretches:
        numbers = tuple((answer.value, answer.was) for answer in _figures(each))
        alike.setdefault(numbers, []).append(each)
    lines = [
        Line(
            row(
                ", ".join(SITUATIONS[each.situation] for each in several),
                *map(left_over, _figures(several[0])),
            ),
            tuple(named for each in several for named in zip(columns, _figures(each), strict=True)),
        )
        for several in alike.values()
    ]
    yield from lay_out_figures(("Situation", *columns), lines, show_all=show_all, notes=notes)


def _figures(stretch: PortStretch | ShareStretch) -> tuple[Figure, ...]:
    """Return the figures of a situation that there are, in the order of the columns."""
    several: tuple[Figure | None, ...] = (
        (stretch.even_share,)
        if isinstance(stretch, ShareStretch)
        else (stretch.ports_per_node, stretch.headroom)
    )
    wanted = (stretch.addresses_wanted, stretch.addresses_to_add)
    return tuple(each for each in (stretch.nodes, *several, *wanted) if each is not None)


def _wanted_columns(wanted: int | None) -> tuple[str, ...]:
    return () if wanted is None else (f"Addresses for {wanted:,} ports", "To add")


def _wanted(wanted: WantedPorts, *, show_all: bool) -> Iterator[Block]:
    yield Heading(3, f"To give each node {wanted.ports_per_node:,} ports")
    for note in wanted.notes:
        yield Paragraph(Text(note))
    if wanted.commands:
        counted = SITUATIONS[wanted.counts_for] if wanted.counts_for is not None else None
        enough = wanted.enough_for
        rows = [("Counted for", show(counted))]
        if enough is not None:
            rows.append(("Enough for nodes", worked(enough, show_all=show_all)))
        yield facts(*rows)
        yield Commands(wanted.commands)
