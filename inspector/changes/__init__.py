"""What changed in one cluster between two snapshots, in meaning and not in text."""

from inspector.changes.answer import (
    Change,
    ChangedFinding,
    ChangedTopic,
    Changes,
    Compared,
    FieldChange,
    FindingChanges,
    Kind,
    NotComparable,
    Side,
    Tally,
    Thing,
    Topic,
    UnsureFinding,
)
from inspector.changes.survey import diff

__all__ = [
    "Change",
    "ChangedFinding",
    "ChangedTopic",
    "Changes",
    "Compared",
    "FieldChange",
    "FindingChanges",
    "Kind",
    "NotComparable",
    "Side",
    "Tally",
    "Thing",
    "Topic",
    "UnsureFinding",
    "diff",
]
