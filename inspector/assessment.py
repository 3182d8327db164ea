"""The checks' answer under a user's settings: outcomes counted, findings sorted and set apart."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from fnmatch import fnmatchcase

import msgspec

from inspector.baseline import Baseline, Comparison, require_same_cluster
from inspector.checking import Check
from inspector.checks import all_checks, run_checks
from inspector.config import Config, Ignore
from inspector.findings import Finding, Outcome, Severity, Status
from inspector.selection import require_known_checks
from inspector.topology import Topology
from inspector.wording import count


class Ignored(msgspec.Struct, frozen=True, kw_only=True):
    """A finding that the settings accept, why, and the last day on which they do."""

    finding: Finding
    reason: str
    expires: date | None


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """How many checks came to what, and how many findings are reported by severity.

    A failed check whose findings are all ignored or known is among the failed ones all the same.
    """

    checks: int
    failed: int
    unknown: int
    passed: int
    skipped: int
    findings: int
    critical: int
    high: int
    medium: int
    low: int
    info: int
    ignored: int


class Assessment(msgspec.Struct, frozen=True, kw_only=True):
    """What the checks came to on the day ``as_of``, under the settings of the file ``config``.

    ``findings`` are those to report, worst first: neither ignored nor known from the baseline.
    ``outcomes``, by check, hold every finding. ``notes`` say which settings had no effect.
    """

    as_of: date
    config: str | None
    counts: Counts
    findings: tuple[Finding, ...]
    outcomes: tuple[Outcome, ...]
    ignored: tuple[Ignored, ...]
    notes: tuple[str, ...]
    baseline: Comparison | None


def assess(
    topology: Topology,
    *,
    config: Config | None = None,
    as_of: date | None = None,
    checks: Iterable[Check] | None = None,
    baseline: Baseline | None = None,
) -> Assessment:
    """Run the checks, all of them unless some are given, and apply the settings.

    ``as_of`` is the day that dates are judged by, the snapshot's own unless it is given. Raises
    ``UsageError`` if the settings name an unknown check or the baseline is another cluster's.
    """
    config = config or Config()
    require_known_checks(config)
    if baseline is not None:
        require_same_cluster(baseline, topology.snapshot.cluster)
    day = as_of or topology.snapshot.captured_at.date()
    outcomes = _severe(
        run_checks(
            topology,
            all_checks() if checks is None else checks,
            as_of=day,
            thresholds=config.thresholds,
            on_premises=config.on_premises,
        ),
        config.severity,
    )
    valid = [each for each in config.ignore if each.expires is None or each.expires >= day]
    every = sorted(
        (found for each in outcomes for found in each.findings), key=lambda each: each.order
    )
    ignored = tuple(_ignored(every, valid))
    accepted = {each.finding.fingerprint for each in ignored}
    open_findings = [each for each in every if each.fingerprint not in accepted]
    comparison = baseline.compare(outcomes, open_findings) if baseline is not None else None
    known = set(comparison.known if comparison is not None else ())
    reported = tuple(each for each in open_findings if each.fingerprint not in known)
    return Assessment(
        as_of=day,
        config=config.origin,
        counts=_counts(outcomes, reported, len(ignored)),
        findings=reported,
        outcomes=tuple(_say_ignored(each, accepted) for each in outcomes),
        ignored=ignored,
        notes=tuple(_notes(config.ignore, valid, outcomes)),
        baseline=comparison,
    )


def _severe(outcomes: Iterable[Outcome], severities: Mapping[str, Severity]) -> tuple[Outcome, ...]:
    """Return the outcomes with the severities that a user gave to their checks."""
    return tuple(
        msgspec.structs.replace(
            each,
            severity=severities[each.check],
            findings=tuple(
                msgspec.structs.replace(found, severity=severities[each.check])
                for found in each.findings
            ),
        )
        if each.check in severities
        else each
        for each in outcomes
    )


def _ignored(findings: Iterable[Finding], valid: Sequence[Ignore]) -> Iterator[Ignored]:
    for found in findings:
        rule = next((each for each in valid if _fits(each, found)), None)
        if rule is not None:
            yield Ignored(finding=found, reason=rule.reason, expires=rule.expires)


def _fits(rule: Ignore, finding: Finding) -> bool:
    pattern = rule.resource.lower()
    return rule.check == finding.check and (
        fnmatchcase(finding.subject.key, pattern) or fnmatchcase(finding.name.lower(), pattern)
    )


def _say_ignored(outcome: Outcome, accepted: set[str]) -> Outcome:
    number = sum(each.fingerprint in accepted for each in outcome.findings)
    if not number:
        return outcome
    every = len(outcome.findings)
    share = "ignored" if number == every == 1 else f"{'all' if number == every else number} ignored"
    message = f"{outcome.message} ({count(every, 'finding')}, {share})"
    return msgspec.structs.replace(outcome, message=message)


def _notes(
    rules: Iterable[Ignore], valid: Iterable[Ignore], outcomes: Iterable[Outcome]
) -> Iterator[str]:
    """Yield the rules that have expired, and those that nothing is left for.

    Of a check that was not run or could not see everything nothing can be said.
    """
    by_check = {each.check: each for each in outcomes}
    applied = list(valid)
    for rule in rules:
        what = f"the ignore of {rule.check} on {rule.resource} ({rule.reason})"
        outcome = by_check.get(rule.check)
        if rule not in applied:
            yield f"{what} expired on {rule.expires} and is not applied"
        elif (
            outcome is not None
            and outcome.status is not Status.UNKNOWN
            and not outcome.missing
            and not any(_fits(rule, found) for found in outcome.findings)
        ):
            yield f"{what} matches no finding"


def _counts(outcomes: Sequence[Outcome], reported: Sequence[Finding], ignored: int) -> Counts:
    status = Counter(each.status for each in outcomes)
    severity = Counter(each.severity for each in reported)
    return Counts(
        checks=len(outcomes),
        **{str(each): status[each] for each in Status},
        findings=len(reported),
        **{str(each): severity[each] for each in Severity},
        ignored=ignored,
    )
