"""An earlier result of the checks, and what is new, known and gone since."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec

from inspector.errors import UsageError
from inspector.files import read_limited
from inspector.findings import Finding, Outcome, Severity, Status
from inspector.resource_id import ResourceId
from inspector.resources.arm import decode_custom

RESULT_SCHEMA_VERSION: Final = 2
"""The layout of ``check -f json``; findings have had fingerprints since this one."""

_MOST_BYTES: Final = 1 << 30
_MAKE_ONE: Final = "make one with 'aks-inspector check -f json -o FILE'"


class PastFinding(msgspec.Struct, frozen=True, kw_only=True):
    """A finding of the earlier result, in short."""

    check: str
    severity: Severity
    subject: ResourceId
    name: str
    message: str
    fingerprint: str


class OpenFinding(msgspec.Struct, frozen=True, kw_only=True):
    """A finding of the earlier result of which it cannot be told whether it is still there."""

    finding: PastFinding
    reason: str


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """What became of an earlier result's findings.

    ``known`` are the fingerprints of those still there, ``gone`` those that the check would see
    and does not, ``open`` those of which that cannot be told.
    """

    file: str
    captured_at: datetime
    tool_version: str
    known: tuple[str, ...]
    gone: tuple[PastFinding, ...]
    open: tuple[OpenFinding, ...]


class Baseline(msgspec.Struct, frozen=True, kw_only=True):
    """An earlier result to compare with: the findings that were not ignored then."""

    file: str
    captured_at: datetime
    tool_version: str
    cluster: ResourceId
    findings: tuple[PastFinding, ...]

    def compare(self, outcomes: Iterable[Outcome], reported: Iterable[Finding]) -> Comparison:
        """Return what became of the findings; ``reported`` are today's that are not ignored."""
        by_check = {each.check: each for each in outcomes}
        present = {
            found.fingerprint: found for each in by_check.values() for found in each.findings
        }
        past = {each.fingerprint for each in self.findings}
        missing = [each for each in self.findings if each.fingerprint not in present]
        doubts = {each.fingerprint: _doubt(by_check, each.check) for each in missing}
        return Comparison(
            file=self.file,
            captured_at=self.captured_at,
            tool_version=self.tool_version,
            known=tuple(each.fingerprint for each in reported if each.fingerprint in past),
            gone=tuple(each for each in missing if doubts[each.fingerprint] is None),
            open=tuple(_open(missing, doubts)),
        )


class _PastOutcome(msgspec.Struct, frozen=True):
    findings: tuple[PastFinding, ...]


class _PastIgnored(msgspec.Struct, frozen=True):
    finding: PastFinding


class _Result(msgspec.Struct, frozen=True):
    """What is read of an earlier result; the outcomes hold its findings, known ones as well."""

    schema_version: int
    tool_version: str
    captured_at: datetime
    cluster: ResourceId
    outcomes: tuple[_PastOutcome, ...]
    ignored: tuple[_PastIgnored, ...]


class _Header(msgspec.Struct, frozen=True):
    schema_version: int = 0


def load_baseline(path: Path) -> Baseline:
    """Read a result of ``check -f json``.

    Raises ``UsageError`` for anything else, and for a result that another release wrote in
    another layout.
    """
    content = read_limited(path, _MOST_BYTES)
    try:
        _check_header(msgspec.json.decode(content, type=_Header), path)
        result = msgspec.json.decode(content, type=_Result, dec_hook=decode_custom)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UsageError(f"{path}: not a result of the checks: {error}; {_MAKE_ONE}") from None
    ignored = {each.finding.fingerprint for each in result.ignored}
    return Baseline(
        file=str(path),
        captured_at=result.captured_at,
        tool_version=result.tool_version,
        cluster=result.cluster,
        findings=tuple(
            found
            for outcome in result.outcomes
            for found in outcome.findings
            if found.fingerprint not in ignored
        ),
    )


def require_same_cluster(baseline: Baseline, cluster: ResourceId) -> None:
    """Raise ``UsageError`` if the earlier result is another cluster's."""
    if baseline.cluster != cluster:
        raise UsageError(
            f"{baseline.file}: is a result of {baseline.cluster}, and not of {cluster}; {_MAKE_ONE}"
        )


def _check_header(header: _Header, path: Path) -> None:
    if header.schema_version > RESULT_SCHEMA_VERSION:
        raise UsageError(
            f"{path}: $.schema_version is {header.schema_version}, this release reads up to "
            f"{RESULT_SCHEMA_VERSION}; upgrade aks-inspector"
        )
    if header.schema_version < RESULT_SCHEMA_VERSION:
        raise UsageError(
            f"{path}: not a result of the checks as this release writes it; {_MAKE_ONE}"
        )


def _doubt(outcomes: Mapping[str, Outcome], check: str) -> str | None:
    """Return why it cannot be told whether a finding of the check is gone."""
    outcome = outcomes.get(check)
    if outcome is None:
        return "the check was not run"
    if outcome.status is Status.UNKNOWN:
        return outcome.message
    if outcome.missing:
        return "not everything that the check looks at could be seen"
    return None


def _open(
    missing: Iterable[PastFinding], doubts: Mapping[str, str | None]
) -> Iterator[OpenFinding]:
    for each in missing:
        reason = doubts[each.fingerprint]
        if reason is not None:
            yield OpenFinding(finding=each, reason=reason)
