"""Clusters side by side: a column for each, and below each section why they differ."""

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from inspector.comparison import (
    Cell,
    ClusterComparison,
    ComparedCluster,
    ModelNeeds,
    Need,
    Row,
    Section,
    Workload,
)
from inspector.network.pool_sizes import Situation
from inspector.renderers.blocks import (
    UNKNOWN,
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
from inspector.report import Unknown
from inspector.wording import count, share

_MARKS: Final = {
    True: Text("≠", Tone.WARNING),
    False: Text("=", Tone.MUTED),
    None: Text("?", Tone.WARNING),
}
_SITUATIONS: Final = {
    Situation.NOW: "now",
    Situation.UPGRADE: "during an upgrade",
    Situation.MAXIMUM: "at the autoscaler's maximum",
    Situation.MAXIMUM_AND_UPGRADE: "at the autoscaler's maximum during an upgrade",
}


def lay_out_comparison(comparison: ClusterComparison, *, show_all: bool) -> Iterator[Block]:
    """Yield the comparison; of clusters that differ in nothing the tables only if ``show_all``."""
    headings = [each.heading for each in comparison.clusters]
    yield Heading(1, f"AKS network comparison: {_listed(headings)}")
    yield facts(*((each.heading, _cluster(each)) for each in comparison.clusters))
    yield Paragraph(Text(_verdict(comparison)))
    if comparison.is_same and not show_all:
        return
    for section in comparison.sections:
        yield from _section(section, headings)
    yield from _economics(comparison, headings)
    yield from _not_visible(comparison, headings)


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _cluster(cluster: ComparedCluster) -> str:
    version = f"Kubernetes {cluster.kubernetes_version}" if cluster.kubernetes_version else None
    collected = f"collected {cluster.captured_at:%Y-%m-%d %H:%M:%S %Z}"
    told = (cluster.network_model, version, cluster.location, collected)
    return ", ".join(filter(None, told))


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


def _section(section: Section, headings: Sequence[str]) -> Iterator[Block]:
    yield Heading(2, section.title)
    yield Table(
        columns=("", "", *headings),
        rows=tuple(
            row(each.title, _MARKS[each.differs], *map(_cell, each.cells)) for each in section.rows
        ),
    )
    reasons = _reasons(section.rows)
    if reasons:
        yield Heading(3, "Why they differ")
        yield Table(
            columns=("Row", "Cause on each side"),
            rows=tuple(row(", ".join(titles), reason) for reason, titles in reasons.items()),
        )


def _cell(cell: Cell) -> Text:
    shown = show(cell.value)
    if not isinstance(cell.value, str):
        return shown
    detail = f" ({cell.detail})" if cell.detail else ""
    return Text(f"{'at least ' if cell.is_least else ''}{shown.text}{detail}", shown.tone)


def _reasons(rows: Sequence[Row]) -> dict[str, list[str]]:
    """Return the reasons with the rows they explain, those of a row in one sentence."""
    found: dict[str, list[str]] = {}
    for each in rows:
        whys = dict.fromkeys(cell.why for cell in each.cells if cell.why)
        if whys:
            found.setdefault("; ".join(whys), []).append(each.title)
    return found


def _economics(comparison: ClusterComparison, headings: Sequence[str]) -> Iterator[Block]:
    yield Heading(2, "Address economics")
    yield Paragraph(
        Text(
            "What the pools of each cluster, with their nodes, maxPods and surge, would take of a "
            "virtual network under each model, and the smallest subnet for it. All pools upgrade "
            "at once."
        )
    )
    workloads = comparison.workloads
    shown: dict[tuple[object, ...], list[int]] = {}
    for place in range(len(workloads[0].models[0].needs)):
        shown.setdefault(_content(workloads, place), []).append(place)
    for places in shown.values():
        needs = workloads[0].models[0].needs
        yield Heading(3, _titles([needs[place].situation for place in places]))
        yield Table(columns=("", *headings), rows=tuple(_needs(workloads, places[0])))
    for heading, workload in zip(headings, workloads, strict=True):
        yield from _not_counted(heading, workload)


def _titles(situations: Sequence[Situation]) -> str:
    """Return the situations that take the same, in words."""
    words = ", ".join(_SITUATIONS[each] for each in situations)
    return words[0].upper() + words[1:]


def _content(workloads: Sequence[Workload], place: int) -> tuple[object, ...]:
    """Return what all the clusters need in a situation, whatever its name."""
    return tuple(
        msgspec.structs.replace(model.needs[place], situation=Situation.NOW)
        for each in workloads
        for model in each.models
    )


def _needs(workloads: Sequence[Workload], place: int) -> Iterator[tuple[Text, ...]]:
    for number, model in enumerate(workloads[0].models):
        found = [each.models[number] for each in workloads]
        yield row(model.words, *(_need(each, each.needs[place]) for each in found))
    slices = [_slices(each, place) for each in workloads]
    yield row("Slices of a pod CIDR, one for each node (kubenet, Overlay)", *slices)


def _slices(workload: Workload, place: int) -> Text:
    every = (model.needs[place].slices for model in workload.models)
    return show(next((each for each in every if each is not None), None))


def _need(model: ModelNeeds, need: Need) -> Text:
    """Return a need with its formula and the smallest subnet, the pods' own subnet behind it."""
    if isinstance(need.node_subnet, Unknown) or isinstance(need.pod_subnet, Unknown):
        return Text(UNKNOWN, Tone.WARNING)
    words = _sum(need.node_subnet, need.node_formula, need.node_prefix_length)
    if need.pod_subnet:
        floor = need.pod_subnet_floor
        is_range = isinstance(floor, int) and floor < need.pod_subnet
        pods = _sum(need.pod_subnet, need.pod_formula, need.pod_prefix_length)
        words += f"; pods {f'{floor:,} to ' if is_range else ''}{pods}"
    return Text(f"{words} (own model)" if model.is_own else words)


def _sum(number: int, formula: str | None, prefix_length: int | None) -> str:
    """Return a number of addresses: ``93 = 3 x 31, a /25``."""
    told = f"{number:,} = {formula}" if formula else f"{number:,}"
    subnet = f"a /{prefix_length}" if prefix_length is not None else "more than any subnet"
    return f"{told}, {subnet}"


def _not_counted(heading: str, workload: Workload) -> Iterator[Block]:
    number = workload.nodes_not_counted
    if isinstance(number, Unknown):
        words = f"{heading}: whether there are nodes of no pool could not be seen."
        yield Paragraph(Text(words, Tone.WARNING))
    elif number:
        verb = "is" if number == 1 else "are"
        words = f"{heading}: {count(number, 'node')} of no pool {verb} not counted, for nothing "
        yield Paragraph(Text(f"{words}declares their maxPods.", Tone.WARNING))
    if workload.is_open_ended:
        words = (
            f"{heading}: auto-provisioning may add as many nodes as limits in the cluster allow."
        )
        yield Paragraph(Text(words))


def _not_visible(comparison: ClusterComparison, headings: Sequence[str]) -> Iterator[Block]:
    """Yield what the unknown cells are unknown for, each once for a cluster."""
    found: dict[tuple[str, Unknown], None] = {}
    for section in comparison.sections:
        for each in section.rows:
            for heading, cell in zip(headings, each.cells, strict=True):
                if isinstance(cell.value, Unknown):
                    found[heading, cell.value] = None
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
    return None if missing.action == "none" else missing.action
