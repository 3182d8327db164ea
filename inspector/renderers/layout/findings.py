"""The findings, one by one: what is wrong, what it rests on, what to do."""

from collections.abc import Iterable, Iterator
from typing import Final

from inspector.findings import Evidence, Finding, Outcome, Severity, Status
from inspector.pages import find_page
from inspector.renderers.blocks import (
    Block,
    Commands,
    Heading,
    Paragraph,
    Text,
    Tone,
    facts,
    row,
    table,
)
from inspector.renderers.layout.pages import lay_out_page

SEVERITY_TONES: Final = {
    Severity.CRITICAL: Tone.BAD,
    Severity.HIGH: Tone.BAD,
    Severity.MEDIUM: Tone.WARNING,
    Severity.LOW: Tone.WARNING,
    Severity.INFO: Tone.MUTED,
}
_MOST_EVIDENCE: Final = 8


def lay_out_findings(
    findings: Iterable[Finding], most: int | None, *, with_pages: bool
) -> Iterator[Block]:
    """Yield the findings in their order, and each check's page behind the last one of it."""
    every = list(findings)
    last = {each.check: each for each in every}
    for found in every:
        yield from _finding(found, most)
        if with_pages and last[found.check] is found:
            page = find_page(found.check)
            yield from lay_out_page(page, level=4) if page is not None else ()


def _finding(finding: Finding, most: int | None) -> Iterator[Block]:
    tone = SEVERITY_TONES[finding.severity]
    place = f"{finding.check} on {finding.name}"
    yield Heading(3, f"{finding.severity.capitalize()}: {place}", tone)
    yield facts(
        ("Finding", Text(finding.message, tone)),
        ("What breaks", finding.impact),
        ("Resource", finding.subject),
    )
    shown = None if most is None else _MOST_EVIDENCE
    yield table(("Evidence", "Field", "Value"), finding.evidence, _evidence, most=shown)
    yield Paragraph(Text(f"What to do: {finding.remediation}"))
    if finding.commands:
        yield Commands(finding.commands)


def _evidence(evidence: Evidence) -> tuple[Text, ...]:
    return row(evidence.name, evidence.field, evidence.value)


def lay_out_evidence(outcomes: Iterable[Outcome]) -> Iterator[Block]:
    """Yield what the passed checks rest on."""
    proved = [
        (each.check, evidence)
        for each in outcomes
        if each.status is Status.PASSED
        for evidence in each.evidence
    ]
    if proved:
        yield Heading(3, "What the passed checks rest on")
        columns = ("Check", "Evidence", "Field", "Value")
        yield table(columns, proved, _proof, most=None)


def _proof(proof: tuple[str, Evidence]) -> tuple[Text, ...]:
    check, evidence = proof
    return row(check, *_evidence(evidence))
