"""What the checks find in each cluster, and which of them fail in one and not in another."""

from collections.abc import Iterator, Sequence

from inspector.comparison.answers import Question, Said, at_least, row_of, said, unseen, untold
from inspector.comparison.side import Side
from inspector.comparison.views import Row
from inspector.findings import Outcome, Severity, Status
from inspector.wording import count


def _findings(side: Side) -> Said:
    counts = side.assessment.counts
    numbers = {each.value: getattr(counts, each.value) for each in Severity}
    parts = [f"{number} {name}" for name, number in numbers.items() if number]
    parts += [f"{counts.ignored} ignored"] if counts.ignored else []
    undecided = sum(
        each.status is Status.UNKNOWN or bool(each.missing) for each in side.assessment.outcomes
    )
    words = ", ".join(parts)
    if undecided:
        words = f"{f'at least {words}' if words else 'none found'}; "
        words += f"{count(undecided, 'check')} undecided"
    found = said(
        words or "none",
        findings=counts.findings,
        undecided=undecided,
        counted=numbers,
    )
    return at_least(found) if undecided else found


def check_rows(sides: Sequence[Side]) -> Iterator[Row]:
    """Yield a row for every check that fails in some clusters and not in all, by check."""
    outcomes = [{each.check: each for each in side.assessment.outcomes} for side in sides]
    titles = {each.check: each.title for side in sides for each in side.assessment.outcomes}
    for check in sorted(titles):
        found = [each[check] for each in outcomes]
        failed = sum(each.status is Status.FAILED for each in found)
        if 0 < failed < len(found):
            yield row_of(f"check-{check}", check, list(map(_said, found)))


def _said(outcome: Outcome) -> Said:
    match outcome.status:
        case Status.FAILED:
            return said(f"fails, {outcome.severity}", _first(outcome))
        case Status.PASSED:
            return said("passes", "")
        case Status.SKIPPED:
            return said(None, f"skipped: {outcome.message}")
        case Status.UNKNOWN:
            if outcome.missing:
                return unseen(outcome.missing[0])
            return untold(outcome.subject, outcome.message)


def _first(outcome: Outcome) -> str:
    """Return the worst finding of a check, and how many more there are."""
    found = sorted(outcome.findings, key=lambda each: each.order)
    if not found:
        return outcome.message
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    return f"{found[0].message}{more}"


QUESTIONS = (Question("findings", "Findings", _findings),)
