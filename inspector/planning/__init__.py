"""What a cluster has room for, and what moving it to another network model would mean."""

from collections.abc import Iterable, Iterator
from datetime import date

from inspector.cluster.node_room import node_room
from inspector.cluster.subnet_capacity import subnet_capacities
from inspector.config import Config
from inspector.nodes import makes_nodes_without_pool, pool_profiles
from inspector.planning.basis import Basis, basis_of
from inspector.planning.ceilings import build_ceilings
from inspector.planning.draws import drawn_subnets
from inspector.planning.figures import Figure, hidden_in, marked
from inspector.planning.moves import Rehearsal, Target, rehearse
from inspector.planning.rooms import build_rooms
from inspector.planning.runway import pod_cidr_runway, subnet_runway
from inspector.planning.snat import build_snat, require_ports
from inspector.planning.summary import Parts, build_summary
from inspector.planning.views import SCHEMA_VERSION, Plan, Supposition
from inspector.report.answer import Unknown, unknown_of
from inspector.resources import AgentPoolProfile
from inspector.snapshot import Snapshot
from inspector.topology import Topology
from inspector.what_if import WhatIf, suppose


def plan(  # noqa: PLR0913  each is an option of its own
    snapshot: Snapshot,
    *,
    what_if: WhatIf | None = None,
    ports_per_node: int | None = None,
    to: Target | None = None,
    config: Config | None = None,
    as_of: date | None = None,
) -> Plan:
    """Return what a cluster has room for; with ``to`` also what moving it there would mean.

    ``what_if`` supposes other pools: figures are of these, and what is given out, free and in use
    stays what ARM shows. ``ports_per_node`` are SNAT ports that each node is to have. ``as_of`` is
    the day that dates are judged by, the snapshot's own unless it is given. Raises ``UsageError``
    for a number of ports that Azure does not give, for a pool the cluster does not have and for a
    number that AKS does not allow.
    """
    require_ports(ports_per_node)
    what_if = what_if or WhatIf()
    day = as_of or snapshot.captured_at.date()
    today, supposed = Topology(snapshot), Topology(suppose(snapshot, what_if))
    before = _parts(basis_of(today, pool_profiles(today)), ports_per_node)
    parts = before
    if what_if:
        now = _parts(basis_of(today, pool_profiles(supposed)), ports_per_node)
        parts = marked(now, before)
    move = None
    if to is not None:
        on_premises = (config or Config()).on_premises
        move = rehearse(today, supposed, to, as_of=day, on_premises=on_premises)
    return Plan(
        tool_version=snapshot.tool_version,
        captured_at=snapshot.captured_at,
        cluster=snapshot.cluster,
        as_of=day,
        what_if=tuple(_suppositions(what_if)),
        summary=build_summary(parts),
        summary_today=build_summary(before) if what_if else None,
        pools=parts.pools,
        subnets=parts.subnets,
        pod_cidr=parts.pod_cidr,
        ceilings=parts.ceilings,
        snat=parts.snat,
        notes=tuple(_notes(today, pool_profiles(supposed))),
        missing=tuple(dict.fromkeys((*_hidden(today), *hidden_in(parts), *hidden_in(move)))),
        move=move,
    )


def _parts(basis: Basis, ports_per_node: int | None) -> Parts:
    subnets = drawn_subnets(basis)
    return Parts(
        pools=build_rooms(basis, subnets),
        subnets=tuple(map(subnet_runway, subnets.every)),
        pod_cidr=pod_cidr_runway(basis),
        ceilings=build_ceilings(basis, subnets),
        snat=build_snat(basis, ports_per_node),
    )


def _suppositions(what_if: WhatIf) -> Iterator[Supposition]:
    for option, values in what_if.options:
        for pool in sorted(values):
            yield Supposition(option=option, pool=pool or None, value=str(values[pool]))


def _notes(topology: Topology, pools: Iterable[AgentPoolProfile]) -> Iterator[str]:
    """Yield what the figures leave open although everything was seen.

    Source: AKS "api-server-vnet-integration" for the addresses of an API server.
    """
    room, subnets = topology.once(node_room), topology.once(subnet_capacities)
    yield from dict.fromkeys((*subnets.doubts, *room.doubts))
    for each in pools:
        nodes, most = each.node_count, each.max_count
        if each.enable_auto_scaling and nodes is not None and most is not None and nodes > most:
            yield (
                f"pool {each.name} has more nodes than its autoscaler's maximum of {most:,}: "
                f"its {nodes:,} count as its maximum"
            )
    if makes_nodes_without_pool(topology):
        yield (
            "node auto-provisioning adds nodes up to limits that ARM does not show: the maximum of "
            "this cluster is not declared anywhere"
        )
    if topology.cluster.properties.api_server_access_profile.enable_vnet_integration:
        yield (
            "the API server takes 9 addresses at least of a subnet of its own, which does not fill "
            "as nodes are added"
        )


def _hidden(topology: Topology) -> Iterator[Unknown]:
    """Yield what hides a subnet or a ceiling."""
    room, subnets = topology.once(node_room), topology.once(subnet_capacities)
    yield from map(unknown_of, (*subnets.gaps, *room.gaps))


__all__ = [
    "SCHEMA_VERSION",
    "Figure",
    "Plan",
    "Rehearsal",
    "Supposition",
    "Target",
    "WhatIf",
    "plan",
    "suppose",
]
