"""What moving a cluster to another network model changes, and for whom."""

from inspector.network.models import NetworkModel
from inspector.network.targets import Target
from inspector.planning.moves.effects.addresses import (
    AddressEffects,
    SituationNeeds,
    SubnetNeed,
    addresses_of,
)
from inspector.planning.moves.effects.callers import Caller, CallerKind, CallingDevice, ReachChange
from inspector.planning.moves.effects.changes import Changes, changes_of
from inspector.planning.moves.effects.move import Move, Way
from inspector.planning.moves.effects.pod_range import (
    PodCIDRChoice,
    PodCIDRProposal,
    propose_pod_cidr,
)
from inspector.planning.moves.effects.reach import Reach, reach_of
from inspector.planning.moves.effects.rules import RouteLeft, RuleChange, RuleLeft, RuleSide
from inspector.planning.moves.effects.stays import Stays, stays_of
from inspector.report.answer import View
from inspector.topology import Topology


class Effects(View, frozen=True):
    """What a move does, as far as ARM shows.

    ``way`` says whether updates take the cluster there, a new cluster has to, or it is there
    already. ``pod_cidr`` is ``None`` where the move sets none.
    """

    way: Way
    model_today: NetworkModel
    model_then: NetworkModel
    pod_cidr: PodCIDRProposal | None
    changes: Changes
    reach: Reach
    stays: Stays
    addresses: AddressEffects


def effects_of(
    today: Topology,
    supposed: Topology,
    path: tuple[Target, ...],
    *,
    to: Target,
    on_premises: tuple[str, ...],
) -> Effects:
    """Return what a move to a target does.

    ``path`` are the updates that lead there, none where no update does: then the effects are those
    of a new cluster. What exists is of ``today``, and how large the pools are of ``supposed``.
    Raises ``ValueError`` for a range on premises that is none.
    """
    move = Move(today=today, supposed=supposed, path=path, to=to, on_premises=on_premises)
    proposal = propose_pod_cidr(move)
    return Effects(
        way=move.way,
        model_today=move.before,
        model_then=move.after,
        pod_cidr=proposal,
        changes=changes_of(move, proposal),
        reach=reach_of(move, proposal),
        stays=stays_of(move),
        addresses=addresses_of(move),
    )


__all__ = [
    "AddressEffects",
    "Caller",
    "CallerKind",
    "CallingDevice",
    "Changes",
    "Effects",
    "PodCIDRChoice",
    "PodCIDRProposal",
    "Reach",
    "ReachChange",
    "RouteLeft",
    "RuleChange",
    "RuleLeft",
    "RuleSide",
    "SituationNeeds",
    "Stays",
    "SubnetNeed",
    "Way",
    "effects_of",
]
