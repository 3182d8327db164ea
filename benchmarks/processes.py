"""Whole processes measured by the operating system's own accounts."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Measure:
    """The median of several runs: seconds of wall time and of CPU, peak resident memory in MiB."""

    seconds: float
    cpu_seconds: float
    mebibytes: float


def measure(*commands: Sequence[str], runs: int) -> tuple[Measure, ...]:
    """Run the commands in turn, ``runs`` times after one warm-up, and return their medians.

    Taking turns keeps a change in the machine's speed from falling on one command alone. Raises
    ``subprocess.CalledProcessError`` if one fails.
    """
    taken: list[list[Measure]] = [[] for _ in commands]
    for turn in range(runs + 1):
        for results, command in zip(taken, commands, strict=True):
            result = _run(command)
            if turn:
                results.append(result)
    return tuple(
        Measure(
            statistics.median(each.seconds for each in results),
            statistics.median(each.cpu_seconds for each in results),
            statistics.median(each.mebibytes for each in results),
        )
        for results in taken
    )


def _run(command: Sequence[str]) -> Measure:
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return Measure(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / unit)
