"""Clusters side by side: a column for each, and below each section why they differ."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import cycle
from string import ascii_uppercase
from typing import Final

from inspector.comparison import (
    FINDINGS,
    Cell,
    ClusterComparison,
    ComparedCluster,
    Row,
    Section,
)
from inspector.planning.figures import NO_ACTION
from inspector.renderers.blocks import (
    Block,
    Heading,
    Paragraph,
    Table,
    Text,
    Tone,
    facts,
    row,
    show,
)
from inspector.renderers.layout.comparison.economics import lay_out_economics
from inspector.renderers.layout.comparison.findings import (
    lay_out_skips,
    rest_in_words,
    without_skips,
    worst_rows,
)
from inspector.report import Unknown
from inspector.wording import count, share

_MARKS: Final = {
    True: Text("≠", Tone.WARNING),
    False: Text("=", Tone.MUTED),
    None: Text("?", Tone.WARNING),
}
_WIDEST: Final = 56
"""What a terminal of 80 columns leaves for the headings beside titles and marks."""


def lay_out_comparison(comparison: ClusterComparison, *, show_all: bool) -> Iterator[Block]:
    """Yield the comparison; of clusters that differ in nothing the tables only if ``show_all``.

    ``show_all`` also leaves out no formula and no check.
    """
    headings = [each.heading for each in comparison.clusters]
    columns = _columns(headings)
    yield Heading(1, f"AKS network comparison: {_listed(headings)}")
    yield facts(*map(_cluster, columns, comparison.clusters))
    yield Paragraph(Text(_verdict(comparison)))
    if comparison.is_same and not show_all:
        return
    for section in comparison.sections:
        yield from _section(section, columns, show_all=show_all)
    yield from lay_out_economics(comparison, columns, show_all=show_all)
    yield from _not_visible(comparison, columns)


def _columns(headings: Sequence[str]) -> list[str]:
    """Return the headings, or letters for them where together they are too wide for columns."""
    if sum(map(len, headings)) <= _WIDEST:
        return list(headings)
    letters = zip(range(len(headings)), cycle(ascii_uppercase), strict=False)
    rounds = len(ascii_uppercase)
    return [f"{each}{at // rounds + 1 if at >= rounds else ''}" for at, each in letters]


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _cluster(column: str, cluster: ComparedCluster) -> tuple[str, list[Text]]:
    """Return a cluster with what tells which one it is."""
    moving = ", ".join(_moving(cluster))
    group = f", resource group {cluster.resource_group}" if cluster.resource_group else ""
    lines = [
        Text(cluster.network_model),
        Text(f"subscription {cluster.subscription}{group}"),
        Text(f"collected {cluster.captured_at:%Y-%m-%d %H:%M:%S %Z}"),
    ]
    lines[:0] = [Text(cluster.heading)] if column != cluster.heading else []
    lines += [Text(f"{moving}: it may look different in a while", Tone.WARNING)] if moving else []
    return column, lines


def _moving(cluster: ComparedCluster) -> Iterator[str]:
    """Yield why the cluster may look different in a while."""
    if (cluster.power_state or "").lower() == "stopped":
        yield "stopped"
    state = cluster.provisioning_state
    if state is not None and state.lower() != "succeeded":
        yield f"provisioning state {state}"


def _verdict(comparison: ClusterComparison) -> str:
    """Return the answer in a sentence or two."""
    whole, differ, left_open = (
        comparison.rows,
        comparison.rows_that_differ,
        comparison.rows_left_open,
    )
    if comparison.is_same:
        return f"The clusters differ in nothing: {count(whole, 'row')} compared."
    told = f"They differ in {share(differ, whole, 'row')}."
    if not differ:
        told = f"No difference was found in {count(whole, 'row')}."
    if not left_open:
        return told
    rest = "one is left open" if left_open == 1 else f"{left_open} are left open"
    return f"{told} Of the others {rest}: not everything could be seen or told."


def _section(section: Section, headings: Sequence[str], *, show_all: bool) -> Iterator[Block]:
    yield Heading(2, section.title)
    is_of_checks = section.key == FINDINGS
    rows = worst_rows(section.rows) if is_of_checks and not show_all else section.rows
    yield Table(
        columns=("", "", *headings),
        rows=tuple(row(each.title, _MARKS[each.differs], *map(_cell, each.cells)) for each in rows),
        note=rest_in_words(section.rows, rows),
    )
    reasons = _reasons(map(without_skips, rows) if is_of_checks else rows, headings)
    if reasons:
        yield Heading(3, "Why they differ")
        yield Table(
            columns=("Row", "Cause on each side"),
            rows=tuple(row(", ".join(titles), reason) for reason, titles in reasons.items()),
        )
    if is_of_checks:
        yield from lay_out_skips(rows, headings)


def _cell(cell: Cell) -> Text:
    shown = show(cell.value)
    if not isinstance(cell.value, str):
        return shown
    detail = f" ({cell.detail})" if cell.detail else ""
    return Text(f"{shown.text}{detail}", Tone.WARNING if cell.is_least else shown.tone)


def _reasons(rows: Iterable[Row], columns: Sequence[str]) -> dict[str, list[str]]:
    """Return the reasons with the rows they explain, those of a row in one sentence."""
    found: dict[str, list[str]] = {}
    for each in rows:
        reason = _reason(each, columns)
        if reason:
            found.setdefault(reason, []).append(each.title)
    return found


def _reason(explained: Row, columns: Sequence[str]) -> str:
    """Return the causes in the order of the columns; who shares one, or lacks one, stands there."""
    whys: dict[str, list[str]] = {}
    for column, cell in zip(columns, explained.cells, strict=True):
        if cell.why:
            whys.setdefault(cell.why, []).append(column)
    has_each = all(cell.why for cell in explained.cells)
    if has_each and len(whys) in {1, len(columns)}:
        return "; ".join(whys)
    return "; ".join(f"{why} ({', '.join(whose)})" for why, whose in whys.items())


def _not_visible(comparison: ClusterComparison, headings: Sequence[str]) -> Iterator[Block]:
    """Yield what hides cells, or a part of what they say, each once for a cluster."""
    found: dict[tuple[str, Unknown], None] = {}
    for section in comparison.sections:
        for each in section.rows:
            for heading, cell in zip(headings, each.cells, strict=True):
                hidden = (cell.value,) if isinstance(cell.value, Unknown) else cell.missing
                found |= dict.fromkeys((heading, missing) for missing in hidden)
    if found:
        yield Heading(2, "Not visible")
        yield Table(
            columns=("Cluster", "What", "Why", "Needs"),
            rows=tuple(
                row(heading, each.unknown.rpartition("/")[2], each.reason, _needed(each))
                for heading, each in found
            ),
        )


def _needed(missing: Unknown) -> str | None:
    return None if missing.action == NO_ACTION else missing.action
