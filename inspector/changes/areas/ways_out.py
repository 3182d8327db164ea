"""How each pool's traffic leaves for the internet."""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Final

from inspector.changes.answer import Thing, Topic
from inspector.changes.areas.addresses import ADDRESSES, OUTBOUND_CAUSE, address_text
from inspector.changes.areas.cluster import CLUSTER_KEY, PORTS_PER_NODE
from inspector.changes.areas.load_balancers import PORTS
from inspector.changes.areas.node_pools import pool_key
from inspector.changes.areas.nodes import nodes_of
from inspector.changes.entries import (
    About,
    Area,
    Cause,
    Entries,
    Entry,
    Said,
    Value,
    ids,
    key_of,
    texts,
)
from inspector.cluster.egress import Egress, EgressGroup, EgressKind, derive_egress
from inspector.cluster.snat_budget import Number, Untold, budgets_of
from inspector.snapshot import Gap
from inspector.topology import Topology

Ports = tuple[Number, ...]

_WAY: Final = "way"
_UNTOLD: Final = Said(None, "not known", "not known")
_FIELDS: Final = (_WAY, "subnets", "next hops", ADDRESSES, PORTS_PER_NODE)


def _entries(topology: Topology) -> Entries:
    ways: dict[tuple[str | None, str, str], list[EgressGroup]] = {}
    for group in topology.once(derive_egress):
        place = group.pool, " and ".join(group.traffic), group.family
        ways.setdefault(place, []).append(group)
    ports = {each: _ports(topology, each) for each in _egresses(topology.once(derive_egress))}
    for (pool, traffic, family), groups in ways.items():
        yield (
            (Thing.WAY_OUT, (pool or "").casefold(), traffic, family),
            Entry(
                subject=topology.cluster.pool_id(pool) if pool else topology.cluster.id,
                about=partial(_about, groups, f"{traffic}, {family}"),
                values=_values(topology, groups, ports),
            ),
        )


def _egresses(groups: Iterable[EgressGroup]) -> Iterable[Egress]:
    return dict.fromkeys(each.egress for each in groups)


def _about(groups: Sequence[EgressGroup], whose: str) -> About:
    pool = groups[0].pool
    name = f"pool {pool}" if pool is not None else nodes_of(None)
    rules = [target for each in groups for target in each.egress.through]
    return About(
        name=f"of {name} ({whose})",
        causes=(Cause(pool_key(pool or "")),),
        follows={
            ADDRESSES: (OUTBOUND_CAUSE,),
            PORTS_PER_NODE: (
                Cause(CLUSTER_KEY, PORTS_PER_NODE),
                *(Cause(key_of(Thing.OUTBOUND_RULE, each), PORTS) for each in rules),
            ),
        },
        pile="ways out",
    )


def _values(
    topology: Topology, groups: Sequence[EgressGroup], ports: Mapping[Egress, Ports]
) -> dict[str, Value]:
    gaps = (*(gap for each in groups for gap in each.missing), *topology.hidden_nodes)
    if gaps:
        return dict.fromkeys(_FIELDS, gaps[0])
    values: tuple[Value, ...] = (
        texts(each.egress.words for each in groups),
        ids(each.subnet for each in groups if each.subnet is not None),
        texts(hop for each in groups for hop in each.egress.next_hops),
        ids(
            (public for each in groups if _is_shared(each) for public in each.public_ips),
            partial(address_text, topology),
        ),
        _fewest(tuple(each for egress in _egresses(groups) for each in ports[egress])),
    )
    return dict(zip(_FIELDS, values, strict=True))


def _is_shared(group: EgressGroup) -> bool:
    """Whether the nodes leave with the same addresses; their own are told with the nodes."""
    return group.egress.kind is not EgressKind.NODE_PUBLIC_IP


def _ports(topology: Topology, egress: Egress) -> Ports:
    """Return the SNAT ports that a node has by each division of a way out."""
    return tuple(each.per_node for each in budgets_of(topology, egress))


def _fewest(ports: Ports) -> int | Gap | Said | None:
    """Return the fewest SNAT ports that a node has by one of the ways, as far as it is told."""
    untold = [each for each in ports if isinstance(each, Untold)]
    if untold:
        return next((each.gap for each in untold if each.gap is not None), _UNTOLD)
    return min((each for each in ports if isinstance(each, int)), default=None)


WAYS_OUT: Final = Area(
    topic=Topic.WAYS_OUT,
    thing=Thing.WAY_OUT,
    entries=_entries,
    is_told_alone=False,
    pile_from=2,
)
