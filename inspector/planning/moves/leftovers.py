"""What is left of the network model of before in a cluster that has moved already."""

from typing import Final, NamedTuple

from inspector.checks import kubenet_residue, one_ip_per_node, run_checks
from inspector.cluster.move_conditions import Situation
from inspector.findings import Status
from inspector.wording import names

_CHECKS: Final = (kubenet_residue.check, one_ip_per_node.check)


class Leftovers(NamedTuple):
    """What was found, and which checks could not decide, each as a sentence."""

    found: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()


def left_behind(situation: Situation) -> Leftovers:
    """Return what the checks find that moves leave behind, each with its check."""
    outcomes = run_checks(situation.today, _CHECKS, as_of=situation.as_of)
    unknown = [each.check for each in outcomes if each.status is Status.UNKNOWN]
    words = f"Whether something was left behind could not all be seen: check {names(unknown)}."
    return Leftovers(
        found=tuple(
            f"Left behind: {each.message} (check {outcome.check})."
            for outcome in outcomes
            for each in outcome.findings
        ),
        unseen=(words,) if unknown else (),
    )
