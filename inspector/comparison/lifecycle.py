"""What retires and when, and how ready a kubenet cluster is to move."""

from collections.abc import Sequence
from typing import Final

from inspector.cluster.move_conditions import Answer, overlay_readiness
from inspector.cluster.retirements import RETIREMENTS, Retirement, usage_of
from inspector.comparison.answers import Question, Said, at_least, said
from inspector.comparison.side import Side
from inspector.network.models import NetworkModel
from inspector.nodes import makes_nodes_without_pool
from inspector.resources import same_text
from inspector.wording import count, names, share

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
    conditions = overlay_readiness(side.cluster)
    answers = [each.answer for each in conditions]
    unmet = [each.words for each in conditions if each.answer is Answer.NOT_MET]
    met, hidden = answers.count(Answer.MET), answers.count(Answer.NOT_VISIBLE)
    words = f"{share(met, len(conditions), 'condition')} met"
    words += f", {hidden} not visible in ARM" if hidden else ""
    return said(
        words,
        f"not met: {names(unmet)}" if unmet else "nothing that ARM shows is in the way",
        conditions=len(conditions),
        met=met,
        not_met=len(unmet),
        not_visible=hidden,
    )


QUESTIONS: Final = (
    Question("retirements", "Features that retire", _retirements),
    Question("overlay-readiness", "Ready to move to Overlay", _readiness),
)
