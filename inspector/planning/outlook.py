"""What an answer of a plan comes to, and its sentence."""

from enum import StrEnum

from inspector.network.pool_sizes import Situation
from inspector.planning.figures import Figure, why
from inspector.report.answer import View

SITUATION_WORDS = {
    Situation.NOW: "now",
    Situation.UPGRADE: "in an upgrade of today's nodes",
    Situation.MAXIMUM: "at the pools' maximum",
    Situation.MAXIMUM_AND_UPGRADE: "at the pools' maximum and in an upgrade",
}
"""The situations as they stand in a sentence."""


class Outlook(StrEnum):
    """What an answer comes to."""

    ENOUGH = "enough"
    SHORT = "short"
    UNKNOWN = "unknown"


class Verdict(View, frozen=True):
    """An answer in one sentence, and what it comes to."""

    outlook: Outlook
    words: str


def outlook_of(*left: Figure | None) -> Outlook:
    """Return what numbers that are left come to: one below zero is short, whatever the others."""
    figures = [each for each in left if each is not None]
    if any(each.is_lacking for each in figures):
        return Outlook.SHORT
    is_told = all(each.unknown is None for each in figures)
    return Outlook.ENOUGH if is_told else Outlook.UNKNOWN


def reason_of(answer: Figure) -> str:
    """Return in a sentence why a figure is unknown, nothing where it is told."""
    return why(answer.unknown) if answer.unknown is not None else ""
