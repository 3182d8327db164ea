"""How the plans of a cluster are laid out."""

from collections.abc import Iterator
from typing import Final

from inspector.planning import Plan
from inspector.planning.outlook import Outlook, Verdict
from inspector.planning.summary import Summary
from inspector.renderers.blocks import Block, Facts, Heading, Paragraph, Text, Tone, facts
from inspector.renderers.layout.missing import lay_out_missing
from inspector.renderers.layout.planning.moves import lay_out_move
from inspector.renderers.layout.planning.ports import lay_out_snat
from inspector.renderers.layout.planning.runway import (
    lay_out_ceilings,
    lay_out_pod_cidr,
    lay_out_pools,
    lay_out_subnets,
)

_MOST_ROWS: Final = 40
_MORE: Final = (
    "The tables behind this are left out: --all adds them here, plan without --to has them, and "
    "JSON always does."
)
_TONES: Final = {
    Outlook.ENOUGH: Tone.GOOD,
    Outlook.SHORT: Tone.BAD,
    Outlook.UNKNOWN: Tone.WARNING,
}


def lay_out_plan(plan: Plan, *, show_all: bool) -> Iterator[Block]:
    """Yield the plan, the answer first; ``show_all`` leaves out neither rows nor formulas.

    Why something is unknown is said once, where it first matters.
    """
    said: set[Block] = set()
    for block in _every_block(plan, show_all=show_all):
        is_warning = isinstance(block, Paragraph) and block.text.tone is Tone.WARNING
        if not is_warning or block not in said:
            yield block
        if is_warning:
            said.add(block)


def _every_block(plan: Plan, *, show_all: bool) -> Iterator[Block]:
    most = None if show_all else _MOST_ROWS
    yield Heading(1, f"AKS network plan: {plan.cluster.name}")
    yield _origin(plan)
    if plan.move is not None:
        yield from lay_out_move(plan.move, most=most)
    title = "Summary" if plan.move is None else "Room in the network of today"
    yield from _summary(plan.summary, title)
    if plan.summary_today is not None and plan.summary_today != plan.summary:
        yield from _summary(plan.summary_today, "Today, with the pools as they are")
    for note in plan.notes:
        yield Paragraph(Text(note))
    if plan.move is None or show_all:
        yield from _runway(plan, most)
    else:
        if plan.snat.wanted is not None:
            yield from lay_out_snat(plan.snat, most)
        yield Paragraph(Text(_MORE, Tone.MUTED))
    yield from lay_out_missing(plan.missing)


def _runway(plan: Plan, most: int | None) -> Iterator[Block]:
    yield from lay_out_pools(plan.pools, most)
    yield from lay_out_subnets(plan.subnets, most)
    if plan.pod_cidr is not None:
        yield from lay_out_pod_cidr(plan.pod_cidr, most)
    yield from lay_out_ceilings(plan.ceilings, most)
    yield from lay_out_snat(plan.snat, most)


def _origin(plan: Plan) -> Facts:
    collected = f"{plan.captured_at:%Y-%m-%d %H:%M:%S %Z}, aks-inspector {plan.tool_version}"
    is_own_day = plan.as_of == plan.captured_at.date()
    supposed = [
        Text(f"{each.option} {f'{each.pool}=' if each.pool else ''}{each.value}")
        for each in plan.what_if
    ]
    return facts(
        ("Cluster id", plan.cluster),
        ("Collected", collected),
        *(() if is_own_day else (("As of", plan.as_of),)),
        *((("Supposed", supposed),) if supposed else ()),
    )


def _summary(summary: Summary, title: str) -> Iterator[Block]:
    yield Heading(2, title)
    yield facts(
        ("Runs out first", _verdict(summary.runs_out_first)),
        ("Binding ceiling", _verdict(summary.binding_ceiling)),
        ("SNAT ports", [_verdict(each) for each in summary.ports]),
    )


def _verdict(verdict: Verdict) -> Text:
    return Text(verdict.words, _TONES[verdict.outlook])
