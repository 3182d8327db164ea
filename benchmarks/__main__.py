"""``python -m benchmarks``: what the program takes, as ratios to what it cannot do without."""

import argparse
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from benchmarks import offline


def _live(folder: Path, runs: int) -> None:
    from benchmarks.live import live

    live(folder, runs)


_PARTS: Final[dict[str, Callable[[Path, int], None]]] = {
    "startup": lambda _, runs: offline.start_up(runs),
    "reports": offline.reports,
    "checks": offline.checks,
    "questions": offline.questions,
    "growth": offline.growth,
    "live": _live,  # the last one, and loaded late: it makes large the process that measures
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--only", choices=_PARTS, action="append", help="measure just this; may be repeated"
    )
    parser.add_argument("--runs", type=int, default=5, help="counted runs of each command")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        for name, part in _PARTS.items():
            if options.only is None or name in options.only:
                part(Path(folder), options.runs)


if __name__ == "__main__":
    main()
