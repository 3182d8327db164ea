"""Putting one check to a bundled or changed cluster."""

from datetime import date
from importlib import import_module

from inspector.checking import Check
from inspector.checks import run_checks
from inspector.config import Thresholds
from inspector.findings import Finding, Outcome, Status
from inspector.snapshot import Snapshot
from inspector.topology import Topology
from tests.odd_clusters import Draft, Refusal, bundled, refused


def check_of(check_id: str) -> Check:
    """Return the check of an id."""
    module = import_module(f"inspector.checks.{check_id.replace('-', '_')}")
    found: Check = module.check
    return found


def ask(
    check_id: str,
    cluster: str | Draft | Snapshot,
    *refusals: Refusal,
    as_of: date | None = None,
    thresholds: Thresholds | None = None,
    on_premises: tuple[str, ...] = (),
) -> Outcome:
    """Return the check's outcome on a cluster, with some of it refused."""
    if isinstance(cluster, str):
        cluster = bundled(cluster)
    elif isinstance(cluster, Draft):
        cluster = cluster.snapshot()
    snapshot = refused(cluster, refusals) if refusals else cluster
    (outcome,) = run_checks(
        Topology(snapshot),
        [check_of(check_id)],
        as_of=as_of,
        thresholds=thresholds,
        on_premises=on_premises,
    )
    assert not outcome.message.startswith("the check itself failed"), outcome.message
    return outcome


def the_finding(outcome: Outcome) -> Finding:
    """Return the only finding of a failed outcome, and see to what every finding must have."""
    assert outcome.status is Status.FAILED, outcome.message
    (finding,) = outcome.findings
    return finding
