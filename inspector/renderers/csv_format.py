"""CSV (RFC 4180) for spreadsheets: a row for each finding and for each undecided check."""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Final

from inspector.check_report import CheckReport
from inspector.findings import Finding, Outcome, Status
from inspector.renderers.blocks import show
from inspector.visible import visible

COLUMNS: Final = (
    "state",
    "severity",
    "check",
    "group",
    "name",
    "resource",
    "message",
    "impact",
    "remediation",
    "commands",
    "evidence",
    "needs",
    "reason",
    "fingerprint",
)
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "＝", "＋", "－", "＠")  # noqa: RUF001  spreadsheets take the wide ones too
_LINE: Final = "\n"


def render_csv(report: CheckReport) -> str:
    r"""Return the rows with a header, each ending in ``\r\n``.

    ``state`` is ``new`` for what is reported, ``known`` for what a baseline has, ``ignored``
    with its ``reason``, or ``unknown``.
    """
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows(_rows(report))
    return text.getvalue()


def _rows(report: CheckReport) -> Iterator[list[str]]:
    groups = {each.check: each.group for each in report.outcomes}
    ignored = {each.finding.fingerprint: each.reason for each in report.ignored}
    known = set(report.baseline.known if report.baseline is not None else ())
    every = [found for each in report.outcomes for found in each.findings]
    for found in sorted(every, key=lambda each: each.order):
        state = "known" if found.fingerprint in known else "new"
        if found.fingerprint in ignored:
            state = "ignored"
        reason = ignored.get(found.fingerprint, "")
        yield _finding_row(found, (state, groups[found.check], reason))
    for outcome in report.outcomes:
        if outcome.status is Status.UNKNOWN:
            yield _unknown_row(outcome)


def _finding_row(finding: Finding, place: tuple[str, str, str]) -> list[str]:
    state, group, reason = place
    evidence = (f"{each.name}: {each.field} = {show(each.value).text}" for each in finding.evidence)
    return [
        state,
        finding.severity,
        finding.check,
        group,
        _cell(finding.name),
        _cell(str(finding.subject)),
        _cell(finding.message),
        _cell(finding.impact),
        _cell(finding.remediation),
        _lines(finding.commands),
        _lines(evidence),
        "",
        _cell(reason),
        finding.fingerprint,
    ]


def _unknown_row(outcome: Outcome) -> list[str]:
    needs = _lines(dict.fromkeys(gap.action for gap in outcome.missing))
    place = (_cell(outcome.subject.name), _cell(str(outcome.subject)), _cell(outcome.message))
    first = ["unknown", "", outcome.check, outcome.group, *place]
    return [*first, "", "", "", "", needs, "", ""]


def _lines(texts: Iterable[str]) -> str:
    return _LINE.join(map(_cell, texts))


def _cell(text: str) -> str:
    """Return text that a spreadsheet shows and does not run."""
    shown = visible(text)
    return f"'{shown}" if shown.lstrip().startswith(_FORMULA_STARTS) else shown
