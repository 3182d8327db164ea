"""Putting the checks' questions to one subject."""

from collections.abc import Iterable

from inspector.checking.check import Check, Undecided
from inspector.checking.subject import Subject
from inspector.collected import NotCollected
from inspector.findings import Outcome


def run(checks: Iterable[Check], subject: Subject) -> tuple[Outcome, ...]:
    """Put every check's question to the subject and return the outcomes, by check id.

    What was not collected makes a check unknown, and so does a fault in the check itself: it
    must neither hide the other outcomes nor pass for an answer.
    """
    outcomes = (_run(check, subject) for check in checks)
    return tuple(sorted(outcomes, key=lambda outcome: outcome.check))


def _run(check: Check, subject: Subject) -> Outcome:
    try:
        decision = check.decide(subject)
    except NotCollected as unknown:
        decision = Undecided(f"{unknown.gap.target.name} could not be seen", (unknown.gap,))
    except Exception as fault:  # one broken check must not take the others along
        decision = Undecided(f"the check itself failed: {type(fault).__name__}: {fault}")
    return check.outcome(subject.topology.snapshot.cluster, decision)
