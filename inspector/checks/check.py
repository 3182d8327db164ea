"""What a check is: an id, a severity, a page of documentation and a decision."""

from collections.abc import Callable, Iterable

import msgspec

from inspector.findings import Evidence, Finding, Outcome, Severity, Status
from inspector.resource_id import ResourceId
from inspector.snapshot import Gap
from inspector.topology import Topology


class Passed(msgspec.Struct, frozen=True):
    """Everything the check needs was read, and it holds."""

    message: str
    evidence: tuple[Evidence, ...] = ()


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """One cause of failure, before it is given the check's name."""

    message: str
    evidence: tuple[Evidence, ...]
    remediation: str


class Failed(msgspec.Struct, frozen=True):
    """The check does not hold, whatever else could not be seen."""

    message: str
    problems: tuple[Problem, ...]


class Undecided(msgspec.Struct, frozen=True):
    """It cannot be decided, because of what is missing."""

    message: str
    missing: tuple[Gap, ...] = ()


class Skipped(msgspec.Struct, frozen=True):
    """The check does not apply."""

    reason: str


Decision = Passed | Failed | Undecided | Skipped


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One question about a cluster; ``id`` is its name everywhere.

    ``decide`` answers from the topology and may raise ``NotCollected``: the engine turns that
    into an unknown that names what is missing.
    """

    id: str
    title: str
    severity: Severity
    documentation: str
    decide: Callable[[Topology], Decision]

    def outcome(self, subject: ResourceId, decision: Decision) -> Outcome:
        """Return the decision as this check's outcome on the subject."""
        match decision:
            case Passed(message, evidence):
                plain = self._plain(subject, Status.PASSED, message)
                return msgspec.structs.replace(plain, evidence=evidence)
            case Failed(message, problems):
                plain = self._plain(subject, Status.FAILED, message)
                return msgspec.structs.replace(plain, findings=self._findings(subject, problems))
            case Undecided(message, missing):
                plain = self._plain(subject, Status.UNKNOWN, message)
                return msgspec.structs.replace(plain, missing=missing)
            case Skipped(reason):
                return self._plain(subject, Status.SKIPPED, reason)

    def _findings(self, subject: ResourceId, problems: Iterable[Problem]) -> tuple[Finding, ...]:
        return tuple(
            Finding(
                check=self.id,
                severity=self.severity,
                subject=subject,
                message=problem.message,
                evidence=problem.evidence,
                remediation=problem.remediation,
            )
            for problem in problems
        )

    def _plain(self, subject: ResourceId, status: Status, message: str) -> Outcome:
        return Outcome(
            check=self.id,
            title=self.title,
            severity=self.severity,
            subject=subject,
            status=status,
            message=message,
        )
