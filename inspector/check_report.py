"""The answer of ``check``: outcomes, and the findings in one list."""

from datetime import datetime

import msgspec

from inspector.checks import run_checks
from inspector.findings import Finding, Outcome, Status
from inspector.resource_id import ResourceId
from inspector.snapshot import Gap, Snapshot
from inspector.topology import Topology

SCHEMA_VERSION = 1


class CheckReport(msgspec.Struct, frozen=True, kw_only=True):
    """What the checks say of one snapshot."""

    schema_version: int = SCHEMA_VERSION
    tool_version: str
    captured_at: datetime
    cluster: ResourceId
    findings: tuple[Finding, ...]
    outcomes: tuple[Outcome, ...]
    gaps: tuple[Gap, ...]

    @property
    def is_incomplete(self) -> bool:
        """Whether a check could not be decided."""
        return any(outcome.status is Status.UNKNOWN for outcome in self.outcomes)


def check(snapshot: Snapshot) -> CheckReport:
    """Run every check on a snapshot.

    Raises ``BadDocument`` if a document does not have ARM's shape.
    """
    outcomes = run_checks(Topology(snapshot))
    return CheckReport(
        tool_version=snapshot.tool_version,
        captured_at=snapshot.captured_at,
        cluster=snapshot.cluster,
        findings=tuple(finding for outcome in outcomes for finding in outcome.findings),
        outcomes=outcomes,
        gaps=snapshot.gaps,
    )
