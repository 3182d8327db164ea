"""Rehearsing a move: what it needs, what comes first, what it changes."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final

import msgspec

from inspector.cluster.move_conditions import (
    Answer,
    Condition,
    Reading,
    Requirement,
    Situation,
    conditions_of_cilium,
    conditions_of_new_cluster,
    conditions_of_overlay,
    conditions_of_reimage,
)
from inspector.cluster.retirements import RETIREMENTS
from inspector.findings import Evidence
from inspector.network.models import (
    NetworkModel,
    describe_network,
    network_model,
)
from inspector.network.targets import Target, is_there, way_to
from inspector.nodes import pool_profiles
from inspector.planning.moves.effects import (
    Effects,
    PodCIDRChoice,
    PodCIDRProposal,
    effects_of,
)
from inspector.planning.moves.leftovers import Leftovers, left_behind
from inspector.planning.moves.new_cluster import steps_beside
from inspector.planning.moves.reasons import REASONS
from inspector.planning.moves.remedies import remedy_of
from inspector.planning.moves.steps import numbered, steps_in_place
from inspector.planning.moves.verdicts import summary_of, verdict_of, what_instead
from inspector.planning.moves.views import (
    ConditionView,
    Deadline,
    MoveVerdict,
    Rehearsal,
    Step,
    Weight,
)
from inspector.report.answer import unknown_of
from inspector.resources import same_text
from inspector.topology import Topology

_KUBENET: Final = "kubenet"
_NEW_MODELS: Final = {
    Target.NODE_SUBNET: NetworkModel.CNI_NODE_SUBNET,
    Target.POD_SUBNET: NetworkModel.CNI_POD_SUBNET_DYNAMIC,
    Target.OVERLAY: NetworkModel.CNI_OVERLAY,
    Target.CILIUM: NetworkModel.CNI_OVERLAY,
}

_SETTLED_BY_OVERLAY: Final = {Condition.WINDOWS, Condition.POLICY_ENGINE}
"""What a cluster of kubenet has no more, or is asked for already, when it is on Overlay."""

Found = tuple[Target | None, Requirement]
"""A condition with the update it belongs to, ``None`` for a new cluster."""


def rehearse(
    today: Topology,
    supposed: Topology,
    to: Target,
    *,
    as_of: date,
    on_premises: tuple[str, ...],
) -> Rehearsal:
    """Return what moving the cluster would take and change; nothing is moved.

    What exists is told by ``today``, and how large the pools are by ``supposed``. ``as_of`` is the
    day that dates are judged by, ``on_premises`` are ranges beyond Azure. Raises ``ValueError`` for
    one that is no range.
    """
    situation = Situation(today=today, supposed=supposed, as_of=as_of, on_premises=on_premises)
    profile, pools = today.cluster.properties.network_profile, pool_profiles(today)
    model = network_model(profile, pools)
    path = () if is_there(profile, model, to) else way_to(to, model)
    effects = effects_of(today, supposed, path, to=to, on_premises=on_premises)
    found = list(_requirements(situation, model, to, path, effects.pod_cidr))
    conditions = tuple(_view(situation, update, each) for update, each in found)
    verdict = verdict_of(situation, model, to, conditions)
    is_there_already = verdict is MoveVerdict.ALREADY_THERE
    left = left_behind(situation) if is_there_already else Leftovers()
    steps = numbered(_steps(situation, to, verdict, found, effects))
    return Rehearsal(
        target=to,
        model=model,
        today=describe_network(profile, pools),
        verdict=verdict,
        summary=summary_of(verdict, to, conditions, has_leftovers=bool(left.found)),
        instead=what_instead(situation, model, to, conditions),
        deadline=_deadline(model, as_of),
        path=path,
        reimages=sum(each.reimages for each in steps),
        met=sum(each.answer is Answer.MET for each in conditions),
        blockers=_unmet(conditions, Weight.BLOCKER),
        risks=_unmet(conditions, Weight.RISK),
        not_visible=sum(each.answer is Answer.NOT_VISIBLE for each in conditions),
        conditions=conditions,
        steps=steps,
        notes=tuple(_notes(situation, path, left)),
        effects=effects,
    )


def _unmet(conditions: Iterable[ConditionView], weight: Weight) -> int:
    return sum(each.answer is Answer.NOT_MET and each.weight is weight for each in conditions)


def _requirements(
    situation: Situation,
    model: NetworkModel,
    to: Target,
    path: tuple[Target, ...],
    proposal: PodCIDRProposal | None,
) -> Iterator[Found]:
    """Yield the conditions of the updates, or of a new cluster where there is no update."""
    profile = situation.today.cluster.properties.network_profile
    if is_there(profile, model, to) or model is NetworkModel.UNRECOGNISED:
        return
    for update in path[:1]:
        yield from ((update, each) for each in conditions_of_reimage(situation))
    if Target.OVERLAY in path:
        yield from ((Target.OVERLAY, each) for each in conditions_of_overlay(situation))
        if proposal is not None and model is not NetworkModel.KUBENET:
            yield Target.OVERLAY, _free_range(situation, proposal)
    if Target.CILIUM in path:
        left = set() if len(path) == 1 else _SETTLED_BY_OVERLAY
        cilium = conditions_of_cilium(situation)
        yield from ((Target.CILIUM, each) for each in cilium if each.condition not in left)
    if not path:
        beside = conditions_of_new_cluster(situation, _NEW_MODELS[to])
        yield from ((None, each) for each in beside)


def _free_range(situation: Situation, proposal: PodCIDRProposal) -> Requirement:
    """Return whether there is a range for pods, which have addresses of the network today."""
    cluster = situation.today.cluster
    answer = Answer.MET
    if proposal.choice is PodCIDRChoice.NONE_LEFT:
        answer = Answer.NOT_MET
    elif proposal.cidr is None:
        answer = Answer.NOT_VISIBLE
    told = f": {proposal.cidr}" if proposal.cidr is not None else ""
    return Requirement(
        condition=Condition.POD_CIDR_FREE,
        words=f"a private range that is in no network, with a /24 for every node{told}",
        answer=answer,
        readings=(
            Reading(
                resource=cluster.id,
                name=cluster.title,
                field="properties.networkProfile.podCidr",
                value=cluster.properties.network_profile.pod_cidr,
            ),
        ),
        doubts=proposal.doubts,
    )


def _view(situation: Situation, update: Target | None, found: Requirement) -> ConditionView:
    reason, remedy = REASONS[found.condition], remedy_of(situation, found)
    is_open = found.answer is Answer.NOT_VISIBLE
    return ConditionView(
        id=found.condition,
        step=update,
        weight=reason.weight,
        words=found.words if found.answer is Answer.MET else f"needed: {found.words}",
        answer=found.answer,
        why=reason.why,
        evidence=tuple(Evidence(**msgspec.structs.asdict(each)) for each in found.readings),
        remedy=remedy.words if remedy is not None else None,
        commands=remedy.commands if remedy is not None else (),
        missing=tuple(map(unknown_of, found.gaps)) if is_open else (),
        doubts=found.doubts if is_open else (),
    )


def _steps(
    situation: Situation,
    to: Target,
    verdict: MoveVerdict,
    found: Iterable[Found],
    effects: Effects,
) -> Iterator[Step]:
    requirements = [each for _, each in found]
    path = tuple(dict.fromkeys(update for update, _ in found if update is not None))
    remedies = (remedy_of(situation, e) for e in requirements if e.answer is Answer.NOT_MET)
    if verdict is MoveVerdict.NO_WAY or any(
        each is not None and not each.is_in_place for each in remedies
    ):
        return steps_beside(situation, to, effects)
    if not path:
        return iter(())
    return steps_in_place(situation, path, requirements, effects)


def _deadline(model: NetworkModel, as_of: date) -> Deadline | None:
    if model is not NetworkModel.KUBENET:
        return None
    day = next(each.retired_on for each in RETIREMENTS if each.predicate == _KUBENET)
    return Deadline(on=day, days_left=(day - as_of).days)


def _notes(situation: Situation, path: tuple[Target, ...], left: Leftovers) -> Iterator[str]:
    """Yield what to know that no condition tells.

    Source: Azure/AKS issue 4489 for a cluster without a profile for Windows.
    """
    properties = situation.today.cluster.properties
    yield from (*left.found, *left.unseen)
    if len(path) > 1:
        yield "AKS never changes how pods get addresses and the data plane in one update."
    is_kubenet = same_text(properties.network_profile.network_plugin, _KUBENET)
    if is_kubenet and path == (Target.OVERLAY,) and properties.windows_profile is None:
        yield "AKS may refuse a Windows pool afterwards: the cluster has no windowsProfile."
