"""What changed between two snapshots: the sum of it first, then topic by topic."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Final

from inspector.baseline import PastFinding
from inspector.changes import (
    Change,
    ChangedFinding,
    ChangedTopic,
    Changes,
    FindingChanges,
    Kind,
    NotComparable,
    Side,
    UnsureFinding,
)
from inspector.findings import Severity
from inspector.renderers.blocks import Block, Heading, Paragraph, Table, Text, Tone, facts, row
from inspector.renderers.layout.findings import SEVERITY_TONES
from inspector.wording import count, names

_MOST_ROWS: Final = 40
_MOST_TALLIES: Final = 6
_MARKS: Final = {Kind.APPEARED: "+", Kind.GONE: "-", Kind.CHANGED: "~"}
_TONES: Final = {Kind.APPEARED: Tone.GOOD, Kind.GONE: Tone.BAD, Kind.CHANGED: Tone.WARNING}
_COLUMNS: Final = ("What", "Change")


def lay_out_changes(changes: Changes, *, show_all: bool) -> Iterator[Block]:
    """Yield what changed; ``show_all`` lists every consequence and member and cuts no table."""
    most = None if show_all else _MOST_ROWS
    yield Heading(1, f"AKS network changes: {changes.cluster.name}")
    yield _summary(changes)
    for note in changes.notes:
        yield Paragraph(Text(f"Note: {note}", Tone.WARNING))
    yield _origin(changes)
    for each in changes.topics:
        yield from _topic(each, most)
    yield from _findings(changes.findings, most)
    if changes.not_comparable:
        yield from _not_comparable(changes.not_comparable, most)


def _summary(changes: Changes) -> Paragraph:
    old, new = (f"{each:%Y-%m-%d %H:%M %Z}" for each in _times(changes))
    if changes.number:
        most = ", ".join(each.words for each in changes.tallies[:_MOST_TALLIES])
        others = sum(each.number for each in changes.tallies[_MOST_TALLIES:])
        rest = f" and {count(others, 'other')}" if others else ""
        first = f"{count(changes.number, 'change')} since {old}: {most}{rest}"
    else:
        both = count(changes.documents.both, "document")
        first = f"no change from {old} to {new}, {both} compared"
    unseen = len(changes.not_comparable)
    parts = [*_critical(changes.findings), first, *_of_findings(changes.findings)]
    if unseen:
        parts.append(f"{count(unseen, 'thing')} not comparable")
    is_calm = not changes.has_changes and not changes.is_incomplete
    return Paragraph(Text(_capital("; ".join(parts)), Tone.GOOD if is_calm else Tone.PLAIN))


def _times(changes: Changes) -> tuple[datetime, datetime]:
    return changes.old_captured_at, changes.new_captured_at


def _critical(findings: FindingChanges) -> Iterator[str]:
    """Yield in one part which checks have found something critical that was not so before."""
    worse = [each.after for each in findings.changed if each.before.severity != each.after.severity]
    new = [each for each in (*findings.appeared, *worse) if each.severity is Severity.CRITICAL]
    if new:
        checks = names(dict.fromkeys(each.check for each in new))
        yield f"{count(len(new), 'new critical finding')}: {checks}"


def _of_findings(findings: FindingChanges) -> Iterator[str]:
    """Yield in one part what became of the findings, if anything did."""
    became = (
        (findings.appeared, "appeared"),
        (findings.gone, "gone"),
        (findings.changed, "changed"),
        (findings.unsure, "not comparable"),
    )
    told = [(len(several), word) for several, word in became if several]
    if told:
        (number, word), *others = told
        first = f"{count(number, 'finding')} {word}"
        yield ", ".join((first, *(f"{number} {word}" for number, word in others)))


def _origin(changes: Changes) -> Block:
    """Return where it all comes from; day and settings only where they are not plain."""
    is_own_day = changes.as_of == changes.new_captured_at.date()
    return facts(
        ("Cluster id", changes.cluster),
        ("Old snapshot", f"{changes.old_captured_at:%Y-%m-%d %H:%M:%S %Z}"),
        ("New snapshot", f"{changes.new_captured_at:%Y-%m-%d %H:%M:%S %Z}"),
        ("Findings as of", f"{changes.as_of}{', the day of the new snapshot' * is_own_day}"),
        *((("Settings", changes.config),) if changes.config is not None else ()),
    )


def _topic(topic: ChangedTopic, most: int | None) -> Iterator[Block]:
    """Yield the changes of a topic, those in one place below its name."""
    yield Heading(2, _capital(topic.topic))
    places: dict[str | None, list[Change]] = {}
    for each in topic.changes:
        places.setdefault(each.place, []).append(each)
    for place in sorted(places, key=lambda each: each or ""):
        if place is not None:
            yield Heading(3, _capital(place))
        rows = [cells for each in places[place] for cells in _rows(each, is_full=most is None)]
        yield _table(_COLUMNS, rows, most, "change")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _table(
    columns: tuple[str, ...], rows: Sequence[tuple[Text, ...]], most: int | None, noun: str
) -> Table:
    """Return a table that says how much of it was cut."""
    if most is None or len(rows) <= most:
        return Table(columns=columns, rows=tuple(rows))
    note = f"{len(rows) - most} more of {count(len(rows), noun)}: --all shows them"
    return Table(columns=columns, rows=tuple(rows[:most]), note=note)


def _rows(
    change: Change, *, is_full: bool, above: str = "", place: str | None = None
) -> Iterator[tuple[Text, ...]]:
    """Yield a change, and with ``is_full`` its members and what came with it below it.

    ``place`` is what the row above lies in, which need not be said again.
    """
    named = change.name if change.members else f"{change.thing} {change.name}"
    where = f" of {change.place}" if above and change.place not in {None, place} else ""
    what = Text(f"{above}{_MARKS[change.kind]} {named}{where}", _TONES[change.kind])
    with_it = f"; with it {change.with_it}" if change.with_it and not is_full else ""
    yield row(what, f"{change.words}{with_it}")
    if is_full:
        for each in (*change.members, *change.consequences):
            yield from _rows(each, is_full=True, above=f"{above}· ", place=change.place)


def _findings(findings: FindingChanges, most: int | None) -> Iterator[Block]:
    rows = [
        *(_finding("+", each, SEVERITY_TONES[each.severity]) for each in findings.appeared),
        *(_finding("-", each, Tone.GOOD) for each in findings.gone),
        *(_changed_finding(each) for each in findings.changed),
        *(_unsure_finding(each) for each in findings.unsure),
    ]
    if rows:
        yield Heading(2, "Findings")
        yield _table(("Finding", "Message"), rows, most, "finding")


def _finding(mark: str, finding: PastFinding, tone: Tone) -> tuple[Text, ...]:
    what = f"{mark} {finding.severity}: {finding.check} on {finding.name}"
    return row(Text(what, tone), finding.message)


def _changed_finding(finding: ChangedFinding) -> tuple[Text, ...]:
    before, after = finding.before, finding.after
    parts = [after.message]
    if before.severity is not after.severity:
        parts.append(f"was {before.severity}")
    if before.message != after.message:
        parts.append(f"before: {before.message}")
    what = f"~ {after.severity}: {after.check} on {after.name}"
    return row(Text(what, SEVERITY_TONES[after.severity]), "; ".join(parts))


def _unsure_finding(unsure: UnsureFinding) -> tuple[Text, ...]:
    found = unsure.finding
    became = "is gone" if unsure.side is Side.NEW else "is new"
    what = f"? {found.severity}: {found.check} on {found.name}"
    words = f"{found.message}; whether it {became} cannot be told: {unsure.reason}"
    return row(Text(what, Tone.WARNING), words)


def _not_comparable(several: Iterable[NotComparable], most: int | None) -> Iterator[Block]:
    yield Heading(2, "Not comparable")
    yield Paragraph(
        Text(
            "What one of the snapshots could not see is neither added nor removed here.",
            Tone.WARNING,
        )
    )
    columns = ("What", "Not seen in", "Why", "What it hides", "Grant")
    yield _table(columns, [_gap(each) for each in several], most, "thing")


def _gap(gap: NotComparable) -> tuple[Text, ...]:
    what = f"list of {gap.listing} in {gap.target.name}" if gap.listing else gap.target.name
    return row(Text(what, Tone.WARNING), gap.side, gap.reason, gap.words, gap.action)
