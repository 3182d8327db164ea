"""What a command takes that does not ask Azure: start-up, reports, and how they grow."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from benchmarks.files import mebibytes, snapshot_file
from benchmarks.processes import Measure, measure

_PROGRAM: Final = (sys.executable, "-m", "inspector")
_FORMATS: Final = ("terminal", "markdown", "json")
_CLUSTERS: Final = (
    ("kubenet, 400 nodes with a route each", "kubenet", (400,)),
    ("Azure CNI, 1000 nodes with 31 addresses each", "cni", (1000, 31)),
    ("Overlay, 5000 nodes in 10 pools, 300 services of 2 ports", "overlay", (5000, 10, 300)),
)
_GROWTH: Final = ((1, 1, 1), (500, 1, 30), (1000, 2, 60), (2500, 5, 150), (5000, 10, 300))


def start_up(runs: int) -> None:
    """Print what the program takes to start, against Python doing nothing."""
    bare, started = measure((sys.executable, "-c", "pass"), (*_PROGRAM, "--help"), runs=runs)
    print("start-up")
    _print_ratios((("python -c pass", bare), ("aks-inspector --help", started)))


def reports(folder: Path, runs: int) -> None:
    """Print what ``report`` takes in each format, against reading the same file's JSON."""
    for title, kind, sizes in _CLUSTERS:
        path = snapshot_file(folder, kind, *sizes)
        load = (sys.executable, "-c", f"import json; json.load(open({str(path)!r}))")
        results = measure(load, *(_report(path, form) for form in _FORMATS), runs=runs)
        print(f"\n{title}: {mebibytes(path):.1f} MiB of JSON")
        labels = ("json.load", *(f"report -f {form}" for form in _FORMATS))
        _print_ratios(list(zip(labels, results, strict=True)))


def checks(folder: Path, runs: int) -> None:
    """Print what all checks take beside a report without any, and the command ``check``."""
    for title, kind, sizes in _CLUSTERS:
        path = snapshot_file(folder, kind, *sizes)
        commands = (_analysis(path, "checks=()"), _analysis(path, ""), _check(path))
        results = measure(*commands, runs=runs)
        print(f"\n{title}: the checks")
        labels = ("report without checks", "report with all of them", "check -f json")
        _print_ratios(list(zip(labels, results, strict=True)))


def questions(folder: Path, runs: int) -> None:
    """Print what the further questions take beside a report, in the terminal's format.

    ``compare`` and ``diff`` read the same file twice, as they would read two of its size.
    """
    for title, kind, sizes in _CLUSTERS:
        path = str(snapshot_file(folder, kind, *sizes))
        commands = (
            ("report", path),
            ("plan", path),
            ("plan", path, "--to", "overlay"),
            ("compare", path, path),
            ("diff", path, path),
        )
        results = measure(*((*_PROGRAM, *each) for each in commands), runs=runs)
        print(f"\n{title}: the further questions")
        labels = ("report", "plan", "plan --to overlay", "compare with itself", "diff with itself")
        _print_ratios(list(zip(labels, results, strict=True)))


def growth(folder: Path, runs: int) -> None:
    """Print the CPU time of ``report`` for Overlay clusters of several sizes, without start-up.

    Nodes, pools and services grow together, so ten times is linear. A report loads more than
    ``--help`` does; the last line takes off what a report of one node takes. It is CPU time
    because a small difference of wall times says more about the machine.
    """
    paths = [snapshot_file(folder, "overlay", *sizes) for sizes in _GROWTH]
    commands = [_report(path, form) for path in paths for form in _FORMATS]
    base, *results = measure((*_PROGRAM, "--help"), *commands, runs=runs)
    net = [each.cpu_seconds - base.cpu_seconds for each in results]
    rows = [net[start : start + len(_FORMATS)] for start in range(0, len(net), len(_FORMATS))]
    print(f"\nOverlay as it grows, CPU without the {base.cpu_seconds:.3f} s of --help")
    print(f"  {'nodes':>20} {'services':>9} {'JSON':>10}" + "".join(f"{f:>12}" for f in _FORMATS))
    for (nodes, _, services), path, row in zip(_GROWTH, paths, rows, strict=True):
        seconds = "".join(f"{each:10.3f} s" for each in row)
        print(f"  {nodes:>20} {services:>9} {mebibytes(path):6.1f} MiB{seconds}")
    one, small, large = rows[0], rows[1], rows[-1]
    sizes = [mebibytes(paths[1]), mebibytes(paths[-1])]
    ratio = f"{_GROWTH[-1][0]} / {_GROWTH[1][0]}"
    plain = [big / little for little, big in zip(small, large, strict=True)]
    above = [(c - a) / (b - a) for a, b, c in zip(one, small, large, strict=True)]
    more = f"{_GROWTH[-1][2] / _GROWTH[1][2]:7.1f} x {sizes[1] / sizes[0]:8.1f} x"
    print(f"  {ratio:>20} {more}" + "".join(f"{each:10.1f} x" for each in plain))
    print(f"  {f'{ratio}, less 1':>20} {more}" + "".join(f"{each:10.1f} x" for each in above))


def _report(path: Path, form: str) -> Sequence[str]:
    return (*_PROGRAM, "report", "--snapshot", str(path), "-f", form)


def _check(path: Path) -> Sequence[str]:
    command = ("check", "--snapshot", str(path), "-f", "json", "--fail-on", "never")
    return (*_PROGRAM, *command)


def _analysis(path: Path, arguments: str) -> Sequence[str]:
    """Return a process that makes a report and prints it nowhere."""
    program = f"""
import gc
from pathlib import Path
import inspector
gc.disable()
inspector.analyze(inspector.load_snapshot(Path({str(path)!r})), {arguments})
"""
    return (sys.executable, "-c", program)


def _print_ratios(rows: Sequence[tuple[str, Measure]]) -> None:
    """Print the measures against the first one."""
    base = rows[0][1]
    for label, result in rows:
        print(
            f"  {label:<24} {result.seconds:7.3f} s  {result.seconds / base.seconds:6.2f} x"
            f"  {result.mebibytes:7.1f} MiB  {result.mebibytes / base.mebibytes:6.2f} x"
        )
