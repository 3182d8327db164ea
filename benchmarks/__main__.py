"""``python -m benchmarks``: start-up and report, as ratios to what they cannot do without."""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.processes import Measure, measure

_PROGRAM = (sys.executable, "-m", "inspector")
_FORMATS = ("terminal", "markdown", "json")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--nodes", type=int, default=1000, help="nodes of the CNI cluster")
    parser.add_argument("--addresses", type=int, default=31, help="addresses of each node")
    parser.add_argument("--runs", type=int, default=5, help="counted runs of each command")
    options = parser.parse_args()
    _start_up(options.runs)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cluster.json"
        size = (str(options.nodes), str(options.addresses))
        # A process of its own: a child's peak memory counts from what its parent holds.
        subprocess.run([sys.executable, "-m", "benchmarks.clusters", path, *size], check=True)
        mebibytes = path.stat().st_size / (1 << 20)
        total = options.nodes * options.addresses
        print(
            f"\nreport of {options.nodes} CNI nodes, {total} addresses, {mebibytes:.1f} MiB of JSON"
        )
        _reports(path, options.runs)


def _start_up(runs: int) -> None:
    bare, started = measure((sys.executable, "-c", "pass"), (*_PROGRAM, "--help"), runs=runs)
    print("start-up")
    _print("python -c pass", bare, bare)
    _print("aks-inspector --help", started, bare)


def _reports(path: Path, runs: int) -> None:
    load = f"import json; json.load(open({str(path)!r}))"
    reports = [(*_PROGRAM, "report", "--snapshot", str(path), "-f", form) for form in _FORMATS]
    base, *results = measure((sys.executable, "-c", load), *reports, runs=runs)
    _print("json.load", base, base)
    for form, result in zip(_FORMATS, results, strict=True):
        _print(f"report -f {form}", result, base)


def _print(label: str, result: Measure, base: Measure) -> None:
    print(
        f"  {label:<22} {result.seconds:7.3f} s  {result.seconds / base.seconds:6.2f} x"
        f"  {result.mebibytes:7.1f} MiB  {result.mebibytes / base.mebibytes:6.2f} x"
    )


if __name__ == "__main__":
    main()
