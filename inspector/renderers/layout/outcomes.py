"""What the checks came to: totals, findings, then everything else with its number."""

from collections.abc import Iterable, Iterator

from inspector.assessment import Assessment, Counts, Ignored
from inspector.baseline import Comparison, OpenFinding, PastFinding
from inspector.findings import Outcome, Severity, Status
from inspector.renderers.blocks import Block, Heading, Paragraph, Text, Tone, row, table
from inspector.renderers.layout.findings import lay_out_evidence, lay_out_findings
from inspector.snapshot import Gap
from inspector.wording import count, names

_MOST_ACTIONS = 3


def lay_out_assessment(
    assessment: Assessment, most: int | None, *, with_pages: bool = False
) -> Iterator[Block]:
    """Yield the findings, worst first, then what is unknown, passed, skipped, ignored and gone.

    ``with_pages`` puts each check's page below its findings.
    """
    yield Heading(2, "Checks")
    yield Paragraph(totals(assessment.counts))
    yield Paragraph(_found(assessment))
    yield from lay_out_findings(assessment.findings, most, with_pages=with_pages)
    yield from _undecided(assessment.outcomes, most)
    yield from _plain(assessment.outcomes, Status.PASSED, "What holds")
    if most is None:
        yield from lay_out_evidence(assessment.outcomes)
    yield from _plain(assessment.outcomes, Status.SKIPPED, "Why it does not apply")
    yield from _ignored(assessment.ignored, most)
    if assessment.notes:
        yield Heading(3, "Settings without effect")
        yield from (Paragraph(Text(note, Tone.WARNING)) for note in assessment.notes)
    if assessment.baseline is not None:
        yield from _against(assessment.baseline, assessment.counts.findings, most)


def totals(counts: Counts) -> Text:
    """Return how many checks came to what, in one line."""
    parts = [(counts.failed, "failed"), (counts.passed, "passed"), (counts.skipped, "skipped")]
    parts.append((counts.unknown, "could not be decided"))
    words = ", ".join(f"{number} {word}" for number, word in parts if number)
    tone = Tone.GOOD
    if counts.unknown:
        tone = Tone.WARNING
    if counts.failed:
        tone = Tone.BAD if counts.critical or counts.high else Tone.WARNING
    return Text(f"{count(counts.checks, 'check')}: {words}", tone)


def severities(counts: Counts) -> str:
    """Return how many findings are reported, by severity."""
    numbers = ((getattr(counts, each), each) for each in Severity)
    parts = ", ".join(f"{number} {each}" for number, each in numbers if number)
    return f"{count(counts.findings, 'finding')}: {parts}" if parts else "no findings"


def _found(assessment: Assessment) -> Text:
    counts, baseline = assessment.counts, assessment.baseline
    words = severities(counts)
    if baseline is not None:
        words = words.replace("finding", "new finding", 1)
        words += f"; {len(baseline.known)} known from the baseline"
    if counts.ignored:
        words += f"; {counts.ignored} ignored"
    return Text(words)


def _undecided(outcomes: Iterable[Outcome], most: int | None) -> Iterator[Block]:
    columns = ("Check", "Why", "What would reveal it")
    every = list(outcomes)
    unknown = [each for each in every if each.status is Status.UNKNOWN]
    if unknown:
        yield Heading(3, f"Could not be decided: {len(unknown)}")
        yield table(columns, unknown, _unknown_row, most=most)
    partly = [each for each in every if each.status is Status.FAILED and each.missing]
    if partly:
        yield Heading(3, f"Failed, and there may be more: {len(partly)}")
        yield table(columns, partly, _partly_row, most=most)


def _unknown_row(outcome: Outcome) -> tuple[Text, ...]:
    return row(outcome.check, Text(outcome.message, Tone.WARNING), _actions(outcome.missing))


def _partly_row(outcome: Outcome) -> tuple[Text, ...]:
    unseen = names(dict.fromkeys(map(gap_words, outcome.missing)))
    words = Text(f"{unseen} could not be seen", Tone.WARNING)
    return row(outcome.check, words, _actions(outcome.missing))


def _actions(gaps: Iterable[Gap]) -> str | None:
    return names(dict.fromkeys(gap.action for gap in gaps), _MOST_ACTIONS) or None


def gap_words(gap: Gap) -> str:
    """Return what a gap is about, for a sentence."""
    return f"the list of {gap.listing}" if gap.listing else gap.target.name


def _plain(outcomes: Iterable[Outcome], status: Status, what: str) -> Iterator[Block]:
    """Yield one line for each check; there are never so many that the table is cut."""
    found = [each for each in outcomes if each.status is status]
    if found:
        yield Heading(3, f"{status.capitalize()}: {len(found)}")
        yield table(("Check", what), found, _plain_row, most=None)


def _plain_row(outcome: Outcome) -> tuple[Text, ...]:
    tone = Tone.MUTED if outcome.status is Status.SKIPPED else Tone.PLAIN
    return row(outcome.check, Text(outcome.message, tone))


def _ignored(ignored: Iterable[Ignored], most: int | None) -> Iterator[Block]:
    every = list(ignored)
    if every:
        yield Heading(3, f"Ignored: {len(every)}")
        columns = ("Severity", "Check", "Resource", "Finding", "Reason", "Until")
        yield table(columns, every, _ignored_row, most=most)


def _ignored_row(ignored: Ignored) -> tuple[Text, ...]:
    found = ignored.finding
    return row(
        found.severity, found.check, found.name, found.message, ignored.reason, ignored.expires
    )


def _against(baseline: Comparison, new: int, most: int | None) -> Iterator[Block]:
    yield Heading(3, "Against the baseline")
    words = (
        f"{baseline.file} of {baseline.captured_at:%Y-%m-%d %H:%M:%S %Z}: {new} new, "
        f"{len(baseline.known)} known, {len(baseline.gone)} gone, "
        f"{len(baseline.open)} of which it cannot be told"
    )
    yield Paragraph(Text(words))
    columns = ("What became of it", "Severity", "Check", "Resource", "Finding")
    rows = [*map(_gone_row, baseline.gone), *map(_open_row, baseline.open)]
    if rows:
        yield table(columns, rows, lambda cells: cells, most=most)


def _gone_row(gone: PastFinding) -> tuple[Text, ...]:
    return row(Text("gone", Tone.GOOD), gone.severity, gone.check, gone.name, gone.message)


def _open_row(left: OpenFinding) -> tuple[Text, ...]:
    found = left.finding
    words = Text(f"cannot be told: {left.reason}", Tone.WARNING)
    return row(words, found.severity, found.check, found.name, found.message)


def lay_out_gaps(gaps: tuple[Gap, ...], most: int | None) -> Iterator[Block]:
    """Yield everything that could not be seen, with the action that would reveal it."""
    yield Heading(2, "Not visible")
    if gaps:
        yield table(("What", "Where", "Why", "Grant", "Azure says"), gaps, _gap, most=most)
    else:
        yield Paragraph(Text("Nothing: everything asked for was answered.", Tone.GOOD))


def _gap(gap: Gap) -> tuple[Text, ...]:
    what = f"list of {gap.listing}" if gap.listing else gap.target.name
    answered = " ".join(str(each) for each in (gap.status, gap.code) if each)
    why = f"{gap.reason} ({answered})" if answered else gap.reason
    return row(Text(what, Tone.WARNING), gap.target, why, gap.action, gap.message)
