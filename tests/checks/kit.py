"""Putting one check to a bundled or changed cluster."""

from collections.abc import Sequence
from datetime import date
from importlib import import_module

from inspector.checking import Check
from inspector.checks import run_checks
from inspector.config import Thresholds
from inspector.findings import Finding, Outcome, Status
from inspector.snapshot import Snapshot
from inspector.topology import Topology
from tests.odd_clusters import Draft, Refusal, bundled, refused, whatever_can_be_refused

_SUBSCRIPTION = " --subscription 00000000-0000-0000-0000-000000000000"


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


def commands_of(finding: Finding) -> tuple[str, ...]:
    """Return a finding's commands, without the subscription that each by group and name has."""
    for command in finding.commands:
        assert command.count(" --resource-group ") == command.count(_SUBSCRIPTION), command
    return tuple(command.replace(_SUBSCRIPTION, "") for command in finding.commands)


def assert_gaps_only_hide(snapshot: Snapshot, checks: Sequence[Check]) -> dict[str, Outcome]:
    """Refuse one thing after the other: an outcome may become unknown, and nothing else.

    No finding is new or worse, and one that is gone leaves word of what is missing. Returns the
    outcomes with nothing refused, by check.
    """
    before = {each.check: each for each in run_checks(Topology(snapshot), checks)}
    for refusal in whatever_can_be_refused(snapshot):
        for outcome in run_checks(Topology(refused(snapshot, [refusal])), checks):
            known = before[outcome.check]
            place = (
                f"{outcome.check} without {refusal.target} {refusal.listing or ''}: "
                f"{outcome.message}"
            )
            assert not outcome.message.startswith("the check itself failed"), place
            assert outcome.status in {known.status, Status.UNKNOWN}, place
            ranks = {each.fingerprint: each.severity.rank for each in known.findings}
            for finding in outcome.findings:
                assert finding.severity.rank >= ranks[finding.fingerprint], place
            if len(outcome.findings) < len(known.findings):
                assert outcome.missing, place
    return before
