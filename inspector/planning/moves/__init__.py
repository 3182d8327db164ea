"""The rehearsal of a move to another network model: what it needs, its steps, what it changes."""

from inspector.network.targets import Target
from inspector.planning.moves.rehearsal import rehearse
from inspector.planning.moves.views import (
    ConditionView,
    Deadline,
    MoveVerdict,
    Placeholder,
    Rehearsal,
    Step,
    Weight,
)

__all__ = [
    "ConditionView",
    "Deadline",
    "MoveVerdict",
    "Placeholder",
    "Rehearsal",
    "Step",
    "Target",
    "Weight",
    "rehearse",
]
