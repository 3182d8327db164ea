"""The runway of pools, subnets and pod CIDR, and the ceilings of the cluster."""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Final, NamedTuple

from inspector.cluster.subnet_capacity import Drawer
from inspector.network.pool_sizes import Situation
from inspector.planning.ceilings import Ceiling, Ceilings, SubnetCeiling
from inspector.planning.figures import NO_ACTION, Figure
from inspector.planning.rooms import PoolRunway
from inspector.planning.runway import PodCIDRRunway, Stretch, SubnetRunway
from inspector.renderers.blocks import Block, Heading, Paragraph, Text, Tone, facts, row
from inspector.renderers.layout.planning.figures import (
    Line,
    bare,
    lay_out_figures,
    lay_out_unknown,
    left_over,
    worked,
)
from inspector.report import Unknown
from inspector.wording import names

SITUATIONS: Final = {
    Situation.NOW: "now",
    Situation.UPGRADE: "upgrade now",
    Situation.MAXIMUM: "maximum",
    Situation.MAXIMUM_AND_UPGRADE: "upgrade at maximum",
}
"""The situations as rows of a table begin."""

_POOLS: Final = ("Pool", "Nodes", "Maximum", "Surge", "May need", "Still fit", "Limited by")
_CEILINGS: Final = ("Ceiling", "Nodes allowed", "Left now", "Left at maximum")


class _Row(NamedTuple):
    situation: str
    pools: str
    nodes: Figure
    needed: Figure
    at_least: Figure | None
    left: Figure


def lay_out_pools(pools: tuple[PoolRunway, ...], most: int | None) -> Iterator[Block]:
    """Yield how far each pool can grow if it alone does."""
    yield Heading(2, "Pools: room to grow")
    yield from lay_out_figures(
        _POOLS,
        map(_pool, pools),
        show_all=most is None,
        most=most,
        notes=(
            "a pool may need what takes it from today to its maximum and through an upgrade there",
            "nodes that still fit are beside those of today, as if no other pool grew",
        ),
    )


def _pool(pool: PoolRunway) -> Line:
    cells = row(
        pool.pool,
        bare(pool.now),
        bare(pool.at_maximum),
        bare(pool.surge_at_maximum),
        bare(pool.wanted),
        _fits(pool),
        pool.limited_by.words if pool.limited_by is not None else pool.fits.value,
    )
    answers = (pool.surge_at_maximum, pool.wanted, pool.fits)
    return Line(cells, tuple(zip(_POOLS[3:6], answers, strict=True)))


def _fits(pool: PoolRunway) -> Text:
    text = bare(pool.fits)
    words = f"{text.text}, or fewer" if pool.is_at_most and text.tone is Tone.PLAIN else text.text
    spare = pool.spare.number
    if spare is None or spare >= 0:
        return Text(words, text.tone)
    return Text(f"{words}: lacks {-spare:,}", Tone.BAD)


def lay_out_subnets(subnets: tuple[SubnetRunway, ...], most: int | None) -> Iterator[Block]:
    """Yield each subnet with what is needed and left of it."""
    yield Heading(2, "Subnets: addresses needed and left")
    for subnet in subnets[:most]:
        yield from _subnet(subnet, show_all=most is None)
    if most is not None and len(subnets) > most:
        rest = f"{len(subnets) - most} more of {len(subnets)} subnets: --all shows them"
        yield Paragraph(Text(rest, Tone.MUTED))


def _subnet(subnet: SubnetRunway, *, show_all: bool) -> Iterator[Block]:
    yield Heading(3, f"Subnet {subnet.subnet}")
    yield facts(
        ("Range", subnet.prefixes),
        ("Usable", worked(subnet.usable, show_all=show_all)),
        ("Given out", bare(subnet.given_out)),
        ("Free", bare(subnet.free)),
        ("Taken by others", bare(subnet.others)),
        ("A node takes", list(_shares(subnet))),
        ("Smallest that holds it all", _prefix(subnet)),
    )
    yield from _stretches(subnet.stretches, "Addresses needed", show_all=show_all)
    for note in subnet.notes:
        yield Paragraph(Text(note))
    shown = (subnet.given_out, subnet.free)
    hidden = (each for each in shown if not (_is_of_pods(subnet) and _is_nowhere(each)))
    yield from lay_out_unknown((subnet.usable, *hidden, subnet.others))


def _is_of_pods(subnet: SubnetRunway) -> bool:
    return any(each.left_when_full is not None for each in subnet.stretches)


def _is_nowhere(answer: Figure) -> bool:
    """Whether ARM does not have a figure at all, which the subnet's own note says of pods."""
    return answer.unknown is not None and answer.unknown.action == NO_ACTION


def _shares(subnet: SubnetRunway) -> Iterator[Text]:
    """Yield what a node takes, once for the pools where that is the same."""
    alike: dict[tuple[Text, Drawer], list[str]] = {}
    for each in subnet.pools:
        key = (worked(each.per_node, show_all=True), each.drawer)
        alike.setdefault(key, []).append(each.pool)
    for (text, drawer), pools in alike.items():
        whose = "for its pods, " if drawer is Drawer.PODS else ""
        noun = "pool" if len(pools) == 1 else "pools"
        yield Text(f"{text.text} ({whose}{noun} {names(pools)})", text.tone)


def _prefix(subnet: SubnetRunway) -> object:
    length = subnet.smallest_prefix
    if isinstance(length, Unknown):
        return length
    return f"/{length}" if length is not None else Text("none is large enough", Tone.BAD)


def lay_out_pod_cidr(pod_cidr: PodCIDRRunway, most: int | None) -> Iterator[Block]:
    """Yield what is needed and left of the pod CIDR."""
    yield Heading(2, "Pod CIDR: slices needed and left")
    length = pod_cidr.slice_length
    yield facts(
        ("Range", pod_cidr.ranges),
        ("A node takes", length if isinstance(length, Unknown) else f"a /{length}"),
        ("Slices", worked(pod_cidr.slices, show_all=most is None)),
    )
    yield from _stretches(pod_cidr.stretches, "Slices needed", show_all=most is None)


def _stretches(stretches: tuple[Stretch, ...], needed: str, *, show_all: bool) -> Iterator[Block]:
    """Yield a table with a row for each situation, two where pools may upgrade together or not."""
    rows = _merged(chain.from_iterable(map(_rows, stretches)))
    has_nodes = any(each.nodes != each.needed for each in rows)
    has_least = any(each.at_least is not None for each in rows)
    is_full = any(each.left_when_full is not None for each in stretches)
    columns = [
        *(["Nodes"] if has_nodes else []),
        needed,
        *(["At least"] if has_least else []),
        "Left when full of pods" if is_full else "Left",
    ]

    def line(each: _Row) -> Line:
        answers = [
            *([each.nodes] if has_nodes else []),
            each.needed,
            *([each.at_least] if has_least else []),
            each.left,
        ]
        cells = row(each.situation, *map(bare, answers[:-1]), left_over(each.left))
        return Line(cells, tuple(zip(columns, answers, strict=True)))

    yield from lay_out_figures(("Situation", *columns), map(line, rows), show_all=show_all)


def _merged(rows: Iterable[_Row]) -> tuple[_Row, ...]:
    """Return rows of which those with the same figures are one."""
    alike: dict[_Row, list[str]] = {}
    for each in rows:
        alike.setdefault(each._replace(situation=""), []).append(each.situation)
    return tuple(
        each._replace(situation=f"{', '.join(situations)}{each.pools}")
        for each, situations in alike.items()
    )


def _rows(stretch: Stretch) -> Iterator[_Row]:
    words, alone = SITUATIONS[stretch.situation], stretch.one_at_a_time
    left = stretch.left if stretch.left_when_full is None else stretch.left_when_full
    pools = " (all pools)" if alone is not None else ""
    yield _Row(words, pools, stretch.nodes, stretch.needed, stretch.needed_at_least, left)
    if alone is not None:
        left = alone.left if alone.left_when_full is None else alone.left_when_full
        yield _Row(words, " (one at a time)", alone.nodes, alone.needed, None, left)


def lay_out_ceilings(ceilings: Ceilings, most: int | None) -> Iterator[Block]:
    """Yield what the number of nodes ends at."""
    yield Heading(2, "Ceilings of the cluster")
    sizes: dict[Figure, list[str]] = {}
    for each in ceilings.sizes:
        sizes.setdefault(each.nodes, []).append(SITUATIONS[each.situation])
    yield facts(("Nodes", [_size(*each, show_all=most is None) for each in sizes.items()]))
    yield from lay_out_figures(
        _CEILINGS,
        chain.from_iterable(map(_ceiling, sorted(ceilings.rows, key=_lowest_first))),
        show_all=most is None,
        most=most,
        notes=("what is left at the maximum is with an upgrade of all pools",),
    )
    yield from lay_out_unknown(each.nodes for each in ceilings.sizes)


def _size(nodes: Figure, situations: list[str], *, show_all: bool) -> Text:
    text = worked(nodes, show_all=show_all)
    return Text(f"{text.text} ({', '.join(situations)})", text.tone)


def _lowest_first(ceiling: Ceiling) -> tuple[bool, int]:
    return ceiling.nodes.number is None, ceiling.nodes.number or 0


def _ceiling(ceiling: Ceiling) -> Iterator[Line]:
    """Yield a ceiling, below it each subnet whose room is summed in it."""
    yield _allowed(ceiling.words, ceiling, is_at_most=ceiling.is_at_most)
    for each in ceiling.subnets:
        yield _allowed(f"of these {each.subnet}", each, is_at_most=ceiling.is_at_most)


def _allowed(words: str, ceiling: Ceiling | SubnetCeiling, *, is_at_most: bool) -> Line:
    nodes = bare(ceiling.nodes)
    if is_at_most and nodes.tone is Tone.PLAIN:
        nodes = Text(f"{nodes.text}, or fewer")
    left = (ceiling.left_now, ceiling.left_at_maximum)
    cells = row(words, nodes, *map(left_over, left))
    return Line(cells, tuple(zip(_CEILINGS[1:], (ceiling.nodes, *left), strict=True)))
