"""The answer of ``check``: what the checks came to on one snapshot."""

from collections.abc import Iterable
from datetime import date, datetime

import msgspec

from inspector.assessment import Assessment, Counts, Ignored, assess
from inspector.baseline import RESULT_SCHEMA_VERSION, Baseline, Comparison
from inspector.checking import Check
from inspector.config import Config
from inspector.findings import Finding, Outcome, Severity
from inspector.resource_id import ResourceId
from inspector.snapshot import Gap, Snapshot
from inspector.topology import Topology


class CheckReport(msgspec.Struct, frozen=True, kw_only=True):
    """What the checks say of one snapshot; the fields are those of an assessment and its origin."""

    schema_version: int = RESULT_SCHEMA_VERSION
    tool_version: str
    captured_at: datetime
    as_of: date
    cluster: ResourceId
    config: str | None
    counts: Counts
    findings: tuple[Finding, ...]
    outcomes: tuple[Outcome, ...]
    ignored: tuple[Ignored, ...]
    notes: tuple[str, ...]
    baseline: Comparison | None
    gaps: tuple[Gap, ...]

    @property
    def is_incomplete(self) -> bool:
        """Whether a check could not be decided, or failed and may not have seen all faults."""
        return self.counts.unknown > 0 or any(each.missing for each in self.outcomes)

    def at_or_above(self, severity: Severity | None) -> tuple[Finding, ...]:
        """Return the reported findings that are at least as bad, worst first; of ``None`` none."""
        if severity is None:
            return ()
        return tuple(each for each in self.findings if each.severity.rank <= severity.rank)

    @property
    def assessment(self) -> Assessment:
        """The part of it that a report has as well."""
        fields = Assessment.__struct_fields__
        return Assessment(**{name: getattr(self, name) for name in fields})


def check(
    snapshot: Snapshot,
    *,
    config: Config | None = None,
    as_of: date | None = None,
    checks: Iterable[Check] | None = None,
    baseline: Baseline | None = None,
) -> CheckReport:
    """Run the checks on a snapshot, all of them unless some are chosen.

    ``as_of`` is the day that dates are judged by, the snapshot's own unless it is given. Only
    findings that a ``baseline`` does not have are reported. Raises ``UsageError`` if the settings
    name an unknown check or the baseline is another cluster's, ``BadDocument`` if a document does
    not have ARM's shape.
    """
    found = assess(Topology(snapshot), config=config, as_of=as_of, checks=checks, baseline=baseline)
    return CheckReport(
        tool_version=snapshot.tool_version,
        captured_at=snapshot.captured_at,
        cluster=snapshot.cluster,
        gaps=snapshot.gaps,
        **msgspec.structs.asdict(found),
    )
