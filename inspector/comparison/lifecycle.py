"""What retires and when, and how ready a kubenet cluster is to move."""

from collections.abc import Sequence
from typing import Final

from inspector.cluster.move_conditions import (
    Answer,
    Requirement,
    conditions_of_overlay,
    conditions_of_reimage,
)
from inspector.cluster.retirements import RETIREMENTS, Retirement, usage_of
from inspector.comparison.answers import Question, Said, at_least, made_of, said
from inspector.comparison.side import Side
from inspector.network.models import NetworkModel
from inspector.nodes import makes_nodes_without_pool
from inspector.planning.moves import Weight
from inspector.planning.moves.reasons import REASONS
from inspector.report.answer import unknown_of
from inspector.resources import same_text
from inspector.wording import count, names, share

_MOST_NEEDED: Final = 2
_BASIC: Final = "load-balancer-sku"
_KUBENET: Final = next(each for each in RETIREMENTS if each.predicate == "kubenet")


def _retirements(side: Side) -> Said:
    """Return what the cluster uses that retires; ARM may not tell every operating system."""
    usages = [(each, usage_of(each, side.cluster)) for each in RETIREMENTS]
    used = [each for each, usage in usages if usage.uses or _is_basic(side, each)]
    used.sort(key=lambda each: (each.retired_on, each.feature))
    is_untold = any(usage.untold for _, usage in usages) or makes_nodes_without_pool(side.topology)
    words = "; ".join(_dated(side, each) for each in used) or "nothing"
    words += ", as far as ARM tells" if is_untold else ""
    past = sum(each.retired_on <= side.as_of for each in used)
    kubenet = f"kubenet {_when(side, _KUBENET)}" if _KUBENET in used else ""
    found = said(words, kubenet, _nearest(side, used), features=len(used), past=past)
    found = made_of(found, (each.feature for each in used))
    return at_least(found) if is_untold else found


def _dated(side: Side, retirement: Retirement) -> str:
    is_past = retirement.retired_on <= side.as_of
    return f"{retirement.feature}, {'retired ' if is_past else ''}{retirement.retired_on}"


def _nearest(side: Side, used: Sequence[Retirement]) -> str:
    if not used:
        return "nothing in use has a date"
    return f"{used[0].feature} {_when(side, used[0])}"


def _when(side: Side, retirement: Retirement) -> str:
    days = (retirement.retired_on - side.as_of).days
    if days > 0:
        return f"retires in {count(days, 'day')}"
    return f"retired {count(-days, 'day')} ago" if days else "retires today"


def _is_basic(side: Side, retirement: Retirement) -> bool:
    """Whether it is the Basic load balancer's; a profile without a SKU is older than Standard."""
    is_its = retirement.told_by == _BASIC
    return is_its and same_text(side.profile.load_balancer_sku or "Basic", "Basic")


def _readiness(side: Side) -> Said:
    if side.model is not NetworkModel.KUBENET:
        return said(None, "only kubenet has to move")
    situation = side.situation
    conditions = (*conditions_of_reimage(situation), *conditions_of_overlay(situation))
    unmet = [each for each in conditions if each.answer is Answer.NOT_MET]
    hidden = [each for each in conditions if each.answer is Answer.NOT_VISIBLE]
    open_ones = [each for each in hidden if each.gaps or each.doubts]
    found = _counted(conditions, unmet, hidden)
    parts = (each.condition.value for each in (*unmet, *hidden) if each not in open_ones)
    found = made_of(found, parts)
    gaps = (unknown_of(gap) for each in open_ones for gap in each.gaps)
    doubts = (side.untold(doubt) for each in open_ones for doubt in each.doubts)
    return at_least(found, (*gaps, *doubts)) if open_ones else found


def _counted(
    conditions: Sequence[Requirement], unmet: Sequence[Requirement], hidden: Sequence[Requirement]
) -> Said:
    """Return how many conditions there are of which kind, and which ones are not met."""
    blockers = [each for each in unmet if REASONS[each.condition].weight is Weight.BLOCKER]
    risks = [each for each in unmet if each not in blockers]
    met = len(conditions) - len(unmet) - len(hidden)
    parts = [f"{share(met, len(conditions), 'condition')} met"]
    parts += [count(len(blockers), "blocker")] if blockers else []
    parts += [count(len(risks), "risk")] if risks else []
    parts += [f"{len(hidden)} not visible in ARM"] if hidden else []
    needed = names((each.words for each in (*blockers, *risks)), _MOST_NEEDED)
    return said(
        ", ".join(parts),
        f"needed: {needed}" if unmet else "nothing that ARM shows is in the way",
        conditions=len(conditions),
        met=met,
        blockers=len(blockers),
        risks=len(risks),
        not_visible=len(hidden),
    )


QUESTIONS: Final = (
    Question("retirements", "Features that retire", _retirements),
    Question("overlay-readiness", "Ready to move to Overlay", _readiness),
)
