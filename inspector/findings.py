"""What a check says: outcomes, findings, and the evidence they rest on."""

from enum import StrEnum

import msgspec

from inspector.resource_id import ResourceId
from inspector.snapshot import Gap


class Severity(StrEnum):
    """How bad a finding is, worst first."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"


class Status(StrEnum):
    """The four answers of a check."""

    FAILED = "failed"
    UNKNOWN = "unknown"
    PASSED = "passed"
    SKIPPED = "skipped"


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """A field of a collected resource with its value; ``name`` is what the portal calls it."""

    resource: ResourceId
    name: str
    field: str
    value: str | int | bool | None


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong, by its cause: several nodes with the same fault are one finding."""

    check: str
    severity: Severity
    subject: ResourceId
    message: str
    evidence: tuple[Evidence, ...]
    remediation: str


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What one check came to.

    ``message`` holds the denominators, or why the check was skipped; ``evidence`` is what a pass
    rests on; ``missing`` is what an unknown would need.
    """

    check: str
    title: str
    severity: Severity
    subject: ResourceId
    status: Status
    message: str
    findings: tuple[Finding, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    missing: tuple[Gap, ...] = ()
