"""What a check is: an id, a severity, a page of documentation and a decision."""

from collections.abc import Callable, Iterable

import msgspec

from inspector.checking.subject import Subject
from inspector.findings import Evidence, Finding, Group, Outcome, Severity, Status, fingerprint
from inspector.resource_id import ResourceId
from inspector.resources import Resource
from inspector.snapshot import Gap


class Passed(msgspec.Struct, frozen=True):
    """Everything the check needs was read, and it holds."""

    message: str
    evidence: tuple[Evidence, ...] = ()


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """One cause of failure on one resource, before it is given the check's name.

    ``severity`` is the check's own unless it is given. ``is_count`` says that the fault is a
    number that does not match, which proves nothing while the cluster is changing.
    """

    cause: str
    resource: ResourceId
    name: str
    message: str
    impact: str
    evidence: tuple[Evidence, ...]
    remediation: str
    commands: tuple[str, ...] = ()
    severity: Severity | None = None
    is_count: bool = False


class Failed(msgspec.Struct, frozen=True):
    """The check does not hold; ``missing`` is what may hide more."""

    message: str
    problems: tuple[Problem, ...]
    missing: tuple[Gap, ...] = ()


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

    ``decide`` answers about the subject and may raise ``NotCollected``: the runner turns that
    into an unknown that names what is missing.
    """

    id: str
    title: str
    group: Group
    severity: Severity
    documentation: str
    decide: Callable[[Subject], Decision]

    def outcome(self, cluster: ResourceId, decision: Decision) -> Outcome:
        """Return the decision as this check's outcome on the cluster."""
        match decision:
            case Passed(message, rests_on):
                plain = self._plain(cluster, Status.PASSED, message)
                return msgspec.structs.replace(plain, evidence=rests_on)
            case Failed(message, problems, missing):
                plain = self._plain(cluster, Status.FAILED, message)
                found = self._findings(problems)
                worst = min((each.severity for each in found), key=lambda each: each.rank)
                return msgspec.structs.replace(
                    plain, severity=worst, findings=found, missing=missing
                )
            case Undecided(message, missing):
                plain = self._plain(cluster, Status.UNKNOWN, message)
                return msgspec.structs.replace(plain, missing=missing)
            case Skipped(reason):
                return self._plain(cluster, Status.SKIPPED, reason)

    def _findings(self, problems: Iterable[Problem]) -> tuple[Finding, ...]:
        found = [
            Finding(
                check=self.id,
                severity=problem.severity or self.severity,
                cause=problem.cause,
                subject=problem.resource,
                name=problem.name,
                message=problem.message,
                impact=problem.impact,
                evidence=problem.evidence,
                remediation=problem.remediation,
                commands=problem.commands,
                fingerprint=fingerprint(self.id, problem.cause, problem.resource),
            )
            for problem in problems
        ]
        found.sort(key=lambda each: each.severity.rank)
        return tuple(found)

    def _plain(self, cluster: ResourceId, status: Status, message: str) -> Outcome:
        return Outcome(
            check=self.id,
            title=self.title,
            group=self.group,
            severity=self.severity,
            subject=cluster,
            status=status,
            message=message,
        )


def evidence(resource: Resource, field: str, value: object) -> Evidence:
    """Return a field of a resource with its value; lists become text, one entry after another."""
    if value is None or isinstance(value, str | int | bool):
        shown = value
    elif isinstance(value, Iterable):
        shown = ", ".join(map(str, value)) or None
    else:
        shown = str(value)
    return Evidence(resource=resource.id, name=resource.title, field=field, value=shown)
