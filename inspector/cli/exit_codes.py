"""What the exit code says."""

from enum import IntEnum


class ExitCode(IntEnum):
    """The codes of every command; docs/exit-codes.md explains them."""

    OK = 0
    FINDINGS = 1
    USAGE = 2
    NOT_INSPECTED = 3
    INCOMPLETE = 4
