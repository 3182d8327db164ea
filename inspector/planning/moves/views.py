"""The rehearsal of a move as others see it."""

from datetime import date
from enum import StrEnum

from inspector.cluster.move_conditions import Answer, Condition
from inspector.findings import Evidence
from inspector.network.models import NetworkModel
from inspector.network.targets import Target
from inspector.planning.moves.effects import Effects
from inspector.report.answer import Unknown, View


class MoveVerdict(StrEnum):
    """What a move comes to."""

    READY = "ready"
    NOT_VISIBLE = "not visible"
    BLOCKED = "blocked"
    ALREADY_THERE = "already there"
    NO_WAY = "no in-place way"


class Weight(StrEnum):
    """What an unmet condition does: stop the move, or break something that runs today."""

    BLOCKER = "blocker"
    RISK = "risk"


class ConditionView(View, frozen=True):
    """A condition of a move.

    ``step`` is the update it is a condition of, ``None`` for a new cluster beside this one.
    ``words`` say what the condition is, behind ``needed:`` unless it is met.
    ``why`` says what happens where it is not met. ``remedy`` says what to do about an unmet
    condition, or where to look for one that is not visible, and ``commands`` do it; both are empty
    where it is met. ``missing`` and ``doubts`` are why the answer is not visible; without either
    ARM has no field for it.
    """

    id: Condition
    step: Target | None
    weight: Weight
    words: str
    answer: Answer
    why: str
    evidence: tuple[Evidence, ...]
    remedy: str | None
    commands: tuple[str, ...]
    missing: tuple[Unknown, ...]
    doubts: tuple[str, ...]


class Placeholder(View, frozen=True):
    """A word in capitals that a command holds the place of a value with."""

    name: str
    meaning: str


class Branch(View, frozen=True, kw_only=True):
    """Commands of a step that are for one case alone, or instead of the others.

    ``when`` says for which.
    """

    when: str
    commands: tuple[str, ...]


class Step(View, frozen=True, kw_only=True):
    """One thing to do; steps come in the order to do them, numbered from 1.

    ``update`` is the target of an update that changes the network, ``None`` for all else.
    ``settles`` are the conditions that the step is there for. ``reimages`` is how many times it
    puts every node of all pools up anew. ``not_carried`` is what a new cluster does not get by the
    commands of the step. ``risk`` is ``None`` where nothing is at stake. ``commands`` run as they
    are once the ``placeholders`` are filled in, those of ``branches`` in the case they are for.
    """

    number: int = 0
    title: str
    update: Target | None = None
    settles: tuple[Condition, ...] = ()
    reimages: int = 0
    not_carried: tuple[str, ...] = ()
    effect: str
    risk: str | None = None
    is_reversible: bool = True
    commands: tuple[str, ...]
    branches: tuple[Branch, ...] = ()
    placeholders: tuple[Placeholder, ...] = ()
    watch: str | None = None


class Deadline(View, frozen=True):
    """The day the model of today is retired; ``days_left`` is below zero once it has passed."""

    on: date
    days_left: int


class Rehearsal(View, frozen=True):
    """A move to another network model, without moving.

    ``path`` are the updates that AKS does in place, one after the other, none where there is no
    such way; ``instead`` then says what there is. ``reimages`` is how many times all steps together
    put every node up anew. ``deadline`` is of kubenet alone. The counts are of ``conditions``:
    ``blockers`` and ``risks`` are not met, ``not_visible`` cannot be seen from ARM. ``steps`` are
    empty where the cluster is there already, or cannot get there by steps.
    """

    target: Target
    model: NetworkModel
    today: str
    verdict: MoveVerdict
    summary: str
    instead: str | None
    deadline: Deadline | None
    path: tuple[Target, ...]
    reimages: int
    met: int
    blockers: int
    risks: int
    not_visible: int
    conditions: tuple[ConditionView, ...]
    steps: tuple[Step, ...]
    notes: tuple[str, ...]
    effects: Effects
