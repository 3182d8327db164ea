"""What the checks find in each cluster, and which findings one has and another has not."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import reduce
from operator import and_
from typing import Final, NamedTuple

import msgspec

from inspector.comparison.answers import Said, at_least, made_of, row_of, said, unseen, untold
from inspector.comparison.side import Cause, Side
from inspector.comparison.views import Row
from inspector.findings import Finding, Outcome, Severity, Status
from inspector.report.answer import Unknown, unknown_of
from inspector.wording import count, names

_MOST_CHECKS: Final = 3
_Kinds = Counter[tuple[Severity, str]]
"""How many findings of a check there are by severity and cause."""


class _Found(NamedTuple):
    """What a check came to in one cluster, and those of its findings that are reported.

    ``has_gaps`` says that not all was seen that checks judge: a finding may be worse than it looks.
    """

    outcome: Outcome
    findings: tuple[Finding, ...]
    has_gaps: bool

    @property
    def kinds(self) -> _Kinds:
        """The findings by what is comparable in them: not by the resources at fault."""
        return Counter((each.severity, each.cause) for each in self.findings)


def rows(sides: Sequence[Side]) -> Iterator[Row]:
    """Yield a row for all findings, then one for each check by which the clusters differ.

    The latter have the worst first, then go by check: no row is for a check whose findings are the
    same everywhere, or that finds nothing anywhere.
    """
    every = [_by_check(each) for each in sides]
    checks = sorted({check for each in every for check in each})
    found = [row for check in checks for row in _of_check(check, [each[check] for each in every])]
    found.sort(key=_order)
    totals = [_all(each) for each in sides]
    if len({each.cell.value for each in totals}) == 1:
        totals = [_with_checks(each, found, place) for place, each in enumerate(totals)]
    yield row_of("findings", "Findings", totals)
    yield from found


def _order(row: Row) -> tuple[int, str]:
    return len(Severity) if row.severity is None else row.severity.rank, row.title


def _by_check(side: Side) -> Mapping[str, _Found]:
    reported: dict[str, list[Finding]] = {}
    for each in side.assessment.findings:
        reported.setdefault(each.check, []).append(each)
    has_gaps = bool(side.topology.snapshot.gaps and _undecided(side))
    return {
        each.check: _Found(each, tuple(reported.get(each.check, ())), has_gaps)
        for each in side.assessment.outcomes
    }


def _undecided(side: Side) -> list[Outcome]:
    every = side.assessment.outcomes
    return [each for each in every if each.status is Status.UNKNOWN or each.missing]


def _with_checks(answer: Said, checks: Iterable[Row], place: int) -> Said:
    """Return a sum that is the same everywhere with the checks that found what others have not."""
    cells = ((each.title, each.cells[place]) for each in checks)
    own = (title for title, cell in cells if cell.value is not None and cell.why)
    return answer._replace(causes=(Cause(names(own, _MOST_CHECKS)),))


def _all(side: Side) -> Said:
    """Return the findings by severity, and how many checks could not be decided."""
    assessment = side.assessment
    counts = assessment.counts
    numbers = {each.value: getattr(counts, each.value) for each in Severity}
    ignored = f"{counts.ignored} ignored" if counts.ignored else ""
    words = ", ".join(filter(None, (_counted(numbers), ignored)))
    undecided = _undecided(side)
    if undecided:
        words = f"{f'at least {words}' if words else 'none found'}; "
        words += f"{count(len(undecided), 'check')} undecided"
    found = said(
        words or "none",
        findings=counts.findings,
        undecided=len(undecided),
        counted=numbers,
    )
    parts = (part for check, each in _by_check(side).items() for part in _parts(check, each))
    found = made_of(found, parts)
    gaps = (unknown_of(gap) for each in undecided for gap in each.missing)
    return at_least(found, gaps) if undecided else found


def _parts(name: str, found: _Found) -> Iterator[str]:
    """Yield that there are findings, what they are unless some are hidden, and how bad."""
    if found.findings:
        yield name
    if found.outcome.missing:
        return
    for each in found.findings:
        yield f"{name}: {each.cause}"
        if not found.has_gaps:
            yield f"{name}: {each.cause}, {each.severity}"


def _counted(numbers: Mapping[str, int]) -> str:
    return ", ".join(f"{number} {name}" for name, number in numbers.items() if number)


def _of_check(check: str, found: Sequence[_Found]) -> Iterator[Row]:
    """Yield the row of a check unless its findings are the same everywhere."""
    kinds = [each.kinds for each in found]
    shared = reduce(and_, kinds)
    own = [each - shared for each in kinds]
    worst = min((kind[0] for each in own for kind in each), key=_rank, default=None)
    if worst is None:
        return
    answers = [_said(*each) for each in zip(found, own, strict=True)]
    row = row_of(f"check-{check}", check, answers)
    yield msgspec.structs.replace(row, severity=worst)


def _rank(severity: Severity) -> int:
    return severity.rank


def _said(found: _Found, own: _Kinds) -> Said:
    outcome = found.outcome
    match outcome.status:
        case Status.FAILED:
            return _failed(found, own)
        case Status.PASSED:
            return said("passes", "")
        case Status.SKIPPED:
            return said(None, outcome.message)
        case Status.UNKNOWN:
            if outcome.missing:
                return unseen(outcome.missing[0])
            return untold(outcome.subject, outcome.message)


def _failed(found: _Found, own: _Kinds) -> Said:
    """Return the findings by severity, and the worst of those that not every cluster has."""
    missing: tuple[Unknown, ...] = tuple(map(unknown_of, found.outcome.missing))
    severities = Counter(each.severity for each in found.findings)
    numbers = {each.value: severities[each] for each in Severity if severities[each]}
    words = f"fails: {_counted(numbers)}" if numbers else "ignored"
    told = [each for each in found.findings if (each.severity, each.cause) in own]
    more = f" (and {len(told) - 1} more)" if len(told) > 1 else ""
    cause = f"{told[0].message}{more}" if told else ""
    answer = said(words, cause, findings=len(found.findings), counted=numbers)
    answer = made_of(answer, _parts("fails", found))
    return at_least(answer, missing) if missing or found.has_gaps else answer
