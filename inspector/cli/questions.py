"""What is asked of a cluster: which checks, under which settings, and what makes them fail."""

from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from inspector.config import CONFIG_FILE, Config, load_config
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
    list[str],
    typer.Option(
        "--select",
        help="Run only these checks: ids or groups, separated by commas; repeatable.",
        metavar="CHECKS",
    ),
]
IgnoreOption = Annotated[
    list[str],
    typer.Option(
        "--ignore",
        help="Leave these checks out: ids or groups, separated by commas; repeatable.",
        metavar="CHECKS",
    ),
]
FailOnOption = Annotated[
    FailOn, typer.Option("--fail-on", help="Exit with 1 for a finding of this severity or worse.")
]
AsOfOption = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        help="Judge dates by this day [default: the day the cluster was collected].",
        metavar="YYYY-MM-DD",
        show_default=False,
    ),
]
ConfigOption = Annotated[
    Path | None,
    typer.Option(
        "--config",
        help=f"Settings [default: {CONFIG_FILE} in this folder, if there is one].",
        metavar="FILE",
        show_default=False,
    ),
]
NoConfigOption = Annotated[bool, typer.Option("--no-config", help="Use no settings.")]
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


def find_config(path: Path | None, *, is_unwanted: bool) -> Config:
    """Return the settings of the file, else of the one in the working directory, else none.

    Raises ``UsageError`` for a file that cannot be used.
    """
    if is_unwanted:
        if path is not None:
            raise UsageError("--config and --no-config: give one of them")
        return Config()
    if path is not None:
        return load_config(path)
    default = Path(CONFIG_FILE)
    return load_config(default) if default.exists() else Config()


def split(names: list[str]) -> list[str]:
    """Return the names in repeated options, each of which may hold several between commas."""
    found = [part.strip() for each in names for part in each.split(",")]
    if names and not any(found):
        raise UsageError("--select and --ignore take ids or groups of checks")
    return [each for each in found if each]


def day_of(text: str | None) -> date | None:
    """Return the day that an option names. Raises ``UsageError`` if it names none."""
    if text is None:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007  a day has no time zone
    except ValueError:
        raise UsageError(f"--as-of {text!r}: not a day; write it as YYYY-MM-DD") from None
