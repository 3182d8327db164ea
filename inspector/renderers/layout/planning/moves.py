"""The rehearsal of a move: the verdict, what is in the way, the steps, and what changes."""

from collections.abc import Iterable, Iterator
from typing import Final

from inspector.cluster.move_conditions import Answer, Condition
from inspector.findings import Evidence
from inspector.planning.moves import (
    ConditionView,
    Deadline,
    MoveVerdict,
    Rehearsal,
    Step,
    Weight,
)
from inspector.renderers.blocks import (
    Block,
    Commands,
    Facts,
    Heading,
    Paragraph,
    Text,
    Tone,
    facts,
    row,
    show,
    table,
)
from inspector.renderers.layout.planning.effects import lay_out_effects
from inspector.wording import count

_TONES: Final = {
    MoveVerdict.READY: Tone.GOOD,
    MoveVerdict.NOT_VISIBLE: Tone.WARNING,
    MoveVerdict.BLOCKED: Tone.BAD,
    MoveVerdict.ALREADY_THERE: Tone.GOOD,
    MoveVerdict.NO_WAY: Tone.BAD,
}
_MOST_EVIDENCE: Final = 3


def lay_out_move(rehearsal: Rehearsal, *, most: int | None) -> Iterator[Block]:
    """Yield the rehearsal: the answer, what is in the way, the steps, and last what is fine."""
    yield Heading(2, f"Moving to {rehearsal.target.words}")
    yield facts(*_verdict(rehearsal))
    if rehearsal.verdict is MoveVerdict.ALREADY_THERE:
        return
    yield from _open_conditions(rehearsal)
    yield from _steps(rehearsal.steps)
    yield from lay_out_effects(rehearsal.effects, most=most)
    met = [each for each in rehearsal.conditions if each.answer is Answer.MET]
    if met:
        yield Heading(3, "Conditions that are met")
        yield table(("Condition", "Seen"), met, _met, most=most)


def _verdict(rehearsal: Rehearsal) -> Iterator[tuple[str, object]]:
    is_unfinished = rehearsal.verdict is MoveVerdict.ALREADY_THERE and rehearsal.notes
    tone = Tone.WARNING if is_unfinished else _TONES[rehearsal.verdict]
    yield "Verdict", Text(rehearsal.summary, tone)
    if rehearsal.instead is not None:
        yield "Instead", rehearsal.instead
    yield "Today", rehearsal.today
    if rehearsal.deadline is not None:
        yield "kubenet ends", _deadline(rehearsal.deadline)
    if rehearsal.path:
        updates = ", then ".join(each.words for each in rehearsal.path)
        yield "Way", f"{count(len(rehearsal.path), 'update')} in place: {updates}"
    if rehearsal.reimages:
        yield "Reimages", _reimages(rehearsal)
    if rehearsal.notes:
        yield "To know", [Text(each) for each in rehearsal.notes]


def _reimages(rehearsal: Rehearsal) -> Text:
    """Return how many times all nodes are put up anew, and by which steps."""
    steps = [str(each.number) for each in rehearsal.steps if each.reimages]
    by = f"{'step' if len(steps) == 1 else 'steps'} {', '.join(steps)}"
    number = rehearsal.reimages
    times = "once" if number == 1 else f"{number} times in all"
    return Text(f"all nodes are put up anew {times} ({by})", Tone.WARNING)


def _deadline(deadline: Deadline) -> Text:
    left = deadline.days_left
    if left > 0:
        return Text(f"{deadline.on}, in {count(left, 'day')}", Tone.WARNING)
    since = f"{count(-left, 'day')} ago" if left else "today"
    return Text(f"{deadline.on}, {since}", Tone.BAD)


def _open_conditions(rehearsal: Rehearsal) -> Iterator[Block]:
    numbers = {each: step.number for step in rehearsal.steps for each in step.settles}
    every = rehearsal.conditions
    unmet = [each for each in every if each.answer is Answer.NOT_MET]
    hidden = [each for each in every if each.answer is Answer.NOT_VISIBLE]
    if unmet:
        yield Heading(3, "Not met")
        yield _in_full(unmet, numbers, Tone.BAD)
    if hidden:
        yield Heading(3, "Not visible in ARM")
        yield _in_full(hidden, numbers, Tone.WARNING)


def _in_full(
    conditions: Iterable[ConditionView], numbers: dict[Condition, int], tone: Tone
) -> Facts:
    """Return the conditions with why they matter, what they rest on and what to do."""
    return Facts(
        tuple(
            (each.weight.capitalize(), tuple(_lines(each, numbers.get(each.id), tone)))
            for each in sorted(conditions, key=lambda each: each.weight is Weight.RISK)
        )
    )


def _lines(condition: ConditionView, step: int | None, tone: Tone) -> Iterator[Text]:
    risk = condition.weight is Weight.RISK
    yield Text(condition.words, Tone.WARNING if risk else tone)
    yield Text(f"why: {condition.why}")
    for each in condition.evidence[:_MOST_EVIDENCE]:
        is_seen = condition.answer is Answer.NOT_MET or each.value is not None
        told = f"seen: {_seen(each)}" if is_seen else f"where: {each.name}: {each.field}"
        yield Text(told, Tone.MUTED)
    rest = len(condition.evidence) - _MOST_EVIDENCE
    if rest > 0:
        yield Text(f"seen: {count(rest, 'more field')}", Tone.MUTED)
    for missing in condition.missing:
        yield Text(f"missing: {missing.unknown} ({missing.reason})", Tone.WARNING)
    yield from (Text(f"missing: {each}", Tone.WARNING) for each in condition.doubts)
    at = f" (step {step})" if step is not None else ""
    yield Text(f"do: {condition.remedy}{at}")


def _met(condition: ConditionView) -> tuple[Text, ...]:
    shown = list(map(_seen, condition.evidence[:_MOST_EVIDENCE]))
    rest = len(condition.evidence) - len(shown)
    return row(condition.words, "; ".join((*shown, *([f"{rest} more"] if rest > 0 else ()))))


def _seen(evidence: Evidence) -> str:
    field = evidence.field.removeprefix("properties.")
    return f"{evidence.name}: {field} {show(evidence.value).text}"


def _steps(steps: Iterable[Step]) -> Iterator[Block]:
    for place, each in enumerate(steps):
        if place == 0:
            yield Heading(3, "Steps")
        yield from _step(each)


def _step(step: Step) -> Iterator[Block]:
    yield Heading(4, f"Step {step.number}: {step.title}")
    if step.not_carried:
        yield Paragraph(Text(f"Not carried over: {'; '.join(step.not_carried)}.", Tone.WARNING))
    if step.effect:
        yield Paragraph(Text(step.effect))
    if step.risk is not None:
        yield Paragraph(Text(f"Risk: {step.risk}", Tone.WARNING))
    if step.commands:
        yield Commands(step.commands)
    for each in step.branches:
        yield Paragraph(Text(f"{each.when}{':' if each.commands else '.'}"))
        if each.commands:
            yield Commands(each.commands)
    if step.placeholders:
        told = "; ".join(f"{held.name} is {held.meaning}" for held in step.placeholders)
        yield Paragraph(Text(f"Fill in: {told}."))
    if step.watch is not None:
        yield Paragraph(Text(f"Watch: {step.watch}.", Tone.MUTED))
