"""What became of the findings."""

import re
from collections.abc import Iterator
from typing import Final

from inspector.assessment import Assessment
from inspector.baseline import Baseline, Comparison, PastFinding
from inspector.changes.answer import ChangedFinding, FindingChanges, Side, UnsureFinding
from inspector.changes.setting import Sides
from inspector.findings import Finding, Severity
from inspector.snapshot import Snapshot
from inspector.topology import Topology

_COUNT: Final = re.compile(r"(?<![\w.:/-])\d+(?![\w.:/-]*\w)")
_COUNTED: Final = re.compile(r"# (\w+?)(?:es|s)?\b")
_CUT_LIST: Final = re.compile(r"[^:;()]* and # more\b")
"""A list of which only the first names are told: which these are goes by the order of ARM."""


def finding_changes(sides: Sides, old: Assessment, new: Assessment) -> FindingChanges:
    """Return what became of the findings that the settings do not ignore.

    Each side is the other's baseline: a finding is new only if the earlier check saw everything,
    and gone only if today's did.
    """
    gone = _against(sides.old.snapshot, old, new)
    appeared = _against(sides.new.snapshot, new, old)
    return FindingChanges(
        appeared=appeared.gone,
        gone=gone.gone,
        changed=tuple(_changed(sides, old, new)),
        unsure=(*_unsure(Side.NEW, gone), *_unsure(Side.OLD, appeared)),
    )


def has_other_findings(findings: FindingChanges) -> bool:
    """Whether a finding appeared, went, or is of another severity now."""
    severities = ((each.before.severity, each.after.severity) for each in findings.changed)
    is_other = any(before is not after for before, after in severities)
    return bool(findings.appeared or findings.gone) or is_other


def _against(snapshot: Snapshot, past: Assessment, other: Assessment) -> Comparison:
    """Return what became of one side's findings on the other."""
    baseline = Baseline(
        file="",
        captured_at=snapshot.captured_at,
        tool_version=snapshot.tool_version,
        cluster=snapshot.cluster,
        findings=tuple(map(_in_short, past.findings)),
    )
    return baseline.compare(other.outcomes, other.findings)


def _in_short(finding: Finding) -> PastFinding:
    return PastFinding(
        check=finding.check,
        severity=finding.severity,
        subject=finding.subject,
        name=finding.name,
        message=finding.message,
        fingerprint=finding.fingerprint,
    )


def _unsure(side: Side, comparison: Comparison) -> Iterator[UnsureFinding]:
    for each in comparison.open:
        yield UnsureFinding(side=side, finding=each.finding, reason=each.reason)


def _changed(sides: Sides, old: Assessment, new: Assessment) -> Iterator[ChangedFinding]:
    """Yield the findings that say something else.

    What a check cannot see may change what it says of the rest, so nothing is told unless the
    same was hidden from both sides.
    """
    if _gaps(sides.old) != _gaps(sides.new):
        return
    before = {each.fingerprint: each for each in old.findings}
    for each in new.findings:
        past = before.get(each.fingerprint)
        if past is not None and _gist(past) != _gist(each):
            yield ChangedFinding(before=_in_short(past), after=_in_short(each))


def _gaps(side: Topology) -> set[tuple[str, str]]:
    return {(each.target.key, (each.listing or "").casefold()) for each in side.snapshot.gaps}


def _gist(finding: Finding) -> tuple[Severity, list[str]]:
    """Return what matters of a finding: neither how many there are, nor in which order."""
    without_counts = _CUT_LIST.sub("", _COUNT.sub("#", finding.message.casefold()))
    words = _COUNTED.sub(r"# \1", without_counts).split()
    return finding.severity, sorted(word.strip(",;:") for word in words)
