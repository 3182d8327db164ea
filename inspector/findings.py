"""What a check says: outcomes, findings, and the evidence they rest on."""

from enum import StrEnum
from hashlib import sha256

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

    @property
    def rank(self) -> int:
        """The place in the order, 0 for the worst."""
        return list(Severity).index(self)


class Status(StrEnum):
    """The four answers of a check."""

    FAILED = "failed"
    UNKNOWN = "unknown"
    PASSED = "passed"
    SKIPPED = "skipped"


class Group(StrEnum):
    """What part of the cluster a check is about; checks are chosen by it."""

    INTERFACES = "interfaces"
    ROUTES = "routes"
    ADDRESSES = "addresses"
    LOAD_BALANCER = "load-balancer"
    SECURITY = "security"
    EGRESS = "egress"
    LIFECYCLE = "lifecycle"


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """A field of a collected resource with its value; ``name`` is what the portal calls it."""

    resource: ResourceId
    name: str
    field: str
    value: str | int | bool | None


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong, by its cause: several nodes with the same fault are one finding.

    ``subject`` is the resource at fault and ``name`` what the portal calls it. ``cause`` tells
    apart the faults that one check looks for. ``impact`` says what breaks, ``remediation`` what
    to do, ``commands`` are ``az`` commands that confirm the fault or mend it. ``fingerprint``
    stays the same from run to run while the same check finds the same cause on the same resource.
    """

    check: str
    severity: Severity
    cause: str
    subject: ResourceId
    name: str
    message: str
    impact: str
    evidence: tuple[Evidence, ...]
    remediation: str
    commands: tuple[str, ...] = ()
    fingerprint: str

    @property
    def order(self) -> tuple[int, str, str, str]:
        """What findings are sorted by, the worst first."""
        return self.severity.rank, self.check, self.subject.key, self.cause


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What one check came to.

    ``severity`` is the worst of the findings, or what the check's findings mostly have.
    ``message`` holds the denominators, or why the check was skipped; ``evidence`` is what a pass
    rests on; ``missing`` is what an unknown would need, or what may hide further findings.
    """

    check: str
    title: str
    group: Group
    severity: Severity
    subject: ResourceId
    status: Status
    message: str
    findings: tuple[Finding, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    missing: tuple[Gap, ...] = ()


def fingerprint(check: str, cause: str, subject: ResourceId) -> str:
    """Return what identifies a finding from run to run, as 32 hex digits."""
    return sha256(f"{check}\n{cause}\n{subject.key}".encode()).hexdigest()[:32]
