"""The formats of answers."""

from enum import StrEnum
from typing import Final

UNLIMITED: Final = 100_000
"""A width nothing reaches: output to a pipe is neither cut nor wrapped."""


class Format(StrEnum):
    """The formats of a report."""

    TERMINAL = "terminal"
    MARKDOWN = "markdown"
    JSON = "json"


class CheckFormat(StrEnum):
    """The formats of what the checks say."""

    TERMINAL = "terminal"
    MARKDOWN = "markdown"
    JSON = "json"
    SARIF = "sarif"
    JUNIT = "junit"
    CSV = "csv"
