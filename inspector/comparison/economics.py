"""What each cluster's own workload takes under every model, in addresses of the VNet.

The arithmetic is that of :mod:`inspector.network.address_needs`, which names the sources: nodes and
those of an upgrade, all pools at once, times what a node takes.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from inspector.comparison.side import Side
from inspector.comparison.views import ModelNeeds, Need, Number, Workload
from inspector.network import address_economics
from inspector.network.address_economics import needs_by_model
from inspector.network.address_needs import Needs, addresses_per_node, smallest_prefix
from inspector.network.models import NetworkModel, pool_model
from inspector.network.pool_sizes import PoolSize, Situation, pool_size
from inspector.nodes import makes_nodes_without_pool
from inspector.report.answer import Unknown, unknown_of

SITUATIONS: Final = (Situation.NOW, Situation.UPGRADE, Situation.MAXIMUM_AND_UPGRADE)
_MOST_TERMS: Final = 3
_Taken = Sequence[tuple[PoolSize, int | None]]


def workload(side: Side) -> Workload:
    """Return what a cluster's pools take under each model."""
    own = {pool_model(side.profile, each) for each in side.pools} or {side.model}
    counted = [each.node_count for each in side.pools]
    return Workload(
        nodes=_told(side, _sum(counted)),
        nodes_not_counted=_not_counted(side),
        is_open_ended=makes_nodes_without_pool(side.topology),
        models=tuple(_of_model(side, each, own) for each in needs_by_model(side.pools)),
    )


def _sum(numbers: Iterable[int | None]) -> int | None:
    every = list(numbers)
    known = [each for each in every if each is not None]
    return sum(known) if len(known) == len(every) else None


def _told(side: Side, number: int | None) -> Number:
    reason = "ARM does not tell nodes, maximum, surge or maxPods of a pool"
    return side.untold(reason) if number is None else number


def _not_counted(side: Side) -> Number:
    hidden = side.topology.hidden_nodes
    if hidden:
        return unknown_of(hidden[0])
    return sum(each.pool is None for each in side.topology.nodes)


def _of_model(
    side: Side, found: address_economics.ModelNeeds, own: set[NetworkModel]
) -> ModelNeeds:
    return ModelNeeds(
        model=found.model,
        words=found.model.words,
        is_own=found.model in own,
        needs=tuple(_need(side, found, each) for each in SITUATIONS),
    )


def _need(side: Side, found: address_economics.ModelNeeds, situation: Situation) -> Need:
    of_node = [addresses_per_node(found.model, each.max_pods) for each in side.pools]
    sizes = [pool_size(each, situation) for each in side.pools]
    nodes = _told(side, _at(found.node_subnet, situation))
    pods = _told(side, _at(found.pod_subnet, situation))
    slices = found.slices
    return Need(
        situation=situation,
        node_subnet=nodes,
        node_formula=_formula([*zip(sizes, (each.node_subnet for each in of_node), strict=True)]),
        node_prefix_length=_prefix(nodes),
        pod_subnet_floor=_told(side, _at(found.pod_subnet_floor, situation)),
        pod_subnet=pods,
        pod_formula=_formula([*zip(sizes, (each.pod_subnet for each in of_node), strict=True)]),
        pod_prefix_length=_prefix(pods) if pods != 0 else None,
        slices=None if slices is None else _told(side, _at(slices, situation)),
    )


def _at(needs: Needs, situation: Situation) -> int | None:
    """Return a need in a situation, all pools upgrading at once."""
    if situation.is_maximum:
        return needs.at_most_with_surge.documented if situation.is_upgrade else needs.at_most
    return needs.now_with_surge.documented if situation.is_upgrade else needs.now


def _prefix(addresses: Number) -> int | None:
    return None if isinstance(addresses, Unknown) else smallest_prefix(addresses)


def _formula(pools: _Taken) -> str | None:
    """Return the sum as text, pools of which a node takes the same put together.

    ``None`` where it is a single number, cannot be told, or has too many terms.
    """
    together: dict[int, list[PoolSize]] = {}
    for size, each in pools:
        if each is None or size.nodes is None or size.surge is None:
            return None
        if each and size.nodes:
            together.setdefault(each, []).append(size)
    if len(together) > _MOST_TERMS:
        return None
    terms = [_term(sizes, each) for each, sizes in together.items()]
    text = " + ".join(terms)
    return text if " " in text else None


def _term(sizes: Iterable[PoolSize], each: int) -> str:
    every = list(sizes)
    nodes = sum(size.nodes or 0 for size in every)
    surge = sum(size.surge or 0 for size in every)
    number = f"{nodes} + {surge}" if surge else str(nodes)
    if each == 1:
        return number
    return f"({number}) x {each}" if surge else f"{number} x {each}"
