"""The snapshots to measure with, each written once by a process of its own."""

import subprocess
import sys
from pathlib import Path


def snapshot_file(folder: Path, kind: str, *sizes: int) -> Path:
    """Return the file of the cluster, written to ``folder`` unless it is there already.

    The process that measures must stay small: a child's peak memory counts from what its parent
    holds when it starts.
    """
    path = folder / f"{'-'.join((kind, *map(str, sizes)))}.json"
    if not path.exists():
        command = (sys.executable, "-m", "benchmarks.clusters", str(path), kind, *map(str, sizes))
        subprocess.run(command, check=True)
    return path


def mebibytes(path: Path) -> float:
    """Return the size of a file in MiB."""
    return path.stat().st_size / (1 << 20)
