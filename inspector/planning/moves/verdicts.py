"""What a move comes to, in one word and one sentence, and what there is instead."""

from collections.abc import Iterable
from typing import Final

from inspector.cluster.move_conditions import Answer, Condition, Situation
from inspector.network.models import NetworkModel, unrecognised
from inspector.network.targets import Target, is_there, way_to
from inspector.planning.moves.views import ConditionView, MoveVerdict, Weight
from inspector.wording import count, share

_ONLY_NEW: Final = {Condition.NETWORK_NAMES, Condition.POD_CIDR_FREE}
_NEW: Final = "Build a new cluster beside this one, and move the workloads."
_WHY_NEW: Final = {
    NetworkModel.KUBENET: "kubenet moves in place to Azure CNI Overlay alone.",
    NetworkModel.CNI_NODE_SUBNET: "Pools of one cluster cannot differ in how pods get addresses.",
    NetworkModel.CNI_POD_SUBNET_DYNAMIC: "AKS moves no cluster off its pod subnets.",
    NetworkModel.CNI_POD_SUBNET_STATIC: "AKS moves no cluster off its pod subnets.",
    NetworkModel.CNI_OVERLAY: "AKS moves no cluster from Overlay to another model.",
    NetworkModel.BYO_CNI: "AKS does not replace a CNI of your own.",
}


def verdict_of(
    situation: Situation, model: NetworkModel, to: Target, conditions: Iterable[ConditionView]
) -> MoveVerdict:
    """Return the verdict; a blocker that is not met stands whatever could not be seen."""
    profile = situation.today.cluster.properties.network_profile
    if is_there(profile, model, to):
        return MoveVerdict.ALREADY_THERE
    if model is NetworkModel.UNRECOGNISED:
        return MoveVerdict.NOT_VISIBLE
    if not way_to(to, model):
        return MoveVerdict.NO_WAY
    every = list(conditions)
    if any(each.weight is Weight.BLOCKER and each.answer is Answer.NOT_MET for each in every):
        return MoveVerdict.BLOCKED
    if any(each.answer is Answer.NOT_VISIBLE for each in every):
        return MoveVerdict.NOT_VISIBLE
    return MoveVerdict.READY


def summary_of(
    verdict: MoveVerdict, to: Target, conditions: Iterable[ConditionView], *, has_leftovers: bool
) -> str:
    """Return the verdict in a sentence, with the numbers it rests on."""
    every = list(conditions)
    unmet = [each for each in every if each.answer is Answer.NOT_MET]
    blockers = sum(each.weight is Weight.BLOCKER for each in unmet)
    hidden = sum(each.answer is Answer.NOT_VISIBLE for each in every)
    more = [f"{count(len(unmet) - blockers, 'risk')} to plan for"] * (len(unmet) > blockers)
    more += [f"{hidden} cannot be seen from ARM"] * bool(hidden)
    whole = len(every)
    match verdict:
        case MoveVerdict.ALREADY_THERE:
            but = ", but something of the model of before is left" if has_leftovers else ""
            return f"The cluster has {to.words} already{but}."
        case MoveVerdict.NO_WAY:
            return f"AKS has no update of this cluster to {to.words}."
        case MoveVerdict.BLOCKED:
            words = f"Blocked: {share(blockers, whole, 'condition')} not met"
        case MoveVerdict.NOT_VISIBLE if not every:
            return "The ways from the network model of today are not known."
        case MoveVerdict.NOT_VISIBLE:
            words = "Nothing that ARM shows is in the way"
        case MoveVerdict.READY:
            words = f"Ready: nothing is in the way, {count(whole, 'condition')} looked at"
    return f"{'; '.join((words, *more))}."


def what_instead(
    situation: Situation,
    model: NetworkModel,
    to: Target,
    conditions: Iterable[ConditionView],
) -> str | None:
    """Return what there is where no update gets the cluster there; ``None`` where one does."""
    profile = situation.today.cluster.properties.network_profile
    if is_there(profile, model, to):
        return None
    if model is NetworkModel.UNRECOGNISED:
        words = unrecognised(profile)
        return f"{words[0].upper()}{words[1:]}."
    if not way_to(to, model):
        return f"{_WHY_NEW[model]} {_NEW}"
    fixed = (each for each in conditions if each.id in _ONLY_NEW)
    if any(each.answer is Answer.NOT_MET for each in fixed):
        return f"What is not met cannot all be changed in place. {_NEW}"
    return None
