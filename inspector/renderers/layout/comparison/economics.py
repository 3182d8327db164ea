"""Address economics: what each cluster's pools would take under every model."""

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from inspector.comparison import ClusterComparison, ModelNeeds, Need, Workload
from inspector.network.pool_sizes import Situation
from inspector.planning.figures import Figure
from inspector.renderers.blocks import UNKNOWN, Block, Heading, Paragraph, Table, Text, Tone, row
from inspector.renderers.layout.planning.figures import bare, lay_out_unknown, shortened, worked
from inspector.report import Unknown
from inspector.wording import count

_SITUATIONS: Final = {
    Situation.NOW: "now",
    Situation.UPGRADE: "during an upgrade",
    Situation.MAXIMUM: "at the autoscaler's maximum",
    Situation.MAXIMUM_AND_UPGRADE: "at the autoscaler's maximum during an upgrade",
}


def lay_out_economics(
    comparison: ClusterComparison, columns: Sequence[str], *, show_all: bool
) -> Iterator[Block]:
    """Yield the addresses by model, one table for situations that take the same."""
    yield Heading(2, "Address economics")
    yield Paragraph(
        Text(
            "What the pools of each cluster, with their nodes, maxPods and surge, would take of a "
            "virtual network under each model, and the smallest subnet for it. All pools upgrade "
            "at once. Of a pod subnet two numbers are with few pods on each node, and with nodes "
            "full of pods."
        )
    )
    workloads = comparison.workloads
    shown: dict[tuple[object, ...], list[int]] = {}
    for place in range(len(workloads[0].models[0].needs)):
        shown.setdefault(_content(workloads, place), []).append(place)
    for places in shown.values():
        needs = workloads[0].models[0].needs
        yield Heading(3, _titles([needs[place].situation for place in places]))
        yield Table(
            columns=("", *columns),
            rows=tuple(_needs(workloads, places[0], show_all=show_all)),
            note=next(shortened(_figures(workloads, places[0]), show_all=show_all), None),
        )
    for column, workload in zip(columns, workloads, strict=True):
        yield from _not_counted(column, workload)
    yield from lay_out_unknown(
        each
        for place in range(len(workloads[0].models[0].needs))
        for each in _figures(workloads, place)
    )


def _figures(workloads: Sequence[Workload], place: int) -> Iterator[Figure]:
    for need in (model.needs[place] for each in workloads for model in each.models):
        yield from (need.node_subnet, need.pod_subnet)


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


def _needs(
    workloads: Sequence[Workload], place: int, *, show_all: bool
) -> Iterator[tuple[Text, ...]]:
    for number, model in enumerate(workloads[0].models):
        found = [each.models[number] for each in workloads]
        cells = [_need(each, each.needs[place], show_all=show_all) for each in found]
        yield row(model.words, *cells)
    slices = [_slices(each, place) for each in workloads]
    yield row("Slices of a pod CIDR, one for each node (kubenet, Overlay)", *slices)


def _slices(workload: Workload, place: int) -> Text:
    every = (model.needs[place].slices for model in workload.models)
    return bare(next((each for each in every if each is not None), None))


def _need(model: ModelNeeds, need: Need, *, show_all: bool) -> Text:
    """Return a need with its formula and the smallest subnet, the pods' own subnet behind it."""
    if need.node_subnet.number is None or need.pod_subnet.number is None:
        return Text(UNKNOWN, Tone.WARNING)
    words = _sum(need.node_subnet, need.node_prefix_length, show_all=show_all)
    if need.pod_subnet.number:
        floor = need.pod_subnet_floor.number
        least = f"{floor:,} to " if floor is not None and floor < need.pod_subnet.number else ""
        pods = _sum(need.pod_subnet, need.pod_prefix_length, show_all=show_all)
        words += f"; pods {least}{pods}"
    words += f", beyond {need.beyond}" if need.beyond else ""
    return Text(
        f"{words} (own model)" if model.is_own else words,
        Tone.WARNING if need.beyond else Tone.PLAIN,
    )


def _sum(needed: Figure, prefix_length: int | None, *, show_all: bool) -> str:
    """Return a number of addresses: ``3 x 31 = 93, a /25``."""
    subnet = f"a /{prefix_length}" if prefix_length is not None else "more than any subnet"
    told = worked(needed, show_all=show_all).text
    return f"{told}, {subnet}" if needed.number else told


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
