"""What the checks came to, and what could not be seen."""

from collections.abc import Iterable, Iterator

from inspector.findings import Evidence, Finding, Outcome, Status
from inspector.renderers.blocks import (
    Block,
    Heading,
    Paragraph,
    Text,
    Tone,
    facts,
    row,
    table,
)
from inspector.renderers.layout.overview import STATUS_TONES
from inspector.snapshot import Gap


def lay_out_outcomes(outcomes: Iterable[Outcome], most: int | None) -> Iterator[Block]:
    """Yield each check's outcome with its findings, its evidence or what it is missing."""
    yield Heading(2, "Checks")
    for outcome in outcomes:
        status = Text(f"{outcome.status}: {outcome.message}", STATUS_TONES[outcome.status])
        yield Heading(3, outcome.check)
        yield Paragraph(status)
        for finding in outcome.findings:
            yield from _finding(finding, most)
        if outcome.evidence:
            yield table(("Resource", "Field", "Value"), outcome.evidence, _evidence, most=most)
        if outcome.status is Status.UNKNOWN and outcome.missing:
            yield from lay_out_gap_table(outcome.missing, most)


def _finding(finding: Finding, most: int | None) -> Iterator[Block]:
    yield facts(
        ("Finding", Text(f"{finding.severity}: {finding.message}", Tone.BAD)),
        ("Subject", finding.subject),
        ("What breaks", finding.impact),
        ("What to do", finding.remediation),
        ("Commands", [Text(each) for each in finding.commands] or None),
    )
    yield table(("Resource", "Field", "Value"), finding.evidence, _evidence, most=most)


def _evidence(evidence: Evidence) -> tuple[Text, ...]:
    return row(evidence.name, evidence.field, evidence.value)


def lay_out_gaps(gaps: tuple[Gap, ...], most: int | None) -> Iterator[Block]:
    """Yield everything that could not be seen, with the action that would reveal it."""
    yield Heading(2, "Not visible")
    if gaps:
        yield from lay_out_gap_table(gaps, most)
    else:
        yield Paragraph(Text("Nothing: everything asked for was answered.", Tone.GOOD))


def lay_out_gap_table(gaps: Iterable[Gap], most: int | None) -> Iterator[Block]:
    """Yield gaps as a table."""
    yield table(("What", "Where", "Why", "Grant", "Azure says"), gaps, _gap, most=most)


def _gap(gap: Gap) -> tuple[Text, ...]:
    what = f"list of {gap.listing}" if gap.listing else gap.target.name
    answered = " ".join(str(each) for each in (gap.status, gap.code) if each)
    why = f"{gap.reason} ({answered})" if answered else gap.reason
    return row(Text(what, Tone.WARNING), gap.target, why, gap.action, gap.message)
