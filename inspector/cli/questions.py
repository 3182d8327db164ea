"""What is asked of the checks: which of them, and what makes them fail."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from inspector.errors import UsageError
from inspector.findings import Severity


class FailOn(StrEnum):
    """From which severity on a finding changes the exit code."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"
    NEVER = "never"

    @property
    def severity(self) -> Severity | None:
        """The severity; ``None`` for never."""
        return None if self is FailOn.NEVER else Severity(self.value)


SelectOption = Annotated[
    list[str] | None,
    typer.Option(
        "--select",
        help="Run only these checks: ids or groups, separated by commas; repeatable.",
        metavar="CHECKS",
    ),
]
IgnoreOption = Annotated[
    list[str] | None,
    typer.Option(
        "--ignore",
        help="Leave these checks out: ids or groups, separated by commas; repeatable.",
        metavar="CHECKS",
    ),
]
FailOnOption = Annotated[
    FailOn, typer.Option("--fail-on", help="Exit with 1 for a finding of this severity or worse.")
]
BaselineOption = Annotated[
    Path | None,
    typer.Option(
        "--baseline",
        help="Report only what this earlier result of check -f json does not have.",
        metavar="FILE",
        show_default=False,
    ),
]
ExplainOption = Annotated[
    bool, typer.Option("--explain", help="Print each failed check's page below its findings.")
]


def split(names: list[str] | None) -> list[str]:
    """Return the names in repeated options, each of which may hold several between commas."""
    found = [part.strip() for each in names or () for part in each.split(",")]
    if names and not any(found):
        raise UsageError("--select and --ignore take ids or groups of checks")
    return [each for each in found if each]
