"""The checks: one module each, found by its name."""

from collections.abc import Iterable
from datetime import date
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from inspector.checking import Check, Subject, run
from inspector.config import Thresholds
from inspector.findings import Outcome
from inspector.topology import Topology


@cache
def all_checks() -> tuple[Check, ...]:
    """Return every check, by id: each module of this package has one, named ``check``."""
    names = (module.name for module in iter_modules(__path__))
    checks = (import_module(f"{__name__}.{name}").check for name in names)
    return tuple(sorted(checks, key=lambda check: check.id))


def run_checks(
    topology: Topology,
    checks: Iterable[Check] | None = None,
    *,
    as_of: date | None = None,
    thresholds: Thresholds | None = None,
    on_premises: tuple[str, ...] = (),
) -> tuple[Outcome, ...]:
    """Run the checks, all of them unless some are given, and return the outcomes by check id.

    ``as_of`` is the day that dates are judged by, the snapshot's own unless it is given.
    ``on_premises`` are ranges in use beyond Azure.
    """
    subject = Subject(topology, as_of=as_of, thresholds=thresholds, on_premises=on_premises)
    return run(all_checks() if checks is None else checks, subject)


__all__ = ["all_checks", "run_checks"]
