"""The checks, one module each, and the engine that runs them."""

from collections.abc import Iterable
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from inspector.checks.check import Check, Undecided
from inspector.collected import NotCollected
from inspector.findings import Outcome
from inspector.topology import Topology

_NOT_CHECKS = frozenset({"check"})


@cache
def all_checks() -> tuple[Check, ...]:
    """Return every check, by id: each module of this package has one, named ``check``."""
    names = (module.name for module in iter_modules(__path__) if module.name not in _NOT_CHECKS)
    checks = (import_module(f"{__name__}.{name}").check for name in names)
    return tuple(sorted(checks, key=lambda check: check.id))


def run_checks(topology: Topology, checks: Iterable[Check] | None = None) -> tuple[Outcome, ...]:
    """Put every check's question to the topology and return the outcomes, by check id.

    What was not collected makes a check unknown, and so does a fault in the check itself: it
    must neither hide the other outcomes nor pass for an answer.
    """
    outcomes = (_run(check, topology) for check in (all_checks() if checks is None else checks))
    return tuple(sorted(outcomes, key=lambda outcome: outcome.check))


def _run(check: Check, topology: Topology) -> Outcome:
    subject = topology.snapshot.cluster
    try:
        decision = check.decide(topology)
    except NotCollected as unknown:
        decision = Undecided(f"{unknown.gap.target.name} could not be seen", (unknown.gap,))
    except Exception as fault:  # one broken check must not take the others along
        decision = Undecided(f"the check itself failed: {type(fault).__name__}: {fault}")
    return check.outcome(subject, decision)


__all__ = ["Check", "all_checks", "run_checks"]
